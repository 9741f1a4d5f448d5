//! `call: http` and `call: openapi`, where they are allowed: plain requests by the host's own way out, so that its policy,
//! limits, recording and redaction hold for them too. No redirect is followed.

use super::frame::Frame;
use super::openapi;
use super::step::OpenStep;
use crate::event::StepKind;
use crate::fault::Fault;
use crate::program::Task;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use scim_connector_host::egress::{HttpClient, HttpError, HttpResponse, Policy};
use serde_json::{Map, Value, json};
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
    pub(super) async fn http(&self, task: &Task, function: &str, with: &Value, input: &Value) -> Result<Value, Fault> {
        let running = self.scope.begin().await;
        let number = self.begin(task, StepKind::Call, Some(function), None);
        let mut open = OpenStep::new(self, number);
        let result = self.exchange(function, with, input, &open).await;
        let result = result.map_err(|fault| Fault { instance: Some(task.pointer.clone()), ..fault });
        let output = result.as_ref().map_or(Value::Null, |output| self.run.redacted(output.clone()));
        let shown = match with {
            // Credentials and bodies are nobody's business.
            Value::Object(members) => ["method", "operationId"]
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), members.get(*name)?.clone())))
                .collect::<Map<_, _>>()
                .into(),
            _ => Value::Null,
        };
        open.end(Vec::new(), self.run.redacted(shown), output, result.as_ref().err());
        drop(running);
        result
    }

    async fn exchange(&self, function: &str, with: &Value, input: &Value, open: &OpenStep<'_>) -> Result<Value, Fault> {
        let client = self.run.runner.http().map_err(|error| Fault::of_call(&error))?;
        let mut call = match function {
            "openapi" => {
                let endpoint = with.pointer("/document/endpoint").unwrap_or(&Value::Null);
                let document = HttpCall { method: Method::GET, ..plain(endpoint, input)? };
                let answer = send(client, &document).await?;
                let document_url = document.url.clone();
                openapi::call(&successful(&answer, false).map(|()| content(&answer))?, &document_url, with)?
            }
            _ => plain(with.get("endpoint").unwrap_or(&Value::Null), input)?,
        };
        if function == "http" {
            let method = with.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
            call.method = method.parse().map_err(|_| Fault::of_input(format!("`{method}` is no HTTP method")))?;
            fields(with.get("headers"), &mut call.headers)?;
            call.body = with.get("body").filter(|body| !body.is_null()).cloned();
            for (name, value) in with.get("query").and_then(Value::as_object).into_iter().flatten() {
                add_query(&mut call.url, name, value);
            }
        }
        let authentication = with.pointer("/endpoint/authentication").or_else(|| with.get("authentication"));
        if let Some(authentication) = authentication {
            self.authenticate(authentication, &mut call.headers)?;
        }
        if !call.method.is_safe() {
            // Where it is cut off from here on, it may have been carried out.
            open.given_up.store(true, Ordering::Release);
        }
        let answer = send(client, &call).await?;
        successful(&answer, with.get("redirect").and_then(Value::as_bool).unwrap_or_default()).map_err(|fault| {
            Fault { maybe_applied: answer.status.is_server_error() && !call.method.is_safe(), ..fault }
        })?;
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

    /// Adds the credentials of `authentication`, and keeps them out of what is told.
    fn authenticate(&self, authentication: &Value, headers: &mut HeaderMap) -> Result<(), Fault> {
        let text = |pointer: &str| authentication.pointer(pointer).and_then(Value::as_str);
        let redactor = self.run.runner.secrets.redactor();
        let value = match (text("/basic/username"), text("/basic/password"), text("/bearer/token")) {
            (Some(user), Some(password), _) => {
                redactor.learn(password);
                let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
                redactor.learn(&pair);
                format!("Basic {pair}")
            }
            (_, _, Some(token)) => {
                redactor.learn(token);
                format!("Bearer {token}")
            }
            _ => {
                return Err(Fault::of_input(
                    "authentication takes basic {username, password} or bearer {token}".into(),
                ));
            }
        };
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
    sent.map_err(|error| {
        let maybe_applied = match &error {
            HttpError::Url => false,
            HttpError::Failed { maybe_applied, .. } | HttpError::Late { maybe_applied, .. } => *maybe_applied,
        };
        Fault::of_communication(error.to_string(), None, maybe_applied)
    })
}

/// Status 2xx; 3xx as well where the task takes redirects for an answer (DSL reference, HTTP Call).
fn successful(answer: &HttpResponse, redirects: bool) -> Result<(), Fault> {
    if answer.status.is_success() || redirects && answer.status.is_redirection() {
        return Ok(());
    }
    let detail = format!("the server answered {}", answer.status);
    let retry_after_ms = answer.retry_after().and_then(|pause| u64::try_from(pause.as_millis()).ok());
    Err(Fault { retry_after_ms, ..Fault::of_communication(detail, Some(answer.status.as_u16()), false) })
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
