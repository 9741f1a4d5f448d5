//! Who the identifiers of a run stand for: a call that names somebody by `id` alone is told by the name that an earlier call, or
//! the loop around it, has shown.

use crate::affected::NAMES;
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::HashMap;

/// How many are remembered; then it begins anew.
const MOST: usize = 10_000;

/// Names by identifier.
#[derive(Default)]
pub(super) struct Names(Mutex<HashMap<String, String>>);

impl Names {
    /// Learns from a row of a loop, or from what a call gave: a resource, or an object with one in it.
    pub(super) fn learn(&self, value: &Value) {
        let listed = ["Resources", "resources"].iter().filter_map(|list| value.get(list)?.as_array()).flatten();
        let parts = [Some(value), value.get("user"), value.get("group")].into_iter().flatten().chain(listed);
        for part in parts {
            let name = NAMES.iter().find_map(|name| part.get(name)?.as_str());
            if let (Some(id), Some(name)) = (part.get("id").and_then(Value::as_str), name) {
                let mut names = self.0.lock();
                if names.len() >= MOST {
                    names.clear();
                }
                names.insert(id.to_owned(), name.to_owned());
            }
        }
    }

    /// The name, where it is known.
    pub(super) fn of(&self, id: &str) -> Option<String> {
        self.0.lock().get(id).cloned()
    }
}
