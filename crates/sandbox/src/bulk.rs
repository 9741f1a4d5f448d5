//! Bulk requests (RFC 7644 section 3.7 with erratum 5050): every operation is a [`Call`] of its own.
//!
//! Operations run in their order, except that one that refers to a later one waits for it. Where operations wait for
//! each other in a circle, the first of them that creates something is carried out without the references and gets
//! them when all ids are known. Results come in the order of the request; what `failOnErrors` left undone has none.

use super::error::{Result, ScimError};
use super::exchange::{Call, Content, Reply, SCIM_JSON};
use super::schema::{member, require_schema};
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const REFERENCE: &str = "bulkId:";

/// How much a bulk request may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) operations: usize,
    /// In bytes.
    pub(super) payload: usize,
}

/// How a provider's bulk departs from the RFC.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Style {
    /// Operations are carried out, and results come, endpoint by endpoint in this order; in that of the request without.
    pub(super) endpoints: Vec<String>,
    /// The only references that mean anything are those of `members` of a group to users; all others stay as they are.
    pub(super) references_in_members_only: bool,
    /// A result has a location only where the answer to the operation itself has the header.
    pub(super) location_by_header: bool,
    /// Whether a result has an empty bulkId where its operation had none.
    pub(super) empty_bulk_id: bool,
    /// Whether the status is `{"code": 201}`.
    pub(super) status_object: bool,
    /// Whether every result has the body of its answer, as text.
    pub(super) response_as_text: bool,
}

/// One operation of a request.
struct Operation {
    method: String,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Value,
    /// The bulkIds its path and data refer to.
    references: BTreeSet<String>,
}

/// What has become of the operations so far.
struct Run<'a> {
    /// The service URL.
    base: &'a str,
    carry_out: &'a dyn Fn(&Call) -> Reply,
    style: &'a Style,
    operations: &'a [Operation],
    /// The ids behind the bulkIds; none for an operation that failed.
    ids: BTreeMap<&'a str, Option<String>>,
    results: Vec<Option<Value>>,
    errors: usize,
}

/// Carries out a bulk request to the service at `base`, each operation by `carry_out`.
pub(super) fn run(
    limits: Limits,
    base: &str,
    carry_out: &dyn Fn(&Call) -> Reply,
    call: &Call,
    style: &Style,
) -> Result<Reply> {
    if call.body.len() > limits.payload {
        return Err(ScimError::status(413, format!("the body is larger than maxPayloadSize, {}", limits.payload)));
    }
    let body = call.json()?;
    require_schema(&body, REQUEST_URN)?;
    let fail_on_errors = match member(&body, "failOnErrors").filter(|value| !value.is_null()) {
        None => usize::MAX,
        Some(value) => value
            .as_u64()
            .and_then(|most| usize::try_from(most).ok())
            .filter(|most| *most > 0)
            .ok_or_else(|| ScimError::invalid_syntax("failOnErrors: must be a positive integer"))?,
    };
    let operations = member(&body, "Operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(|| ScimError::invalid_syntax("Operations: must be an array"))?;
    if operations.len() > limits.operations {
        return Err(ScimError::status(413, format!("Operations: more than maxOperations, {}", limits.operations)));
    }
    let mut operations: Vec<Operation> = operations.iter().map(|one| Operation::read(one, style)).collect();
    operations.sort_by_key(|one| style.endpoints.iter().position(|endpoint| one.path.starts_with(endpoint)));
    let mut names = BTreeSet::new();
    if let Some(twice) = operations.iter().filter_map(|one| one.bulk_id.as_deref()).find(|name| !names.insert(*name)) {
        return Err(ScimError::invalid_syntax(format!("bulkId: {twice} is given twice")));
    }
    let mut run = Run {
        base,
        carry_out,
        style,
        operations: &operations,
        ids: BTreeMap::new(),
        results: vec![None; operations.len()],
        errors: 0,
    };
    run.all(fail_on_errors);
    let results: Vec<Value> = run.results.into_iter().flatten().collect();
    Ok(Reply::ok(json!({"schemas": [RESPONSE_URN], "Operations": results})))
}

impl Operation {
    fn read(operation: &Value, style: &Style) -> Self {
        let text = |name| member(operation, name).and_then(Value::as_str).map(str::to_owned);
        let path = text("path").unwrap_or_default();
        let data = member(operation, "data").cloned().unwrap_or_default();
        let mut references = BTreeSet::new();
        if style.references_in_members_only {
            // They wait for nothing, since users come first.
            let (method, bulk_id) = (text("method").unwrap_or_default().to_ascii_uppercase(), text("bulkId"));
            return Self { method, path, bulk_id, version: text("version"), data, references };
        }
        collect_references(&data, &mut references);
        references.extend(path.split('/').filter_map(|part| part.strip_prefix(REFERENCE)).map(str::to_owned));
        Self {
            method: text("method").unwrap_or_default().to_ascii_uppercase(),
            path,
            bulk_id: text("bulkId").filter(|name| !name.is_empty()),
            version: text("version"),
            data,
            references,
        }
    }

    /// What is wrong with the operation itself.
    fn check(&self) -> Result<()> {
        let segments: Vec<&str> = self.path.split('/').filter(|part| !part.is_empty()).collect();
        let fits = match self.method.as_str() {
            "POST" if self.bulk_id.is_none() => return Err(ScimError::invalid_syntax("bulkId: POST needs one")),
            "POST" => segments.len() == 1,
            "PUT" | "PATCH" | "DELETE" => segments.len() == 2,
            _ => return Err(ScimError::invalid_syntax("method: must be POST, PUT, PATCH or DELETE")),
        };
        // What is no resource or collection of resources: bulk in bulk, searches.
        if !fits || !self.path.starts_with('/') || [Some(&"Bulk"), Some(&"Me")].contains(&segments.first()) {
            return Err(ScimError::invalid_path(format!("path: {} takes no {} here", self.path, self.method)));
        }
        if self.method != "DELETE" && !self.data.is_object() {
            return Err(ScimError::invalid_syntax("data: must be an object"));
        }
        Ok(())
    }
}

impl<'a> Run<'a> {
    fn all(&mut self, fail_on_errors: usize) {
        let operations = self.operations;
        let defined: BTreeSet<&str> =
            operations.iter().filter(|one| one.method == "POST").filter_map(|one| one.bulk_id.as_deref()).collect();
        let mut pending: Vec<usize> = (0..operations.len()).collect();
        let mut incomplete = Vec::new();
        while self.errors < fail_on_errors && !pending.is_empty() {
            let waits = |index: &usize| {
                let references = operations.get(*index).into_iter().flat_map(|one| &one.references);
                references
                    .into_iter()
                    .any(|name| defined.contains(name.as_str()) && !self.ids.contains_key(name.as_str()))
            };
            let creates = |index: &usize| operations.get(*index).is_some_and(|one| one.method == "POST");
            let ready = pending.iter().position(|index| !waits(index));
            let circular = ready.is_none();
            let index = pending.remove(ready.or_else(|| pending.iter().position(creates)).unwrap_or_default());
            let Some(operation) = operations.get(index) else { continue };
            if circular {
                incomplete.push((index, operation));
            }
            let reply = operation.check().and_then(|()| self.serve(operation, circular));
            self.note(index, operation, &reply.unwrap_or_else(|error| Reply::from(&error)));
        }
        for (index, operation) in incomplete {
            self.complete(index, operation);
        }
    }

    /// Carries out one operation; `partly` leaves out what refers to ids that are not known yet.
    fn serve(&self, operation: &Operation, partly: bool) -> Result<Reply> {
        let unknown = operation.references.iter().find(|name| self.id(name).is_none()).filter(|_| !partly);
        if let Some(name) = unknown {
            return Err(ScimError::invalid_value(format!("bulkId:{name}: no operation created this resource")));
        }
        if self.style.references_in_members_only {
            let mut data = operation.data.clone();
            if operation.path.starts_with("/Groups") {
                self.resolve_members(&mut data);
            }
            return Ok(self.send(&operation.method, operation.path.clone(), operation.version.as_deref(), &data));
        }
        let parts = operation.path.split('/').map(|part| match part.strip_prefix(REFERENCE) {
            Some(name) => self.id(name).unwrap_or_default(),
            None => part,
        });
        let data = self.resolve(&operation.data).unwrap_or_default();
        Ok(self.send(&operation.method, parts.collect::<Vec<_>>().join("/"), operation.version.as_deref(), &data))
    }

    fn send(&self, method: &str, path: String, version: Option<&str>, data: &Value) -> Reply {
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(SCIM_JSON))]);
        headers
            .extend(version.and_then(|version| HeaderValue::from_str(version).ok()).map(|tag| (header::IF_MATCH, tag)));
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let body = data.to_string().into_bytes();
        (self.carry_out)(&Call { method, path, query: String::new(), headers, body })
    }

    /// Puts ids of users for the references in `members`, of a group or of the first operation that adds or replaces them.
    fn resolve_members(&self, data: &mut Value) {
        let of_operation = |one: &mut Value| {
            let verb = one.get("op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            let path = one.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
            let fits = ["add", "replace"].contains(&verb.as_str()) && ["", "members"].contains(&path.as_str());
            fits.then_some(path)
        };
        let operations = data.get_mut("Operations").and_then(Value::as_array_mut).map(Vec::as_mut_slice);
        let first = operations.unwrap_or_default().iter_mut().find_map(|one| Some((of_operation(one)?, one)));
        let members = match first {
            Some((path, one)) if path.is_empty() => one.pointer_mut("/value/members"),
            Some((_, one)) => one.get_mut("value"),
            None => data.get_mut("members"),
        };
        let users: BTreeSet<&str> = self
            .operations
            .iter()
            .filter(|one| one.path.starts_with("/Users"))
            .filter_map(|one| one.bulk_id.as_deref())
            .collect();
        for member in members.and_then(Value::as_array_mut).into_iter().flatten() {
            let name = member.get("value").and_then(Value::as_str).and_then(|text| text.strip_prefix(REFERENCE));
            let id = name.filter(|name| users.contains(name)).and_then(|name| self.id(name)).map(str::to_owned);
            if let (Some(id), Some(member)) = (id, member.as_object_mut()) {
                member.insert("value".into(), id.into());
            }
        }
    }

    /// Gives a resource of a circle the references it was created without.
    fn complete(&mut self, index: usize, operation: &'a Operation) {
        let Some(id) = operation.bulk_id.as_deref().and_then(|name| self.id(name)) else { return };
        let path = format!("{}/{id}", operation.path.trim_end_matches('/'));
        let reply = match operation.references.iter().find(|name| self.id(name).is_none()) {
            None => {
                let data = self.resolve(&operation.data).unwrap_or_default();
                let reply = self.send("PUT", path, None, &data);
                Reply { status: if reply.status == 200 { 201 } else { reply.status }, ..reply }
            }
            Some(name) => {
                self.send("DELETE", path, None, &Value::Null);
                Reply::from(&ScimError::status(409, format!("bulkId:{name}: no operation created this resource")))
            }
        };
        self.note(index, operation, &reply);
    }

    /// Keeps the result of an operation.
    fn note(&mut self, index: usize, operation: &'a Operation, reply: &Reply) {
        let mut result = outcome(self.base, &operation.method, &operation.path, operation.bulk_id.as_deref(), reply);
        let id =
            result.get("location").and_then(Value::as_str).and_then(|url| url.rsplit('/').next()).map(str::to_owned);
        self.style.dress(&mut result, reply);
        let failed = reply.status >= 400;
        self.errors += usize::from(failed);
        if let ("POST", Some(name)) = (operation.method.as_str(), operation.bulk_id.as_deref()) {
            self.ids.insert(name, id.filter(|_| !failed));
        }
        if let Some(slot) = self.results.get_mut(index) {
            *slot = Some(result);
        }
    }

    fn id(&self, bulk_id: &str) -> Option<&str> {
        self.ids.get(bulk_id)?.as_deref()
    }

    /// The value with ids for bulkIds. An object whose `value` refers to an unknown one is left out as a whole.
    fn resolve(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => match text.strip_prefix(REFERENCE) {
                Some(name) => self.id(name).map(Value::from),
                None => Some(value.clone()),
            },
            Value::Array(items) => Some(items.iter().filter_map(|item| self.resolve(item)).collect()),
            Value::Object(members) => {
                let kept: Map<String, Value> =
                    members.iter().filter_map(|(name, value)| Some((name.clone(), self.resolve(value)?))).collect();
                let whole = !members.contains_key("value") || kept.contains_key("value");
                whole.then_some(Value::Object(kept))
            }
            other => Some(other.clone()),
        }
    }
}

impl Style {
    /// Turns a result into one of the provider's.
    fn dress(&self, result: &mut Value, reply: &Reply) {
        let Some(members) = result.as_object_mut() else { return };
        if self.location_by_header && reply.header(&header::LOCATION).is_none() {
            members.remove("location");
        }
        if self.empty_bulk_id {
            members.entry("bulkId").or_insert_with(|| "".into());
        }
        if self.status_object {
            members.insert("status".into(), json!({"code": reply.status}));
        }
        match &reply.content {
            Content::Json(body) if self.response_as_text => {
                members.insert("response".into(), body.to_string().into());
            }
            _ => {}
        }
    }
}

/// The result of an operation (RFC 7644 section 3.7.3).
pub(super) fn outcome(base: &str, method: &str, path: &str, bulk_id: Option<&str>, reply: &Reply) -> Value {
    let location = reply.header(&header::LOCATION).map(str::to_owned);
    let location = location.or_else(|| (method != "POST").then(|| format!("{base}{path}")));
    let response = match &reply.content {
        Content::Json(body) if reply.status >= 400 => Some(body.clone()),
        _ => None,
    };
    let members = [
        ("method", Some(method.into())),
        ("bulkId", bulk_id.map(Value::from)),
        ("location", location.map(Value::from)),
        ("version", reply.header(&header::ETAG).map(Value::from)),
        ("status", Some(reply.status.to_string().into())),
        ("response", response),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(text.strip_prefix(REFERENCE).map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        Value::Object(members) => members.values().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}
