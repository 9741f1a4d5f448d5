//! Tasks: which kind one is, what its lists may name, and which variables are in scope in it.

use super::table::{CASE, CATCH, COMMON, KINDS, RUN, Takes};
use super::{Checker, known_hint, name, owner};
use crate::document::join;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// Where a flow can go on besides another task.
const DIRECTIVES: [&str; 3] = ["continue", "exit", "end"];

/// How many tasks a flow has, those in lists of others counted as well.
#[must_use]
pub fn count(value: &Value) -> usize {
    match value {
        Value::Object(map) => {
            let own = usize::from(kind(map).len() == 1 && !map.contains_key("document"));
            own + map.values().map(count).sum::<usize>()
        }
        Value::Array(list) => list.iter().map(count).sum(),
        _ => 0,
    }
}

/// The kinds whose members an object has: of a task, one.
pub(super) fn kind(task: &Map<String, Value>) -> Vec<&'static str> {
    let mut kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| task.contains_key(*kind)).collect();
    // Of these `do` is a member.
    if kinds.len() == 2 && kinds.contains(&"for") {
        kinds.retain(|kind| *kind != "do");
    }
    kinds
}

impl<'a> Checker<'a> {
    /// A task list.
    pub(super) fn tasks(&mut self, pointer: &str, value: &'a Value) {
        let Some(list) = self.list(pointer, value) else { return };
        let names = list.iter().filter_map(Value::as_object).filter_map(|item| item.keys().next()).cloned().collect();
        let around = std::mem::replace(&mut self.targets, names);
        self.items(pointer, list, Self::task);
        self.targets = around;
    }

    /// The branches of a fork: they run beside each other, so that none can go on with another.
    pub(super) fn branches(&mut self, pointer: &str, value: &'a Value) {
        let Some(list) = self.list(pointer, value) else { return };
        let around = std::mem::take(&mut self.targets);
        self.items(pointer, list, Self::task);
        self.targets = around;
    }

    pub(super) fn cases(&mut self, pointer: &str, value: &'a Value) {
        let Some(list) = self.list(pointer, value) else { return };
        if list.is_empty() {
            self.problem(pointer, "a switch has at least one case");
        }
        self.items(pointer, list, |checker, pointer, case| checker.take(pointer, case, &Takes::Object(CASE)));
    }

    /// A list of objects with one member each, whose names are unique.
    fn items(&mut self, pointer: &str, list: &'a [Value], mut each: impl FnMut(&mut Self, &str, &'a Value)) {
        let mut seen: HashMap<&str, String> = HashMap::new();
        for (index, item) in list.iter().enumerate() {
            let at = join(pointer, index);
            let Some(map) = self.map(&at, item) else { continue };
            if map.len() != 1 {
                let message = if map.is_empty() {
                    "it has no name".into()
                } else {
                    format!("it has {} names; is the indentation right?", map.len())
                };
                self.problem(&at, format!("an entry of `{}` is a map of one name: {message}", name(pointer)));
                continue;
            }
            for (key, value) in map {
                let inner = join(&at, key);
                if let Some(first) = seen.insert(key, inner.clone()) {
                    let line = self.document.key_place(&first).line;
                    self.problem_at_key(
                        &inner,
                        format!("`{key}` stands in this list already, in line {line}; names are unique in a list"),
                    );
                }
                if DIRECTIVES.contains(&key.as_str()) || key.starts_with('$') {
                    self.problem_at_key(&inner, format!("`{key}` cannot be a name: it has a meaning of its own"));
                }
                each(self, &inner, value);
            }
        }
    }

    pub(super) fn task(&mut self, pointer: &str, value: &'a Value) {
        let Some(task) = self.map(pointer, value) else { return };
        let kinds = kind(task);
        let [kind] = kinds.as_slice() else {
            let all: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| *kind != "listen").collect();
            let unknown = task.keys().find(|key| !COMMON.iter().any(|member| member.name == *key));
            let message = match unknown {
                _ if !kinds.is_empty() => {
                    format!("{} is {} at once; a task is one of them", owner(pointer), kinds.join(" and "))
                }
                Some(key) => format!("`{key}` is no kind of task{}", known_hint(key, all.iter().copied())),
                None => format!("{} does nothing: it lacks one of {}", owner(pointer), all.join(", ")),
            };
            // What was meant as the kind is where the mistake is.
            let at = unknown.filter(|_| kinds.is_empty()).map_or_else(|| pointer.to_owned(), |key| join(pointer, key));
            return self.problem_at_key(&at, message);
        };
        let own = KINDS.iter().find(|(name, _)| name == kind).map_or(&[][..], |(_, members)| members);
        let scope = self.variables.len();
        if *kind == "for" {
            // What is looped over is known before there is an item.
            let of = task.get("for").and_then(Value::as_object);
            if let Some(text) = of.and_then(|of| of.get("in")).and_then(Value::as_str) {
                self.expression(&format!("{pointer}/for/in"), text);
            }
            self.bring(of, "each", "item");
            self.bring(of, "at", "index");
        }
        self.members(pointer, task, COMMON.iter().chain(own));
        self.variables.truncate(scope);
        self.metadata(pointer, task, kind);
        if *kind == "call" {
            self.call(pointer, task);
        }
    }

    /// Brings a variable into scope, which a member names.
    fn bring(&mut self, object: Option<&Map<String, Value>>, member: &str, default: &str) {
        let name = object.and_then(|object| object.get(member)).and_then(Value::as_str).unwrap_or(default);
        self.variables.push(format!("${}", name.trim_start_matches('$')));
    }

    fn metadata(&mut self, pointer: &str, task: &'a Map<String, Value>, kind: &str) {
        let Some(value) = task.get("metadata") else { return };
        let pointer = join(pointer, "metadata");
        let Some(concurrency) = self.map(&pointer, value).and_then(|metadata| metadata.get("concurrency")) else {
            return;
        };
        let pointer = join(&pointer, "concurrency");
        if !matches!(kind, "for" | "fork") {
            return self.problem_at_key(&pointer, "`concurrency` is for `for` and `fork` only");
        }
        self.take(&pointer, concurrency, &Takes::Whole(1, 64));
        if task.contains_key("while") && concurrency.as_u64().is_some_and(|number| number > 1) {
            self.problem_at_key(
                &pointer,
                "`while` looks at each item before the next, so the items cannot run beside each other",
            );
        }
    }

    pub(super) fn then(&mut self, pointer: &str, value: &'a Value) {
        let Some(text) = self.text(pointer, value) else { return };
        if !DIRECTIVES.contains(&text) && !self.targets.iter().any(|target| target == text) {
            let known = self.targets.iter().map(String::as_str).chain(DIRECTIVES);
            let hint = known_hint(text, known);
            self.problem(pointer, format!("there is no task `{text}` in this list{hint}"));
        }
    }

    pub(super) fn catch(&mut self, pointer: &str, value: &'a Value) {
        let scope = self.variables.len();
        self.bring(value.as_object(), "as", "error");
        self.object(pointer, value, CATCH);
        self.variables.truncate(scope);
    }

    pub(super) fn run(&mut self, pointer: &str, value: &'a Value) {
        let Some(run) = self.object(pointer, value, RUN) else { return };
        let kinds = ["workflow", "shell", "container", "script"];
        if kinds.iter().filter(|kind| run.contains_key(**kind)).count() != 1 {
            return self.problem_at_key(pointer, "`run` has exactly one of workflow, shell");
        }
        if run.contains_key("shell") && !self.around.allow.shell {
            self.problem_at_key(
                &join(pointer, "shell"),
                "`run: shell` runs commands on this machine; allow it with --allow shell if you trust this flow",
            );
        }
        let Some(workflow) = run.get("workflow") else { return };
        let part = |member: &str| workflow.get(member).and_then(Value::as_str);
        let (Some(namespace), Some(name), Some(version)) = (part("namespace"), part("name"), part("version")) else {
            return;
        };
        let same = |flow: &&(String, String, String)| flow.0 == namespace && flow.1 == name;
        let versions: Vec<&str> = self.around.flows.iter().filter(same).map(|flow| flow.2.as_str()).collect();
        if versions.is_empty() {
            let hint = known_hint(name, self.around.flows.iter().map(|flow| flow.1.as_str()));
            self.problem(
                &format!("{pointer}/workflow/name"),
                format!("there is no flow `{namespace}/{name}` in this folder{hint}"),
            );
        } else if version != "latest" && !versions.contains(&version) {
            let at = format!("{pointer}/workflow/version");
            self.problem(
                &at,
                format!("`{namespace}/{name}` has no version `{version}`; there is {}", versions.join(", ")),
            );
        }
    }

    /// A function that calls itself, by itself or by others, would never end.
    pub(super) fn functions_do_not_call_themselves(&mut self) {
        let Some(functions) = self.use_member("functions").and_then(Value::as_object) else { return };
        for (name, task) in functions {
            let mut reached = HashSet::new();
            let mut open = vec![task];
            while let Some(task) = open.pop() {
                for called in calls(task) {
                    if reached.insert(called) {
                        open.extend(functions.get(called));
                    }
                }
            }
            if reached.contains(name.as_str()) {
                self.problem_at_key(
                    &join("/use/functions", name),
                    format!("the function `{name}` calls itself and would never end"),
                );
            }
        }
    }
}

/// The names that the calls in a task have.
fn calls(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(map) => {
            let own = map.get("call").and_then(Value::as_str);
            own.into_iter().chain(map.values().flat_map(calls)).collect()
        }
        Value::Array(list) => list.iter().flat_map(calls).collect(),
        _ => Vec::new(),
    }
}
