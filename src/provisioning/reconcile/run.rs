//! `reconcile`: lists, brings together, decides, and, unless a guard holds it back, carries out; and what the job has to do with
//! resources then.

use super::apply::{Course, Item};
use super::decide;
use super::guards::{Situation, held_back};
use super::listing::{Scope, list};
use super::matching::{self, Paired};
use super::report::{Action, Change, ChangeOutcome, Reconciled};
use super::rules::Rules;
use crate::failure::Result;
use crate::input::Target;
use crate::input::reconcile::{Owned, Ownership, Reconcile};
use crate::operations::target::Endpoint;
use crate::operations::{Context, Execute, STANDARD_TYPES, discovery};
use crate::scim::resource::{Data, Resource};
use std::collections::BTreeMap;

impl Execute for Reconcile {
    type Output = Reconciled;

    fn execute(mut self, context: &Context<'_>) -> Result<Reconciled> {
        let client = context.client;
        let desired = std::mem::take(&mut self.desired);
        let endpoint = &endpoint(context, desired.first())?;
        let rules = Rules::new(client, endpoint, &self.policy);
        let by = matching::Rules::new(endpoint, &self.match_on, rules.knobs.text_rules())?;
        let names_members = |resource: &Resource| resource.get("members").is_some();
        let without_members = rules.are_groups() && !desired.iter().any(names_members);
        let scope = Scope { filter: self.scope.as_ref(), without_members, headers: &self.headers };
        let (existing, complete) = list(client, context.what(), endpoint, &scope)?;
        let now = client.platform().now();
        let (described, all) = (desired.len(), complete && self.scope.is_none());
        let paired = matching::pairs(&by, desired, &existing, &self.owned, all, now)?;
        drop(existing);
        let (mut pairs, mut known) = (Vec::with_capacity(paired.len()), Vec::with_capacity(paired.len()));
        let (mut own, mut unnamed) = (0, 0);
        for Paired { pair, is_named, known: owned } in paired {
            unnamed += usize::from(!is_named);
            let is_open =
                pair.existing.first().and_then(|it| it.get("active")).and_then(Data::as_boolean) == Some(true);
            own += usize::from(!pair.existing.is_empty() && pair.ownership.is_some_and(Ownership::is_own));
            known.push(Known { owned, is_open, is_desired: pair.desired.is_some() });
            pairs.push(pair);
        }
        let decisions = decide(pairs, &BTreeMap::new(), &rules);
        // Those that are being adopted count, too.
        own += decisions
            .iter()
            .zip(&known)
            .filter(|(it, known)| {
                known.owned.is_none() && it.id.is_some() && it.ownership.is_some_and(Ownership::is_own)
            })
            .count();
        let situation = Situation { decisions: &decisions, own, desired: described, unnamed, complete };
        let guarded = held_back(&self.guards, &situation);
        let mut items: Vec<Item> = decisions.into_iter().map(Item::new).collect();
        let held = guarded.is_some() || self.dry_run;
        let owned = if held {
            self.owned.clone()
        } else {
            Course::new(context, &rules, &self).carry_out(&mut items);
            let left = unlisted(&self.owned, &known);
            items.iter().zip(&known).filter_map(|(item, known)| known.after(item, now)).chain(left).collect()
        };
        let changes = items.into_iter().zip(known).map(|(item, known)| told(item, &known, held)).collect();
        Ok(Reconciled { changes, owned, complete, guarded, dry_run: self.dry_run })
    }
}

/// Where the resources are: those of a type of the standard at its endpoint, as `createUser` and `createGroup` have it.
fn endpoint(context: &Context<'_>, first: Option<&Resource>) -> Result<Endpoint> {
    if let Some(Target::ResourceType(name)) = &context.target
        && let Some(known) = STANDARD_TYPES.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    {
        return Ok(Endpoint::of(known));
    }
    let endpoint = context.endpoint()?;
    Ok(match first {
        Some(resource) => discovery::with_schema(context.client, endpoint, resource),
        None => endpoint,
    })
}

/// What the job knows of a resource that stands in a pair.
struct Known {
    owned: Option<Owned>,
    /// Whether it was active.
    is_open: bool,
    is_desired: bool,
}

impl Known {
    /// What the job has to do with it once all is carried out.
    fn after(&self, item: &Item, now: u64) -> Option<Owned> {
        let decision = &item.decision;
        let done = item.outcome == ChangeOutcome::Done;
        let earlier = self.owned.as_ref();
        let lost = item.failure.as_ref().is_some_and(|failure| failure.maybe_applied);
        let ownership = match decision.action {
            // What may have been created is the job's own, so that it is known again when it is found.
            Action::Create if lost => Some(Ownership::Created),
            _ if done => decision.ownership,
            _ => earlier.map(|owned| owned.ownership),
        }?;
        let deactivated = match decision.action {
            Action::Deactivate if done => true,
            Action::Create | Action::Link | Action::Reactivate if done => false,
            _ => !self.is_open && earlier.is_some_and(|owned| owned.deactivated),
        };
        let gone_since = (!self.is_desired).then(|| earlier.and_then(|owned| owned.gone_since).unwrap_or(now));
        let id = match decision.action {
            // One that was removed is not there any more, whatever became of the creation.
            Action::Create => decision.id.clone(),
            _ => decision.id.clone().or_else(|| earlier.and_then(|owned| owned.id.clone())),
        };
        let key = Some(decision.key.clone());
        Some(Owned { id, key, ownership, deactivated, gone_since })
    }
}

/// What the job knows of resources outside of what was listed.
fn unlisted(owned: &[Owned], known: &[Known]) -> Vec<Owned> {
    let seen: Vec<&Owned> = known.iter().filter_map(|known| known.owned.as_ref()).collect();
    let mut names: std::collections::BTreeSet<(Option<&str>, Option<&str>)> = std::collections::BTreeSet::new();
    names.extend(seen.iter().map(|it| (it.id.as_deref(), it.key.as_deref())));
    owned.iter().filter(|it| !names.contains(&(it.id.as_deref(), it.key.as_deref()))).cloned().collect()
}

/// What is told of one.
fn told(item: Item, known: &Known, held: bool) -> Change {
    let Item { decision, outcome, failure } = item;
    let ownership = match outcome {
        ChangeOutcome::Done => decision.ownership,
        _ if held => decision.ownership,
        _ => known.owned.as_ref().map(|owned| owned.ownership),
    };
    let (key, action, reason, id) = (decision.key, decision.action, decision.reason, decision.id);
    Change { key, action, reason, id, ownership, outcome, failure }
}
