//! Operations as labels of spans and metrics: by the names of the catalog, whichever name a caller used.

use super::typed::OPERATIONS;
use crate::telemetry::OTHER;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Labels by the operations' names in JSON and in Rust. They live as long as the process, so that nobody counts who has them.
static LABELS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let labels = OPERATIONS.iter().flat_map(|rust| {
        let label: &'static str = camel(rust).leak();
        [(label.to_owned(), label), ((*rust).to_owned(), label)]
    });
    labels.collect()
});

/// The label of an operation; those that a caller has made up are one.
pub(super) fn of(operation: &str) -> &'static str {
    LABELS.get(operation).copied().unwrap_or(OTHER)
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_ascii_uppercase() + tail
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_the_names_of_the_catalog() {
        for (name, label) in
            [("createUser", "createUser"), ("create_user", "createUser"), ("bulk", "bulk"), ("drop table", "_OTHER")]
        {
            assert_eq!(of(name), label);
        }
    }
}
