//! The stage that adds the host's credentials, for a connection whose `auth` is `host`: the component never sees them. They
//! go to the service's own origin only and replace what the component set there. Where there is no token, the component gets
//! an answer in the provider's place that says "refused" or "later", and the caller gets the reason beside it.

use super::activity::{Activity, TokenRefusal};
use super::fault::SendError;
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{Body, Request, Response, Timeouts, secret_value};
use super::policy::{Origin, Policy};
use super::service::Service;
use super::token::{NoToken, Token, Tokens};
use crate::connection::{Auth, Secret};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use zeroize::Zeroizing;

/// Largest request body that may be sent again with another token, in bytes.
const LARGEST_REPEATED: u64 = 1024 * 1024;

/// What the host adds to requests to one origin.
pub struct Credentials {
    origin: Origin,
    kind: Kind,
}

enum Kind {
    /// The same header every time.
    Fixed { name: HeaderName, value: Zeroizing<String> },
    /// A token that the host fetches.
    Tokens { tokens: Box<Tokens>, policy: Arc<Policy> },
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
            Auth::Scheme { scheme, token } => {
                fixed(header::AUTHORIZATION, Zeroizing::new(format!("{scheme} {}", sendable(token, "token")?)))
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
                Ok(Kind::Tokens { tokens, policy: Arc::new(policy) })
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

/// Longest secret in a header; heads of requests are seldom allowed a tenth of it.
const LARGEST_SECRET: usize = 64 << 10;

/// A secret that goes into a header as it is; white space around it is a copying mistake.
fn sendable<'a>(secret: &'a Secret, key: &'static str) -> Result<&'a str, (&'static str, String)> {
    let text = secret.literal().unwrap_or_default().trim();
    if text.len() > LARGEST_SECRET {
        return Err((
            key,
            format!("the secret has more than {LARGEST_SECRET} bytes, which no server takes in a header"),
        ));
    }
    let visible = text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    if text.is_empty() || !visible {
        Err((key, "the secret must be visible ASCII characters".into()))
    } else {
        Ok(text)
    }
}

/// Puts a header into a request, in the place of any the component set.
fn put(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    headers.remove(header::AUTHORIZATION);
    headers.insert(name, secret_value(value));
}

/// The stage.
pub struct Authorize {
    /// What it adds.
    pub credentials: Arc<Credentials>,
    /// Whom requests go to.
    pub service: Service,
}

impl Interceptor for Authorize {
    fn intercept<'a>(&'a self, mut request: Request, next: Next<'a>) -> Intercepted<'a> {
        if Origin::of(&request.url).as_ref() != Some(&self.credentials.origin) {
            return next.run(request);
        }
        match &self.credentials.kind {
            Kind::Fixed { name, value } => {
                put(&mut request.headers, name, value);
                next.run(request)
            }
            Kind::Tokens { tokens, policy } => Box::pin(self.with_token(tokens, policy, request, next)),
        }
    }
}

impl Authorize {
    /// Sends a request with a token; once more with a new one, where the service refuses one that was kept: it may have been
    /// revoked before its time (RFC 6750 section 3.1), and a 401 says that nothing was carried out.
    async fn with_token(
        &self,
        tokens: &Tokens,
        policy: &Arc<Policy>,
        mut request: Request,
        next: Next<'_>,
    ) -> Result<Response, SendError> {
        let (activity, timeouts) = (request.activity.clone(), request.timeouts);
        let (token, new) = match token(tokens, policy, timeouts, &activity, next).await {
            Ok(found) => found,
            // Whether the service is reachable shall be seen apart from whether there is a token.
            Err(_) if activity.is_test() && self.service.protocol.is_public(&request.url) => {
                return next.run(request).await;
            }
            Err(reason) => return self.refuse(reason, request).await,
        };
        put(&mut request.headers, &header::AUTHORIZATION, &token.authorization());
        let length = request.headers.get(header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let small = length.map_or(request.body.is_end_stream(), |length| length <= LARGEST_REPEATED);
        if new || !small {
            let response = next.run(request).await?;
            if response.status == StatusCode::UNAUTHORIZED {
                tokens.forget(&token);
            }
            return Ok(response);
        }
        let Request { method, url, headers, body, .. } = request;
        let bytes = body.bytes().await?;
        let again = || {
            let parts = (method.clone(), url.clone(), headers.clone());
            let mut request = Request::new(parts.0, parts.1, parts.2, bytes.clone().into(), activity.clone());
            request.timeouts = timeouts;
            request
        };
        let response = next.run(again()).await?;
        if response.status != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        tokens.forget(&token);
        drop(response);
        let mut request = again();
        match self::token(tokens, policy, timeouts, &activity, next).await {
            Ok((token, _)) => {
                put(&mut request.headers, &header::AUTHORIZATION, &token.authorization());
                next.run(request).await
            }
            Err(reason) => self.refuse(reason, request).await,
        }
    }

    /// The answer to a request that was not sent for want of a token: 401, which is final, or 503 with `Retry-After`, which
    /// the component knows not to have been carried out and repeats by the connection's own rules.
    async fn refuse(&self, reason: NoToken, request: Request) -> Result<Response, SendError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let status = if reason.transient { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNAUTHORIZED };
        let (kind, body) = self.service.protocol.error_body(status, &reason.failure.detail);
        let mut response = Response::new(status, body);
        response.headers.insert(header::CONTENT_TYPE, kind);
        if reason.transient {
            let pause = reason.failure.retry_after_ms.unwrap_or_default();
            response.headers.insert(header::RETRY_AFTER, pause.div_ceil(1000).into());
        }
        let id = format!("scim-connector-host-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers.insert("x-request-id", id);
        }
        request.activity.no_token(TokenRefusal { id, transient: reason.transient, failure: reason.failure });
        request.answer(response).await
    }
}

/// A token, in less time than the component waits for an answer: it would take a request for sent that waits here.
async fn token(
    tokens: &Tokens,
    policy: &Arc<Policy>,
    timeouts: Timeouts,
    activity: &Arc<Activity>,
    next: Next<'_>,
) -> Result<(Token, bool), NoToken> {
    let patience = (timeouts.connect + timeouts.first_byte) / 2;
    let exchange = |request: http::Request<Body>| {
        activity.asked_for_token();
        let (parts, body) = request.into_parts();
        let mut request = Request::new(parts.method, parts.uri, parts.headers, body, activity.clone());
        (request.timeouts, request.policy) = (timeouts, Some(policy.clone()));
        next.run(request)
    };
    tokio::time::timeout(patience, tokens.token(exchange)).await.unwrap_or_else(|_| Err(tokens.late()))
}
