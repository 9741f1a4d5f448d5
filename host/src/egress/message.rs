//! Requests and answers on the way out: types of the host's own, so that the stages know neither wasi:http nor the library
//! that sends. Knows no stage.

use super::activity::Activity;
use super::alarm::Alarm;
use super::fault::{Fault, SendError};
use super::policy::Policy;
use crate::telemetry::Recording;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an answer asks to wait before another request.
pub(crate) fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    scim_connector_oauth::retry_after(status.as_u16(), header, now).map(Duration::from_millis)
}

/// Limits in time of one request.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until a connection stands: name lookup, TCP and TLS. A request that is held back waits no longer than this.
    pub connect: Duration,
    /// From then until the answer's head.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body.
    pub between_bytes: Duration,
}

impl Default for Timeouts {
    /// 30 seconds each.
    fn default() -> Self {
        let each = Duration::from_secs(30);
        Self { connect: each, first_byte: each, between_bytes: each }
    }
}

/// A request on its way out. `Authorization` and its like are in `headers` only between the stage that adds them and the wire,
/// see [the order of the stages](super).
pub struct Request {
    /// GET, POST and so on; names tell case apart (RFC 9110 section 9.1).
    pub method: Method,
    /// The whole URL, with scheme and host.
    pub url: Uri,
    /// Header fields; `Host` is set by whoever sends.
    pub headers: HeaderMap,
    /// The body, read once.
    pub body: Body,
    /// How long it may take.
    pub timeouts: Timeouts,
    /// What the call it belongs to has done so far.
    pub(crate) activity: Arc<Activity>,
    /// Where the exchange is noted down, from the stage `record` on.
    pub(crate) recording: Option<Recording>,
    /// What may leave, for a request of the host's own; the connection's policy where there is none.
    pub(crate) policy: Option<Arc<Policy>>,
}

impl Request {
    /// A request of a call that has done this so far.
    pub(crate) fn new(method: Method, url: Uri, headers: HeaderMap, body: Body, activity: Arc<Activity>) -> Self {
        let timeouts = Timeouts::default();
        Self { method, url, headers, body, timeouts, activity, recording: None, policy: None }
    }

    /// Completes the request with an answer, without sending it.
    ///
    /// Reads the request's body to its end: whoever writes it would see it break off otherwise, instead of the answer.
    ///
    /// # Errors
    /// None; the type is that of [`Interceptor::intercept`](super::Interceptor::intercept).
    pub async fn answer(self, response: Response) -> Result<Response, SendError> {
        self.body.drain().await;
        Ok(response)
    }

    /// Completes the request with a failure, without sending it; see [`Request::answer`].
    ///
    /// # Errors
    /// Always: the one that is given.
    pub async fn fail(self, error: impl Into<SendError>) -> Result<Response, SendError> {
        self.body.drain().await;
        Err(error.into())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Queries name people, headers hold credentials.
        write!(f, "Request({} {})", self.method, without_query(&self.url))
    }
}

/// An answer on its way in.
pub struct Response {
    /// Its status code (RFC 9110 section 15).
    pub status: StatusCode,
    /// The protocol's version.
    pub version: Version,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body, read once.
    pub body: Body,
}

impl Response {
    /// An answer without header fields.
    #[must_use]
    pub fn new(status: StatusCode, body: impl Into<Body>) -> Self {
        Self { status, version: Version::HTTP_11, headers: HeaderMap::new(), body: body.into() }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({})", self.status)
    }
}

/// A body that is read piece by piece.
pub struct Body {
    pieces: UnsyncBoxBody<Bytes, Fault>,
    /// The timer that its request had so far.
    alarm: Option<Alarm>,
}

impl Body {
    /// A body that is streamed.
    pub fn stream(body: impl http_body::Body<Data = Bytes, Error = Fault> + Send + 'static) -> Self {
        Self { pieces: body.boxed_unsync(), alarm: None }
    }

    /// No body.
    #[must_use]
    pub fn empty() -> Self {
        Self::stream(Empty::new().map_err(|never| match never {}))
    }

    /// The whole body.
    ///
    /// # Errors
    /// Where it breaks off.
    pub async fn bytes(self) -> Result<Bytes, Fault> {
        Ok(self.pieces.collect().await?.to_bytes())
    }

    /// Its pieces are to be waited for by this timer.
    pub(super) fn timed_by(self, alarm: Alarm) -> Self {
        Self { alarm: Some(alarm), ..self }
    }

    /// The timer to wait for its pieces by.
    pub(super) fn take_alarm(&mut self) -> Alarm {
        let mut alarm = self.alarm.take().unwrap_or_default();
        alarm.clear();
        alarm
    }

    async fn drain(mut self) {
        while let Some(Ok(_)) = self.pieces.frame().await {}
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::stream(Full::new(bytes.into()).map_err(|never| match never {}))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        Pin::new(&mut self.pieces).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.pieces.size_hint()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// The URL without its query, for messages: filters name people.
pub fn without_query(url: &Uri) -> String {
    url.to_string().split('?').next().unwrap_or_default().to_owned()
}

/// A header's value that no debug form shows and no HTTP/2 table keeps.
pub fn secret_value(text: &str) -> HeaderValue {
    // Checked when the client was made, so the fallback is never sent.
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("invalid"));
    value.set_sensitive(true);
    value
}
