//! A body that may take only so long and be only so large. Knows no stage.

use super::alarm::Alarm;
use super::fault::Fault;
use super::message::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

type Polled = Poll<Option<Result<Frame<Bytes>, Fault>>>;

/// A body as it comes over the wire: timed between its pieces, and measured.
pub struct Bounded {
    inner: Body,
    patience: Duration,
    alarm: Alarm,
    left: u64,
    limit: u64,
}

impl Bounded {
    /// Lets `limit` bytes in, and `patience` pass between two pieces.
    ///
    /// # Errors
    /// Where the body says at once that it is longer.
    pub fn new(mut inner: Body, patience: Duration, limit: u64) -> Result<Self, Fault> {
        if http_body::Body::size_hint(&inner).lower() > limit {
            return Err(Fault::HttpResponseBodySize(limit));
        }
        let alarm = inner.take_alarm();
        Ok(Self { inner, patience, alarm, left: limit, limit })
    }
}

impl http_body::Body for Bounded {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let this = &mut *self;
        Poll::Ready(match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.alarm.clear();
                match this.left.checked_sub(frame.data_ref().map_or(0, |data| data.len() as u64)) {
                    Some(left) => {
                        this.left = left;
                        Some(Ok(frame))
                    }
                    None => Some(Err(Fault::HttpResponseBodySize(this.limit))),
                }
            }
            Poll::Ready(Some(Err(error))) => Some(Err(error)),
            Poll::Ready(None) => None,
            Poll::Pending => {
                ready!(this.alarm.poll(this.patience, context));
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
