//! The doors: where the component's requests become the host's and answers go back. Here that over wasi:http, for components that
//! were put together with an adapter; the core's own is in `outbound`.

use super::activity::Activity;
use super::chain::Egress;
use super::fault::Fault;
use super::message::{Body, Request, Response, Timeouts};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use wasmtime_wasi_http::{Error as WasiError, RequestOptions, WasiBody, WasiHttpHooks};

/// What wasmtime calls for every request; `None` has no way out at all.
pub struct Hooks {
    /// The connection's way out.
    pub egress: Option<Arc<Egress>>,
    /// What the current call has done.
    pub activity: Arc<Activity>,
}

type Sent = Result<(http::Response<WasiBody>, Box<dyn Future<Output = Result<(), WasiError>> + Send>), WasiError>;

impl WasiHttpHooks for Hooks {
    fn set_host_header(&mut self) -> bool {
        // hyper-util sets it, and only where the protocol has it.
        false
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), WasiError>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (egress, activity) = (self.egress.clone(), self.activity.clone());
        Box::new(async move {
            let egress = egress.ok_or(WasiError::HttpRequestDenied)?;
            let response =
                egress.send(request_in(request, options, activity)).await.map_err(|error| code(error.fault))?;
            // The connection is driven by the pool, so there is nothing left to drive here.
            Ok((response_out(response), Box::new(async { Ok(()) }) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

fn request_in(request: http::Request<WasiBody>, options: Option<RequestOptions>, activity: Arc<Activity>) -> Request {
    let (parts, body) = request.into_parts();
    let body = Body::stream(body.map_err(|_| Fault::RequestBody));
    let mut request = Request::new(parts.method, parts.uri, parts.headers, body, activity);
    let (default, options) = (Timeouts::default(), options.unwrap_or_default());
    request.timeouts = Timeouts {
        connect: options.connect_timeout.unwrap_or(default.connect),
        first_byte: options.first_byte_timeout.unwrap_or(default.first_byte),
        between_bytes: options.between_bytes_timeout.unwrap_or(default.between_bytes),
    };
    request
}

fn response_out(response: Response) -> http::Response<WasiBody> {
    let mut out = http::Response::new(response.body.map_err(code).boxed_unsync());
    (*out.status_mut(), *out.version_mut(), *out.headers_mut()) = (response.status, response.version, response.headers);
    out
}

/// What the component is told.
fn code(fault: Fault) -> WasiError {
    match fault {
        Fault::HttpRequestDenied => WasiError::HttpRequestDenied,
        Fault::DestinationIpProhibited => WasiError::DestinationIpProhibited,
        Fault::ConfigurationError => WasiError::ConfigurationError,
        Fault::DnsError(reason) => WasiError::DnsError { rcode: Some(reason), info_code: None },
        Fault::DestinationUnavailable => WasiError::DestinationUnavailable,
        Fault::DestinationIpUnroutable => WasiError::DestinationIpUnroutable,
        Fault::ConnectionRefused => WasiError::ConnectionRefused,
        Fault::TlsCertificateError => WasiError::TlsCertificateError,
        Fault::TlsProtocolError => WasiError::TlsProtocolError,
        Fault::TlsAlertReceived { id, name } => {
            WasiError::TlsAlertReceived { alert_id: Some(id), alert_message: Some(name) }
        }
        Fault::ConnectionLimitReached => WasiError::ConnectionLimitReached,
        Fault::ConnectionTerminated => WasiError::ConnectionTerminated,
        Fault::HttpResponseTimeout => WasiError::HttpResponseTimeout,
        Fault::ConnectionReadTimeout => WasiError::ConnectionReadTimeout,
        Fault::HttpResponseIncomplete => WasiError::HttpResponseIncomplete,
        Fault::HttpProtocolError => WasiError::HttpProtocolError,
        Fault::HttpUpgradeFailed => WasiError::HttpUpgradeFailed,
        Fault::HttpResponseHeaderSectionSize => WasiError::HttpResponseHeaderSectionSize(None),
        Fault::HttpResponseBodySize(limit) => WasiError::HttpResponseBodySize(Some(limit)),
        Fault::HttpResponseContentCoding(coding) => WasiError::HttpResponseContentCoding(Some(coding)),
        Fault::RequestBody => WasiError::InternalError(None),
    }
}
