//! Changes of one resource that take more than one request: read, modify and write; PUT where there is no PATCH, and PATCH where
//! there is no PUT.
//!
//! Every PUT, every PATCH with operations that are idempotent, and one with `If-Match` where the provider is known to honour it, may
//! be repeated after a lost answer (`Effect::IdempotentWrite`); any other PATCH may not (`Effect::Write`).

use super::complete_read::{CompleteRead, shows_members};
use super::message::Message;
use super::sending::{read, send};
use super::target::Endpoint;
use super::versioned::Versioned;
use super::{conditions, proof};
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{Change, View};
use crate::profile::Knobs;
use crate::scim::patch::{self, Operation};
use crate::scim::resource::{Data, Node, Resource, leave_out_unassigned};
use std::borrow::Cow;
use std::cell::Cell;

pub use super::capability::{style, supports};
pub use super::target::known;

/// Most attempts at a resource that changes between reading and writing.
pub const ROUNDS: u32 = 3;

/// Whether a failure says that the method is not there at all (RFC 9110 sections 15.5.6 and 15.6.2); a 404 does where
/// `answered::unrouted` found it so.
pub fn lacks_method(failure: &Failure) -> bool {
    match failure.status {
        Some(405 | 501) => true,
        Some(404) => failure.kind == Kind::Unsupported,
        _ => false,
    }
}

/// The body of a PATCH as this provider takes it: checked, and without paths where it knows none.
pub fn patch_body(
    client: &Client<'_>,
    endpoint: &Endpoint,
    operations: &[Operation],
    pointer: &str,
) -> Result<Resource> {
    if client.connection().profile.knobs.pathless_patch {
        patch::body(operations, known(endpoint), pointer)?;
        let spelled: Vec<_> = operations.iter().map(|operation| patch::spelled(operation, known(endpoint))).collect();
        return Ok(patch::written(&patch::without_paths(&spelled, pointer)?));
    }
    patch::body(operations, known(endpoint), pointer)
}

/// The first attribute that operations change and PATCH cannot, by `patchAttributes`.
pub fn beyond(client: &Client<'_>, endpoint: &Endpoint, operations: &[Operation]) -> Option<String> {
    beyond_of(&client.connection().profile.knobs, endpoint, operations)
}

/// The same, by the settings of a profile.
pub fn beyond_of(knobs: &Knobs, endpoint: &Endpoint, operations: &[Operation]) -> Option<String> {
    let known = endpoint.known?;
    operations.iter().find_map(|operation| {
        let names: Vec<&str> = match (&operation.path, operation.value.as_ref().map(Data::node)) {
            (Some(path), _) => vec![path.trim()],
            (None, Some(Node::Object(values))) => values.keys().collect(),
            _ => Vec::new(),
        };
        names.into_iter().find(|name| !knobs.patches(known.name, name)).map(str::to_owned)
    })
}

/// Whether so many operations go into one PATCH, by `patchOperations`.
pub fn fits(client: &Client<'_>, what: &str, operations: &[Operation]) -> Result<()> {
    match client.connection().profile.knobs.patch_operations {
        Some(most) if operations.len() > most as usize => Err(Failure::new(
            Kind::Unsupported,
            format!(
                "{what}: {} changes do not fit into one PATCH at this provider, which takes {most}",
                operations.len()
            ),
        )),
        _ => Ok(()),
    }
}

/// A change of one resource that is there.
pub struct Modification<'a> {
    /// The way to the provider.
    pub client: &'a Client<'a>,
    /// What the operation is called in failures.
    pub what: &'a str,
    /// Where the resource is.
    pub endpoint: &'a Endpoint,
    /// Which it is; none where the endpoint is that of the resource.
    pub id: Option<&'a str>,
    /// Which attributes to answer with.
    pub view: &'a View,
    /// How it is changed.
    pub change: &'a Change,
}

impl Modification<'_> {
    /// Replaces the resource. With read-modify-write, what the body leaves out stays.
    pub fn update(&self, body: Resource) -> Result<Option<Versioned>> {
        let Modification { client, what, endpoint, change, .. } = *self;
        let with_members = is_group(endpoint) && body.get("members").is_some();
        let knobs = &client.connection().profile.knobs;
        let mut by_put = knobs.put;
        let sent = if !knobs.put {
            self.by_difference(&body, with_members)
        } else {
            let sent = if change.read_modify_write {
                self.again(true, Some(with_members), &|current| {
                    let body = patch::for_put(&current.resource, &body, known(endpoint), style(client).text)?;
                    self.send(&self.replacing(Cow::Owned(body)).version(current.version.as_ref()))
                })
            } else {
                self.send(&self.replacing(Cow::Borrowed(&body)))
            };
            match sent {
                Err(failure) if lacks_method(&failure) && change.if_match.is_none() && supports(client, "patch").0 => {
                    by_put = false;
                    self.by_difference(&body, with_members)
                }
                sent => sent,
            }
        };
        let text = style(client).text;
        let is_so = |now: &Resource| patch::differing(now, &body, known(endpoint), text).is_empty();
        let changed = self.as_it_is(sent, &is_so)?;
        conditions::tell(client, change.if_match.as_deref());
        if let Some(answer) = &changed {
            proof::replaced(client, what, endpoint, &body, answer, by_put && !change.read_modify_write)?;
        }
        Ok(changed)
    }

    /// PATCH instead of PUT: what differs is sent.
    fn by_difference(&self, body: &Resource, with_members: bool) -> Result<Option<Versioned>> {
        let Modification { client, what, endpoint, .. } = *self;
        if with_members {
            let detail = format!(
                "{what}: this provider has no PUT; change the members with setGroupMembers, and leave them out here"
            );
            return Err(Failure::new(Kind::Unsupported, detail).at("/payload/members"));
        }
        client
            .warn("this provider has no PUT: what differs is sent as PATCH, and attributes left out stay as they are");
        self.again(true, None, &|current| {
            let options = patch::Options { style: style(client), password: true, members: true };
            let operations = patch::diff(&current.resource, body, known(endpoint), &options);
            if operations.is_empty() {
                return Ok(Some(current.clone()));
            }
            if let Some(name) = beyond(client, endpoint, &operations) {
                return Err(unpatchable(&name));
            }
            fits(client, what, &operations)?;
            self.send(&self.patching(&operations)?.version(current.version.as_ref()))
        })
    }

    /// Changes parts of the resource.
    pub fn patch(&self, operations: &[Operation]) -> Result<Option<Versioned>> {
        let Modification { client, what, endpoint, change, .. } = *self;
        let text = style(client).text;
        let is_so = |now: &Resource| patch::unmet(now, operations, known(endpoint), text).is_empty();
        let changed = self.as_it_is(self.by_patch(operations), &is_so)?;
        conditions::tell(client, change.if_match.as_deref());
        if let Some(answer) = &changed {
            proof::patched(client, what, endpoint, operations, answer)?;
        }
        Ok(changed)
    }

    /// What a change comes to that is answered with 304: nothing was to be changed, if a read shows it so.
    fn as_it_is(
        &self,
        sent: Result<Option<Versioned>>,
        is_so: &dyn Fn(&Resource) -> bool,
    ) -> Result<Option<Versioned>> {
        let refused = match sent {
            Err(failure) if failure.kind == Kind::NotModified && failure.status == Some(304) => failure,
            sent => return sent,
        };
        let Modification { client, what, endpoint, id, change, .. } = *self;
        let now = read(client, what, endpoint, &Message::new(Method::Get, id, &change.headers));
        match now {
            Ok(now) if is_so(&now.resource) => {
                client.warn(format!("the provider answered {what} with 304, and the resource is as wanted already"));
                Ok(Some(now))
            }
            _ => Err(refused),
        }
    }

    /// PATCH, or PUT where there is none; the answer is the caller's to compare.
    pub fn by_patch(&self, operations: &[Operation]) -> Result<Option<Versioned>> {
        let Modification { client, endpoint, .. } = *self;
        patch::body(operations, known(endpoint), "/operations")?;
        if !supports(client, "patch").0 {
            return self.put(operations);
        }
        let sent = if self.change.read_modify_write {
            self.again(idempotent(endpoint, operations), None, &|current| {
                self.send(&self.patching(operations)?.version(current.version.as_ref()))
            })
        } else {
            self.send(&self.patching(operations)?)
        };
        match sent {
            Err(failure) if lacks_method(&failure) && client.connection().profile.knobs.put => self.put(operations),
            Err(failure) if failure.scim_type.as_deref() == Some("noTarget") && !failure.maybe_applied => {
                self.as_wholes(operations, failure)
            }
            sent => sent,
        }
    }

    /// Additions below a value path that found no target: the attributes as a whole, on top of what is there.
    fn as_wholes(&self, operations: &[Operation], refused: Box<Failure>) -> Result<Option<Versioned>> {
        let Modification { client, endpoint, .. } = self;
        let below = |operation: &Operation| operation.path.as_deref().is_some_and(|path| path.contains('['));
        if self.change.if_match.is_some() || !operations.iter().any(below) {
            return Err(refused);
        }
        let turned = Cell::new(false);
        let sent = self.again(true, None, &|current| {
            let Some(operations) = patch::without_selection(&current.resource, operations, known(endpoint)) else {
                return Err(refused.clone());
            };
            turned.set(true);
            self.send(&self.patching(&operations)?.version(current.version.as_ref()))
        });
        if turned.get() && sent.is_ok() {
            client.warn("the provider finds no target below value paths, so that attributes were replaced as a whole; set overrides.patchValuePaths to false");
        }
        sent
    }

    /// PUT instead of PATCH: the resource is read, changed here, and replaced.
    pub fn put(&self, operations: &[Operation]) -> Result<Option<Versioned>> {
        let Modification { client, what, endpoint, .. } = *self;
        if !client.connection().profile.knobs.put {
            return Err(Failure::new(
                Kind::Unsupported,
                format!(
                    "{what}: this provider has neither PATCH nor PUT; correct overrides.patch or overrides.put if it has"
                ),
            ));
        }
        shows_members(client, what, endpoint)?;
        client.warn("the change was made by PUT, with the resource read before");
        // Made again on top of what our own lost attempt may have made, an addition would be there twice.
        self.again(idempotent(endpoint, operations), Some(false), &|current| {
            let body = patch::to_put(&current.resource, operations, known(endpoint), "/operations")?;
            self.send(&self.replacing(Cow::Owned(body)).version(current.version.as_ref()))
        })
    }

    /// The message of a PUT.
    fn replacing<'m>(&'m self, body: Cow<'m, Resource>) -> Message<'m> {
        let mut body = body.into_owned();
        leave_out_unassigned(&mut body, self.endpoint.schema.as_deref());
        self.message(Method::Put).with(Cow::Owned(body), true)
    }

    /// The message of a PATCH.
    fn patching(&self, operations: &[Operation]) -> Result<Message<'_>> {
        let body = patch_body(self.client, self.endpoint, operations, "/operations")?;
        Ok(self.message(Method::Patch).with(Cow::Owned(body), idempotent(self.endpoint, operations)))
    }

    fn message(&self, method: Method) -> Message<'_> {
        Message::new(method, self.id, &self.change.headers).viewed(self.view).changing(self.change)
    }

    fn send(&self, message: &Message<'_>) -> Result<Option<Versioned>> {
        send(self.client, self.what, self.endpoint, message)
    }

    /// Reads the resource as it is, whatever of it the caller wants to see, and has its change sent; again where it has changed
    /// in between (412), at most [`ROUNDS`] times. A 412 to a repetition may come from our own first attempt: then the change is
    /// made again only if `idempotent`. `replaced` says that the resource is to be replaced, and so must be seen whole, and
    /// whether its members are new.
    fn again(
        &self,
        idempotent: bool,
        replaced: Option<bool>,
        change: &dyn Fn(&Versioned) -> Result<Option<Versioned>>,
    ) -> Result<Option<Versioned>> {
        let Modification { client, what, endpoint, id, .. } = *self;
        let headers = self.change.headers.as_slice();
        let read_it = || match replaced {
            Some(new_members) => CompleteRead { client, what, endpoint, id, headers, new_members }.read(),
            None => read(client, what, endpoint, &Message::new(Method::Get, id, headers)),
        };
        let mut round = 1;
        let mut refused: Option<String> = None;
        loop {
            let mut current = read_it()?;
            conditions::drop_refused(client, &mut current, refused.as_deref());
            if self.change.read_modify_write
                && round == 1
                && (current.version.is_none() || !conditions::honoured(client))
            {
                client.warn(
                    "the provider gives no version of the resource, or is not known to keep to it; a change made in between would not be noticed",
                );
            }
            match change(&current) {
                Err(failure)
                    if failure.kind == Kind::Precondition
                        && (idempotent || !failure.maybe_applied)
                        && self.change.if_match.is_none()
                        && round < ROUNDS =>
                {
                    refused = current.version;
                    round += 1
                }
                outcome => return outcome,
            }
        }
    }
}

fn is_group(endpoint: &Endpoint) -> bool {
    endpoint.known.is_some_and(|known| known.name == "Group")
}

/// Whether operations may be sent again.
pub fn idempotent(endpoint: &Endpoint, operations: &[Operation]) -> bool {
    operations.iter().all(|operation| operation.is_idempotent(known(endpoint)))
}

fn unpatchable(name: &str) -> Box<Failure> {
    let detail =
        format!("{name:?} cannot be changed by PATCH at this provider; correct overrides.patchAttributes if it can");
    Failure::new(Kind::Unsupported, detail)
}
