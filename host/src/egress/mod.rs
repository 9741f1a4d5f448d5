//! The one door out: every request of the component passes [`Hooks::send_request`], where the policy decides, the
//! transport sends and the observer watches. Knows nothing of SCIM.

pub mod address;
pub mod fault;
mod held;
pub mod observe;
pub mod policy;
#[cfg(test)]
mod tests;
pub mod transport;

use crate::redact::Redactor;
use crate::traffic::Traffic;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use observe::{Observer, Recording};
use policy::Policy;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};
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
    redactor: Arc<Redactor>,
    observer: Option<Arc<dyn Observer>>,
    requests: Arc<AtomicU64>,
}

impl Egress {
    /// A door with this policy.
    pub fn new(
        policy: Policy,
        traffic: Arc<Traffic>,
        token_url: Option<Uri>,
        redactor: Arc<Redactor>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        let (transport, requests) = (Arc::default(), Arc::default());
        Self { policy, transport, traffic, token_url, redactor, observer, requests }
    }

    /// The same way out under another policy, for another version of the component.
    pub fn with(&self, policy: Policy, token_url: Option<Uri>) -> Self {
        Self { policy, token_url, ..self.clone() }
    }

    /// Requests let out so far, whatever became of them.
    pub fn requests_made(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether the request may change something at the provider (RFC 9110 section 9.2.1): not a safe method, not a
    /// search by POST (RFC 7644 section 3.4.3), not a token request.
    fn is_write(&self, request: &Request<WasiBody>) -> bool {
        let search = request.method() == Method::POST && request.uri().path().ends_with("/.search");
        !request.method().is_safe() && !search && !self.fetches_token(request)
    }

    /// Whether the request only fetches a token.
    fn fetches_token(&self, request: &Request<WasiBody>) -> bool {
        let (uri, token) = (request.uri(), self.token_url.as_ref());
        token.is_some_and(|token| token.path() == uri.path() && token.authority() == uri.authority())
    }

    async fn send(
        &self,
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
        let result = self.send_recorded(request, timeouts, activity, recording.clone()).await;
        if let (Err(error), Some(recording)) = (&result, &recording) {
            recording.failed(error);
        }
        result
    }

    async fn send_recorded(
        &self,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        activity: &Activity,
        recording: Option<Recording>,
    ) -> Result<Response<WasiBody>, Fault> {
        if let Err(refusal) = self.policy.check(request.uri()) {
            tracing::warn!(url = transport::without_query(request.uri()), %refusal, "request refused");
            if let Some(recording) = &recording {
                recording.failed(&refusal);
            }
            drain(request).await;
            return Err(Fault::HttpRequestDenied);
        }
        let service = !self.fetches_token(&request);
        if !service {
            self.traffic.count_request();
        } else if let Err(held) = self.traffic.before_request(&activity.prepaid, timeouts.connect).await {
            let answer = held::answer(held);
            if let Some(recording) = &recording {
                recording.head(&answer);
                recording.failed(&held.reason());
            }
            drain(request).await;
            return Ok(answer);
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
        let outcome = self.transport.send(request, timeouts, on_connected).await;
        held::note(&self.traffic, service, &outcome);
        let response = outcome?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            // Nobody asked for another protocol, so no answer can follow (RFC 9110 section 15.2.2).
            return Err(Fault::HttpUpgradeFailed);
        }
        if let Some(recording) = &recording {
            recording.head(&response);
        }
        Ok(response.map(|inner| ResponseBody::new(inner, timeouts.between_bytes, recording).boxed_unsync()))
    }
}

/// Reads a request's body to its end, without which the component would see a closed stream instead of the answer.
async fn drain(request: Request<WasiBody>) {
    let mut body = request.into_body();
    while let Some(Ok(_)) = body.frame().await {}
}

/// Whether a call has sent a change, and how many such calls the connection has under way.
pub struct Activity {
    /// Whether the place in time of the call's next request is taken already, see [`Traffic::admit`].
    pub prepaid: AtomicBool,
    sent: AtomicBool,
    open_writes: Arc<AtomicUsize>,
}

impl Activity {
    /// Counts into `open_writes`.
    pub fn new(open_writes: Arc<AtomicUsize>) -> Self {
        Self { prepaid: AtomicBool::new(false), sent: AtomicBool::new(false), open_writes }
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
