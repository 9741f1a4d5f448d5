//! The descriptions of providers, `behaviours/NAME.json`, as types: what may stand in them and what it means. Knows no
//! request; `behaviour` applies them.

use super::bulk;
use super::dialect::Dialect;
use super::facts::When;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The descriptions by name.
pub(super) const DESCRIPTIONS: [(&str, &str); 10] = [
    ("asgardeo", include_str!("behaviours/asgardeo.json")),
    ("aws", include_str!("behaviours/aws.json")),
    ("databricks", include_str!("behaviours/databricks.json")),
    ("entra", include_str!("behaviours/entra.json")),
    ("github", include_str!("behaviours/github.json")),
    ("gitlab", include_str!("behaviours/gitlab.json")),
    ("google", include_str!("behaviours/google.json")),
    ("okta", include_str!("behaviours/okta.json")),
    ("salesforce", include_str!("behaviours/salesforce.json")),
    ("slack", include_str!("behaviours/slack.json")),
];

/// A description as written. Paths are patterns below the service URL: `*` is one segment, `**` at the end the rest.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Description {
    /// What it imitates, for readers of the file.
    #[serde(rename = "about")]
    pub(super) _about: String,
    /// The resource types it has; all without.
    pub(super) types: Option<Vec<String>>,
    /// Members of the service provider configuration that differ.
    pub(super) config: Map<String, Value>,
    pub(super) paging: Option<PagingRow>,
    pub(super) bulk_operations: Option<usize>,
    /// Whether versions are shown and conditions are heeded.
    pub(super) etags: bool,
    pub(super) aliases: Vec<Alias>,
    /// The media type of all JSON answers.
    pub(super) media_type: Option<String>,
    /// What it refuses; the first rule that applies answers.
    pub(super) refuses: Vec<Rule>,
    pub(super) limit: Option<Limit>,
    /// Query parameters without effect.
    pub(super) ignored_parameters: Vec<String>,
    /// Where DELETE sets `active` to false instead.
    pub(super) deactivates: Vec<String>,
    /// The only attributes PATCH changes; others are dropped silently.
    pub(super) patches_only: Vec<String>,
    /// Attributes a change of which is dropped silently.
    pub(super) immutable: Vec<String>,
    /// By endpoint, the only attributes it keeps; others are dropped silently.
    pub(super) keeps: BTreeMap<String, Vec<String>>,
    /// Most values it keeps of multi-valued attributes; the first ones.
    pub(super) keeps_at_most: BTreeMap<String, usize>,
    /// Whether member values come as `{"members": […]}`.
    pub(super) wrapped_members: bool,
    /// What stands before every name of a user or group in answers; accepted with and without.
    pub(super) name_prefix: String,
    /// How it reads requests.
    pub(super) dialect: Dialect,
    /// How answers differ.
    pub(super) answers: Vec<AnswerRow>,
    pub(super) lists: Lists,
    pub(super) resources: Vec<ResourceRow>,
    pub(super) errors: Errors,
    /// How its bulk differs.
    pub(super) bulk: bulk::Style,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PagingRow {
    #[serde(default)]
    pub(super) index: bool,
    #[serde(default)]
    pub(super) cursor: bool,
    pub(super) default: usize,
    pub(super) most: usize,
}

/// Another path of an endpoint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alias {
    pub(super) path: String,
    pub(super) of: String,
    /// Whether the endpoint is not at its own path.
    #[serde(default)]
    pub(super) only: bool,
}

/// A refusal.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rule {
    /// All methods without.
    #[serde(default)]
    pub(super) methods: Vec<String>,
    pub(super) path: String,
    #[serde(default)]
    pub(super) when: When,
    pub(super) answer: Answer,
}

/// An error answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) detail: String,
    #[serde(default)]
    pub(super) scim_type: Option<String>,
    /// A body of another media type instead of a SCIM error.
    #[serde(default)]
    pub(super) text: Option<(String, String)>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
}

/// How many requests of some methods are allowed in a window.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Limit {
    pub(super) methods: Vec<String>,
    pub(super) burst: usize,
    /// Length of the window.
    pub(super) seconds: u64,
    /// Whether the answer says when to come again.
    #[serde(default)]
    pub(super) retry_after: bool,
    pub(super) answer: Answer,
}

/// The status and body of a success.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AnswerRow {
    pub(super) methods: Vec<String>,
    pub(super) path: String,
    pub(super) status: Option<u16>,
    /// The whole body; null for none.
    #[serde(default, deserialize_with = "some")]
    pub(super) body: Option<Value>,
}

/// How lists look.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Lists {
    /// What `Resources` is called.
    pub(super) key: String,
    /// Members that are left out.
    pub(super) without: Vec<String>,
    /// Whether an empty list has no `Resources`.
    pub(super) omit_empty: bool,
    /// Instead of an empty list that was filtered.
    pub(super) no_match: Option<Answer>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { key: "Resources".into(), without: Vec::new(), omit_empty: false, no_match: None }
    }
}

/// How resources of a type look.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ResourceRow {
    /// All types without.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    /// `member` or `member.sub` left out everywhere.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// The same, in lists only.
    #[serde(default)]
    pub(super) without_in_lists: Vec<String>,
    /// Members that are always there, with these values if there is none.
    #[serde(default)]
    pub(super) defaults: Map<String, Value>,
    /// Sub-attributes shown as members called `attribute.sub`.
    #[serde(default)]
    pub(super) flattened: Vec<String>,
    /// Multi-valued attributes whose first value is shown as plain text.
    #[serde(default)]
    pub(super) plain_first: Vec<String>,
    /// Attributes shown in lower case.
    #[serde(default)]
    pub(super) lower: Vec<String>,
    /// Whether URLs are relative to the service URL.
    #[serde(default)]
    pub(super) relative: bool,
}

/// How errors look.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Errors {
    pub(super) status_number: bool,
    pub(super) schemas_text: bool,
    pub(super) without_scim_type: bool,
    /// Further members; an empty object keeps what is there.
    pub(super) also: Map<String, Value>,
    /// By status, a code word instead of the detail.
    pub(super) details: BTreeMap<String, String>,
}

/// A JSON value that is there, null included.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
