//! The one door out: every request of the component passes [`Hooks::send_request`], where the policy decides, the
//! transport sends and the observer watches. Knows nothing of SCIM.

pub mod address;
mod assertion;
pub mod credentials;
pub mod fault;
pub mod observe;
pub mod policy;
#[cfg(test)]
mod tests;
pub mod token;
pub mod transport;

use crate::redact::Redactor;
use bytes::Bytes;
use credentials::{Credentials, Refused};
use http::{Method, Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use observe::{Observer, Recording};
use policy::Policy;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};
use transport::{Timeouts, Transport};
use wasmtime_wasi_http::{Error as Fault, RequestOptions, WasiBody, WasiHttpHooks};

/// What the instances of one connection share on the way out.
pub struct Egress {
    policy: Policy,
    transport: Transport,
    /// The token endpoint: a POST there changes nothing.
    token_url: Option<Uri>,
    credentials: Option<Credentials>,
    redactor: Arc<Redactor>,
    observer: Option<Arc<dyn Observer>>,
    requests: AtomicU64,
}

impl Egress {
    /// A door with this policy.
    pub fn new(
        policy: Policy,
        token_url: Option<Uri>,
        redactor: Arc<Redactor>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        let (transport, requests) = (Transport::default(), AtomicU64::new(0));
        Self { policy, transport, token_url, credentials: None, redactor, observer, requests }
    }

    /// The same, adding credentials of the host's.
    #[must_use]
    pub fn with_credentials(self, credentials: Option<Credentials>) -> Self {
        let token_url = credentials.as_ref().and_then(Credentials::token_url).cloned().or(self.token_url);
        Self { credentials, token_url, ..self }
    }

    /// Requests let out so far, whatever became of them.
    pub fn requests_made(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether the request may change something at the provider (RFC 9110 section 9.2.1): not a safe method, not a
    /// search by POST (RFC 7644 section 3.4.3), not a token request.
    fn is_write(&self, request: &Request<WasiBody>) -> bool {
        let uri = request.uri();
        let token_request = self
            .token_url
            .as_ref()
            .is_some_and(|token| token.path() == uri.path() && token.authority() == uri.authority());
        let search = request.method() == Method::POST && uri.path().ends_with("/.search");
        !request.method().is_safe() && !search && !token_request
    }

    async fn send(
        &self,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Activity,
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
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Activity,
    ) -> Result<Response<WasiBody>, Fault> {
        if let Some(credentials) =
            request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok())
        {
            self.redactor.learn_authorization(credentials);
        }
        let recording =
            self.observer.as_ref().map(|observer| Recording::new(&request, observer.clone(), self.redactor.clone()));
        let result = self.send_recorded(policy, request, timeouts, activity, recording.clone()).await;
        if let (Err(error), Some(recording)) = (&result, &recording) {
            recording.failed(error);
        }
        result
    }

    async fn send_recorded(
        &self,
        policy: &Policy,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Activity,
        recording: Option<Recording>,
    ) -> Result<Response<WasiBody>, Fault> {
        if let Err(refusal) = policy.check(request.uri()) {
            tracing::warn!(url = transport::without_query(request.uri()), %refusal, "request refused");
            if let Some(recording) = &recording {
                recording.failed(&refusal);
            }
            // The body is read to its end, or the component sees a closed stream instead of the refusal.
            let mut body = request.into_body();
            while let Some(Ok(_)) = body.frame().await {}
            return Err(Fault::HttpRequestDenied);
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let write = self.is_write(&request);
        let request = match recording.clone() {
            Some(recording) => request.map(|inner| WatchedRequest { inner, recording }.boxed_unsync()),
            None => request,
        };
        let on_connected = || {
            if write {
                activity.write_sent();
            }
        };
        let response = self.transport.send(request, timeouts, on_connected).await?;
        if let Some(recording) = &recording {
            recording.head(&response);
        }
        Ok(response.map(|inner| ResponseBody::new(inner, timeouts.between_bytes, recording).boxed_unsync()))
    }
}

/// Whether a call has sent a change, how many such calls the connection has under way, and what the host did for the call.
pub struct Activity {
    sent: AtomicBool,
    open_writes: Arc<AtomicUsize>,
    test: AtomicBool,
    token_requests: AtomicU32,
    refused: Mutex<Option<Refused>>,
}

impl Activity {
    /// Counts into `open_writes`.
    pub fn new(open_writes: Arc<AtomicUsize>) -> Self {
        let (sent, test, token_requests) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU32::new(0));
        Self { sent, open_writes, test, token_requests, refused: Mutex::default() }
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

    /// The last answer the host gave in the provider's place.
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

    /// The call is over.
    pub fn reset(&self) {
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

/// A request body on its way out, noted down.
struct WatchedRequest {
    inner: WasiBody,
    recording: Recording,
}

impl Body for WatchedRequest {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.recording.request_data(data);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A response body on its way in: timed between its pieces, its errors translated, noted down where someone watches.
struct ResponseBody {
    inner: Incoming,
    patience: Duration,
    alarm: Pin<Box<Sleep>>,
    recording: Option<Recording>,
}

impl ResponseBody {
    fn new(inner: Incoming, patience: Duration, recording: Option<Recording>) -> Self {
        Self { inner, patience, alarm: Box::pin(tokio::time::sleep(patience)), recording }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let next = Instant::now() + self.patience;
                self.alarm.as_mut().reset(next);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(fault::in_body(&error)))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                ready!(self.alarm.as_mut().poll(context));
                Poll::Ready(Some(Err(Fault::ConnectionReadTimeout)))
            }
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let this = self.get_mut();
        let frame = ready!(this.poll(context));
        if let Some(recording) = &this.recording {
            match &frame {
                Some(Ok(frame)) => frame.data_ref().into_iter().for_each(|data| recording.response_data(data)),
                Some(Err(error)) => recording.failed(error),
                None => {}
            }
        }
        if !matches!(frame, Some(Ok(_))) {
            this.recording = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
