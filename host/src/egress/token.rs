//! OAuth 2.0 client credentials (RFC 6749 section 4.4) on the host's side: the token request, its answer, and the one token
//! of a connection. Who carries the request is told by a closure; failures are those the component gives for a token it
//! fetches itself (`src/auth/tokens.rs`), so that a caller cannot tell who fetched it.

use super::assertion::Key;
use super::fault::{Fault, SendError};
use super::message::{Body, Response, secret_value};
use crate::bindings::scim::connector::types::{Failure, FailureKind};
use crate::connection::{ClientCredentials, Method, Secret};
use crate::sealed::Sealed;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;
use url::form_urlencoded;
use zeroize::Zeroizing;

/// Longest life assumed for a token whose answer names none.
const UNNAMED_LIFE: Duration = Duration::from_secs(300);

/// Largest answer read from a token endpoint, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

/// An access token.
#[derive(Clone)]
pub struct Token {
    value: Zeroizing<String>,
    good_until: Instant,
}

impl Token {
    /// The value of the `Authorization` header (RFC 6750 section 2.1).
    pub fn authorization(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", *self.value))
    }
}

/// Why there is no token.
#[derive(Debug, Clone)]
pub struct NoToken {
    /// Whether another attempt may do better.
    pub transient: bool,
    /// What the caller is told.
    pub failure: Box<Failure>,
}

/// The tokens of one connection: the one in use, and the fetching of the next, one at a time however many wait.
pub struct Tokens {
    client: ClientCredentials,
    key: Option<Key>,
    uri: Uri,
    /// The token endpoint's origin, for messages: its path or query may hold more.
    shown: String,
    current: RwLock<Option<Token>>,
    /// The last fetch's failure; whoever waited for that fetch shares it.
    fetching: Mutex<Option<NoToken>>,
    fetches: AtomicU64,
}

impl Tokens {
    /// Tokens for these credentials, which the component has checked and filled in.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn new(client: ClientCredentials) -> Result<Self, (&'static str, String)> {
        let uri: Option<Uri> = client.token_url.as_ref().and_then(|url| url.parse().ok());
        let uri =
            uri.filter(|uri| uri.host().is_some()).ok_or(("tokenUrl", "no http or https URL of a host".into()))?;
        let key = match (client.method, client.private_key.as_ref().and_then(Secret::literal)) {
            (Some(Method::PrivateKeyJwt), Some(pem)) => Some(Key::from_pem(pem).ok_or((
                "privateKey",
                "is not a P-256 or RSA key of at least 2048 bits in PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)".into(),
            ))?),
            _ => None,
        };
        let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{}://{}{port}", uri.scheme_str().unwrap_or("https"), uri.host().unwrap_or_default());
        let (current, fetching, fetches) = (RwLock::default(), Mutex::default(), AtomicU64::new(0));
        Ok(Self { client, key, uri, shown, current, fetching, fetches })
    }

    /// The token endpoint.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    fn current(&self) -> Option<Token> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|token| token.good_until > Instant::now()).cloned()
    }

    /// No longer uses a token that the service refused.
    pub fn forget(&self, refused: &Token) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|token| token.value == refused.value) {
            *current = None;
        }
    }

    /// The token in use, or a new one; and whether it is new. `exchange` sends the token request.
    pub async fn token<F, Sent>(&self, exchange: F) -> Result<(Token, bool), NoToken>
    where
        F: FnOnce(Request<Body>) -> Sent + Send,
        Sent: Future<Output = Result<Response, SendError>> + Send,
    {
        if let Some(token) = self.current() {
            return Ok((token, false));
        }
        let seen = self.fetches.load(Ordering::Acquire);
        let mut last = self.fetching.lock().await;
        if let Some(token) = self.current() {
            return Ok((token, true));
        }
        // Those who waited for a fetch that failed would otherwise ask a token endpoint in trouble one after the other.
        if let (Some(failure), true) = (&*last, self.fetches.load(Ordering::Acquire) != seen) {
            return Err(failure.clone());
        }
        let fetched = self.fetch(exchange).await;
        self.fetches.fetch_add(1, Ordering::AcqRel);
        *last = fetched.as_ref().err().cloned();
        let token = fetched?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok((token, true))
    }

    /// What a caller is told who has no more time to wait for the token endpoint.
    pub fn late(&self) -> NoToken {
        let detail = format!("token endpoint: {} did not answer in time", self.shown);
        NoToken { transient: true, failure: failure(FailureKind::Timeout, detail) }
    }

    async fn fetch<F, Sent>(&self, exchange: F) -> Result<Token, NoToken>
    where
        F: FnOnce(Request<Body>) -> Sent + Send,
        Sent: Future<Output = Result<Response, SendError>> + Send,
    {
        let sent = Instant::now();
        let response = exchange(self.request()?).await.map_err(|error| self.unanswered(&error.fault))?;
        let body = match Limited::new(response.body, LARGEST_ANSWER).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                return Err(match error.downcast::<Fault>() {
                    Ok(fault) => self.unanswered(&fault),
                    Err(_) => self.unanswered(&Fault::HttpResponseBodySize(LARGEST_ANSWER as u64)),
                });
            }
        };
        self.parse(response.status, &response.headers, &body, sent)
    }

    /// The token request (RFC 6749 section 4.4.2; RFC 7523 section 2.2).
    fn request(&self) -> Result<Request<Body>, NoToken> {
        let client = &self.client;
        let unusable = |detail: &str| NoToken {
            transient: false,
            failure: failure(FailureKind::Configuration, format!("host.credentials: {detail}")),
        };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(scopes) = client.scopes.as_ref().filter(|scopes| !scopes.is_empty()) {
            form.append_pair("scope", &scopes.join(" "));
        }
        if let Some(audience) = &client.audience {
            form.append_pair("audience", audience);
        }
        form.extend_pairs(&client.parameters);
        let mut request = Request::post(&self.uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("scim-connector/", env!("CARGO_PKG_VERSION")));
        let secret = client.client_secret.as_ref().and_then(Secret::literal);
        match (&self.key, client.method, secret) {
            (Some(key), ..) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
                let audience = client.audience.as_deref().or(client.token_url.as_deref()).unwrap_or_default();
                let assertion = key
                    .assertion(&client.client_id, audience, client.key_id.as_deref(), now)
                    .ok_or_else(|| unusable("privateKey: it cannot sign"))?;
                form.append_pair("client_id", &client.client_id);
                form.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
                form.append_pair("client_assertion", &assertion);
            }
            (None, Some(Method::Post), Some(secret)) => {
                form.append_pair("client_id", &client.client_id);
                form.append_pair("client_secret", secret);
            }
            (None, _, Some(secret)) => {
                // Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
                let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = Zeroizing::new(format!("{}:{}", encode(&client.client_id), encode(secret)));
                let value = Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())));
                request = request.header(header::AUTHORIZATION, secret_value(&value));
            }
            (None, _, None) => return Err(unusable("neither clientSecret nor privateKey is given")),
        }
        // Without it the body goes out chunked, which HTTP/1.0 servers take for an empty one; hyper sets it by the body.
        request.body(form.finish().into()).map_err(|_| unusable("the token request cannot be written"))
    }

    /// What an exchange without an answer means to the caller.
    fn unanswered(&self, fault: &Fault) -> NoToken {
        use FailureKind as K;
        let shown = &self.shown;
        let (kind, transient, what) = match fault {
            Fault::DnsError(_) => (K::Unavailable, true, format!("the name of {shown} does not resolve")),
            Fault::ConnectionRefused
            | Fault::DestinationUnavailable
            | Fault::DestinationIpUnroutable
            | Fault::ConnectionLimitReached => (K::Unavailable, true, format!("{shown} cannot be reached")),
            Fault::TlsCertificateError => {
                (K::Configuration, false, format!("no secure connection to {shown}: the certificate is not trusted"))
            }
            Fault::TlsProtocolError | Fault::TlsAlertReceived { .. } => {
                (K::Configuration, false, format!("no secure connection to {shown}: the TLS handshake failed"))
            }
            Fault::HttpRequestDenied | Fault::DestinationIpProhibited => {
                (K::Configuration, false, format!("the host does not allow requests to {shown}"))
            }
            Fault::HttpResponseTimeout | Fault::ConnectionReadTimeout => return self.late(),
            Fault::HttpResponseBodySize(_) => {
                (K::TooLarge, false, format!("the answer of {shown} is larger than {LARGEST_ANSWER} bytes"))
            }
            Fault::HttpProtocolError | Fault::HttpResponseHeaderSectionSize | Fault::HttpResponseContentCoding(_) => {
                (K::Protocol, false, format!("the answer of {shown} is not HTTP"))
            }
            _ => (K::Unavailable, true, format!("{shown} broke off")),
        };
        NoToken { transient, failure: failure(kind, format!("token endpoint: {what}")) }
    }

    /// Reads the token endpoint's answer (RFC 6749 sections 5.1 and 5.2). The token's life counts from `sent` on.
    fn parse(&self, status: StatusCode, headers: &HeaderMap, body: &[u8], sent: Instant) -> Result<Token, NoToken> {
        use FailureKind as K;
        let mut body = Sealed::new(serde_json::from_slice(body).unwrap_or(Value::Null));
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let code = text("error").map(|code| plain(code, 64));
        let shown = &self.shown;
        let (kind, detail) = match (status.as_u16(), &code, text("access_token")) {
            (200..=299, _, Some(value)) if !is_bearer_token(value) => {
                let detail = "the token endpoint's access_token is not a bearer token (RFC 6750 section 2.1)";
                return Err(NoToken { transient: false, failure: failure(K::Protocol, detail.into()) });
            }
            (200..=299, _, Some(_)) if !text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer")) => {
                let detail = "the token endpoint's token_type is not Bearer";
                return Err(NoToken { transient: false, failure: failure(K::Unsupported, detail.into()) });
            }
            (200..=299, _, Some(_)) => {
                let life = body.get("expires_in").and_then(seconds).unwrap_or(UNNAMED_LIFE);
                // Not used in its last tenth, or its last half minute: it must still be good when it arrives.
                let margin = (life / 10).min(Duration::from_secs(30));
                let good_until = sent.checked_add(life - margin).unwrap_or(sent);
                let value = body.get_mut("access_token").map(Value::take);
                let Some(Value::String(value)) = value else { return Err(self.unanswered(&Fault::HttpProtocolError)) };
                return Ok(Token { value: value.into(), good_until });
            }
            (429, ..) => (K::Throttled, format!("the token endpoint at {shown} asks to slow down (429)")),
            (status @ 500.., code, _) => {
                let code = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
                (K::Unavailable, format!("the token endpoint at {shown} answered {status}{code}"))
            }
            (300.., Some(code), _) => {
                let words = text("error_description").map(|words| format!(" ({})", plain(words, 300)));
                let (words, advice) = (words.unwrap_or_default(), advice(code));
                (
                    K::Authentication,
                    format!("the token endpoint at {shown} refused the client: {code}{words}; {advice}"),
                )
            }
            (status @ (404 | 405), ..) => (
                K::Configuration,
                format!(
                    "host.credentials.tokenUrl: the server at {shown} answered {status}; this is no token endpoint"
                ),
            ),
            (300..=399, ..) => (
                K::Configuration,
                format!(
                    "host.credentials.tokenUrl: the server at {shown} redirects elsewhere, which is not followed with credentials; give the final URL"
                ),
            ),
            (status @ (401 | 403), ..) => (
                K::Authentication,
                format!("the token endpoint at {shown} refused the client with {status} and no OAuth error code"),
            ),
            (status, ..) => (
                K::Protocol,
                format!(
                    "the token endpoint at {shown} answered {status} without an access token (RFC 6749 section 5.1)"
                ),
            ),
        };
        let transient = matches!(kind, K::Throttled | K::Unavailable);
        let failure = Box::new(Failure {
            status: Some(status.as_u16()),
            oauth_error: code,
            retry_after_ms: retry_after(headers),
            request_id: request_id(headers),
            ..*failure(kind, detail)
        });
        Err(NoToken { transient, failure })
    }
}

/// A failure of a kind, with everything else left out.
fn failure(kind: FailureKind, detail: String) -> Box<Failure> {
    Box::new(Failure {
        kind,
        status: None,
        scim_type: None,
        detail,
        pointer: None,
        problems: None,
        oauth_error: None,
        retry_after_ms: None,
        maybe_applied: false,
        request_id: None,
        excerpt: None,
    })
}

fn is_bearer_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (b'!'..0x7f).contains(&byte))
}

fn advice(code: &str) -> &'static str {
    match code {
        "invalid_client" => "check host.credentials.clientId and the secret",
        "invalid_scope" => "check host.credentials.scopes",
        "unauthorized_client" | "unsupported_grant_type" => "allow the client credentials grant for this client",
        _ => "check host.credentials",
    }
}

/// What a server says, on one line and cut short.
fn plain(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().filter(|char| !char.is_control()).take(longest).collect();
    if short.chars().count() < line.chars().count() { format!("{short}…") } else { short }
}

/// A number of seconds, which some servers write as a string.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match text.parse() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::now()).unwrap_or_default(),
    };
    u64::try_from(pause.as_millis()).ok()
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-correlation-id", "x-ms-request-id"];
    let id = names.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    Some(plain(id, 128))
}
