//! `use.functions`: what a function stands for is put in its calls' place before a flow is read.

use crate::document::{Document, Problem};
use serde_json::{Map, Value, json};
use std::cell::Cell;

/// Where the lists of a task stand in it.
const LISTS: [&str; 4] = ["/do", "/try", "/catch/do", "/fork/branches"];

/// Members that any task may have, and that a call has besides those of its function.
const COMMON: [&str; 6] = ["if", "input", "output", "export", "timeout", "then"];

/// How deep functions may call functions.
const DEEPEST: usize = 20;

/// How many tasks a flow may have with those of its functions in their calls' place.
const MOST_TASKS: usize = 20_000;

/// A list with what the functions of the flow stand for in their calls' place.
///
/// # Errors
/// Functions that call each other without an end, or stand for too many tasks.
pub fn expanded(document: &Document, list: &Value) -> Result<Value, Problem> {
    let left = Cell::new(MOST_TASKS);
    expanded_list(document, list, 0, &left)
}

fn expanded_list(document: &Document, list: &Value, depth: usize, left: &Cell<usize>) -> Result<Value, Problem> {
    let Some(items) = list.as_array() else { return Ok(list.clone()) };
    let item = |item: &Value| {
        let tasks = item.as_object().into_iter().flatten();
        let tasks = tasks.map(|(name, task)| Ok((name.clone(), expanded_task(document, task, depth, left)?)));
        tasks.collect::<Result<Map<_, _>, _>>().map(Value::Object)
    };
    items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn expanded_task(document: &Document, task: &Value, depth: usize, left: &Cell<usize>) -> Result<Value, Problem> {
    let function = task.get("call").and_then(Value::as_str);
    let function = function.and_then(|name| document.value.get("use")?.get("functions")?.get(name));
    if let Some(function) = function {
        if depth > DEEPEST {
            return Err(document.problem("/use/functions", "functions call each other without an end"));
        }
        return expanded_task(document, &applied(task, function), depth + 1, left);
    }
    let Some(fewer) = left.get().checked_sub(1) else {
        let message = format!("the functions stand for more than {MOST_TASKS} tasks");
        return Err(document.problem("/use/functions", message));
    };
    left.set(fewer);
    let mut task = task.clone();
    for list in LISTS {
        if let Some(list) = task.pointer_mut(list) {
            *list = expanded_list(document, list, depth, left)?;
        }
    }
    Ok(task)
}

/// A function's task with the arguments and the common members of the call.
fn applied(call: &Value, function: &Value) -> Value {
    let mut task = function.clone();
    let arguments = call.get("with").and_then(Value::as_object).cloned().unwrap_or_default();
    let has_common = |task: &Value| COMMON.iter().any(|key| task.get(key).is_some());
    if task.get("call").is_some() {
        let mut with = task.get("with").and_then(Value::as_object).cloned().unwrap_or_default();
        with.extend(arguments);
        if let Some(task) = task.as_object_mut() {
            task.insert("with".into(), with.into());
        }
    } else if !arguments.is_empty() {
        task = json!({"do": [{"function": task}], "input": {"from": arguments}});
    }
    if has_common(call) && has_common(&task) {
        // Its own input and output are inside of the call's.
        task = json!({"do": [{"function": task}]});
    }
    let common = COMMON.iter().chain(&["metadata"]).filter_map(|key| Some(((*key).to_owned(), call.get(key)?.clone())));
    if let Some(task) = task.as_object_mut() {
        task.extend(common);
    }
    task
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn functions_stand_for_so_many_tasks_and_no_more() {
        let text = |levels: usize| {
            let level =
                |at: usize| format!("  f{at}: {{do: [{{a: {{call: f{0}}}}}, {{b: {{call: f{0}}}}}]}}\n", at + 1);
            let functions = (0..levels).map(level).collect::<String>();
            format!("use:\n functions:\n{functions}  f{levels}: {{set: {{n: 1}}}}\ndo: [{{all: {{call: f0}}}}]\n")
        };
        let expand = |levels| {
            let document = Document::parse(&text(levels), Path::new("flow.yaml")).unwrap();
            expanded(&document, document.value.get("do").unwrap()).map(drop).map_err(|problem| problem.message)
        };
        assert_eq!(expand(4), Ok(()));
        assert_eq!(expand(15), Err("the functions stand for more than 20000 tasks".to_owned()));
    }
}
