//! Changing what is there: the difference by PATCH, or the whole by PUT.
//!
//! One attribute that the provider refuses does not lose the rest: the others are changed each by itself, `active` first, and the
//! caller is told. Whether the account of a leaver is closed is never in doubt: whatever else is refused, `active` is set by itself, in
//! every way there is, and that fails where the answer does not show it.

use super::proof::{self, Proof};
use super::{Ensuring, Progress, RoundOutcome};
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::input::{Change, View};
use crate::operations::complete_read::CompleteRead;
use crate::operations::conditions;
use crate::operations::modify::{self, Modification, beyond, known, lacks_method, style, supports};
use crate::operations::proof::{is_about_active, not_deactivated};
use crate::operations::resource::{Message, Versioned, send};
use crate::profile::UpdateWith;
use crate::provisioning::activation::{self, Way};
use crate::provisioning::without_members;
use crate::scim::patch::{self, Operation, Style};
use crate::scim::resource::Data;
use std::borrow::Cow;

/// How a change went.
enum Sent {
    /// It was made. With the resource as it was answered, and the attributes it was made without, and why.
    Made(Option<Versioned>, Vec<(String, Box<Failure>)>),
    /// The round ends otherwise.
    Ended(RoundOutcome),
}

impl Ensuring<'_> {
    /// One round of changing what is there.
    pub(super) fn change(&self, current: &Versioned, progress: &mut Progress) -> Result<RoundOutcome> {
        let Some(id) = current.id() else {
            return Err(Failure::new(Kind::Protocol, format!("{}: the provider's resource has no id", self.what)));
        };
        let operations = self.differences(current);
        if operations.is_empty() {
            return self.settle_members(&id, current.resource.clone(), progress).map(RoundOutcome::Done);
        }
        let (way, operations, beyond) = self.way(operations)?;
        if self.dry_run {
            progress.note(&operations);
            self.tell_beyond(&beyond);
            return self.settle_members(&id, current.resource.clone(), progress).map(RoundOutcome::Done);
        }
        let sent = match way {
            UpdateWith::Put => match self.put(&id) {
                Err(failure) if self.is_closing(&operations) && is_refusal(&failure, true) => {
                    self.closed_alone(&id, failure, &operations, progress)?
                }
                Err(failure) if lacks_method(&failure) && supports(self.client, "patch").0 => {
                    self.client.warn("this provider has no PUT: what differs is sent as PATCH");
                    self.patched(&id, current, &self.within(operations.clone()), progress)?
                }
                sent => self.sent(sent, &operations, true, progress)?,
            },
            UpdateWith::Patch => self.patched(&id, current, &operations, progress)?,
        };
        let (answered, refused) = match sent {
            Sent::Made(answered, refused) => (answered, refused),
            Sent::Ended(outcome) => return Ok(outcome),
        };
        let mut now = match answered {
            Some(now) => now,
            None => match self.read_changed(&id)? {
                Some(now) => now,
                None => return self.unread(&id, current, &operations, progress),
            },
        };
        if way == UpdateWith::Patch && self.is_left_active(&now) && self.knobs().put {
            // The other way, where there is one.
            match self.sent(self.put(&id), &operations, true, progress)? {
                Sent::Made(Some(put), _) => now = put,
                Sent::Made(None, _) => match self.read_changed(&id)? {
                    Some(put) => now = put,
                    None => return self.unread(&id, current, &operations, progress),
                },
                Sent::Ended(outcome) => return Ok(outcome),
            }
        }
        let Proof { made, unkept, different } =
            proof::judge(&current.resource, (!now.partial, &now.resource), &operations, &self.differences(&now));
        progress.note(&made);
        if self.is_left_active(&now) {
            return Err(not_deactivated(self.what));
        }
        // Of what was refused, and of what was not sent, is told below.
        let told = |name: &&String| {
            let is =
                |whole: &String| name.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            !refused.iter().any(|(it, _)| is(it)) && !beyond.iter().any(is)
        };
        let unkept: Vec<&str> = unkept.iter().filter(told).map(String::as_str).collect();
        let different: Vec<&str> = different.iter().filter(told).map(String::as_str).collect();
        if !unkept.is_empty() {
            self.client.warn(format!(
                "the provider does not keep {}: it accepted the change, but its answer still differs in that; leave it out, or set it there",
                unkept.join(", ")
            ));
        }
        if !different.is_empty() {
            self.client.warn(format!(
                "the provider accepted the change, but its answer still differs in {}",
                different.join(", ")
            ));
        }
        for (name, failure) in &refused {
            self.client.warn(format!(
                "the provider refuses to change {name} ({}), so that it stays as it is; the rest was seen to",
                code(failure)
            ));
        }
        self.tell_beyond(&beyond);
        self.settle_members(&id, now.resource, progress).map(RoundOutcome::Done)
    }

    /// The resource after a change that was answered without it; none where it is too large to be read.
    fn read_changed(&self, id: &str) -> Result<Option<Versioned>> {
        match self.read(id, &without_members(self.endpoint)) {
            Ok(now) => Ok(Some(now)),
            Err(failure) if failure.kind == Kind::TooLarge => Ok(None),
            Err(failure) => {
                let mut failure = failure.maybe_applied();
                failure.detail =
                    format!("{} was carried out, but reading the result back failed: {}", self.what, failure.detail);
                Err(failure)
            }
        }
    }

    /// A change that was accepted, and of which nothing can be seen: the resource is as it was read before.
    fn unread(
        &self,
        id: &str,
        before: &Versioned,
        operations: &[Operation],
        progress: &mut Progress,
    ) -> Result<RoundOutcome> {
        self.client.warn(format!(
            "the provider carried out {}, but what came of it is larger than limits.responseBytes and was not read; the result is what was read before",
            self.what
        ));
        progress.note(operations);
        self.settle_members(id, before.resource.clone(), progress).map(RoundOutcome::Done)
    }

    fn tell_beyond(&self, names: &[String]) {
        if !names.is_empty() {
            self.client.warn(format!(
                "{} differs, and this provider cannot change it, so that it stays as it is; overrides.patchAttributes says otherwise if it can",
                names.join(", ")
            ));
        }
    }

    fn knobs(&self) -> &crate::profile::Knobs {
        &self.client.connection().profile.knobs
    }

    /// Whether an account that shall be closed is shown as open.
    pub(super) fn is_left_active(&self, now: &Versioned) -> bool {
        let active = |resource: &crate::scim::resource::Resource| resource.get("active").and_then(Data::as_boolean);
        active(&self.desired) == Some(false) && active(&now.resource) == Some(true)
    }

    /// How these operations are sent, without those that cannot be, whose attributes are named.
    fn way(&self, operations: Vec<Operation>) -> Result<(UpdateWith, Vec<Operation>, Vec<String>)> {
        let put = self.knobs().put;
        let patches = supports(self.client, "patch").0;
        if let Err(failure) = modify::fits(self.client, self.what, &operations)
            && patches
        {
            return if put { Ok((UpdateWith::Put, operations, Vec::new())) } else { Err(failure) };
        }
        match (patches, put, beyond(self.client, self.endpoint, &operations)) {
            (false, false, _) => Err(Failure::new(
                Kind::Unsupported,
                format!("{}: this provider has neither PATCH nor PUT, so that nothing can be changed", self.what),
            )),
            (true, false, Some(name)) => {
                let is_beyond = |it: &Operation| beyond(self.client, self.endpoint, std::slice::from_ref(it)).is_some();
                let (out, within): (Vec<_>, Vec<_>) = operations.into_iter().partition(is_beyond);
                if within.is_empty() {
                    let detail = format!("{}: {name:?} differs, and this provider cannot change it", self.what);
                    return Err(Failure::new(Kind::Unsupported, detail));
                }
                let mut names: Vec<String> = out.iter().flat_map(patch::places).map(|it| it.to_string()).collect();
                names.dedup();
                Ok((UpdateWith::Patch, within, names))
            }
            (true, false, None) => Ok((UpdateWith::Patch, operations, Vec::new())),
            (true, true, None) => Ok((self.knobs().update_with, operations, Vec::new())),
            (_, true, _) => Ok((UpdateWith::Put, operations, Vec::new())),
        }
    }

    /// What became of a request. `tried` says whether it was sent as often as the connection allows where its answer was lost.
    fn sent(
        &self,
        sent: Result<Option<Versioned>>,
        operations: &[Operation],
        tried: bool,
        progress: &mut Progress,
    ) -> Result<Sent> {
        let failure = match sent {
            Ok(answered) => return Ok(Sent::Made(answered, Vec::new())),
            Err(failure) => failure,
        };
        if failure.maybe_applied {
            progress.note(operations);
        }
        match failure.kind {
            Kind::Precondition | Kind::NotFound => Ok(Sent::Ended(RoundOutcome::Stale(failure))),
            _ if failure.maybe_applied && tried && failure.status.is_none_or(|status| status >= 500) => {
                Ok(Sent::Ended(RoundOutcome::Exhausted(failure)))
            }
            _ if failure.maybe_applied => Ok(Sent::Ended(RoundOutcome::Lost(failure))),
            _ => Err(failure),
        }
    }

    /// Sends the difference by PATCH; where the provider refuses it, in other words, and then attribute by attribute.
    fn patched(
        &self,
        id: &str,
        current: &Versioned,
        operations: &[Operation],
        progress: &mut Progress,
    ) -> Result<Sent> {
        let tried = self.is_repeated(current, operations);
        let closing = self.is_closing(operations);
        let is_refusal = |failure: &Failure| is_refusal(failure, closing);
        let refusal = match self.patch(id, current, operations) {
            Err(failure) if is_refusal(&failure) => failure,
            sent => return self.sent(sent, operations, tried, progress),
        };
        let mut style = style(self.client);
        let selects = |operation: &Operation| operation.path.as_ref().is_some_and(|path| path.contains('['));
        let attributes = attributes(operations);
        if !operations.iter().any(selects) && attributes.len() < 2 {
            return if operations.iter().any(is_about_active) {
                let sent = self.set_active(id, &[Way::Pathless, Way::Put], refusal);
                self.sent(sent, operations, true, progress)
            } else {
                self.without(current, vec![(attributes.join(", "), refusal)])
            };
        }
        // It may have carried out a part of them (RFC 7644 section 3.5.2 says that it must not).
        let mut current = self.read(id, &without_members(self.endpoint))?;
        if operations.iter().any(selects) {
            style = Style { value_paths: false, ..style };
            let whole = self.within(self.differences_as(&current, style));
            match self.patch(id, &current, &whole) {
                Err(failure) if is_refusal(&failure) => {}
                Ok(answered) => {
                    self.client.warn(
                        "the provider refuses a change of single values of an attribute, which was replaced as a whole instead; overrides.patchValuePaths: false does so at once",
                    );
                    return Ok(Sent::Made(answered, Vec::new()));
                }
                sent => return self.sent(sent, &whole, tried, progress),
            }
        }
        let mut refused: Vec<(String, Box<Failure>)> = Vec::new();
        let mut answered = None;
        for (name, part) in parts(self.within(self.differences_as(&current, style))) {
            let tried = self.is_repeated(&current, &part);
            let sent = match self.patch(id, &current, &part) {
                Err(failure) if is_refusal(&failure) && part.iter().any(is_about_active) => {
                    self.set_active(id, &[Way::Pathless, Way::Put], failure)
                }
                sent => sent,
            };
            match sent {
                Err(failure) if is_refusal(&failure) && !part.iter().any(is_about_active) => {
                    refused.push((name, failure));
                }
                sent => match self.sent(sent, &part, tried, progress)? {
                    Sent::Made(now, _) => {
                        progress.note(&part);
                        // Without an answer its version is not known either.
                        current = now.clone().unwrap_or(Versioned { version: None, ..current });
                        answered = Some(now);
                    }
                    ended => return Ok(ended),
                },
            }
        }
        match answered {
            Some(now) => {
                // What is no matter of a single attribute is not passed over for a closed account.
                match refused.iter().position(|(_, failure)| !self::is_refusal(failure, false)) {
                    Some(at) => self.closed_and_refused(id, now, refused.swap_remove(at).1),
                    None => Ok(Sent::Made(now, refused)),
                }
            }
            None => self.without(&current, refused),
        }
    }

    /// Whether an account is to be closed.
    fn is_closing(&self, operations: &[Operation]) -> bool {
        self.desired.get("active").and_then(Data::as_boolean) == Some(false) && operations.iter().any(is_about_active)
    }

    /// Sets `active` alone, in the first of these ways that the provider takes.
    fn set_active(&self, id: &str, ways: &[Way], refused: Box<Failure>) -> Result<Option<Versioned>> {
        let (client, what, endpoint, view) = (self.client, self.what, self.endpoint, &View::default());
        let change = &Change { headers: self.headers.clone(), ..Change::default() };
        let modification = Modification { client, what, endpoint, id: Some(id), view, change };
        let active = self.desired.get("active").and_then(Data::as_boolean).unwrap_or_default();
        activation::otherwise(&modification, active, ways, refused)
    }

    /// A replacement that was refused, of an account that is to be closed: it is closed by itself.
    fn closed_alone(
        &self,
        id: &str,
        refused: Box<Failure>,
        operations: &[Operation],
        progress: &mut Progress,
    ) -> Result<Sent> {
        let mut failure = refused.clone();
        match self.set_active(id, &[Way::Path, Way::Pathless, Way::Put], refused) {
            Ok(now) if attributes(operations).len() < 2 => Ok(Sent::Made(now, Vec::new())),
            Ok(now) => {
                let active: Vec<Operation> = operations.iter().filter(|it| is_about_active(it)).cloned().collect();
                progress.note(&active);
                self.closed_and_refused(id, now, failure)
            }
            Err(other) if other.maybe_applied => self.sent(Err(other), operations, true, progress),
            Err(_) => {
                failure.detail.push_str("; the user is still active");
                Err(failure)
            }
        }
    }

    /// The refusal of what else was to be changed, once the account is closed; that it is is looked at.
    fn closed_and_refused(&self, id: &str, now: Option<Versioned>, refused: Box<Failure>) -> Result<Sent> {
        let shown = now.filter(|now| now.resource.get("active").and_then(Data::as_boolean).is_some());
        let now = match shown {
            Some(now) => now,
            None => self.read(id, &without_members(self.endpoint)).map_err(|failure| failure.maybe_applied())?,
        };
        if self.is_left_active(&now) {
            return Err(not_deactivated(self.what));
        }
        let mut failure = refused.maybe_applied();
        failure.detail.push_str("; the user was deactivated all the same");
        Err(failure)
    }

    /// Whether a PATCH is sent again where its answer is lost.
    fn is_repeated(&self, current: &Versioned, operations: &[Operation]) -> bool {
        current.version.is_some() && conditions::kept(self.client) || modify::idempotent(self.endpoint, operations)
    }

    /// Those operations that this provider takes.
    fn within(&self, mut operations: Vec<Operation>) -> Vec<Operation> {
        operations.retain(|it| beyond(self.client, self.endpoint, std::slice::from_ref(it)).is_none());
        operations
    }

    /// Nothing was changed: as it shall be where the provider says that it has no such attributes, and otherwise a failure.
    fn without(&self, current: &Versioned, mut refused: Vec<(String, Box<Failure>)>) -> Result<Sent> {
        match refused.iter().position(|(name, failure)| name == "active" || !lacks_attribute(failure)) {
            Some(at) => Err(refused.swap_remove(at).1),
            None => Ok(Sent::Made(Some(current.clone()), refused)),
        }
    }

    fn patch(&self, id: &str, current: &Versioned, operations: &[Operation]) -> Result<Option<Versioned>> {
        let mut version = current.version.clone();
        if self.unconditional.get() {
            version = None;
        } else if version.is_none() && supports(self.client, "etag").0 {
            // A list may be without the versions that the resources have.
            version = self.read(id, &without_members(self.endpoint))?.version;
        }
        let body = modify::patch_body(self.client, self.endpoint, operations, "/payload")?;
        let idempotent = modify::idempotent(self.endpoint, operations);
        let message = Message::new(Method::Patch, Some(id), self.headers).with(Cow::Owned(body), idempotent);
        match send(self.client, self.what, self.endpoint, &message.version(version.as_ref())) {
            Err(failure) if lacks_method(&failure) && self.knobs().put => self.put(id),
            sent => sent,
        }
    }

    /// The whole of it as it is now, a group's members included, changed and sent.
    fn put(&self, id: &str) -> Result<Option<Versioned>> {
        let (client, what, endpoint) = (self.client, self.what, self.endpoint);
        let whole = CompleteRead { client, what, endpoint, id: Some(id), headers: self.headers, new_members: false };
        let whole = whole.read()?;
        let body = patch::for_put(&whole.resource, &self.desired, known(self.endpoint), style(self.client).text)?;
        let message = Message::new(Method::Put, Some(id), self.headers).with(Cow::Owned(body), false);
        let version = whole.version.as_ref().filter(|_| !self.unconditional.get());
        send(self.client, self.what, self.endpoint, &message.version(version))
    }
}

/// Whether the provider says of a change that it cannot be as it is, and has carried out nothing of it. Where an account is to be
/// closed, also that something in it is not allowed, or is taken by somebody else.
fn is_refusal(failure: &Failure, closing: bool) -> bool {
    let refused = match failure.kind {
        Kind::InvalidInput => matches!(failure.status, Some(400 | 422)),
        Kind::Permission => closing && failure.status == Some(403),
        Kind::Conflict => closing && matches!(failure.status, Some(400 | 409)),
        _ => false,
    };
    refused && !failure.maybe_applied
}

/// Whether a refusal says that there is no such attribute to change, rather than that its value is wrong.
fn lacks_attribute(failure: &Failure) -> bool {
    let scim_type = failure.scim_type.as_deref().unwrap_or_default();
    ["invalidPath", "noTarget", "mutability"].iter().any(|it| it.eq_ignore_ascii_case(scim_type))
}

/// What was answered, in short: never the provider's words, which may quote values.
fn code(failure: &Failure) -> String {
    let status = failure.status.map(|status| status.to_string());
    [status.as_deref(), failure.scim_type.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The attributes that operations change, each once; `name.givenName` is of `name`.
fn attributes(operations: &[Operation]) -> Vec<String> {
    parts(operations.to_vec()).into_iter().map(|(name, _)| name).collect()
}

/// Operations by the attribute that they change, `active` first.
fn parts(operations: Vec<Operation>) -> Vec<(String, Vec<Operation>)> {
    let mut parts: Vec<(String, Vec<Operation>)> = Vec::new();
    for operation in operations {
        let mut place = patch::places(&operation).into_iter().next();
        place.iter_mut().for_each(|place| place.sub = None);
        let name = place.map(|place| place.to_string()).unwrap_or_default();
        match parts.iter_mut().find(|part| part.0 == name) {
            Some(part) => part.1.push(operation),
            None => parts.push((name, vec![operation])),
        }
    }
    parts.sort_by_key(|part| !part.0.eq_ignore_ascii_case("active"));
    parts
}
