//! Builds operations from Rust.

use super::super::path::Path;
use super::super::resource::{Data, Resource};
use super::{Op, Operation};
use crate::failure::Result;

/// Operations being built. A path is text, or a [`Path`] whose filter holds values of any kind, which are escaped when it is
/// written.
///
/// ```
/// use scim_connector::scim::patch::{Operation, Patch};
/// use serde_json::json;
///
/// let operations: Vec<Operation> = Patch::new()
///     .replace("active", false)?
///     .add("emails", json!([{"value": "ada@example.com", "type": "work"}]))?
///     .remove(r#"phoneNumbers[type eq "fax"]"#)?
///     .into();
/// assert_eq!(operations.len(), 3);
/// # Ok::<(), Box<scim_connector::failure::Failure>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Patch {
    operations: Vec<Operation>,
}

impl Patch {
    /// Without operations.
    pub fn new() -> Self {
        Patch::default()
    }

    /// Adds a value (RFC 7644 section 3.5.2.1).
    pub fn add(self, path: impl ToString, value: impl Into<Data>) -> Result<Self> {
        self.with(Op::Add, &path.to_string(), Some(value.into()))
    }

    /// Removes values (section 3.5.2.2).
    pub fn remove(self, path: impl ToString) -> Result<Self> {
        self.with(Op::Remove, &path.to_string(), None)
    }

    /// Replaces values (section 3.5.2.3).
    pub fn replace(self, path: impl ToString, value: impl Into<Data>) -> Result<Self> {
        self.with(Op::Replace, &path.to_string(), Some(value.into()))
    }

    /// Adds several attributes by one operation without a path.
    pub fn add_all(mut self, attributes: Resource) -> Self {
        self.operations.push(Operation { op: Op::Add, path: None, value: Some(Data::from(attributes)) });
        self
    }

    /// Replaces several attributes by one operation without a path.
    pub fn replace_all(mut self, attributes: Resource) -> Self {
        self.operations.push(Operation { op: Op::Replace, path: None, value: Some(Data::from(attributes)) });
        self
    }

    fn with(mut self, op: Op, path: &str, value: Option<Data>) -> Result<Self> {
        let at = format!("/operations/{}/path", self.operations.len());
        path.parse::<Path>().map_err(|error| error.at(&at))?;
        self.operations.push(Operation { op, path: Some(path.to_owned()), value });
        Ok(self)
    }
}

impl From<Patch> for Vec<Operation> {
    fn from(patch: Patch) -> Self {
        patch.operations
    }
}
