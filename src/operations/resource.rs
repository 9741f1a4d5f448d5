//! Create, get, update, patch and delete one resource (RFC 7644 sections 3.3, 3.4.1, 3.5.1, 3.5.2 and 3.6).

use super::modify::Modification;
use super::target::{self, Endpoint};
use super::{Context, Execute, conditions, creation, discovery, lint, proof, sending, validate};
use crate::failure::{Failure, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{Create, Delete, Get, Patch, Update, View};
use crate::scim::resource::{Data, Node, Resource, leave_out_unassigned, name_schemas, strip_read_only};
use crate::scim::{builtin, patch, schema, spelling, urn, view};
use std::borrow::Cow;

pub use super::message::Message;
pub use super::sending::read;
pub use super::versioned::Versioned;

impl Execute for Create {
    type Output = Resource;

    fn execute(self, context: &Context<'_>) -> Result<Resource> {
        let (client, what) = (context.client, context.what());
        let endpoint = &discovery::with_schema(client, context.endpoint()?, &self.payload);
        if self.validate {
            validate::payload(client, endpoint, &self.payload, true)?;
        }
        lint::payload(client, endpoint, &self.payload)?;
        let body = payload(endpoint, self.payload, true)?;
        let message = Message::new(Method::Post, None, &self.headers).viewed(&self.view);
        let created = creation::create(client, what, endpoint, &message.with(Cow::Borrowed(&body), false))?;
        let created = creation::with_id(client, what, endpoint, &body, created);
        proof::created(client, what, endpoint, &body, &created);
        Ok(cut(client, endpoint, &self.view, created.resource))
    }
}

impl Execute for Get {
    type Output = Resource;

    fn execute(self, context: &Context<'_>) -> Result<Resource> {
        let message = Message::new(Method::Get, self.selector.id(), &self.headers).viewed(&self.view);
        let message = Message { if_none_match: self.if_none_match.as_deref(), ..message };
        read(context.client, context.what(), &context.endpoint()?, &message).map(|found| found.resource)
    }
}

impl Execute for Update {
    type Output = Option<Resource>;

    fn execute(self, context: &Context<'_>) -> Result<Option<Resource>> {
        let client = context.client;
        let endpoint = &discovery::with_schema(client, context.endpoint()?, &self.payload);
        if self.validate {
            validate::payload(client, endpoint, &self.payload, false)?;
        }
        lint::payload(client, endpoint, &self.payload)?;
        // What is merged with what is there need not be whole.
        match self.change.read_modify_write {
            true => checked_types(endpoint, &self.payload)?,
            false => checked(endpoint, &self.payload, false)?,
        }
        let body = written(endpoint, self.payload)?;
        let (id, view, change) = (self.selector.id(), &self.view, &self.change);
        let modification = Modification { client, what: context.what(), endpoint, id, view, change };
        Ok(modification.update(body)?.map(|found| cut(client, endpoint, view, found.resource)))
    }
}

impl Execute for Patch {
    type Output = Option<Resource>;

    fn execute(self, context: &Context<'_>) -> Result<Option<Resource>> {
        let (client, endpoint) = (context.client, &context.endpoint()?);
        if self.validate {
            validate::operations(client, endpoint, &self.operations)?;
        }
        lint::patch(client, endpoint, &self.operations)?;
        let mut operations = self.operations;
        operations.iter_mut().for_each(|operation| patch::write_texts(operation, target::known(endpoint)));
        let (id, view, change) = (self.selector.id(), &self.view, &self.change);
        let modification = Modification { client, what: context.what(), endpoint, id, view, change };
        Ok(modification.patch(&operations)?.map(|found| cut(client, endpoint, view, found.resource)))
    }
}

impl Execute for Delete {
    type Output = ();

    fn execute(self, context: &Context<'_>) -> Result<()> {
        let message = Message::new(Method::Delete, self.selector.id(), &self.headers);
        let message = Message { if_match: self.if_match.as_deref(), gone_is_done: self.gone_is_done, ..message };
        send(context.client, context.what(), &context.endpoint()?, &message)?;
        conditions::tell(context.client, self.if_match.as_deref());
        Ok(())
    }
}

/// Sends a message. `what` names the operation in failures. The resource as answered, none where the answer has no body: then it is
/// read once more where the options or a view ask for it. A creation always gives one.
pub fn send(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>) -> Result<Option<Versioned>> {
    match message.method {
        Method::Post => creation::create(client, what, endpoint, message).map(Some),
        _ => sending::send(client, what, endpoint, message),
    }
}

/// What of the answer to a change the caller wants to see, where the provider was not asked for it.
fn cut(client: &Client<'_>, endpoint: &Endpoint, asked: &View, resource: Resource) -> Resource {
    if asked.is_empty() || client.connection().profile.knobs.views_on_changes {
        return resource;
    }
    view::cut(&resource, &asked.attributes, &asked.excluded, endpoint.schema.as_deref())
}

/// The resource as it is sent: checked, without what only the provider sets, its schemas named; a new one without what has no value.
/// To replace one, null says what shall go where it is merged into what is there; what is sent then is without it as well.
pub fn payload(endpoint: &Endpoint, mut resource: Resource, new: bool) -> Result<Resource> {
    checked(endpoint, &resource, new)?;
    if new {
        leave_out_unassigned(&mut resource, endpoint.schema.as_deref());
    }
    written(endpoint, resource)
}

/// The resource as it is sent, once it is checked.
pub fn written(endpoint: &Endpoint, resource: Resource) -> Result<Resource> {
    let resource = prepared(endpoint, resource);
    if !resource.contains("schemas") {
        return Err(Failure::input(
            "/payload/schemas",
            "payload.schemas: is required here: the URN of the resource's schema, since the provider's resource types do not name it",
        ));
    }
    Ok(resource)
}

/// The same, where the schema may be named later.
pub fn prepared(endpoint: &Endpoint, mut resource: Resource) -> Resource {
    spelling::correct(&mut resource, endpoint.known.map(|known| known.attributes));
    if let Some(known) = endpoint.known {
        spelling::write_texts(&mut resource, known.attributes);
    }
    strip_read_only(&mut resource, endpoint.schema.as_deref());
    name_schemas(&mut resource, endpoint.schema.as_deref());
    if endpoint.known.is_none() {
        builtin::strip_device(&mut resource);
    }
    resource
}

/// Checks a payload against what is known of its type: JSON types and misspelt names.
pub fn checked_types(endpoint: &Endpoint, resource: &Resource) -> Result<()> {
    let Some(known) = endpoint.known else { return Ok(()) };
    let mut problems = Vec::new();
    schema::check(resource, known.attributes, "/payload", &mut problems);
    if let Some(Node::Object(extension)) = resource.get(urn::ENTERPRISE_USER).map(Data::node) {
        let pointer = crate::naming::deeper("/payload", urn::ENTERPRISE_USER);
        schema::check(extension, schema::ENTERPRISE_USER, &pointer, &mut problems);
    }
    Failure::of_problems(problems)
}

/// Checks a payload against what is known of its type: JSON types, misspelt names, and what must be there.
pub fn checked(endpoint: &Endpoint, resource: &Resource, new: bool) -> Result<()> {
    checked_types(endpoint, resource)?;
    let Some(known) = endpoint.known else { return Ok(()) };
    let name = known.required;
    let missing = match resource.get(name).map(Data::node) {
        Some(Node::Text(text)) => text.trim().is_empty(),
        _ => true,
    };
    // A PUT without it would be refused as well, and says so here rather than there (RFC 7644 section 3.5.1).
    if missing {
        let verb = if new { "to create" } else { "to replace" };
        return Err(Failure::input(
            format!("/payload/{name}"),
            format!("payload.{name}: is required {verb} a {}", known.name.to_lowercase()),
        ));
    }
    Ok(())
}
