//! Takes secrets out of whatever is shown: known ones in every form they may be seen in, members of JSON and forms by their
//! names, headers that carry credentials. Knows nothing of where text comes from or goes to; which names are secret is said in
//! `crates/redaction`.
//!
//! Each connection has a redactor, and so has each run of a flow and whoever runs flows; one that stands beside another is asked
//! with it.

mod forms;
mod index;
#[cfg(test)]
mod tests;

use forms::Depth;
pub use forms::LONGEST_SECRET;
use index::{Bounds, Forms, Index, PART, SHORTEST};
use parking_lot::RwLock;
pub use scim_connector_redaction::REDACTED;
use scim_connector_redaction::{
    ListedNames, Names, attributes_marked, copy, each_secret, is_secret_header, is_secret_name, query_literals,
    without_query_literals,
};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Weak};
use zeroize::Zeroizing;

/// In messages and logs every known secret is blanked out.
const IN_TEXT: Bounds = Bounds { whole: SHORTEST, part: PART };

/// In what is kept of a run, those of connections that are no short ordinary words.
const IN_RECORDS: Bounds = Bounds { whole: 8, part: PART };

/// In results, which are data, only what is long enough to be no ordinary word.
const IN_RESULTS: Bounds = Bounds { whole: 12, part: 12 };

/// What an `auth` object of a connection holds besides secrets. Everything else there is treated as one, so that a kind
/// of authentication this host does not know stays covered.
const PUBLIC_AUTH_MEMBERS: [&str; 11] = [
    "type",
    "scheme",
    "tokenUrl",
    "clientId",
    "keyId",
    "method",
    "scopes",
    "audience",
    "username",
    "name",
    "parameters",
];

/// Nor is a run begun with more of them, in bytes with [`EACH`] for each; of one call's secrets, those beyond are known by name
/// and place only.
pub const MOST_SECRETS: usize = 1024 * 1024;

/// What a secret costs, however short.
const EACH: usize = 48;

/// Access tokens remembered, the latest: they come and go for as long as a connection lives.
const REMEMBERED_TOKENS: usize = 16;

/// Knows the secrets of one connection, or of one run; they are wiped when it goes.
#[derive(Default)]
pub struct Redactor {
    known: RwLock<Known>,
    headers: Vec<String>,
    /// Names of attributes that the provider's schemas mark, in lower case.
    marked: RwLock<BTreeSet<String>>,
    /// Others that are asked, too, for as long as they are there.
    beside: RwLock<Vec<Weak<Redactor>>>,
}

/// The secrets that are known.
#[derive(Default)]
struct Known {
    lasting: HashSet<Forms>,
    tokens: VecDeque<Forms>,
    index: Index,
}

impl Known {
    fn add(&mut self, secret: &str, forms: impl Fn(&str) -> Forms) {
        let secret = secret.trim();
        if secret.len() < SHORTEST || self.has(secret) {
            return;
        }
        for made in forms::made_of(secret).into_iter().map(Zeroizing::new) {
            if made.len() >= SHORTEST && !self.has(&made) {
                self.lasting.insert(forms(&made));
            }
        }
        self.lasting.insert(forms(secret));
    }

    fn has(&self, secret: &str) -> bool {
        self.lasting.contains(secret)
    }

    /// Sees to it that what was just added is found.
    fn index(&mut self) {
        self.index = Index::of(self.lasting.iter().chain(&self.tokens));
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}

impl Redactor {
    /// A redactor for a connection and the host's settings for it, in which references have been resolved; `referenced` are
    /// the values that came from the environment, a file or the keyring.
    #[must_use]
    pub fn for_connection(connection: &Value, settings: &Value, referenced: &[Zeroizing<String>]) -> Self {
        let auths = [connection.get("auth"), settings.get("credentials")];
        let auths: Vec<&Map<String, Value>> = auths.into_iter().flatten().filter_map(Value::as_object).collect();
        let text = |object: &Map<String, Value>, name: &str| object.get(name)?.as_str().map(str::to_owned);
        let headers = auths.iter().filter(|auth| text(auth, "type").as_deref() == Some("header"));
        let headers = headers.filter_map(|auth| Some(text(auth, "name")?.to_ascii_lowercase())).collect();
        let redactor = Self { headers, ..Self::default() };
        let mut known = Known::default();
        let lasting = |secret: &str| Forms::of(secret, Depth::Lasting);
        for auth in auths {
            let user = ["username", "clientId"].iter().find_map(|user| text(auth, user));
            for secret in secret_texts(auth) {
                let has_scheme = text(auth, "type").as_deref() == Some("header") || auth.contains_key("scheme");
                if has_scheme && secret.trim().contains(' ') {
                    // What stands before its parts is public.
                    known.add(secret, Forms::whole);
                } else {
                    known.add(secret, lasting);
                }
                if has_scheme {
                    parts_of_credentials(secret).for_each(|part| known.add(part, lasting));
                }
                for pair in user.iter().flat_map(|user| pairs(user, secret)) {
                    // The user's name in it is no secret.
                    known.add(&pair, Forms::whole);
                }
            }
        }
        for (name, value) in connection.get("headers").and_then(Value::as_object).into_iter().flatten() {
            if let Some(secret) = value.as_str().filter(|_| redactor.is_secret_header(name)) {
                known.add(secret, lasting);
            }
        }
        let key = settings.pointer("/tls/clientKey").and_then(Value::as_str);
        key.into_iter().chain(referenced.iter().map(|secret| secret.as_str())).for_each(|it| known.add(it, lasting));
        known.index();
        Self { known: RwLock::new(known), ..redactor }
    }

    /// A redactor for the answer to a request with this body: what the request says is secret, a user's password for
    /// example, may come back in the answer's words.
    #[must_use]
    pub fn for_answer(request: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(request) {
            Ok(json) => Self::for_call(&json),
            Err(_) => {
                let pairs = url::form_urlencoded::parse(request).filter(|(name, _)| is_secret_name(name));
                Self::of_passing(pairs.map(|(_, secret)| secret.into_owned()))
            }
        }
    }

    /// A redactor for what comes of a call with this input.
    #[must_use]
    pub fn for_call(input: &Value) -> Self {
        let mut secrets = Vec::new();
        each_secret(input, &ListedNames, &mut |secret| secrets.push(secret.to_owned()));
        Self::of_passing(secrets.into_iter())
    }

    /// A redactor for an exchange: what its request says is secret, in its URL or its body.
    #[must_use]
    pub(crate) fn for_exchange(url: &str, body: &[u8]) -> Self {
        let asked = Self::for_answer(body);
        let mut secrets = Vec::new();
        query_literals(url, &is_secret_name, &decoded, &mut |secret| secrets.push(secret.to_owned()));
        if !secrets.is_empty() {
            let mut known = asked.known.write();
            secrets.iter().for_each(|secret| known.add(secret, |secret| Forms::of(secret, Depth::Passing)));
            known.index();
        }
        asked
    }

    fn of_passing(secrets: impl Iterator<Item = String>) -> Self {
        let mut known = Known::default();
        let mut left = MOST_SECRETS;
        for secret in secrets.map(Zeroizing::new) {
            let Some(after) = left.checked_sub(cost(&secret)) else { continue };
            left = after;
            known.add(&secret, |secret| Forms::of(secret, Depth::Passing));
        }
        known.index();
        Self { known: RwLock::new(known), ..Self::default() }
    }

    /// Whether it knows no secret by its value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let known = self.known.read();
        known.lasting.is_empty() && known.tokens.is_empty() && self.beside.read().is_empty()
    }

    /// Adds a secret in every form it may be seen in: encoded, in other letters, in parts.
    pub fn learn(&self, secret: &str) {
        self.learn_all(std::iter::once(secret));
    }

    /// As [`Redactor::learn`], of several at once.
    pub fn learn_all<'a>(&self, secrets: impl Iterator<Item = &'a str>) {
        let mut known = self.known.write();
        secrets.for_each(|secret| known.add(secret, |secret| Forms::of(secret, Depth::Lasting)));
        known.index();
    }

    /// Adds the credentials of an `Authorization` header: the access token a token endpoint gave. Only the latest tokens are
    /// remembered.
    pub fn learn_authorization(&self, value: &str) {
        let credentials = value.split_once(' ').map_or(value, |(_, credentials)| credentials).trim();
        let is_known =
            |known: &Known| known.has(credentials) || known.tokens.iter().any(|forms| forms.is_of(credentials));
        if credentials.len() < SHORTEST || is_known(&self.known.read()) {
            return;
        }
        let mut known = self.known.write();
        known.tokens.push_front(Forms::of(credentials, Depth::Passing));
        known.tokens.truncate(REMEMBERED_TOKENS);
        known.index();
    }

    /// Adds the names of attributes that SCIM schemas mark as never shown: `mutability: writeOnly`, `returned: never`.
    pub fn learn_schemas(&self, schemas: &Value) {
        let mut marked = BTreeSet::new();
        attributes_marked(schemas, &mut |name| {
            marked.insert(name);
        });
        if !marked.is_subset(&self.marked.read()) {
            self.marked.write().append(&mut marked);
        }
    }

    /// The names that schemas mark, in lower case.
    #[must_use]
    pub fn marked(&self) -> BTreeSet<String> {
        self.marked.read().clone()
    }

    /// Has another one asked as well from now on, for as long as it is there.
    pub fn stand_beside(&self, other: &Arc<Self>) {
        let mut beside = self.beside.write();
        beside.retain(|known| known.strong_count() > 0);
        beside.push(Arc::downgrade(other));
    }

    fn without(&self, text: &str, bounds: Bounds) -> Option<String> {
        let own = self.known.read().index.replaced(text, bounds, REDACTED);
        let beside = self.beside.read();
        beside.iter().filter_map(Weak::upgrade).fold(own, |changed, other| {
            // What a flow names a secret, and what a run is given as one, is one, however short.
            let shown = other.without(changed.as_deref().unwrap_or(text), IN_TEXT);
            shown.or(changed)
        })
    }

    /// The text without the known secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.text_without(text).unwrap_or_else(|| text.to_owned())
    }

    /// As [`Redactor::text`]; none where the text holds no secret.
    #[must_use]
    pub fn text_without(&self, text: &str) -> Option<String> {
        self.without(text, IN_TEXT)
    }

    /// A text that is kept of a run, without the known secrets that are no short ordinary words; those of whoever stands beside
    /// it are not looked for. None where it holds none.
    #[must_use]
    pub fn record_without(&self, text: &str) -> Option<String> {
        self.known.read().index.replaced(text, IN_RECORDS, REDACTED)
    }

    /// A result's text without the known secrets; short ones stay, since they may be ordinary data.
    #[must_use]
    pub fn result(&self, text: &str) -> String {
        self.result_without(text).unwrap_or_else(|| text.to_owned())
    }

    /// As [`Redactor::result`]; none where the text holds no secret.
    #[must_use]
    pub fn result_without(&self, text: &str) -> Option<String> {
        self.without(text, IN_RESULTS)
    }

    /// A copy of a value without secrets: the known ones, and what is secret by its name or place.
    #[must_use]
    pub fn value(&self, value: &Value) -> Value {
        copy(value, self, &|text| self.text_without(text))
    }

    /// A URL as it may be shown.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let shown = without_query_literals(url, &|name| self.is_secret(name), &decoded, &encode);
        self.text(shown.as_deref().unwrap_or(url))
    }

    /// A header's value as it may be shown.
    #[must_use]
    pub fn header(&self, name: &str, value: &str) -> String {
        if !self.is_secret_header(name) {
            return self.text(value);
        }
        // The scheme of RFC 9110 section 11 is no secret.
        match value.split_once(' ') {
            Some((scheme, _)) if name.eq_ignore_ascii_case("authorization") => format!("{scheme} {REDACTED}"),
            _ => REDACTED.to_owned(),
        }
    }

    fn is_secret_header(&self, name: &str) -> bool {
        is_secret_header(name) || self.headers.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// A whole body as it may be shown: JSON and forms by their members, other text by the known secrets.
    #[must_use]
    pub fn body(&self, content_type: &str, bytes: &[u8]) -> String {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return format!("({} bytes that are no text)", bytes.len());
        };
        if content_type.starts_with("application/x-www-form-urlencoded") {
            self.text(&form(text))
        } else if let Ok(json) = serde_json::from_str::<Value>(text) {
            self.learn_schemas(&json);
            // Once more as a whole: what stands in several members may be one secret.
            self.text(&self.value(&json).to_string())
        } else if text.trim_start().starts_with(['{', '[']) {
            // Looks like JSON and is none: its members cannot be told apart.
            format!("({} bytes of malformed JSON)", bytes.len())
        } else {
            self.text(text)
        }
    }
}

impl Names for Redactor {
    fn is_secret(&self, name: &str) -> bool {
        is_secret_name(name) || self.marked.read().is_secret(name)
    }
}

/// Why a flow cannot be given these secrets: their forms would take too much.
#[must_use]
pub fn too_much<'a>(secrets: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut all = 0usize;
    for secret in secrets {
        if secret.len() > LONGEST_SECRET {
            return Some(format!("a secret has {} bytes, and at most {LONGEST_SECRET} are taken", secret.len()));
        }
        all = all.saturating_add(secret.len() + EACH);
    }
    (all > MOST_SECRETS).then(|| {
        format!(
            "the secrets in it come to {all} bytes, {EACH} counted for each besides its own, and at most {MOST_SECRETS} are taken"
        )
    })
}

/// What the forms of a secret cost; those of a longer one are of its ends only.
fn cost(secret: &str) -> usize {
    secret.len().min(LONGEST_SECRET) + EACH
}

/// A part of a query as it was before it was encoded.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// `user:secret` as HTTP Basic authentication sends it (RFC 7617), form-encoded too (RFC 6749 section 2.3.1).
fn pairs(user: &str, secret: &str) -> [String; 2] {
    let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    [format!("{user}:{secret}"), format!("{}:{}", form(user), form(secret))]
}

/// Whether a member of an `auth` object is none of those that may be shown.
pub(crate) fn is_secret_in_auth(name: &str) -> bool {
    !PUBLIC_AUTH_MEMBERS.contains(&name)
}

/// What of an `Authorization` header's value may be quoted by itself (RFC 9110 section 11.4): what stands after the scheme, and
/// the values of parameters.
fn parts_of_credentials(value: &str) -> impl Iterator<Item = &str> {
    let rest = value.trim().split_once(' ').map(|(_, rest)| rest);
    let values = value.split(',').filter_map(|part| Some(part.split_once('=')?.1.trim().trim_matches('"')));
    rest.into_iter().chain(values.filter(|value| !value.trim_matches('=').is_empty()))
}

/// What an `auth` object holds in secret.
fn secret_texts(auth: &Map<String, Value>) -> impl Iterator<Item = &str> {
    auth.iter().filter(|(name, _)| is_secret_in_auth(name)).filter_map(|(_, value)| value.as_str())
}

fn form(text: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret_name(name) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}
