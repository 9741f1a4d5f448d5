//! The component's catalog as Rust types. The component writes it; this module only reads.

use crate::error::{Error, Result};
use crate::suggest;
use serde::Deserialize;
use serde_json::Value;

/// What the component can do.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Catalog {
    /// The connector's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its title, for a person.
    #[serde(default)]
    pub title: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// The operations in the order they should be shown.
    pub operations: Vec<Operation>,
    /// The whole manifest.
    #[serde(skip)]
    pub manifest: Value,
}

/// One operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its name, for example `createUser`.
    pub name: String,
    /// Its title, for a person.
    #[serde(default)]
    pub title: String,
    /// What it does, in one sentence.
    #[serde(default)]
    pub summary: String,
    /// The group it is shown in.
    #[serde(default)]
    pub group: String,
    /// `create`, `read`, `update` or `delete`.
    #[serde(default)]
    pub effect: String,
    /// Whether repeating it changes nothing more.
    #[serde(default)]
    pub idempotent: bool,
    /// Whether it answers a page at a time.
    #[serde(default)]
    pub paginated: bool,
    /// Whether this version of the component carries it out.
    #[serde(default)]
    pub available: bool,
    /// The section of the RFC it rests on.
    #[serde(default)]
    pub rfc: String,
    /// JSON Schema of its input.
    #[serde(default)]
    pub input: Value,
    /// JSON Schema of its output.
    #[serde(default)]
    pub output: Value,
    /// An example of its input.
    #[serde(default)]
    pub example: Value,
}

impl Catalog {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Error::Load`] where the component's manifest is not what the contract says.
    pub fn parse(manifest: &str) -> Result<Self> {
        let wrong = |error: serde_json::Error| Error::Load(format!("the component's catalog cannot be read: {error}"));
        let value: Value = serde_json::from_str(manifest).map_err(wrong)?;
        let mut catalog: Self = serde_json::from_str(manifest).map_err(wrong)?;
        catalog.manifest = value;
        Ok(catalog)
    }

    /// An operation by its name.
    ///
    /// # Errors
    /// [`Error::Usage`] with a suggestion, where there is none.
    pub fn operation(&self, name: &str) -> Result<&Operation> {
        self.operations.iter().find(|operation| operation.name == name).ok_or_else(|| {
            let hint = suggest::hint(name, self.operations.iter().map(|operation| operation.name.as_str()));
            Error::Usage(format!("there is no operation \"{name}\"{hint}"))
        })
    }
}
