//! Members of groups: added, removed, set by difference, in the portions and the style the profile asks for.
//!
//! A member is its `value`: adding one that is there and removing one that is not change nothing. Each request may therefore be
//! repeated after a lost answer (`Effect::IdempotentWrite`), and adding and removing read nothing unless the provider refuses, or
//! its answer shows something else than was asked for: then the group is looked at, the other style is tried, and what is still not
//! so is a failure. `portions` sends, `members` compares.

use super::display;
use super::members::{self, Plan, count, identity, shown_in};
use super::{reading, safe_to_repeat, without_members};
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{AddMembers, Headers, Listing, Members, Query, RemoveMembers, SetMembers, View};
use crate::operations::complete_read::CompleteRead;
use crate::operations::modify::{ROUNDS, known, supports};
use crate::operations::output::Membership;
use crate::operations::resource::{Message, Versioned, read, send};
use crate::operations::seen::{self, Fact};
use crate::operations::target::Endpoint;
use crate::operations::{Context, Execute, STANDARD_TYPES, conditions, query};
use crate::profile::MemberStyle;
use crate::scim::filter::Filter;
use crate::scim::patch::{self, Op};
use crate::scim::resource::{Data, Resource};
use std::borrow::Cow;

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
    let members = members::distinct(&input.members, "/members")?;
    let group = Group::new(context.client, context.what(), &endpoint, &input.id, &input.headers);
    change(Group { read_back: input.read_back, ..group }, members)
}

/// A group whose members change.
pub struct Group<'a> {
    pub(super) client: &'a Client<'a>,
    pub(super) what: &'a str,
    pub(super) endpoint: &'a Endpoint,
    pub(super) id: &'a str,
    pub(super) headers: &'a Headers,
    /// Whether its members are to be replaced whatever they are.
    replaces: bool,
    /// Whether its members are read where no answer shows them.
    read_back: bool,
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
        Group { client, what, endpoint, id, headers, replaces: false, read_back: false }
    }

    /// What makes these the members, found by reading them; none where the provider does not show them.
    pub fn plan(&self, wanted: &[Resource]) -> Result<Option<Plan>> {
        if !self.shown() {
            return Ok(None);
        }
        Ok(Some(Plan::between(&self.look()?.unwrap_or_default(), wanted)))
    }

    /// Makes these the members.
    pub fn set(&self, wanted: &[Resource]) -> Result<Membership> {
        if !self.shown() {
            return self.replace(wanted);
        }
        let there = self.look()?;
        // Whether anybody is left cannot be told, so that all are removed.
        if there.is_none() && wanted.is_empty() && self.client.connection().profile.knobs.replace_members {
            return self.replace(wanted);
        }
        match Plan::between(&there.unwrap_or_default(), wanted) {
            plan if plan.is_empty() => {
                Ok(Membership { unchanged: plan.unchanged, verified: true, ..Membership::default() })
            }
            plan => self.fulfil(plan),
        }
    }

    /// Carries out a plan that was made from the members the provider shows, and makes sure that it shows them.
    pub fn fulfil(&self, plan: Plan) -> Result<Membership> {
        let blind = !plan.add.is_empty() && plan.remove.is_empty() && plan.unchanged == Some(0);
        let wanted = plan.add.clone();
        let mut done = self.carry_out(plan)?;
        if blind && !done.verified {
            let now = self.look().map_err(|failure| safe_to_repeat(failure, true))?;
            match now.filter(|members| !members.is_empty()) {
                Some(now) => done.verified = members::unmet(Op::Add, &wanted, &now).is_empty(),
                None => return Err(self.unseen()),
            }
        }
        Ok(done)
    }

    /// The failure of additions that the provider does not show, so that nobody can be told who else is there.
    fn unseen(&self) -> Box<Failure> {
        let detail = format!(
            "{}: the members were added, but the provider does not show a group's members, so that none could be removed; set overrides.membersReturned to false if that is so",
            self.what
        );
        safe_to_repeat(Failure::new(Kind::Unsupported, detail), true)
    }

    /// Adds and removes. First comes who is new, so that no group is empty in between.
    pub fn carry_out(&self, mut plan: Plan) -> Result<Membership> {
        let knobs = &self.client.connection().profile.knobs;
        if self.by_put() {
            return self.put(&plan);
        }
        if knobs.check_members && plan.wanted.is_none() && !plan.add.is_empty() && self.shown() {
            let there = self.look()?.unwrap_or_default();
            let all = plan.add.len();
            plan.doubled = members::doubled(&there);
            plan.doubled.retain(|double| plan.add.iter().any(|member| identity(member) == identity(double)));
            plan.add = members::without(&plan.add, &there);
            plan.unchanged = Some(count(all - plan.add.len()));
            if plan.is_empty() {
                return Ok(Membership { unchanged: plan.unchanged, verified: true, ..Membership::default() });
            }
        }
        let removals = self.removals_in_a_request();
        let most = knobs.members_per_request;
        if let Some(wanted) = &plan.wanted
            && knobs.replace_members
            && most.is_none_or(|most| wanted.len() <= most as usize)
            && (plan.is_long(most, removals) || !plan.doubled.is_empty())
            && let Some(done) = self.at_once(&plan, wanted)?
        {
            return Ok(done);
        }
        self.by_portions(&plan, most, removals)
    }

    /// Most members removed in one request: by path, each that goes is an operation.
    pub(super) fn removals_in_a_request(&self) -> Option<u32> {
        let knobs = &self.client.connection().profile.knobs;
        let by_path = matches!(knobs.member_style, MemberStyle::Path | MemberStyle::Pathless);
        let operations = knobs.patch_operations.filter(|_| by_path);
        knobs.member_removals_per_request.into_iter().chain(operations).min()
    }

    /// All members in one request instead of many; none where the provider refuses that.
    fn at_once(&self, plan: &Plan, wanted: &[Resource]) -> Result<Option<Membership>> {
        let knobs = &self.client.connection().profile.knobs;
        let shown = match self.patch(knobs.member_style, Op::Replace, wanted) {
            Ok(shown) => shown,
            Err(failure)
                if matches!(failure.kind, Kind::InvalidInput | Kind::Unsupported) && !failure.maybe_applied =>
            {
                return Ok(None);
            }
            Err(failure) => return Err(safe_to_repeat(failure, false)),
        };
        let mut done = Membership {
            added: count(plan.add.len()),
            removed: count(plan.remove.len()),
            unchanged: plan.unchanged,
            verified: false,
        };
        // Many were to go by one request: whether they did is worth a look.
        let now = match shown {
            Some(shown) => Some(shown),
            None => self.look().map_err(|failure| safe_to_repeat(failure, true))?,
        };
        if let Some(shown) = now {
            let left = Plan::between(&shown, wanted);
            done.verified = true;
            if !left.is_empty() {
                // Replaced is not what the provider did; what is left is added and removed.
                return self
                    .by_portions(&left, knobs.members_per_request, self.removals_in_a_request())
                    .map(|rest| Some(Membership { verified: rest.verified, ..done }));
            }
        }
        Ok(Some(done))
    }

    /// What was shown, or else, where the caller wants to know, what is read.
    pub(super) fn after(&self, shown: Option<Vec<Resource>>) -> Result<Option<Vec<Resource>>> {
        match shown {
            None if self.read_back && self.shown() => self.look().map_err(|failure| {
                let mut failure = safe_to_repeat(failure, true);
                failure.detail =
                    format!("{} was carried out, but reading the members failed: {}", self.what, failure.detail);
                failure
            }),
            shown => Ok(shown),
        }
    }

    /// One request, in a style. Its shape is the provider's, so it is not checked against the standard. The members that its answer
    /// shows.
    pub(super) fn patch(&self, style: MemberStyle, op: Op, members: &[Resource]) -> Result<Option<Vec<Resource>>> {
        let knobs = &self.client.connection().profile.knobs;
        let (named, unknown) = match op {
            Op::Add | Op::Replace if knobs.member_display => {
                let (named, unknown) = display::named(self.client, self.headers, members)?;
                (Cow::Owned(named), unknown)
            }
            _ => (Cow::Borrowed(members), Vec::new()),
        };
        let operations = match (knobs.pathless_patch, op) {
            // To remove without a path is to replace, which `by_portions` does.
            (true, Op::Add | Op::Replace) => {
                let value = Resource::from_iter([("members", Data::from(named.as_ref()))]);
                vec![patch::Operation { op, path: None, value: Some(value.into()) }]
            }
            _ => members::written(style, op, &named),
        };
        self.send_patch(&operations).map_err(|failure| display::explained(failure, &unknown))
    }

    /// Sends operations on members; gives the members that the answer shows.
    pub(super) fn send_patch(&self, operations: &[patch::Operation]) -> Result<Option<Vec<Resource>>> {
        // Answered with its members: one server would forget them otherwise (tests/servers/README.md).
        let message =
            Message::new(Method::Patch, Some(self.id), self.headers).with(Cow::Owned(patch::written(operations)), true);
        let message = Message { empty_is_refusal: true, ..message };
        let answer = send(self.client, self.what, self.endpoint, &message)?;
        Ok(answer.and_then(|answer| self.believed(&answer.resource)))
    }

    /// The members that an answer shows, where the provider is one that shows them.
    fn believed(&self, answer: &Resource) -> Option<Vec<Resource>> {
        shown_in(answer).filter(|_| self.client.connection().profile.knobs.members_returned)
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
        self.patch(knobs.member_style, Op::Replace, wanted).map_err(|failure| safe_to_repeat(failure, false))?;
        Ok(Membership { added: count(wanted.len()), ..Membership::default() })
    }

    /// Whether members go by PUT: where there is no PATCH, or it is said not to change them. How users are updated says nothing
    /// about it.
    fn by_put(&self) -> bool {
        let knobs = &self.client.connection().profile.knobs;
        knobs.put && (!supports(self.client, "patch").0 || !knobs.patches("Group", "members"))
    }

    /// The group is read, changed and replaced; again where it has changed in between.
    pub(super) fn put(&self, plan: &Plan) -> Result<Membership> {
        let shown = self.client.connection().profile.knobs.members_returned;
        if !shown && !self.replaces {
            let detail = format!(
                "{}: this provider changes a group by PUT only and does not show its members, so that they would be lost; use setGroupMembers",
                self.what
            );
            return Err(Failure::new(Kind::Unsupported, detail));
        }
        let (client, what, endpoint, id) = (self.client, self.what, self.endpoint, Some(self.id));
        let headers = self.headers.as_slice();
        let whole = CompleteRead { client, what, endpoint, id, headers, new_members: !shown };
        let (add, remove) = (members::identities(&plan.add), members::identities(&plan.remove));
        let (mut round, mut lost) = (1, false);
        let mut refused: Option<String> = None;
        loop {
            let mut group = whole.read().map_err(|failure| safe_to_repeat(failure, lost))?;
            conditions::drop_refused(client, &mut group, refused.as_deref());
            let current = shown_in(&group.resource).unwrap_or_default();
            let have = members::identities(&current);
            let doubled = members::doubled(&current);
            let mut members = members::without(&current, &plan.remove);
            let mut once = std::collections::BTreeSet::new();
            members.retain(|member| identity(member).is_none_or(|id| once.insert(id)));
            members.extend(plan.add.iter().filter(|it| identity(it).is_some_and(|id| !have.contains(&id))).cloned());
            let (added, removed) = (add.difference(&have).count(), remove.intersection(&have).count());
            let right = (add.len() - added) + (remove.len() - removed);
            let unchanged = Some(plan.unchanged.unwrap_or(0).saturating_add(count(right))).filter(|_| shown);
            if added + removed == 0 && shown && (plan.wanted.is_none() || doubled.is_empty()) {
                return Ok(Membership { added: 0, removed: 0, unchanged, verified: true });
            }
            client.warn("the members were changed by PUT, with the group read before");
            let mut body = patch::to_put(&group.resource, &[], known(endpoint), "")?;
            body.retain(|name, _| !name.eq_ignore_ascii_case("members"));
            body.insert("members".to_owned(), Data::from(members));
            let message = Message::new(Method::Put, id, headers).with(Cow::Owned(body), true);
            match send(client, what, endpoint, &message.version(group.version.as_ref())) {
                Ok(answer) => {
                    let now = self.after(answer.and_then(|answer| self.believed(&answer.resource)))?;
                    self.proven(Op::Add, &plan.add, now.as_deref())?;
                    self.proven(Op::Remove, &plan.remove, now.as_deref())?;
                    let verified = now.is_some();
                    return Ok(Membership { added: count(added), removed: count(removed), unchanged, verified });
                }
                Err(failure) if failure.kind == Kind::Precondition && round < ROUNDS => {
                    lost |= failure.maybe_applied;
                    refused = group.version;
                    round += 1;
                }
                Err(failure) => return Err(safe_to_repeat(failure, lost)),
            }
        }
    }

    /// Fails where what was shown is not what the operation makes it, and reading the members shows the same.
    pub(super) fn proven(&self, op: Op, members: &[Resource], shown: Option<&[Resource]>) -> Result<()> {
        let Some(shown) = shown else { return Ok(()) };
        if members::unmet(op, members, shown).is_empty() {
            return Ok(());
        }
        let now = self.look().map_err(|failure| safe_to_repeat(failure, true))?;
        match now.map(|now| members::unmet(op, members, &now).len()) {
            Some(0) | None => Ok(()),
            Some(left) => Err(self.not_done(op, left)),
        }
    }

    /// The failure of a change that was accepted and not made.
    pub(super) fn not_done(&self, op: Op, left: usize) -> Box<Failure> {
        let (what, seen, advice) = match op {
            Op::Remove => ("removed", "are still members", "memberStyle has other ways to name them"),
            _ => (
                "added",
                "are not members",
                "memberStyle has other ways to name them, and membersReturned says that members are not shown",
            ),
        };
        let detail = format!(
            "{}: the provider accepted the change, but {left} that were to be {what} {seen}; of overrides, {advice}",
            self.what
        );
        safe_to_repeat(Failure::new(Kind::Unsupported, detail), true)
    }

    pub(super) fn read(&self, view: &View) -> Result<Versioned> {
        read(self.client, self.what, self.endpoint, &reading(self.id, view, self.headers))
    }

    /// Whether the group is there.
    pub(super) fn exists(&self) -> Result<()> {
        self.read(&without_members(self.endpoint)).map(|_| ())
    }

    /// Whether the members can be known: the group has them, or its users can be listed.
    pub(super) fn shown(&self) -> bool {
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

    /// The members as they are now; none where the group does not show whether it has any.
    pub(super) fn look(&self) -> Result<Option<Vec<Resource>>> {
        let knobs = &self.client.connection().profile.knobs;
        if !knobs.members_returned {
            return if knobs.members_by_filter { self.users().map(Some) } else { Ok(None) };
        }
        let group = self.read(&View { attributes: vec!["members".to_owned()], excluded: Vec::new() })?;
        let members = shown_in(&group.resource);
        if members.as_ref().is_some_and(|members| !members.is_empty()) {
            seen::note(self.client, Fact::MembersByName);
        }
        let known = || knobs.omits_empty || seen::knows(self.client, Fact::MembersByName);
        Ok(members.or_else(|| known().then(Vec::new)))
    }
}
