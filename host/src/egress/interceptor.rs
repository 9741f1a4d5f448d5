//! The seam that every stage of the way out is made of, the host's own and those of an embedding program. Knows no stage.

use super::fault::{Fault, SendError};
use super::message::{Request, Response};
use std::pin::Pin;
use std::sync::Arc;

/// What a stage gives: an answer, or why there is none.
pub type Intercepted<'a> = Pin<Box<dyn Future<Output = Result<Response, SendError>> + Send + 'a>>;

/// A stage of the way out. It continues with the request, changed or not, by [`Next::run`], as often as it likes, or completes
/// it itself by [`Request::answer`] or [`Request::fail`]. Whoever called may give up at any time: the future is then dropped.
///
/// ```
/// use scim_connector_host::egress::{Fault, Intercepted, Interceptor, Next, Request};
///
/// /// Lets nobody be deleted on this machine.
/// struct NoDeletes;
///
/// impl Interceptor for NoDeletes {
///     fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
///         Box::pin(async move {
///             match request.method.as_str() {
///                 "DELETE" => request.fail(Fault::HttpRequestDenied).await,
///                 _ => next.run(request).await,
///             }
///         })
///     }
/// }
/// ```
pub trait Interceptor: Send + Sync {
    /// Continues with a request or completes it.
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a>;
}

/// The stages after the one that has it.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    stages: &'a [Arc<dyn Interceptor>],
}

impl<'a> Next<'a> {
    pub(super) fn new(stages: &'a [Arc<dyn Interceptor>]) -> Self {
        Self { stages }
    }

    /// Continues with the request. The future sends nothing before it is polled.
    #[must_use]
    pub fn run(self, request: Request) -> Intercepted<'a> {
        match self.stages {
            [stage, rest @ ..] => stage.intercept(request, Next { stages: rest }),
            // The last stage sends, so this is reached only where it is missing.
            [] => Box::pin(request.fail(Fault::HttpRequestDenied)),
        }
    }
}

/// Stages that an embedding program adds, by where they stand; see [the order of the stages](super).
#[derive(Clone, Default)]
pub struct Interceptors {
    /// Before all stages of the host's: once for each request of the component, which does not have the host's credentials
    /// yet. What they complete is neither checked, counted nor recorded. The first of the list is the outermost.
    pub first: Vec<Arc<dyn Interceptor>>,
    /// Just before the wire: each request that would be sent, token requests and repetitions included, with credentials. What
    /// they complete counts as sent; what they change is checked again.
    pub last: Vec<Arc<dyn Interceptor>>,
}
