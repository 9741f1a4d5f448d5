//! What one call has done on the way out. Knows no stage and no transport.

use crate::bindings::scim::connector::types::Failure;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Instant;
use tracing::Span;

/// An answer that the host gave in the provider's place for want of a token.
#[derive(Clone)]
pub struct TokenRefusal {
    /// The `x-request-id` of that answer, by which a failure is known to come from it.
    pub id: String,
    /// Whether another attempt may do better.
    pub transient: bool,
    /// Why there was no token.
    pub failure: Box<Failure>,
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
    token_refusal: Mutex<Option<TokenRefusal>>,
    requests: AtomicU32,
    span: Mutex<Span>,
    end: Mutex<Option<Instant>>,
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
            token_refusal: Mutex::default(),
            requests: AtomicU32::new(0),
            span: Mutex::new(Span::none()),
            end: Mutex::default(),
        }
    }

    /// A call begins, whose span is this.
    pub fn begin(&self, span: Span) {
        self.prepaid.store(true, Ordering::Relaxed);
        self.requests.store(0, Ordering::Relaxed);
        self.set_parent(span);
    }

    /// Requests belong to this span.
    pub fn set_parent(&self, span: Span) {
        *self.span.lock() = span;
    }

    /// The span of the call, the parent of its requests'.
    pub fn span(&self) -> Span {
        self.span.lock().clone()
    }

    /// Whatever is sent from now on must be over by then, to the end of its answer.
    pub fn must_end_by(&self, end: Instant) {
        *self.end.lock() = Some(end);
    }

    /// By when whatever is sent must be over; none where only its own timeouts end it.
    pub fn end(&self) -> Option<Instant> {
        *self.end.lock()
    }

    /// A request of the call is let out.
    pub fn request_left(&self) {
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

    /// Whether the call is a test of the connection.
    pub fn is_test(&self) -> bool {
        self.test.load(Ordering::Acquire)
    }

    /// The host asks for a token for the call.
    pub fn asked_for_token(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Token requests the host made for the call.
    pub fn token_requests(&self) -> u32 {
        self.token_requests.load(Ordering::Relaxed)
    }

    /// The host gave an answer in the provider's place.
    pub fn no_token(&self, refusal: TokenRefusal) {
        *self.token_refusal.lock() = Some(refusal);
    }

    /// The last answer the host gave in the provider's place for want of a token.
    pub fn token_refusal(&self) -> Option<TokenRefusal> {
        self.token_refusal.lock().clone()
    }

    /// A change is being sent.
    pub fn write_sent(&self) {
        if !self.sent.swap(true, Ordering::AcqRel) {
            self.open_writes.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Whether the call has sent a change.
    pub fn has_written(&self) -> bool {
        self.sent.load(Ordering::Acquire)
    }

    /// Why the call's last request failed; `None` where it did not, or where its code says it all.
    pub fn explain(&self, words: Option<String>) {
        *self.explanation.lock() = words;
    }

    /// What the host knows about the failure of the call's last request, beyond the code it gave the component.
    pub fn explanation(&self) -> Option<String> {
        self.explanation.lock().clone()
    }

    /// The call is over.
    pub fn reset(&self) {
        self.explain(None);
        *self.span.lock() = Span::none();
        *self.end.lock() = None;
        self.test.store(false, Ordering::Release);
        self.token_requests.store(0, Ordering::Relaxed);
        *self.token_refusal.lock() = None;
        if self.sent.swap(false, Ordering::AcqRel) {
            self.open_writes.fetch_sub(1, Ordering::AcqRel);
        }
    }
}
