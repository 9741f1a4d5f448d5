//! What of a connection goes onto the wire as it is: URLs and headers, and what they must look like.

use super::configuration;
use crate::failure::Result;
use url::{Host, Url};

/// Reads an absolute http or https URL without user information or fragment.
pub fn http_url(text: &str, pointer: &str) -> Result<Url> {
    let url = Url::parse(text.trim()).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            configuration(pointer, "the URL has no scheme; write https://… in front")
        }
        error => configuration(pointer, format!("not a URL: {error}")),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        // "localhost:8080/scim" parses as a URL of scheme "localhost".
        return Err(configuration(
            pointer,
            format!("the URL must begin with https:// or http://, not {}:", url.scheme()),
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(configuration(pointer, "the URL must not contain credentials; put them under auth"));
    }
    if url.fragment().is_some() {
        return Err(configuration(pointer, "the URL must not have a fragment (#…)"));
    }
    Ok(url)
}

/// Reads a service URL: no query, no slash at its end.
pub(super) fn service_url(text: &str, pointer: &str, allow_insecure_http: bool) -> Result<Url> {
    let mut url = http_url(text, pointer)?;
    if url.query().is_some() {
        return Err(configuration(pointer, "the URL must not have a query (?…)"));
    }
    insecure(&url, pointer, allow_insecure_http)?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Credentials and people's data stay off the open network unless the connection says otherwise.
pub(super) fn insecure(url: &Url, pointer: &str, allowed: bool) -> Result<()> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || loopback || allowed {
        return Ok(());
    }
    Err(configuration(pointer, "http is not encrypted; use https, or set allowInsecureHttp to true"))
}

/// Header names are tokens, header values visible ASCII (RFC 9110 section 5), and some belong to the client alone.
pub fn header(name: &str, value: &str, pointer: &str) -> Result<()> {
    let at = crate::naming::deeper(pointer, name);
    header_name(name, &at)?;
    if super::is_authorization(name) {
        return Err(configuration(&at, "credentials belong to auth, where they are guarded"));
    }
    if !is_header_value(value) {
        return Err(configuration(&at, "a header value may contain visible ASCII characters only"));
    }
    Ok(())
}

/// The name of the header that credentials go into: `Authorization` too.
pub fn credential_header(name: &str, pointer: &str) -> Result<()> {
    header_name(name, &crate::naming::deeper(pointer, name))
}

fn header_name(name: &str, at: &str) -> Result<()> {
    const OWN: [&str; 7] =
        ["host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "accept-encoding"];
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(configuration(at, format!("{name:?} is not a header name")));
    }
    if OWN.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Err(configuration(at, "this header is set by the connector"));
    }
    Ok(())
}

/// Whether text may stand in a header as it is (RFC 9110 section 5.5, without its obsolete part).
pub fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte))
}
