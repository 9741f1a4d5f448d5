//! Members of groups: added, removed, set by difference, in the portions and the style the profile asks for.
//!
//! A member is its `value`: adding one that is there and removing one that is not change nothing. Each request may therefore be
//! repeated after a lost answer (`Effect::IdempotentWrite`), and adding and removing read nothing unless the provider refuses.

use super::{reading, safe_to_repeat, without_members};
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{AddMembers, Headers, Listing, Members, Query, RemoveMembers, SetMembers, View};
use crate::operations::modify::{ROUNDS, known, lacks_method, supports};
use crate::operations::output::Membership;
use crate::operations::resource::{Message, Versioned, read, send};
use crate::operations::target::Endpoint;
use crate::operations::{Context, Execute, STANDARD_TYPES, query};
use crate::profile::{MemberStyle, UpdateWith};
use crate::scim::filter::Filter;
use crate::scim::patch::{self, Op, Operation};
use crate::scim::resource::{Data, Node, Resource};
use std::borrow::Cow;
use std::collections::BTreeSet;

impl Execute for AddMembers {
    type Output = Membership;

    fn execute(self, context: &Context<'_>) -> Result<Membership> {
        with_group(context, self.0, |group, members| group.carry_out(Plan { add: members, ..Plan::default() }))
    }
}

impl Execute for RemoveMembers {
    type Output = Membership;

    fn execute(self, context: &Context<'_>) -> Result<Membership> {
        with_group(context, self.0, |group, members| group.carry_out(Plan { remove: members, ..Plan::default() }))
    }
}

impl Execute for SetMembers {
    type Output = Membership;

    fn execute(self, context: &Context<'_>) -> Result<Membership> {
        with_group(context, self.0, |group, members| Group { replaces: true, ..group }.set(&members))
    }
}

/// Has the group of an input changed, by its members, each once.
fn with_group(
    context: &Context<'_>,
    input: Members,
    change: impl FnOnce(Group<'_>, Vec<Resource>) -> Result<Membership>,
) -> Result<Membership> {
    let endpoint = context.endpoint()?;
    let members = distinct(&input.members, "/members")?;
    change(Group::new(context.client, context.what(), &endpoint, &input.id, &input.headers), members)
}

/// Members, each once, without `display`, which only the provider sets (RFC 7643 section 8.7.1).
pub fn distinct(members: &[Resource], pointer: &str) -> Result<Vec<Resource>> {
    let mut seen = BTreeSet::new();
    let mut result = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let Some(value) = identity(member) else {
            let at = format!("{pointer}/{index}/value");
            let detail = format!("{}: is required: the id of the member", crate::reader::place(&at));
            return Err(Failure::input(at, detail));
        };
        if seen.insert(value.clone()) {
            let mut member = member.clone();
            member.retain(|name, _| !["display", "value"].iter().any(|own| name.eq_ignore_ascii_case(own)));
            member.insert("value".to_owned(), Data::from(value));
            result.push(member);
        }
    }
    Ok(result)
}

fn identity(member: &Resource) -> Option<String> {
    member.text("value").filter(|value| !value.trim().is_empty())
}

/// The members of a group that was read; some servers send just their ids.
fn members_of(group: &Resource) -> Vec<Resource> {
    let items = group.get("members").and_then(Data::as_list).unwrap_or_default();
    let member = |item: &Data| match item.node() {
        Node::Object(object) => Some(object.clone()),
        Node::Text(id) => Some(Resource::from_iter([("value", id)])),
        _ => None,
    };
    items.iter().filter_map(member).collect()
}

fn identities(members: &[Resource]) -> BTreeSet<String> {
    members.iter().filter_map(identity).collect()
}

/// Which members come and go.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Members to add.
    pub add: Vec<Resource>,
    /// Members to remove.
    pub remove: Vec<Resource>,
    /// Members that are right already, where that is known.
    pub unchanged: Option<u32>,
}

impl Plan {
    /// What leads from one set of members to another.
    fn between(current: &[Resource], wanted: &[Resource]) -> Plan {
        let (have, want) = (identities(current), identities(wanted));
        let without = |list: &[Resource], other: &BTreeSet<String>| -> Vec<Resource> {
            list.iter().filter(|member| identity(member).is_some_and(|id| !other.contains(&id))).cloned().collect()
        };
        Plan {
            add: without(wanted, &have),
            remove: without(current, &want),
            unchanged: Some(count(have.intersection(&want).count())),
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// The operations that say so in the standard's own style.
    pub fn operations(&self) -> Vec<Operation> {
        let parts = [(Op::Add, &self.add), (Op::Remove, &self.remove)];
        parts.into_iter().flat_map(|(op, members)| written(MemberStyle::Path, op, members)).collect()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The operations of one request.
fn written(style: MemberStyle, op: Op, members: &[Resource]) -> Vec<Operation> {
    let path = Some("members".to_owned());
    let bare =
        || -> Data { members.iter().filter_map(identity).map(|id| Resource::from_iter([("value", id)])).collect() };
    let list = if op == Op::Remove { bare() } else { Data::from(members) };
    let one = |path: Option<String>, value: Data| vec![Operation { op, path, value: Some(value) }];
    match (style, op) {
        _ if members.is_empty() && op != Op::Replace => Vec::new(),
        // Nothing to name: all of them go (RFC 7644 section 3.5.2.2).
        _ if members.is_empty() => vec![Operation { op: Op::Remove, path, value: None }],
        (MemberStyle::Path | MemberStyle::Pathless, Op::Remove) => {
            let selected = |id: String| Filter::eq("value", id).ok().map(|filter| format!("members[{filter}]"));
            let paths = members.iter().filter_map(identity).filter_map(selected);
            paths.map(|path| Operation { op, path: Some(path), value: None }).collect()
        }
        (MemberStyle::Path | MemberStyle::List, _) => one(path, list),
        (MemberStyle::Pathless, _) => one(None, Resource::from_iter([("members", list)]).into()),
        (MemberStyle::Nested, _) => one(path, Resource::from_iter([("members", list)]).into()),
    }
}

/// A group whose members change.
pub struct Group<'a> {
    client: &'a Client<'a>,
    what: &'a str,
    endpoint: &'a Endpoint,
    id: &'a str,
    headers: &'a Headers,
    /// Whether its members are to be replaced whatever they are.
    replaces: bool,
}

impl<'a> Group<'a> {
    /// The group of an identifier. `what` names the operation in failures.
    pub fn new(
        client: &'a Client<'a>,
        what: &'a str,
        endpoint: &'a Endpoint,
        id: &'a str,
        headers: &'a Headers,
    ) -> Self {
        Group { client, what, endpoint, id, headers, replaces: false }
    }

    /// What makes these the members, found by reading them; none where the provider does not show them.
    pub fn plan(&self, wanted: &[Resource]) -> Result<Option<Plan>> {
        if !self.shown() {
            return Ok(None);
        }
        Ok(Some(Plan::between(&self.members()?, wanted)))
    }

    /// Makes these the members.
    pub fn set(&self, wanted: &[Resource]) -> Result<Membership> {
        match self.plan(wanted)? {
            Some(plan) if plan.is_empty() => Ok(Membership { unchanged: plan.unchanged, ..Membership::default() }),
            Some(plan) => self.fulfil(plan),
            None => self.replace(wanted),
        }
    }

    /// Carries out a plan that was made from the members the provider shows, and makes sure that it shows them.
    pub fn fulfil(&self, plan: Plan) -> Result<Membership> {
        let blind = !plan.add.is_empty() && plan.remove.is_empty() && plan.unchanged == Some(0);
        let done = self.carry_out(plan)?;
        if blind && self.members().map_err(|failure| safe_to_repeat(failure, true))?.is_empty() {
            let detail = format!(
                "{}: the members were added, but the provider does not show a group's members, so that none could be removed; set overrides.membersReturned to false if that is so",
                self.what
            );
            return Err(safe_to_repeat(Failure::new(Kind::Unsupported, detail), true));
        }
        Ok(done)
    }

    /// Adds and removes. First comes who is new, so that no group is empty in between.
    pub fn carry_out(&self, plan: Plan) -> Result<Membership> {
        if self.by_put() {
            return self.put(&plan);
        }
        let knobs = &self.client.connection().profile.knobs;
        // By path, each member that goes is an operation.
        let by_path = matches!(knobs.member_style, MemberStyle::Path | MemberStyle::Pathless);
        let operations = knobs.patch_operations.filter(|_| by_path);
        let removals = knobs.member_removals_per_request.into_iter().chain(operations).min();
        let total = plan.add.len() + plan.remove.len();
        let mut result = Membership { unchanged: plan.unchanged, ..Membership::default() };
        let parts = [(Op::Add, &plan.add, knobs.members_per_request), (Op::Remove, &plan.remove, removals)];
        for (op, members, limit) in parts {
            let sent = match self.portions(op, members, limit) {
                Ok(portions) => portions,
                Err((0, failure)) if lacks_method(&failure) && knobs.put && result.added + result.removed == 0 => {
                    return self.put(&plan);
                }
                Err((done, mut failure)) => {
                    let done = done + result.added as usize;
                    if done > 0 {
                        failure.detail =
                            format!("{done} of {total} changes of members were made; then {}", failure.detail);
                    }
                    return Err(safe_to_repeat(failure, done > 0));
                }
            };
            let changed = count(sent.sent);
            if op == Op::Add {
                result.added = changed
            } else {
                result.removed = changed
            }
            if sent.skipped > 0 {
                result.unchanged = Some(result.unchanged.unwrap_or(0).saturating_add(count(sent.skipped)));
            }
        }
        Ok(result)
    }

    /// Sends members in portions. Where the provider refuses one, because a member is there already or is not there any more, it goes
    /// on without those. On a failure says how many were sent before.
    fn portions(
        &self,
        op: Op,
        members: &[Resource],
        limit: Option<u32>,
    ) -> std::result::Result<Portions, (usize, Box<Failure>)> {
        let limit = limit.map_or(usize::MAX, |limit| limit.max(1) as usize);
        let (mut all, mut from) = (Cow::Borrowed(members), 0);
        let mut result = Portions::default();
        let mut looked = false;
        while from < all.len() {
            let left = all.get(from..).unwrap_or_default();
            let portion = left.get(..limit.min(left.len())).unwrap_or_default();
            let Err(failure) = self.patch(op, portion) else {
                result.sent += portion.len();
                from += portion.len();
                continue;
            };
            let hopeful = matches!(failure.kind, Kind::InvalidInput | Kind::NotFound | Kind::Conflict) && !looked;
            if !hopeful {
                return Err((result.sent, failure));
            }
            looked = true;
            let open = match self.open(op, left) {
                Ok(Some(open)) => open,
                Ok(None) => return self.singly(op, left, result),
                Err(found) if found.kind == Kind::NotFound => return Err((result.sent, failure)),
                Err(other) => return Err((result.sent, other)),
            };
            if open.len() == left.len() {
                return Err((result.sent, failure));
            }
            result.skipped += left.len() - open.len();
            (all, from) = (Cow::Owned(open), 0);
        }
        Ok(result)
    }

    /// Of these members, those that still have to be added or removed; none where the provider does not show members.
    fn open(&self, op: Op, members: &[Resource]) -> Result<Option<Vec<Resource>>> {
        if !self.shown() {
            return Ok(None);
        }
        let there = identities(&self.members()?);
        let open = |member: &&Resource| identity(member).is_some_and(|id| there.contains(&id) == (op == Op::Remove));
        Ok(Some(members.iter().filter(open).cloned().collect()))
    }

    /// Sends members one by one, passing over those that the provider says are right already.
    fn singly(
        &self,
        op: Op,
        members: &[Resource],
        mut result: Portions,
    ) -> std::result::Result<Portions, (usize, Box<Failure>)> {
        let mut exists = false;
        for member in members {
            let Err(failure) = self.patch(op, std::slice::from_ref(member)) else {
                result.sent += 1;
                continue;
            };
            let right = match op {
                Op::Remove => failure.kind == Kind::NotFound || failure.scim_type.as_deref() == Some("noTarget"),
                _ => failure.kind == Kind::Conflict,
            };
            if right && !exists {
                let view = without_members(self.endpoint);
                let group = read(self.client, self.what, self.endpoint, &reading(self.id, &view, self.headers));
                group.map_err(|failure| (result.sent, failure))?;
                exists = true;
            }
            if !right {
                return Err((result.sent, failure));
            }
            result.skipped += 1;
        }
        Ok(result)
    }

    /// One request. Its shape is the provider's, so it is not checked against the standard.
    fn patch(&self, op: Op, members: &[Resource]) -> Result<()> {
        let style = self.client.connection().profile.knobs.member_style;
        let body = patch::written(&written(style, op, members));
        // Answered with its members: one server would forget them otherwise (tests/servers/README.md).
        let message = Message::new(Method::Patch, Some(self.id), self.headers).with(Cow::Owned(body), true);
        send(self.client, self.what, self.endpoint, &message).map(|_| ())
    }

    /// All members at once, for a provider that does not show them.
    fn replace(&self, wanted: &[Resource]) -> Result<Membership> {
        if self.by_put() {
            return self.put(&Plan { add: wanted.to_vec(), ..Plan::default() });
        }
        let knobs = &self.client.connection().profile.knobs;
        if !knobs.replace_members {
            let detail = format!(
                "{}: this provider neither shows a group's members nor replaces them as a whole; add and remove members instead",
                self.what
            );
            return Err(Failure::new(Kind::Unsupported, detail).at("/members"));
        }
        let most = knobs.members_per_request;
        if most.is_some_and(|most| wanted.len() > most as usize) {
            let detail = format!(
                "{}: this provider does not show a group's members, so that they can only be replaced as a whole, and {} do not fit into one request of {}; add and remove members instead",
                self.what,
                wanted.len(),
                most.unwrap_or_default()
            );
            return Err(Failure::new(Kind::Unsupported, detail).at("/members"));
        }
        self.patch(Op::Replace, wanted).map_err(|failure| safe_to_repeat(failure, false))?;
        Ok(Membership { added: count(wanted.len()), ..Membership::default() })
    }

    fn by_put(&self) -> bool {
        let knobs = &self.client.connection().profile.knobs;
        // Where PATCH is said to change some attributes, and this is one, it does.
        let patchable = knobs.patch_attributes.is_some() && knobs.patches("Group", "members");
        knobs.put && ((knobs.update_with == UpdateWith::Put && !patchable) || !supports(self.client, "patch").0)
    }

    /// The group is read, changed and replaced; again where it has changed in between.
    fn put(&self, plan: &Plan) -> Result<Membership> {
        let shown = self.client.connection().profile.knobs.members_returned;
        if !shown && !self.replaces {
            let detail = format!(
                "{}: this provider changes a group by PUT only and does not show its members, so that they would be lost; use setGroupMembers",
                self.what
            );
            return Err(Failure::new(Kind::Unsupported, detail));
        }
        let (add, remove) = (identities(&plan.add), identities(&plan.remove));
        let mut round = 1;
        let mut lost = false;
        loop {
            let group = self.read(&View::default()).map_err(|failure| safe_to_repeat(failure, lost))?;
            let current = members_of(&group.resource);
            let have = identities(&current);
            let mut members = current.clone();
            members.retain(|member| identity(member).is_none_or(|id| !remove.contains(&id)));
            members.extend(plan.add.iter().filter(|it| identity(it).is_some_and(|id| !have.contains(&id))).cloned());
            let (added, removed) = (add.difference(&have).count(), remove.intersection(&have).count());
            let right = (add.len() - added) + (remove.len() - removed);
            let unchanged = plan.unchanged.unwrap_or(0).saturating_add(count(right));
            if added + removed == 0 && shown {
                return Ok(Membership { added: 0, removed: 0, unchanged: Some(unchanged) });
            }
            let mut body = patch::to_put(&group.resource, &[], known(self.endpoint), "")?;
            body.retain(|name, _| !name.eq_ignore_ascii_case("members"));
            body.insert("members".to_owned(), Data::from(members));
            let message = Message::new(Method::Put, Some(self.id), self.headers).with(Cow::Owned(body), true);
            match send(self.client, self.what, self.endpoint, &message.version(group.version.as_ref())) {
                Ok(_) => {
                    let unchanged = shown.then_some(unchanged);
                    return Ok(Membership { added: count(added), removed: count(removed), unchanged });
                }
                Err(failure) if failure.kind == Kind::Precondition && round < ROUNDS => {
                    lost |= failure.maybe_applied;
                    round += 1;
                }
                Err(failure) => return Err(safe_to_repeat(failure, lost)),
            }
        }
    }

    fn read(&self, view: &View) -> Result<Versioned> {
        read(self.client, self.what, self.endpoint, &reading(self.id, view, self.headers))
    }

    /// Whether the members can be known: the group has them, or its users can be listed.
    fn shown(&self) -> bool {
        let knobs = &self.client.connection().profile.knobs;
        knobs.members_returned || knobs.members_by_filter
    }

    /// The users that say they are in the group, for a provider whose groups do not show their members.
    fn users(&self) -> Result<Vec<Resource>> {
        let user = Endpoint::of(STANDARD_TYPES[0]);
        let filter = Filter::eq("groups.value", self.id).map_err(|error| error.at("/id"))?;
        let query = Query { filter: Some(filter.to_string()), ..Query::default() };
        let view = View { attributes: vec!["id".to_owned()], excluded: Vec::new() };
        let mut input = Listing { query, view, headers: self.headers.clone() };
        let mut members = Vec::new();
        loop {
            let listed = query::run(self.client, "listUsers", &user, query::QueryMethod::Get, &input)?;
            let ids = listed.page.resources.iter().filter_map(|user| user.text("id"));
            members.extend(ids.map(|id| Resource::from_iter([("value", id)])));
            match listed.next {
                Some(next) => input.query.page = Some(next),
                None if listed.complete => return Ok(members),
                None => {
                    let detail = format!("{}: the list of the group's users broke off; nothing was changed", self.what);
                    return Err(Failure::new(Kind::Protocol, detail));
                }
            }
        }
    }

    fn members(&self) -> Result<Vec<Resource>> {
        if !self.client.connection().profile.knobs.members_returned {
            return self.users();
        }
        let group = self.read(&View { attributes: vec!["members".to_owned()], excluded: Vec::new() })?;
        Ok(members_of(&group.resource))
    }
}

/// How far the portions have come.
#[derive(Default)]
struct Portions {
    /// Members sent.
    sent: usize,
    /// Members that were right already.
    skipped: usize,
}
