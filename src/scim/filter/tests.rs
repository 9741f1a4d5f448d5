//! Filters and paths, read, printed and judged.

use super::*;
use crate::scim::path::Path;
use crate::scim::resource::{Data, Resource, json};

fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn one_form_for_each_meaning() {
    let rows = [
        ("userName eq \"ada\"", "userName eq \"ada\""),
        ("  userName   EQ  \"ada\"  ", "userName eq \"ada\""),
        ("userName eq\"ada\"", "userName eq \"ada\""),
        ("title PR", "title pr"),
        ("not(title pr)", "not (title pr)"),
        ("NOT  ( title pr )", "not (title pr)"),
        ("not (not (title pr))", "not (not (title pr))"),
        ("a pr or b pr and c pr", "a pr or b pr and c pr"),
        ("a pr OR (b pr AND c pr)", "a pr or b pr and c pr"),
        ("(a pr or b pr) and c pr", "(a pr or b pr) and c pr"),
        ("((a pr) and (b pr and (c pr)))", "a pr and b pr and c pr"),
        ("not (a pr) and b pr", "not (a pr) and b pr"),
        ("not (a pr and b pr)", "not (a pr and b pr)"),
        ("emails[ type eq \"work\" and not (value pr) ]", "emails[type eq \"work\" and not (value pr)]"),
        ("emails[(a pr or b pr) and c pr] or x pr", "emails[(a pr or b pr) and c pr] or x pr"),
        ("members.$ref eq \"x\"", "members.$ref eq \"x\""),
        ("a-b_c9 ge -1.50e+3", "a-b_c9 ge -1.50e+3"),
        ("active eq true and x eq null", "active eq true and x eq null"),
        (r#"a eq "\u00e4\ud83d\ude00\/\"""#, "a eq \"ä😀/\\\"\""),
        // Attributes may be called what they like.
        ("not pr and and pr or or eq 1", "not pr and and pr or or eq 1"),
        ("not[pr pr]", "not[pr pr]"),
        ("a pr and not (pr pr)", "a pr and not (pr pr)"),
    ];
    for (text, printed) in rows {
        let filter = parse(text);
        assert_eq!(filter.to_string(), printed, "{text}");
        assert_eq!(parse(printed), filter, "{text}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let number = "12345678901234567890123456789.000000000000000000001";
    assert_eq!(parse(&format!("a eq {number}")).to_string(), format!("a eq {number}"));
}

#[test]
fn a_schema_ends_at_the_last_colon() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let path = AttributePath::parse(&format!("{urn}:manager.displayName")).unwrap();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(path, AttributePath { schema: some(urn), name: "manager".into(), sub: some("displayName") });
    let extension = AttributePath::parse(urn).unwrap();
    assert_eq!((extension.name.as_str(), extension.to_string().as_str()), ("User", urn));
    let filter = parse(&format!("{urn}:manager[value eq \"1\"] or a pr"));
    assert_eq!(filter.to_string(), format!("{urn}:manager[value eq \"1\"] or a pr"));
    let path = Path::parse(&format!("{urn}:manager[value eq \"1\"].$ref")).unwrap();
    assert_eq!((path.attribute.schema.as_deref(), path.sub.as_deref()), (Some(urn), Some("$ref")));
}

#[test]
fn errors_say_where_and_what_to_write() {
    let deep = format!("{}a pr{}", "(".repeat(33), ")".repeat(33));
    let long = format!("a eq \"{}\"", "x".repeat(70_000));
    let rows: [(&str, Option<usize>, &str); 54] = [
        ("", Some(1), "it ends here"),
        ("   ", Some(4), "it ends here"),
        ("userName", Some(9), "behind userName, but it ends here"),
        ("userName ", Some(10), "but it ends here"),
        ("userName=\"x\"", Some(9), "write eq instead of ="),
        ("userName == \"x\"", Some(10), "write eq instead of =="),
        ("userName != \"x\"", Some(10), "write ne instead of !="),
        ("userName contains \"x\"", Some(10), "write co instead of contains"),
        ("userName STARTSWITH \"x\"", Some(10), "write sw instead of startsWith"),
        ("userName regex \"x\"", Some(10), "expected eq, ne"),
        ("userName eq", Some(12), "expected a value behind eq"),
        ("userName eq ", Some(13), "expected a value behind eq"),
        ("userName eq(1)", Some(12), "write a space behind eq"),
        ("userName eq 'x'", Some(13), "double quotation marks"),
        ("userName eq “x”", Some(13), "double quotation marks"),
        ("userName eq hidden", Some(13), "text (dates too) in double quotation marks"),
        ("m gt 2011-05-13T04:42:34Z", Some(6), "text (dates too)"),
        ("active eq True", Some(11), "write true in lower case"),
        ("active eq NULL", Some(11), "write null in lower case"),
        ("a eq [1]", Some(6), "expected a number"),
        ("a eq 01", Some(6), "expected a number"),
        ("a eq 1.", Some(6), "expected a number"),
        ("a eq +1", Some(6), "expected a number"),
        ("a eq 1x", Some(6), "expected a number"),
        ("ä eq \"x", Some(1), "is no name of an attribute"),
        ("a eq \"ä", Some(6), "no closing quotation mark"),
        ("a eq \"x\\\"", Some(6), "no closing quotation mark"),
        ("a eq \"x\"y\"", Some(9), "a quotation mark within text is written \\\""),
        ("a eq \"ä\\q\"", Some(9), "is no escape of JSON"),
        (r#"a eq "\ud800""#, None, "a surrogate only in a pair"),
        (r#"a eq "\udc00\ud800""#, None, "a surrogate only in a pair"),
        ("a eq \"x\ny\"", Some(8), "control character"),
        ("a\tpr", Some(2), "write a space"),
        ("(a pr", Some(1), "this is not closed; write )"),
        ("e[a pr", Some(2), "this is not closed; write ]"),
        ("(a pr]", Some(6), "expected and, or or )"),
        ("a pr)", Some(5), "nothing was opened"),
        ("a pr]", Some(5), "nothing was opened"),
        ("a pr and", Some(9), "it ends here"),
        ("a pr and and", Some(13), "behind and, but it ends here"),
        ("a pr && b pr", Some(6), "write and instead of &&"),
        ("a pr b pr", Some(6), "expected and, or or the end"),
        ("(a pr)and b pr", Some(7), "write a space before and"),
        ("(a pr) and(b pr)", Some(11), "write a space behind and"),
        ("not a pr", Some(1), "not (…)"),
        ("e[x[a pr]]", Some(4), "cannot stand within another"),
        ("e[a pr].b eq 1", Some(8), "goes into the brackets"),
        ("a [b pr]", Some(3), "without a space"),
        ("()", Some(2), "expected an attribute"),
        ("! (a pr)", Some(1), "write not (…) instead of !"),
        ("\"a\" pr", Some(1), "without quotation marks"),
        ("a.b.c pr", Some(1), "no sub-attributes of sub-attributes"),
        (&deep, Some(33), "nests deeper than 32"),
        (&long, None, "is longer than"),
    ];
    for (text, column, words) in rows {
        let error = Filter::parse(text).expect_err(text);
        assert!(error.detail.contains(words), "{text}: {error}");
        assert!(column.is_none() || error.column == column, "{text}: {error}");
        assert!(!error.to_string().contains("hidden"), "values stay out of errors: {error}");
    }
    let failure = Filter::parse("a = 1").unwrap_err().at("/filter");
    assert_eq!(failure.pointer.as_deref(), Some("/filter"));
    assert!(failure.detail.starts_with("filter: at character 3: expected eq"), "{}", failure.detail);
}

#[test]
fn what_is_no_attribute_or_path_is_refused() {
    let attributes =
        ["", " a", "a ", "a b", "a.", ".a", "a,b", "1a", "-a", "$", "$1", "User:a", "urn:a", "a%20", "a[b]", "a:"];
    for text in attributes {
        assert!(AttributePath::parse(text).is_err(), "{text}");
    }
    let paths = [
        "",
        " a",
        "a ",
        "/a",
        "a.b.c",
        "a[",
        "a[]",
        "a[b]",
        "a[b pr",
        "a [b pr]",
        "a[b pr].",
        "a[b pr]c",
        "a[b pr].c.d",
        "a[b pr][c pr]",
        "a.b[c pr]",
        "a pr",
        "a[b[c pr]]",
        "a[b pr].1",
    ];
    for text in paths {
        assert!(Path::parse(text).is_err(), "{text}");
    }
}

#[test]
fn values_are_data_and_names_are_checked() {
    let values = [
        "\" or userName pr",
        "\\",
        "\\\" or userName pr or a eq \"",
        "a\nb\r\u{0}\u{1f}\u{7f}",
        "\u{2028}\u{2029}",
        "😀",
        "') or (1 eq 1",
        "",
        "%22 or",
        "null",
    ];
    for value in values {
        let filter = Filter::eq("userName", value).unwrap();
        assert_eq!(parse(&filter.to_string()), filter, "{value:?}");
        assert!(matches!(&filter, Filter::Compare { value: text, .. } if text.as_str() == Some(value)));
    }
    for name in ["userName pr or a", "a eq \"b\"", "userName)", "a[b pr]", "a\"", ""] {
        assert!(Filter::eq(name, "x").is_err() && Filter::present(name).is_err(), "{name}");
        assert!(Filter::value_path(name, Filter::present("a").unwrap()).is_err(), "{name}");
    }
    assert!(Filter::eq("a", json!([1])).is_err());
    let inner = Filter::value_path("a", Filter::present("b").unwrap()).unwrap();
    assert!(Filter::value_path("c", inner.and(Filter::present("d").unwrap())).is_err());
    let built = Filter::eq("a", 1).unwrap().and(Filter::eq("b", true).unwrap().and(Filter::present("c").unwrap()));
    let built = built.or(Filter::present("d").unwrap().not()).and(Filter::eq("e", Data::NULL).unwrap());
    assert_eq!(built.to_string(), "(a eq 1 and b eq true and c pr or not (d pr)) and e eq null");
}

fn person() -> Resource {
    let value = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:Own"],
        "userName": "Ada", "Active": "True", "age": 36, "level": "7", "empty": "", "none": [], "nothing": null, "hollow": {"x": null},
        "name": {"familyName": "Lovelace"},
        "own": "mine",
        "emails": [{"type": "work", "value": "ada@example.com"}, {"TYPE": "home", "value": "ada@example.org"}, "plain@x"],
        "roles": ["a", null, "b"],
        "meta": {"lastModified": "2011-05-13T04:42:34.50Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "26118915"}, "department": "R&D"},
    });
    value.as_object().unwrap().clone()
}

#[test]
fn a_resource_matches_as_the_standard_says() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let rows: [(&str, bool); 72] = [
        ("userName eq \"ada\"", true),
        ("USERNAME eq \"ADA\"", true),
        ("externalId eq \"x\"", false),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"a\"", true),
        ("urn:example:Own:own eq \"mine\"", true),
        ("urn:example:Other:own eq \"mine\"", false),
        (&format!("{enterprise}:department eq \"r&d\""), true),
        (&format!("{enterprise}:manager.value eq \"26118915\""), true),
        (&format!("{enterprise}:manager eq \"26118915\""), true),
        (&format!("{enterprise}:userName pr"), false),
        (&format!("{enterprise} pr"), true),
        ("userName ne \"ada\"", false),
        ("userName ne \"bob\"", true),
        ("externalId ne \"x\"", true),
        ("userName co \"D\"", true),
        ("userName sw \"da\"", false),
        ("userName ew \"da\"", true),
        ("userName gt \"ab\"", true),
        ("userName lt \"ab\"", false),
        ("active eq true", true),
        ("active eq \"TRUE\"", true),
        ("active eq false", false),
        ("active ne false", true),
        ("active gt false", false),
        ("age eq 36.0", true),
        ("age gt 4", true),
        ("age le 36", true),
        ("age lt 3.6e1", false),
        ("age eq \"36\"", true),
        ("age co \"3\"", false),
        ("level lt 10", true),
        ("userName gt 1", false),
        ("title pr", false),
        ("userName pr", true),
        ("empty pr", false),
        ("none pr", false),
        ("nothing pr", false),
        ("hollow pr", false),
        ("name pr", true),
        ("emails pr", true),
        ("emails.display pr", false),
        ("nothing eq null", true),
        ("nothing ne null", false),
        ("nothing eq \"null\"", false),
        ("missing eq null", true),
        ("userName eq null", false),
        ("userName ne null", true),
        ("missing co \"\"", false),
        ("missing lt \"z\"", false),
        ("name eq \"Lovelace\"", false),
        ("name.familyName eq \"lovelace\"", true),
        ("emails co \"example.org\"", true),
        ("emails.value co \"example.com\"", true),
        ("emails eq \"plain@x\"", true),
        ("emails.value eq \"plain@x\"", true),
        ("emails[value eq \"plain@x\"]", true),
        ("emails[type eq \"work\" and value co \"example.com\"]", true),
        ("emails[type eq \"work\" and value co \"example.org\"]", false),
        ("emails.type eq \"work\" and emails.value co \"example.org\"", true),
        ("emails[not (type pr)]", true),
        ("roles eq \"B\"", true),
        ("roles[value eq \"b\"]", true),
        ("roles ne \"a\"", true),
        ("not (userName pr)", false),
        ("userName pr and not (title pr) or missing pr", true),
        ("schemas eq \"urn:example:Own\"", true),
        ("meta.lastModified eq \"2011-05-13T06:42:34.5+02:00\"", true),
        ("meta.lastModified gt \"2011-05-13T04:42:34Z\"", true),
        ("meta.lastModified lt \"2011-05-13T04:42:34.51Z\"", true),
        ("meta.lastModified gt \"2011-05-12T23:42:34.6-05:00\"", false),
        ("meta.lastModified gt \"2010\"", true),
        ("meta.lastModified ge \"2011-05-13T04:42:34.500Z\"", true),
    ];
    for (text, expected) in rows {
        assert_eq!(parse(text).matches(&person(), &|_| false), expected, "{text}");
    }
}

#[test]
fn case_is_asked_about_by_the_whole_path() {
    let exact = |path: &AttributePath| path.to_string() == "emails.type";
    let rows = [
        ("emails[type eq \"Work\"]", false),
        ("emails.type eq \"Work\"", false),
        ("emails[type eq \"work\"]", true),
        ("emails[value co \"EXAMPLE\"]", true),
        ("emails.type gt \"Work\"", true),
    ];
    for (text, expected) in rows {
        assert_eq!(parse(text).matches(&person(), &exact), expected, "{text}");
    }
}

#[test]
fn a_tree_too_deep_matches_nothing() {
    let deep = (0..300).fold(parse("userName pr"), |filter, _| filter.not());
    assert!(!deep.matches(&person(), &|_| false));
    assert!(!deep.not().matches(&person(), &|_| false));
}

#[test]
fn a_provider_that_knows_little() {
    let supported = lint::Supported {
        words: Some(&["eq", "and"]),
        attributes: Some(&["userName", "emails.value", "name"]),
        conditions: Some(2),
        characters: Some(60),
    };
    let rows: [(&str, &[&str]); 8] = [
        ("urn:ietf:params:scim:schemas:core:2.0:User:USERNAME eq \"a\"", &[]),
        ("userName eq \"a\" and name.givenName eq \"b\"", &[]),
        (
            "emails co \"a\"",
            &[
                "the provider's filters know eq and and only; \"co\" is not among them",
                "the provider filters by userName, emails.value and name only; \"emails\" is not among them",
            ],
        ),
        ("emails[value eq \"a\"]", &["the provider's filters know eq and and only; \"[]\" is not among them"]),
        (
            "(userName eq 1 or userName eq 2) and userName eq 3",
            &["\"()\" is not", "\"or\" is not", "have 2 conditions at most; this one has 3"],
        ),
        ("not (title pr)", &["\"not\" is not", "\"pr\" is not", "\"title\" is not"]),
        ("urn:x:y:userName eq 1", &["\"urn:x:y:userName\" is not among them"]),
        (&format!("userName eq \"{}\"", "ä".repeat(60)), &["have 60 characters at most; this one has 74"]),
    ];
    for (text, expected) in rows {
        let problems = parse(text).lint(&supported);
        assert_eq!(problems.len(), expected.len(), "{text}: {problems:?}");
        for words in expected {
            assert!(problems.iter().any(|problem| problem.contains(words)), "{text}: {words}: {problems:?}");
        }
        assert!(parse(text).lint(&lint::Supported::default()).is_empty());
    }
}
