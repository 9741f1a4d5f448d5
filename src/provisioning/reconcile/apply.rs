//! Carries decisions out: what is created and changed first, then who is deactivated, then what is deleted. In bulk where the provider
//! has it, otherwise one by one, as the operations of one resource do it.
//!
//! One failure does not stop the others. What says that no other would fare better does, and so does time that runs out: what is left
//! then was not carried out, and is said not to be.

use super::difference::{Wanted, is_about_members};
use super::matching::subject;
use super::report::{Action, ChangeOutcome, Decision};
use super::rules::Rules;
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::input::reconcile::Reconcile;
use crate::input::{Activation, Bulk, Change};
use crate::operations::modify::{beyond_of, fits, patch_body};
use crate::operations::resource::{Message, send};
use crate::operations::{Context, Execute as _, bulk, creation, proof};
use crate::profile::UpdateWith;
use crate::provisioning::lookup::Search;
use crate::provisioning::members::{self, Plan};
use crate::provisioning::membership::Group;
use crate::provisioning::{activation, ensure};
use crate::scim::bulk as wire;
use crate::scim::resource::{Data, Resource};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// So few are not worth a look at whether there is bulk.
const FEW: usize = 3;
/// Operations of a bulk call, whose results are let go of before the next.
const PORTION: usize = 500;
/// So many without an answer in a row, and the provider is taken to be away.
const SILENT: u32 = 3;
/// So many creations without an answer are looked for at once.
const LOOKED_FOR: usize = 20;

/// A decision, and what became of it.
pub struct Item {
    /// The decision.
    pub decision: Decision,
    /// What became of it.
    pub outcome: ChangeOutcome,
    /// Why it failed.
    pub failure: Option<Box<Failure>>,
}

impl Item {
    /// One that was not carried out yet.
    pub fn new(decision: Decision) -> Item {
        let outcome = match decision.action {
            Action::Unchanged | Action::Leave => ChangeOutcome::Done,
            _ => ChangeOutcome::NotCarriedOut,
        };
        Item { decision, outcome, failure: None }
    }

    /// Whether anything is to be sent for it.
    fn is_sent(&self) -> bool {
        matches!(self.decision.action, Action::Create | Action::Delete) || !self.decision.operations.is_empty()
    }

    fn settle(&mut self, done: Result<Option<String>>) {
        match done {
            Ok(id) => {
                self.outcome = ChangeOutcome::Done;
                self.decision.id = id.or(self.decision.id.take());
            }
            Err(failure) => {
                self.outcome = ChangeOutcome::Failed;
                self.failure = Some(failure);
            }
        }
    }
}

/// How a call carries out.
pub struct Course<'a, 'c> {
    context: &'a Context<'c>,
    rules: &'a Rules<'a>,
    input: &'a Reconcile,
    /// Whether there is bulk, once that is known.
    bulk: Option<bool>,
    /// The longest that one took, milliseconds.
    slowest: u64,
    /// How many in a row had no answer.
    silent: u32,
    /// Why no more is carried out.
    stopped: Option<Box<Failure>>,
}

impl<'a, 'c> Course<'a, 'c> {
    /// The course of a call.
    pub fn new(context: &'a Context<'c>, rules: &'a Rules<'a>, input: &'a Reconcile) -> Self {
        Course { context, rules, input, bulk: None, slowest: 0, silent: 0, stopped: None }
    }

    /// Carries out what can be.
    pub fn carry_out(mut self, items: &mut [Item]) {
        for item in items.iter_mut().filter(|item| item.decision.action == Action::Link && !item.is_sent()) {
            item.outcome = ChangeOutcome::Done;
        }
        let phases: [&[Action]; 3] = [
            &[Action::Create, Action::Update, Action::Link, Action::Reactivate],
            &[Action::Deactivate],
            &[Action::Delete],
        ];
        for phase in phases {
            let of_phase = |item: &&mut Item| phase.contains(&item.decision.action) && item.is_sent();
            let mut sent: Vec<&mut Item> = items.iter_mut().filter(of_phase).collect();
            let together = sent.len() > FEW && !self.rules.are_groups() && self.stopped.is_none() && self.has_bulk();
            for portion in sent.chunks_mut(PORTION) {
                if together {
                    self.together(portion);
                }
                portion
                    .iter_mut()
                    .filter(|item| item.outcome == ChangeOutcome::NotCarriedOut)
                    .for_each(|item| self.alone(item));
            }
        }
        let left = items.iter().filter(|item| item.is_sent() && item.outcome == ChangeOutcome::NotCarriedOut).count();
        if let Some(failure) = self.stopped.filter(|_| left > 0) {
            let failure = self.context.client.clean(failure);
            self.context.client.warn(format!("{left} changes were not carried out: {}", failure.detail));
        }
    }

    fn has_bulk(&mut self) -> bool {
        *self.bulk.get_or_insert_with(|| bulk::is_there(self.context.client))
    }

    /// Whether there is time, and a provider, for another request.
    fn goes_on(&mut self) -> bool {
        let left = self.context.client.left();
        if self.stopped.is_none() && self.slowest > 0 && left <= self.slowest + self.slowest / 2 {
            let detail = "the time of this call was nearly over; call again for what is left";
            self.stopped = Some(Failure::new(Kind::Timeout, detail).transient());
        }
        self.stopped.is_none()
    }

    fn took(&mut self, before: u64) {
        self.slowest = self.slowest.max(before.saturating_sub(self.context.client.left())).max(1);
    }

    /// Those of a portion that can be sent in bulk; what was refused for its form is left for `alone`.
    fn together(&mut self, portion: &mut [&mut Item]) {
        if !self.goes_on() {
            return;
        }
        let mut sent: Vec<&mut &mut Item> = Vec::new();
        let mut operations = Vec::new();
        for item in portion.iter_mut() {
            if let Some(operation) = self.bulk_operation(&item.decision, operations.len()) {
                operations.push(operation);
                sent.push(item);
            }
        }
        if operations.len() <= FEW {
            return;
        }
        let before = self.context.client.left();
        let headers = self.input.headers.clone();
        let report = Bulk { operations, headers, ..Bulk::default() }.execute(self.context);
        let portions = u64::try_from(sent.len() / 100).unwrap_or(1).max(1);
        let report = match report {
            Ok(report) => report,
            Err(failure) => {
                // Nothing was carried out; one by one some may be, unless no request would fare better.
                self.judge(&failure);
                return;
            }
        };
        let took = before.saturating_sub(self.context.client.left()) / portions;
        self.slowest = self.slowest.max(took).max(1);
        let (mut looked_for, mut tired) = (0, None);
        for (item, outcome) in sent.into_iter().zip(report.results) {
            let Some(failure) = outcome.failure else {
                item.settle(Ok(outcome.id.filter(|_| item.decision.action == Action::Create)));
                continue;
            };
            let is_creation = item.decision.action == Action::Create;
            let left_out = failure.detail.starts_with("not carried out") && !failure.maybe_applied;
            let by_form =
                !is_creation && !failure.maybe_applied && matches!(failure.status, Some(400 | 403 | 409 | 422));
            let is_gone = item.decision.action == Action::Delete && failure.kind == Kind::NotFound;
            if left_out {
                tired = Some(failure);
            } else if is_gone {
                item.settle(Ok(None));
            } else if by_form {
                // As one of its own it may go in another way.
            } else if is_creation && failure.maybe_applied && looked_for < LOOKED_FOR && self.stopped.is_none() {
                looked_for += 1;
                let found = self.look_for(&item.decision, failure);
                item.settle(found.map(Some));
            } else {
                item.settle(Err(failure));
            }
        }
        self.stopped = self.stopped.take().or(tired);
    }

    /// A decision as a bulk operation, where the provider changes resources in one PATCH.
    fn bulk_operation(&self, decision: &Decision, number: usize) -> Option<wire::Operation> {
        let (client, rules) = (self.context.client, self.rules);
        let path = format!("/{}", rules.endpoint.path.join("/"));
        let one = || Some(format!("{path}/{}", utf8_percent_encode(decision.id.as_deref()?, NON_ALPHANUMERIC)));
        let operation = |method, path, data: Option<Data>| {
            let bulk_id = (method == wire::Method::Post).then(|| number.to_string());
            wire::Operation { method, path, bulk_id, version: None, data }
        };
        match decision.action {
            Action::Create => {
                let data = decision.resource.clone().filter(|resource| resource.contains("schemas"))?;
                Some(operation(wire::Method::Post, path, Some(data.into())))
            }
            Action::Delete => Some(operation(wire::Method::Delete, one()?, None)),
            _ => {
                let operations = &decision.operations;
                let patched = rules.patch
                    && (!rules.knobs.put || rules.knobs.update_with == UpdateWith::Patch)
                    && beyond_of(rules.knobs, rules.endpoint, operations).is_none()
                    && fits(client, self.context.what(), operations).is_ok();
                let body = patch_body(client, rules.endpoint, operations, "/operations").ok().filter(|_| patched)?;
                Some(operation(wire::Method::Patch, one()?, Some(body.into())))
            }
        }
    }

    /// One by itself.
    fn alone(&mut self, item: &mut Item) {
        if !self.goes_on() {
            return;
        }
        let before = self.context.client.left();
        let done = match item.decision.action {
            Action::Create => self.created(&item.decision),
            Action::Delete => self.deleted(&item.decision),
            _ => {
                let change = item.decision.change.take();
                self.changed(&item.decision, change)
            }
        };
        self.took(before);
        match &done {
            Ok(_) => self.silent = 0,
            Err(failure) => self.judge(failure),
        }
        let done = done.map_err(|failure| self.context.client.clean(failure));
        item.settle(done);
    }

    /// Whether a failure is of all and not of one.
    fn judge(&mut self, failure: &Failure) {
        let is_silence = matches!(failure.kind, Kind::Unavailable | Kind::Timeout);
        self.silent = if is_silence { self.silent + 1 } else { 0 };
        let of_all = matches!(failure.kind, Kind::Authentication | Kind::Throttled) || failure.status == Some(503);
        if of_all || self.silent >= SILENT {
            self.stopped.get_or_insert_with(|| Box::new(failure.clone()));
        }
    }

    fn created(&self, decision: &Decision) -> Result<Option<String>> {
        let (client, what, endpoint) = (self.context.client, self.context.what(), self.rules.endpoint);
        let Some(mut resource) = decision.resource.clone() else { return Ok(None) };
        if !resource.contains("schemas") {
            return Err(Failure::new(
                Kind::InvalidInput,
                "schemas: is required here: the URN of the resource's schema, since the provider's resource types do not name it",
            ));
        }
        let wanted =
            if self.rules.are_groups() { members::shown_in(&resource).unwrap_or_default() } else { Vec::new() };
        let later = self.rules.knobs.members_per_request.is_some_and(|most| wanted.len() > most as usize);
        if later {
            resource.retain(|name, _| !name.eq_ignore_ascii_case("members"));
        }
        let message = Message::new(Method::Post, None, &self.input.headers).with(Cow::Borrowed(&resource), false);
        let created = match send(client, what, endpoint, &message) {
            Ok(Some(created)) => created,
            Ok(None) => return Err(Failure::new(Kind::Internal, "a creation gave nothing")),
            Err(failure) if failure.maybe_applied => return self.look_for(decision, failure).map(Some),
            Err(failure) => return Err(failure),
        };
        let created = creation::with_id(client, what, endpoint, &resource, created);
        if creation::is_same(client, endpoint, &resource, &created.resource) == Some(false) {
            return Err(creation::another(what));
        }
        let active = |resource: &Resource| resource.get("active").and_then(Data::as_boolean);
        let is_left_active = active(&resource) == Some(false) && active(&created.resource) == Some(true);
        let id = created.id();
        match &id {
            // Some create everybody as active.
            Some(id) if is_left_active => self.closed(id)?,
            _ => proof::created(client, what, endpoint, &resource, &created),
        }
        if let Some(id) = id.as_deref().filter(|_| later) {
            let group = Group::new(client, what, endpoint, id, &self.input.headers);
            group.carry_out(Plan { add: wanted, ..Plan::default() })?;
        }
        Ok(id)
    }

    /// Looks for what may have been created, since the answer was lost: its identifier, or the failure.
    fn look_for(&self, decision: &Decision, failure: Box<Failure>) -> Result<String> {
        let (client, what, endpoint) = (self.context.client, self.context.what(), self.rules.endpoint);
        let Some(resource) = &decision.resource else { return Err(failure) };
        let meant = (client, what, subject(endpoint));
        let search = Search::of(meant, endpoint, resource, &self.input.match_on, &self.input.headers);
        match search.and_then(|search| search.find(false)) {
            Ok(Some(found)) => found.id().ok_or(failure),
            _ => Err(failure),
        }
    }

    fn changed(&self, decision: &Decision, change: Option<Box<(Resource, Wanted)>>) -> Result<Option<String>> {
        let (client, what, endpoint) = (self.context.client, self.context.what(), self.rules.endpoint);
        let (id, headers) = (decision.id.as_deref().unwrap_or_default(), &self.input.headers);
        let Some(change) = change else { return self.closed(id).map(|()| None) };
        let (current, Wanted { compared: mut desired, members }) = *change;
        let shown = members::shown_in(&current);
        if !decision.operations.iter().all(is_about_members) {
            desired.retain(|name, _| !name.eq_ignore_ascii_case("password"));
            ensure::change((client, what, endpoint), current, desired, headers)?;
        }
        if let Some(wanted) = members.filter(|_| decision.operations.iter().any(is_about_members)) {
            let group = Group::new(client, what, endpoint, id, headers);
            match shown {
                Some(shown) => group.fulfil(Plan::between(&shown, &wanted)),
                // The listing may be without members that there are.
                None => group.set(&wanted),
            }
            .map(drop)?;
        }
        Ok(None)
    }

    fn closed(&self, id: &str) -> Result<()> {
        let (client, what, endpoint) = (self.context.client, self.context.what(), self.rules.endpoint);
        let change = Change { headers: self.input.headers.clone(), ..Change::default() };
        activation::set_at((client, what, endpoint), &Activation { id: id.to_owned(), change }, false).map(drop)
    }

    fn deleted(&self, decision: &Decision) -> Result<Option<String>> {
        let message = Message::new(Method::Delete, decision.id.as_deref(), &self.input.headers);
        let message = Message { gone_is_done: true, ..message };
        send(self.context.client, self.context.what(), self.rules.endpoint, &message).map(|_| None)
    }
}
