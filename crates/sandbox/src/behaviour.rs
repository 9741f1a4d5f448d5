//! Impersonating a provider: what it refuses, ignores and answers differently, read from `behaviours/NAME.json`.
//!
//! The interpreter works on requests and answers around `route` and knows no provider. In this order: the plural or
//! lower-case paths are put right, rules refuse, the rate limit refuses, the request is rewritten into one the sandbox
//! understands (parameters the provider ignores are dropped), and the answer is dressed. The descriptions are
//! separate from the component's profiles on purpose: the two check each other.

use super::bulk;
use super::description::{Answer, DESCRIPTIONS, Description, ResourceRow};
use super::dialect;
use super::directory::{Directory, Settings};
use super::error::ScimError;
use super::exchange::{Call, Content, Reply};
use super::facts::matches_path;
use http::{HeaderName, HeaderValue, Method, header};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// An impersonated provider.
#[derive(Debug)]
pub(super) struct Behaviour {
    description: Description,
    /// When the counted requests of the window came.
    recent: Mutex<VecDeque<Instant>>,
}

/// The names there are.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    DESCRIPTIONS.iter().map(|(name, _)| *name)
}

impl Behaviour {
    /// Reads a description.
    pub(super) fn named(name: &str) -> std::io::Result<Self> {
        let found = DESCRIPTIONS.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| {
            let known = names().collect::<Vec<_>>().join(", ");
            std::io::Error::new(std::io::ErrorKind::InvalidInput, format!("no behaviour {name}, there are: {known}"))
        })?;
        let description =
            serde_json::from_str(text).map_err(|error| std::io::Error::other(format!("{name}: {error}")))?;
        Ok(Self { description, recent: Mutex::default() })
    }

    /// Changes what the server offers.
    pub(super) fn shape(&self, settings: &mut Settings) {
        if let Some(row) = &self.description.paging {
            let (paging, most) = (&mut settings.paging, row.most);
            (paging.index, paging.cursor, paging.default, paging.most) = (row.index, row.cursor, row.default, most);
        }
        settings.bulk.operations = self.description.bulk_operations.unwrap_or(settings.bulk.operations);
        settings.asynchronous = None;
    }

    /// The resource types the provider has.
    pub(super) fn types(&self) -> Option<&[String]> {
        self.description.types.as_deref()
    }

    /// Answers a request as the provider does; `serve` is the sandbox's own answer.
    pub(super) fn answer(&self, directory: &Directory, mut call: Call, serve: &dyn Fn(&Call) -> Reply) -> Reply {
        let about = &self.description;
        if let Some(refusal) = self.find_path(&mut call) {
            return self.dress(directory, &call, refusal);
        }
        let refused = about
            .refuses
            .iter()
            .find(|rule| applies(&rule.methods, &rule.path, &call) && rule.when.holds(&call))
            .map(|rule| rule.answer.reply());
        if let Some(refusal) = refused.or_else(|| self.throttle(&call.method)) {
            return self.dress(directory, &call, refusal);
        }
        let deactivates =
            call.method == Method::DELETE && about.deactivates.iter().any(|path| matches_path(path, &call));
        if call.path == "/Bulk" && call.method == Method::POST {
            let each = |call: &Call| self.answer(directory, call.clone(), serve);
            let (limits, base) = (directory.settings.bulk, directory.base.as_str());
            let reply = bulk::run(limits, base, &each, &call, &about.bulk).unwrap_or_else(|error| Reply::from(&error));
            return self.dress(directory, &call, reply);
        }
        let mut inner = call.clone();
        self.rewrite(&mut inner, deactivates);
        let read = |path: &str| self.read(&call, path, serve);
        if let Some(refusal) = about.dialect.refuses(&inner, &read) {
            return self.dress(directory, &call, Reply::from(&refusal));
        }
        let reply = serve(&inner);
        let reply = if deactivates && reply.status == 200 { Reply::empty(204) } else { reply };
        self.dress(directory, &call, reply)
    }

    /// A resource as the sandbox itself has it.
    fn read(&self, call: &Call, path: &str, serve: &dyn Fn(&Call) -> Reply) -> Option<Value> {
        let mut headers = call.headers.clone();
        [header::IF_MATCH, header::IF_NONE_MATCH].iter().for_each(|name| drop(headers.remove(name)));
        let (path, query) = (path.to_owned(), String::new());
        match serve(&Call { method: Method::GET, path, query, headers, body: Vec::new() }).content {
            Content::Json(body) => Some(body),
            _ => None,
        }
    }

    /// Turns the path of an alias into that of its endpoint; the answer is a refusal.
    fn find_path(&self, call: &mut Call) -> Option<Reply> {
        let below = |path: &str, start: &str| {
            path.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with('/')).map(str::to_owned)
        };
        for alias in &self.description.aliases {
            if let Some(rest) = below(&call.path, &alias.path) {
                call.path = format!("{}{rest}", alias.of);
                return None;
            }
            if alias.only && below(&call.path, &alias.of).is_some() {
                return Some(Reply::from(&ScimError::status(404, format!("no endpoint {}", call.path))));
            }
        }
        None
    }

    fn throttle(&self, method: &Method) -> Option<Reply> {
        let limit =
            self.description.limit.as_ref().filter(|limit| limit.methods.iter().any(|one| one == method.as_str()))?;
        let mut recent = self.recent.lock();
        let window = Duration::from_secs(limit.seconds);
        while recent.front().is_some_and(|first| first.elapsed() >= window) {
            recent.pop_front();
        }
        if recent.len() >= limit.burst {
            let left = recent.front().map_or(window, |first| window.saturating_sub(first.elapsed()));
            let reply = limit.answer.reply();
            return Some(match limit.retry_after {
                true => reply.with(header::RETRY_AFTER, &(left.as_secs() + 1).to_string()),
                false => reply,
            });
        }
        recent.push_back(Instant::now());
        None
    }

    /// Turns a request of the provider's dialect into one of the sandbox's.
    fn rewrite(&self, call: &mut Call, deactivates: bool) {
        let about = &self.description;
        if !about.etags {
            call.headers.remove(header::IF_MATCH);
            call.headers.remove(header::IF_NONE_MATCH);
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(call.query.as_bytes()) {
            if !about.ignored_parameters.iter().any(|ignored| *ignored == name) {
                let value = if name == "filter" { self.filter(&value) } else { about.dialect.view(&name, &value) };
                query.append_pair(&name, &value);
            }
        }
        call.query = query.finish();
        if deactivates {
            call.method = Method::PATCH;
            call.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            call.body = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "value": {"active": false}}],
            })
            .to_string()
            .into_bytes();
            return;
        }
        let Ok(Value::Object(mut body)) = serde_json::from_slice(&call.body) else { return };
        for name in about.ignored_parameters.iter().filter(|_| call.path.ends_with("/.search")) {
            body.remove(name);
        }
        about.dialect.body(call, &mut body);
        if !about.name_prefix.is_empty() {
            dialect::strip_names(&call.path, &mut body, &about.name_prefix);
            if let Some(Value::String(filter)) = body.get_mut("filter") {
                *filter = self.filter(filter);
            }
        }
        let kept =
            about.keeps.iter().find(|(endpoint, _)| call.path.starts_with(endpoint.as_str())).map(|(_, kept)| kept);
        if [Method::POST, Method::PUT].contains(&call.method) && !call.path.ends_with("/.search") {
            body.retain(|name, _| kept.is_none_or(|kept| name == "schemas" || kept.contains(name)));
            for (name, most) in &about.keeps_at_most {
                if let Some(Value::Array(values)) = body.get_mut(name) {
                    values.truncate(*most);
                }
            }
        }
        let kept = kept.filter(|_| call.method == Method::PATCH);
        for operation in body.get_mut("Operations").and_then(Value::as_array_mut).into_iter().flatten() {
            self.rewrite_operation(operation, kept.map(Vec::as_slice));
        }
        if call.method == Method::PATCH && (kept.is_some() || !about.patches_only.is_empty()) {
            // An operation of which nothing is left does nothing.
            body.entry("Operations").and_modify(|list| {
                if let Value::Array(list) = list {
                    list.retain(|one| one.get("path").is_some() || one.get("value").is_some_and(Value::is_object));
                    if list.is_empty() {
                        list.push(json!({"op": "add", "value": {}}));
                    }
                }
            });
        }
        call.body = Value::Object(body).to_string().into_bytes();
    }

    /// A filter as the provider reads it: without the prefix of names where it quotes them.
    fn filter(&self, text: &str) -> String {
        let text = self.description.dialect.filter(text);
        match self.description.name_prefix.as_str() {
            "" => text,
            prefix => text.replace(&format!("\"{prefix}"), "\""),
        }
    }

    /// Drops what the provider does not change; `kept` are the only attributes that there are.
    fn rewrite_operation(&self, operation: &mut Value, kept: Option<&[String]>) {
        let about = &self.description;
        let drops = |name: &str| {
            let root = name.split(['.', '[']).next().unwrap_or_default();
            let listed = |names: &[String]| names.iter().any(|one| one.eq_ignore_ascii_case(root));
            kept.is_some_and(|kept| !listed(kept))
                || (!about.patches_only.is_empty() && !listed(&about.patches_only))
                || listed(&about.immutable)
        };
        let Some(operation) = operation.as_object_mut() else { return };
        let path = operation.get("path").and_then(Value::as_str).map(str::to_owned);
        match (path, operation.get_mut("value")) {
            (Some(path), _) if drops(&path) => {
                *operation = Map::from_iter([("op".to_owned(), "add".into()), ("value".to_owned(), json!({}))]);
            }
            (None, Some(Value::Object(values))) => values.retain(|name, _| !drops(name)),
            (Some(path), Some(Value::Object(value))) if about.wrapped_members && path == "members" => {
                if let Some(members) = value.remove("members") {
                    operation.insert("value".into(), members);
                }
            }
            _ => {}
        }
    }

    /// Turns an answer of the sandbox into one of the provider's.
    fn dress(&self, directory: &Directory, call: &Call, mut reply: Reply) -> Reply {
        let about = &self.description;
        if !about.etags {
            reply.headers.remove(header::ETAG);
        }
        if let Content::Json(body) = &mut reply.content {
            if reply.status >= 400 {
                self.dress_error(body);
            } else if body.get("Resources").is_some() {
                let none = body.get("totalResults").and_then(Value::as_u64) == Some(0);
                if let (true, true, Some(answer)) = (none, call.query.contains("filter="), &about.lists.no_match) {
                    return self.dress(directory, call, answer.reply());
                }
                self.dress_list(directory, body);
            } else if call.path == "/ServiceProviderConfig" {
                merge(body, &about.config);
            } else if call.path != "/Bulk" {
                self.dress_resource(directory, body, false);
                about.dialect.show(call, body);
            }
        }
        if let (Content::Json(_), Some(media_type)) = (&reply.content, &about.media_type) {
            reply = reply.with(header::CONTENT_TYPE, media_type);
        }
        let row = about.answers.iter().find(|row| reply.status < 300 && applies(&row.methods, &row.path, call));
        if let Some(row) = row {
            reply.status = row.status.unwrap_or(reply.status);
            match &row.body {
                None => {}
                Some(Value::Null) => {
                    reply.headers.remove(header::CONTENT_TYPE);
                    reply.content = Content::Empty;
                }
                Some(body) => reply.content = Content::Json(body.clone()),
            }
        }
        reply
    }

    fn dress_error(&self, body: &mut Value) {
        let errors = &self.description.errors;
        let Some(members) = body.as_object_mut() else { return };
        let status = members.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(word) = errors.details.get(&status) {
            members.insert("detail".into(), word.as_str().into());
        }
        if errors.status_number {
            members.insert("status".into(), status.parse::<u16>().unwrap_or_default().into());
        }
        if errors.without_scim_type {
            members.remove("scimType");
        }
        members.extend(errors.also.clone());
        if let (true, Some(Value::Array(urns))) = (errors.schemas_text, members.get("schemas")) {
            let text = urns.first().cloned().unwrap_or_default();
            members.insert("schemas".into(), text);
        }
    }

    fn dress_list(&self, directory: &Directory, body: &mut Value) {
        let lists = &self.description.lists;
        let Some(members) = body.as_object_mut() else { return };
        members.retain(|name, _| !lists.without.contains(name));
        let Some(mut resources) = members.remove("Resources") else { return };
        resources.as_array_mut().into_iter().flatten().for_each(|one| self.dress_resource(directory, one, true));
        if !(lists.omit_empty && resources.as_array().is_some_and(Vec::is_empty)) {
            members.insert(lists.key.clone(), resources);
        }
    }

    fn dress_resource(&self, directory: &Directory, resource: &mut Value, listed: bool) {
        let about = &self.description;
        let kind = resource.pointer("/meta/resourceType").and_then(Value::as_str).map(str::to_owned);
        // A resource without meta is recognised by its core schema.
        let kind = kind.or_else(|| {
            let schemas = resource.get("schemas")?.as_array()?;
            let known =
                directory.registry.types.iter().find(|one| schemas.iter().any(|urn| *urn == one.schema.as_str()));
            known.map(|known| known.name.clone())
        });
        let Some(members) = resource.as_object_mut() else { return };
        if !about.name_prefix.is_empty() {
            dialect::prefix_names(members, kind.as_deref() == Some("Group"), &about.name_prefix);
        }
        if let (false, Some(Value::Object(meta))) = (about.etags, members.get_mut("meta")) {
            meta.remove("version");
        }
        for row in about.resources.iter().filter(|row| row.kind.is_none() || row.kind == kind) {
            row.dress(&directory.base, members, listed);
        }
    }
}

impl ResourceRow {
    fn dress(&self, base: &str, members: &mut Map<String, Value>, listed: bool) {
        for path in &self.flattened {
            if let Some(value) = take(members, path) {
                members.insert(path.clone(), value);
            }
        }
        let lists = self.without_in_lists.iter().filter(|_| listed);
        for path in self.without.iter().chain(lists) {
            take(members, path);
        }
        for name in &self.plain_first {
            let first = members.get_mut(name).and_then(Value::as_array_mut).and_then(|items| items.first_mut());
            if let Some(first) = first
                && let Some(value) = first.get("value").cloned()
            {
                *first = value;
            }
        }
        for name in &self.lower {
            if let Some(Value::String(text)) = members.get_mut(name) {
                *text = text.to_lowercase();
            }
        }
        if let (true, Some(Value::String(url))) =
            (self.relative, members.get_mut("meta").and_then(|meta| meta.get_mut("location")))
        {
            *url = url.strip_prefix(base).unwrap_or(url).to_owned();
        }
        for (name, value) in &self.defaults {
            members.entry(name).or_insert_with(|| value.clone());
        }
    }
}

impl Answer {
    fn reply(&self) -> Reply {
        let error = ScimError::status(self.status, self.detail.as_str());
        let mut reply = match &self.text {
            Some((media_type, text)) => Reply { content: Content::Text(text.clone()), ..Reply::empty(self.status) }
                .with(header::CONTENT_TYPE, media_type),
            None => Reply::from(&error),
        };
        if let (Some(keyword), Content::Json(Value::Object(body))) = (&self.scim_type, &mut reply.content) {
            body.insert("scimType".into(), keyword.as_str().into());
        }
        for (name, value) in &self.headers {
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                reply = reply.with(name, value);
            }
        }
        reply
    }
}

fn applies(methods: &[String], path: &str, call: &Call) -> bool {
    (methods.is_empty() || methods.iter().any(|method| method == call.method.as_str())) && matches_path(path, call)
}

fn merge(body: &mut Value, more: &Map<String, Value>) {
    if let Some(members) = body.as_object_mut() {
        members.extend(more.clone());
        members.retain(|_, value| !value.is_null());
    }
}

/// Removes `member` or `member.sub`.
fn take(members: &mut Map<String, Value>, path: &str) -> Option<Value> {
    let Some((outer, inner)) = path.split_once('.') else { return members.remove(path) };
    let inside = members.get_mut(outer)?.as_object_mut()?;
    let value = inside.remove(inner);
    if inside.is_empty() {
        members.remove(outer);
    }
    value
}
