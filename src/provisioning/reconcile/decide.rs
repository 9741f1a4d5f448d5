//! What is to be done with one resource, and why. Pure: it sees a resource as it shall be and as it is, what a job has to do with it
//! and what it may do; it knows no provider but by the settings of its profile.
//!
//! In doubt nothing is done. Only what the job created or adopted is deactivated or deleted, and each resource has one action: a
//! closing is always called `deactivate`, whatever else changes with it. A linked account is never closed: `active` is left out of
//! what is changed, and the reason says so.

use super::difference::{Changes, Wanted, differs, without_part};
use super::report::{Action, Decision};
use super::rules::Rules;
use crate::input::reconcile::{Existing, Leavers, Ownership, Pair};
use crate::operations::proof::is_about_active;
use crate::scim::patch::{Op, Operation};
use crate::scim::resource::{Data, Resource};
use std::borrow::Cow;

/// What the job knows of a resource.
struct Known {
    ownership: Option<Ownership>,
    gone_ms: u64,
    deactivated: bool,
}

/// What is to be done, before it is known with which resource.
struct Verdict {
    action: Action,
    reason: Cow<'static, str>,
    ownership: Option<Ownership>,
    resource: Option<Resource>,
    operations: Vec<Operation>,
    change: Option<Box<(Resource, Wanted)>>,
}

impl Verdict {
    fn new(action: Action, reason: impl Into<Cow<'static, str>>, ownership: Option<Ownership>) -> Verdict {
        Verdict { action, reason: reason.into(), ownership, resource: None, operations: Vec::new(), change: None }
    }
}

impl Rules<'_> {
    /// Decides.
    pub fn decide(&self, pair: Pair) -> Decision {
        let Pair { key, desired, existing, ownership, gone_ms, deactivated, conflict } = pair;
        // Of what it does not know, it did nothing.
        let deactivated = deactivated && ownership.is_some();
        let known = Known { ownership, gone_ms: gone_ms.unwrap_or_default(), deactivated };
        // One that two rules have found is one.
        let mut ids: Vec<Option<String>> = existing.iter().map(id).collect();
        ids.sort();
        ids.dedup();
        let several = ids.len();
        let id = ids.pop().flatten().filter(|_| several == 1);
        let verdict = match (conflict, existing.into_iter().next(), desired) {
            (Some(reason), ..) => Verdict::new(Action::Conflict, reason, ownership),
            _ if several > 1 => {
                let reason = format!("{several} {}s match, and only one can be meant", self.noun);
                Verdict::new(Action::Conflict, reason, ownership)
            }
            (_, Some(_), _) if id.is_none() => {
                Verdict::new(Action::Conflict, format!("the {} that matches shows no id", self.noun), ownership)
            }
            (_, Some(current), Some(desired)) => self.kept(&current, desired, &known),
            (_, None, Some(desired)) => self.created(desired, &known),
            (_, Some(current), None) => self.left(&current, &known),
            (_, None, None) => Verdict::new(Action::Leave, format!("the {} is not there any more", self.noun), None),
        };
        let Verdict { action, reason, ownership, resource, operations, change } = verdict;
        Decision { key, action, reason, id, ownership, resource, operations, change }
    }

    fn created(&self, desired: Resource, known: &Known) -> Verdict {
        let reason = match known.ownership {
            Some(_) => format!("the {} was removed at the provider", self.noun),
            None => format!("no {} matches", self.noun),
        };
        match Wanted::new(self, desired).and_then(|wanted| wanted.into_new(self)) {
            Ok(resource) => {
                Verdict { resource: Some(resource), ..Verdict::new(Action::Create, reason, Some(Ownership::Created)) }
            }
            Err(wrong) => Verdict::new(Action::Conflict, wrong, known.ownership),
        }
    }

    /// One that is desired and there.
    fn kept(&self, current: &Resource, desired: Resource, known: &Known) -> Verdict {
        let taken = match (known.ownership, self.policy.existing) {
            (Some(ownership), _) => ownership,
            (None, Existing::Link) => Ownership::Linked,
            (None, Existing::Adopt) => Ownership::Adopted,
            (None, Existing::Leave) => {
                let reason = format!("the {} is there already, and policy.existing leaves it alone", self.noun);
                return Verdict::new(Action::Leave, reason, None);
            }
        };
        let mut wanted = match Wanted::new(self, desired) {
            Ok(wanted) => wanted,
            Err(wrong) => return Verdict::new(Action::Conflict, wrong, known.ownership),
        };
        wanted.leave_out(&self.policy.create_only);
        let activity = self.activity(current, &mut wanted.compared, taken, known);
        let Changes { operations, beyond, members_hidden } = wanted.changes(self, current);
        let about_active = operations.iter().any(is_about_active);
        let action = match (known.ownership, activity) {
            (_, Activity::Closes) if about_active => Action::Deactivate,
            (None, _) => Action::Link,
            (Some(_), Activity::Opens) if about_active => Action::Reactivate,
            _ if !operations.is_empty() => Action::Update,
            (Some(_), Activity::StaysOpen) => Action::Leave,
            _ => Action::Unchanged,
        };
        let mut reason: Cow<'static, str> = match action {
            Action::Deactivate => format!("the {} is to be inactive", self.noun).into(),
            Action::Reactivate => format!("the {} is wanted again", self.noun).into(),
            Action::Link => format!("the {} was there already and is {}", self.noun, taken.name()).into(),
            Action::Update => differs(&operations).into(),
            _ if beyond.is_empty() => "nothing differs".into(),
            _ => "nothing differs that can be changed".into(),
        };
        if matches!(action, Action::Deactivate | Action::Reactivate | Action::Link) {
            let others: Vec<Operation> = operations.iter().filter(|it| !is_about_active(it)).cloned().collect();
            if !others.is_empty() {
                reason = format!("{reason}; {}", differs(&others)).into();
            }
        }
        if activity == Activity::StaysOpen {
            reason = format!("{reason}; it stays active, since deactivating a linked one needs adopt").into();
        }
        if !beyond.is_empty() {
            reason = format!("{reason}; this provider cannot change {}", beyond.join(", ")).into();
        }
        if members_hidden {
            reason = format!("{reason}; members are not compared, since this provider does not show them").into();
        }
        let change = (!operations.is_empty()).then(|| Box::new((current.clone(), wanted)));
        Verdict { operations, change, ..Verdict::new(action, reason, Some(taken)) }
    }

    /// What the wanted `active` comes to. What of it is not to be changed leaves what is compared.
    fn activity(&self, current: &Resource, compared: &mut Resource, taken: Ownership, known: &Known) -> Activity {
        if self.are_groups() {
            return Activity::Stays;
        }
        let asked = active(compared);
        if asked.is_none() && compared.get("active").is_some_and(Data::is_null) {
            without_part(compared, "active");
        }
        let seen = active(current);
        // What is not shown is as this job left it.
        let is_closed = seen.map_or(known.deactivated, |active| !active);
        match (asked, is_closed) {
            (Some(false), false) if taken.is_own() => Activity::Closes,
            (Some(false), false) => {
                without_part(compared, "active");
                Activity::StaysOpen
            }
            (Some(false), true) => {
                without_part(compared, "active");
                Activity::Stays
            }
            (Some(true), true) => Activity::Opens,
            (None, true) if known.deactivated => {
                compared.insert("active", true);
                Activity::Opens
            }
            _ => Activity::Stays,
        }
    }

    /// One that is there and not desired.
    fn left(&self, current: &Resource, known: &Known) -> Verdict {
        let noun = &self.noun;
        let leave = |reason: String| Verdict::new(Action::Leave, reason, known.ownership);
        match known.ownership {
            None => return leave(format!("the {noun} is none of this job's")),
            Some(Ownership::Linked) => {
                return leave(format!(
                    "the {noun} is not desired any more, and a linked one is neither deactivated nor deleted: that needs adopt"
                ));
            }
            Some(Ownership::Created | Ownership::Adopted) => {}
        }
        let is_closed = !self.are_groups() && active(current).map_or(known.deactivated, |active| !active);
        match self.policy.leavers {
            Leavers::Keep => leave(format!("the {noun} is not desired any more, and policy.leavers keeps it")),
            Leavers::Delete if is_closed && self.knobs.delete_deactivates && self.endpoint.known.is_some() => {
                leave(format!("the {noun} is inactive already, and this provider deletes none"))
            }
            Leavers::Delete => Verdict::new(Action::Delete, format!("the {noun} is not desired any more"), None),
            Leavers::Deactivate if self.are_groups() => {
                leave("the group is not desired any more, and groups cannot be deactivated".to_owned())
            }
            Leavers::Deactivate if is_closed => match self.policy.delete_after_ms {
                Some(after) if known.deactivated && known.gone_ms >= after => {
                    Verdict::new(Action::Delete, format!("the {noun} was deactivated, and its time is over"), None)
                }
                _ => leave(format!("the {noun} is not desired any more, and is inactive already")),
            },
            Leavers::Deactivate => self.closed(current, known),
        }
    }

    fn closed(&self, current: &Resource, known: &Known) -> Verdict {
        let noun = &self.noun;
        // Of a type that is not known, the resource tells whether it can be active.
        let can = self.endpoint.known.is_some() || active(current).is_some();
        let operation = Operation { op: Op::Replace, path: Some("active".to_owned()), value: Some(Data::from(false)) };
        if !can || !self.can_send(&operation) {
            let reason = format!("the {noun} is not desired any more, and this provider cannot deactivate it");
            return Verdict::new(Action::Leave, reason, known.ownership);
        }
        let reason = format!("the {noun} is not desired any more");
        Verdict { operations: vec![operation], ..Verdict::new(Action::Deactivate, reason, known.ownership) }
    }
}

/// What is to become of `active`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activity {
    /// Nothing.
    Stays,
    /// It is set.
    Opens,
    /// It is unset.
    Closes,
    /// It should be unset, and must not be.
    StaysOpen,
}

fn active(resource: &Resource) -> Option<bool> {
    resource.get("active").and_then(Data::as_boolean)
}

/// The identifier of a resource.
pub fn id(resource: &Resource) -> Option<String> {
    resource.text("id").filter(|id| !id.is_empty())
}
