//! One task after the other as swf-runtime takes it: what it carries out itself stays, all else becomes a [`Step`].

use super::template::Template;
use super::text::{INPUT, bare, dollar, escaped, members, mentions, quoted, strict};
use super::{Action, Block, CARRIED_CONTEXT, FINISH, Plain, STEP, Step, Task, Try};
use crate::document::{Document, Problem};
use crate::event::StepKind;
use crate::expression::Expression;
use crate::lenient::lenient;
use crate::retry::Policy;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The member of a custom task that says which step.
pub(super) const NUMBER: &str = "number";

/// Members that any task may have and that swf-runtime sees to.
const COMMON: [&str; 7] = ["if", "input", "output", "export", "timeout", "then", "metadata"];

/// Variables of the engine of which a nested runner would have a value of its own.
const PASSED: [&str; 1] = ["$workflow"];

/// A flow being rewritten.
pub(super) struct Lowering<'a> {
    pub(super) document: &'a Document,
    pub(super) flow: &'a Map<String, Value>,
    pub(super) steps: Vec<Arc<Step>>,
}

/// A task as swf-runtime gets it.
struct Lowered {
    task: Value,
    /// What it is where it needs no step.
    native: Option<StepKind>,
    plain: Option<Plain>,
}

impl Lowering<'_> {
    /// `whole` are the members of the flow itself; of a nested list there are none.
    pub(super) fn block(
        &mut self,
        list: &Value,
        pointer: &str,
        scope: &[String],
        mut whole: Map<String, Value>,
    ) -> Result<Arc<Block>, Problem> {
        let nested = pointer != "/do";
        let text = list.to_string();
        let exports = nested && has_export(list);
        let mut tasks = Vec::new();
        let mut lowered = Vec::new();
        let mut plains = Vec::new();
        let mut ends = false;
        if exports {
            lowered.push(json!({CARRIED_CONTEXT: {"do": [], "export": {"as": format!("${{ {CARRIED_CONTEXT} }}")}}}));
        }
        for (index, item) in list.as_array().into_iter().flatten().enumerate() {
            for (name, task) in item.as_object().into_iter().flatten() {
                let pointer = format!("{pointer}/{index}/{}", escaped(name));
                let Lowered { mut task, native, plain } = self.task(name, task, &pointer, scope)?;
                if nested {
                    ends |= leave_for_end(&mut task);
                }
                plains.push(plain);
                tasks.push(Task { name: name.clone(), pointer, native });
                lowered.push(json!({name: task}));
            }
        }
        if ends {
            // swf-runtime's `end` leaves the list it stands in; the flow is ended by a step that only `then` reaches.
            lowered.push(json!({LEAVE: {"do": [], "then": "exit"}}));
            let (number, _) = self.step(Step { name: END.into(), pointer: pointer.into(), action: Action::End });
            let context = if self.finish_reads_context() { json!("${ $context }") } else { Value::Null };
            let from = json!({"input": "${ . }", "context": context});
            lowered.push(json!({END: {"type": STEP, NUMBER: number, "input": {"from": from}}}));
        }
        if exports {
            whole.insert("output".into(), json!({"as": {"output": "${ . }", "context": "${ $context }"}}));
        }
        if let Some(parts) = self.reusable() {
            whole.insert("use".into(), parts);
        }
        whole.insert("document".into(), self.flow.get("document").cloned().unwrap_or_default());
        whole.insert("do".into(), lowered.into());
        let definition = serde_json::from_value(Value::Object(whole))
            .map_err(|error| self.document.problem(pointer, format!("the engine does not take this: {error}")))?;
        Ok(Arc::new(Block {
            definition,
            pointer: pointer.into(),
            tasks,
            exports,
            reads_context: mentions(&text, "$context")
                || pointer == FINISH
                || text.contains("\"end\"") && self.finish_reads_context(),
            plain: plains.into_iter().collect::<Option<Vec<_>>>().filter(|_| nested && pointer != FINISH),
        }))
    }

    /// The members of `use` that swf-runtime itself looks into.
    fn reusable(&self) -> Option<Value> {
        let parts = self.flow.get("use")?.as_object()?;
        let kept = parts.iter().filter(|(name, _)| matches!(name.as_str(), "errors" | "timeouts"));
        let kept: Map<_, _> = kept.map(|(name, value)| (name.clone(), quoted(value.clone(), INPUT))).collect();
        (!kept.is_empty()).then_some(Value::Object(kept))
    }

    fn step(&mut self, step: Step) -> (String, Arc<Step>) {
        let step = Arc::new(step);
        self.steps.push(step.clone());
        ((self.steps.len() - 1).to_string(), step)
    }

    fn task(&mut self, name: &str, task: &Value, pointer: &str, scope: &[String]) -> Result<Lowered, Problem> {
        let has = |key: &str| task.get(key).is_some();
        let after = |key: &str| task.get(key).is_some_and(|value| mentions(&value.to_string(), "$input"));
        if has("input") && !has("switch") && (after("output") || after("export")) {
            // `$task.input` is what a task was given before its `input.from`: a list around the task sees to that.
            let (outer, inner): (Map<_, _>, Map<_, _>) = task
                .as_object()
                .cloned()
                .unwrap_or_default()
                .into_iter()
                .partition(|(key, _)| ["if", "input", "timeout", "then"].contains(&key.as_str()));
            let inner = self.task(name, &Value::Object(inner), pointer, scope)?;
            let mut lowered = members(&Value::Object(outer));
            lowered.insert("do".into(), json!([{name: inner.task}]));
            return Ok(Lowered { task: Value::Object(lowered), native: inner.native, plain: None });
        }
        let native = if has("set") {
            Some(StepKind::Set)
        } else if has("switch") {
            Some(StepKind::Switch)
        } else if has("raise") {
            Some(StepKind::Raise)
        } else if has("wait") {
            Some(StepKind::Wait)
        } else if task.pointer("/run/shell").is_some() {
            Some(StepKind::Run)
        } else if task.get("call").and_then(Value::as_str) == Some("http") {
            Some(StepKind::Call)
        } else {
            None
        };
        if native.is_some() {
            let mut task = Value::Object(members(task));
            with_default_case(&mut task);
            return Ok(Lowered { task, native, plain: None });
        }
        let (action, given, reads) = self.action(task, pointer, scope)?;
        // Names that the step's own expressions and lists use, each handed over as it is here.
        let text = task.to_string();
        let names: Vec<&str> =
            scope.iter().map(String::as_str).chain(PASSED).filter(|name| mentions(&text, name)).collect();
        let variables: Map<String, Value> =
            names.iter().map(|name| ((*name).into(), format!("${{ {name} }}").into())).collect();
        let exports = action_exports(&action);
        let template = Template::compile(&given, scope);
        let mut from = Map::from_iter([
            ("input".to_owned(), Value::from("${ . }")),
            ("variables".to_owned(), Value::Object(variables)),
            ("given".to_owned(), given),
        ]);
        if reads || exports {
            from.insert("context".into(), "${ $context }".into());
        }
        let (number, step) = self.step(Step { name: name.into(), pointer: pointer.into(), action });
        let mut custom = Map::from_iter([
            ("type".to_owned(), STEP.into()),
            (NUMBER.to_owned(), number.into()),
            ("input".to_owned(), json!({"from": from})),
        ]);
        if exports {
            custom.insert("output".into(), json!({"as": "${ .output }"}));
            custom.insert("export".into(), json!({"as": "${ $task.output.context }"}));
        }
        let common: Map<String, Value> =
            members(task).into_iter().filter(|(key, _)| COMMON.contains(&key.as_str()) && key != "metadata").collect();
        let plain =
            template.filter(|_| common.is_empty() && !exports && !PASSED.iter().any(|name| names.contains(name)));
        let plain = plain.map(|given| {
            let variables = names.iter().map(|name| (*name).to_owned()).collect();
            Plain { step, given, variables, reads_context: reads }
        });
        let wrapped = ["input", "output", "export"].iter().any(|key| common.contains_key(*key));
        let mut task = if wrapped { json!({"do": [{name: custom}]}) } else { Value::Object(custom) };
        if let Some(members) = task.as_object_mut() {
            members.extend(common);
        }
        Ok(Lowered { task, native: None, plain })
    }

    /// What a task does, what it takes as an expression, and whether it reads `$context`.
    fn action(&mut self, task: &Value, pointer: &str, scope: &[String]) -> Result<(Action, Value, bool), Problem> {
        let concurrency = task.pointer("/metadata/concurrency").and_then(Value::as_u64);
        let concurrency = concurrency.and_then(|number| usize::try_from(number).ok());
        if let Some(function) = task.get("call").and_then(Value::as_str) {
            let given = quoted(task.get("with").cloned().unwrap_or_else(|| json!({})), INPUT);
            return Ok((Action::Call { function: function.to_owned() }, given, false));
        }
        if let Some(event) = task.pointer("/emit/event/with") {
            return Ok((Action::Emit, quoted(event.clone(), INPUT), false));
        }
        if let Some(run) = task.pointer("/run/workflow") {
            let part = |name: &str| run.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let given = run.get("input").map_or_else(|| "${ . }".into(), |input| quoted(input.clone(), INPUT));
            return Ok((Action::Run { flow: (part("namespace"), part("name"), part("version")) }, given, false));
        }
        if let Some(of) = task.get("for") {
            let variable = |key: &str, default: &str| dollar(of.get(key).and_then(Value::as_str).unwrap_or(default));
            let (each, at) = (variable("each", "item"), variable("at", "index"));
            let scope = [scope, &[each.clone(), at.clone()]].concat();
            let body = self.block(&task["do"], &format!("{pointer}/do"), &scope, Map::new())?;
            let condition = self.expression(task, "while", pointer, &scope)?;
            let given = quoted(strict(&of["in"]), INPUT);
            let reads = body.reads_context || condition.is_some();
            return Ok((
                Action::For { body, each, at, condition, concurrency: concurrency.unwrap_or(1) },
                given,
                reads,
            ));
        }
        if let Some(fork) = task.get("fork") {
            let mut branches = Vec::new();
            for (index, branch) in fork["branches"].as_array().into_iter().flatten().enumerate() {
                for (name, task) in branch.as_object().into_iter().flatten() {
                    // A list of one, which stands where the branch does.
                    let list = format!("{pointer}/fork/branches/{index}");
                    let mut block = self.block(&json!([{name: task}]), &list, scope, Map::new())?;
                    if let Some(block) = Arc::get_mut(&mut block) {
                        block.tasks.iter_mut().for_each(|task| task.pointer = format!("{list}/{}", escaped(name)));
                    }
                    branches.push((name.clone(), block));
                }
            }
            let compete = fork.get("compete").and_then(Value::as_bool).unwrap_or_default();
            let reads = branches.iter().any(|(_, block)| block.reads_context);
            let concurrency = concurrency.unwrap_or(DEFAULT_FORK);
            return Ok((Action::Fork { branches, compete, concurrency }, Value::Null, reads));
        }
        if let Some(list) = task.get("try") {
            let body = self.block(list, &format!("{pointer}/try"), scope, Map::new())?;
            let catch = task.get("catch").cloned().unwrap_or_default();
            let place = format!("{pointer}/catch");
            let variable = dollar(catch.get("as").and_then(Value::as_str).unwrap_or("error"));
            let scope = [scope, std::slice::from_ref(&variable)].concat();
            let handler = match catch.get("do") {
                Some(list) => Some(self.block(list, &format!("{place}/do"), &scope, Map::new())?),
                None => None,
            };
            let retry = match catch.get("retry") {
                Some(Value::String(name)) => self.flow.get("use").and_then(|parts| parts["retries"].get(name)).cloned(),
                other => other.cloned(),
            };
            let retry = match retry {
                Some(policy) => {
                    let place = format!("{place}/retry");
                    let mut read = Policy::of(&policy).map_err(|text| self.document.problem(&place, text))?;
                    read.when = self.expression(&policy, "when", &place, &scope)?;
                    read.except_when = self.expression(&policy, "exceptWhen", &place, &scope)?;
                    Some(read)
                }
                None => None,
            };
            let when = self.expression(&catch, "when", &place, &scope)?;
            let except_when = self.expression(&catch, "exceptWhen", &place, &scope)?;
            let filter = catch.pointer("/errors/with").and_then(Value::as_object).cloned().unwrap_or_default();
            let reads = body.reads_context || handler.as_ref().is_some_and(|block| block.reads_context);
            let reads = reads || when.is_some() || except_when.is_some() || retry.is_some();
            let action = Try { body, filter, variable, when, except_when, retry, handler };
            return Ok((Action::Try(Box::new(action)), Value::Null, reads));
        }
        let body = self.block(&task["do"], &format!("{pointer}/do"), scope, Map::new())?;
        let reads = body.reads_context;
        Ok((Action::Do(body), Value::Null, reads))
    }

    /// An expression that [`super::run`] evaluates itself.
    fn expression(
        &self,
        object: &Value,
        member: &str,
        pointer: &str,
        scope: &[String],
    ) -> Result<Option<Expression>, Problem> {
        let Some(text) = object.get(member).and_then(Value::as_str) else { return Ok(None) };
        let names: Vec<String> =
            scope.iter().cloned().chain(["$context", "$input", "$workflow"].map(str::to_owned)).collect();
        Expression::compile(&lenient(bare(text)), &names)
            .map(Some)
            .map_err(|error| self.document.problem(&format!("{pointer}/{member}"), error.message))
    }

    /// Whether the flow's output is made of `$context`.
    fn finish_reads_context(&self) -> bool {
        self.flow.get("output").is_some_and(|output| mentions(&output.to_string(), "$context"))
    }

    /// A list with what the functions of the flow stand for in their calls' place.
    pub(super) fn expanded(&self, list: &Value, depth: usize) -> Result<Value, Problem> {
        let Some(items) = list.as_array() else { return Ok(list.clone()) };
        let item = |item: &Value| {
            let tasks = item.as_object().into_iter().flatten();
            let tasks = tasks.map(|(name, task)| Ok((name.clone(), self.expanded_task(task, depth)?)));
            tasks.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        };
        items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn expanded_task(&self, task: &Value, depth: usize) -> Result<Value, Problem> {
        let function = task.get("call").and_then(Value::as_str);
        let function = function.and_then(|name| self.flow.get("use")?.get("functions")?.get(name));
        if let Some(function) = function {
            if depth > DEEPEST_FUNCTION {
                return Err(self.document.problem("/use/functions", "functions call each other without an end"));
            }
            return self.expanded_task(&applied(task, function), depth + 1);
        }
        let mut task = task.clone();
        for list in LISTS {
            if let Some(list) = task.pointer_mut(list) {
                *list = self.expanded(list, depth)?;
            }
        }
        Ok(task)
    }
}

/// Where the lists of a task stand in it.
const LISTS: [&str; 4] = ["/do", "/try", "/catch/do", "/fork/branches"];

/// How deep functions may call functions.
const DEEPEST_FUNCTION: usize = 20;

/// How many branches of a fork run at a time where it does not say.
const DEFAULT_FORK: usize = 8;

/// Tasks that nobody writes.
const END: &str = "$end";
const LEAVE: &str = "$leave";

/// A function's task with the arguments and the common members of the call.
fn applied(call: &Value, function: &Value) -> Value {
    let mut task = function.clone();
    let arguments = call.get("with").and_then(Value::as_object).cloned().unwrap_or_default();
    let seen_to = |task: &Value| COMMON.iter().any(|key| *key != "metadata" && task.get(key).is_some());
    if task.get("call").is_some() {
        let mut with = task.get("with").and_then(Value::as_object).cloned().unwrap_or_default();
        with.extend(arguments);
        if let Some(task) = task.as_object_mut() {
            task.insert("with".into(), with.into());
        }
    } else if !arguments.is_empty() {
        task = json!({"do": [{"function": task}], "input": {"from": arguments}});
    }
    if seen_to(call) && seen_to(&task) {
        // Its own input and output are inside of the call's.
        task = json!({"do": [{"function": task}]});
    }
    let common = COMMON.iter().filter_map(|key| Some(((*key).to_owned(), call.get(key)?.clone())));
    if let Some(task) = task.as_object_mut() {
        task.extend(common);
    }
    task
}

/// Sends a task, or a case of a switch, that says `then: end` to the step that ends the flow: swf-runtime's `end` leaves the
/// list it stands in and no more. Says whether there was one.
fn leave_for_end(task: &mut Value) -> bool {
    let cases = task.get("switch").and_then(Value::as_array).map_or(0, Vec::len);
    let cases = (0..cases).filter_map(|index| {
        let case = task.get("switch")?.get(index)?.as_object()?.keys().next()?;
        Some(format!("/switch/{index}/{}/then", escaped(case)))
    });
    let places: Vec<String> = cases.chain(["/then".to_owned()]).collect();
    places.iter().fold(false, |found, place| match task.pointer_mut(place) {
        Some(then) if then == "end" => {
            *then = END.into();
            true
        }
        _ => found,
    })
}

/// swf-runtime goes on with the next task where no case of a switch matches, whatever the switch's own `then` says.
fn with_default_case(task: &mut Value) {
    let Some(then) = task.get("then").cloned() else { return };
    let Some(cases) = task.get_mut("switch").and_then(Value::as_array_mut) else { return };
    if cases
        .iter()
        .all(|case| case.as_object().is_some_and(|case| case.values().all(|case| case.get("when").is_some())))
    {
        cases.push(json!({"$otherwise": {"then": then}}));
    }
}

fn action_exports(action: &Action) -> bool {
    match action {
        Action::Do(block) | Action::For { body: block, .. } => block.exports,
        Action::Try(it) => it.body.exports || it.handler.as_ref().is_some_and(|block| block.exports),
        // Branches run beside each other: what they export stays theirs.
        Action::Fork { .. } | Action::Call { .. } | Action::Run { .. } | Action::Emit | Action::End => false,
    }
}

fn has_export(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key("export") || members.values().any(has_export),
        Value::Array(items) => items.iter().any(has_export),
        _ => false,
    }
}
