//! Dynamic choices: what a field may be filled in with, as the provider has it, or as it is known without asking.
//!
//! Where the provider does not describe its resources, the standard's descriptions stand in: a form is better than none.

use super::texts::{self, Texts};
use crate::connection::Connection;
use crate::contract::Operation;
use crate::failure::{Failure, Result};
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::input::{Listing, Query};
use crate::naming::suggestion;
use crate::operations::target::Endpoint;
use crate::operations::{discovery, query, target, validate};
use crate::scim::builtin;
use crate::scim::definition::{Attribute, Mutability, ResourceType, Returned, Schema, Type};
use crate::scim::error::short;
use crate::scim::resource::Resource;
use crate::scim::urn;
use scim_connector_redaction::is_secret_name;

pub use super::texts::Choices;

/// A source of choices.
pub struct Source {
    /// Its name; where it is of a type, that of a resource type may follow behind a colon: `attributes:User`.
    pub name: &'static str,
    /// What it has.
    pub title: &'static str,
    /// Whether it is of one resource type.
    pub of_type: bool,
}

const fn source(name: &'static str, title: &'static str, of_type: bool) -> Source {
    Source { name, title, of_type }
}

/// The sources there are.
pub const SOURCES: [Source; 11] = [
    source("resourceTypes", "Resource types of the provider", false),
    source("schemas", "Schemas of the provider", false),
    source("users", "Users, by their IDs", false),
    source("groups", "Groups, by their IDs", false),
    source("resources", "Resources of a type, by their IDs", true),
    source("attributes", "Attributes of a type", true),
    source("paths", "Attributes of a type that PATCH can change", true),
    source("keys", "Attributes of a type that a resource is found by", true),
    source("operations", "Operations of the connector", false),
    source("timezones", "Time zones", false),
    source("locales", "Locales", false),
];

/// Resources listed as choices.
const LISTED: u32 = 100;

/// The choices of a dynamic list: value and label.
pub fn choices(platform: &dyn Platform, connection: &Connection, source: &str) -> Result<Choices> {
    let client = Client::new(platform, connection, None);
    listed(&client, source).map_err(|failure| client.clean(failure))
}

fn listed(client: &Client<'_>, source: &str) -> Result<Choices> {
    let (name, of) = source.split_once(':').map_or((source, None), |(name, of)| (name, Some(of)));
    let known = SOURCES.iter().find(|it| it.name == name && (it.of_type || of.is_none()));
    let of = of.unwrap_or("User");
    match known.map(|it| it.name) {
        Some("resourceTypes") => {
            let label = |it: ResourceType| {
                let label = it.description.filter(|text| *text != it.name).map(|text| format!("{}: {text}", it.name));
                (it.name.clone(), label.unwrap_or(it.name))
            };
            Ok(types(client)?.into_iter().map(label).collect())
        }
        Some("schemas") => {
            let schemas = discovery::or_none(discovery::schemas(client))?;
            Ok(schemas.into_iter().map(|it| (it.id.clone(), it.name.unwrap_or(it.id))).collect())
        }
        Some("users") => resources(client, Operation::ListUsers, None),
        Some("groups") => resources(client, Operation::ListGroups, None),
        Some("resources") => resources(client, Operation::ListResources, Some(discovery::endpoint(client, of)?)),
        Some("attributes") => attributes(client, of, &all),
        Some("paths") => attributes(client, of, &paths),
        Some("keys") => attributes(client, of, &keys),
        Some("operations") => Ok(Operation::ALL.iter().map(|it| (it.name().to_owned(), it.title())).collect()),
        Some(name) => Ok(texts::values(name).unwrap_or_default()),
        None => {
            let names: Vec<&str> = SOURCES.iter().map(|it| it.name).collect();
            let hint = suggestion(name, &names);
            Err(Failure::input("", format!("source: {source:?} is not one of {}{hint}", names.join(", "))))
        }
    }
}

/// The provider's resource types; User and Group where it lists none.
pub fn types(client: &Client<'_>) -> Result<Vec<ResourceType>> {
    let mut types = discovery::or_none(discovery::resource_types(client))?;
    if types.is_empty() {
        types = builtin::resource_types();
        types.retain(|it| it.is("User") || it.is("Group"));
    }
    Ok(types)
}

/// A page of resources by identifier, each by the first name it has.
fn resources(client: &Client<'_>, operation: Operation, endpoint: Option<Endpoint>) -> Result<Choices> {
    let listing = Listing { query: Query { count: Some(LISTED), ..Query::default() }, ..Listing::default() };
    let endpoint = endpoint.map_or_else(|| target::endpoint(client, operation.subject(), None), Ok)?;
    let listed = query::run(client, operation.name(), &endpoint, query::QueryMethod::Get, &listing)?;
    let choice = |resource: &Resource| {
        let id = resource.text("id")?;
        let said = |name: &&str| resource.text(name).filter(|label| !label.trim().is_empty());
        let label = ["displayName", "userName"].iter().find_map(said);
        let label = label.or_else(|| resource.get("name")?.as_object()?.text("formatted"));
        Some((id.clone(), label.unwrap_or(id)))
    };
    Ok(listed.page.resources.iter().filter_map(choice).collect())
}

/// The schemas of a resource type, the core one first.
pub fn belonging<'a>(it: &'a ResourceType, schemas: &'a [Schema]) -> impl Iterator<Item = &'a Schema> {
    let urns = std::iter::once(&it.schema).chain(it.extensions.iter().map(|extension| &extension.0));
    urns.filter_map(|urn| schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn)))
}

/// What attributes are called: the standard's by our own texts, others as the provider describes them.
pub struct Words(Texts);

impl Words {
    /// Reads them.
    pub fn load() -> Self {
        Words(Texts::attributes())
    }

    /// The texts themselves.
    pub fn texts(&self) -> &Texts {
        &self.0
    }

    /// Where the texts have a schema's attributes: none of a schema that is not the standard's.
    pub fn section(schema: &str) -> Option<String> {
        let is = |urn: &str| schema.eq_ignore_ascii_case(urn);
        match () {
            () if is(urn::USER) => Some("User".to_owned()),
            () if is(urn::GROUP) => Some("Group".to_owned()),
            () if is(urn::ENTERPRISE_USER) => Some(format!("User.{}", urn::ENTERPRISE_USER)),
            () => None,
        }
    }

    /// The title of an attribute, which stands in a section at `path`.
    pub fn title(&self, section: Option<&str>, path: &str, attribute: &Attribute) -> String {
        let known = section.and_then(|section| self.0.title(&format!("{section}.{path}")));
        let sentence = |text: &String| short(text.split(". ").next().unwrap_or_default().trim_end_matches('.'), 80);
        let said = || attribute.description.as_ref().map(sentence).unwrap_or_else(|| attribute.name.clone());
        known.map_or_else(said, str::to_owned)
    }
}

/// An attribute of a type that is being described.
struct Described<'a> {
    client: &'a Client<'a>,
    words: &'a Words,
    /// The name of the type.
    of: &'a str,
    /// What stands before the names of the attributes of its schema: nothing, or the schema's URN and a colon.
    prefix: &'a str,
    section: Option<&'a str>,
    attribute: &'a Attribute,
}

/// The paths of a resource type's attributes (RFC 7644 section 3.10), of each what `which` makes of it.
fn attributes(client: &Client<'_>, name: &str, which: &dyn Fn(&Described<'_>) -> Choices) -> Result<Choices> {
    let found = validate::described(client, &discovery::endpoint(client, name)?)?;
    let Some((it, schemas)) = found else { return Ok(Vec::new()) };
    let words = Words::load();
    let mut choices = Choices::new();
    for schema in belonging(&it, &schemas) {
        let is_core = schema.id.eq_ignore_ascii_case(&it.schema);
        let prefix = if is_core { String::new() } else { format!("{}:", schema.id) };
        let section = Words::section(&schema.id);
        for attribute in &schema.attributes {
            let (section, words) = (section.as_deref(), &words);
            choices.extend(which(&Described { client, words, of: &it.name, prefix: &prefix, section, attribute }));
        }
    }
    Ok(choices)
}

impl Described<'_> {
    fn path(&self) -> String {
        format!("{}{}", self.prefix, self.attribute.name)
    }

    fn title(&self) -> String {
        self.words.title(self.section, &self.attribute.name, self.attribute)
    }

    fn part(&self, part: &Attribute) -> String {
        self.words.title(self.section, &format!("{}.{}", self.attribute.name, part.name), part)
    }

    /// The attribute itself.
    fn whole(&self) -> (String, String) {
        (self.path(), self.title())
    }

    /// Values of its `type`, as the provider or else the standard has them.
    fn kinds(&self) -> Vec<String> {
        let own = self.attribute.parts.iter().find(|part| part.is("type")).map(|part| part.canonical_values.clone());
        let own = own.filter(|values| !values.is_empty());
        let path = self.section.map(|section| format!("{section}.{}.type", self.attribute.name));
        let known = || path.iter().flat_map(|path| self.words.texts().suggested(path)).map(str::to_owned).collect();
        own.unwrap_or_else(known)
    }
}

fn all(it: &Described<'_>) -> Choices {
    let parts = it.attribute.parts.iter().map(|part| (format!("{}.{}", it.path(), part.name), it.part(part)));
    std::iter::once(it.whole()).chain(parts).collect()
}

/// What PATCH can change: whole attributes, parts, and the value of each kind of several.
fn paths(it: &Described<'_>) -> Choices {
    let knobs = &it.client.connection().profile.knobs;
    let is_written = |attribute: &Attribute| attribute.mutability != Mutability::ReadOnly;
    if !is_written(it.attribute) || !knobs.patches(it.of, &it.path()) {
        return Choices::new();
    }
    let mut choices = vec![it.whole()];
    let parts = it.attribute.parts.iter().filter(|part| is_written(part));
    if !it.attribute.multi_valued {
        choices.extend(parts.map(|part| (format!("{}.{}", it.path(), part.name), it.part(part))));
    } else if knobs.patch_value_paths
        && !it.attribute.is("members")
        && let Some(value) = it.attribute.parts.iter().find(|part| part.is("value") && is_written(part))
    {
        let kind = |kind: String| {
            let path = format!("{}[type eq {}].{}", it.path(), serde_json::json!(kind), value.name);
            (path, format!("{} ({kind})", it.part(value)))
        };
        choices.extend(it.kinds().into_iter().map(kind));
    }
    choices
}

/// What a resource can be found by: values that stand alone, and the value of the preferred one of several.
fn keys(it: &Described<'_>) -> Choices {
    let is_key = |attribute: &Attribute| {
        attribute.returned != Returned::Never
            && !matches!(attribute.mutability, Mutability::ReadOnly | Mutability::WriteOnly)
            && !is_secret_name(&attribute.name)
            && !matches!(attribute.kind, Type::Complex | Type::Binary | Type::Boolean)
    };
    let knobs = &it.client.connection().profile.knobs;
    let filtered = |path: &str| {
        let known = knobs.filterable(it.of);
        known.is_none_or(|known| known.iter().any(|name| name.eq_ignore_ascii_case(path)))
    };
    let value = it.attribute.parts.iter().find(|part| it.attribute.multi_valued && part.is("value") && is_key(part));
    let choice = match value {
        Some(part) if !it.attribute.is("members") => Some((format!("{}.{}", it.path(), part.name), it.part(part))),
        None if is_key(it.attribute) && !it.attribute.multi_valued => Some(it.whole()),
        _ => None,
    };
    choice.into_iter().filter(|(path, _)| filtered(path)).collect()
}
