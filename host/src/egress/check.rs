//! The stage that decides whether a request may leave: by the policy, and by the address that a URL holds. What names resolve
//! to is decided on where they are resolved, in `resolve`.

use super::fault::{Fault, SendError};
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{Request, without_query};
use super::policy::{Policy, Refusal};
use super::service::Service;
use crate::address::Guard;
use http::uri::{Authority, Scheme};
use std::sync::{Arc, OnceLock};

/// The stage.
pub struct Check {
    /// The connection's policy.
    pub policy: Policy,
    /// Decides on addresses.
    pub guard: Arc<Guard>,
    /// Whom requests go to.
    pub service: Service,
    /// Where the first request went that was allowed by the connection's policy. Nearly all others go there, and what is decided on
    /// a scheme and an authority does not change.
    pub allowed: OnceLock<(Scheme, Authority)>,
}

impl Check {
    fn check(&self, request: &Request) -> Result<(), SendError> {
        let denied = |refusal: Refusal| SendError::new(Fault::HttpRequestDenied, refusal.to_string());
        let place = request.url.scheme().zip(request.url.authority()).filter(|_| request.policy.is_none());
        let known = self.allowed.get().is_some_and(|(scheme, authority)| place == Some((scheme, authority)));
        let policy = request.policy.as_deref().unwrap_or(&self.policy);
        if !known {
            policy.check_origin(&request.url).map_err(denied)?;
        }
        policy.check_method(&request.method, self.service.fetches_token(request)).map_err(denied)?;
        if !known {
            self.guard
                .check_url(request.url.host().unwrap_or_default())
                .map_err(|refusal| SendError::new(Fault::DestinationIpProhibited, refusal.to_string()))?;
            if let Some((scheme, authority)) = place {
                self.allowed.get_or_init(|| (scheme.clone(), authority.clone()));
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::super::activity::Activity;
    use super::super::message::Body;
    use super::super::policy::Origin;
    use super::super::service::PlainHttp;
    use super::*;
    use crate::settings::Allow;
    use http::{HeaderMap, Method};

    fn request(method: Method, url: &str) -> Request {
        let activity = Arc::new(Activity::new(Arc::default()));
        Request::new(method, url.parse().unwrap(), HeaderMap::new(), Body::empty(), activity)
    }

    #[test]
    fn what_was_allowed_once_is_allowed_again_and_nothing_else() {
        let origins = ["https://a.test", "https://10.0.0.1"].map(|url| Origin::of(&url.parse().unwrap()).unwrap());
        let methods = Allow { methods: Some(vec!["GET".into()]), ..Allow::default() };
        let policy = Policy::new(origins.to_vec(), false).with(&methods).unwrap();
        let service = Service { token_url: None, protocol: Arc::new(PlainHttp) };
        let check = Check { policy, guard: Arc::new(Guard::new(Vec::new())), service, allowed: OnceLock::new() };
        let fault = |method, url| check.check(&request(method, url)).err().map(|error| error.fault.name());
        let denied = Some(Fault::HttpRequestDenied.name());
        for _ in 0..2 {
            assert_eq!(fault(Method::POST, "https://a.test/x"), denied);
            assert_eq!(fault(Method::GET, "https://b.test/x"), denied);
            assert_eq!(fault(Method::GET, "http://a.test/x"), denied);
            assert_eq!(fault(Method::GET, "https://a.test:444/x"), denied);
            assert_eq!(fault(Method::GET, "https://ada@a.test/x"), denied);
            assert_eq!(fault(Method::GET, "https://10.0.0.1/x"), Some(Fault::DestinationIpProhibited.name()));
            assert_eq!(fault(Method::GET, "https://A.test/x"), None);
            assert!(check.allowed.get().is_some());
        }
        let mut other = request(Method::GET, "https://a.test/x");
        other.policy = Some(Arc::default());
        assert!(check.check(&other).is_err(), "another policy decides anew");
    }
}
