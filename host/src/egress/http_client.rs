//! Plain HTTP requests by the same way out as a connection's: policy, addresses, rate, limits, recording, redaction. Knows no
//! component and follows no redirect.

use super::activity::Activity;
use super::chain::{Egress, Parts};
use super::fault::{Fault, SendError};
use super::interceptor::Interceptors;
use super::message::{Request, Timeouts, retry_after};
use super::policy::Policy;
use super::resolve::Dns;
use super::service::{PlainHttp, Service};
use super::transport::Transport;
use crate::address::AddressRule;
use crate::error::{Error, Result};
use crate::redact::Redactor;
use crate::settings::ConnectionSettings;
use crate::telemetry::{Metrics, Observer};
use crate::traffic::Traffic;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use std::sync::Arc;
use std::time::Duration;

/// How an [`HttpClient`] is set up.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use scim_connector_host::egress::{HttpClient, HttpOptions, Policy};
///
/// let client = HttpClient::new(HttpOptions { policy: Policy::any(false), ..HttpOptions::default() })?;
/// let answer = client.send("GET".parse()?, "https://example.com/", Default::default(), Default::default()).await?;
/// println!("{}", answer.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HttpOptions {
    /// Which origins may be reached; none by default.
    pub policy: Policy,
    /// TLS, proxy, addresses, rate and `response_bytes` (10 MiB where it is absent). Credentials are not added.
    pub settings: ConnectionSettings,
    /// Addresses that may be reached besides public ones and those of `settings`.
    pub allow_addresses: Vec<AddressRule>,
    /// Most time for a request, from its name's lookup to the end of the answer.
    pub time: Duration,
    /// Finds the addresses of names.
    pub dns: Arc<Dns>,
    /// Takes secrets out of what is recorded.
    pub redactor: Arc<Redactor>,
    /// Is told of every exchange, redacted.
    pub observer: Option<Arc<dyn Observer>>,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// What metrics call these requests; empty has no name.
    pub name: String,
    /// Stages of the embedding program.
    pub interceptors: Interceptors,
}

/// Largest body of an answer where the settings name none, in bytes.
const LARGEST_BODY: u64 = 10 << 20;

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            settings: ConnectionSettings::default(),
            allow_addresses: Vec::new(),
            time: Duration::from_secs(30),
            dns: Arc::default(),
            redactor: Arc::default(),
            observer: None,
            metrics: Metrics::default(),
            name: String::new(),
            interceptors: Interceptors::default(),
        }
    }
}

/// Sends plain HTTP requests. It keeps its connections; make one and share it.
pub struct HttpClient {
    egress: Egress,
    time: Duration,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// Its status, redirects (3xx) and errors included.
    pub status: StatusCode,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: Bytes,
}

impl HttpResponse {
    /// How long it asks to wait before another request: `Retry-After`, or what a refusal says of its rate limit.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.status, &self.headers)
    }
}

/// A request that brought no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// The URL cannot be read.
    #[error("this is no http or https URL of a host")]
    Url,
    /// It was refused, or failed on its way.
    #[error("{error}")]
    Failed {
        /// Why. Its words are redacted.
        error: SendError,
        /// Whether a request that may change something had left.
        maybe_applied: bool,
    },
    /// It was not over in time.
    #[error("no whole answer came within {} ms", after.as_millis())]
    Late {
        /// How long it was given.
        after: Duration,
        /// Whether a request that may change something had left.
        maybe_applied: bool,
    },
}

impl HttpError {
    /// Whether the request had left and may have been carried out.
    #[must_use]
    pub fn maybe_applied(&self) -> bool {
        match self {
            Self::Url => false,
            Self::Failed { maybe_applied, .. } | Self::Late { maybe_applied, .. } => *maybe_applied,
        }
    }

    /// Whether the same request may succeed later, and does no harm then.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let may_pass = match self {
            Self::Url => false,
            Self::Late { .. } => true,
            Self::Failed { error, .. } => matches!(
                error.fault,
                Fault::DnsError(_)
                    | Fault::DestinationUnavailable
                    | Fault::DestinationIpUnroutable
                    | Fault::ConnectionRefused
                    | Fault::ConnectionLimitReached
                    | Fault::ConnectionTerminated
                    | Fault::HttpResponseTimeout
                    | Fault::ConnectionReadTimeout
                    | Fault::HttpResponseIncomplete
            ),
        };
        may_pass && !self.maybe_applied()
    }
}

impl HttpClient {
    /// A client without connections.
    ///
    /// # Errors
    /// [`Error::Config`] where `settings` are wrong, with the key's path.
    pub fn new(options: HttpOptions) -> Result<Self> {
        let HttpOptions { policy, settings, allow_addresses, dns, redactor, observer, metrics, .. } = options;
        let wrong = |(key, detail): (&str, String)| Error::Config { path: key.to_owned(), detail };
        let policy = policy.with(&settings.allow).map_err(wrong)?;
        let transport = Transport::new(&settings, &allow_addresses, dns, &redactor).map_err(wrong)?;
        let egress = Egress::new(Parts {
            policy,
            transport: Arc::new(transport),
            traffic: Arc::new(Traffic::new(&settings.limits)),
            service: Service { token_url: None, protocol: Arc::new(PlainHttp) },
            credentials: None,
            redactor,
            observer,
            meter: metrics.meter(&options.name),
            response_limit: settings.limits.response_bytes.unwrap_or(LARGEST_BODY),
            interceptors: options.interceptors,
        });
        Ok(Self { egress, time: options.time })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// Says whether it may have been carried out all the same.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> std::result::Result<HttpResponse, HttpError> {
        let url: Uri = url.parse().map_err(|_| HttpError::Url)?;
        if url.host().is_none() {
            return Err(HttpError::Url);
        }
        let activity = Arc::new(Activity::new(Arc::default()));
        activity.set_parent(tracing::Span::current());
        let mut request = Request::new(method, url, headers, body.into(), activity.clone());
        request.timeouts = Timeouts { connect: self.time, first_byte: self.time, between_bytes: self.time };
        let sent = async {
            let response = self.egress.send(request).await?;
            let (status, headers) = (response.status, response.headers);
            let body = response.body.bytes().await?;
            Ok::<_, SendError>(HttpResponse { status, headers, body })
        };
        match tokio::time::timeout(self.time, sent).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(HttpError::Failed { error, maybe_applied: activity.has_written() }),
            Err(_) => Err(HttpError::Late { after: self.time, maybe_applied: activity.has_written() }),
        }
    }

    /// Requests let out so far, whatever became of them.
    #[must_use]
    pub fn requests_made(&self) -> u64 {
        self.egress.requests_made()
    }
}
