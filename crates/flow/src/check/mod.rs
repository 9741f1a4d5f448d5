//! Says what is wrong with a flow before it runs: all of it at once, each with its place. It runs nothing, and reads no
//! file but to see whether it can be read.

mod call;
mod flow;
mod schema;
mod table;
mod task;
mod value;

use super::document::{Document, Position, Problem, join};
use super::expression::VARIABLES;
use super::files::FileAccess;
use scim_connector_host::catalog::Catalog;
use scim_connector_host::suggest;
use serde_json::{Map, Value};
use std::collections::HashMap;
use table::{Member, Takes};

pub use schema::schema;
pub use task::count;

/// What a flow may refer to.
pub struct Surroundings<'a> {
    /// The connector's operations.
    pub catalog: &'a Catalog,
    /// The names of the configuration's connections.
    pub connections: Vec<String>,
    /// The connection that a call uses which names none.
    pub default_connection: Option<String>,
    /// The names of the configuration's `[secrets]`.
    pub secrets: Vec<String>,
    /// The flows that `run: workflow` finds: namespace, name, version.
    pub flows: Vec<(String, String, String)>,
    /// What is allowed that is not by default.
    pub allow: Allow,
}

/// What a flow may do only where somebody says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow {
    /// `run: shell`.
    pub shell: bool,
    /// `call: http`.
    pub http: bool,
    /// Which files it may read.
    pub files: FileAccess,
}

/// Everything that is wrong with a flow, in the order of the text.
#[must_use]
pub fn check(document: &Document, around: &Surroundings<'_>) -> Vec<Problem> {
    let mut checker = Checker {
        document,
        around,
        problems: Vec::new(),
        variables: VARIABLES.map(str::to_owned).to_vec(),
        targets: Vec::new(),
        schemas: HashMap::new(),
        partial: false,
    };
    checker.take("", &document.value, &Takes::Object(table::FLOW));
    checker.flow_as_a_whole();
    let mut problems = checker.problems;
    problems.sort_by(|a, b| (a.place, &a.message).cmp(&(b.place, &b.message)));
    problems.dedup();
    problems
}

struct Checker<'a> {
    document: &'a Document,
    around: &'a Surroundings<'a>,
    problems: Vec<Problem>,
    /// The variables in scope, each with its `$`.
    variables: Vec<String>,
    /// The tasks that `then` can name.
    targets: Vec<String>,
    /// The compiled input schemas of operations.
    schemas: HashMap<&'a str, Option<jsonschema::Validator>>,
    /// A function is looked at, whose calls give the rest of its input.
    partial: bool,
}

impl<'a> Checker<'a> {
    fn problem(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(self.document.problem(pointer, message));
    }

    /// A problem with a key, or with something missing below it.
    fn problem_at_key(&mut self, pointer: &str, message: impl Into<String>) {
        let place = self.document.key_place(pointer);
        self.problem_at(place, pointer, message);
    }

    fn problem_at(&mut self, place: Position, pointer: &str, message: impl Into<String>) {
        self.problems.push(Problem { place, ..self.document.problem(pointer, message) });
    }

    /// A member of `use`.
    fn use_member(&self, member: &str) -> Option<&'a Value> {
        self.document.value.get("use")?.get(member)
    }

    /// Looks at a value by what the table says that stands there.
    fn take(&mut self, pointer: &str, value: &'a Value, takes: &Takes) {
        match takes {
            Takes::Any | Takes::Own => {}
            Takes::Plain => self.plain(pointer, value),
            Takes::Text => drop(self.text(pointer, value)),
            Takes::Bool if value.is_boolean() => {}
            Takes::Bool => self.kind(pointer, value, "true or false"),
            Takes::Whole(from, to) => {
                if !value.as_u64().is_some_and(|number| (*from..=*to).contains(&number)) {
                    self.kind(pointer, value, &format!("a whole number from {from} to {to}"));
                }
            }
            Takes::Word(words) => {
                if let Some(text) = self.text(pointer, value)
                    && !words.contains(&text)
                {
                    self.problem(pointer, format!("`{}` is one of {}, not `{text}`", name(pointer), words.join(", ")));
                }
            }
            Takes::Form(fits, example) => {
                if let Some(text) = self.text(pointer, value)
                    && !fits(text)
                {
                    self.problem(pointer, format!("`{}` must be {example}; it is `{text}`", name(pointer)));
                }
            }
            Takes::Object(members) => drop(self.object(pointer, value, members)),
            Takes::OneOf(members) => self.one_of(pointer, value, members),
            Takes::Map(takes) => {
                for (key, value) in self.map(pointer, value).into_iter().flatten() {
                    self.take(&join(pointer, key), value, takes);
                }
            }
            Takes::List(takes) => {
                for (index, value) in self.list(pointer, value).into_iter().flatten().enumerate() {
                    self.take(&join(pointer, index), value, takes);
                }
            }
            Takes::Named(member, takes) => self.named(pointer, value, member, takes),
            Takes::Expression => {
                if let Some(text) = self.text(pointer, value) {
                    self.expression(pointer, text);
                }
            }
            Takes::Value => self.value(pointer, value),
            Takes::Data => match value {
                Value::String(text) => self.expression(pointer, text),
                Value::Object(_) => self.value(pointer, value),
                _ => self.kind(pointer, value, "a map, or an expression"),
            },
            Takes::Template => self.template(pointer, value),
            Takes::Number => match value {
                Value::String(text) if super::expression::is_expression(text) => self.expression(pointer, text),
                _ => self.take(pointer, value, &Takes::Whole(100, 599)),
            },
            Takes::Duration(most) => self.duration(pointer, value, *most),
            Takes::Pause => match value {
                Value::String(text) if super::expression::is_expression(text) => self.expression(pointer, text),
                _ => self.duration(pointer, value, crate::retry::LONGEST_DURATION),
            },
            Takes::Schema => self.schema(pointer, value),
            Takes::TimeZone => self.time_zone(pointer, value),
            Takes::Tasks => self.tasks(pointer, value),
            Takes::Branches => self.branches(pointer, value),
            Takes::Cases => self.cases(pointer, value),
            Takes::Then => self.then(pointer, value),
            Takes::Catch => self.catch(pointer, value),
            Takes::Run => self.run(pointer, value),
            Takes::Function => {
                self.partial = true;
                self.task(pointer, value);
                self.partial = false;
            }
            Takes::Refused(why) => self.problem_at_key(pointer, format!("`{}` is not supported: {why}", name(pointer))),
        }
    }

    /// Looks at an object's members. Gives them back, where it is one.
    fn object(&mut self, pointer: &str, value: &'a Value, members: &[Member]) -> Option<&'a Map<String, Value>> {
        let map = self.map(pointer, value)?;
        self.members(pointer, map, members.iter());
        Some(map)
    }

    fn members<'m>(
        &mut self,
        pointer: &str,
        map: &'a Map<String, Value>,
        members: impl Iterator<Item = &'m Member> + Clone,
    ) {
        for (key, value) in map {
            let inner = join(pointer, key);
            match members.clone().find(|member| member.name == key) {
                Some(member) => self.take(&inner, value, &member.takes),
                None if pointer == "/document/metadata" => {}
                None => {
                    let known = members.clone().filter(|member| !matches!(member.takes, Takes::Refused(_)));
                    let hint = known_hint(key, known.map(|member| member.name));
                    self.problem_at_key(&inner, format!("`{key}` is no member of {}{hint}", owner(pointer)));
                }
            }
        }
        for member in members.filter(|member| member.required && !map.contains_key(member.name)) {
            self.problem_at_key(pointer, format!("{} lacks `{}`", owner(pointer), member.name));
        }
    }

    fn one_of(&mut self, pointer: &str, value: &'a Value, members: &[Member]) {
        let Some(map) = self.object(pointer, value, members) else { return };
        if map.len() != 1 && map.keys().all(|key| members.iter().any(|member| member.name == key)) {
            let known = members.iter().filter(|member| !matches!(member.takes, Takes::Refused(_)));
            let known: Vec<&str> = known.map(|member| member.name).collect();
            self.problem_at_key(pointer, format!("{} has exactly one of {}", owner(pointer), known.join(", ")));
        }
    }

    fn named(&mut self, pointer: &str, value: &'a Value, member: &str, takes: &Takes) {
        let Value::String(text) = value else { return self.take(pointer, value, takes) };
        let names = self.use_member(member).and_then(Value::as_object);
        if names.is_none_or(|names| !names.contains_key(text)) {
            let hint = known_hint(text, names.into_iter().flatten().map(|(name, _)| name.as_str()));
            self.problem(pointer, format!("there is no `{text}` in `use.{member}`{hint}"));
        }
    }

    fn text(&mut self, pointer: &str, value: &'a Value) -> Option<&'a str> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(_) | Value::Bool(_) => {
                self.problem(
                    pointer,
                    format!("`{}` must be text, not {}: put it in quotes", name(pointer), kind(value)),
                );
                None
            }
            _ => {
                self.kind(pointer, value, "text");
                None
            }
        }
    }

    fn map(&mut self, pointer: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        if value.as_object().is_none() {
            self.kind(pointer, value, "a map");
        }
        value.as_object()
    }

    fn list(&mut self, pointer: &str, value: &'a Value) -> Option<&'a Vec<Value>> {
        if value.as_array().is_none() {
            self.kind(pointer, value, "a list");
        }
        value.as_array()
    }

    fn kind(&mut self, pointer: &str, value: &Value, wanted: &str) {
        self.problem(pointer, format!("{} must be {wanted}, not {}", owner(pointer), kind(value)));
    }
}

/// What a value is, for a person.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(_) => "text".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a map".into(),
    }
}

/// The last part of a pointer, of an element with the list's.
fn name(pointer: &str) -> String {
    let mut parts = pointer.rsplit('/').map(|part| part.replace("~1", "/").replace("~0", "~"));
    match (parts.next(), parts.next()) {
        (Some(last), Some(list)) if last.parse::<usize>().is_ok() => format!("{list}[{last}]"),
        (Some(last), _) => last,
        _ => String::new(),
    }
}

fn owner(pointer: &str) -> String {
    if pointer.is_empty() { "the flow".into() } else { format!("`{}`", name(pointer)) }
}

/// `; did you mean ...?`, or what there is, or nothing.
fn known_hint<'n>(word: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    if let Some(close) = suggest::closest(word, names.clone()) {
        return format!("; did you mean `{close}`?");
    }
    let names: Vec<&str> = names.collect();
    match names.len() {
        0 => String::new(),
        1..=12 => format!("; known are {}", names.join(", ")),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
