//! Activating and deactivating users (RFC 7643 section 4.1.1): one PATCH, which may be repeated, and no read before it; PUT where
//! the profile says so.
//!
//! A person's access is at stake, so that an answer is believed only as far as it goes: one that shows the user as before is looked
//! after and tried another way, and a refusal counts as done where the user is found to be as wanted.

use super::safe_to_repeat;
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::input::{Activate, Activation, Deactivate, View};
use crate::operations::modify::{self, Modification};
use crate::operations::resource::{Message, Versioned, read};
use crate::operations::{Context, Execute, conditions, proof};
use crate::profile::UpdateWith;
use crate::scim::patch::{Op, Operation};
use crate::scim::resource::{Data, Resource};

/// None where the provider answers without a body and `readBack` is not asked for.
impl Execute for Activate {
    type Output = Option<Resource>;

    fn execute(self, context: &Context<'_>) -> Result<Option<Resource>> {
        set(context, &self.0, true)
    }
}

/// None where the provider answers without a body and `readBack` is not asked for.
impl Execute for Deactivate {
    type Output = Option<Resource>;

    fn execute(self, context: &Context<'_>) -> Result<Option<Resource>> {
        set(context, &self.0, false)
    }
}

/// Sets `active`.
fn set(context: &Context<'_>, Activation { id, change }: &Activation, active: bool) -> Result<Option<Resource>> {
    let (client, endpoint, view) = (context.client, &context.endpoint()?, &View::default());
    let modification = Modification { client, what: context.what(), endpoint, id: Some(id), view, change };
    let setting = Setting { modification, active };
    match setting.carry_out() {
        Ok(found) => {
            conditions::tell(client, change.if_match.as_deref());
            Ok(found.map(|found| found.resource))
        }
        // With a version of the caller's, a repetition would be refused.
        Err(failure) if change.if_match.is_some() => Err(failure),
        Err(failure) => Err(safe_to_repeat(failure, false)),
    }
}

/// Whether a user is as wanted; none where the answer does not show it.
fn shows(found: &Resource, active: bool) -> Option<bool> {
    found.get("active").and_then(Data::as_boolean).map(|shown| shown == active)
}

struct Setting<'a> {
    modification: Modification<'a>,
    active: bool,
}

impl Setting<'_> {
    fn carry_out(&self) -> Result<Option<Versioned>> {
        let operations = [self.operation(Some("active"))];
        let Modification { client, endpoint, .. } = self.modification;
        let knobs = &client.connection().profile.knobs;
        // Where PATCH is said to change some attributes, and this is one, it does.
        let patchable = knobs.patch_attributes.is_some() && modify::beyond(client, endpoint, &operations).is_none();
        let by_put = knobs.update_with == UpdateWith::Put && knobs.put && !patchable;
        let sent = if by_put { self.modification.put(&operations) } else { self.modification.by_patch(&operations) };
        match sent {
            Ok(Some(found)) if shows(&found.resource, self.active) == Some(false) => self.not_shown(by_put),
            Ok(Some(found)) if self.modification.change.read_back && shows(&found.resource, self.active).is_none() => {
                // An answer that says nothing of it is not what the caller wants to know.
                let now = self.read().map_err(|failure| failure.maybe_applied())?;
                if shows(&now.resource, self.active) == Some(false) { self.not_shown(by_put) } else { Ok(Some(now)) }
            }
            Err(failure) if may_be_done(&failure) && self.modification.change.if_match.is_none() => {
                self.refused(failure, by_put)
            }
            sent => sent,
        }
    }

    fn operation(&self, path: Option<&str>) -> Operation {
        let value = match path {
            Some(_) => Data::from(self.active),
            None => Resource::from_iter([("active", self.active)]).into(),
        };
        Operation { op: Op::Replace, path: path.map(str::to_owned), value: Some(value) }
    }

    /// A change that was accepted, with an answer that shows the user as before: the user is read, and where the answer was right,
    /// the other form of the operation is tried.
    fn not_shown(&self, by_put: bool) -> Result<Option<Versioned>> {
        let Modification { client, what, .. } = self.modification;
        let changed = |failure: Box<Failure>| failure.maybe_applied();
        let now = self.read().map_err(changed)?;
        if shows(&now.resource, self.active) == Some(true) {
            client
                .warn(format!("the provider answered {what} with the user as before; read once more, it is as wanted"));
            return Ok(Some(now));
        }
        let knobs = &client.connection().profile.knobs;
        if !by_put && !knobs.pathless_patch {
            // A provider that does not even take this form has said nothing new.
            let other = self.modification.by_patch(&[self.operation(None)]).ok();
            let now = match other {
                Some(Some(answer)) => Some(answer),
                Some(None) => Some(self.read().map_err(changed)?),
                None => None,
            };
            if let Some(now) = now.filter(|now| shows(&now.resource, self.active) == Some(true)) {
                client.warn(format!(
                    "the provider ignored {what} by path and made the change without one; set overrides.pathlessPatch to true"
                ));
                return Ok(Some(now));
            }
        }
        Err(match self.active {
            false => proof::not_deactivated(what),
            true => {
                let detail = format!(
                    "{what}: the provider accepted the change, but shows that the user is still inactive; set overrides.updateWith to \"put\" if it changes active by PUT only"
                );
                Failure::new(Kind::Unsupported, detail).maybe_applied()
            }
        })
    }

    /// A refusal that may mean that there is nothing to change.
    fn refused(&self, failure: Box<Failure>, by_put: bool) -> Result<Option<Versioned>> {
        let Modification { client, what, .. } = self.modification;
        // What the refusal says is more than that the user cannot be read.
        let Ok(now) = self.read() else { return Err(failure) };
        if shows(&now.resource, self.active) == Some(true) {
            client.warn(format!("the provider refused {what}, and the user is as wanted already"));
            return Ok(Some(now));
        }
        let by_form = matches!(failure.scim_type.as_deref(), Some("noTarget" | "invalidPath" | "invalidSyntax"));
        if by_put || !by_form || client.connection().profile.knobs.pathless_patch {
            return Err(failure);
        }
        match self.modification.by_patch(&[self.operation(None)]) {
            Ok(Some(answer)) if shows(&answer.resource, self.active) == Some(false) => Err(failure),
            Ok(answer) => {
                client.warn(format!(
                    "the provider refused {what} by path and took it without one; set overrides.pathlessPatch to true"
                ));
                Ok(answer)
            }
            Err(_) => Err(failure),
        }
    }

    fn read(&self) -> Result<Versioned> {
        let Modification { client, what, endpoint, id, change, .. } = self.modification;
        read(client, what, endpoint, &Message::new(Method::Get, id, &change.headers))
    }
}

/// Whether a refusal may mean that the user is as wanted already: some providers refuse a change that changes nothing.
fn may_be_done(failure: &Failure) -> bool {
    match failure.kind {
        Kind::NotModified | Kind::Conflict | Kind::InvalidInput => !failure.maybe_applied || failure.status.is_some(),
        _ => failure.scim_type.as_deref() == Some("noTarget"),
    }
}
