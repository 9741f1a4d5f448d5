//! How an impersonated provider's engine reads requests where it departs from the RFCs: what it cuts off, does not know or
//! demands of values that are there already.
//!
//! Which of these a provider has is data (`behaviours/NAME.json`, `dialect`). It works on requests before the sandbox
//! serves them; conditions that a request alone decides are `facts`'.

use super::error::ScimError;
use super::exchange::Call;
use super::filter::{Expr, Op, PatchPath, parse_path};
use super::schema::Object;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// The peculiarities; none by default.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Dialect {
    /// Blanks at the ends of texts in bodies are cut off.
    trims: bool,
    /// `attributes` and `excludedAttributes` know an extension as a whole only: `URN:attribute` names nothing.
    whole_extensions: bool,
    /// A filter ends at one of these words, even within a string.
    filter_ends_at: Vec<String>,
    /// Parentheses at words of a string are taken for the filter's own, so that the value is another one.
    filter_breaks_at_parentheses: bool,
    /// Of an `add` without path only the first of these is taken.
    pathless_takes_first: Vec<String>,
    /// A value path must select values that have the sub-attribute already; else 400 `noTarget`.
    strict_value_paths: bool,
    /// The `display` of an added member is its userName or empty; else 400 `invalidValue`.
    member_names: bool,
    /// Attributes that the answer to a PATCH shows as text where `replace` named them as path.
    shown_as_text: Vec<String>,
}

impl Dialect {
    /// Turns names of a view into what the engine makes of them.
    pub(super) fn view(&self, name: &str, value: &str) -> String {
        if !self.whole_extensions || !["attributes", "excludedAttributes"].contains(&name) {
            return value.to_owned();
        }
        let known: Vec<&str> = value.split(',').filter(|one| self.knows(one.trim())).collect();
        match known.is_empty() && name == "attributes" {
            // What is always returned comes all the same.
            true => "id".to_owned(),
            false => known.join(","),
        }
    }

    /// Whether a name of a view means anything: what begins with a URN must be that of an extension.
    fn knows(&self, name: &str) -> bool {
        let whole = |name: &str| name.rsplit(':').next().is_some_and(|last| last.starts_with(char::is_uppercase));
        !self.whole_extensions || !name.to_ascii_lowercase().starts_with("urn:") || whole(name)
    }

    /// Turns a filter into what the engine reads.
    pub(super) fn filter(&self, filter: &str) -> String {
        let mut shortest = filter.to_owned();
        for text in super::facts::strings(filter) {
            let words: Vec<&str> = text.split(' ').collect();
            let last = words.len().saturating_sub(1);
            let breaks = |(at, word): (usize, &&str)| {
                let ends = self.filter_ends_at.iter().any(|end| end.eq_ignore_ascii_case(word));
                let parenthesis = (at > 0 && word.starts_with('(')) || (at < last && word.ends_with(')'));
                (ends && at > 0 && at < last) || (parenthesis && self.filter_breaks_at_parentheses)
            };
            let at = words.iter().enumerate().position(breaks);
            if let Some(kept) = at.and_then(|at| words.get(..at)) {
                // The quotation mark stays part of the value.
                let start = filter.split('"').next().unwrap_or_default();
                shortest = format!("{start}\"\\\"{}\"", kept.join(" "));
            }
        }
        shortest
    }

    /// Turns a body into what the engine reads.
    pub(super) fn body(&self, call: &Call, body: &mut Object) {
        if call.path.ends_with("/.search") {
            if let Some(Value::String(filter)) = body.get_mut("filter") {
                *filter = self.filter(filter);
            }
            for name in ["attributes", "excludedAttributes"] {
                if let Some(Value::Array(names)) = body.get_mut(name) {
                    names.retain(|one| one.as_str().is_none_or(|one| self.knows(one)));
                    if names.is_empty() && name == "attributes" {
                        names.push("id".into());
                    }
                }
            }
            return;
        }
        if self.trims {
            body.values_mut().for_each(trim);
        }
        for operation in body.get_mut("Operations").and_then(Value::as_array_mut).into_iter().flatten() {
            let adds = operation.get("op").and_then(Value::as_str).is_some_and(|verb| verb.eq_ignore_ascii_case("add"));
            let pathless = operation.get("path").is_none_or(Value::is_null);
            let value = operation.get_mut("value").and_then(Value::as_object_mut).filter(|_| adds && pathless);
            let Some(value) = value else { continue };
            if let Some(first) = self.pathless_takes_first.iter().find(|name| value.contains_key(*name)) {
                value.retain(|name, _| name == first || !self.pathless_takes_first.contains(name));
            }
        }
    }

    /// Whether the engine refuses a change because of what is there; `read` gives the resource at a path.
    pub(super) fn refuses(&self, call: &Call, read: &dyn Fn(&str) -> Option<Value>) -> Option<ScimError> {
        if call.method != Method::PATCH {
            return None;
        }
        let body: Value = serde_json::from_slice(&call.body).ok()?;
        let operations = body.get("Operations").and_then(Value::as_array)?;
        operations.iter().find_map(|operation| {
            let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
            let (verb, path) = (text("op").to_ascii_lowercase(), text("path"));
            if verb == "remove" {
                return None;
            }
            let missing = self.strict_value_paths && path.contains('[') && lacks(&read(&call.path)?, path);
            if missing {
                return Some(ScimError::no_target("No matching filter value found."));
            }
            let members = operation.get("value").map(|value| value.get("members").unwrap_or(value));
            let named = self.member_names && verb == "add" && call.path.starts_with("/Groups/");
            let members = members.and_then(Value::as_array).filter(|_| named)?;
            members.iter().find_map(|member| misnamed(member, read))
        })
    }

    /// Shows attributes as text in the answer to a PATCH.
    pub(super) fn show(&self, call: &Call, answer: &mut Value) {
        if self.shown_as_text.is_empty() || call.method != Method::PATCH {
            return;
        }
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let operations = body.get("Operations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for name in &self.shown_as_text {
            let replaces = |one: &Value| {
                let is = |member: &str, text: &str| {
                    one.get(member).and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(text))
                };
                is("op", "replace") && is("path", name)
            };
            if let (true, Some(value)) = (operations.iter().any(replaces), answer.get_mut(name))
                && !value.is_string()
            {
                *value = value.to_string().into();
            }
        }
    }
}

fn trim(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.trim().to_owned(),
        Value::Array(items) => items.iter_mut().for_each(trim),
        Value::Object(members) => members.values_mut().for_each(trim),
        _ => {}
    }
}

/// Whether the values that a path selects lack the sub-attribute it names; false where it selects none.
fn lacks(resource: &Value, path: &str) -> bool {
    let Ok(PatchPath { attribute, filter: Some(Expr::Compare(name, Op::Eq, wanted)), sub: Some(sub) }) =
        parse_path(path)
    else {
        return false;
    };
    let values = resource.get(&attribute).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut selected = values.iter().filter(|value| value.get(&name) == Some(&wanted)).peekable();
    selected.peek().is_some() && selected.all(|value| value.get(&sub).is_none())
}

/// What is wrong with the name of an added member.
fn misnamed(member: &Value, read: &dyn Fn(&str) -> Option<Value>) -> Option<ScimError> {
    let display = member.get("display").and_then(Value::as_str).filter(|name| !name.is_empty())?;
    let id = member.get("value").and_then(Value::as_str)?;
    let user = read(&format!("/Users/{id}"))?;
    let bare = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let fits = user.get("userName").and_then(Value::as_str).is_some_and(|name| bare(name) == bare(display));
    (!fits).then(|| {
        ScimError::invalid_value(format!("the id {id} is not that of the user with the name given in display"))
    })
}

/// Puts the prefix before the names of a resource that is shown: the user's, the group's, and those of members and groups.
pub(super) fn prefix_names(members: &mut Object, group: bool, prefix: &str) {
    let put = |value: Option<&mut Value>| {
        if let Some(Value::String(name)) = value
            && !name.contains('/')
        {
            name.insert_str(0, prefix);
        }
    };
    put(members.get_mut(if group { "displayName" } else { "userName" }));
    for list in ["members", "groups"] {
        for one in members.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            put(one.get_mut("display"));
        }
    }
}

/// Takes the prefix off the names in a body.
pub(super) fn strip_names(path: &str, body: &mut Object, prefix: &str) {
    let name = if path.starts_with("/Groups") { "displayName" } else { "userName" };
    let strip = |value: Option<&mut Value>| {
        if let Some(Value::String(text)) = value {
            *text = text.strip_prefix(prefix).unwrap_or(text).to_owned();
        }
    };
    strip(body.get_mut(name));
    for operation in body.get_mut("Operations").and_then(Value::as_array_mut).into_iter().flatten() {
        let by_path = operation.get("path") == Some(&json!(name));
        let value = operation.get_mut("value");
        strip(if by_path { value } else { value.and_then(|value| value.get_mut(name)) });
    }
}
