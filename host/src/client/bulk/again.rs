//! Which changes of existing resources are sent again, whose answers were lost in an earlier run. An older change never follows a newer
//! one: what a later operation on the same resource has overtaken stays as it is, and its caller is told.

use super::entry::Indexes;
use super::plan::{Plan, unreadable};
use super::source::BulkSource;
use crate::client::handle::Client;
use crate::error::Result;
use crate::instance::Instance;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use std::collections::HashMap;

/// Whether a change is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Carrying it out twice is the same as once.
    Send,
    /// Carrying it out twice may not be the same as once.
    NotRepeatable,
    /// A later operation on its resource has a result, or may have been carried out and is not sent again.
    Overtaken,
}

/// Identifiers by the names that operations refer to.
pub(super) type Names = HashMap<String, String>;

/// When an operation is carried out: its place, or that of the one it waits for and its turn there.
type Rank = (u32, usize);

#[derive(Deserialize)]
struct Target {
    method: String,
    path: String,
}

/// An open change.
struct Change {
    index: u32,
    rank: Rank,
    /// What later operations must not have touched.
    keys: Vec<String>,
    repeatable: bool,
}

/// Says of each open change whether it is sent again. Leaves the operations at their first.
pub(super) async fn open_changes(
    client: &Client,
    source: &mut dyn BulkSource,
    plan: &Plan,
    (done, open): (&Indexes, &Indexes),
    names: &(dyn Fn(u32) -> Names + Sync),
) -> Result<HashMap<u32, Again>> {
    if open.count() == 0 {
        return Ok(HashMap::new());
    }
    let ranks: HashMap<u32, Rank> = plan
        .turns
        .iter()
        .flat_map(|(place, turns)| turns.iter().enumerate().map(|(turn, it)| (it.index, (*place, turn))))
        .collect();
    let rank = |index: u32| ranks.get(&index).copied().unwrap_or((index, 0));
    let read = |text: &str, index: u32| {
        let target: Target = serde_json::from_str(text).ok()?;
        let path = normalized(&target.path, || names(index));
        Some((target.method.to_ascii_uppercase(), path))
    };

    let mut changes = Vec::new();
    source.seek(0).map_err(unreadable)?;
    for index in 0_u32.. {
        let Some(operation) = source.read().map_err(unreadable)? else { break };
        if !open.has(index) {
            continue;
        }
        let Some((method, path)) = read(&operation.text, index).filter(|(method, _)| method != "POST") else {
            continue;
        };
        let mut keys = vec![path.clone()];
        // What was deleted may have been created anew.
        if let ("DELETE", Some((endpoint, _))) = (method.as_str(), path.rsplit_once('/')) {
            keys.push(creation(endpoint));
        }
        let repeatable = is_repeatable(client, &operation.text).await?;
        changes.push(Change { index, rank: rank(index), keys, repeatable });
    }

    // The last operation on each that is not sent again.
    let mut last: HashMap<String, Option<Rank>> =
        changes.iter().flat_map(|change| &change.keys).map(|key| (key.clone(), None)).collect();
    if !last.is_empty() {
        source.seek(0).map_err(unreadable)?;
        for index in 0_u32.. {
            let Some(operation) = source.read().map_err(unreadable)? else { break };
            if !done.has(index) {
                continue;
            }
            let Some((method, path)) = read(&operation.text, index) else { continue };
            let key = if method == "POST" { creation(&path) } else { path };
            if let Some(latest) = last.get_mut(&key) {
                *latest = (*latest).max(Some(rank(index)));
            }
        }
    }
    source.seek(0).map_err(unreadable)?;
    Ok(judged(&changes, last))
}

/// Whether an operation may be carried out twice, as the component has it.
async fn is_repeatable(client: &Client, operation: &str) -> Result<bool> {
    let operations = format!("[{operation}]");
    let checked = client
        .version()
        .connector
        .locally(async |Instance { store, exports, .. }| {
            exports.scim_connector_runtime().call_check_bulk(store, &operations).await
        })
        .await??;
    Ok(checked.first().is_some_and(|checked| checked.repeatable))
}

/// What is made of open changes, where `last` says which operation on each resource is not sent again.
fn judged(changes: &[Change], mut last: HashMap<String, Option<Rank>>) -> HashMap<u32, Again> {
    for change in changes.iter().filter(|change| !change.repeatable) {
        if let Some(latest) = change.keys.first().and_then(|path| last.get_mut(path)) {
            *latest = (*latest).max(Some(change.rank));
        }
    }
    let judge = |change: &Change| {
        let overtaken = change.keys.iter().any(|key| last.get(key).copied().flatten() > Some(change.rank));
        match (overtaken, change.repeatable) {
            (true, _) => Again::Overtaken,
            (false, true) => Again::Send,
            (false, false) => Again::NotRepeatable,
        }
    };
    changes.iter().map(|change| (change.index, judge(change))).collect()
}

/// The key of creations at an endpoint.
fn creation(endpoint: &str) -> String {
    format!("POST {endpoint}")
}

/// A path in one form for all that mean the same. Identifiers that differ in case alone are taken for one, to be on the safe side.
fn normalized(path: &str, names: impl FnOnce() -> Names) -> String {
    let names = if path.contains("bulkId:") { names() } else { Names::new() };
    let segment = |segment: &str| {
        let segment = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let id = segment.strip_prefix("bulkId:").and_then(|name| names.get(name));
        id.cloned().unwrap_or(segment).to_lowercase()
    };
    path.split('/').filter(|it| !it.is_empty()).map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_change_never_follows_a_newer_one() {
        let change = |index: u32, path: &str, repeatable| Change {
            index,
            rank: (index, 0),
            keys: vec![path.to_owned()],
            repeatable,
        };
        let changes = [
            change(0, "users/1", true),
            change(1, "users/2", true),
            change(2, "users/2", false),
            change(3, "users/2", true),
            change(9, "users/1", true),
        ];
        let last = HashMap::from([("users/1".to_owned(), Some((5, 0))), ("users/2".to_owned(), None)]);
        let found = judged(&changes, last);
        assert_eq!(
            [0, 1, 2, 3, 9].map(|index| found[&index]),
            [Again::Overtaken, Again::Overtaken, Again::NotRepeatable, Again::Send, Again::Send]
        );
    }

    #[test]
    fn paths_of_one_resource_are_the_same() {
        let names = || Names::from([("ada".to_owned(), "I1".to_owned())]);
        for path in ["/Users/i1", "users/I1/", "/Users/%69%31", "/Users/bulkId:ada"] {
            assert_eq!(normalized(path, names), "users/i1", "{path}");
        }
        assert_eq!(normalized("/Users/bulkId:leo", names), "users/bulkid:leo");
    }
}
