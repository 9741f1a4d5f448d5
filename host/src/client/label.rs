//! Operations as labels of spans and metrics: those that a caller has made up are one.

use crate::telemetry::OTHER;
use scim_connector_records::contract::functions;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The contract's operations, and those that it has besides.
static LABELS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    functions::ALL.iter().map(|function| function.name).chain(["testConnection", "choices", "resolveSchema"]).collect()
});

/// The label of an operation.
pub(super) fn of(operation: &str) -> &'static str {
    LABELS.get(operation).copied().unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_the_names_of_the_catalog() {
        for (name, label) in [
            ("createUser", "createUser"),
            ("bulk", "bulk"),
            ("testConnection", "testConnection"),
            ("drop table", "_OTHER"),
        ] {
            assert_eq!(of(name), label);
        }
    }
}
