//! The order of the stages, and what the requests of one connection share on the way out. Knows no stage from inside.

use super::check::Check;
use super::credentials::{Authorize, Credentials};
use super::decode::Decode;
use super::fault::SendError;
use super::gate::Gate;
use super::interceptor::{Interceptor, Interceptors, Next};
use super::message::{Request, Response};
use super::policy::Policy;
use super::record::Record;
use super::service::Service;
use super::transport::{Send, Transport};
use crate::redact::Redactor;
use crate::telemetry::{Meter, Observer, Requests};
use crate::traffic::Traffic;
use http::Uri;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// What the stages are made of.
#[derive(Clone)]
pub struct Parts {
    /// What may leave.
    pub policy: Policy,
    /// Sends.
    pub transport: Arc<Transport>,
    /// How fast.
    pub traffic: Arc<Traffic>,
    /// Whom requests go to.
    pub service: Service,
    /// What the host adds.
    pub credentials: Option<Arc<Credentials>>,
    /// Takes secrets out of what is shown.
    pub redactor: Arc<Redactor>,
    /// Who is told of every exchange.
    pub observer: Option<Arc<dyn Observer>>,
    /// Where requests are counted.
    pub meter: Arc<Meter>,
    /// Largest answer's body let in, in bytes, coded and decoded.
    pub response_limit: u64,
    /// Stages of the embedding program.
    pub interceptors: Interceptors,
}

/// The way out of one connection.
pub struct Egress {
    parts: Parts,
    stages: Vec<Arc<dyn Interceptor>>,
    requests: Arc<AtomicU64>,
}

impl Egress {
    /// A way out.
    pub fn new(parts: Parts) -> Self {
        Self::counting(parts, Arc::default())
    }

    fn counting(mut parts: Parts, requests: Arc<AtomicU64>) -> Self {
        if let Some(url) = parts.credentials.as_ref().and_then(|own| own.token_url()) {
            parts.service.token_url = Some(url.clone());
        }
        let stages = stages(&parts, &requests);
        Self { parts, stages, requests }
    }

    /// The same way out under another policy, for another version of the component.
    pub fn with(&self, policy: Policy, token_url: Option<Uri>) -> Self {
        let service = Service { token_url, ..self.parts.service.clone() };
        Self::counting(Parts { policy, service, ..self.parts.clone() }, self.requests.clone())
    }

    /// Requests let out so far, whatever became of them.
    pub fn requests_made(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Sends a request through all stages.
    ///
    /// # Errors
    /// Says whether the request may have reached the service.
    pub async fn send(&self, request: Request) -> Result<Response, SendError> {
        Next::new(&self.stages).run(request).await
    }
}

/// The stages in their order, as the module's documentation has it.
fn stages(parts: &Parts, requests: &Arc<AtomicU64>) -> Vec<Arc<dyn Interceptor>> {
    let Parts { policy, transport, traffic, service, credentials, redactor, observer, meter, .. } = parts.clone();
    let check = Arc::new(Check {
        policy,
        guard: transport.guard().clone(),
        service: service.clone(),
        allowed: OnceLock::new(),
    });
    let mut stages = parts.interceptors.first.clone();
    if let Some(credentials) = credentials {
        stages.push(Arc::new(Authorize { credentials, service: service.clone() }));
    }
    let recorded = Requests::new(meter, observer, redactor.clone());
    stages.push(Arc::new(Record { redactor, requests: recorded }));
    stages.push(Arc::new(Decode { limit: parts.response_limit }));
    stages.push(check.clone());
    stages.push(Arc::new(Gate { traffic, service: service.clone(), requests: requests.clone() }));
    if !parts.interceptors.last.is_empty() {
        stages.extend(parts.interceptors.last.iter().cloned());
        // They may have changed where the request goes.
        stages.push(check);
    }
    stages.push(Arc::new(Send { transport, service }));
    stages
}
