//! The component's catalog as Rust types. The component writes it; this module only reads.

use crate::error::{Error, Result};
use crate::suggest;
use scim_connector_records::contract::functions;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The names of the operations of the contract that this host was built for, without a component: what a shell may offer.
pub fn names() -> impl Iterator<Item = &'static str> {
    functions::ALL.iter().map(|function| function.name)
}

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
    /// What is known of providers ahead of talking to them.
    #[serde(default)]
    pub profiles: Vec<Profile>,
    /// What a profile, and a connection's `overrides`, can set besides the sections of a ServiceProviderConfig.
    #[serde(default)]
    pub knobs: Vec<Knob>,
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
    /// Whether it may take away what its input does not name, or for good.
    #[serde(default)]
    pub destructive: bool,
    /// The kinds of failure it gives at providers that keep to the standard.
    #[serde(default)]
    pub errors: Vec<String>,
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

/// What is known of a provider.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Profile {
    /// Its name, as in a connection's `profile`.
    pub name: String,
    /// Its title, for a person.
    #[serde(default)]
    pub title: String,
    /// What else there is to know, for a person.
    #[serde(default)]
    pub notes: Value,
    /// Where the provider lives, where that follows from an organisation's name: `serviceUrl`, `tokenUrl`, `scopes`.
    #[serde(default)]
    pub provider: Value,
    /// What the provider is assumed to say of itself (RFC 7643 section 5), and the knobs.
    pub document: Map<String, Value>,
}

impl Profile {
    /// The scopes that the provider wants a token to have for an operation; none where that is not known.
    #[must_use]
    pub fn scopes(&self, operation: &str) -> Vec<&str> {
        let scopes = self.provider.get("operationScopes").and_then(|all| all.get(operation)).and_then(Value::as_array);
        scopes.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// A knob of a profile.
#[derive(Debug, Clone, Deserialize)]
pub struct Knob {
    /// Its name.
    pub name: String,
    /// JSON Schema of its value.
    pub takes: Value,
    /// What it says.
    #[serde(default)]
    pub about: String,
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

    /// An operation by its name, whose result is a page.
    ///
    /// # Errors
    /// [`Error::Usage`] where there is none, or it has no pages.
    pub fn listing(&self, name: &str) -> Result<&Operation> {
        let operation = self.operation(name)?;
        if operation.paginated {
            return Ok(operation);
        }
        let names = self.operations.iter().filter(|operation| operation.paginated);
        let names: Vec<&str> = names.map(|operation| operation.name.as_str()).collect();
        Err(Error::Usage(format!("{name} has no pages; {} have", names.join(", "))))
    }

    /// A profile by its name.
    ///
    /// # Errors
    /// [`Error::Usage`] with a suggestion or all names, where there is none.
    pub fn profile(&self, name: &str) -> Result<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.iter().map(|profile| profile.name.as_str()).collect();
            let hint = match suggest::hint(name, names.iter().copied()) {
                none if none.is_empty() => format!("; there are {}", names.join(", ")),
                hint => hint,
            };
            Error::Usage(format!("there is no profile \"{name}\"{hint}"))
        })
    }
}
