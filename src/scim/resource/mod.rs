//! Resources as JSON, the one interface through which they are read, compared, changed and written: [`Resource`] is an object,
//! [`Data`] any value, [`Node`] a value being read. Names are read without regard to their case (RFC 7643 section 2.1), written
//! strictly; absent, null and `[]` are three different things.
//!
//! Only `text` and `border` know how JSON is parsed.

mod border;
mod data;
#[cfg(test)]
mod testing;
mod text;

use super::urn;
pub use data::{Data, Node, Number};
use scim_connector_redaction::is_secret_path;
use std::collections::BTreeMap;
#[cfg(test)]
pub(crate) use testing::json;
pub use text::SyntaxError;

/// A resource, or any other object in one: members by name, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource(BTreeMap<String, Data>);

impl Resource {
    /// Without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name a member has, the case of the given one not mattering; the exact name wins.
    pub fn key(&self, name: &str) -> Option<&str> {
        match self.0.get_key_value(name) {
            Some((key, _)) => Some(key),
            None => self.keys().find(|key| key.eq_ignore_ascii_case(name)),
        }
    }

    /// A member by name, its case not mattering; the exact name wins.
    pub fn get(&self, name: &str) -> Option<&Data> {
        let any_case = || self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        self.0.get(name).or_else(any_case)
    }

    /// A member that is text; numbers and booleans, which some servers send for text, are read as such.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.to_text()
    }

    /// A member that is a number, also as text.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)?.node() {
            Node::Number(number) => number.as_u64(),
            Node::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A member of exactly this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Data> {
        self.0.get_mut(name)
    }

    /// Whether there is a member of exactly this name.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Sets a member of exactly this name; gives back the one it had.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Data>) -> Option<Data> {
        self.0.insert(name.into(), value.into())
    }

    /// Takes out the member of exactly this name.
    pub fn remove(&mut self, name: &str) -> Option<Data> {
        self.0.remove(name)
    }

    /// Takes out all members but those for which `stays` is true.
    pub fn retain(&mut self, mut stays: impl FnMut(&str, &Data) -> bool) {
        self.0.retain(|name, value| stays(name, value));
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Data)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The members, their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Data)> {
        self.0.iter_mut().map(|(name, value)| (name.as_str(), value))
    }

    /// The names of the members.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The values of the members.
    pub fn values(&self) -> impl Iterator<Item = &Data> {
        self.0.values()
    }
}

impl<K: Into<String>, V: Into<Data>> FromIterator<(K, V)> for Resource {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        Self(members.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<K: Into<String>, V: Into<Data>> Extend<(K, V)> for Resource {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, members: I) {
        self.0.extend(members.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

impl IntoIterator for Resource {
    type Item = (String, Data);
    type IntoIter = std::collections::btree_map::IntoIter<String, Data>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Names the schemas of a resource that is about to be sent: the core schema and every extension it uses, besides those the
/// caller named (RFC 7643 section 3).
pub fn name_schemas(resource: &mut Resource, core: Option<&str>) {
    let named = match resource.get("schemas").map(Data::node) {
        Some(Node::List(items)) => items.iter().filter_map(Data::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let extensions =
        resource.iter().filter(|(key, value)| is_urn(key) && !value.is_null()).map(|(key, _)| key.to_owned());
    let mut schemas: Vec<String> = Vec::new();
    for schema in core.map(str::to_owned).into_iter().chain(named).chain(extensions) {
        if !schemas.iter().any(|known| known.eq_ignore_ascii_case(&schema)) {
            schemas.push(schema);
        }
    }
    resource.retain(|key, _| !key.eq_ignore_ascii_case("schemas"));
    if !schemas.is_empty() {
        resource.insert("schemas", schemas);
    }
}

/// Takes out what only the provider may set (RFC 7643 sections 3.1 and 4.1.2).
pub fn strip_read_only(resource: &mut Resource, core: Option<&str>) {
    let own: &[&str] = if core == Some(urn::USER) { &["id", "meta", "groups"] } else { &["id", "meta"] };
    resource.retain(|key, _| !own.iter().any(|name| key.eq_ignore_ascii_case(name)));
}

/// Takes out what has no value, however deep: null, `[]` and `{}` are the same as absent (RFC 7643 section 2.5), and some providers
/// refuse or misread them. A group's empty `members` stay where the caller names them: nobody shall be in it, and some providers
/// keep everybody where they are left out, or demand them.
pub fn leave_out_unassigned(resource: &mut Resource, core: Option<&str>) {
    let group = core.is_some_and(|core| core.eq_ignore_ascii_case(urn::GROUP));
    resource.0.values_mut().for_each(leave_out_parts);
    resource.retain(|name, value| {
        let members = group && name.eq_ignore_ascii_case("members") && value.is_list();
        members || !is_unassigned(value)
    });
}

fn leave_out_parts(value: &mut Data) {
    if let Some(object) = value.as_object_mut() {
        object.0.values_mut().for_each(leave_out_parts);
        object.retain(|_, value| !is_unassigned(value));
    } else if let Some(items) = value.as_list_mut() {
        items.iter_mut().for_each(leave_out_parts);
        items.retain(|item| !is_unassigned(item));
    }
}

fn is_unassigned(value: &Data) -> bool {
    match value.node() {
        Node::Null => true,
        Node::List(items) => items.is_empty(),
        Node::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// Tells the passwords in a value: a resource, PATCH operations, or, where `secret` says so, all of it.
pub fn passwords<'a>(value: &'a Data, secret: bool, tell: &mut dyn FnMut(&'a str)) {
    match value.node() {
        Node::Text(text) if secret => tell(text),
        Node::Number(number) if secret => tell(&number.0),
        Node::List(items) => items.iter().for_each(|item| passwords(item, secret, tell)),
        Node::Object(object) => {
            let of_path = object.get("path").and_then(Data::as_str).is_some_and(is_secret_path);
            for (name, item) in object.iter() {
                let of_name = is_secret_path(name) || (of_path && name.eq_ignore_ascii_case("value"));
                passwords(item, secret || of_name, tell);
            }
        }
        _ => {}
    }
}

/// Attributes that no provider shows: the password, and the keys of devices (RFC 9944 sections 6 and 7).
const NEVER_SHOWN: [&str; 5] = ["password", "clientToken", "irk", "bootstrapKey", "fdoVoucher"];

/// Whether an attribute's name or path, with or without its schema's URN, is of one that no provider shows. Of others that are
/// secret an answer may well prove something.
pub fn is_never_shown(path: &str) -> bool {
    let name = path.rsplit([':', '.']).next().unwrap_or_default().trim();
    NEVER_SHOWN.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// Whether a member's name is a schema's URN rather than an attribute's name.
pub fn is_urn(name: &str) -> bool {
    name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
}

/// How deep JSON text nests, without reading it otherwise.
pub fn depth(bytes: &[u8]) -> u32 {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0u32, 0u32, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Data) -> Resource {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn names_are_found_in_any_case_and_the_exact_one_wins() {
        let resource = object(json!({"USERNAME": "a", "userName": "b", "Active": "False", "count": "7"}));
        assert_eq!(resource.text("userName").as_deref(), Some("b"));
        assert_eq!(resource.get("active").and_then(Data::as_boolean), Some(false));
        assert_eq!(resource.number("COUNT"), Some(7));
        assert_eq!(resource.get("missing"), None);
    }

    #[test]
    fn what_has_no_value_is_left_out() {
        let mut user = object(json!({"userName": "a", "photos": [], "emails": null, "name": {"givenName": null},
            "phoneNumbers": [{}, {"value": "1", "type": null}], "urn:x": {"a": [], "b": {"c": {}}}, "active": false, "title": ""}));
        leave_out_unassigned(&mut user, Some(urn::USER));
        let left = json!({"userName": "a", "phoneNumbers": [{"value": "1"}], "active": false, "title": ""});
        assert_eq!(Data::from(user), left);
        for (core, expected) in [(urn::GROUP, json!({"members": []})), (urn::USER, json!({}))] {
            let mut group = object(json!({"members": [], "displayName": null}));
            leave_out_unassigned(&mut group, Some(core));
            assert_eq!(Data::from(group), expected);
        }
    }

    #[test]
    fn schemas_are_named_once_each() {
        let enterprise = urn::ENTERPRISE_USER;
        let mut resource = object(
            json!({"Schemas": ["urn:x:y", urn::USER.to_lowercase()], enterprise: {"department": "d"}, "urn:gone": null}),
        );
        name_schemas(&mut resource, Some(urn::USER));
        assert_eq!(
            Data::from(resource),
            json!({"schemas": [urn::USER, "urn:x:y", enterprise], enterprise: {"department": "d"}, "urn:gone": null})
        );
    }

    #[test]
    fn depth_counts_brackets_outside_strings() {
        let rows = [("{}", 1), ("[[[]]]", 3), (r#"{"a":"[[[\"[["}"#, 1), ("1", 0), ("]]]][", 1)];
        for (text, expected) in rows {
            assert_eq!(depth(text.as_bytes()), expected, "{text}");
        }
    }
}
