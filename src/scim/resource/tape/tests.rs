//! What is read, what is refused, and where it stands.

use super::reading::plain_end;
use super::*;

fn read(text: &str) -> Result<Document, Fault> {
    Document::read(text.into(), 128).map_err(|(fault, _)| fault)
}

#[test]
fn what_stands_where_is_known() {
    let document = read(" {\"a\": [1, \"b\\n\", {}], \"c\" : null, \"a\\u0062\": [ ]} ").unwrap();
    let members: Vec<_> = document
        .members(0)
        .map(|(name, value)| (document.decoded(name).into_owned(), document.kind(value), document.raw(value)))
        .collect();
    let expected = [
        ("a".to_owned(), Kind::List, "[1, \"b\\n\", {}]"),
        ("c".to_owned(), Kind::Null, "null"),
        ("ab".to_owned(), Kind::List, "[ ]"),
    ];
    assert_eq!(members, expected);
    let (_, list) = document.members(0).next().unwrap();
    let items: Vec<_> = document.items(list).map(|item| (document.kind(item), document.raw(item))).collect();
    assert_eq!(items, [(Kind::Number, "1"), (Kind::Text, "\"b\\n\""), (Kind::Object, "{}")]);
    assert_eq!((document.raw(0).len(), document.is_exact(0)), (49, true));
}

#[test]
fn the_last_of_two_names_counts() {
    let many: String = (0..100).map(|number| format!("\"n{number}\":0,")).collect();
    let rows = [
        (r#"{"a":1,"b":2,"a":3}"#.to_owned(), vec!["2", "3"]),
        (r#"{"a":1,"a":2,"a":3}"#.to_owned(), vec!["3"]),
        (r#"{"a":1,"\u0061":3,"A":4}"#.to_owned(), vec!["3", "4"]),
        (r#"{"\u0061":1,"a":3}"#.to_owned(), vec!["3"]),
        (format!("{{\"x\":1,{many}\"x\":2}}"), [vec!["0"; 100], vec!["2"]].concat()),
    ];
    for (text, expected) in rows {
        let document = read(&text).unwrap();
        let found: Vec<_> = document.members(0).map(|(_, value)| document.raw(value)).collect();
        assert_eq!(found, expected, "{text}");
        assert!(!document.is_exact(0), "{text}");
        // What is around it is not exact either, what is beside it is.
        let around = read(&format!("[[{text}],[{{}}]]")).unwrap();
        let exact: Vec<_> = around.items(0).map(|item| around.is_exact(item)).collect();
        assert_eq!((around.is_exact(0), exact), (false, vec![false, true]), "{text}");
    }
}

#[test]
fn what_is_no_json_is_told_from_what_is() {
    let right = [
        "0",
        "-0",
        "1.50",
        "1e5",
        "1E+5",
        "-1.0e-1",
        "\"\"",
        "\"\\ud83e\\udd80 \\/ \\u0000\"",
        "[]",
        "{}",
        "[[],{}]",
        " true ",
    ];
    let wrong = [
        "",
        " ",
        "-",
        "01",
        "1.",
        ".1",
        "1e",
        "+1",
        "tru",
        "nul",
        "True",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\n\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{]",
        "[}",
        "1 2",
        "]",
        "}",
        "'a'",
        "\u{feff}1",
        "\u{a0}1",
        "nan",
    ];
    for text in right {
        assert!(read(text).is_ok(), "{text}");
    }
    for text in wrong {
        assert!(matches!(read(text), Err(Fault::Syntax(_))), "{text}");
    }
    assert!(read(&("[".repeat(128) + &"]".repeat(128))).is_ok());
    assert!(matches!(read(&"[".repeat(129)), Err(Fault::Depth(128))));
}

#[test]
fn strings_end_where_they_end() {
    for length in 0..40 {
        for end in ["\"", "\\", "\n", "\u{1f}", ""] {
            let text = format!("{}{end}{}", "é\u{7f} a".repeat(9).chars().take(length).collect::<String>(), "\"\\\n");
            let expected = text.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap();
            assert_eq!(plain_end(text.as_bytes(), 0), expected, "{text:?}");
        }
    }
    assert_eq!(unescaped(r#""\"\\\/\b\f\n\r\t\u00e9\ud83e\udd80x""#), "\"\\/\u{8}\u{c}\n\r\té🦀x");
}
