//! Bodies on their way through the door: noted down where someone watches, timed and measured. Knows no sockets.

use super::Activity;
use super::fault::{self, Failed};
use crate::telemetry::Recording;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::{Error as Fault, WasiBody};

type Polled = Poll<Option<Result<Frame<Bytes>, Fault>>>;

/// A request body on its way out, noted down.
pub struct Outgoing {
    /// The body.
    pub inner: WasiBody,
    /// Where it is noted down.
    pub recording: Recording,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
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

/// A response body as it comes over the wire: timed between its pieces, measured, its errors translated.
pub struct Wire {
    inner: Incoming,
    patience: Duration,
    alarm: Pin<Box<Sleep>>,
    left: u64,
    limit: u64,
}

impl Wire {
    /// Lets `limit` bytes in, and `patience` pass between two pieces.
    ///
    /// # Errors
    /// Where the body says at once that it is longer.
    pub fn new(inner: Incoming, patience: Duration, limit: u64) -> Result<Self, Fault> {
        if inner.size_hint().lower() > limit {
            return Err(Fault::HttpResponseBodySize(Some(limit)));
        }
        Ok(Self { inner, patience, alarm: Box::pin(tokio::time::sleep(patience)), left: limit, limit })
    }
}

impl Body for Wire {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let this = &mut *self;
        Poll::Ready(match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let next = Instant::now() + this.patience;
                this.alarm.as_mut().reset(next);
                match this.left.checked_sub(frame.data_ref().map_or(0, |data| data.len() as u64)) {
                    Some(left) => {
                        this.left = left;
                        Some(Ok(frame))
                    }
                    None => Some(Err(Fault::HttpResponseBodySize(Some(this.limit)))),
                }
            }
            Poll::Ready(Some(Err(error))) => Some(Err(fault::in_body(&error))),
            Poll::Ready(None) => None,
            Poll::Pending => {
                ready!(this.alarm.as_mut().poll(context));
                Some(Err(Fault::ConnectionReadTimeout))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A response body as the component gets it: noted down where someone watches, and its failure explained.
pub struct Answer<B> {
    /// The body.
    pub inner: B,
    /// Where it is noted down, until its end.
    pub recording: Option<Recording>,
    /// The call it belongs to.
    pub activity: Arc<Activity>,
}

impl<B: Body<Data = Bytes, Error = Fault> + Unpin> Body for Answer<B> {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let this = self.get_mut();
        let frame = match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
            Some(Ok(frame)) => {
                if let (Some(recording), Some(data)) = (&this.recording, frame.data_ref()) {
                    recording.response_data(data);
                }
                return Poll::Ready(Some(Ok(frame)));
            }
            Some(Err(code)) => {
                let Failed { code, words } = Failed::from(code);
                if let Some(recording) = &this.recording {
                    recording.failed(&code, words.as_deref().unwrap_or(&code.to_string()));
                }
                this.activity.explain(words);
                Some(Err(code))
            }
            None => None,
        };
        this.recording = None;
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
