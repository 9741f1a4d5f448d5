//! Ensure: a resource is found, created, or changed where it differs.
//!
//! Nothing is created or changed twice: a creation (`Effect::Write`) and a change whose answer is lost are followed by another look
//! before anything is sent again. A failure that is left is transient where its cause may pass: the call may be repeated.
//!
//! What was done is what the provider's answers show: a change that leaves everything as it was is none.
//!
//! A `password` is sent when the resource is created and never compared or changed. Members in a group's payload become the members,
//! by difference; a payload without them leaves them alone.

mod change;
mod proof;

use super::lookup::{self, Search};
use super::members::{self, Plan};
use super::membership::Group;
use super::{reading, safe_to_repeat, without_members};
use crate::contract::{Operation as Named, Verb};
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{self, Headers, View};
use crate::operations::modify::{known, style};
use crate::operations::output::{Ensured, EnsuredResource};
use crate::operations::resource::{Message, Versioned, checked, read, send, written};
use crate::operations::target::Endpoint;
use crate::operations::{self, Context, Execute, conditions, creation, lint, validate};
use crate::reader;
use crate::scim::patch::{self, Op, Operation, Style};
use crate::scim::resource::{Data, Node, Resource, leave_out_unassigned};
use crate::scim::spelling;
use std::borrow::Cow;
use std::cell::Cell;

/// Most times that something is sent because of what came of the time before.
const ROUNDS: u32 = 4;

impl Execute for input::Ensure {
    type Output = EnsuredResource;

    fn execute(self, context: &Context<'_>) -> Result<EnsuredResource> {
        let input::Ensure { mut payload, match_on, dry_run, validate, headers } = self;
        let (client, what, endpoint) = (context.client, context.what(), &context.endpoint()?);
        if let Some(known) = endpoint.known {
            spelling::write_texts(&mut payload, known.attributes);
        }
        lint::payload(client, endpoint, &payload)?;
        if validate {
            validate::payload(client, endpoint, &payload, true)?;
        }
        checked(endpoint, &payload, true)?;
        let search = Search::new(context, endpoint, &payload, &match_on, &headers)?;
        let written = written(endpoint, payload)?;
        let mut desired = written.clone();
        let mut new = written;
        leave_out_unassigned(&mut new, endpoint.schema.as_deref());
        let members =
            if endpoint.known.is_some_and(|known| known.name == "Group") { members_in(&desired)? } else { None };
        desired.retain(|name, _| !(is(name, "password") || members.is_some() && is(name, "members")));
        let most = client.connection().profile.knobs.members_per_request;
        let wanted = members.as_deref().unwrap_or_default();
        let members_later = most.is_some_and(|most| wanted.len() > most as usize);
        if members.is_some() {
            new.retain(|name, _| !is(name, "members"));
            if !members_later && !wanted.is_empty() {
                new.insert("members", wanted);
            }
        }
        let ensure = Ensuring {
            client,
            what,
            endpoint,
            headers: &headers,
            dry_run,
            new,
            desired,
            members,
            members_later,
            search: Some(search),
            unconditional: Cell::new(false),
        };
        let mut progress = Progress::default();
        match ensure.search(false).and_then(|current| ensure.settle(current, &mut progress)) {
            Ok(resource) => Ok(EnsuredResource {
                outcome: progress.outcome(),
                resource,
                changes: progress.changes,
                noun: endpoint.noun(),
                dry_run,
            }),
            Err(mut failure) => {
                let changed = !dry_run && (progress.lost || progress.outcome() != Ensured::Unchanged);
                if changed {
                    // So a search says that knows nothing of what was sent before it.
                    failure.detail = failure.detail.replace("; nothing was changed", "");
                }
                Err(safe_to_repeat(failure, changed))
            }
        }
    }
}

/// Changes a resource that is there where it differs from what is desired, as an ensure does once it has found it; members apart.
pub fn change(
    (client, what, endpoint): (&Client<'_>, &'static str, &Endpoint),
    current: Resource,
    desired: Resource,
    headers: &Headers,
) -> Result<Resource> {
    let ensure = Ensuring {
        client,
        what,
        endpoint,
        headers,
        dry_run: false,
        new: Resource::new(),
        desired,
        members: None,
        members_later: false,
        search: None,
        unconditional: Cell::new(false),
    };
    let mut progress = Progress::default();
    let settled = ensure.settle(Some(Versioned::new(client, current, None)), &mut progress);
    settled.map_err(|failure| safe_to_repeat(failure, progress.lost || progress.outcome() != Ensured::Unchanged))
}

/// The keys of an ensure operation by name, with its input as JSON: calls that have one in common must wait for each other. In the
/// order in which they are to be taken; none for other operations.
///
/// # Errors
/// Where there is no such operation, or the input cannot be read.
pub fn keys(operation: &str, input: &str) -> Result<Vec<String>> {
    let operation = Named::named(operation)?;
    if operation.verb() != Verb::Ensure {
        return Ok(Vec::new());
    }
    let text = if input.trim().is_empty() { "{}" } else { input };
    let input = reader::parse(text, "input", Kind::InvalidInput)?;
    let (_, input) = input::form::read::<input::Ensure>(operation, input)?;
    lookup::digests(operation.subject(), &input.payload, &input.match_on)
}

/// Whether an attribute is the one of this name (RFC 7643 section 2.1).
fn is(name: &str, attribute: &str) -> bool {
    name.eq_ignore_ascii_case(attribute)
}

/// The members that a payload names; none where it leaves them out.
fn members_in(payload: &Resource) -> Result<Option<Vec<Resource>>> {
    let members = match payload.get("members").map(Data::node) {
        None => return Ok(None),
        Some(Node::List(items)) => items.iter().filter_map(Data::as_object).cloned().collect(),
        Some(_) => Vec::new(),
    };
    members::distinct(&members, "/payload/members").map(Some)
}

/// An `ensure` operation under way.
struct Ensuring<'a> {
    client: &'a Client<'a>,
    what: &'static str,
    endpoint: &'a Endpoint,
    headers: &'a Headers,
    dry_run: bool,
    /// What is sent to create it, with as many members as one request may have.
    new: Resource,
    /// What it is compared with: without password and members.
    desired: Resource,
    /// The members it shall have.
    members: Option<Vec<Resource>>,
    /// Whether its members are more than may be sent with it.
    members_later: bool,
    /// How it is found; none where only the one that is there already is meant.
    search: Option<Search<'a>>,
    /// Whether the provider refuses the versions that it gives, so that none is sent.
    unconditional: Cell<bool>,
}

/// What has been done.
#[derive(Default)]
struct Progress {
    created: bool,
    changes: Vec<Operation>,
    /// Whether a creation was sent of which nothing is known.
    lost_creation: bool,
    /// Whether anything was sent of which nothing is known.
    lost: bool,
}

impl Progress {
    fn outcome(&self) -> Ensured {
        match (self.created, self.changes.is_empty()) {
            (true, _) => Ensured::Created,
            (false, false) => Ensured::Updated,
            (false, true) => Ensured::Unchanged,
        }
    }

    /// Operations that were sent: what was refused was not carried out, unless the failure says that some of it may have been.
    fn noted<T>(&mut self, operations: &[Operation], sent: Result<T>) -> Result<T> {
        if sent.as_ref().err().is_none_or(|failure| failure.maybe_applied) {
            self.note(operations);
        }
        sent
    }

    /// Operations that were, or may have been, carried out; those of an earlier round only once.
    fn note(&mut self, operations: &[Operation]) {
        for operation in operations {
            if !self.changes.contains(operation) {
                self.changes.push(operation.clone());
            }
        }
    }
}

/// What one round came to.
enum RoundOutcome {
    Done(Resource),
    /// The provider says that it is there already.
    Exists(Box<Failure>),
    /// Nobody knows whether it was carried out.
    Lost(Box<Failure>),
    /// As `Lost`, after as many attempts as the connection allows.
    Exhausted(Box<Failure>),
    /// It has changed, or gone, since it was read.
    Stale(Box<Failure>),
}

impl Ensuring<'_> {
    /// Leads from what is there, if anything is, to what shall be.
    fn settle(&self, mut current: Option<Versioned>, progress: &mut Progress) -> Result<Resource> {
        let mut round = 1;
        // A change was lost that must not be sent again: no attempt is left, or the provider may still be at it.
        let mut spent = None;
        loop {
            let id = current.as_ref().and_then(Versioned::id);
            let step = match (&current, spent.take()) {
                (None, _) => self.create(progress)?,
                (Some(current), Some(failure)) if !self.differences(current).is_empty() => return Err(failure),
                (Some(current), _) => self.change(current, progress)?,
            };
            let failure = match step {
                RoundOutcome::Done(resource) => return Ok(resource),
                RoundOutcome::Exists(failure) => {
                    current = match self.search(true) {
                        Ok(found) => found,
                        // The provider's refusal says more than that it cannot list what there is.
                        Err(other) if matches!(other.kind, Kind::Unsupported | Kind::InvalidInput) => None,
                        Err(other) => return Err(other),
                    };
                    if current.is_none() {
                        return Err(self.hidden(failure));
                    }
                    failure
                }
                RoundOutcome::Lost(failure) => {
                    progress.lost = true;
                    let may_repeat = self.client.rest(round);
                    current = self.look_again(id.as_deref())?;
                    // A provider that has not answered in time may still be at it: what it creates later must not be there twice.
                    let pending = failure.kind == Kind::Timeout || failure.status == Some(504);
                    // What a success was answered to exists, even if it cannot be seen yet.
                    let answered = failure.status.is_some_and(|status| (200..300).contains(&status));
                    if current.is_none() && (pending || answered || !may_repeat) {
                        return Err(failure);
                    }
                    spent = ((pending || !may_repeat) && id.is_some()).then(|| failure.clone());
                    failure
                }
                RoundOutcome::Exhausted(failure) => {
                    progress.lost = true;
                    current = self.look_again(id.as_deref())?;
                    if current.is_none() {
                        return Err(failure);
                    }
                    spent = Some(failure.clone());
                    failure
                }
                RoundOutcome::Stale(failure) => {
                    progress.lost |= failure.maybe_applied;
                    let refused = current.and_then(|current| current.version);
                    current = self.look_again(id.as_deref())?;
                    if let Some(current) = &mut current {
                        let was = current.version.is_some();
                        conditions::drop_refused(self.client, current, refused.as_deref());
                        self.unconditional.set(self.unconditional.get() || was && current.version.is_none());
                    }
                    failure
                }
            };
            if round >= ROUNDS {
                return Err(failure);
            }
            // What is there after a creation of which nothing was heard is what it created.
            progress.created |= current.is_some() && progress.lost_creation;
            round += 1;
        }
    }

    /// The resource as it is now: by its identifier, or by search where it has none or is gone.
    fn look_again(&self, id: Option<&str>) -> Result<Option<Versioned>> {
        if let Some(id) = id {
            match self.read(id, &without_members(self.endpoint)) {
                Err(failure) if failure.kind == Kind::NotFound => {}
                found => return found.map(Some),
            }
        }
        self.search(false)
    }

    /// Looks for it.
    fn search(&self, thorough: bool) -> Result<Option<Versioned>> {
        match &self.search {
            Some(search) => search.find(thorough),
            None => Err(Failure::new(
                Kind::NotFound,
                format!("{}: the {} is not there any more", self.what, self.endpoint.noun()),
            )),
        }
    }

    /// The attributes it is looked for by.
    fn names(&self) -> String {
        self.search.as_ref().map_or_else(|| "its id".to_owned(), Search::names)
    }

    fn hidden(&self, mut failure: Box<Failure>) -> Box<Failure> {
        failure.kind = Kind::Conflict;
        failure.detail = format!(
            "{}: the provider says that it exists, but it cannot be found by {}; another unique attribute may be taken, or the credentials do not show it ({})",
            self.what,
            self.names(),
            failure.detail
        );
        failure
    }

    fn create(&self, progress: &mut Progress) -> Result<RoundOutcome> {
        if self.dry_run {
            progress.created = true;
            let mut resource = self.new.clone();
            resource.retain(|name, _| !is(name, "password"));
            return Ok(RoundOutcome::Done(resource));
        }
        let message = Message::new(Method::Post, None, self.headers).with(Cow::Borrowed(&self.new), false);
        let created = match send(self.client, self.what, self.endpoint, &message) {
            // A creation always gives a resource.
            Ok(created) => created.ok_or_else(|| Failure::new(Kind::Internal, "a creation gave nothing"))?,
            Err(failure) if failure.maybe_applied => {
                progress.lost_creation = true;
                return Ok(RoundOutcome::Lost(failure));
            }
            Err(failure) if failure.kind == Kind::Conflict => return Ok(RoundOutcome::Exists(failure)),
            Err(failure) => return Err(failure),
        };
        progress.created = true;
        let created = match created.id() {
            Some(_) => created,
            None => match self.search(false) {
                Ok(Some(found)) => found,
                Err(failure) if !matches!(failure.kind, Kind::Unsupported | Kind::Ambiguous) => return Err(failure),
                // It was created, although the search cannot tell which it is.
                _ => {
                    self.client.warn(format!(
                        "the provider answered {} with neither an id nor a location that has one, and a search does not tell which the new {} is; the result has no id",
                        self.what,
                        self.endpoint.noun()
                    ));
                    created
                }
            },
        };
        let open = self.is_left_active(&created);
        let later = self.members_later || self.lacks_members(&created.resource);
        match created.id() {
            Some(id) if open || later => self.is_what_was_sent(&id, &created)?,
            None if open => return Err(operations::proof::not_deactivated(self.what)),
            None if self.members_later => {
                return Err(Failure::new(
                    Kind::Protocol,
                    format!(
                        "{}: the group was created, but neither the answer nor a search gives its id, so that its members could not be added; call again",
                        self.what
                    ),
                ));
            }
            _ => {}
        }
        if open {
            // Some create everybody as active.
            return self.change(&created, progress);
        }
        operations::proof::created(self.client, self.what, self.endpoint, &self.new, &created);
        match created.id() {
            Some(id) if later => self.settle_members(&id, created.resource, progress).map(RoundOutcome::Done),
            _ => Ok(RoundOutcome::Done(created.resource)),
        }
    }

    /// Fails where a creation was answered with another resource than the one that was sent: nothing more is sent to that one. A
    /// resource whose name the answer does not show is read.
    fn is_what_was_sent(&self, id: &str, created: &Versioned) -> Result<()> {
        let is_same = |found: &Versioned| creation::is_same(self.client, self.endpoint, &self.new, &found.resource);
        let same = match is_same(created) {
            None if self.endpoint.known.is_some() => is_same(&self.read(id, &without_members(self.endpoint))?),
            same => same,
        };
        if same != Some(false) {
            return Ok(());
        }
        let detail = format!(
            "{}: the provider answered the creation with another resource, to which nothing was sent; look for the one that was meant by {} before you repeat the call",
            self.what,
            self.names()
        );
        Err(Failure::new(Kind::Protocol, detail).maybe_applied())
    }

    /// Whether the answer to a creation does not show the members that were sent with it, at a provider that shows members: some
    /// drop them.
    fn lacks_members(&self, created: &Resource) -> bool {
        let wanted = self.members.as_deref().unwrap_or_default();
        let shown = members::shown_in(created);
        let is_other = |shown: &Vec<Resource>| !Plan::between(shown, wanted).is_empty();
        self.client.connection().profile.knobs.members_returned
            && !wanted.is_empty()
            && shown.as_ref().is_none_or(is_other)
    }

    /// Sees to the members of a group that is otherwise as desired, and gives the group as it is then.
    fn settle_members(&self, id: &str, resource: Resource, progress: &mut Progress) -> Result<Resource> {
        let Some(members) = &self.members else { return Ok(resource) };
        let group = Group::new(self.client, self.what, self.endpoint, id, self.headers);
        let Some(plan) = group.plan(members)? else {
            let replace = Operation {
                op: Op::Replace,
                path: Some("members".to_owned()),
                value: Some(Data::from(members.as_slice())),
            };
            if self.dry_run {
                progress.note(&[replace]);
            } else {
                progress.noted(&[replace], group.set(members))?;
            }
            return Ok(resource);
        };
        if plan.is_empty() {
            return Ok(resource);
        }
        let operations = plan.operations();
        if self.dry_run {
            progress.note(&operations);
            return Ok(resource);
        }
        progress.noted(&operations, group.fulfil(plan))?;
        Ok(self.read(id, &without_members(self.endpoint))?.resource)
    }

    /// What makes the resource as desired.
    fn differences(&self, current: &Versioned) -> Vec<Operation> {
        self.differences_as(current, style(self.client))
    }

    fn differences_as(&self, current: &Versioned, style: Style) -> Vec<Operation> {
        let options = patch::Options { style, ..patch::Options::default() };
        patch::diff(&current.resource, &self.desired, known(self.endpoint), &options)
    }

    fn read(&self, id: &str, view: &View) -> Result<Versioned> {
        read(self.client, self.what, self.endpoint, &reading(id, view, self.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ensures_of_the_same_resource_have_a_key_in_common() {
        let user = |input: &str| keys("ensureUser", input).unwrap();
        let ada = user(r#"{"payload": {"userName": "Ada@example.com", "externalId": "e1"}}"#);
        assert_eq!(ada.len(), 2);
        assert!(ada.is_sorted() && ada.iter().all(|key| key.len() == 32 && !key.contains("ada")));
        for same in [
            r#"{"payload": {"userName": "ada@EXAMPLE.com "}}"#,
            r#"{"payload": {"userName": "DEFAULT/ada@example.com"}, "matchOn": ["userName"]}"#,
            r#"{"payload": {"userName": "other", "externalId": "e1"}}"#,
        ] {
            assert!(user(same).iter().any(|key| ada.contains(key)), "{same}");
        }
        let other = user(r#"{"payload": {"userName": "ada", "externalId": "e2", "emails": [{"value": "e1"}]}}"#);
        assert!(!other.iter().any(|key| ada.contains(key)));
        let eng = keys("ensureGroup", r#"{"payload": {"displayName": "René"}}"#).unwrap();
        assert_eq!(eng, keys("ensureGroup", r#"{"payload": {"displayName": "RENE\u0301"}}"#).unwrap());
        assert_eq!(keys("createUser", "{}").unwrap(), Vec::<String>::new());
        assert_eq!(keys("ensureUser", "{}").unwrap_err().kind, Kind::InvalidInput);
        assert_eq!(keys("ensureUsr", "{}").unwrap_err().kind, Kind::InvalidInput);
    }
}
