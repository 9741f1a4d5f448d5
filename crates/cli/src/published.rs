//! `describe --schema`: the JSON Schemas in docs/, of the catalog and of the files that people write.

use clap::ValueEnum;
#[cfg(feature = "flows")]
use scim_connector_automation::history::HistorySettings;
#[cfg(feature = "flows")]
use scim_connector_flow::{FileAccess, check};
use scim_connector_host::catalog::Catalog;
use scim_connector_host::config_schema;
use serde_json::Value;

/// What a schema is of.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Published {
    /// The catalog, as `describe --json` prints it.
    Manifest,
    /// Config.toml.
    Config,
    /// A flow.
    #[cfg(feature = "flows")]
    Flow,
}

impl Published {
    /// The schema.
    pub fn of(self, catalog: &Catalog) -> Value {
        match self {
            // A test holds the manifest to it.
            Self::Manifest => {
                serde_json::from_str(include_str!("../../../docs/manifest.schema.json")).unwrap_or_default()
            }
            Self::Config => config_schema::schema(catalog, &tables()),
            #[cfg(feature = "flows")]
            Self::Flow => check::schema(catalog),
        }
    }
}

/// The tables of the configuration that others read.
fn tables() -> Vec<(&'static str, Value)> {
    #[cfg(feature = "flows")]
    return vec![("flows", FileAccess::schema()), ("history", HistorySettings::schema())];
    #[cfg(not(feature = "flows"))]
    return ["flows", "history"].map(|name| (name, serde_json::json!({"type": "object"}))).into();
}
