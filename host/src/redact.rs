//! Takes secrets out of whatever is printed: known literals in every form they travel in, members of JSON and forms by
//! their names, headers that carry credentials. Knows nothing of where text comes from or goes to.

use crate::visible;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use parking_lot::RwLock;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// Shorter literals are not searched for: they would blank out ordinary words.
const SHORTEST: usize = 4;

/// In results, which are data, only literals long enough to be no ordinary word are blanked out.
const SHORTEST_IN_RESULTS: usize = 12;

/// Headers that carry credentials (RFC 9110 section 11, RFC 6265).
const SECRET_HEADERS: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

/// Names of members that carry secrets, lower case without `_` and `-`.
const SECRET_MEMBERS: [&str; 12] = [
    "password",
    "currentpassword",
    "clientsecret",
    "secret",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "token",
    "assertion",
    "clientassertion",
    "privatekey",
    "apikey",
];

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

/// Access tokens remembered, the latest: they come and go for as long as a connection lives.
const REMEMBERED_TOKENS: usize = 16;

/// Shorter lines of a secret are not searched for by themselves.
const SHORTEST_LINE: usize = 20;

/// Knows the secrets of one connection; they are wiped when it goes.
#[derive(Default)]
pub struct Redactor {
    secrets: RwLock<SecretForms>,
    headers: Vec<String>,
}

/// The secrets of a connection, in every form they may travel in.
#[derive(Default)]
struct SecretForms {
    literals: BTreeSet<String>,
    /// Each token with the forms it may travel in.
    tokens: VecDeque<Vec<String>>,
    beginnings: Beginnings,
}

impl SecretForms {
    fn forms(&self) -> impl Iterator<Item = &String> {
        self.literals.iter().chain(self.tokens.iter().flatten())
    }

    /// Sees to it that what was just added is found.
    fn index(&mut self) {
        let mut beginnings = Beginnings::default();
        self.forms().for_each(|form| beginnings.add(form));
        self.beginnings = beginnings;
    }

    /// The text without these secrets of at least so many bytes; none where it holds none.
    fn replaced(&self, text: &str, shortest: usize) -> Option<String> {
        if !self.beginnings.may_be_in(text) {
            return None;
        }
        let mut found: Vec<&String> =
            self.forms().filter(|secret| secret.len() >= shortest && text.contains(secret.as_str())).collect();
        if found.is_empty() {
            return None;
        }
        // Longest first, or the rest of a longer secret would stay behind.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Some(found.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), REDACTED)))
    }
}

/// How secrets begin: a set of hashes of their first [`SHORTEST`] bytes, so that text without a secret is known for it after one
/// look at each of its bytes, however many secrets there are.
#[derive(Default)]
struct Beginnings(Option<Box<[u64; Self::WORDS]>>);

impl Beginnings {
    const WORDS: usize = 1024;

    fn add(&mut self, secret: &str) {
        if let Some(first) = secret.as_bytes().first_chunk() {
            let (word, bit) = Self::place(*first);
            let words = self.0.get_or_insert_with(|| Box::new([0; Self::WORDS]));
            if let Some(word) = words.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn may_be_in(&self, text: &str) -> bool {
        let Some(words) = &self.0 else { return false };
        let firsts = text.as_bytes().windows(SHORTEST).filter_map(<[u8]>::first_chunk);
        firsts.map(|first| Self::place(*first)).any(|(word, bit)| words.get(word).is_some_and(|word| word & bit != 0))
    }

    /// The upper bits of a multiplicative hash.
    fn place(first: [u8; SHORTEST]) -> (usize, u64) {
        let hash = u32::from_le_bytes(first).wrapping_mul(0x9e37_79b1) >> 16;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }
}

impl Drop for SecretForms {
    fn drop(&mut self) {
        let tokens = std::mem::take(&mut self.tokens).into_iter().flatten();
        std::mem::take(&mut self.literals).into_iter().chain(tokens).for_each(|mut text| text.zeroize());
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
        for auth in auths {
            let user = ["username", "clientId"].iter().find_map(|user| text(auth, user));
            for secret in secret_texts(auth) {
                redactor.learn(secret);
                if text(auth, "type").as_deref() == Some("header") || auth.contains_key("scheme") {
                    parts_of_credentials(secret).for_each(|part| redactor.learn(part));
                }
                user.iter().for_each(|user| redactor.learn_pair(user, secret));
            }
        }
        for (name, value) in connection.get("headers").and_then(Value::as_object).into_iter().flatten() {
            if let Some(secret) = value.as_str().filter(|_| redactor.is_secret_header(name)) {
                redactor.learn(secret);
            }
        }
        settings.pointer("/tls/clientKey").and_then(Value::as_str).into_iter().for_each(|key| redactor.learn(key));
        referenced.iter().for_each(|secret| redactor.learn(secret));
        redactor
    }

    /// A redactor for the answer to a request with this body: what the request says is secret, a user's password for
    /// example, may come back in the answer's words.
    #[must_use]
    pub fn for_answer(request: &[u8]) -> Self {
        let redactor = Self::default();
        if let Ok(mut json) = serde_json::from_slice::<Value>(request) {
            each_secret(&mut json, &mut |secret| secret.as_str().into_iter().for_each(|secret| redactor.learn(secret)));
        } else {
            let pairs = url::form_urlencoded::parse(request).filter(|(name, _)| is_secret_member(name));
            pairs.for_each(|(_, secret)| redactor.learn(&secret));
        }
        redactor
    }

    /// Adds a secret in every form it may travel in; one of several lines, such as a key in PEM, by its lines too.
    pub fn learn(&self, secret: &str) {
        let lines = secret.lines().filter(|line| line.len() >= SHORTEST_LINE && !line.starts_with("-----"));
        let lines = lines.filter(|line| line.len() < secret.trim().len());
        let all = std::iter::once(secret).chain(lines).flat_map(forms);
        let mut known = self.secrets.write();
        known.literals.extend(all);
        known.index();
    }

    /// Adds `user:secret` as HTTP Basic authentication sends it (RFC 7617), form-encoded too (RFC 6749 section 2.3.1).
    fn learn_pair(&self, user: &str, secret: &str) {
        let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for pair in [format!("{user}:{secret}"), format!("{}:{}", form(user), form(secret))] {
            self.learn(&pair);
        }
    }

    /// Adds the credentials of an `Authorization` header: the access token a token endpoint gave. Only the latest tokens are
    /// remembered.
    pub fn learn_authorization(&self, value: &str) {
        let credentials = value.split_once(' ').map_or(value, |(_, credentials)| credentials).trim();
        let is_known = |known: &SecretForms| {
            known.literals.contains(credentials)
                || known.tokens.iter().any(|forms| forms.first().is_some_and(|form| form == credentials))
        };
        if credentials.len() < SHORTEST || is_known(&self.secrets.read()) {
            return;
        }
        let mut known = self.secrets.write();
        known.tokens.push_front(forms(credentials));
        let remembered = REMEMBERED_TOKENS.min(known.tokens.len());
        known.tokens.drain(remembered..).flatten().for_each(|mut form| form.zeroize());
        known.index();
    }

    /// The text without the known secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.text_without(text).unwrap_or_else(|| text.to_owned())
    }

    /// As [`Redactor::text`]; none where the text holds no secret.
    #[must_use]
    pub fn text_without(&self, text: &str) -> Option<String> {
        self.secrets.read().replaced(text, SHORTEST)
    }

    /// A result's text without the known secrets; short ones stay, since they may be ordinary data.
    #[must_use]
    pub fn result(&self, text: &str) -> String {
        self.result_without(text).unwrap_or_else(|| text.to_owned())
    }

    /// As [`Redactor::result`]; none where the text holds no secret.
    #[must_use]
    pub fn result_without(&self, text: &str) -> Option<String> {
        self.secrets.read().replaced(text, SHORTEST_IN_RESULTS)
    }

    /// A header's value as it may be shown.
    #[must_use]
    pub fn header(&self, name: &str, value: &str) -> String {
        if !self.is_secret_header(name) {
            return self.text(value);
        }
        match value.split_once(' ') {
            Some((scheme, _)) if name.eq_ignore_ascii_case("authorization") => format!("{scheme} {REDACTED}"),
            _ => REDACTED.to_owned(),
        }
    }

    fn is_secret_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        SECRET_HEADERS.contains(&name.as_str())
            || self.headers.contains(&name)
            || name.split('-').any(|part| ["token", "secret", "key", "auth"].contains(&part))
    }

    /// A whole body as it may be shown: JSON and forms by their members, other text by the known secrets.
    #[must_use]
    pub fn body(&self, content_type: &str, bytes: &[u8]) -> String {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return format!("({} bytes that are no text)", bytes.len());
        };
        let redacted = if content_type.starts_with("application/x-www-form-urlencoded") {
            form(text)
        } else if let Ok(mut json) = serde_json::from_str::<Value>(text) {
            members(&mut json);
            json.to_string()
        } else if text.trim_start().starts_with(['{', '[']) {
            // Looks like JSON and is none: its members cannot be told apart.
            return format!("({} bytes of malformed JSON)", bytes.len());
        } else {
            text.to_owned()
        };
        self.text(&redacted)
    }
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

/// The forms a secret may travel in, itself first.
fn forms(secret: &str) -> Vec<String> {
    let secret = secret.trim();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    // RFC 3986 leaves `-._~` unescaped; the form encoding leaves `*-._` and writes a space as `+`.
    let uri = percent.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let escaped = Value::from(secret).to_string();
    let escaped = escaped.trim_matches('"').to_owned();
    let encoded = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|engine| engine.encode(secret));
    let lower = [percent.to_lowercase(), uri.to_lowercase()]
        .map(|text| if text.contains('%') { text } else { secret.to_owned() });
    // As outputs have it, for a program and for a person.
    let shown = [visible::json(&escaped).into_owned(), visible::line(secret).into_owned()];
    let forms = [secret.to_owned(), percent, uri, form, escaped].into_iter().chain(encoded).chain(lower).chain(shown);
    forms.filter(|form| form.len() >= SHORTEST).collect()
}

fn is_secret_member(name: &str) -> bool {
    let plain = || name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase);
    SECRET_MEMBERS.iter().any(|secret| plain().eq(secret.chars()))
}

/// Whether a member's value is a secret; `secret_path` says whether the object's `path` names one.
fn is_secret(name: &str, value: &Value, secret_path: bool) -> bool {
    (is_secret_member(name) || (secret_path && name.eq_ignore_ascii_case("value")))
        && !value.is_null()
        && !value.is_boolean()
}

/// Whether a PATCH path ends in a secret attribute (RFC 7644 section 3.5.2), as in `urn:…:User:password`.
fn names_a_secret(object: &Map<String, Value>) -> bool {
    let path = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("path")).and_then(|(_, path)| path.as_str());
    path.is_some_and(|path| path.rsplit([':', '.']).next().is_some_and(is_secret_member))
}

/// Replaces the values of secret members, however deep.
pub fn members(value: &mut Value) {
    each_secret(value, &mut |secret| *secret = REDACTED.into());
}

/// A copy without the values of secret members, however deep. `replaced` is asked for every text and name of a member, and gives
/// what stands in its place.
pub fn copy(value: &Value, replaced: &impl Fn(&str) -> Option<String>) -> Value {
    let text = |text: &str| replaced(text).unwrap_or_else(|| text.to_owned());
    match value {
        Value::String(words) => text(words).into(),
        Value::Array(list) => list.iter().map(|value| copy(value, replaced)).collect(),
        Value::Object(object) => {
            let secret_path = names_a_secret(object);
            let members = object.iter().map(|(name, value)| {
                let secret = is_secret(name, value, secret_path);
                (text(name), if secret { REDACTED.into() } else { copy(value, replaced) })
            });
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Hands over the values of secret members, however deep.
fn each_secret(value: &mut Value, act: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Object(object) => {
            let secret_path = names_a_secret(object);
            for (name, value) in object {
                if is_secret(name, value, secret_path) {
                    act(value);
                } else {
                    each_secret(value, act);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| each_secret(value, act)),
        _ => {}
    }
}

fn form(text: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret_member(name) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "p@ss \"w/rd+é";

    fn redactor() -> Redactor {
        let auth = json!({"type": "clientCredentials", "tokenUrl": "https://t.test/token", "clientId": "my-client", "clientSecret": SECRET});
        Redactor::for_connection(
            &json!({"auth": auth, "headers": {"X-Auth-Token": "tok-12345", "User-Agent": "tests"}}),
            &Value::Null,
            &[],
        )
    }

    #[test]
    fn a_secret_is_found_in_every_form_it_travels_in() {
        let redactor = redactor();
        let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let forms = [
            SECRET.to_owned(),
            json!(SECRET).to_string(),
            utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string(),
            utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string().to_lowercase(),
            form.clone(),
            STANDARD.encode(SECRET),
            URL_SAFE_NO_PAD.encode(SECRET),
            STANDARD.encode(format!("my-client:{SECRET}")),
            STANDARD.encode(format!("my-client:{form}")),
        ];
        for form in forms {
            let shown = redactor.text(&format!("before {form} after"));
            assert!(!shown.contains(form.trim_matches('"')), "{form}: {shown}");
            assert!(shown.starts_with("before ") && shown.ends_with(" after") && shown.contains(REDACTED), "{shown}");
        }
        assert_eq!(
            redactor.text("my-client at https://t.test/token by tests"),
            "my-client at https://t.test/token by tests"
        );
    }

    #[test]
    fn headers_with_credentials_are_blanked() {
        let redactor = redactor();
        assert_eq!(redactor.header("authorization", "Bearer abc"), "Bearer [redacted]");
        assert_eq!(redactor.header("Authorization", "abc"), "[redacted]");
        for name in ["cookie", "Set-Cookie", "proxy-authorization", "X-Auth-Token", "x-api-key"] {
            assert_eq!(redactor.header(name, "one two"), "[redacted]", "{name}");
        }
        assert_eq!(redactor.header("content-type", "application/json"), "application/json");
        let custom = Redactor::for_connection(
            &json!({"auth": {"type": "header", "name": "X-Door", "value": "open sesame"}}),
            &json!({"credentials": {"type": "header", "name": "X-Gate", "value": "close sesame"}}),
            &[],
        );
        assert_eq!(custom.header("x-door", "open sesame"), "[redacted]");
        assert_eq!(custom.header("x-gate", "close sesame"), "[redacted]");
        assert_eq!(custom.text("close sesame"), "[redacted]");
    }

    #[test]
    fn a_secret_is_found_as_outputs_mark_it() {
        let redactor = Redactor::default();
        let secret = "pass\u{202e}word\u{7f}";
        redactor.learn(secret);
        for text in [visible::line(secret), visible::json(&Value::from(secret).to_string())] {
            assert_eq!(redactor.text(&text).trim_matches('"'), REDACTED);
        }
    }

    #[test]
    fn a_scheme_is_shown_and_what_follows_it_is_not() {
        let auths = [
            json!({"type": "bearer", "scheme": "SSWS", "token": "00aBc-tok3n"}),
            json!({"type": "header", "name": "Authorization", "value": "SSWS 00aBc-tok3n"}),
            json!({"type": "bearer", "scheme": "Token", "token": "token=\"00aBc-tok3n\", id=1"}),
            json!({"type": "header", "name": "Authorization", "value": "Token token=00aBc-tok3n"}),
        ];
        for auth in auths {
            let redactor = Redactor::for_connection(&json!({ "auth": auth }), &Value::Null, &[]);
            assert_eq!(redactor.text("SSWS or Token? 00aBc-tok3n"), format!("SSWS or Token? {REDACTED}"), "{auth}");
        }
    }

    #[test]
    fn members_of_json_and_forms_are_blanked_by_name() {
        let redactor = Redactor::default();
        let body =
            json!({"userName": "ada", "password": "hunter2", "nested": [{"client_secret": "x", "active": true}]});
        let shown: Value =
            serde_json::from_str(&redactor.body("application/scim+json", body.to_string().as_bytes())).unwrap();
        let expected =
            json!({"userName": "ada", "password": REDACTED, "nested": [{"client_secret": REDACTED, "active": true}]});
        assert_eq!(shown, expected);
        let patch = json!({"Operations": [{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "new"}]});
        assert!(!redactor.body("", patch.to_string().as_bytes()).contains("new"));
        assert_eq!(
            redactor.body(
                "application/x-www-form-urlencoded",
                b"grant_type=client_credentials&client_secret=abc&scope=a+b"
            ),
            "grant_type=client_credentials&client_secret=[redacted]&scope=a+b"
        );
        assert_eq!(redactor.body("application/json", b"{\"password\": \"hun"), "(17 bytes of malformed JSON)");
        assert_eq!(redactor.body("", &[0xff, 0xfe]), "(2 bytes that are no text)");
    }

    #[test]
    fn tokens_are_learnt_as_they_pass() {
        let redactor = Redactor::default();
        redactor.learn_authorization("Bearer eyJhbGciOi.abc.def");
        assert_eq!(redactor.text("token eyJhbGciOi.abc.def expired"), "token [redacted] expired");
    }

    #[test]
    fn only_the_latest_tokens_are_remembered() {
        let redactor = Redactor::default();
        redactor.learn("the-client-secret");
        for number in 100..1100 {
            redactor.learn_authorization(&format!("Bearer token-{number}"));
            redactor.learn_authorization(&format!("Bearer token-{number}"));
        }
        assert_eq!(redactor.secrets.read().tokens.len(), REMEMBERED_TOKENS);
        assert_eq!(
            redactor.text("the-client-secret token-1099 token-1090 token-100"),
            "[redacted] [redacted] [redacted] token-100"
        );
    }

    #[test]
    fn the_lines_of_a_key_are_secrets_too() {
        let redactor = Redactor::default();
        redactor
            .learn("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nshort\n-----END PRIVATE KEY-----\n");
        assert_eq!(
            redactor.text("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC, short, -----BEGIN PRIVATE KEY-----"),
            "[redacted], short, -----BEGIN PRIVATE KEY-----"
        );
    }

    #[test]
    fn unknown_kinds_of_auth_are_covered_and_results_keep_ordinary_words() {
        let redactor = Redactor::for_connection(
            &json!({"auth": {"type": "future", "passphrase": "swordfish"}}),
            &Value::Null,
            &["from-the-environment".to_owned().into()],
        );
        assert_eq!(redactor.text("swordfish from-the-environment"), "[redacted] [redacted]");
        assert_eq!(redactor.result("swordfish from-the-environment"), "swordfish [redacted]");
    }

    #[test]
    fn what_a_request_says_is_secret_is_taken_out_of_its_answer() {
        let rows: [&[u8]; 3] = [
            br#"{"userName": "ada", "password": "hunter22"}"#,
            br#"{"Operations": [{"op": "replace", "path": "password", "value": "hunter22"}]}"#,
            b"client_id=ada&client_assertion=hunter22",
        ];
        for body in rows {
            let redactor = Redactor::for_answer(body);
            assert_eq!(redactor.text("hunter22 is too weak for ada"), "[redacted] is too weak for ada");
        }
    }

    #[test]
    fn a_copy_is_without_secrets() {
        let value = json!({"userName": "ada", "pass_word": "x", "active": true, "n": 1.0, "known-1": [{"deep": "known-2", "token": null}],
            "op": {"path": "name.Password", "VALUE": ["x"]}});
        let replaced = |text: &str| text.starts_with("known").then(|| REDACTED.to_owned());
        let expected = json!({"userName": "ada", "pass_word": REDACTED, "active": true, "n": 1.0,
            REDACTED: [{"deep": REDACTED, "token": null}], "op": {"path": "name.Password", "VALUE": REDACTED}});
        assert_eq!(copy(&value, &replaced), expected);
        let mut changed = value.clone();
        members(&mut changed);
        assert_eq!(copy(&value, &|_| None), changed);
    }

    #[test]
    fn text_without_a_secret_is_known_for_it() {
        let redactor = redactor();
        assert_eq!(redactor.text_without("nothing of it, or tok-1234"), None);
        assert_eq!(redactor.text_without("ab"), None);
        assert_eq!(Redactor::default().text_without("anything"), None);
        assert_eq!(redactor.text_without("a tok-12345").as_deref(), Some("a [redacted]"));
        assert_eq!(redactor.result_without("a tok-12345"), None);
    }

    #[test]
    fn its_debug_form_shows_nothing() {
        assert_eq!(format!("{:?}", redactor()), "Redactor(..)");
    }
}
