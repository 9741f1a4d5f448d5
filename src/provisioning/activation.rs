//! Activating and deactivating users (RFC 7643 section 4.1.1): one PATCH, which may be repeated, and no read before it; PUT where
//! the profile says so.
//!
//! A person's access is at stake, so that an answer is believed only as far as it goes: one that shows the user as before is looked
//! after and tried another way, and a refusal counts as done where the user is found to be as wanted. Where a way is refused, the others
//! are tried (`otherwise`): a leaver does not stay active for the form of a request.

use super::safe_to_repeat;
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{Activate, Activation, Deactivate, View};
use crate::operations::modify::{self, Modification};
use crate::operations::resource::{Message, Versioned, read};
use crate::operations::target::Endpoint;
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
fn set(context: &Context<'_>, activation: &Activation, active: bool) -> Result<Option<Resource>> {
    set_at((context.client, context.what(), &context.endpoint()?), activation, active)
}

/// The same, at an endpoint.
pub(super) fn set_at(
    (client, what, endpoint): (&Client<'_>, &str, &Endpoint),
    Activation { id, change }: &Activation,
    active: bool,
) -> Result<Option<Resource>> {
    let modification = Modification { client, what, endpoint, id: Some(id), view: &View::default(), change };
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

/// How `active` can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// PATCH with a path.
    Path,
    /// PATCH without one.
    Pathless,
    /// PUT, with the whole resource read before.
    Put,
}

/// The operation that sets `active`.
fn operation(active: bool, path: Option<&str>) -> Operation {
    let value = match path {
        Some(_) => Data::from(active),
        None => Resource::from_iter([("active", active)]).into(),
    };
    Operation { op: Op::Replace, path: path.map(str::to_owned), value: Some(value) }
}

/// Sets `active` in the first of these ways that the provider takes, where another was refused. That refusal, with the settings that
/// name the way, where none is.
pub(super) fn otherwise(
    modification: &Modification<'_>,
    active: bool,
    ways: &[Way],
    mut refused: Box<Failure>,
) -> Result<Option<Versioned>> {
    let Modification { client, what, endpoint, .. } = *modification;
    let knobs = &client.connection().profile.knobs;
    let by_path = [operation(active, Some("active"))];
    let patchable = modify::supports(client, "patch").0 && modify::beyond(client, endpoint, &by_path).is_none();
    for way in ways {
        let (sent, setting) = match way {
            Way::Path if patchable => (modification.by_patch(&by_path), "updateWith to \"patch\""),
            Way::Pathless if patchable && !knobs.pathless_patch => {
                (modification.by_patch(&[operation(active, None)]), "pathlessPatch to true")
            }
            Way::Put if knobs.put => (modification.put(&by_path), "updateWith to \"put\""),
            _ => continue,
        };
        let now = match sent {
            Ok(Some(now)) if shows(&now.resource, active).is_some() => now,
            // Another way was refused: an acceptance without a word is looked after.
            Ok(_) => look(modification).map_err(|failure| failure.maybe_applied())?,
            Err(failure) if failure.maybe_applied => return Err(failure),
            Err(_) => continue,
        };
        if shows(&now.resource, active) != Some(false) {
            client.warn(format!(
                "the provider refused {what} in one way and took it in another; set overrides.{setting}"
            ));
            return Ok(Some(now));
        }
    }
    refused.detail.push_str(
        "; active was taken in no other way: overrides.pathlessPatch and overrides.updateWith say how this provider takes it",
    );
    Err(refused)
}

/// The user as it is now.
fn look(modification: &Modification<'_>) -> Result<Versioned> {
    let Modification { client, what, endpoint, id, change, .. } = *modification;
    read(client, what, endpoint, &Message::new(Method::Get, id, &change.headers))
}

struct Setting<'a> {
    modification: Modification<'a>,
    active: bool,
}

impl Setting<'_> {
    fn carry_out(&self) -> Result<Option<Versioned>> {
        let operations = [operation(self.active, Some("active"))];
        let Modification { client, endpoint, .. } = self.modification;
        let knobs = &client.connection().profile.knobs;
        // Where PATCH is said to change some attributes, and this is one, it does.
        let patchable = knobs.patch_attributes.is_some() && modify::beyond(client, endpoint, &operations).is_none();
        let by_put = knobs.update_with == UpdateWith::Put && knobs.put && !patchable;
        let sent = if by_put { self.modification.put(&operations) } else { self.modification.by_patch(&operations) };
        let sent = match sent {
            Err(failure) if by_put && modify::lacks_method(&failure) && modify::supports(client, "patch").0 => {
                client.warn("this provider has no PUT: active is set by PATCH");
                self.modification.by_patch(&operations)
            }
            sent => sent,
        };
        match sent {
            Ok(Some(found)) if shows(&found.resource, self.active) == Some(false) => self.not_shown(by_put),
            Ok(Some(found)) if self.modification.change.read_back && shows(&found.resource, self.active).is_none() => {
                // An answer that says nothing of it is not what the caller wants to know.
                let now = self.read().map_err(|failure| failure.maybe_applied())?;
                if shows(&now.resource, self.active) == Some(false) { self.not_shown(by_put) } else { Ok(Some(now)) }
            }
            Err(failure) if self.may_be_done(&failure) && self.modification.change.if_match.is_none() => {
                self.refused(failure, by_put)
            }
            sent => sent,
        }
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
            let other = self.modification.by_patch(&[operation(self.active, None)]).ok();
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
        if self.active && !by_form {
            return Err(failure);
        }
        let ways: &[Way] = if by_put { &[Way::Path, Way::Pathless] } else { &[Way::Pathless, Way::Put] };
        otherwise(&self.modification, self.active, ways, failure)
    }

    fn read(&self) -> Result<Versioned> {
        look(&self.modification)
    }

    /// Whether a refusal is worth a look: some providers refuse a change that changes nothing, and a leaver who is refused in one way
    /// may be taken in another.
    fn may_be_done(&self, failure: &Failure) -> bool {
        match failure.kind {
            Kind::NotModified | Kind::Conflict | Kind::InvalidInput => {
                !failure.maybe_applied || failure.status.is_some()
            }
            Kind::Permission => !self.active && !failure.maybe_applied && failure.status == Some(403),
            _ => failure.scim_type.as_deref() == Some("noTarget"),
        }
    }
}
