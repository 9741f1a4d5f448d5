//! Why a request brought no answer: a code that says whether it may have reached the provider, and words for a person. Knows
//! no library that sends; `translate` makes these from its errors, `door` makes wasi:http's codes from these.

/// Why there is no answer, by the names of wasi:http's error codes. The component decides on them whether a request was
/// surely never sent; which ones say so stands in `outbound`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The host does not let the request out.
    #[error("HTTP request denied")]
    HttpRequestDenied,
    /// What the name resolves to may not be reached.
    #[error("destination IP address is prohibited")]
    DestinationIpProhibited,
    /// The host's settings are wrong.
    #[error("configuration error")]
    ConfigurationError,
    /// The name does not resolve.
    #[error("DNS error: rcode {0}")]
    DnsError(String),
    /// No connection came about in time, or the proxy could not make one.
    #[error("destination unavailable")]
    DestinationUnavailable,
    /// No route leads to the address.
    #[error("destination IP address is unroutable")]
    DestinationIpUnroutable,
    /// Nobody accepts connections there.
    #[error("connection refused")]
    ConnectionRefused,
    /// The server's certificate is not trusted.
    #[error("TLS certificate error")]
    TlsCertificateError,
    /// The TLS handshake failed.
    #[error("TLS protocol error")]
    TlsProtocolError,
    /// The server ended the TLS handshake.
    #[error("TLS alert received: alert id {id}: {name}")]
    TlsAlertReceived {
        /// Its number (RFC 8446 section 6).
        id: u8,
        /// Its name.
        name: String,
    },
    /// The server says that it has not begun the request (RFC 9113 section 8.7).
    #[error("connection limit reached")]
    ConnectionLimitReached,
    /// The connection broke after the request had left.
    #[error("connection terminated")]
    ConnectionTerminated,
    /// The head of the answer did not come in time.
    #[error("HTTP response timeout")]
    HttpResponseTimeout,
    /// The next piece of the answer's body did not come in time.
    #[error("connection read timeout")]
    ConnectionReadTimeout,
    /// The answer ends before its end.
    #[error("incomplete HTTP response")]
    HttpResponseIncomplete,
    /// The answer is not HTTP.
    #[error("HTTP protocol error")]
    HttpProtocolError,
    /// The server changed to another protocol, which nobody asked for.
    #[error("HTTP upgrade failed")]
    HttpUpgradeFailed,
    /// The head of the answer is too large.
    #[error("HTTP response header section size exceeds limit")]
    HttpResponseHeaderSectionSize,
    /// The answer is longer than so many bytes.
    #[error("HTTP response body size exceeds limit: {0} bytes")]
    HttpResponseBodySize(u64),
    /// The answer is in a coding that nobody asked for, or broken in one that somebody did.
    #[error("unsupported HTTP response content coding: {0}")]
    HttpResponseContentCoding(String),
    /// Whoever wrote the request's body broke off.
    #[error("internal error: the request's body broke off")]
    RequestBody,
}

impl Fault {
    /// The code's name, without what it carries: the `error.type` of spans and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::HttpRequestDenied => "HttpRequestDenied",
            Self::DestinationIpProhibited => "DestinationIpProhibited",
            Self::ConfigurationError => "ConfigurationError",
            Self::DnsError(_) => "DnsError",
            Self::DestinationUnavailable => "DestinationUnavailable",
            Self::DestinationIpUnroutable => "DestinationIpUnroutable",
            Self::ConnectionRefused => "ConnectionRefused",
            Self::TlsCertificateError => "TlsCertificateError",
            Self::TlsProtocolError => "TlsProtocolError",
            Self::TlsAlertReceived { .. } => "TlsAlertReceived",
            Self::ConnectionLimitReached => "ConnectionLimitReached",
            Self::ConnectionTerminated => "ConnectionTerminated",
            Self::HttpResponseTimeout => "HttpResponseTimeout",
            Self::ConnectionReadTimeout => "ConnectionReadTimeout",
            Self::HttpResponseIncomplete => "HttpResponseIncomplete",
            Self::HttpProtocolError => "HttpProtocolError",
            Self::HttpUpgradeFailed => "HttpUpgradeFailed",
            Self::HttpResponseHeaderSectionSize => "HttpResponseHeaderSectionSize",
            Self::HttpResponseBodySize(_) => "HttpResponseBodySize",
            Self::HttpResponseContentCoding(_) => "HttpResponseContentCoding",
            Self::RequestBody => "InternalError",
        }
    }
}

/// The code for a connection that did not come about in time. Nothing was sent, which wasi:http's `connection-timeout` does
/// not say: other hosts end requests by it that have been sent, so the component takes it for ambiguous.
pub const TOO_SLOW_TO_CONNECT: Fault = Fault::DestinationUnavailable;

/// An exchange that brought no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", words.clone().unwrap_or_else(|| fault.to_string()))]
pub struct SendError {
    /// What the component is told.
    pub fault: Fault,
    /// What a person should know besides.
    pub words: Option<String>,
}

impl SendError {
    /// A fault and what a person should know besides.
    pub fn new(fault: Fault, words: impl Into<String>) -> Self {
        Self { fault, words: Some(words.into()) }
    }
}

impl From<Fault> for SendError {
    fn from(fault: Fault) -> Self {
        let words = match &fault {
            Fault::HttpResponseBodySize(limit) => {
                Some(format!("host.limits.responseBytes of the connection allows {limit} bytes"))
            }
            Fault::HttpResponseContentCoding(coding) => {
                Some(format!("the Content-Encoding {coding} cannot be decoded"))
            }
            Fault::TlsAlertReceived { name, .. } => {
                Some(format!("the server's alert about host.tls.clientCertificate of the connection: {name}"))
            }
            _ => None,
        };
        Self { fault, words }
    }
}
