//! `use.functions`: what a function stands for is put in its calls' place before a flow is read.

use crate::document::{Document, Problem};
use serde_json::{Map, Value, json};

/// Where the lists of a task stand in it.
const LISTS: [&str; 4] = ["/do", "/try", "/catch/do", "/fork/branches"];

/// Members that any task may have, and that a call has besides those of its function.
const COMMON: [&str; 6] = ["if", "input", "output", "export", "timeout", "then"];

/// How deep functions may call functions.
const DEEPEST: usize = 20;

/// A list with what the functions of the flow stand for in their calls' place.
///
/// # Errors
/// Functions that call each other without an end.
pub fn expanded(document: &Document, list: &Value, depth: usize) -> Result<Value, Problem> {
    let Some(items) = list.as_array() else { return Ok(list.clone()) };
    let item = |item: &Value| {
        let tasks = item.as_object().into_iter().flatten();
        let tasks = tasks.map(|(name, task)| Ok((name.clone(), expanded_task(document, task, depth)?)));
        tasks.collect::<Result<Map<_, _>, _>>().map(Value::Object)
    };
    items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn expanded_task(document: &Document, task: &Value, depth: usize) -> Result<Value, Problem> {
    let function = task.get("call").and_then(Value::as_str);
    let function = function.and_then(|name| document.value.get("use")?.get("functions")?.get(name));
    if let Some(function) = function {
        if depth > DEEPEST {
            return Err(document.problem("/use/functions", "functions call each other without an end"));
        }
        return expanded_task(document, &applied(task, function), depth + 1);
    }
    let mut task = task.clone();
    for list in LISTS {
        if let Some(list) = task.pointer_mut(list) {
            *list = expanded(document, list, depth)?;
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
