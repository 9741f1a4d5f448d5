//! The credentials the host adds on the way out, for a connection whose `auth` is `host`: the component never sees them. They
//! go to the service's own origin only and replace what the component set there. Where there is no token, the component gets
//! an answer in the provider's place that says "refused" or "later", and the caller gets the reason beside it.

use super::policy::{Origin, Policy};
use super::token::{NoToken, Token, Tokens};
use super::transport::Timeouts;
use super::{Activity, Egress};
use crate::bindings::scim::connector::types::Failure;
use crate::connection::{Auth, Secret};
use crate::error::Error;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime_wasi_http::{Error as Fault, WasiBody};
use zeroize::Zeroizing;

/// Largest request body that is kept to be sent again with another token, in bytes.
const KEPT_BODY: u64 = 1024 * 1024;

/// What the host adds to requests to one origin.
pub struct Credentials {
    origin: Origin,
    kind: Kind,
}

enum Kind {
    /// The same header every time.
    Fixed { name: HeaderName, value: Zeroizing<String> },
    /// A token that the host fetches.
    Tokens { tokens: Box<Tokens>, policy: Policy },
}

impl Credentials {
    /// Credentials for the service's origin, as the component has checked and filled them in. `allow_insecure_http` lets the
    /// token endpoint be `http:`.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn new(auth: Auth, origin: Origin, allow_insecure_http: bool) -> Result<Self, (&'static str, String)> {
        let fixed = |name, value| Ok(Kind::Fixed { name, value });
        let kind = match &auth {
            Auth::Bearer { token } => {
                fixed(header::AUTHORIZATION, Zeroizing::new(format!("Bearer {}", sendable(token, "token")?)))
            }
            Auth::Basic { username, password } => {
                let pair = Zeroizing::new(format!("{username}:{}", password.literal().unwrap_or_default()));
                let pair = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
                fixed(header::AUTHORIZATION, Zeroizing::new(format!("Basic {}", *pair)))
            }
            Auth::Header { name, value } => {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ("name", "is no header name".into()))?;
                fixed(name, Zeroizing::new(sendable(value, "value")?.to_owned()))
            }
            Auth::ClientCredentials(client) => {
                let tokens = Box::new(Tokens::new((**client).clone())?);
                let endpoint = Origin::of(tokens.uri()).ok_or(("tokenUrl", "no http or https URL of a host".into()))?;
                let policy = Policy::new(vec![endpoint], allow_insecure_http);
                policy.check(&Method::POST, tokens.uri(), true).map_err(|refusal| ("tokenUrl", refusal.to_string()))?;
                Ok(Kind::Tokens { tokens, policy })
            }
            Auth::None | Auth::Host => Err(("type", "must be bearer, basic, header or clientCredentials".into())),
        }?;
        Ok(Self { origin, kind })
    }

    /// The token endpoint the host asks.
    pub fn token_url(&self) -> Option<&http::Uri> {
        match &self.kind {
            Kind::Fixed { .. } => None,
            Kind::Tokens { tokens, .. } => Some(tokens.uri()),
        }
    }
}

/// A secret that goes into a header as it is; white space around it is a copying mistake.
fn sendable<'a>(secret: &'a Secret, key: &'static str) -> Result<&'a str, (&'static str, String)> {
    let text = secret.literal().unwrap_or_default().trim();
    let visible = text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    if text.is_empty() || !visible {
        Err((key, "the secret must be visible ASCII characters".into()))
    } else {
        Ok(text)
    }
}

/// A header's value that no debug form shows and no HTTP/2 table keeps.
pub fn header_value(text: &str) -> HeaderValue {
    // Checked when the client was made, so the fallback is never sent.
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("invalid"));
    value.set_sensitive(true);
    value
}

/// Puts a header into a request, in the place of any the component set.
fn put(parts: &mut Parts, name: &HeaderName, value: &str) {
    parts.headers.remove(header::AUTHORIZATION);
    parts.headers.insert(name, header_value(value));
}

impl Egress {
    /// Sends a request with the host's credentials, where it goes to their origin.
    pub(super) async fn send_authorized(
        &self,
        credentials: &Credentials,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Arc<Activity>,
    ) -> Result<Response<WasiBody>, Fault> {
        if Origin::of(request.uri()).as_ref() != Some(&credentials.origin) {
            return self.exchange(&self.policy, request, timeouts, activity).await;
        }
        match &credentials.kind {
            Kind::Fixed { name, value } => {
                let (mut parts, body) = request.into_parts();
                put(&mut parts, name, value);
                self.exchange(&self.policy, Request::from_parts(parts, body), timeouts, activity).await
            }
            Kind::Tokens { tokens, policy } => self.send_with_token(tokens, policy, request, timeouts, activity).await,
        }
    }

    /// Sends a request with a token; once more with a new one, where the service refuses one that was kept: it may have been
    /// revoked before its time (RFC 6750 section 3.1), and a 401 says that nothing was carried out.
    async fn send_with_token(
        &self,
        tokens: &Tokens,
        policy: &Policy,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Arc<Activity>,
    ) -> Result<Response<WasiBody>, Fault> {
        let (parts, body) = request.into_parts();
        let (token, new) = match self.token(tokens, policy, timeouts, activity).await {
            Ok(found) => found,
            // Whether the service is reachable shall be seen apart from whether there is a token.
            Err(_) if activity.is_test() && parts.uri.path().ends_with("/ServiceProviderConfig") => {
                return self.exchange(&self.policy, Request::from_parts(parts, body), timeouts, activity).await;
            }
            Err(reason) => return Ok(instead(reason, body, activity).await),
        };
        let authorized = |token: &Token, body| {
            let mut parts = parts.clone();
            put(&mut parts, &header::AUTHORIZATION, &token.authorization());
            Request::from_parts(parts, body)
        };
        let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let kept = match length {
            _ if new => Err(body),
            None | Some(..=KEPT_BODY) if length.is_some() || body.is_end_stream() => {
                Ok(body.collect().await?.to_bytes())
            }
            _ => Err(body),
        };
        let (body, again) = match kept {
            Ok(bytes) => (whole(bytes.clone()), Some(bytes)),
            Err(body) => (body, None),
        };
        let response = self.exchange(&self.policy, authorized(&token, body), timeouts, activity).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        tokens.forget(&token);
        let Some(bytes) = again else { return Ok(response) };
        drop(response);
        match self.token(tokens, policy, timeouts, activity).await {
            Ok((token, _)) => self.exchange(&self.policy, authorized(&token, whole(bytes)), timeouts, activity).await,
            Err(reason) => Ok(instead(reason, whole(Bytes::new()), activity).await),
        }
    }

    /// A token, in less time than the component waits for an answer: it would take a request for sent that waits here.
    async fn token(
        &self,
        tokens: &Tokens,
        policy: &Policy,
        timeouts: Timeouts,
        activity: &Arc<Activity>,
    ) -> Result<(Token, bool), NoToken> {
        let patience = (timeouts.connect + timeouts.first_byte) / 2;
        let exchange = |request| {
            activity.asked_for_token();
            self.exchange(policy, request, timeouts, activity)
        };
        tokio::time::timeout(patience, tokens.token(exchange)).await.unwrap_or_else(|_| Err(tokens.late()))
    }
}

fn whole(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// The answer a request gets that was not sent for want of a token: 401, which is final, or 503 with `Retry-After`, which the
/// component knows not to have been carried out and repeats by the connection's own rules.
async fn instead(reason: NoToken, mut body: WasiBody, activity: &Activity) -> Response<WasiBody> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    // The body is read to its end, or the component sees a closed stream instead of the answer.
    while let Some(Ok(_)) = body.frame().await {}
    let status = if reason.transient { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNAUTHORIZED };
    let detail = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_str(),
        "detail": reason.failure.detail,
    });
    let mut response = Response::new(whole(detail.to_string().into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    if reason.transient {
        let pause = reason.failure.retry_after_ms.unwrap_or_default();
        headers.insert(header::RETRY_AFTER, pause.div_ceil(1000).into());
    }
    let id = format!("scim-connector-host-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    activity.no_token(Refused { id, reason });
    response
}

/// An answer in the provider's place, and why it was given.
#[derive(Clone)]
pub struct Refused {
    id: String,
    reason: NoToken,
}

impl Refused {
    /// The failure a caller is told instead of the component's, where that one comes from this answer.
    pub fn explain(&self, error: Error) -> Error {
        match error {
            Error::Failure { transient, mut failure } => {
                let transient = self.correct(transient, &mut failure);
                Error::Failure { transient, failure }
            }
            other => other,
        }
    }

    /// As [`Refused::explain`]; gives back whether the failure is transient.
    pub fn correct(&self, transient: bool, failure: &mut Failure) -> bool {
        if failure.request_id.as_ref() != Some(&self.id) {
            return transient;
        }
        // An earlier attempt may have been carried out; that is the component's to know.
        let maybe_applied = failure.maybe_applied;
        *failure = Failure { maybe_applied, ..(*self.reason.failure).clone() };
        self.reason.transient && !maybe_applied
    }
}
