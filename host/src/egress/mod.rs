//! The one door out: every request of the component passes [`Hooks::send_request`], where the policy decides, the
//! transport sends and the observer watches. Knows nothing of SCIM.

pub mod address;
mod assertion;
mod body;
pub mod credentials;
mod decode;
pub mod fault;
mod held;
pub mod observe;
pub mod policy;
pub mod resolve;
mod route;
#[cfg(test)]
mod tests;
mod tls;
pub mod token;
pub mod transport;

use crate::redact::Redactor;
use crate::telemetry::{Meter, Metrics, Recording};
use crate::traffic::Traffic;
use body::{Answer, Outgoing, Wire};
use credentials::{Credentials, Refused};
use decode::Decoded;
use fault::Failed;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use observe::Observer;
use policy::Policy;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::Span;
use transport::{Timeouts, Transport};
use wasmtime_wasi_http::{Error as Fault, RequestOptions, WasiBody, WasiHttpHooks};

/// What the instances of one connection share on the way out. Clones share everything.
#[derive(Clone)]
pub struct Egress {
    policy: Policy,
    transport: Arc<Transport>,
    traffic: Arc<Traffic>,
    /// The token endpoint: a POST there changes nothing.
    token_url: Option<Uri>,
    credentials: Option<Arc<Credentials>>,
    redactor: Arc<Redactor>,
    observer: Option<Arc<dyn Observer>>,
    meter: Arc<Meter>,
    requests: Arc<AtomicU64>,
    /// Largest response body let in, in bytes, coded and decoded.
    response_limit: u64,
}

impl Egress {
    /// A door with this policy before this transport.
    pub fn new(
        policy: Policy,
        transport: Transport,
        traffic: Arc<Traffic>,
        token_url: Option<Uri>,
        redactor: Arc<Redactor>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        let (transport, requests) = (Arc::new(transport), Arc::default());
        let (credentials, response_limit, meter) = (None, u64::MAX, Metrics::default().meter(""));
        Self { policy, transport, traffic, token_url, credentials, redactor, observer, meter, requests, response_limit }
    }

    /// The same way out under another policy, for another version of the component.
    pub fn with(&self, policy: Policy, token_url: Option<Uri>) -> Self {
        let token_url = self.credentials.as_ref().and_then(|own| own.token_url()).cloned().or(token_url);
        Self { policy, token_url, ..self.clone() }
    }

    /// Adds credentials of the host's on the way out.
    #[must_use]
    pub fn with_credentials(self, credentials: Option<Credentials>) -> Self {
        let token_url = credentials.as_ref().and_then(Credentials::token_url).cloned().or(self.token_url);
        Self { credentials: credentials.map(Arc::new), token_url, ..self }
    }

    /// Counts what goes out on this meter.
    #[must_use]
    pub fn with_meter(self, meter: Arc<Meter>) -> Self {
        Self { meter, ..self }
    }

    /// Lets in response bodies of at most so many bytes; any size where it is absent.
    #[must_use]
    pub fn with_response_limit(self, bytes: Option<u64>) -> Self {
        Self { response_limit: bytes.unwrap_or(u64::MAX), ..self }
    }

    /// Requests let out so far, whatever became of them.
    pub fn requests_made(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether the request only fetches a token.
    fn fetches_token(&self, request: &Request<WasiBody>) -> bool {
        let (uri, token) = (request.uri(), self.token_url.as_ref());
        token.is_some_and(|token| token.path() == uri.path() && token.authority() == uri.authority())
    }

    /// Whether the request may change something at the provider (RFC 9110 section 9.2.1): not a safe method, not a
    /// search by POST (RFC 7644 section 3.4.3), not a token request.
    fn is_write(&self, request: &Request<WasiBody>) -> bool {
        let search = request.method() == Method::POST && request.uri().path().ends_with("/.search");
        !request.method().is_safe() && !search && !self.fetches_token(request)
    }

    async fn send(
        &self,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Arc<Activity>,
    ) -> Result<Response<WasiBody>, Fault> {
        match &self.credentials {
            Some(credentials) => self.send_authorized(credentials, request, timeouts, activity).await,
            None => self.exchange(&self.policy, request, timeouts, activity).await,
        }
    }

    /// Sends one request as it is.
    async fn exchange(
        &self,
        policy: &Policy,
        mut request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Arc<Activity>,
    ) -> Result<Response<WasiBody>, Fault> {
        if let Some(credentials) =
            request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok())
        {
            self.redactor.learn_authorization(credentials);
        }
        activity.explain(None);
        let decodes = decode::offer(request.headers_mut());
        let span = activity.span();
        let recording = Recording::new(&request, &span, &self.meter, self.observer.as_ref(), &self.redactor);
        let sent = self.send_recorded(policy, request, timeouts, activity, decodes, recording.clone()).await;
        sent.map_err(|Failed { code, words }| {
            let words = words.map(|words| self.redactor.text(&words));
            recording.failed(&code, words.as_deref().unwrap_or(&code.to_string()));
            activity.explain(words);
            code
        })
    }

    /// Whether a request may leave.
    fn check(&self, policy: &Policy, request: &Request<WasiBody>) -> Result<(), Failed> {
        let refused = |code, refusal: String| Failed { code, words: Some(refusal) };
        policy
            .check(request.method(), request.uri(), self.fetches_token(request))
            .map_err(|refusal| refused(Fault::HttpRequestDenied, refusal.to_string()))?;
        self.transport
            .check(request.uri())
            .map_err(|refusal| refused(Fault::DestinationIpProhibited, refusal.to_string()))
    }

    async fn send_recorded(
        &self,
        policy: &Policy,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Arc<Activity>,
        decodes: bool,
        recording: Recording,
    ) -> Result<Response<WasiBody>, Failed> {
        if let Err(refusal) = self.check(policy, &request) {
            let reason = refusal.words.as_deref().unwrap_or_default();
            recording.unsent("denied");
            tracing::warn!(parent: recording.span(), url = transport::without_query(request.uri()), reason, "request refused");
            drain(request).await;
            return Err(refusal);
        }
        let service = !self.fetches_token(&request);
        if !service {
            self.traffic.count_request();
        } else if let Err(held) = self.traffic.before_request(&activity.prepaid, timeouts.connect).await {
            let answer = held::answer(held);
            recording.unsent("held");
            recording.head(&answer);
            recording.failed(&Fault::HttpRequestDenied, &held.reason());
            drain(request).await;
            return Ok(answer);
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        activity.request_left();
        recording.leaves(!service);
        let write = self.is_write(&request);
        let request = if recording.takes_bodies() {
            let recording = recording.clone();
            request.map(|inner| Outgoing { inner, recording }.boxed_unsync())
        } else {
            request
        };
        let on_connected = || {
            if write {
                activity.write_sent();
            }
        };
        let outcome = self.transport.send(request, timeouts, on_connected).await;
        held::note(&self.traffic, service, &outcome);
        let mut response = outcome?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            // Nobody asked for another protocol, so no answer can follow (RFC 9110 section 15.2.2).
            return Err(Fault::HttpUpgradeFailed.into());
        }
        recording.head(&response);
        let decoder = if decodes { decode::decoder(response.headers_mut())? } else { None };
        let (head, body) = response.into_parts();
        let (limit, activity, recording) = (self.response_limit, activity.clone(), Some(recording));
        let inner = Wire::new(body, timeouts.between_bytes, limit)?;
        let body = match decoder {
            Some(decoder) => Answer { inner: Decoded::new(inner, decoder, limit), recording, activity }.boxed_unsync(),
            None => Answer { inner, recording, activity }.boxed_unsync(),
        };
        Ok(Response::from_parts(head, body))
    }
}

/// Reads a request's body to its end, without which the component would see a closed stream instead of the answer.
async fn drain(request: Request<WasiBody>) {
    let mut body = request.into_body();
    while let Some(Ok(_)) = body.frame().await {}
}

/// Whether a call has sent a change, how many such calls the connection has under way, why its last request failed,
/// and what the host did for want of a token.
pub struct Activity {
    /// Whether the place in time of the call's next request is taken already, see `Traffic::admit`.
    pub prepaid: AtomicBool,
    sent: AtomicBool,
    open_writes: Arc<AtomicUsize>,
    explanation: Mutex<Option<String>>,
    test: AtomicBool,
    token_requests: AtomicU32,
    refused: Mutex<Option<Refused>>,
    requests: AtomicU32,
    span: Mutex<Span>,
}

impl Activity {
    /// Counts into `open_writes`.
    pub fn new(open_writes: Arc<AtomicUsize>) -> Self {
        Self {
            prepaid: AtomicBool::new(false),
            sent: AtomicBool::new(false),
            open_writes,
            explanation: Mutex::default(),
            test: AtomicBool::new(false),
            token_requests: AtomicU32::new(0),
            refused: Mutex::default(),
            requests: AtomicU32::new(0),
            span: Mutex::new(Span::none()),
        }
    }

    /// A call begins, whose span is this.
    pub fn begin(&self, span: Span) {
        self.prepaid.store(true, Ordering::Relaxed);
        self.requests.store(0, Ordering::Relaxed);
        *self.span.lock().unwrap_or_else(PoisonError::into_inner) = span;
    }

    /// The span of the call, the parent of its requests'.
    fn span(&self) -> Span {
        self.span.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn request_left(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests that the call has let out so far.
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The call is a test of the connection.
    pub fn begin_test(&self) {
        self.test.store(true, Ordering::Release);
    }

    fn is_test(&self) -> bool {
        self.test.load(Ordering::Acquire)
    }

    fn asked_for_token(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Token requests the host made for the call.
    pub fn token_requests(&self) -> u32 {
        self.token_requests.load(Ordering::Relaxed)
    }

    fn no_token(&self, refused: Refused) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
    }

    /// The last answer the host gave in the provider's place for want of a token.
    pub fn refused(&self) -> Option<Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write_sent(&self) {
        if !self.sent.swap(true, Ordering::AcqRel) {
            self.open_writes.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Whether the call has sent a change.
    pub fn has_written(&self) -> bool {
        self.sent.load(Ordering::Acquire)
    }

    fn explain(&self, words: Option<String>) {
        *self.explanation.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// What the host knows about the failure of the call's last request, beyond the code it gave the component.
    pub fn explanation(&self) -> Option<String> {
        self.explanation.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The call is over.
    pub fn reset(&self) {
        self.explain(None);
        *self.span.lock().unwrap_or_else(PoisonError::into_inner) = Span::none();
        self.test.store(false, Ordering::Release);
        self.token_requests.store(0, Ordering::Relaxed);
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if self.sent.swap(false, Ordering::AcqRel) {
            self.open_writes.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// What wasmtime calls for every request; `None` has no door at all.
pub struct Hooks {
    /// The connection's door.
    pub egress: Option<Arc<Egress>>,
    /// What the current call has done.
    pub activity: Arc<Activity>,
}

type Sent = Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Fault>> + Send>), Fault>;

impl WasiHttpHooks for Hooks {
    fn set_host_header(&mut self) -> bool {
        // hyper-util sets it, and only where the protocol has it.
        false
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Fault>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (egress, activity) = (self.egress.clone(), self.activity.clone());
        Box::new(async move {
            let egress = egress.ok_or(Fault::HttpRequestDenied)?;
            let response = egress.send(request, options.into(), &activity).await?;
            // The connection is driven by the pool, so there is nothing left to drive here.
            Ok((response, Box::new(async { Ok(()) }) as Box<dyn Future<Output = Result<(), Fault>> + Send>))
        })
    }
}
