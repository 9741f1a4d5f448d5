//! A stored resource, and the steps of a write. Knows neither the memory nor the file that holds them.

use super::schema::Object;

/// A stored resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// Position in the order of creation.
    pub(super) seq: u64,
    /// Name of the resource type.
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) resource: Object,
}

/// One step of a write.
pub(super) enum Change {
    Put(Record),
    Delete(Record),
    /// The client's own user is this one from now on.
    Me(String),
}
