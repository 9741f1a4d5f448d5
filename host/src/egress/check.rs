//! The stage that decides whether a request may leave: by the policy, and by the address that a URL holds. What names resolve
//! to is decided on where they are resolved, in `resolve`.

use super::fault::{Fault, SendError};
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{Request, without_query};
use super::policy::Policy;
use super::service::Service;
use crate::address::Guard;
use std::sync::Arc;

/// The stage.
pub struct Check {
    /// The connection's policy.
    pub policy: Policy,
    /// Decides on addresses.
    pub guard: Arc<Guard>,
    /// Whom requests go to.
    pub service: Service,
}

impl Check {
    fn check(&self, request: &Request) -> Result<(), SendError> {
        let policy = request.policy.as_deref().unwrap_or(&self.policy);
        policy
            .check(&request.method, &request.url, self.service.fetches_token(request))
            .map_err(|refusal| SendError::new(Fault::HttpRequestDenied, refusal.to_string()))?;
        self.guard
            .check_url(request.url.host().unwrap_or_default())
            .map_err(|refusal| SendError::new(Fault::DestinationIpProhibited, refusal.to_string()))
    }
}

impl Interceptor for Check {
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
        let Err(refusal) = self.check(&request) else { return next.run(request) };
        if let Some(recording) = &request.recording {
            recording.unsent("denied");
            let reason = refusal.words.as_deref().unwrap_or_default();
            tracing::warn!(parent: recording.span(), url = without_query(&request.url), reason, "request refused");
        }
        Box::pin(request.fail(refusal))
    }
}
