//! Where resources are: the endpoint of a subject or of a generic operation's target.

use super::discovery;
use super::{STANDARD_TYPES, StandardType, standard_type};
use crate::contract::Subject;
use crate::failure::{Failure, Result};
use crate::http::client::Client;
use crate::input::Target;
use crate::scim::builtin;
use crate::scim::patch::AttributeTable;

/// Where resources are, and what is known of them.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Path below the service URL, segment by segment; empty for the service URL itself.
    pub path: Vec<String>,
    /// What is known without asking.
    pub known: Option<&'static StandardType>,
    /// URN of the schema, where it is known.
    pub schema: Option<String>,
    /// Whether the path is that of the one resource, as `/Me` is (RFC 7644 section 3.11).
    pub single: bool,
}

impl Endpoint {
    /// The endpoint of a known resource type.
    pub fn of(known: &'static StandardType) -> Endpoint {
        Endpoint { path: vec![known.path.into()], known: Some(known), schema: Some(known.schema.into()), single: false }
    }

    /// What a resource is called in a message.
    pub fn noun(&self) -> String {
        self.known.map_or_else(|| "resource".into(), |known| known.name.to_lowercase())
    }
}

/// What is known of an endpoint's attributes.
pub fn known(endpoint: &Endpoint) -> &'static AttributeTable {
    endpoint.schema.as_deref().map_or(&AttributeTable::NOTHING, AttributeTable::of)
}

/// The endpoint of an operation.
pub fn endpoint(client: &Client<'_>, subject: Subject, target: Option<&Target>) -> Result<Endpoint> {
    match (subject, standard_type(subject), target) {
        (Subject::Me, known, _) => {
            Ok(Endpoint { path: vec!["Me".into()], known, schema: known.map(|it| it.schema.into()), single: true })
        }
        (_, Some(known), _) => Ok(Endpoint::of(known)),
        (Subject::Resource, _, Some(Target::Endpoint(path))) => at(path),
        (Subject::Resource, _, Some(Target::ResourceType(name))) => discovery::endpoint(client, name),
        (Subject::Resource, _, None) => Err(missing()),
        _ => Ok(Endpoint { path: Vec::new(), known: None, schema: None, single: false }),
    }
}

/// The endpoint of a generic operation's target as far as the standard tells, without asking the provider: of a type that is not the
/// standard's, nothing is known.
pub fn standard(target: Option<&Target>) -> Result<Endpoint> {
    let name = match target {
        Some(Target::Endpoint(path)) => return at(path),
        Some(Target::ResourceType(name)) => name,
        None => return Err(missing()),
    };
    let it = builtin::resource_types().into_iter().find(|it| it.is(name));
    match it {
        Some(it) => at(&it.endpoint),
        None => Ok(Endpoint { path: Vec::new(), known: None, schema: None, single: false }),
    }
}

fn missing() -> Box<Failure> {
    Failure::input(
        "/resourceType",
        "resourceType: is required, or endpoint: which resources are meant, for example \"Device\" or \"/Devices\"",
    )
}

/// The endpoint at a path below the service URL.
pub fn at(path: &str) -> Result<Endpoint> {
    let segments: Vec<String> = path.trim_matches('/').split('/').map(str::to_owned).collect();
    if segments.iter().any(|segment| segment.trim().is_empty() || segment == "." || segment == "..")
        || path.contains(['?', '#'])
    {
        return Err(Failure::input(
            "/endpoint",
            format!("endpoint: {path:?} is not a path below the service URL, for example \"/Devices\""),
        ));
    }
    let known = match segments.as_slice() {
        [one] => STANDARD_TYPES.iter().copied().find(|known| known.path.eq_ignore_ascii_case(one)),
        _ => None,
    };
    // The standard's own endpoints are known by their path (RFC 9944 section 2).
    let standard =
        || builtin::resource_types().into_iter().find(|it| it.endpoint.trim_matches('/') == segments.join("/"));
    let schema = known.map(|known| known.schema.to_owned()).or_else(|| Some(standard()?.schema));
    Ok(Endpoint { path: segments, known, schema, single: false })
}
