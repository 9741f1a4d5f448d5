//! Ensure: a resource is found, created, or changed where it differs.
//!
//! Nothing is created or changed twice: a creation (`Effect::Write`) and a change whose answer is lost are followed by another look
//! before anything is sent again. A failure that is left is transient where its cause may pass: the call may be repeated.
//!
//! A `password` is sent when the resource is created and never compared or changed. Members in a group's payload become the members,
//! by difference; a payload without them leaves them alone.

use super::lookup::Search;
use super::membership::{self, Group};
use super::{headers, reading, safe_to_repeat, without_members};
use crate::catalog::table::Row;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::operations::modify::{self, beyond, known, lacks_method, style, supports};
use crate::operations::resource::{Message, Versioned, payload, read, send};
use crate::operations::target::Endpoint;
use crate::operations::{Ensured, EnsuredResource, Input, Options, Output, Verb, View};
use crate::operations::{lint, validate};
use crate::profile::UpdateWith;
use crate::scim::patch::{self, Op, Operation};
use crate::scim::resource::{Data, Node, Resource};
use std::borrow::Cow;

/// Most times that something is sent because of what came of the time before.
const ROUNDS: u32 = 4;

/// Makes a resource exist as described.
pub fn run(client: &Client<'_>, row: &Row, endpoint: &Endpoint, input: &Input) -> Result<Output> {
    lint::payload(client, endpoint, &input.payload)?;
    if input.options.validate {
        validate::check(client, Verb::Create, endpoint, input)?;
    }
    let checked = payload(endpoint, input, true)?;
    let (mut desired, mut members) = (checked.clone(), None);
    desired.retain(|name, _| !name.eq_ignore_ascii_case("password"));
    if endpoint.known.is_some_and(|known| known.name == "Group") {
        members = members_in(&checked)?;
        desired.retain(|name, _| !name.eq_ignore_ascii_case("members"));
    }
    let search = Search::new(client, row, endpoint, input)?;
    let ensure = Ensure {
        client,
        what: row.name,
        endpoint,
        options: headers(&input.options),
        dry_run: input.ensure.dry_run,
        new: checked,
        desired,
        members,
        search,
    };
    let mut progress = Progress::default();
    match ensure.settle(&mut progress) {
        Ok(resource) => Ok(Output::Ensured(EnsuredResource {
            outcome: progress.outcome(),
            resource,
            changes: progress.changes,
            noun: endpoint.noun(),
        })),
        Err(failure) => {
            let changed = !ensure.dry_run && (progress.lost || progress.outcome() != Ensured::Unchanged);
            Err(safe_to_repeat(failure, changed))
        }
    }
}

/// The members that a payload names; none where it leaves them out.
fn members_in(payload: &Resource) -> Result<Option<Vec<Resource>>> {
    let members = match payload.get("members").map(Data::node) {
        None => return Ok(None),
        Some(Node::List(items)) => items.iter().filter_map(Data::as_object).cloned().collect(),
        Some(_) => Vec::new(),
    };
    membership::distinct(&members, "/payload/members").map(Some)
}

struct Ensure<'a> {
    client: &'a Client<'a>,
    what: &'static str,
    endpoint: &'a Endpoint,
    options: Options,
    dry_run: bool,
    /// What is sent to create it.
    new: Resource,
    /// What it is compared with: without password and members.
    desired: Resource,
    /// The members it shall have.
    members: Option<Vec<Resource>>,
    search: Search<'a>,
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
enum Step {
    Done(Resource),
    /// The provider says that it is there already.
    Exists(Box<Failure>),
    /// Nobody knows whether it was carried out.
    Lost(Box<Failure>),
    /// It has changed, or gone, since it was read.
    Stale(Box<Failure>),
}

impl Ensure<'_> {
    fn settle(&self, progress: &mut Progress) -> Result<Resource> {
        let mut current = self.search.find(false)?;
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
                Step::Done(resource) => return Ok(resource),
                Step::Exists(failure) => {
                    current = match self.search.find(true) {
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
                Step::Lost(failure) => {
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
                Step::Stale(failure) => {
                    progress.lost |= failure.maybe_applied;
                    current = self.look_again(id.as_deref())?;
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
            match self.read(id, without_members(self.endpoint)) {
                Err(failure) if failure.kind == Kind::NotFound => {}
                found => return found.map(Some),
            }
        }
        self.search.find(false)
    }

    fn hidden(&self, mut failure: Box<Failure>) -> Box<Failure> {
        failure.kind = Kind::Conflict;
        failure.detail = format!(
            "{}: the provider says that it exists, but it cannot be found by {}; another unique attribute may be taken, or the credentials do not show it ({})",
            self.what,
            self.search.names(),
            failure.detail
        );
        failure
    }

    fn create(&self, progress: &mut Progress) -> Result<Step> {
        let mut body = self.new.clone();
        let most = self.client.connection().profile.knobs.members_per_request;
        let members = self.members.as_deref().unwrap_or_default();
        let later = most.is_some_and(|most| members.len() > most as usize);
        if self.members.is_some() {
            body.retain(|name, _| !name.eq_ignore_ascii_case("members"));
            if !later && !members.is_empty() {
                body.insert("members", members);
            }
        }
        if self.dry_run {
            progress.created = true;
            body.retain(|name, _| !name.eq_ignore_ascii_case("password"));
            return Ok(Step::Done(body));
        }
        let created = match send(self.client, self.what, self.endpoint, &self.message(Verb::Create, "", Some(body))) {
            // A creation always gives a resource.
            Ok(created) => created.ok_or_else(|| Failure::new(Kind::Internal, "a creation gave nothing"))?,
            Err(failure) if failure.maybe_applied => {
                progress.lost_creation = true;
                return Ok(Step::Lost(failure));
            }
            Err(failure) if failure.kind == Kind::Conflict => return Ok(Step::Exists(failure)),
            Err(failure) => return Err(failure),
        };
        progress.created = true;
        let created = match created.id() {
            Some(_) => created,
            None => self.search.find(false)?.unwrap_or(created),
        };
        match (created.id(), later) {
            (Some(id), true) => self.settle_members(&id, created.resource, progress).map(Step::Done),
            (None, true) => Err(Failure::new(
                Kind::Protocol,
                format!(
                    "{}: the group was created, but neither the answer nor a search gives its id, so that its members could not be added; call again",
                    self.what
                ),
            )),
            _ => Ok(Step::Done(created.resource)),
        }
    }

    fn change(&self, current: &Versioned, progress: &mut Progress) -> Result<Step> {
        let Some(id) = current.id() else {
            return Err(Failure::new(Kind::Protocol, format!("{}: the provider's resource has no id", self.what)));
        };
        let operations = self.differences(current);
        if operations.is_empty() {
            return self.settle_members(&id, current.resource.clone(), progress).map(Step::Done);
        }
        if self.dry_run {
            progress.note(&operations);
            return self.settle_members(&id, current.resource.clone(), progress).map(Step::Done);
        }
        let sent = match self.way(&operations)? {
            UpdateWith::Put => self.put(&id),
            UpdateWith::Patch => self.patch(&id, current, &operations),
        };
        let answered = match sent {
            Ok(answered) => answered,
            Err(failure) if failure.kind == Kind::Precondition => {
                if failure.maybe_applied {
                    progress.note(&operations);
                }
                return Ok(Step::Stale(failure));
            }
            Err(failure) if failure.maybe_applied => {
                progress.note(&operations);
                return Ok(Step::Lost(failure));
            }
            Err(failure) if failure.kind == Kind::NotFound => return Ok(Step::Stale(failure)),
            Err(failure) => return Err(failure),
        };
        progress.note(&operations);
        let now = match answered {
            Some(now) => now,
            None => self.read(&id, without_members(self.endpoint))?,
        };
        let left = self.differences(&now);
        if !left.is_empty() {
            let paths: Vec<&str> = left.iter().filter_map(|operation| operation.path.as_deref()).collect();
            self.client.warn(format!(
                "the provider accepted the change, but its answer still differs in {}",
                paths.join(", ")
            ));
        }
        self.settle_members(&id, now.resource, progress).map(Step::Done)
    }

    /// What makes the resource as desired.
    fn differences(&self, current: &Versioned) -> Vec<Operation> {
        let options = patch::Options { style: style(self.client), ..patch::Options::default() };
        patch::diff(&current.resource, &self.desired, known(self.endpoint), &options)
    }

    /// How these operations are sent.
    fn way(&self, operations: &[Operation]) -> Result<UpdateWith> {
        let knobs = &self.client.connection().profile.knobs;
        let patches = supports(self.client, "patch").0;
        if let Err(failure) = modify::fits(self.client, self.what, operations)
            && patches
        {
            return if knobs.put { Ok(UpdateWith::Put) } else { Err(failure) };
        }
        match (patches, knobs.put, beyond(self.client, self.endpoint, operations)) {
            (false, false, _) => Err(Failure::new(
                Kind::Unsupported,
                format!("{}: this provider has neither PATCH nor PUT, so that nothing can be changed", self.what),
            )),
            (true, false, Some(name)) => Err(Failure::new(
                Kind::Unsupported,
                format!("{}: {name:?} differs, and this provider cannot change it", self.what),
            )),
            (true, false, None) => Ok(UpdateWith::Patch),
            (true, true, None) => Ok(knobs.update_with),
            (_, true, _) => Ok(UpdateWith::Put),
        }
    }

    fn patch(&self, id: &str, current: &Versioned, operations: &[Operation]) -> Result<Option<Versioned>> {
        let mut version = current.version.clone();
        if version.is_none() && supports(self.client, "etag").0 {
            // A list may be without the versions that the resources have.
            version = self.read(id, without_members(self.endpoint))?.version;
        }
        let mut message =
            self.message(Verb::Patch, id, Some(patch::body(operations, known(self.endpoint), "/payload")?));
        message.repeatable = modify::idempotent(self.endpoint, operations);
        match send(self.client, self.what, self.endpoint, &message.version(version.as_ref())) {
            Err(failure) if lacks_method(&failure) && self.client.connection().profile.knobs.put => self.put(id),
            sent => sent,
        }
    }

    /// The whole of it as it is now, a group's members included, changed and sent.
    fn put(&self, id: &str) -> Result<Option<Versioned>> {
        modify::shows_members(self.client, self.what, self.endpoint)?;
        let whole = self.read(id, View::default())?;
        let body = patch::for_put(&whole.resource, &self.desired, known(self.endpoint))?;
        let message = self.message(Verb::Update, id, Some(body));
        send(self.client, self.what, self.endpoint, &message.version(whole.version.as_ref()))
    }

    /// Sees to the members of a group that is otherwise as desired, and gives the group as it is then.
    fn settle_members(&self, id: &str, resource: Resource, progress: &mut Progress) -> Result<Resource> {
        let Some(members) = &self.members else { return Ok(resource) };
        let group = Group::new(self.client, self.what, self.endpoint, id, &self.options);
        let Some(plan) = group.plan(members)? else {
            let replace = Operation {
                op: Op::Replace,
                path: Some("members".to_owned()),
                value: Some(Data::from(members.as_slice())),
            };
            progress.note(&[replace]);
            if !self.dry_run {
                group.set(members)?;
            }
            return Ok(resource);
        };
        if plan.is_empty() {
            return Ok(resource);
        }
        progress.note(&plan.operations());
        if self.dry_run {
            return Ok(resource);
        }
        group.fulfil(plan)?;
        Ok(self.read(id, without_members(self.endpoint))?.resource)
    }

    fn message<'m>(&'m self, verb: Verb, id: &'m str, body: Option<Resource>) -> Message<'m> {
        // One server forgets the members of a group that it changes and shall answer without them.
        let view = Cow::Owned(View::default());
        Message { verb, id, body, repeatable: false, view, options: Cow::Borrowed(&self.options) }
    }

    fn read(&self, id: &str, view: View) -> Result<Versioned> {
        read(self.client, self.what, self.endpoint, &reading(id, view, &self.options))
    }
}
