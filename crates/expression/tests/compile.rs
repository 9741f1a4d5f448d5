//! What can be compiled, what cannot, and what is said of it: where, in characters of the text that was given, and what to do.

#![allow(clippy::unwrap_used, reason = "a test, whose helpers fail it")]

use scim_connector_expression::{Engine, EvaluationError, Literal, Options};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;

/// One for all tests: compiling the guest takes a second.
fn engine() -> Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Options::default()).unwrap());
    ENGINE.clone()
}

fn names() -> Vec<String> {
    ["$context", "$input", "$secret", "$item"].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn an_expression_is_evaluated_on_its_input_and_variables() {
    let engine = engine();
    let values = HashMap::from([("$item".to_owned(), json!({"name": "ada"}))]);
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let rows = [
        ("${ .a + 1 }", json!({"a": 1}), json!(2)),
        ("[.a[]]", json!({"a": [1, 2]}), json!([1, 2])),
        ("${ $item.name + '@x' }", json!(null), json!("ada@x")),
        ("${ {a: {b: .}} }", json!(1), json!({"a": {"b": 1}})),
        ("$context", json!(1), json!(null)),
        ("$context | not", json!(1), json!(true)),
        ("${ . }", json!([1.10, 12]), json!([1.10, 12])),
        ("12345678901234567890123", json!(null), number("12345678901234567890123")),
        (
            "[.[]]",
            number("[12345678901234567890123, 1.10, 0.1e-400]"),
            number("[12345678901234567890123, 1.10, 0.1e-400]"),
        ),
        ("9223372036854775806 + 1", json!(null), json!(9_223_372_036_854_775_807_i64)),
        ("def f: 1; def g: f + .f; def h(f): f; g + h(f) + (def k: f; k)", json!({"f": 2}), json!(5)),
        ("def f($n): if $n == 0 then 0 else 1 + f($n - 1) end; f(30)", json!(null), json!(30)),
        ("[1, 2] # a comment\n | add", json!(null), json!(3)),
        ("1 | \n $__loc__.line", json!(null), json!(2)),
        ("now > 1700000000", json!(null), json!(true)),
    ];
    for (text, input, output) in rows {
        let expression = engine.compile(text, &names()).unwrap();
        let result = engine.evaluate(&expression, &input, |name| values.get(name)).await;
        assert_eq!(result.map(|value| value.to_string()), Ok(output.to_string()), "{text}");
    }
}

/// In SCIM most attributes may be absent (RFC 7643, section 2.5), and what would be in them is null, too.
#[tokio::test]
async fn what_is_absent_is_null_however_deep() {
    let engine = engine();
    let user =
        json!({"name": {"givenName": "Ada"}, "emails": [{"value": "a@b"}], "b": false, "n": 3, "k": "name", "i": 0});
    let item = json!({"k": "b"});
    let rows = [
        (".manager.name.first", json!(null)),
        (".emails[7].value.x", json!(null)),
        ("[.phones[0].value?]", json!([null])),
        ("$item.k", json!("b")),
        ("$item.none.more", json!(null)),
        ("[$item.k.z?]", json!([])),
        (".[.k].givenName", json!("Ada")),
        (".emails[.i].value", json!("a@b")),
        ("{n, \"a\": .manager.x, (.k): .name.givenName}", json!({"n": 3, "a": null, "name": "Ada"})),
        (".manager.list + [1]", json!([1])),
        ("\"Hello \\(.name.givenName) \\(.manager.x) \\u00e4\\n\"", json!("Hello Ada null ä\n")),
        (".emails | map(.type.x) | length", json!(1)),
        ("if .b then 1 else .name end.givenName", json!("Ada")),
        ("-.n + 1", json!(-2)),
        (".n - 1", json!(2)),
        (".emails as [{value: $v}] | $v", json!("a@b")),
        ("del(.manager.x.y) | has(\"manager\")", json!(false)),
        (".manager.x.y |= 1 | .manager", json!({"x": {"y": 1}})),
    ];
    for (text, expected) in rows {
        let expression = engine.compile(text, &names()).unwrap();
        assert_eq!(
            engine.evaluate(&expression, &user, |name| (name == "$item").then_some(&item)).await,
            Ok(expected),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_expression_fails_in_words_without_values() {
    let engine = engine();
    let rows = [
        (".a.b", "cannot index a number with a text"),
        (".a | keys", "a number has no keys"),
        (".a[]", "cannot iterate over a number"),
        (". + 1", "cannot calculate an object + a number"),
        ("null | ascii_downcase", "cannot use null as string"),
        ("error(\"no \\(.a)\")", "no 1"),
        ("error({})", "the expression raised an error that is an object, not a text"),
        ("error(null)", "the expression raised an error without a text"),
        ("1 / 0", "cannot divide by zero"),
        ("\"x\" | test(\"(\")", "the regular expression is not valid"),
        ("{(.a): 1}", "a member's name must be a text, and this is a number"),
    ];
    for (text, words) in rows {
        let expression = engine.compile(text, &[]).unwrap();
        let error = engine.evaluate(&expression, &json!({"a": 1}), |_| None).await.unwrap_err();
        assert_eq!(error, EvaluationError::Failed(words.into()), "{text}");
    }
}

#[test]
fn what_cannot_be_compiled_is_named_with_its_offset() {
    let secret = "a flow does not read the environment; name a secret in use.secrets and write $secret.NAME";
    let rows = [
        ("${ $contxt.a }", "3: there is no variable `$contxt` here; did you mean `$context`?"),
        ("${ \"\\($foo)\" }", "6: there is no variable `$foo` here; there are $context, $input, $secret, $item"),
        ("${ .a | uper }", "8: jq has no function `uper`; text stands in quotes"),
        ("ada", "0: jq has no function `ada`; did you mean `add`? Text stands in quotes"),
        ("'ä' | maap(1)", "6: jq has no function `maap`; did you mean `map`?"),
        ("map(1;2)", "0: `map` does not take 2 arguments"),
        ("${ (.a }", "3: the bracket `(` is never closed"),
        (".[", "1: the bracket `[` is never closed"),
        ("${ \"x }", "3: the text is never closed: a quote is missing"),
        ("${ .a + }", "7: a value is missing: the expression ends"),
        ("map()", "4: a value is missing: there is `)`"),
        ("${ {a: } }", "7: a value is missing: there is `}`"),
        ("${ .a b }", "6: here the expression should end, but there is `b`"),
        ("reduce .a", "9: `as` is missing: the expression ends"),
        ("if .a then 1 else 2", "19: `end` is missing: the expression ends"),
        ("", "0: the expression is empty"),
        ("${ }", "3: the expression is empty"),
        (".a &", "3: jq has no `&` here"),
        ("\"\\q\"", "2: after `\\` in a text comes one of \" \\ / b f n r t u ("),
        ("${ 007 }", "3: `007` is no number of JSON"),
        ("halt", "0: `halt` is not allowed: a flow ends by `then: end` or `raise`"),
        (".a | env.X", &format!("5: `env` is not allowed: {secret}")),
        ("${ $ENV.X }", &format!("3: `$ENV` is not allowed: {secret}")),
        ("import \"x\" as y; .", "0: a flow cannot import other files"),
        (
            "${ .a } and ${ .b }",
            "5: an expression is the whole value, and something stands after its closing brace; write one expression: \
             ${ .a + \"text\" }",
        ),
    ];
    let engine = engine();
    for (text, message) in rows {
        let error = engine.compile(text, &names()).expect_err(text);
        assert_eq!(format!("{}: {}", error.offset, error.message), message, "{text}");
    }
}

#[test]
fn a_text_that_stands_as_it_is_is_found() {
    let engine = engine();
    let literals = |text: &str| engine.compile(text, &names()).unwrap().literals().to_vec();
    let rows = [
        ("${ {userName: .a, password: \"x1\"} }", vec![("password", 28)]),
        ("{\"password\": \"x2\"}", vec![("password", 13)]),
        (". + {\"ä\": [.b | .password = \"x3\"]}", vec![("password", 28)]),
        ("\"x4\" + \"x5\"", vec![("", 0)]),
        ("{password: .p}", vec![]),
        ("{password: $secret.p}", vec![]),
        ("{password: \"\"}", vec![]),
        ("{password: \"\\(.p)\"}", vec![]),
        (".p + \"x\"", vec![]),
    ];
    for (text, found) in rows {
        let found: Vec<_> = found.into_iter().map(|(name, offset)| Literal { name: name.into(), offset }).collect();
        assert_eq!(literals(text), found, "{text}");
    }
}

#[test]
fn the_debug_form_holds_no_text() {
    let expression = engine().compile("$secret.x + \"hidden\"", &names()).unwrap();
    assert_eq!(expression.variables(), ["$secret"]);
    assert!(!format!("{expression:?}").contains("hidden"));
}
