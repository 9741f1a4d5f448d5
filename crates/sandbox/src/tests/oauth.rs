//! The token endpoint (RFC 6749) and bearer tokens (RFC 6750).

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

const SECRET: &str = "p&ss:w=rd +é";

async fn server() -> Server {
    let options = Options { client_id: "the client".into(), client_secret: SECRET.into(), ..Options::default() };
    Server::start(options).await
}

impl Server {
    async fn token(&self, authorization: Option<String>, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::builder().method("POST").uri(self.sandbox.token_url());
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// A request to list users with this Authorization header.
    async fn with_authorization(&self, value: Option<&str>) -> Answer {
        let mut request = Request::builder().uri(format!("{}/Users", self.sandbox.service_url()));
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        self.send(request.body(Full::default()).unwrap()).await
    }
}

/// client_secret_basic: both halves form-encoded, then base64 (RFC 6749 section 2.3.1).
fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

#[tokio::test]
async fn tokens_are_granted_and_work() {
    let server = server().await;
    let grant = ("grant_type", "client_credentials");
    let in_body = [grant, ("client_id", "the client"), ("client_secret", SECRET), ("scope", "a b")];
    for (authorization, form) in [(Some(basic("the client", SECRET)), &in_body[..1]), (None, &in_body[..])] {
        let answer = server.token(authorization, form).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.body["token_type"], "Bearer");
        assert_eq!(answer.body["expires_in"], 300);
        assert_eq!(answer.body.get("scope").is_some(), form.len() > 1);
        let token = answer.body["access_token"].as_str().unwrap();
        assert_eq!(server.with_authorization(Some(&format!("bearer {token}"))).await.status, 200);
    }
    server.sandbox.stop().await;
}

#[tokio::test]
async fn wrong_token_requests_are_refused() {
    let server = server().await;
    let grant = ("grant_type", "client_credentials");
    let id = ("client_id", "the client");
    let good = || Some(basic("the client", SECRET));
    type Row<'a> = (Option<String>, Vec<(&'a str, &'a str)>, u16, &'a str);
    let table: Vec<Row<'_>> = vec![
        (None, vec![grant], 401, "invalid_client"),
        (None, vec![grant, id], 401, "invalid_client"),
        (None, vec![grant, id, ("client_secret", "wrong")], 401, "invalid_client"),
        (Some(basic("the client", "wrong")), vec![grant], 401, "invalid_client"),
        (Some(basic("other", SECRET)), vec![grant], 401, "invalid_client"),
        // not form-encoded: a plus sign then means a space
        (
            Some(format!("Basic {}", STANDARD.encode(format!("the client:{SECRET}")))),
            vec![grant],
            401,
            "invalid_client",
        ),
        (Some("Basic ?".into()), vec![grant], 401, "invalid_client"),
        (Some("Bearer x".into()), vec![grant], 401, "invalid_client"),
        (good(), vec![], 400, "invalid_request"),
        (good(), vec![grant, grant], 400, "invalid_request"),
        (good(), vec![grant, id, ("client_secret", SECRET)], 400, "invalid_request"),
        (good(), vec![("grant_type", "password")], 400, "unsupported_grant_type"),
    ];
    for (authorization, form, status, error) in table {
        let answer = server.token(authorization, &form).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{form:?}");
        assert_eq!(answer.header("www-authenticate").starts_with("Basic"), status == 401, "{form:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.body.to_string().contains(SECRET));
    }
    let json = Request::builder().method("POST").uri(server.sandbox.token_url());
    let json = json.header("content-type", "application/json").body(Full::from("{}")).unwrap();
    assert_eq!(server.send(json).await.body["error"], "invalid_request");
    let get = Request::builder().uri(server.sandbox.token_url()).body(Full::default()).unwrap();
    let get = server.send(get).await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
    server.sandbox.stop().await;
}

#[tokio::test]
async fn requests_need_a_valid_token() {
    let server = server().await;
    let table = [
        (None, false),
        (Some("Basic YTpi"), false),
        (Some("Bearer"), false),
        (Some("Bearer wrong"), true),
        (Some("Bearer fixed-test-toke"), true),
    ];
    for (authorization, named) in table {
        let answer = server.with_authorization(authorization).await;
        assert_eq!(answer.outcome(), "401", "{authorization:?}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer "), "{challenge}");
        assert_eq!(challenge.contains(r#"error="invalid_token""#), named, "{authorization:?}");
        assert_eq!(answer.header("content-type"), "application/scim+json");
    }
    assert_eq!(server.with_authorization(Some(&format!("BEARER {TOKEN}"))).await.status, 200);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn tokens_expire() {
    let lifetime = Duration::from_millis(400);
    let server = Server::start(Options { token_lifetime: lifetime, ..Options::default() }).await;
    let form = [("grant_type", "client_credentials"), ("client_id", "sandbox"), ("client_secret", "sandbox-secret")];
    let answer = server.token(None, &form).await;
    let first = format!("Bearer {}", answer.body["access_token"].as_str().unwrap());
    assert_eq!(server.with_authorization(Some(&first)).await.status, 200);
    tokio::time::sleep(lifetime).await;
    let expired = server.with_authorization(Some(&first)).await;
    assert_eq!(expired.status, 401);
    assert!(expired.header("www-authenticate").contains(r#"error="invalid_token""#));
    let second = server.token(None, &form).await.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.with_authorization(Some(&format!("Bearer {second}"))).await.status, 200);
    server.sandbox.stop().await;
}
