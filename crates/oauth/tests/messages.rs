//! The messages of client credentials as they stand on the wire, and what answers mean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use scim_connector_oauth::{
    Algorithm, Claims, Error, ErrorKind, ParseError, Proof, Secret, Sign, TokenRequest, assertion, parse,
};
use std::time::Duration;

fn request<'a>(scopes: &'a [String], audience: Option<&'a str>) -> TokenRequest<'a> {
    TokenRequest { client_id: "it's+me", scopes, audience }
}

#[test]
fn a_client_secret_goes_into_the_header_form_encoded_first() {
    let scopes = ["read".to_owned(), "write".to_owned()];
    let message =
        request(&scopes, Some("https://a.example")).message([("x", "1 2")], Proof::Basic(&Secret::new("s%cret:ü")));
    assert_eq!(
        message.body.expose(),
        "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fa.example&x=1+2"
    );
    assert_eq!(message.authorization.unwrap().expose(), "Basic aXQlMjdzJTJCbWU6cyUyNWNyZXQlM0ElQzMlQkM=");
}

#[test]
fn a_client_secret_goes_into_the_form() {
    let message = request(&[], None).message([], Proof::Post(&Secret::new("s&t")));
    assert_eq!(message.body.expose(), "grant_type=client_credentials&client_id=it%27s%2Bme&client_secret=s%26t");
    assert_eq!(message.authorization, None);
}

/// Signs with the message's length, so that what was signed can be seen.
struct Length;

impl Sign for Length {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(message.len().to_string().into_bytes())
    }
}

/// A key that cannot sign.
struct TooShort;

impl Sign for TooShort {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Rs256
    }

    fn sign(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

#[test]
fn an_assertion_has_three_parts_and_the_signature_covers_two() {
    let claims =
        Claims { client_id: "me", audience: "https://id.example/token", key_id: Some("k1"), id: 255, now: 1000 };
    let jwt = assertion(&claims, &Length).unwrap();
    let (message, signature) = jwt.expose().rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let decode = |part: &str| String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(decode(header), r#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#);
    assert_eq!(
        decode(payload),
        r#"{"aud":"https://id.example/token","exp":1300,"iat":1000,"iss":"me","jti":"000000000000000000000000000000ff","sub":"me"}"#
    );
    assert_eq!(decode(signature), message.len().to_string());
    let message = request(&[], None).message([], Proof::Assertion(&jwt));
    let form: Vec<_> = form_urlencoded::parse(message.body.expose().as_bytes()).into_owned().collect();
    let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["grant_type", "client_id", "client_assertion_type", "client_assertion"]);
    assert_eq!(form.last().unwrap().1, jwt.expose());
    assert_eq!(assertion(&claims, &TooShort), None);
}

#[test]
fn a_token_is_used_until_shortly_before_it_expires() {
    let rows = [
        (r#"{"access_token":"t"}"#, 270_000),
        (r#"{"access_token":"t","token_type":"bearer","expires_in":3600}"#, 3_570_000),
        (r#"{"access_token":"t","expires_in":"100"}"#, 90_000),
        (r#"{"access_token":"t","expires_in":0.5}"#, 450),
        (r#"{"access_token":"t","expires_in":-1}"#, 270_000),
        (r#"{"access_token":"t","expires_in":null}"#, 270_000),
    ];
    for (body, milliseconds) in rows {
        let token = parse(200, body.as_bytes()).unwrap();
        assert_eq!((token.value.expose(), token.usable_for), ("t", Duration::from_millis(milliseconds)), "{body}");
    }
}

#[test]
fn what_an_answer_without_a_token_means() {
    use ErrorKind::*;
    let rows = [
        (429, r#"{"error":"slow_down"}"#, Throttled, "the token endpoint at O asks to slow down (429)"),
        (503, "", Unavailable, "the token endpoint at O answered 503"),
        (500, r#"{"error":"server_error"}"#, Unavailable, "the token endpoint at O answered 500 server_error"),
        (
            401,
            r#"{"error":"invalid_client","error_description":"no\nsuch  client"}"#,
            Authentication,
            "the token endpoint at O refused the client: invalid_client (no such client); check S.clientId and the secret",
        ),
        (
            400,
            r#"{"error":"invalid_scope"}"#,
            Authentication,
            "the token endpoint at O refused the client: invalid_scope; check S.scopes",
        ),
        (
            400,
            r#"{"error":"unauthorized_client"}"#,
            Authentication,
            "the token endpoint at O refused the client: unauthorized_client; allow the client credentials grant for this client",
        ),
        (400, r#"{"error":"odd"}"#, Authentication, "the token endpoint at O refused the client: odd; check S"),
        (403, "<html>", Authentication, "the token endpoint at O refused the client with 403 and no OAuth error code"),
        (404, "", TokenUrl, "S.tokenUrl: the server at O answered 404; this is no token endpoint"),
        (
            302,
            "",
            TokenUrl,
            "S.tokenUrl: the server at O redirects elsewhere, which is not followed with credentials; give the final URL",
        ),
        (400, "", Protocol, "the token endpoint at O answered 400 without an access token (RFC 6749 section 5.1)"),
        (
            200,
            "<html>",
            Protocol,
            "the token endpoint at O answered 200 without an access token (RFC 6749 section 5.1)",
        ),
        (
            200,
            r#"{"access_token":7}"#,
            Protocol,
            "the token endpoint at O answered 200 without an access token (RFC 6749 section 5.1)",
        ),
        (
            200,
            r#"{"access_token":"a b"}"#,
            Protocol,
            "the token endpoint's access_token is not a bearer token (RFC 6750 section 2.1)",
        ),
        (
            200,
            r#"{"access_token":"t","token_type":"mac"}"#,
            Unsupported,
            "the token endpoint's token_type is not Bearer",
        ),
    ];
    for (status, body, kind, message) in rows {
        let error = parse(status, body.as_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.message("O", "S").as_str()), (kind, message));
    }
}

#[test]
fn a_code_is_told_with_success_too_and_is_bounded() {
    let error = parse(200, br#"{"error":"invalid_client"}"#).unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(200), Some("invalid_client")));
    let long = format!(r#"{{"error":"a\u0000{}","error_description":"{}"}}"#, "b".repeat(99), "c ".repeat(999));
    let error = parse(400, long.as_bytes()).unwrap_err();
    assert_eq!(error.code(), Some(format!("a{}", "b".repeat(63)).as_str()));
    assert!(error.message("O", "S").len() < 500);
    let error = parse(200, br#"{"access_token":""}"#).unwrap_err();
    assert_eq!(error, Error::Parse(ParseError::NotABearerToken));
    assert_eq!((error.status(), error.code()), (None, None));
}

#[test]
fn no_debug_form_shows_a_secret() {
    let secret = Secret::new("swordfish");
    let token = parse(200, br#"{"access_token":"swordfish"}"#).unwrap();
    let message = request(&[], None).message([], Proof::Post(&secret));
    let basic = request(&[], None).message([], Proof::Basic(&secret));
    let shown = format!("{secret:?} {token:?} {message:?} {basic:?} {:?}", Proof::Post(&secret));
    assert!(!shown.contains("swordfish") && !shown.contains("Basic "), "{shown}");
    assert!(shown.starts_with("[redacted] "), "{shown}");
}
