//! Which requests may leave: a pure decision on scheme, host and port. Knows neither sockets nor the component.

use http::Uri;
use std::fmt;
use std::net::IpAddr;

/// Scheme, host and port of a URL (RFC 6454 section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of a request's URI; `None` where it has no host, another scheme than http(s), or user information.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if uri.authority()?.as_str().contains('@') {
            return None;
        }
        let host = uri.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Some(Self { secure, host, port })
    }

    /// Whether the host is this machine: `localhost`, a name below it (RFC 6761 section 6.3), or a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.secure { "https" } else { "http" }, self.host, self.port)
    }
}

/// Why a request may not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The URI names no http(s) host, or carries user information.
    #[error("the request names no http or https host")]
    NoOrigin,
    /// The host is none the connection names.
    #[error("{0} is not an origin of this connection")]
    NotListed(Origin),
    /// Credentials would cross the network in the clear.
    #[error("{0} is not https; set allowInsecureHttp in the connection if that is intended")]
    Insecure(Origin),
}

/// The origins a connection may talk to. An empty policy refuses everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    origins: Vec<Origin>,
    allow_insecure_http: bool,
}

impl Policy {
    /// Allows these origins; `http:` beyond this machine only where `allow_insecure_http` is set.
    #[must_use]
    pub fn new(origins: Vec<Origin>, allow_insecure_http: bool) -> Self {
        Self { origins, allow_insecure_http }
    }

    /// Decides about one request.
    ///
    /// # Errors
    /// Says why the request may not leave.
    pub fn check(&self, uri: &Uri) -> Result<(), Refusal> {
        let origin = Origin::of(uri).ok_or(Refusal::NoOrigin)?;
        if !self.origins.contains(&origin) {
            return Err(Refusal::NotListed(origin));
        }
        if !origin.secure && !self.allow_insecure_http && !origin.is_loopback() {
            return Err(Refusal::Insecure(origin));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Option<Origin> {
        Origin::of(&url.parse().unwrap())
    }

    fn check(allowed: &[&str], insecure: bool, url: &str) -> Result<(), Refusal> {
        Policy::new(allowed.iter().map(|url| origin(url).unwrap()).collect(), insecure).check(&url.parse().unwrap())
    }

    #[test]
    fn only_listed_origins_pass() {
        let list = ["https://api.example.com/scim/v2", "https://login.example.com:8443/token"];
        for url in ["https://api.example.com/", "https://API.EXAMPLE.COM:443/x?y", "https://login.example.com:8443/"] {
            assert_eq!(check(&list, false, url), Ok(()), "{url}");
        }
        for url in [
            "https://login.example.com/",
            "https://api.example.com:444/",
            "http://api.example.com:443/",
            "https://api.example.com.evil.test/",
            "https://example.com/",
            "https://169.254.169.254/",
        ] {
            assert!(matches!(check(&list, true, url), Err(Refusal::NotListed(_))), "{url}");
        }
    }

    #[test]
    fn an_empty_policy_refuses_everything() {
        assert!(Policy::default().check(&"https://example.com/".parse().unwrap()).is_err());
        assert!(Policy::default().check(&"http://localhost/".parse().unwrap()).is_err());
    }

    #[test]
    fn plain_http_passes_to_this_machine_only_unless_allowed() {
        for url in [
            "http://localhost:80/",
            "http://scim.localhost/",
            "http://127.0.0.1:8080/",
            "http://127.9.9.9/",
            "http://[::1]:99/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert_eq!(check(&[url], false, url), Ok(()), "{url}");
        }
        for url in ["http://example.com/", "http://localhost.example.com/", "http://10.0.0.1/", "http://[2001:db8::1]/"]
        {
            assert!(matches!(check(&[url], false, url), Err(Refusal::Insecure(_))), "{url}");
            assert_eq!(check(&[url], true, url), Ok(()), "{url}");
        }
    }

    #[test]
    fn what_has_no_clear_origin_is_refused() {
        for url in ["https://user@example.com/", "https://example.com@evil.test/", "ftp://example.com/", "/Users"] {
            assert_eq!(check(&["https://example.com"], true, url), Err(Refusal::NoOrigin), "{url}");
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        let text = |allowed: &str, url: &str| check(&[allowed], false, url).unwrap_err().to_string();
        assert_eq!(
            text("https://a.test", "https://b.test/x"),
            "https://b.test:443 is not an origin of this connection"
        );
        assert_eq!(
            text("http://a.test", "http://a.test/x"),
            "http://a.test:80 is not https; set allowInsecureHttp in the connection if that is intended"
        );
    }
}
