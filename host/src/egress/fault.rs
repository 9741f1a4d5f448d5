//! Turns hyper's and the operating system's errors into wasi:http error codes. The component decides on these whether a
//! request was never sent (and may be repeated) or may have been applied, so the two halves below must stay apart:
//! [`before_sending`] for errors of name lookup, connecting and TLS, [`after_sending`] for everything later, where
//! only the provider's own word says that a request was not begun.

use std::error::Error as StdError;
use std::io;
use wasmtime_wasi_http::Error as Fault;

/// A failed name lookup; hyper-util gives no other way to tell it from a refused connection.
#[derive(Debug, thiserror::Error)]
#[error("name lookup failed: {0}")]
pub struct LookupFailed(pub io::Error);

/// The code for a connection that did not come about in time. Nothing was sent, which `ConnectionTimeout` does not say:
/// other hosts end requests by it that have been sent, so the component takes it for ambiguous.
pub const TOO_SLOW_TO_CONNECT: Fault = Fault::DestinationUnavailable;

/// The error and its causes, looking into `io::Error`, whose own `source` skips the error it wraps.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

/// The code for a connection that was never made: nothing of the request left this machine.
pub fn before_sending(error: &(dyn StdError + 'static)) -> Fault {
    for cause in chain(error) {
        if let Some(LookupFailed(lookup)) = cause.downcast_ref() {
            return Fault::DnsError { rcode: Some(lookup.to_string()), info_code: None };
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                    Fault::TlsCertificateError
                }
                rustls::Error::AlertReceived(alert) => Fault::TlsAlertReceived {
                    alert_id: Some(u8::from(*alert)),
                    alert_message: Some(format!("{alert:?}")),
                },
                _ => Fault::TlsProtocolError,
            };
        }
        if let Some(io) = cause.downcast_ref::<io::Error>()
            && io.get_ref().is_none()
        {
            return match io.kind() {
                io::ErrorKind::TimedOut => TOO_SLOW_TO_CONNECT,
                io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Fault::DestinationIpUnroutable,
                io::ErrorKind::AddrNotAvailable => Fault::DestinationUnavailable,
                // The peer hung up in the TLS handshake.
                io::ErrorKind::UnexpectedEof => Fault::TlsProtocolError,
                _ => Fault::ConnectionRefused,
            };
        }
    }
    Fault::ConnectionRefused
}

/// The code for an error on a connection that stood: the provider may have seen the request.
pub fn after_sending(error: &(dyn StdError + 'static)) -> Fault {
    for cause in chain(error) {
        if let Some(http2) = cause.downcast_ref::<h2::Error>()
            && http2.is_remote()
            && http2.reason() == Some(h2::Reason::REFUSED_STREAM)
        {
            // The provider's word that it has not begun with the request (RFC 9113 section 8.7).
            return Fault::ConnectionLimitReached;
        }
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            if hyper.is_parse_too_large() {
                return Fault::HttpResponseHeaderSectionSize(None);
            }
            if hyper.is_parse() {
                return Fault::HttpProtocolError;
            }
            if hyper.is_timeout() {
                return Fault::HttpResponseTimeout;
            }
        }
    }
    Fault::ConnectionTerminated
}

/// The code for an error while a response body is read.
pub fn in_body(error: &hyper::Error) -> Fault {
    for cause in chain(error) {
        if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message) {
            return Fault::HttpResponseIncomplete;
        }
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::UnexpectedEof) => return Fault::HttpResponseIncomplete,
            // What hyper says of a malformed chunk.
            Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => return Fault::HttpProtocolError,
            _ => {}
        }
    }
    after_sending(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(error: impl StdError + Send + Sync + 'static) -> io::Error {
        // As hyper-rustls does it: an io::Error in an io::Error.
        io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[test]
    fn errors_before_sending_are_told_apart() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert!(matches!(before_sending(&refused), Fault::ConnectionRefused));
        assert!(matches!(before_sending(&io::Error::from(io::ErrorKind::TimedOut)), Fault::DestinationUnavailable));
        assert!(matches!(
            before_sending(&io::Error::from(io::ErrorKind::HostUnreachable)),
            Fault::DestinationIpUnroutable
        ));
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(matches!(before_sending(&wrapped(certificate)), Fault::TlsCertificateError));
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure);
        assert!(matches!(before_sending(&wrapped(alert)), Fault::TlsAlertReceived { alert_id: Some(40), .. }));
        assert!(matches!(before_sending(&wrapped(rustls::Error::DecryptError)), Fault::TlsProtocolError));
        let lookup = LookupFailed(io::Error::other("no such host"));
        assert!(matches!(before_sending(&lookup), Fault::DnsError { .. }));
    }

    #[test]
    fn after_sending_no_error_looks_like_one_before() {
        for kind in [io::ErrorKind::ConnectionRefused, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe] {
            assert!(matches!(after_sending(&io::Error::from(kind)), Fault::ConnectionTerminated), "{kind:?}");
        }
    }
}
