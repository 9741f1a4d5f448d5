//! The redactor as its users see it.

use super::*;
use crate::visible;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

const SECRET: &str = "p@ss \"w/rd+é";

fn redactor() -> Redactor {
    let auth = json!({"type": "clientCredentials", "tokenUrl": "https://t.test/token", "clientId": "my-client", "clientSecret": SECRET});
    Redactor::for_connection(
        &json!({"auth": auth, "headers": {"X-Auth-Token": "tok-12345", "User-Agent": "tests"}}),
        &Value::Null,
        &[],
    )
}

#[test]
fn a_secret_is_found_in_every_form_it_travels_in() {
    let redactor = redactor();
    let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let forms = [
        SECRET.to_owned(),
        json!(SECRET).to_string(),
        utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string().to_lowercase(),
        form.clone(),
        STANDARD.encode(SECRET),
        URL_SAFE_NO_PAD.encode(SECRET),
        STANDARD.encode(format!("my-client:{SECRET}")),
        STANDARD.encode(format!("my-client:{form}")),
    ];
    for form in forms {
        let shown = redactor.text(&format!("before {form} after"));
        assert!(!shown.contains(form.trim_matches('"')), "{form}: {shown}");
        assert!(shown.starts_with("before ") && shown.ends_with(" after") && shown.contains(REDACTED), "{shown}");
    }
    assert_eq!(
        redactor.text("my-client at https://t.test/token by tests"),
        "my-client at https://t.test/token by tests"
    );
}

#[test]
fn headers_with_credentials_are_blanked() {
    let redactor = redactor();
    assert_eq!(redactor.header("authorization", "Bearer abc"), "Bearer [redacted]");
    assert_eq!(redactor.header("Authorization", "abc"), "[redacted]");
    for name in ["cookie", "Set-Cookie", "proxy-authorization", "X-Auth-Token", "x-api-key"] {
        assert_eq!(redactor.header(name, "one two"), "[redacted]", "{name}");
    }
    assert_eq!(redactor.header("content-type", "application/json"), "application/json");
    let custom = Redactor::for_connection(
        &json!({"auth": {"type": "header", "name": "X-Door", "value": "open sesame"}}),
        &json!({"credentials": {"type": "header", "name": "X-Gate", "value": "close sesame"}}),
        &[],
    );
    assert_eq!(custom.header("x-door", "open sesame"), "[redacted]");
    assert_eq!(custom.header("x-gate", "close sesame"), "[redacted]");
    assert_eq!(custom.text("close sesame"), "[redacted]");
}

#[test]
fn a_secret_is_found_as_outputs_mark_it() {
    let redactor = Redactor::default();
    let secret = "pass\u{202e}word\u{7f}";
    redactor.learn(secret);
    for text in [visible::line(secret), visible::json(&Value::from(secret).to_string())] {
        assert_eq!(redactor.text(&text).trim_matches('"'), REDACTED);
    }
}

#[test]
fn a_scheme_is_shown_and_what_follows_it_is_not() {
    let auths = [
        json!({"type": "bearer", "scheme": "SSWS", "token": "00aBc-tok3n"}),
        json!({"type": "header", "name": "Authorization", "value": "SSWS 00aBc-tok3n"}),
        json!({"type": "bearer", "scheme": "Token", "token": "token=\"00aBc-tok3n\", id=1"}),
        json!({"type": "header", "name": "Authorization", "value": "Token token=00aBc-tok3n"}),
    ];
    for auth in auths {
        let redactor = Redactor::for_connection(&json!({ "auth": auth }), &Value::Null, &[]);
        assert_eq!(redactor.text("SSWS or Token? 00aBc-tok3n"), format!("SSWS or Token? {REDACTED}"), "{auth}");
    }
}

#[test]
fn members_of_json_and_forms_are_blanked_by_name() {
    let redactor = Redactor::default();
    let body = json!({"userName": "ada", "password": "hunter2", "nested": [{"client_secret": "x", "active": true}]});
    let shown: Value =
        serde_json::from_str(&redactor.body("application/scim+json", body.to_string().as_bytes())).unwrap();
    let expected =
        json!({"userName": "ada", "password": REDACTED, "nested": [{"client_secret": REDACTED, "active": true}]});
    assert_eq!(shown, expected);
    let patch = json!({"Operations": [{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "new"}]});
    assert!(!redactor.body("", patch.to_string().as_bytes()).contains("new"));
    assert_eq!(
        redactor
            .body("application/x-www-form-urlencoded", b"grant_type=client_credentials&client_secret=abc&scope=a+b"),
        "grant_type=client_credentials&client_secret=[redacted]&scope=a+b"
    );
    assert_eq!(redactor.body("application/json", b"{\"password\": \"hun"), "(17 bytes of malformed JSON)");
    assert_eq!(redactor.body("", &[0xff, 0xfe]), "(2 bytes that are no text)");
}

#[test]
fn tokens_are_learnt_as_they_pass() {
    let redactor = Redactor::default();
    redactor.learn_authorization("Bearer eyJhbGciOi.abc.def");
    assert_eq!(redactor.text("token eyJhbGciOi.abc.def expired"), "token [redacted] expired");
}

#[test]
fn only_the_latest_tokens_are_remembered() {
    let redactor = Redactor::default();
    redactor.learn("the-client-secret");
    let token = |number: u32| format!("t{:08x}", number.wrapping_mul(0x9e37_79b1));
    for number in 100..200 {
        redactor.learn_authorization(&format!("Bearer {}", token(number)));
        redactor.learn_authorization(&format!("Bearer {}", token(number)));
    }
    assert_eq!(redactor.known.read().tokens.len(), REMEMBERED_TOKENS);
    assert_eq!(
        redactor.text(&format!("the-client-secret {} {} {}", token(199), token(190), token(100))),
        format!("[redacted] [redacted] [redacted] {}", token(100))
    );
}

#[test]
fn the_lines_of_a_key_are_secrets_too() {
    let redactor = Redactor::default();
    redactor.learn("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nshort\n-----END PRIVATE KEY-----\n");
    assert_eq!(
        redactor.text("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC, short, -----BEGIN PRIVATE KEY-----"),
        "[redacted], short, -----BEGIN PRIVATE KEY-----"
    );
}

#[test]
fn unknown_kinds_of_auth_are_covered_and_results_keep_ordinary_words() {
    let redactor = Redactor::for_connection(
        &json!({"auth": {"type": "future", "passphrase": "swordfish"}}),
        &Value::Null,
        &["from-the-environment".to_owned().into()],
    );
    assert_eq!(redactor.text("swordfish from-the-environment"), "[redacted] [redacted]");
    assert_eq!(redactor.result("swordfish from-the-environment"), "swordfish [redacted]");
}

#[test]
fn what_a_request_says_is_secret_is_taken_out_of_its_answer() {
    let rows: [&[u8]; 3] = [
        br#"{"userName": "ada", "password": "hunter22"}"#,
        br#"{"Operations": [{"op": "replace", "path": "password", "value": "hunter22"}]}"#,
        b"client_id=ada&client_assertion=hunter22",
    ];
    for body in rows {
        let redactor = Redactor::for_answer(body);
        assert_eq!(redactor.text("hunter22 is too weak for ada"), "[redacted] is too weak for ada");
    }
}

#[test]
fn a_value_is_without_secrets() {
    let redactor = redactor();
    let value = json!({"userName": "ada", "pass_word": "x", "active": true, "n": 1.0, "tok-12345": [{"deep": "a TOK-12345", "token": null}],
        "op": {"path": "name.Password", "VALUE": ["x"]}, "headers": {"X-Key": "k"}, "filter": "pin eq \"1\""});
    let expected = json!({"userName": "ada", "pass_word": REDACTED, "active": true, "n": 1.0,
        REDACTED: [{"deep": "a [redacted]", "token": null}], "op": {"path": "name.Password", "VALUE": REDACTED},
        "headers": {"X-Key": REDACTED}, "filter": "pin eq \"[redacted]\""});
    assert_eq!(redactor.value(&value), expected);
}

#[test]
fn what_a_schema_marks_is_secret_from_then_on() {
    let redactor = Redactor::default();
    let user = br#"{"vault": {"seed": "x"}, "userName": "ada"}"#;
    assert!(redactor.body("", user).contains("seed"));
    let schemas = br#"{"Resources": [{"attributes": [{"name": "Vault", "mutability": "writeOnly"}]}]}"#;
    assert!(redactor.body("", schemas).contains("Vault"));
    assert_eq!(redactor.body("", user), r#"{"userName":"ada","vault":"[redacted]"}"#);
}

#[test]
fn one_that_stands_beside_another_is_asked_too_while_it_is_there() {
    let (redactor, run) = (redactor(), Arc::new(Redactor::default()));
    run.learn("Kiwi7");
    redactor.stand_beside(&run);
    assert_eq!(redactor.text("tok-12345 and kiwi7"), "[redacted] and [redacted]");
    assert_eq!(redactor.result("tok-12345 and kiwi7"), "tok-12345 and [redacted]");
    drop(run);
    assert_eq!(redactor.text("tok-12345 and kiwi7"), "[redacted] and kiwi7");
}

#[test]
fn urls_are_looked_through_by_the_names_in_them() {
    let url = "https://example.com/Users?filter=apiToken+eq+%22abc%22&count=1&access_token=xyz";
    let shown = "https://example.com/Users?filter=apiToken+eq+%22%5Bredacted%5D%22&count=1&access_token=[redacted]";
    assert_eq!(Redactor::default().url(url), shown);
}

#[test]
fn text_without_a_secret_is_known_for_it() {
    let redactor = redactor();
    assert_eq!(redactor.text_without("nothing of it, or tok-123"), None);
    assert_eq!(redactor.text_without("ab"), None);
    assert_eq!(Redactor::default().text_without("anything"), None);
    assert_eq!(redactor.text_without("a tok-12345").as_deref(), Some("a [redacted]"));
    assert_eq!(redactor.result_without("a tok-12345"), None);
}

/// What `count` bytes of a secret look like.
fn long(count: usize) -> String {
    (0u32..)
        .map(|number| format!("{:07x}", number.wrapping_mul(0x9e37_79b1) >> 4))
        .flat_map(|word| word.into_bytes())
        .take(count)
        .map(char::from)
        .collect()
}

#[test]
fn a_long_secret_is_known_at_once() {
    let redactor = Redactor::default();
    let secret = long(LONGEST_SECRET);
    assert_eq!(too_much([secret.as_str()].into_iter()), None);
    let began = std::time::Instant::now();
    redactor.learn(&secret);
    let took = began.elapsed();
    // A cost that grows with the square takes minutes.
    assert!(took < std::time::Duration::from_secs(40), "{took:?}");
    for part in [&secret[..], &secret[30_000..30_010], &STANDARD.encode(&secret[40_001..40_030])[4..36]] {
        assert_eq!(redactor.text(&format!("a {part} b")), "a [redacted] b");
    }
}

#[test]
fn what_is_longer_costs_no_more_and_is_known_by_its_ends() {
    let secret = long(8 * 1024 * 1024);
    let began = std::time::Instant::now();
    let redactor = Redactor::for_call(&json!({"password": secret, "tokens": vec![secret.clone(); 3]}));
    let took = began.elapsed();
    assert!(took < std::time::Duration::from_secs(40), "{took:?}");
    for part in [&secret[..20], &secret[secret.len() - 20..], &secret] {
        assert!(redactor.text(&format!("a {part} b")).starts_with("a [redacted] b"));
    }
}

#[test]
fn too_many_secrets_are_none_that_a_run_takes() {
    let bytes = |secrets: &[String]| too_much(secrets.iter().map(String::as_str));
    assert_eq!(bytes(&vec!["Zander-Kessel-12".to_owned(); 16_384]), None);
    assert!(bytes(&vec!["Zander-Kessel-12".to_owned(); 16_385]).unwrap().contains("come to 1048640 bytes"));
    assert_eq!(bytes(&[long(LONGEST_SECRET + 1)]).unwrap(), "a secret has 65537 bytes, and at most 65536 are taken");
    // A call is made with them all; those that are too many are known by their names.
    let many: Vec<String> = (0..40_000).map(|number| format!("k{number:07}x")).collect();
    let input = json!({ "passwords": many });
    let redactor = Redactor::for_call(&input);
    assert_eq!(redactor.text("k0000017x k0039999x"), "[redacted] k0039999x");
    assert_eq!(redactor.value(&input), json!({ "passwords": REDACTED }));
}

#[test]
fn what_expressions_decode_and_calculate_is_known() {
    let redactor = Redactor::default();
    redactor
        .learn_all(["WmFuZGVyLUtlc3NlbC00NzEx", "For%65lle-Blau", "48213", "1.764288213e9", "-77120.0"].into_iter());
    let value = json!([
        "a Zander-Kessel-4711",
        "Forelle-Blau",
        -48213,
        48213.0,
        4.8213e4,
        1_764_288_213u64,
        77120,
        "at 4.8213e4",
        "-77120",
        4821,
        48214
    ]);
    let r = REDACTED;
    let shown = json!([format!("a {r}"), r, r, r, r, r, r, format!("at {r}"), format!("-{r}"), 4821, 48214]);
    assert_eq!(redactor.value(&value), shown);
}

#[test]
fn its_debug_form_shows_nothing() {
    assert_eq!(format!("{:?}", redactor()), "Redactor(..)");
}
