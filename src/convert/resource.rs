//! Resources: the contract's records and the domain's JSON objects.
//!
//! Reading takes out of the object what has the type RFC 7643 gives it; whatever stays behind goes to `additional` as it is,
//! so that nothing is lost. Writing is the reverse, and `additional` is laid over the rest.

use crate::bindings::scim::connector::types as wit;
use crate::failure::{Failure, Result};
use crate::naming::{deeper, place};
use crate::scim::resource::{Data, Node, Resource, is_urn};
use crate::scim::urn;

/// An object whose members are being taken out.
struct Parts(Resource);

impl Parts {
    fn take<T>(&mut self, name: &str, read: impl FnOnce(Data) -> std::result::Result<T, Data>) -> Option<T> {
        let key = self.0.key(name)?.to_owned();
        match read(self.0.remove(&key)?) {
            Ok(value) => Some(value),
            Err(value) => {
                self.0.insert(key, value);
                None
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |value| match value.node() {
            // Identifiers and numbers that should be text.
            Node::Number(number) => Ok(number.to_string()),
            _ => value.into_text(),
        })
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, |value| value.as_boolean().ok_or(value))
    }

    fn object<T>(&mut self, name: &str, read: fn(Parts) -> T) -> Option<T> {
        self.take(name, |value| value.into_object().map(|object| read(Parts(object))))
    }

    /// A list of objects; a plain text among them, which some servers send, is the `value` of one.
    fn list<T>(&mut self, name: &str, read: fn(Parts) -> T) -> Option<Vec<T>> {
        let part = |item: Data| Parts(item.into_object().unwrap_or_else(|text| Resource::from_iter([("value", text)])));
        let readable = |item: &Data| item.is_object() || item.as_str().is_some();
        self.take(name, |value| match value.into_list() {
            Ok(items) if items.iter().all(readable) => Ok(items.into_iter().map(|item| read(part(item))).collect()),
            Ok(items) => Err(items.into()),
            Err(other) => Err(other),
        })
    }

    fn extensions(&mut self) -> Option<Vec<wit::Extension>> {
        let (extensions, rest): (Resource, Resource) =
            std::mem::take(&mut self.0).into_iter().partition(|(name, value)| is_urn(name) && value.is_object());
        self.0 = rest;
        let list: Vec<_> = extensions
            .into_iter()
            .map(|(schema, attributes)| wit::Extension { schema, attributes: attributes.to_string() })
            .collect();
        (!list.is_empty()).then_some(list)
    }

    fn rest(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.to_string())
    }
}

/// An object being written.
struct Writer {
    object: Resource,
    pointer: String,
}

impl Writer {
    fn new(pointer: &str) -> Self {
        Writer { object: Resource::new(), pointer: pointer.to_owned() }
    }

    fn put(mut self, name: &str, value: Option<Data>) -> Self {
        self.object.extend(value.map(|value| (name.to_owned(), value)));
        self
    }

    fn text(self, name: &str, value: Option<String>) -> Self {
        self.put(name, value.map(Data::from))
    }

    fn flag(self, name: &str, value: Option<bool>) -> Self {
        self.put(name, value.map(Data::from))
    }

    fn object<T>(self, name: &str, value: Option<T>, write: fn(T, &str) -> Result<Resource>) -> Result<Self> {
        let pointer = deeper(&self.pointer, name);
        let value = value.map(|value| write(value, &pointer)).transpose()?;
        Ok(self.put(name, value.map(Data::from)))
    }

    fn list<T>(self, name: &str, values: Option<Vec<T>>, write: fn(T, &str) -> Result<Resource>) -> Result<Self> {
        let pointer = deeper(&self.pointer, name);
        let written = |values: Vec<T>| {
            values
                .into_iter()
                .enumerate()
                .map(|(index, value)| write(value, &format!("{pointer}/{index}")).map(Data::from))
                .collect::<Result<Vec<_>>>()
        };
        let values = values.map(written).transpose()?;
        Ok(self.put(name, values.map(Data::from)))
    }

    fn extensions(mut self, extensions: Option<Vec<wit::Extension>>) -> Result<Self> {
        for extension in extensions.unwrap_or_default() {
            let attributes = object(&extension.attributes, &deeper(&self.pointer, &extension.schema))?;
            self.object.insert(extension.schema, Data::from(attributes));
        }
        Ok(self)
    }

    fn finish(mut self, additional: Option<String>) -> Result<Resource> {
        if let Some(additional) = additional {
            self.object.extend(object(&additional, &deeper(&self.pointer, "additional"))?);
        }
        Ok(self.object)
    }
}

/// JSON text that must be an object.
pub fn object(text: &str, pointer: &str) -> Result<Resource> {
    let data = Data::parse(text.as_bytes())
        .map_err(|error| Failure::input(pointer, format!("{}: is not valid JSON: {error}", place(pointer))))?;
    data.into_object().map_err(|other| {
        Failure::input(pointer, format!("{}: expected a JSON object, found {}", place(pointer), other.type_name()))
    })
}

fn meta(mut parts: Parts) -> wit::Meta {
    wit::Meta {
        resource_type: parts.text("resourceType"),
        created: parts.text("created"),
        last_modified: parts.text("lastModified"),
        location: parts.text("location"),
        version: parts.text("version"),
        additional: parts.rest(),
    }
}

fn write_meta(meta: wit::Meta, pointer: &str) -> Result<Resource> {
    let wit::Meta { resource_type, created, last_modified, location, version, additional } = meta;
    let writer = Writer::new(pointer)
        .text("resourceType", resource_type)
        .text("created", created)
        .text("lastModified", last_modified);
    writer.text("location", location).text("version", version).finish(additional)
}

fn name(mut parts: Parts) -> wit::Name {
    wit::Name {
        formatted: parts.text("formatted"),
        family_name: parts.text("familyName"),
        given_name: parts.text("givenName"),
        middle_name: parts.text("middleName"),
        honorific_prefix: parts.text("honorificPrefix"),
        honorific_suffix: parts.text("honorificSuffix"),
        additional: parts.rest(),
    }
}

fn write_name(name: wit::Name, pointer: &str) -> Result<Resource> {
    let wit::Name { formatted, family_name, given_name, middle_name, honorific_prefix, honorific_suffix, additional } =
        name;
    let writer =
        Writer::new(pointer).text("formatted", formatted).text("familyName", family_name).text("givenName", given_name);
    writer
        .text("middleName", middle_name)
        .text("honorificPrefix", honorific_prefix)
        .text("honorificSuffix", honorific_suffix)
        .finish(additional)
}

fn multi_valued(mut parts: Parts) -> wit::MultiValued {
    wit::MultiValued {
        value: parts.text("value"),
        display: parts.text("display"),
        type_: parts.text("type"),
        primary: parts.flag("primary"),
        ref_: parts.text("$ref"),
        additional: parts.rest(),
    }
}

fn write_multi_valued(value: wit::MultiValued, pointer: &str) -> Result<Resource> {
    let wit::MultiValued { value, display, type_, primary, ref_, additional } = value;
    Writer::new(pointer)
        .text("value", value)
        .text("display", display)
        .text("type", type_)
        .flag("primary", primary)
        .text("$ref", ref_)
        .finish(additional)
}

fn address(mut parts: Parts) -> wit::Address {
    wit::Address {
        formatted: parts.text("formatted"),
        street_address: parts.text("streetAddress"),
        locality: parts.text("locality"),
        region: parts.text("region"),
        postal_code: parts.text("postalCode"),
        country: parts.text("country"),
        type_: parts.text("type"),
        primary: parts.flag("primary"),
        additional: parts.rest(),
    }
}

fn write_address(address: wit::Address, pointer: &str) -> Result<Resource> {
    let wit::Address { formatted, street_address, locality, region, postal_code, country, type_, primary, additional } =
        address;
    let writer = Writer::new(pointer)
        .text("formatted", formatted)
        .text("streetAddress", street_address)
        .text("locality", locality);
    let writer = writer.text("region", region).text("postalCode", postal_code).text("country", country);
    writer.text("type", type_).flag("primary", primary).finish(additional)
}

fn manager(mut parts: Parts) -> wit::Manager {
    wit::Manager {
        value: parts.text("value"),
        ref_: parts.text("$ref"),
        display_name: parts.text("displayName"),
        additional: parts.rest(),
    }
}

fn write_manager(manager: wit::Manager, pointer: &str) -> Result<Resource> {
    let wit::Manager { value, ref_, display_name, additional } = manager;
    Writer::new(pointer).text("value", value).text("$ref", ref_).text("displayName", display_name).finish(additional)
}

fn enterprise(mut parts: Parts) -> wit::EnterpriseUser {
    wit::EnterpriseUser {
        employee_number: parts.text("employeeNumber"),
        cost_center: parts.text("costCenter"),
        organization: parts.text("organization"),
        division: parts.text("division"),
        department: parts.text("department"),
        manager: parts.object("manager", manager),
        additional: parts.rest(),
    }
}

fn write_enterprise(enterprise: wit::EnterpriseUser, pointer: &str) -> Result<Resource> {
    let wit::EnterpriseUser { employee_number, cost_center, organization, division, department, manager, additional } =
        enterprise;
    let writer = Writer::new(pointer)
        .text("employeeNumber", employee_number)
        .text("costCenter", cost_center)
        .text("organization", organization);
    writer
        .text("division", division)
        .text("department", department)
        .object("manager", manager, write_manager)?
        .finish(additional)
}

/// A User of the domain as the contract's.
pub fn user(resource: Resource) -> wit::User {
    let mut parts = Parts(resource);
    wit::User {
        id: parts.text("id"),
        external_id: parts.text("externalId"),
        meta: parts.object("meta", meta),
        user_name: parts.text("userName"),
        name: parts.object("name", name),
        display_name: parts.text("displayName"),
        nick_name: parts.text("nickName"),
        profile_url: parts.text("profileUrl"),
        title: parts.text("title"),
        user_type: parts.text("userType"),
        preferred_language: parts.text("preferredLanguage"),
        locale: parts.text("locale"),
        timezone: parts.text("timezone"),
        active: parts.flag("active"),
        password: parts.text("password"),
        emails: parts.list("emails", multi_valued),
        phone_numbers: parts.list("phoneNumbers", multi_valued),
        ims: parts.list("ims", multi_valued),
        photos: parts.list("photos", multi_valued),
        addresses: parts.list("addresses", address),
        groups: parts.list("groups", multi_valued),
        entitlements: parts.list("entitlements", multi_valued),
        roles: parts.list("roles", multi_valued),
        x509_certificates: parts.list("x509Certificates", multi_valued),
        enterprise: parts.object(urn::ENTERPRISE_USER, enterprise),
        extensions: parts.extensions(),
        additional: parts.rest(),
    }
}

/// A User of the contract as the domain's; `pointer` is where it stands in the input.
pub fn write_user(user: wit::User, pointer: &str) -> Result<Resource> {
    let wit::User {
        id,
        external_id,
        meta,
        user_name,
        name,
        display_name,
        nick_name,
        profile_url,
        title,
        user_type,
        preferred_language,
        locale,
        timezone,
        active,
        password,
        emails,
        phone_numbers,
        ims,
        photos,
        addresses,
        groups,
        entitlements,
        roles,
        x509_certificates,
        enterprise,
        extensions,
        additional,
    } = user;
    Writer::new(pointer)
        .text("id", id)
        .text("externalId", external_id)
        .object("meta", meta, write_meta)?
        .text("userName", user_name)
        .object("name", name, write_name)?
        .text("displayName", display_name)
        .text("nickName", nick_name)
        .text("profileUrl", profile_url)
        .text("title", title)
        .text("userType", user_type)
        .text("preferredLanguage", preferred_language)
        .text("locale", locale)
        .text("timezone", timezone)
        .flag("active", active)
        .text("password", password)
        .list("emails", emails, write_multi_valued)?
        .list("phoneNumbers", phone_numbers, write_multi_valued)?
        .list("ims", ims, write_multi_valued)?
        .list("photos", photos, write_multi_valued)?
        .list("addresses", addresses, write_address)?
        .list("groups", groups, write_multi_valued)?
        .list("entitlements", entitlements, write_multi_valued)?
        .list("roles", roles, write_multi_valued)?
        .list("x509Certificates", x509_certificates, write_multi_valued)?
        .object(urn::ENTERPRISE_USER, enterprise, write_enterprise)?
        .extensions(extensions)?
        .finish(additional)
}

/// A member of the domain as the contract's.
fn member(mut parts: Parts) -> wit::Member {
    wit::Member {
        value: parts.text("value"),
        ref_: parts.text("$ref"),
        type_: parts.text("type"),
        display: parts.text("display"),
        additional: parts.rest(),
    }
}

/// A member of the contract as the domain's.
pub fn write_member(member: wit::Member, pointer: &str) -> Result<Resource> {
    let wit::Member { value, ref_, type_, display, additional } = member;
    let writer = Writer::new(pointer).text("value", value).text("$ref", ref_);
    writer.text("type", type_).text("display", display).finish(additional)
}

/// Members of the contract as the domain's.
pub fn write_members(members: Vec<wit::Member>) -> Result<Vec<Resource>> {
    members.into_iter().enumerate().map(|(index, member)| write_member(member, &format!("/members/{index}"))).collect()
}

/// A Group of the domain as the contract's.
pub fn group(resource: Resource) -> wit::Group {
    let mut parts = Parts(resource);
    wit::Group {
        id: parts.text("id"),
        external_id: parts.text("externalId"),
        meta: parts.object("meta", meta),
        display_name: parts.text("displayName"),
        members: parts.list("members", member),
        extensions: parts.extensions(),
        additional: parts.rest(),
    }
}

/// A Group of the contract as the domain's; `pointer` is where it stands in the input.
pub fn write_group(group: wit::Group, pointer: &str) -> Result<Resource> {
    let wit::Group { id, external_id, meta, display_name, members, extensions, additional } = group;
    Writer::new(pointer)
        .text("id", id)
        .text("externalId", external_id)
        .object("meta", meta, write_meta)?
        .text("displayName", display_name)
        .list("members", members, write_member)?
        .extensions(extensions)?
        .finish(additional)
}

/// A resource as JSON text.
pub fn json(resource: Resource) -> String {
    resource.to_string()
}

/// A document's `meta`.
pub fn read_meta(value: &Data) -> Option<wit::Meta> {
    value.as_object().cloned().map(|object| meta(Parts(object)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    fn round_trip(value: Data) -> Data {
        Data::from(write_user(user(value.as_object().unwrap().clone()), "/payload").unwrap())
    }

    #[test]
    fn absent_null_and_empty_stay_different_and_nothing_is_lost() {
        let odd = json!({
            "schemas": [urn::USER], "userName": "ada", "title": null, "emails": [], "roles": null, "name": {"givenName": "Ada", "x": {"y": [1]}},
            "phoneNumbers": [{"value": "1", "verified": true}], "ims": "not a list", "addresses": [7], "custom": {"deep": [null]},
            urn::ENTERPRISE_USER: {"department": "d", "manager": {"value": "m", "odd": 1}}, "urn:x:y": {"a": 12345678901234567890123456789_f64},
        });
        assert_eq!(round_trip(odd.clone()), odd);
        let typed = user(odd.as_object().unwrap().clone());
        assert_eq!((typed.emails, typed.roles, typed.groups), (Some(vec![]), None, None));
    }

    #[test]
    fn sloppy_values_are_read_for_what_they_mean() {
        let typed = user(
            json!({"USERNAME": "ada", "active": "False", "id": 7, "emails": ["a@b", {"value": "c@d"}]})
                .as_object()
                .unwrap()
                .clone(),
        );
        let values: Vec<_> = typed.emails.unwrap().into_iter().map(|email| email.value.unwrap()).collect();
        assert_eq!(
            (typed.user_name.as_deref(), typed.active, typed.id.as_deref(), values),
            (Some("ada"), Some(false), Some("7"), vec!["a@b".to_owned(), "c@d".to_owned()])
        );
        assert_eq!(typed.additional, None);
    }

    #[test]
    fn additional_must_be_an_object() {
        let mut broken = user(Resource::new());
        broken.additional = Some("[1]".into());
        let failure = write_user(broken, "/payload").unwrap_err();
        assert_eq!(failure.detail, "payload.additional: expected a JSON object, found an array");
        assert_eq!(failure.pointer.as_deref(), Some("/payload/additional"));
    }
}
