//! Who gets in: the token of the start, the cookie it is exchanged for, and what keeps other sites out. It sees the head of a
//! request and never what is shown.
//!
//! | against | what |
//! |---|---|
//! | other users, other programs | 256 bits by chance, printed once; each request shows the cookie or the token |
//! | names that other sites point at loopback (DNS rebinding) | `Host` is the address that is served |
//! | forms of other sites | `SameSite=Strict`, `Origin`, `Sec-Fetch-Site`, and a word of the form that only the page knows |
//! | frames, scripts, leaks by links | [`HEADERS`] |

use http::header::{AUTHORIZATION, COOKIE, HOST, HeaderMap, HeaderName, ORIGIN};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;

/// Every answer has these.
///
/// `Referrer-Policy: same-origin` tells other origins as little as `no-referrer` does, but with that browsers send
/// `Origin: null` with our own forms, and nothing could be checked.
pub(super) const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Decides who gets in. Nothing in it outlives the process.
pub(super) struct Guard {
    /// What `Host` may say.
    authorities: Vec<String>,
    /// Cookies know no ports, so that the name tells the servers of this machine apart.
    cookie: String,
    token: String,
    session: String,
    /// What each form of the page contains.
    form: String,
}

/// How somebody got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visitor {
    /// A browser, by its cookie.
    Browser,
    /// A program, by the token. Nobody else can make it send that.
    Program,
}

impl Guard {
    pub(super) fn new(address: SocketAddr) -> Self {
        let port = address.port();
        let mut authorities = vec![address.to_string(), format!("localhost:{port}")];
        if port == 80 {
            authorities.extend([address.ip().to_string(), "localhost".to_owned()]);
        }
        let [token, session, form] = [random(), random(), random()];
        Self { authorities, cookie: format!("scim-connector-{port}"), token, session, form }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// What each form of the page contains.
    pub(super) fn form(&self) -> &str {
        &self.form
    }

    /// Whether the request was meant for this server.
    pub(super) fn is_meant(&self, headers: &HeaderMap) -> bool {
        only(headers, &HOST).is_some_and(|host| self.authorities.iter().any(|own| own.eq_ignore_ascii_case(host)))
    }

    /// Who asks, if anybody who may.
    pub(super) fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        let bearer = only(headers, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if bearer.is_some_and(|token| same(token, &self.token)) {
            return Some(Visitor::Program);
        }
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.cookie && same(value, &self.session)).then_some(Visitor::Browser)
    }

    /// The cookie for whoever shows the token.
    pub(super) fn admit(&self, token: &str) -> Option<String> {
        let cookie = || format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.session);
        same(token, &self.token).then(cookie)
    }

    /// Whether a browser sent this because of a page of another site. Browsers set these headers and let no page change
    /// them; old ones leave them out.
    pub(super) fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(ORIGIN).is_some_and(|origin| {
            let host = only(headers, &HOST).unwrap_or_default();
            origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")) != Some(host)
        });
        let site = headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
        origin || site
    }

    /// Whether a form is one of the page's.
    pub(super) fn is_own_form(&self, word: Option<&str>) -> bool {
        word.is_some_and(|word| same(word, &self.form))
    }
}

/// A header's value, if it is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// 256 bits that nobody can guess.
fn random() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether two words are the same. Their digests are compared: how long that takes says nothing of the words.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}
