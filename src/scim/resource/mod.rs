//! Resources as JSON, the one interface through which they are read, compared, changed and written: [`Resource`] is an object,
//! [`Data`] any value, [`Node`] a value being read. Names are read without regard to their case (RFC 7643 section 2.1), written
//! strictly; absent, null and `[]` are three different things.
//!
//! What was read is its text and an index of it (`tape`), which is made once; what is changed lies over it (`overlay`); what is
//! written is copied from the text, but for what was changed (`text`). So what comes goes on as it came: members in their order,
//! numbers by their digits, texts with their escapes. Only `text` and `border` know `serde_json`.

mod border;
mod cursor;
mod data;
mod overlay;
#[cfg(test)]
mod properties;
mod tape;
#[cfg(test)]
mod testing;
mod text;

use super::urn;
pub use cursor::{Cursor, Seen};
pub use data::{Data, Node, Number, boolean};
use overlay::{Part, Parts, Source, Text};
use scim_connector_redaction::is_secret_path;
use std::borrow::Cow;
#[cfg(test)]
pub(crate) use testing::json;
pub use text::SyntaxError;

/// A resource, or any other object in one: members by name, in the order in which they came. Two are equal when they have equal
/// members, in whatever order.
#[derive(Clone, Default)]
pub struct Resource(Parts<Member>);

/// A member of an object. No other member of it has the same name.
#[derive(Clone)]
struct Member {
    name: Text,
    value: Data,
}

impl Member {
    fn new(name: impl Into<String>, value: impl Into<Data>) -> Member {
        Member { name: Text::Own(name.into()), value: value.into() }
    }

    fn is(&self, name: &str) -> bool {
        self.name.is(name)
    }
}

impl Source {
    /// A member of an object by name, as [`Resource::get`] finds it.
    fn member(&self, name: &str) -> Option<Data> {
        let (document, object) = (self.document(), self.place());
        let named =
            |is: &dyn Fn(&str) -> bool| document.members(object).find(|(found, _)| is(&document.decoded(*found)));
        let found = named(&|found| found == name).or_else(|| named(&|found| found.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| Data::of(self.at(value)))
    }
}

impl Part for Member {
    fn all(source: &Source) -> Vec<Member> {
        let members = || source.document().members(source.place());
        let mut all = Vec::with_capacity(members().count());
        all.extend(
            members()
                .map(|(name, value)| Member { name: Text::quoted(source.at(name)), value: Data::of(source.at(value)) }),
        );
        all
    }
}

/// Up to how many members names are compared one by one.
const FEW: usize = 24;

impl Resource {
    /// Without members.
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, name: &str) -> Option<&Member> {
        let mut alike = self.0.get().iter().filter(|member| member.name.is_in_any_case(name));
        let first = alike.next()?;
        let exact = if first.is(name) { None } else { alike.find(|member| member.is(name)) };
        Some(exact.unwrap_or(first))
    }

    /// The name a member has, the case of the given one not mattering; the exact name wins.
    pub fn key(&self, name: &str) -> Option<&str> {
        self.find(name).map(|member| member.name.as_str())
    }

    /// A member by name, its case not mattering; the exact name wins.
    pub fn get(&self, name: &str) -> Option<&Data> {
        self.find(name).map(|member| &member.value)
    }

    /// A member that is text; numbers and booleans, which some servers send for text, are read as such.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.unread() {
            // The rest is not taken out of the text for it.
            Some(source) => source.member(name)?.to_text(),
            None => self.get(name)?.to_text(),
        }
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
        if !self.contains(name) {
            return None;
        }
        self.0.edit()?.iter_mut().find(|member| member.is(name)).map(|member| &mut member.value)
    }

    /// Whether there is a member of exactly this name.
    pub fn contains(&self, name: &str) -> bool {
        self.0.get().iter().any(|member| member.is(name))
    }

    /// Sets a member of exactly this name; gives back the one it had.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Data>) -> Option<Data> {
        self.put(Member::new(name, value))
    }

    fn put(&mut self, member: Member) -> Option<Data> {
        let members = self.0.edit()?;
        match members.iter_mut().find(|other| other.name == member.name) {
            Some(other) => Some(std::mem::replace(&mut other.value, member.value)),
            None => {
                members.push(member);
                None
            }
        }
    }

    /// Gives the member of exactly this name another one, which none has.
    pub fn rename(&mut self, name: &str, other: &str) {
        let member = self.0.edit().into_iter().flatten().find(|member| member.is(name));
        member.into_iter().for_each(|member| member.name = Text::Own(other.to_owned()));
    }

    /// Takes out the member of exactly this name.
    pub fn remove(&mut self, name: &str) -> Option<Data> {
        let at = self.0.get().iter().position(|member| member.is(name))?;
        Some(self.0.edit()?.remove(at).value)
    }

    /// Takes out all members but those for which `stays` is true.
    pub fn retain(&mut self, mut stays: impl FnMut(&str, &Data) -> bool) {
        let members = self.iter().zip(0..);
        let go: Vec<u32> = members.filter(|((name, value), _)| !stays(name, value)).map(|(_, at)| at).collect();
        if !go.is_empty() {
            self.take_out(&go);
        }
    }

    /// Takes out the members at these places, which are in order.
    fn take_out(&mut self, places: &[u32]) {
        let Some(members) = self.0.edit() else { return };
        let (mut at, mut places) = (0.., places.iter().peekable());
        members.retain(|_| places.next_if_eq(&&at.next().unwrap_or_default()).is_none());
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.get().len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.get().is_empty()
    }

    /// The members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Data)> + Clone {
        self.0.get().iter().map(|member| (member.name.as_str(), &member.value))
    }

    /// The members, their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Data)> {
        self.0.edit().into_iter().flatten().map(|member| (member.name.as_str(), &mut member.value))
    }

    /// The names of the members.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.get().iter().map(|member| member.name.as_str())
    }

    /// The values of the members.
    pub fn values(&self) -> impl Iterator<Item = &Data> {
        self.0.get().iter().map(|member| &member.value)
    }

    /// Members by name, so that those of two objects can be compared.
    fn sorted(&self) -> impl Iterator<Item = &Member> {
        let members = self.0.get();
        sorted(members).into_iter().filter_map(|(_, at)| members.get(at as usize))
    }
}

/// Names of members, sorted, with where they stand.
fn sorted(members: &[Member]) -> Vec<(Cow<'_, str>, u32)> {
    let names = members.iter().zip(0..).map(|(member, at)| (Cow::Borrowed(member.name.as_str()), at));
    let mut names: Vec<_> = names.collect();
    tape::sort(&mut names);
    names
}

impl PartialEq for Resource {
    fn eq(&self, other: &Resource) -> bool {
        let (ours, theirs) = (self.0.get(), other.0.get());
        let same = |(one, other): (&Member, &Member)| one.name == other.name && one.value == other.value;
        let counterpart = |one: &Member| theirs.iter().find(|other| one.name == other.name);
        self.0.is(&other.0)
            || ours.len() == theirs.len()
                && match ours.iter().zip(theirs).all(|(one, other)| one.name == other.name) {
                    true => ours.iter().zip(theirs).all(same),
                    false if ours.len() <= FEW => {
                        ours.iter().all(|one| counterpart(one).is_some_and(|other| one.value == other.value))
                    }
                    false => self.sorted().zip(other.sorted()).all(same),
                }
    }
}

impl Eq for Resource {}

impl<K: Into<String>, V: Into<Data>> FromIterator<(K, V)> for Resource {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        let mut resource = Resource::new();
        resource.extend(members);
        resource
    }
}

/// Of members with the same name the last counts.
impl<K: Into<String>, V: Into<Data>> Extend<(K, V)> for Resource {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, added: I) {
        let added = added.into_iter().map(|(name, value)| Member::new(name, value)).collect();
        self.put_all(added);
    }
}

impl Resource {
    fn put_all(&mut self, added: Vec<Member>) {
        if added.len() <= FEW {
            added.into_iter().for_each(|member| drop(self.put(member)));
        } else if let Some(members) = self.0.edit() {
            members.extend(added);
            last_of_each(members);
        }
    }
}

/// Takes out all members that another one of the same name follows.
fn last_of_each(members: &mut Vec<Member>) {
    let mut stay = vec![true; members.len()];
    let names = sorted(members);
    for ((_, one), _) in names.iter().zip(names.iter().skip(1)).filter(|(one, next)| one.0 == next.0) {
        stay.iter_mut().skip(*one as usize).take(1).for_each(|stays| *stays = false);
    }
    drop(names);
    let mut stay = stay.into_iter();
    members.retain(|_| stay.next() != Some(false));
}

impl IntoIterator for Resource {
    type Item = (String, Data);
    type IntoIter = Members;

    fn into_iter(self) -> Members {
        Members(self.0.into_vec().into_iter())
    }
}

/// The members of an object that is taken apart.
pub struct Members(std::vec::IntoIter<Member>);

impl Iterator for Members {
    type Item = (String, Data);

    fn next(&mut self) -> Option<(String, Data)> {
        self.0.next().map(|member| (member.name.into_string(), member.value))
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
    if has_unassigned(&*resource) {
        resource.iter_mut().for_each(|(_, value)| leave_out_parts(value));
    }
    resource.retain(|name, value| {
        let members = group && name.eq_ignore_ascii_case("members") && value.is_list();
        members || !is_unassigned(value)
    });
}

/// Takes out what has no value in a value; what has nothing to be taken out stays as it was read.
fn leave_out_parts(value: &mut Data) {
    if !has_unassigned(&*value) {
        return;
    }
    if let Some(object) = value.as_object_mut() {
        object.iter_mut().for_each(|(_, value)| leave_out_parts(value));
        object.retain(|_, value| !is_unassigned(value));
    } else if let Some(items) = value.as_list_mut() {
        items.iter_mut().for_each(leave_out_parts);
        items.retain(|item| !is_unassigned(item));
    }
}

/// Whether a part of a value, however deep, has no value.
pub fn has_unassigned<'a>(value: impl Into<Cursor<'a>>) -> bool {
    let value = value.into();
    value.may_have_unassigned() && value.any(&mut |_, part| part.is_unassigned() || has_unassigned(part))
}

fn is_unassigned(value: &Data) -> bool {
    Cursor::from(value).is_unassigned()
}

/// Tells the passwords in a value: a resource, PATCH operations, or, where `secret` says so, all of it.
pub fn passwords<'a>(value: &'a Data, secret: bool, tell: &mut dyn FnMut(&'a str)) {
    if secret || names_password(value.into()) {
        tell_passwords(value, secret, tell);
    }
}

/// Whether a member's name or path in a value, however deep, is that of a password.
pub fn names_password(value: Cursor<'_>) -> bool {
    // A look at the names is quick, and nearly always enough.
    let may = |name: &str| is_secret_path(name) || name.eq_ignore_ascii_case("path");
    value.any_name(&mut |name| may(name)) && has_password(value)
}

fn has_password(value: Cursor<'_>) -> bool {
    value.any(&mut |name, part| {
        let Some(name) = name else { return has_password(part) };
        let of_path = || matches!(part.seen(), Seen::Text(path) if is_secret_path(&path));
        is_secret_path(name) || (name.eq_ignore_ascii_case("path") && of_path()) || has_password(part)
    })
}

fn tell_passwords<'a>(value: &'a Data, secret: bool, tell: &mut dyn FnMut(&'a str)) {
    match value.node() {
        Node::Text(text) if secret => tell(text),
        Node::Number(number) if secret => tell(number.as_str()),
        Node::List(items) => items.iter().for_each(|item| tell_passwords(item, secret, tell)),
        Node::Object(object) => {
            let of_path = object.get("path").and_then(Data::as_str).is_some_and(is_secret_path);
            for (name, item) in object.iter() {
                let of_name = is_secret_path(name) || (of_path && name.eq_ignore_ascii_case("value"));
                tell_passwords(item, secret || of_name, tell);
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
    let path = path.trim_end();
    let ends = |secret: &str| {
        let (before, name) = path.split_at_checked(path.len().checked_sub(secret.len())?)?;
        let before = before.trim_end();
        Some(name.eq_ignore_ascii_case(secret) && (before.is_empty() || before.ends_with([':', '.'])))
    };
    NEVER_SHOWN.iter().any(|secret| ends(secret) == Some(true))
}

/// Whether a member's name is a schema's URN rather than an attribute's name.
pub fn is_urn(name: &str) -> bool {
    name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
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
    fn passwords_are_known_by_name_and_path() {
        for path in [
            "password",
            " PassWord ",
            "urn:ietf:params:scim:schemas:core:2.0:User:password",
            "a. irk",
            "a.b.clientToken",
        ] {
            assert!(is_never_shown(path), "{path}");
        }
        for path in ["", "passwords", "mypassword", "password.x", "pass word", "ä", "é-irk"] {
            assert!(!is_never_shown(path), "{path}");
        }
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
}
