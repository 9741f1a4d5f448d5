//! What the error codes of `wasi:http` mean for a request: why there was no answer, and whether it may have been sent.

use crate::bindings::exports::scim::connector_parts::outbound::{Reason, TransportError};
use waki::bindings::wasi::http::types::ErrorCode;

/// A failure.
pub fn failed(reason: Reason, maybe_sent: bool, detail: impl Into<String>) -> TransportError {
    TransportError { reason, maybe_sent, detail: detail.into() }
}

/// What a host's error code means. `started` says whether the host had taken the request.
pub fn from_code(code: &ErrorCode, started: bool) -> TransportError {
    use ErrorCode as E;
    let (reason, unsent, detail): (Reason, bool, &str) = match code {
        E::DnsTimeout | E::DnsError(_) | E::DestinationNotFound => (Reason::Dns, true, "unknown host"),
        E::DestinationUnavailable | E::DestinationIpUnroutable => (Reason::Refused, true, "no route"),
        E::ConnectionRefused => (Reason::Refused, true, "connection refused"),
        E::ConnectionLimitReached => (Reason::Refused, true, "too many connections"),
        // Not every host means the connecting alone: some end a request by it that has been sent long before.
        E::ConnectionTimeout => (Reason::Timeout, false, "no connection within the timeout"),
        E::TlsProtocolError => (Reason::Tls, true, "the TLS handshake failed"),
        E::TlsCertificateError => (Reason::Tls, true, "the certificate is not trusted"),
        E::TlsAlertReceived(_) => (Reason::Tls, true, "the server refused the TLS handshake"),
        E::HttpRequestDenied => (Reason::Denied, true, "not on its allow-list"),
        E::DestinationIpProhibited => (Reason::Denied, true, "not to this address"),
        E::ConfigurationError => (Reason::Denied, true, "its configuration is wrong"),
        E::ConnectionReadTimeout | E::ConnectionWriteTimeout | E::HttpResponseTimeout => {
            (Reason::Timeout, false, "no answer within the timeout")
        }
        E::ConnectionTerminated => (Reason::Closed, false, "the connection was closed"),
        E::HttpResponseIncomplete => (Reason::Closed, false, "the answer is incomplete"),
        E::HttpResponseBodySize(_) => (Reason::TooLarge, false, "the answer is too large"),
        E::HttpProtocolError
        | E::HttpResponseHeaderSectionSize(_)
        | E::HttpResponseHeaderSize(_)
        | E::HttpResponseTrailerSectionSize(_)
        | E::HttpResponseTrailerSize(_)
        | E::HttpResponseTransferCoding(_)
        | E::HttpResponseContentCoding(_)
        | E::HttpUpgradeFailed => (Reason::Malformed, false, "malformed HTTP"),
        E::HttpRequestLengthRequired
        | E::HttpRequestBodySize(_)
        | E::HttpRequestMethodInvalid
        | E::HttpRequestUriInvalid
        | E::HttpRequestUriTooLong
        | E::HttpRequestHeaderSectionSize(_)
        | E::HttpRequestHeaderSize(_)
        | E::HttpRequestTrailerSectionSize(_)
        | E::HttpRequestTrailerSize(_)
        | E::LoopDetected => (Reason::Internal, true, "the host refuses the request"),
        E::InternalError(text) => return from_text(text.as_deref().unwrap_or("the host gives no reason"), started),
    };
    failed(reason, started && !unsent, detail)
}

/// wasmtime gives no code for an error in a body (`http-error-code` looks for another type than its bodies carry, seen in
/// 48.0.8), but names it in the error's words.
pub fn from_words(words: &str) -> TransportError {
    let words = words.to_lowercase();
    let told = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if told(&["timeout", "timed out"]) {
        failed(Reason::Timeout, true, "the answer stopped for longer than the timeout")
    } else if told(&["body size", "bodysize"]) {
        failed(Reason::TooLarge, true, "the answer is too large")
    } else if told(&["protocol error", "protocolerror", "coding", "trailer"]) {
        failed(Reason::Malformed, true, "malformed HTTP")
    } else {
        failed(Reason::Closed, true, "the answer broke off")
    }
}

/// JavaScript hosts report system errors in words.
fn from_text(text: &str, started: bool) -> TransportError {
    let words: [(&[&str], Reason, bool); 4] = [
        (&["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"], Reason::Refused, true),
        (&["ENOTFOUND", "EAI_AGAIN"], Reason::Dns, true),
        (&["CERT_", "SELF_SIGNED", "ERR_TLS"], Reason::Tls, true),
        (&["ECONNRESET", "EPIPE", "fetch failed", "socket hang up", "terminated"], Reason::Closed, false),
    ];
    let found = words.iter().find(|row| row.0.iter().any(|word| text.contains(word)));
    let short: String = text.chars().take(200).collect();
    match found {
        Some((_, reason, unsent)) => failed(*reason, started && !unsent, short),
        None => failed(Reason::Closed, started, short),
    }
}
