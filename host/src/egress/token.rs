//! Tokens of OAuth 2.0 client credentials on the host's side: the one token of a connection, and the fetching of the next.
//! The messages are `scim-connector-oauth`'s. A closure sends the request; failures are those the component gives for a
//! token it fetches itself, so that a caller cannot tell who fetched it.

use super::assertion::Key;
use super::fault::{Fault, SendError};
use super::message::{Body, Response, retry_after, secret_value};
use crate::bindings::scim::connector::types::{Failure, FailureKind};
use crate::connection::{ClientCredentials, Method, Secret};
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Limited};
use parking_lot::RwLock;
use scim_connector_oauth::{self as oauth, Claims, Error, ErrorKind, Message, Proof, TokenRequest, assertion, parse};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// Largest answer read from a token endpoint, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

/// An access token.
#[derive(Clone)]
pub struct Token {
    value: oauth::Secret,
    good_until: Instant,
}

impl Token {
    /// The value of the `Authorization` header (RFC 6750 section 2.1).
    pub fn authorization(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", self.value.expose()))
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
        let current = self.current.read();
        current.as_ref().filter(|token| token.good_until > Instant::now()).cloned()
    }

    /// No longer uses a token that the service refused.
    pub fn forget(&self, refused: &Token) {
        let mut current = self.current.write();
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
        *self.current.write() = Some(token.clone());
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

    fn request(&self) -> Result<Request<Body>, NoToken> {
        let client = &self.client;
        let unusable = |detail: &str| NoToken {
            transient: false,
            failure: failure(FailureKind::Configuration, format!("host.credentials: {detail}")),
        };
        let token_request = TokenRequest {
            client_id: &client.client_id,
            scopes: client.scopes.as_deref().unwrap_or_default(),
            audience: client.audience.as_deref(),
        };
        let parameters = client.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let secret = client.client_secret.as_ref().and_then(Secret::literal).map(oauth::Secret::new);
        let message = match (&self.key, client.method, &secret) {
            (Some(key), ..) => {
                let claims = Claims {
                    client_id: &client.client_id,
                    audience: client.audience.as_deref().or(client.token_url.as_deref()).unwrap_or_default(),
                    key_id: client.key_id.as_deref(),
                    id: rand::random(),
                    now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs()),
                };
                let assertion = assertion(&claims, key).ok_or_else(|| unusable("privateKey: it cannot sign"))?;
                token_request.message(parameters, Proof::Assertion(&assertion))
            }
            (None, Some(Method::Post), Some(secret)) => token_request.message(parameters, Proof::Post(secret)),
            (None, _, Some(secret)) => token_request.message(parameters, Proof::Basic(secret)),
            (None, _, None) => return Err(unusable("neither clientSecret nor privateKey is given")),
        };
        let mut request = Request::post(&self.uri)
            .header(header::CONTENT_TYPE, Message::CONTENT_TYPE)
            .header(header::ACCEPT, Message::ACCEPT)
            .header(header::USER_AGENT, concat!("scim-connector/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &message.authorization {
            request = request.header(header::AUTHORIZATION, secret_value(authorization.expose()));
        }
        // Without it the body goes out chunked, which HTTP/1.0 servers take for an empty one; hyper sets it by the body.
        request.body(message.body.into_exposed().into()).map_err(|_| unusable("the token request cannot be written"))
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

    /// Reads the token endpoint's answer. The token's lifetime counts from `sent` on.
    fn parse(&self, status: StatusCode, headers: &HeaderMap, body: &[u8], sent: Instant) -> Result<Token, NoToken> {
        match parse(status.as_u16(), body) {
            Ok(token) => {
                let good_until = sent.checked_add(token.usable_for).unwrap_or(sent);
                Ok(Token { value: token.value, good_until })
            }
            Err(error) => Err(self.refused(&error, headers)),
        }
    }

    /// What an answer without a token means to the caller.
    fn refused(&self, error: &Error, headers: &HeaderMap) -> NoToken {
        let (kind, transient) = match error.kind() {
            ErrorKind::Throttled => (FailureKind::Throttled, true),
            ErrorKind::Unavailable => (FailureKind::Unavailable, true),
            ErrorKind::Authentication => (FailureKind::Authentication, false),
            ErrorKind::TokenUrl => (FailureKind::Configuration, false),
            ErrorKind::Protocol => (FailureKind::Protocol, false),
            ErrorKind::Unsupported => (FailureKind::Unsupported, false),
        };
        let mut failure = failure(kind, error.message(&self.shown, "host.credentials"));
        if let Some(status) = error.status() {
            failure.status = Some(status);
            failure.oauth_error = error.code().map(str::to_owned);
            let pause = StatusCode::from_u16(status).ok().and_then(|status| retry_after(status, headers));
            failure.retry_after_ms = pause.and_then(|pause| u64::try_from(pause.as_millis()).ok());
            failure.request_id = request_id(headers);
        }
        NoToken { transient, failure }
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

fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-correlation-id", "x-ms-request-id"];
    let id = names.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    Some(id.chars().filter(|char| !char.is_control()).take(128).collect())
}
