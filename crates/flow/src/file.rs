//! A flow that has been read and can be run.

use super::document::{Document, Problem};
use super::program::{self, Program};
use semver::Version;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// A flow.
pub struct Flow {
    /// The text it was read from.
    pub document: Document,
    /// As it is run.
    pub(super) program: Program,
    secrets: Vec<String>,
}

impl Flow {
    /// Makes a document that [`super::check`] found good into a flow.
    ///
    /// # Errors
    /// Where the engine does not take it all the same.
    pub fn compile(document: Document) -> Result<Self, Problem> {
        let program = program::compile(&document)?;
        let secrets = document.value.pointer("/use/secrets").and_then(Value::as_array);
        let secrets = secrets.into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect();
        Ok(Self { document, program, secrets })
    }

    /// `document.name`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.header("name")
    }

    /// `document.namespace`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.header("namespace")
    }

    /// `document.version`.
    #[must_use]
    pub fn version(&self) -> &str {
        self.header("version")
    }

    /// `document.title`, else the name.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.header("title") {
            "" => self.name(),
            title => title,
        }
    }

    /// The flow of this namespace, name and version; `latest` is the highest (Semantic Versioning, as the DSL has versions).
    #[must_use]
    pub fn sought<'a>(library: &'a [Arc<Self>], namespace: &str, name: &str, version: &str) -> Option<&'a Arc<Self>> {
        let mut named = library.iter().filter(|flow| flow.namespace() == namespace && flow.name() == name);
        match version {
            "latest" => named.max_by_key(|flow| Version::parse(flow.version()).ok()),
            exact => named.find(|flow| flow.version() == exact),
        }
    }

    /// The folder that its files are named from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.document.folder()
    }

    /// `use.secrets`.
    pub(super) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    fn header(&self, member: &str) -> &str {
        self.document
            .value
            .get("document")
            .and_then(|header| header.get(member))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}
