//! Turns errors of hyper, TLS and the operating system into faults. The component decides on these whether a
//! request was never sent (and may be repeated) or may have been applied, so the two halves below must stay apart:
//! [`before_sending`] for errors of name lookup, connecting and TLS, [`after_sending`] for everything later, where
//! only the provider's own word says that a request was not begun.

use super::fault::{Fault, SendError, TOO_SLOW_TO_CONNECT};
use super::resolve::Unresolved;
use super::route::{ProxyFailed, TunnelError};
use super::source_chain::chain;
use rustls::AlertDescription;
use std::error::Error as StdError;
use std::io;

/// What became of a connection that was never made: nothing of the request left this machine.
pub fn before_sending(error: &(dyn StdError + 'static)) -> SendError {
    for cause in chain(error) {
        if let Some(failed) = cause.downcast_ref::<ProxyFailed>() {
            return SendError::new(no_tunnel(&*failed.cause), failed.to_string());
        }
        if let Some(fault) = unconnected(cause) {
            // Codes that say it all need no words.
            let terse = matches!(fault, Fault::ConnectionRefused);
            return SendError { fault, words: (!terse).then(|| cause.to_string()) };
        }
    }
    Fault::ConnectionRefused.into()
}

/// The code for the way to or through a proxy.
fn no_tunnel(error: &(dyn StdError + 'static)) -> Fault {
    let refused = |cause: &(dyn StdError + 'static)| match cause.downcast_ref::<TunnelError>()? {
        TunnelError::ProxyAuthRequired | TunnelError::MissingHost => Some(Fault::ConfigurationError),
        // The proxy is there and says that it cannot reach the server.
        TunnelError::TunnelUnsuccessful | TunnelError::ProxyHeadersTooLong | TunnelError::TunnelUnexpectedEof => {
            Some(Fault::DestinationUnavailable)
        }
        TunnelError::ConnectFailed(_) | TunnelError::Io(_) => None,
    };
    chain(error).find_map(|cause| refused(cause).or_else(|| unconnected(cause))).unwrap_or(Fault::ConnectionRefused)
}

/// The code for one error in the chain, where it says something.
fn unconnected(cause: &(dyn StdError + 'static)) -> Option<Fault> {
    if let Some(unresolved) = cause.downcast_ref::<Unresolved>() {
        return Some(match unresolved {
            Unresolved::Failed(lookup) => Fault::DnsError(lookup.to_string()),
            Unresolved::Prohibited(_) => Fault::DestinationIpProhibited,
        });
    }
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(match tls {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => Fault::TlsCertificateError,
            rustls::Error::AlertReceived(alert) => alerted(*alert),
            _ => Fault::TlsProtocolError,
        });
    }
    let io = cause.downcast_ref::<io::Error>().filter(|io| io.get_ref().is_none())?;
    Some(match io.kind() {
        io::ErrorKind::TimedOut => TOO_SLOW_TO_CONNECT,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Fault::DestinationIpUnroutable,
        io::ErrorKind::AddrNotAvailable => Fault::DestinationUnavailable,
        // The peer hung up in the TLS handshake.
        io::ErrorKind::UnexpectedEof => Fault::TlsProtocolError,
        _ => Fault::ConnectionRefused,
    })
}

fn alerted(alert: AlertDescription) -> Fault {
    Fault::TlsAlertReceived { id: alert.into(), name: format!("{alert:?}") }
}

/// What a server says of our certificate in the handshake. In TLS 1.3 the client sends before it hears this, but the server
/// reads nothing until it has accepted the client (RFC 8446 section 4.4.4). Alerts that time may bring about on a connection
/// that has been used, such as `certificate_expired`, are not among them.
const ABOUT_OUR_CERTIFICATE: [AlertDescription; 4] = [
    AlertDescription::CertificateRequired,
    AlertDescription::UnknownCA,
    AlertDescription::BadCertificate,
    AlertDescription::UnsupportedCertificate,
];

/// The code for an error on a connection that stood: the provider may have seen the request.
pub fn after_sending(error: &(dyn StdError + 'static)) -> Fault {
    for cause in chain(error) {
        if cause.downcast_ref::<h2::Error>().is_some_and(unprocessed) {
            return Fault::ConnectionLimitReached;
        }
        if let Some(rustls::Error::AlertReceived(alert)) = cause.downcast_ref()
            && ABOUT_OUR_CERTIFICATE.contains(alert)
        {
            return alerted(*alert);
        }
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            if hyper.is_parse_too_large() {
                return Fault::HttpResponseHeaderSectionSize;
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

/// Whether an HTTP/2 server says that it has not processed a request (RFC 9113 section 8.7): it refused the stream, or went
/// away before it. h2 gives a GOAWAY without error only to streams beyond the last one that the server names; with an
/// error, to all of them.
fn unprocessed(error: &h2::Error) -> bool {
    error.is_remote()
        && match error.reason() {
            Some(h2::Reason::REFUSED_STREAM) => error.is_reset(),
            Some(h2::Reason::NO_ERROR) => error.is_go_away(),
            _ => false,
        }
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

    fn code(error: &(dyn StdError + 'static)) -> Fault {
        before_sending(error).fault
    }

    #[test]
    fn errors_before_sending_are_told_apart() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert!(matches!(code(&refused), Fault::ConnectionRefused));
        assert!(matches!(code(&io::Error::from(io::ErrorKind::TimedOut)), Fault::DestinationUnavailable));
        assert!(matches!(code(&io::Error::from(io::ErrorKind::HostUnreachable)), Fault::DestinationIpUnroutable));
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(matches!(code(&wrapped(certificate)), Fault::TlsCertificateError));
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure);
        assert!(matches!(code(&wrapped(alert)), Fault::TlsAlertReceived { id: 40, .. }));
        assert!(matches!(code(&wrapped(rustls::Error::DecryptError)), Fault::TlsProtocolError));
        for (answer, expected) in [
            (TunnelError::ProxyAuthRequired, "ConfigurationError"),
            (TunnelError::TunnelUnsuccessful, "DestinationUnavailable"),
            (TunnelError::Io(io::ErrorKind::ConnectionReset.into()), "ConnectionRefused"),
        ] {
            assert_eq!(format!("{:?}", no_tunnel(&answer)), expected);
        }
    }

    #[test]
    fn after_sending_only_a_refused_certificate_looks_like_before() {
        for kind in [io::ErrorKind::ConnectionRefused, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe] {
            assert!(matches!(after_sending(&io::Error::from(kind)), Fault::ConnectionTerminated), "{kind:?}");
        }
        for (alert, expected) in [
            (AlertDescription::CertificateRequired, "TlsAlertReceived"),
            (AlertDescription::CertificateExpired, "ConnectionTerminated"),
            (AlertDescription::InternalError, "ConnectionTerminated"),
        ] {
            let code = after_sending(&wrapped(rustls::Error::AlertReceived(alert)));
            assert!(format!("{code:?}").starts_with(expected), "{code:?}");
        }
    }
}
