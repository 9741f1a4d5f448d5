//! `call: http` and `call: openapi`, where they are allowed: plain requests by the host's own way out, so that its policy,
//! limits, recording and redaction hold for them too. No redirect is followed.

use super::frame::Frame;
use super::openapi;
use super::redaction::asked;
use super::step::OpenStep;
use crate::fault::Fault;
use crate::program::{Action, Task};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use scim_connector_host::egress::{HttpClient, HttpResponse, Policy};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use url::Url;

/// What is sent.
pub(super) struct HttpCall {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Value>,
}

impl Frame {
    /// Sends a request. `with` is what the task says, with its expressions evaluated; `input` fills `{name}` in its URL.
    pub(super) async fn http(&self, task: &Task, with: &Value, input: &Value) -> Result<Value, Fault> {
        let running = self.scope.begin().await;
        let openapi = matches!(task.action, Action::OpenApi(_));
        let function = Arc::from(if openapi { "openapi" } else { "http" });
        let mut open = OpenStep::begin(self, task, Some((&function, None)));
        open.asked = asked(with);
        let result = self.exchange(openapi, with, input, &open).await.map_err(|fault| open.clean(fault));
        let mut output = result.as_ref().map_or(Value::Null, |output| open.shown(output));
        if with.get("output").and_then(Value::as_str) == Some("response") {
            self.without_credentials(&mut output);
        }
        let shown = match with {
            // Credentials and bodies are nobody's business.
            Value::Object(members) => ["method", "operationId"]
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), members.get(*name)?.clone())))
                .collect::<Map<_, _>>()
                .into(),
            _ => Value::Null,
        };
        open.end(Vec::new(), open.shown(&shown), output, result.as_ref().err());
        drop(running);
        result
    }

    async fn exchange(&self, openapi: bool, with: &Value, input: &Value, open: &OpenStep<'_>) -> Result<Value, Fault> {
        let client = self.run.runner.http().map_err(|error| Fault::of_call(&error))?;
        let call = if openapi {
            let endpoint = with.pointer("/document/endpoint").unwrap_or(&Value::Null);
            let mut document = plain(endpoint, input)?;
            self.authenticate(endpoint.get("authentication"), &mut document.headers)?;
            let answer = send(client, &document).await?;
            successful(&answer, &document, false)?;
            let mut call = openapi::call(&content(&answer), &document.url, with)?;
            self.own_origin(&document.url, &call.url, with)?;
            self.authenticate(with.get("authentication"), &mut call.headers)?;
            call
        } else {
            let endpoint = with.get("endpoint").unwrap_or(&Value::Null);
            let mut call = plain(endpoint, input)?;
            let method = with.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
            call.method = method.parse().map_err(|_| Fault::of_input(format!("`{method}` is no HTTP method")))?;
            fields(with.get("headers"), &mut call.headers)?;
            call.body = with.get("body").filter(|body| !body.is_null()).cloned();
            for (name, value) in with.get("query").and_then(Value::as_object).into_iter().flatten() {
                add_query(&mut call.url, name, value);
            }
            self.authenticate(endpoint.get("authentication"), &mut call.headers)?;
            call
        };
        if !call.method.is_safe() && self.run.runner.dry_run {
            return Ok(super::dry::not_done());
        }
        if !call.method.is_safe() {
            // Where it is cut off from here on, it may have been carried out.
            open.given_up.store(true, Ordering::Release);
        }
        let answer = send(client, &call).await?;
        successful(&answer, &call, with.get("redirect").and_then(Value::as_bool).unwrap_or_default())?;
        Ok(match with.get("output").and_then(Value::as_str) {
            Some("raw") => BASE64_STANDARD.encode(&answer.body).into(),
            Some("response") => json!({
                "request": {"method": call.method.as_str(), "uri": call.url.as_str(), "headers": shown(&call.headers)},
                "statusCode": answer.status.as_u16(),
                "headers": shown(&answer.headers),
                "content": content(&answer),
            }),
            _ => content(&answer),
        })
    }

    /// Takes the values of headers that carry credentials out of a response that is told.
    fn without_credentials(&self, response: &mut Value) {
        let redactor = self.run.runner.secrets.redactor();
        for place in ["/headers", "/request/headers"] {
            for (name, value) in response.pointer_mut(place).and_then(Value::as_object_mut).into_iter().flatten() {
                *value = redactor.header(name, value.as_str().unwrap_or_default()).into();
            }
        }
    }

    /// Secrets go to the server that the flow names: not where its OpenAPI document, which somebody else may write, sends them.
    fn own_origin(&self, document: &Url, server: &Url, with: &Value) -> Result<(), Fault> {
        let parameters = with.get("parameters").map(Value::to_string).unwrap_or_default();
        let secret = with.get("authentication").is_some()
            || self.run.runner.secrets.redactor().text_without(&parameters).is_some();
        if !secret || server.origin() == document.origin() {
            return Ok(());
        }
        let (document, server) = (document.origin().ascii_serialization(), server.origin().ascii_serialization());
        Err(Fault::of_input(format!(
            "the document from {document} has this operation at {server}: credentials are not sent to an origin that the flow does not name, and nothing was sent; use `call: http`, whose `endpoint` names it"
        )))
    }

    /// Adds the credentials of `authentication`, and keeps them out of what is told: the latest, since a flow may get new ones
    /// again and again.
    fn authenticate(&self, authentication: Option<&Value>, headers: &mut HeaderMap) -> Result<(), Fault> {
        let Some(authentication) = authentication else { return Ok(()) };
        let text = |pointer: &str| authentication.pointer(pointer).and_then(Value::as_str);
        let redactor = self.run.runner.secrets.redactor();
        let value = match (text("/basic/username"), text("/basic/password"), text("/bearer/token")) {
            (Some(user), Some(password), _) => {
                redactor.learn_authorization(&format!("Basic {password}"));
                format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
            }
            (_, _, Some(token)) => format!("Bearer {token}"),
            _ => {
                return Err(Fault::of_input(
                    "authentication takes basic {username, password} or bearer {token}".into(),
                ));
            }
        };
        redactor.learn_authorization(&value);
        let mut value =
            HeaderValue::from_str(&value).map_err(|_| Fault::of_input("the credentials are no header value".into()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
        Ok(())
    }
}

impl super::Inner {
    /// The client of `call: http`, made at its first use.
    fn http(&self) -> scim_connector_host::Result<&HttpClient> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let options = self.connector.options().http(Policy::any(false), self.secrets.shared_redactor());
        let client = HttpClient::new(options)?;
        Ok(self.http.get_or_init(|| client))
    }
}

/// A request for an endpoint, which is a URL or has one as `uri`.
fn plain(endpoint: &Value, input: &Value) -> Result<HttpCall, Fault> {
    let text = endpoint.as_str().or_else(|| endpoint.get("uri").and_then(Value::as_str));
    let text = text.ok_or_else(|| Fault::of_input("an endpoint is a URL, or has one as `uri`".into()))?;
    let url = filled(text, &|name| input.get(name).cloned())?;
    let url = Url::parse(&url).map_err(|_| Fault::of_input("the endpoint is no URL".into()))?;
    Ok(HttpCall { method: Method::GET, url, headers: HeaderMap::new(), body: None })
}

/// A URL with `{name}` replaced by values, percent-encoded (RFC 6570, simple expansion). A value that would change the path
/// around it is refused.
pub(super) fn filled(template: &str, value_of: &dyn Fn(&str) -> Option<Value>) -> Result<String, Fault> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let text = match value_of(name) {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        if matches!(text.as_str(), "" | "." | "..") {
            // It would make another path of it.
            return Err(Fault::of_input(format!("`{name}` of the URL is empty, or names a folder; give it a value")));
        }
        out.extend(url::form_urlencoded::byte_serialize(text.as_bytes()).map(space));
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// In a path a blank is `%20`; only forms have `+` for it.
fn space(part: &str) -> &str {
    if part == "+" { "%20" } else { part }
}

pub(super) fn add_query(url: &mut Url, name: &str, value: &Value) {
    let mut pairs = url.query_pairs_mut();
    match value {
        Value::Null => {}
        Value::String(text) => drop(pairs.append_pair(name, text)),
        Value::Array(items) => {
            for item in items {
                let text = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                pairs.append_pair(name, &text);
            }
        }
        other => drop(pairs.append_pair(name, &other.to_string())),
    }
}

/// Adds header fields of an object.
pub(super) fn fields(of: Option<&Value>, headers: &mut HeaderMap) -> Result<(), Fault> {
    for (name, value) in of.and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let wrong = || Fault::of_input(format!("the header field `{name}` cannot be sent: check its name and value"));
        let name: HeaderName = name.parse().map_err(|_| wrong())?;
        headers.insert(name, HeaderValue::from_str(&text).map_err(|_| wrong())?);
    }
    Ok(())
}

async fn send(client: &HttpClient, call: &HttpCall) -> Result<HttpResponse, Fault> {
    let mut headers = call.headers.clone();
    let body = match &call.body {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(value) => {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
            value.to_string().into_bytes()
        }
    };
    let sent = client.send(call.method.clone(), call.url.as_str(), headers, body.into()).await;
    sent.map_err(|error| Fault {
        transient: error.is_transient(),
        ..Fault::of_communication(error.to_string(), None, error.maybe_applied())
    })
}

/// Status 2xx; 3xx as well where the task takes redirects for an answer (DSL reference, HTTP Call).
fn successful(answer: &HttpResponse, call: &HttpCall, redirects: bool) -> Result<(), Fault> {
    let status = answer.status;
    if status.is_success() || redirects && status.is_redirection() {
        return Ok(());
    }
    let retry_after = answer.retry_after();
    // As the component has it for its own requests (src/http/retry.rs).
    let turned_away = matches!(status.as_u16(), 425 | 429)
        || matches!(status.as_u16(), 403 | 503) && answer.headers.contains_key(RETRY_AFTER);
    let open =
        status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED || status == StatusCode::REQUEST_TIMEOUT;
    // What answers a POST by a redirect (RFC 9110 section 15.4) may have carried it out.
    let redirected = matches!(status.as_u16(), 301..=303);
    let maybe_applied = !call.method.is_safe() && !turned_away && (open || redirected);
    Err(Fault {
        transient: turned_away || open && !maybe_applied,
        retry_after_ms: retry_after.map(|pause| u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)),
        ..Fault::of_communication(format!("the server answered {status}"), Some(status.as_u16()), maybe_applied)
    })
}

/// The body: JSON where it is, else text.
fn content(answer: &HttpResponse) -> Value {
    if answer.body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| String::from_utf8_lossy(&answer.body).into_owned().into())
}

fn shown(headers: &HeaderMap) -> Value {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = if value.is_sensitive() { "[redacted]".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), Value::from(value.into_owned()))
    };
    Value::Object(headers.iter().map(field).collect())
}
