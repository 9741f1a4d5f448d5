//! Makes typed tasks of a flow's document, and compiles their expressions.

use super::functions::expanded;
use super::{Action, For, Pause, Program, Task, TaskList, Template, Then, Transform, Try};
use crate::document::{Document, Problem, join};
use crate::expression::{self, Expression, ExpressionError, VARIABLES};
use crate::fault::asks_for_answers;
use crate::retry::{Policy, duration};
use serde_json::{Value, json};
use std::sync::Arc;

/// How many branches of a fork run at a time where it does not say.
const DEFAULT_FORK: usize = 8;

/// Reads a flow.
///
/// # Errors
/// What the check let pass and cannot be run all the same.
pub fn compile(document: &Document) -> Result<Program, Problem> {
    let flow = &document.value;
    let reader = Reader { document };
    let scope = VARIABLES.map(str::to_owned);
    let tasks = expanded(document, flow.get("do").unwrap_or(&Value::Null))?;
    Ok(Program {
        tasks: reader.list(&tasks, "/do", &scope)?,
        input: reader.transform(flow, "input", "from", "", &scope)?,
        output: reader.transform(flow, "output", "as", "", &scope)?,
        timeout: reader.timeout(flow, "", &scope)?,
    })
}

struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn list(&self, list: &Value, pointer: &str, scope: &[String]) -> Result<Arc<TaskList>, Problem> {
        let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let named = |item: &Value| item.as_object().and_then(|item| item.keys().next().cloned()).unwrap_or_default();
        let names: Vec<String> = items.iter().map(named).collect();
        let mut tasks = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            for (name, task) in item.as_object().into_iter().flatten() {
                let pointer = join(&join(pointer, index), name);
                tasks.push(self.task(name, task, &pointer, &names, scope)?);
            }
        }
        Ok(Arc::new(TaskList { pointer: pointer.into(), tasks }))
    }

    fn task(
        &self,
        name: &str,
        task: &Value,
        pointer: &str,
        names: &[String],
        scope: &[String],
    ) -> Result<Task, Problem> {
        Ok(Task {
            name: name.into(),
            pointer: pointer.into(),
            line: self.document.key_place(pointer).line,
            definition: task.clone(),
            condition: self.expression(task, "if", pointer, scope)?,
            input: self.transform(task, "input", "from", pointer, scope)?,
            output: self.transform(task, "output", "as", pointer, scope)?,
            export: self.transform(task, "export", "as", pointer, scope)?,
            timeout: self.timeout(task, pointer, scope)?,
            then: then(task.get("then"), names),
            action: self.action(task, pointer, names, scope)?,
        })
    }

    fn action(&self, task: &Value, pointer: &str, names: &[String], scope: &[String]) -> Result<Action, Problem> {
        let template = |value: &Value, at: &str| self.located(Template::value(value, scope), at);
        if let Some(function) = task.get("call").and_then(Value::as_str) {
            let with = task.get("with").cloned().unwrap_or_else(|| json!({}));
            let place = join(pointer, "with");
            return match function {
                "http" => Ok(Action::Http(self.located(Template::text(&with, scope), &place)?)),
                "openapi" => Ok(Action::OpenApi(self.located(Template::text(&with, scope), &place)?)),
                _ => Ok(Action::Call { function: function.into(), with: template(&with, &place)? }),
            };
        }
        if let Some(value) = task.get("set") {
            return Ok(Action::Set(self.located(Template::data(value, scope), &join(pointer, "set"))?));
        }
        if let Some(cases) = task.get("switch") {
            return self.switch(cases, &join(pointer, "switch"), names, scope);
        }
        if let Some(error) = task.pointer("/raise/error") {
            let (error, at) = self.named(error, "errors", &format!("{pointer}/raise/error"));
            return Ok(Action::Raise(template(error, &at)?));
        }
        if let Some(pause) = task.get("wait") {
            return Ok(Action::Wait(self.pause(pause, &join(pointer, "wait"), scope)?));
        }
        if let Some(event) = task.pointer("/emit/event/with") {
            let at = format!("{pointer}/emit/event/with");
            return Ok(Action::Emit(self.located(Template::data(event, scope), &at)?));
        }
        if let Some(run) = task.get("run") {
            return self.run(run, &join(pointer, "run"), scope);
        }
        if task.get("for").is_some() {
            return self.each(task, pointer, scope);
        }
        if let Some(fork) = task.get("fork") {
            return self.fork(task, fork, pointer, scope);
        }
        if let Some(list) = task.get("try") {
            return self.attempt(task, list, pointer, scope);
        }
        Ok(Action::Do(self.list(task.get("do").unwrap_or(&Value::Null), &join(pointer, "do"), scope)?))
    }

    fn switch(&self, cases: &Value, pointer: &str, names: &[String], scope: &[String]) -> Result<Action, Problem> {
        let mut read = Vec::new();
        for (index, case) in cases.as_array().into_iter().flatten().enumerate() {
            for (name, case) in case.as_object().into_iter().flatten() {
                let at = join(&join(pointer, index), name);
                read.push((self.expression(case, "when", &at, scope)?, then(case.get("then"), names)));
            }
        }
        Ok(Action::Switch(read))
    }

    fn run(&self, run: &Value, pointer: &str, scope: &[String]) -> Result<Action, Problem> {
        if let Some(flow) = run.get("workflow") {
            let part = |name: &str| flow.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let input = flow
                .get("input")
                .map(|input| self.located(Template::data(input, scope), &format!("{pointer}/workflow/input")));
            return Ok(Action::Run {
                flow: (part("namespace"), part("name"), part("version")),
                input: input.transpose()?,
            });
        }
        let shell = run.get("shell").cloned().unwrap_or_default();
        Ok(Action::Shell {
            shell: self.located(Template::text(&shell, scope), &join(pointer, "shell"))?,
            returns: run.get("return").and_then(Value::as_str).unwrap_or("stdout").to_owned(),
            awaits: run.get("await").and_then(Value::as_bool).unwrap_or(true),
        })
    }

    fn each(&self, task: &Value, pointer: &str, scope: &[String]) -> Result<Action, Problem> {
        let of = |key: &str| task.pointer(&format!("/for/{key}")).and_then(Value::as_str);
        let (each, at) = (dollar(of("each").unwrap_or("item")), dollar(of("at").unwrap_or("index")));
        let items =
            self.located(expression::compile(of("in").unwrap_or_default(), scope), &format!("{pointer}/for/in"))?;
        let scope = [scope, &[each.clone(), at.clone()]].concat();
        Ok(Action::For(For {
            items,
            body: self.list(task.get("do").unwrap_or(&Value::Null), &join(pointer, "do"), &scope)?,
            condition: self.expression(task, "while", pointer, &scope)?,
            each: each.into(),
            at: at.into(),
            concurrency: concurrency(task).unwrap_or(1),
        }))
    }

    fn fork(&self, task: &Value, fork: &Value, pointer: &str, scope: &[String]) -> Result<Action, Problem> {
        let mut branches = Vec::new();
        for (index, branch) in fork.get("branches").and_then(Value::as_array).into_iter().flatten().enumerate() {
            for (name, task) in branch.as_object().into_iter().flatten() {
                // A list of one, which stands where the branch does.
                let list = format!("{pointer}/fork/branches/{index}");
                let task = self.task(name, task, &join(&list, name), std::slice::from_ref(name), scope)?;
                branches.push(Arc::new(TaskList { pointer: list, tasks: vec![task] }));
            }
        }
        let compete = fork.get("compete").and_then(Value::as_bool).unwrap_or_default();
        Ok(Action::Fork { branches, compete, concurrency: concurrency(task).unwrap_or(DEFAULT_FORK) })
    }

    fn attempt(&self, task: &Value, list: &Value, pointer: &str, scope: &[String]) -> Result<Action, Problem> {
        let body = self.list(list, &join(pointer, "try"), scope)?;
        let catch = task.get("catch").unwrap_or(&Value::Null);
        let place = join(pointer, "catch");
        let variable = dollar(catch.get("as").and_then(Value::as_str).unwrap_or("error"));
        let scope = [scope, std::slice::from_ref(&variable)].concat();
        let handler = catch.get("do").map(|list| self.list(list, &join(&place, "do"), &scope)).transpose()?;
        let retry = match catch.get("retry") {
            Some(policy) => {
                let (policy, at) = self.named(policy, "retries", &join(&place, "retry"));
                let mut read = Policy::of(policy).map_err(|text| self.document.problem(&at, text))?;
                read.when = self.expression(policy, "when", &at, &scope)?;
                read.except_when = self.expression(policy, "exceptWhen", &at, &scope)?;
                Some(read)
            }
            None => None,
        };
        Ok(Action::Try(Box::new(Try {
            body,
            filter: catch.pointer("/errors/with").and_then(Value::as_object).cloned().unwrap_or_default(),
            when: self.expression(catch, "when", &place, &scope)?,
            except_when: self.expression(catch, "exceptWhen", &place, &scope)?,
            asks_for_answers: ["when", "exceptWhen"]
                .iter()
                .any(|name| catch.get(name).and_then(Value::as_str).is_some_and(asks_for_answers)),
            variable: variable.into(),
            retry,
            handler,
        })))
    }

    /// A member of `use` that a text names, or the value itself; with its place.
    fn named<'v>(&'v self, value: &'v Value, member: &str, pointer: &str) -> (&'v Value, String) {
        let found =
            value.as_str().and_then(|name| Some((name, self.document.value.get("use")?.get(member)?.get(name)?)));
        match found {
            Some((name, value)) => (value, join(&format!("/use/{member}"), name)),
            None => (value, pointer.to_owned()),
        }
    }

    /// An expression, in `${ }` or bare.
    fn expression(
        &self,
        object: &Value,
        member: &str,
        pointer: &str,
        scope: &[String],
    ) -> Result<Option<Expression>, Problem> {
        let Some(text) = object.get(member).and_then(Value::as_str) else { return Ok(None) };
        self.located(expression::compile(text, scope), &join(pointer, member)).map(Some)
    }

    fn transform(
        &self,
        object: &Value,
        member: &str,
        by: &str,
        pointer: &str,
        scope: &[String],
    ) -> Result<Transform, Problem> {
        let Some(part) = object.get(member) else { return Ok(Transform::default()) };
        let at = join(pointer, member);
        let schema = part.pointer("/schema/document").map(|schema| {
            let compiled = jsonschema::validator_for(schema);
            compiled.map_err(|error| self.document.problem(&format!("{at}/schema/document"), error.to_string()))
        });
        let template = part.get(by).map(|value| self.located(Template::data(value, scope), &join(&at, by)));
        Ok(Transform { schema: schema.transpose()?, template: template.transpose()? })
    }

    fn timeout(&self, object: &Value, pointer: &str, scope: &[String]) -> Result<Option<Pause>, Problem> {
        let Some(timeout) = object.get("timeout") else { return Ok(None) };
        let (timeout, at) = self.named(timeout, "timeouts", &join(pointer, "timeout"));
        let after = timeout.get("after").unwrap_or(&Value::Null);
        self.pause(after, &join(&at, "after"), scope).map(Some)
    }

    fn pause(&self, value: &Value, pointer: &str, scope: &[String]) -> Result<Pause, Problem> {
        match value {
            Value::String(text) if expression::is_expression(text) => {
                self.located(Template::value(value, scope), pointer).map(Pause::Computed)
            }
            other => duration(other).map(Pause::Fixed).map_err(|text| self.document.problem(pointer, text)),
        }
    }

    fn located<T>(&self, read: Result<T, ExpressionError>, pointer: &str) -> Result<T, Problem> {
        read.map_err(|error| self.document.problem(pointer, error.message))
    }
}

fn then(value: Option<&Value>, names: &[String]) -> Then {
    match value.and_then(Value::as_str) {
        None | Some("continue") => Then::Continue,
        Some("exit") => Then::Exit,
        Some("end") => Then::End,
        Some(name) => names.iter().position(|other| other == name).map_or(Then::Continue, Then::Task),
    }
}

fn concurrency(task: &Value) -> Option<usize> {
    let number = task.pointer("/metadata/concurrency").and_then(Value::as_u64)?;
    usize::try_from(number).ok()
}

fn dollar(name: &str) -> String {
    format!("${}", name.trim_start_matches('$'))
}
