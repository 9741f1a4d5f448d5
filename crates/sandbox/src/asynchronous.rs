//! Asynchronous requests (RFC 9967 section 2.5.1): accepted with 202 and carried out a little later. The result is a
//! security event token at the URL that `Location` names; a bulk request has one for each of its operations.
//!
//! What the RFC leaves open: until there is a result the URL answers 202; the tokens are not signed, since they come
//! from their issuer directly; those of a bulk request come as a `sets` object (RFC 8936 section 2.4).

use super::bulk::outcome;
use super::exchange::{Call, Content, Reply};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, Method, header};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where results are found, below the service URL.
pub(super) const ENDPOINT: &str = "Async";
/// The event of a finished request.
pub(super) const EVENT: &str = "urn:ietf:params:scim:event:misc:asyncresp";

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const SET_TXN: HeaderName = HeaderName::from_static("set-txn");

/// How many results are kept.
const KEPT: usize = 1000;

/// The requests that were accepted.
#[derive(Debug)]
pub(super) struct Requests {
    /// How long a request is put off.
    pub(super) delay: Duration,
    /// The service URL, the issuer of the tokens.
    base: String,
    transactions: Mutex<Transactions>,
}

/// Transactions and, when done, what their URL answers.
#[derive(Debug, Default)]
struct Transactions {
    results: BTreeMap<String, Option<Reply>>,
    order: VecDeque<String>,
}

impl Requests {
    pub(super) fn new(base: String, delay: Duration) -> Self {
        Self { delay, base, transactions: Mutex::default() }
    }

    /// Whether the client wants this request put off: it prefers so, and will not wait for as long as it would take
    /// (RFC 7240 sections 4.1 and 4.3).
    pub(super) fn wanted(&self, call: &Call) -> bool {
        let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&call.method);
        let lines = call.headers.get_all(PREFER).into_iter().filter_map(|line| line.to_str().ok());
        let preferences: Vec<&str> = lines.flat_map(|line| line.split([',', ';'])).map(str::trim).collect();
        let wait = preferences.iter().find_map(|text| text.strip_prefix("wait=")?.trim().parse::<u64>().ok());
        writes
            && !call.path.ends_with("/.search")
            && preferences.contains(&"respond-async")
            && wait.is_none_or(|seconds| Duration::from_secs(seconds) < self.delay)
    }

    /// Accepts a request: its transaction and the answer.
    pub(super) fn accept(&self) -> (String, Reply) {
        let txn = format!("{:032x}", rand::random::<u128>());
        let mut transactions = self.transactions.lock();
        transactions.results.insert(txn.clone(), None);
        transactions.order.push_back(txn.clone());
        if transactions.order.len() > KEPT
            && let Some(oldest) = transactions.order.pop_front()
        {
            transactions.results.remove(&oldest);
        }
        let reply = Reply::empty(202)
            .with(SET_TXN, &txn)
            .with(PREFERENCE_APPLIED, "respond-async")
            .with(header::LOCATION, &format!("{}/{ENDPOINT}/{txn}", self.base));
        (txn, reply)
    }

    /// Keeps what has become of a request.
    pub(super) fn finish(&self, txn: &str, call: &Call, reply: &Reply) {
        let result = match (&reply.content, call.path.trim_matches('/')) {
            (Content::Json(body), "Bulk") if reply.status == 200 => {
                let operations = body.get("Operations").and_then(Value::as_array).into_iter().flatten();
                let sets: Map<String, Value> = operations
                    .enumerate()
                    .map(|(index, operation)| self.token(&format!("{txn}:{index}"), operation.clone()))
                    .map(|(jti, token)| (jti, token.into()))
                    .collect();
                Reply::ok(json!({"sets": sets, "moreAvailable": false})).with(header::CONTENT_TYPE, "application/json")
            }
            _ => {
                let event = outcome(&self.base, call.method.as_str(), &call.path, None, reply);
                let (_, token) = self.token(txn, event);
                Reply { content: Content::Text(token), ..Reply::empty(200) }
                    .with(header::CONTENT_TYPE, "application/secevent+jwt")
            }
        };
        let mut transactions = self.transactions.lock();
        if let Some(slot) = transactions.results.get_mut(txn) {
            *slot = Some(result);
        }
    }

    /// What the URL of a transaction answers; nothing when it is unknown.
    pub(super) fn result(&self, txn: &str) -> Option<Reply> {
        let transactions = self.transactions.lock();
        transactions.results.get(txn).map(|result| result.clone().unwrap_or_else(|| Reply::empty(202)))
    }

    /// An unsecured token about one operation (RFC 9967 section 2.5.1.3), and its identifier.
    fn token(&self, txn: &str, event: Value) -> (String, String) {
        let jti = format!("{:032x}", rand::random::<u128>());
        let location = event.get("location").and_then(Value::as_str).unwrap_or_default();
        let claims = json!({
            "jti": jti,
            "iat": SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            "iss": self.base,
            "aud": [self.base],
            "txn": txn,
            "sub_id": {"format": "scim", "uri": location.strip_prefix(&self.base).unwrap_or(location)},
            "events": {EVENT: event},
        });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.", part(json!({"alg": "none", "typ": "secevent+jwt"})), part(claims));
        (jti, token)
    }
}
