//! Which requests may leave: a pure decision on scheme, host, port and method. Knows neither sockets nor the component.

use crate::address::names_loopback;
use crate::settings::Allow;
use http::{Method, Uri};
use std::fmt;

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

    /// Whether the host is this machine, see [`names_loopback`].
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        names_loopback(&self.host)
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
    #[error("{0} is not an origin of this connection; if it is meant, add it to host.allow.origins of the connection")]
    NotListed(Origin),
    /// The method is not among those that may leave.
    #[error("{0} is not among the methods in host.allow.methods of the connection")]
    Method(Method),
    /// Credentials would cross the network in the clear.
    #[error("{0} is not https; set allowInsecureHttp in the connection if that is intended")]
    Insecure(Origin),
}

/// The origins that may be talked to, and how. An empty policy refuses everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    origins: Vec<Origin>,
    any_origin: bool,
    allow_insecure_http: bool,
    methods: Option<Vec<Method>>,
}

impl Policy {
    /// Allows these origins; `http:` beyond this machine only where `allow_insecure_http` is set.
    #[must_use]
    pub fn new(origins: Vec<Origin>, allow_insecure_http: bool) -> Self {
        Self { origins, any_origin: false, allow_insecure_http, methods: None }
    }

    /// Allows every origin; `http:` beyond this machine only where `allow_insecure_http` is set. Addresses are decided on all
    /// the same.
    #[must_use]
    pub fn any(allow_insecure_http: bool) -> Self {
        Self { any_origin: true, ..Self::new(Vec::new(), allow_insecure_http) }
    }

    /// Adds what the host's settings allow besides, and what they forbid.
    ///
    /// # Errors
    /// Names the key below `host`.
    pub fn with(mut self, allow: &Allow) -> Result<Self, (&'static str, String)> {
        for url in &allow.origins {
            let origin = url.parse().ok().as_ref().and_then(Origin::of);
            let origin =
                origin.ok_or(("allow.origins", "must be URLs such as https://scim.example.com:8443".into()))?;
            self.origins.push(origin);
        }
        let method = |name: &String| match Method::from_bytes(name.as_bytes()) {
            // Methods tell case apart (RFC 9110 section 9.1): a rule for `get` would forbid every GET.
            Ok(method) if *name == name.to_uppercase() => Ok(method),
            _ => Err(("allow.methods", "must be methods in capital letters, such as GET".into())),
        };
        self.methods = allow.methods.as_ref().map(|names| names.iter().map(method).collect()).transpose()?;
        Ok(self)
    }

    /// Decides about one request. The methods do not bind one that only fetches a token.
    ///
    /// # Errors
    /// Says why the request may not leave.
    pub fn check(&self, method: &Method, uri: &Uri, fetches_token: bool) -> Result<(), Refusal> {
        self.check_origin(uri)?;
        self.check_method(method, fetches_token)
    }

    /// Decides about where a request goes: by the scheme and the authority of its URL alone.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn check_origin(&self, uri: &Uri) -> Result<(), Refusal> {
        let origin = Origin::of(uri).ok_or(Refusal::NoOrigin)?;
        if !self.any_origin && !self.origins.contains(&origin) {
            return Err(Refusal::NotListed(origin));
        }
        if !origin.secure && !self.allow_insecure_http && !origin.is_loopback() {
            return Err(Refusal::Insecure(origin));
        }
        Ok(())
    }

    /// Decides about what a request does.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn check_method(&self, method: &Method, fetches_token: bool) -> Result<(), Refusal> {
        match &self.methods {
            Some(methods) if !fetches_token && !methods.contains(method) => Err(Refusal::Method(method.clone())),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Option<Origin> {
        Origin::of(&url.parse().unwrap())
    }

    fn check(allowed: &[&str], insecure: bool, url: &str) -> Result<(), Refusal> {
        Policy::new(allowed.iter().map(|url| origin(url).unwrap()).collect(), insecure).check(
            &Method::GET,
            &url.parse().unwrap(),
            false,
        )
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
        for url in ["https://example.com/", "http://localhost/"] {
            assert!(Policy::default().check(&Method::GET, &url.parse().unwrap(), false).is_err());
        }
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
    fn any_origin_is_any_host_but_not_any_scheme() {
        let check = |insecure, url: &str| Policy::any(insecure).check(&Method::GET, &url.parse().unwrap(), false);
        assert_eq!(check(false, "https://a.test/"), Ok(()));
        assert!(matches!(check(false, "http://a.test/"), Err(Refusal::Insecure(_))));
        assert_eq!(check(true, "http://a.test/"), Ok(()));
        assert_eq!(check(true, "ftp://a.test/"), Err(Refusal::NoOrigin));
    }

    #[test]
    fn methods_bind_all_but_token_requests() {
        let uri = "https://a.test/".parse().unwrap();
        let policy = Policy::new(vec![origin("https://a.test").unwrap()], false)
            .with(&Allow { methods: Some(vec!["GET".into()]), ..Allow::default() })
            .unwrap();
        assert_eq!(policy.check(&Method::GET, &uri, false), Ok(()));
        assert_eq!(policy.check(&Method::POST, &uri, true), Ok(()));
        let refusal = policy.check(&Method::POST, &uri, false).unwrap_err();
        assert_eq!(refusal.to_string(), "POST is not among the methods in host.allow.methods of the connection");
        let none = Allow { methods: Some(Vec::new()), origins: vec!["https://b.test:99".into()], ..Allow::default() };
        let policy = policy.with(&none).unwrap();
        assert!(policy.check(&Method::GET, &uri, false).is_err());
        assert_eq!(policy.check(&Method::GET, &"https://b.test:99/token".parse().unwrap(), true), Ok(()));
        for (methods, origins) in [(vec!["get"], vec![]), (vec![""], vec![]), (vec![], vec!["b.test"])] {
            let texts = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
            let allow = Allow { methods: Some(texts(methods)), origins: texts(origins), ..Allow::default() };
            assert!(Policy::default().with(&allow).is_err(), "{allow:?}");
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
            "https://b.test:443 is not an origin of this connection; if it is meant, add it to host.allow.origins of the connection"
        );
        assert_eq!(
            text("http://a.test", "http://a.test/x"),
            "http://a.test:80 is not https; set allowInsecureHttp in the connection if that is intended"
        );
    }
}
