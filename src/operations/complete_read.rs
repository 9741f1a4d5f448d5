//! Reads a resource that is to be replaced: all of it, for what is not sent back is lost. What the provider does not show by itself
//! is asked for by name; what it does not show then either counts as empty only where the provider is known to show it.

use super::discovery;
use super::document_cache::{self, Document};
use super::message::Message;
use super::seen::{self, Fact};
use super::sending::read;
use super::target::Endpoint;
use super::versioned::Versioned;
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::View;
use crate::scim::definition::{Mutability, Returned};
use crate::scim::resource::{Data, Resource};
use crate::scim::urn;

/// The standard's own schemas, of which no attribute is returned on request only (RFC 7643 section 8.7.1).
const STANDARD: [&str; 3] = [urn::USER, urn::GROUP, urn::ENTERPRISE_USER];

/// A resource that shall be replaced.
pub struct CompleteRead<'a> {
    /// The way to the provider.
    pub client: &'a Client<'a>,
    /// What the operation is called in failures.
    pub what: &'a str,
    /// Where the resource is.
    pub endpoint: &'a Endpoint,
    /// Which it is.
    pub id: Option<&'a str>,
    /// Further headers.
    pub headers: &'a [(String, String)],
    /// Whether its members are replaced whatever they are, so that nobody needs to see them.
    pub new_members: bool,
}

impl CompleteRead<'_> {
    /// Reads it.
    pub fn read(&self) -> Result<Versioned> {
        let group = self.endpoint.schema.as_deref() == Some(urn::GROUP) && !self.new_members;
        if group {
            shows_members(self.client, self.what, self.endpoint)?;
        }
        let mut found = self.asked(&View::default())?;
        if group {
            self.members(&mut found.resource)?;
        }
        let names = self.on_request(&found.resource);
        if !names.is_empty() {
            let more = self.asked(&View { attributes: names, excluded: Vec::new() })?;
            merge(&mut found.resource, more.resource);
        }
        Ok(found)
    }

    fn asked(&self, view: &View) -> Result<Versioned> {
        let message = Message::new(Method::Get, self.id, self.headers).viewed(view);
        read(self.client, self.what, self.endpoint, &message)
    }

    /// Sees to it that a group that was read has its members (RFC 7643 section 2.5: an empty one may leave them out).
    fn members(&self, group: &mut Resource) -> Result<()> {
        let members = group.get("members").filter(|members| !members.is_null());
        // Some show an empty list where nobody asked for the members by name.
        let empty = members.is_some_and(|members| members.as_list().is_some_and(<[Data]>::is_empty));
        let knobs = &self.client.connection().profile.knobs;
        if members.is_some() && !(empty && knobs.views) || knobs.omits_empty || seen::knows(self.client, Fact::Members)
        {
            return Ok(());
        }
        if knobs.views {
            let asked = self.asked(&View { attributes: vec!["members".to_owned()], excluded: Vec::new() })?.resource;
            if let Some(members) = asked.get("members").filter(|members| !members.is_null()) {
                if members.as_list().is_some_and(|members| !members.is_empty()) {
                    seen::note(self.client, Fact::MembersByName);
                }
                group.insert("members", members.clone());
                return Ok(());
            }
            if empty || seen::knows(self.client, Fact::MembersByName) {
                return Ok(());
            }
        }
        let detail = format!(
            "{}: the provider does not show the group's members, so that replacing the group could remove them; nothing was changed (set overrides.omitsEmpty to true if it leaves members out of an empty group)",
            self.what
        );
        Err(Failure::new(Kind::Unsupported, detail))
    }

    /// What the resource's own schemas return on request only (RFC 7643 section 7). The standard's have none, so that the
    /// provider's schemas are asked for only where a resource has others, or where they are known anyway.
    fn on_request(&self, resource: &Resource) -> Vec<String> {
        let named = resource.get("schemas").and_then(Data::as_list).unwrap_or_default();
        let named: Vec<&str> = named.iter().filter_map(Data::as_str).collect();
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let foreign = named.iter().any(|urn| !STANDARD.iter().any(|known| same(known, urn)));
        if !self.client.connection().profile.knobs.views
            || !foreign && document_cache::find(self.client, Document::Schemas).is_none()
        {
            return Vec::new();
        }
        // Without schemas nothing says what is left out.
        let schemas = discovery::schemas(self.client).unwrap_or_default();
        let core = self.endpoint.schema.as_deref().unwrap_or_default();
        let mut names = Vec::new();
        for schema in schemas.iter().filter(|schema| named.iter().any(|urn| same(urn, &schema.id))) {
            let in_core = same(&schema.id, core) || urn::is_core(&schema.id);
            let holder = if in_core { Some(resource) } else { resource.get(&schema.id).and_then(Data::as_object) };
            for attribute in &schema.attributes {
                let hidden = attribute.returned == Returned::Request && attribute.mutability != Mutability::ReadOnly;
                let shown = holder.and_then(|holder| holder.get(&attribute.name));
                let whole = |name: &str| if in_core { name.to_owned() } else { format!("{}:{name}", schema.id) };
                if hidden && shown.is_none() {
                    names.push(whole(&attribute.name));
                    continue;
                }
                // A part of what is shown may be left out as well.
                let Some(object) = shown.and_then(Data::as_object) else { continue };
                let left_out = attribute.parts.iter().filter(|part| {
                    part.returned == Returned::Request
                        && part.mutability != Mutability::ReadOnly
                        && object.get(&part.name).is_none()
                });
                names.extend(left_out.map(|part| whole(&format!("{}.{}", attribute.name, part.name))));
            }
        }
        names
    }
}

/// Puts what a second read showed into what the first one did.
fn merge(resource: &mut Resource, more: Resource) {
    for (name, value) in more {
        let key = resource.key(&name).map(str::to_owned);
        match (key.and_then(|key| resource.get_mut(&key)), value) {
            (None, value) => {
                resource.insert(name, value);
            }
            (Some(there), value) if there.is_object() && value.is_object() => {
                if let (Some(there), Ok(more)) = (there.as_object_mut(), value.into_object()) {
                    merge(there, more);
                }
            }
            _ => {}
        }
    }
}

/// Refuses to replace a group whose members the provider does not show: what is read and sent back would remove them all.
pub fn shows_members(client: &Client<'_>, what: &str, endpoint: &Endpoint) -> Result<()> {
    if endpoint.known.is_some_and(|known| known.name == "Group") && !client.connection().profile.knobs.members_returned
    {
        return Err(Failure::new(
            Kind::Unsupported,
            format!(
                "{what}: this provider does not show a group's members, so that replacing the group would remove them"
            ),
        ));
    }
    Ok(())
}
