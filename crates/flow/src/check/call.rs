//! Calls: operations of the connector, sources of rows, functions of the flow, and HTTP where it is allowed.

use super::table::{HTTP, NO_CALLS, OPENAPI, Takes};
use super::{Checker, known_hint};
use crate::document::join;
use crate::expression::is_expression;
use crate::files::Denied;
use crate::rows;
use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind as Kind};
use scim_connector_host::catalog::Operation;
use serde_json::{Map, Value};

/// What a call is given, and where each member of it stands.
struct CallArguments<'a> {
    /// The call's `with`.
    at: String,
    with: Map<String, Value>,
    /// The function's `with`, of which the call's members replace those of the same name.
    below: Option<(String, &'a Map<String, Value>)>,
    own: Option<&'a Map<String, Value>>,
}

impl CallArguments<'_> {
    /// Where the part that a path names stands.
    fn pointer(&self, path: &str) -> String {
        let first = path.split('/').nth(1).unwrap_or_default();
        let owned = self.own.is_some_and(|own| own.contains_key(first));
        match &self.below {
            Some((at, members)) if !owned && members.contains_key(first) => format!("{at}{path}"),
            _ => format!("{}{path}", self.at),
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, pointer: &str, task: &'a Map<String, Value>) {
        let at = join(pointer, "call");
        let Some(called) = task.get("call").and_then(Value::as_str) else { return };
        let with = task.get("with");
        let with_at = join(pointer, "with");
        if let Some((_, instead)) = NO_CALLS.iter().find(|(name, _)| *name == called) {
            return self.problem(&at, format!("`call: {called}` is not supported: {instead}"));
        }
        if matches!(called, "http" | "openapi") {
            if !self.around.allow.http {
                let message = format!(
                    "`call: {called}` reaches beyond the connections; allow it with --allow http if you trust this flow"
                );
                self.problem(&at, message);
            }
            let (members, needs) =
                if called == "http" { (HTTP, "method and endpoint") } else { (OPENAPI, "document and operationId") };
            return match with {
                Some(with) => self.take(&with_at, with, &Takes::Object(members)),
                None => self.problem_at_key(pointer, format!("`call: {called}` lacks `with`, with {needs}")),
            };
        }
        let own = match with {
            None => None,
            Some(Value::String(text)) if is_expression(text) => return self.expression(&with_at, text),
            Some(with) => {
                let Some(own) = self.map(&with_at, with) else { return };
                self.value(&with_at, with);
                Some(own)
            }
        };
        let function =
            self.use_member("functions").and_then(|functions| functions.get(called)).and_then(Value::as_object);
        let mut given = CallArguments { at: with_at, with: own.cloned().unwrap_or_default(), below: None, own };
        let mut target = called;
        if let Some(function) = function {
            // A function that is no call gets the arguments as its input.
            let Some(inner) = function.get("call").and_then(Value::as_str) else { return };
            let defaults = function.get("with").and_then(Value::as_object);
            for (key, value) in defaults.into_iter().flatten() {
                given.with.entry(key).or_insert_with(|| value.clone());
            }
            given.below = defaults.map(|defaults| (format!("{}/with", join("/use/functions", called)), defaults));
            target = inner;
        }
        let at_key = pointer.to_owned();
        if let Some(source) = rows::source(target) {
            self.source(source, &given, &at_key);
        } else if let Some(operation) = self.around.catalog.operations.iter().find(|operation| operation.name == target)
        {
            self.operation(operation, given, &at_key);
        } else if function.is_none() {
            let functions = self.use_member("functions").and_then(Value::as_object);
            let names = self.around.catalog.operations.iter().map(|operation| operation.name.as_str());
            let names = names.chain(rows::SOURCES.iter().map(|source| source.name));
            let names = names.chain(functions.into_iter().flatten().map(|(name, _)| name.as_str()));
            let hint = known_hint(called, names);
            self.problem(&at, format!("`{called}` is no operation of the connector{hint}"));
        }
    }

    fn source(&mut self, source: &rows::Source, given: &CallArguments<'_>, at: &str) {
        let before = self.problems.len();
        let mut open = false;
        for (key, value) in &given.with {
            let pointer = given.pointer(&join("", key));
            match source.takes.iter().find(|known| known.name == key) {
                None => {
                    let hint = known_hint(key, source.takes.iter().map(|known| known.name));
                    self.problem_at_key(&pointer, format!("{} takes no `{key}`{hint}", source.name));
                }
                Some(_) if has_expression(value) => open = true,
                Some(known) if !known.kind.fits(value) => self.kind(&pointer, value, known.kind.words()),
                Some(_) => {}
            }
        }
        if !open
            && self.problems.len() == before
            && let Err(wrong) = source.check(&given.with)
        {
            self.problem_at_key(at, wrong);
        }
        let Some(file) = given.with.get("file") else {
            if !self.partial {
                self.problem_at_key(at, format!("{} lacks `file` in its `with`", source.name));
            }
            return;
        };
        let Some(name) = file.as_str().filter(|name| !is_expression(name)) else { return };
        let files = self.around.allow.files.of_flow(self.document.folder());
        if let Err(denied) = files.open(&files.path(name)) {
            let hint = match denied {
                Denied::Unreadable(_) | Denied::NoFile => "; files stand relative to the flow's folder",
                Denied::Outside | Denied::Own(_) => "",
            };
            self.problem(&given.pointer("/file"), denied.about(&format!("`{name}`")) + hint);
        }
        let folder =
            given.with.get("references").and_then(Value::as_str).filter(|name| !has_expression(&(*name).into()));
        if let Some(name) = folder
            && let Err(denied) = files.resolved(&files.path(name))
        {
            self.problem(&given.pointer("/references"), denied.about(&format!("`{name}`")));
        }
    }

    fn operation(&mut self, operation: &'a Operation, mut given: CallArguments<'_>, at: &str) {
        if !operation.available {
            return self
                .problem(&join(at, "call"), format!("`{}` is not in this version of the connector", operation.name));
        }
        match given.with.remove("connection") {
            Some(Value::String(name)) if is_expression(&name) => {}
            Some(Value::String(name)) if self.around.connections.contains(&name) => {}
            Some(Value::String(name)) => {
                let hint = known_hint(&name, self.around.connections.iter().map(String::as_str));
                let hint = if self.around.connections.is_empty() { "; it has none".to_owned() } else { hint };
                let message = format!("there is no connection `{name}` in the configuration{hint}");
                self.problem(&given.pointer("/connection"), message);
            }
            Some(other) => self.kind(&given.pointer("/connection"), &other, "the name of a connection"),
            None if self.around.default_connection.is_some() || self.partial => {}
            None => {
                let names = match self.around.connections.as_slice() {
                    [] => "there is none in the configuration".to_owned(),
                    names => format!("the configuration has {} and no default", names.join(", ")),
                };
                self.problem_at_key(at, format!("the call names no `connection`, and {names}"));
            }
        }
        if let Some(all) = given.with.remove("all") {
            let pointer = given.pointer("/all");
            if !operation.paginated {
                self.problem_at_key(
                    &pointer,
                    format!("`all` is for operations that list; {} gives no pages", operation.name),
                );
            } else if !all.is_boolean() && !all.as_str().is_some_and(is_expression) {
                self.kind(&pointer, &all, "true or false");
            }
        }
        let partial = self.partial;
        let besides: &[&str] = if operation.paginated { &["connection", "all"] } else { &["connection"] };
        let with = Value::Object(std::mem::take(&mut given.with));
        let compiled =
            self.schemas.entry(&operation.name).or_insert_with(|| jsonschema::validator_for(&operation.input).ok());
        let wrong: Vec<_> =
            compiled.iter().flat_map(|compiled| mismatches(compiled, &operation.input, &with, besides)).collect();
        for Mismatch { path, message, lacks, key } in wrong {
            match path.as_str() {
                // A function's calls give the rest.
                _ if lacks && partial => {}
                "" => self.problem_at_key(at, message),
                path if key || lacks => self.problem_at_key(&given.pointer(path), message),
                path => self.problem(&given.pointer(path), message),
            }
        }
        let mut secret = Vec::new();
        secrets(&operation.input, &with, "", &mut secret);
        for path in secret {
            self.inline_secret(&given.pointer(&path), path.rsplit('/').next().unwrap_or_default());
        }
    }
}

/// Where a value does not fit a schema.
pub(super) struct Mismatch {
    /// Where: a JSON pointer into the value.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// Whether something is missing there.
    lacks: bool,
    /// Whether it is the key that is wrong.
    key: bool,
}

fn path_name(path: &str) -> String {
    if path.is_empty() { "the input".into() } else { format!("`{}`", super::name(path)) }
}

/// Where a value does not fit a schema, as far as that is known: expressions stand for anything. `besides` names what
/// may be there and was taken out, for suggestions.
pub(super) fn mismatches(
    compiled: &jsonschema::Validator,
    schema: &Value,
    value: &Value,
    besides: &[&str],
) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for error in compiled.iter_errors(value) {
        let path = error.instance_path().to_string();
        let alternatives = alternatives(schema, &error.schema_path().to_string());
        let at = if path.is_empty() { Some(value) } else { value.pointer(&path) };
        let open = at.is_some_and(|at| match error.kind() {
            // These look at what is there, whatever its parts are.
            Kind::Required { .. }
            | Kind::AdditionalProperties { .. }
            | Kind::Type { .. }
            | Kind::MinItems { .. }
            | Kind::MaxItems { .. } => at.as_str().is_some_and(|text| text.contains("${")),
            _ if alternatives.is_some() => at.as_str().is_some_and(|text| text.contains("${")),
            _ => has_expression(at),
        });
        if open {
            continue;
        }
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                let parent = error.schema_path().to_string();
                let parent = parent.rsplit_once('/').map_or("", |(parent, _)| parent);
                let known = schema.pointer(&format!("{parent}/properties")).and_then(Value::as_object);
                for name in unexpected {
                    let besides = besides.iter().copied().filter(|_| path.is_empty());
                    let known = known.into_iter().flatten().map(|(known, _)| known.as_str());
                    let hint = known_hint(name, besides.chain(known));
                    let message = format!("`{name}` is no member of {}{hint}", path_name(&path));
                    found.push(Mismatch { path: join(&path, name), message, lacks: false, key: true });
                }
            }
            Kind::Required { property } => {
                let message = format!("{} lacks `{}`", path_name(&path), property.as_str().unwrap_or_default());
                found.push(Mismatch { path, message, lacks: true, key: false });
            }
            Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } if alternatives.is_some() => {
                let names = alternatives.unwrap_or_default().join(", ");
                let message = format!("{} has exactly one of {names}", path_name(&path));
                let lacks = matches!(error.kind(), Kind::OneOfNotValid { .. });
                found.push(Mismatch { path, message, lacks, key: false });
            }
            _ => {
                let message = format!("{} {}", path_name(&path), plainly(&error));
                found.push(Mismatch { path, message, lacks: false, key: false });
            }
        }
    }
    found
}

/// The members of which exactly one must be there, where a schema says that at a path of its own.
fn alternatives<'s>(schema: &'s Value, path: &str) -> Option<Vec<&'s str>> {
    let only = |case: &'s Value| match case.as_object()?.iter().next()? {
        (word, Value::Array(names)) if word == "required" && case.as_object()?.len() == 1 => names.first()?.as_str(),
        _ => None,
    };
    schema.pointer(path).filter(|_| path.ends_with("/oneOf"))?.as_array()?.iter().map(only).collect()
}

/// What is wrong with a value, without the value: it may be secret.
pub(super) fn plainly(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Type { kind } => {
            let names = match kind {
                TypeKind::Single(one) => type_name(one.as_str()).to_owned(),
                TypeKind::Multiple(several) => {
                    several.iter().map(|one| type_name(one.as_str()).to_owned()).collect::<Vec<_>>().join(" or ")
                }
            };
            format!("must be {names}, not {}", super::kind(error.instance()))
        }
        Kind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(shown).collect();
            format!("must be one of {}", options.join(", "))
        }
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::MinItems { limit } => format!("must have at least {limit} entries"),
        Kind::MaxItems { limit } => format!("must have at most {limit} entries"),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::Pattern { pattern } => format!("must match {pattern}"),
        Kind::Format { format } => format!("must be a {format}"),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => {
            "fits none of the forms it can have".into()
        }
        Kind::UniqueItems => "has the same entry twice".into(),
        Kind::Referencing(_) => "refers to what is not there".into(),
        _ => "does not fit the schema".into(),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn type_name(name: &str) -> &str {
    match name {
        "string" => "text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "a map",
        "null" => "nothing",
        other => other,
    }
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(list) => list.iter().any(has_expression),
        Value::Object(map) => map.values().any(has_expression),
        _ => false,
    }
}

/// The paths of texts written out where the schema says `writeOnly`.
fn secrets(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    if schema.get("writeOnly").and_then(Value::as_bool) == Some(true)
        && value.as_str().is_some_and(|text| !text.is_empty() && !text.contains("${"))
    {
        found.push(path.to_owned());
    }
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let properties = schema.get("properties").and_then(|properties| properties.get(key));
                if let Some(schema) = properties.or_else(|| schema.get("additionalProperties")) {
                    secrets(schema, inner, &join(path, key), found);
                }
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                if let Some(schema) = schema.get("items") {
                    secrets(schema, inner, &join(path, index), found);
                }
            }
        }
        _ => {}
    }
}
