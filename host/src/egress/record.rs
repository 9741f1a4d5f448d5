//! The stage that records an exchange: for its span, the metrics and an observer, and why it failed for the call. What it sees
//! is decoded and carries credentials; what it shows is redacted.

use super::activity::Activity;
use super::fault::{Fault, SendError};
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{Body, Request, Response};
use crate::redact::Redactor;
use crate::telemetry::{Head, Recording, Requests};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The stage.
pub struct Record {
    /// Takes secrets out of what is shown.
    pub redactor: Arc<Redactor>,
    /// Where requests are counted, and who is told of them.
    pub requests: Requests,
}

impl Interceptor for Record {
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
        Box::pin(self.record(request, next))
    }
}

impl Record {
    async fn record(&self, mut request: Request, next: Next<'_>) -> Result<Response, SendError> {
        if let Some(credentials) = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
            self.redactor.learn_authorization(credentials);
        }
        let activity = request.activity.clone();
        activity.explain(None);
        let head = Head { method: &request.method, url: &request.url, headers: &request.headers };
        let recording = self.requests.begin(&head, &activity.span());
        request.recording = Some(recording.clone());
        if recording.takes_bodies() {
            request.body = Body::stream(Outgoing { inner: request.body, recording: recording.clone() });
        }
        match next.run(request).await {
            Ok(mut response) => {
                response.body = Body::stream(Answer { inner: response.body, recording: Some(recording), activity });
                Ok(response)
            }
            Err(SendError { fault, words }) => {
                let words = words.map(|words| self.redactor.text(&words));
                recording.failed(fault.name(), words.as_deref().unwrap_or(&fault.to_string()));
                activity.explain(words.clone());
                Err(SendError { fault, words })
            }
        }
    }
}

type Polled = Poll<Option<Result<Frame<Bytes>, Fault>>>;

/// A request body on its way out, noted down.
struct Outgoing {
    inner: Body,
    recording: Recording,
}

impl http_body::Body for Outgoing {
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

/// An answer's body as the component gets it: noted down where someone watches, and its failure explained.
struct Answer {
    inner: Body,
    /// Where it is noted down, until its end.
    recording: Option<Recording>,
    /// The call it belongs to.
    activity: Arc<Activity>,
}

impl http_body::Body for Answer {
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
            Some(Err(fault)) => {
                let error = SendError::from(fault);
                if let Some(recording) = &this.recording {
                    recording.failed(error.fault.name(), &error.to_string());
                }
                this.activity.explain(error.words);
                Some(Err(error.fault))
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
