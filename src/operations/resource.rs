//! Create, get, update, patch and delete one resource (RFC 7644 sections 3.3, 3.4.1, 3.5.1, 3.5.2 and 3.6).

use super::modify::{self, Modification};
use super::seen::{self, Fact};
use super::target::Endpoint;
use super::wire::{RequestOptions, body, checked_id, refused, request, url};
use super::{Context, Execute, StandardType, answered, conditions, creation, discovery, lint, proof, validate};
use crate::connection::is_header_value;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::{Effect, Method, Request};
use crate::input::{Change, Create, Delete, Get, Patch, Update, View};
use crate::scim::resource::{Data, Node, Resource, name_schemas, strip_read_only};
use crate::scim::service_provider::Source;
use crate::scim::{builtin, error, schema, urn, view};
use std::borrow::Cow;

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
        let created = send(client, what, endpoint, &message.with(Cow::Borrowed(&body), false))?;
        // A creation always gives a resource.
        let created = created.ok_or_else(|| Failure::new(Kind::Internal, "a creation gave nothing"))?;
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
        let (id, view, change) = (self.selector.id(), &self.view, &self.change);
        let modification = Modification { client, what: context.what(), endpoint, id, view, change };
        Ok(modification.patch(&self.operations)?.map(|found| cut(client, endpoint, view, found.resource)))
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

/// A resource, and its version as it may stand in `If-Match`: the ETag header's, or else that of its `meta` (RFC 7644 section 3.14).
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned {
    /// The resource.
    pub resource: Resource,
    /// The version; none where the provider gives none, or is said to have none by an override of `etag`.
    pub version: Option<String>,
    /// Whether only some of its attributes were asked for.
    pub partial: bool,
    /// Whether it may come into being later only.
    pub deferred: bool,
}

impl Versioned {
    /// A resource without the answer it came in, such as one of a list.
    pub fn new(client: &Client<'_>, resource: Resource, header: Option<&str>) -> Versioned {
        let without = modify::supports(client, "etag") == (false, Source::Overridden);
        let meta = resource.get("meta").and_then(Data::as_object);
        let version = header.map(str::to_owned).or_else(|| meta?.text("version"));
        let version = version.filter(|tag| !without && !tag.trim().is_empty() && is_header_value(tag));
        if version.is_some() {
            seen::note(client, Fact::Versions);
        }
        Versioned { resource, version, partial: false, deferred: false }
    }

    /// Its identifier.
    pub fn id(&self) -> Option<String> {
        self.resource.text("id").filter(|id| !id.is_empty())
    }
}

/// A request to one resource, or to its endpoint to create one.
#[derive(Clone)]
pub struct Message<'a> {
    /// POST creates, GET reads, PUT replaces, PATCH changes, DELETE deletes.
    pub method: Method,
    /// Which resource; none to create one, and where the endpoint is that of the resource.
    pub id: Option<&'a str>,
    /// The body.
    pub body: Option<Cow<'a, Resource>>,
    /// Whether a PATCH may be sent again when its answer was lost.
    pub repeatable: bool,
    /// Which attributes to answer with; all where there is none.
    pub view: Option<&'a View>,
    /// Further headers.
    pub headers: &'a [(String, String)],
    /// `If-Match`.
    pub if_match: Option<&'a str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// Read once more where a change is answered without a body.
    pub read_back: bool,
    /// Deleting what is not there is a success.
    pub gone_is_done: bool,
}

impl<'a> Message<'a> {
    /// Without a body and conditions.
    pub fn new(method: Method, id: Option<&'a str>, headers: &'a [(String, String)]) -> Message<'a> {
        Message {
            method,
            id,
            body: None,
            repeatable: false,
            view: None,
            headers,
            if_match: None,
            if_none_match: None,
            read_back: false,
            gone_is_done: false,
        }
    }

    /// Answered with these attributes.
    pub fn viewed(self, view: &'a View) -> Message<'a> {
        Message { view: Some(view), ..self }
    }

    /// As the caller wants a change made.
    pub fn changing(self, change: &'a Change) -> Message<'a> {
        Message { read_back: change.read_back, if_match: change.if_match.as_deref(), ..self }
    }

    /// With a body.
    pub fn with(self, body: Cow<'a, Resource>, repeatable: bool) -> Message<'a> {
        Message { body: Some(body), repeatable, ..self }
    }

    /// About the version that was read, where none is named.
    pub fn version(self, version: Option<&'a String>) -> Message<'a> {
        Message { if_match: self.if_match.or(version.map(String::as_str)), ..self }
    }

    /// The view that is sent. Some providers take what a view leaves out of the answer to a change for what is to go.
    pub(super) fn view_sent(&self, client: &Client<'_>) -> Option<&'a View> {
        let knobs = &client.connection().profile.knobs;
        let may = knobs.views && (self.method == Method::Get || knobs.views_on_changes);
        self.view.filter(|view| may && self.method != Method::Delete && !view.is_empty())
    }

    /// `honoured` says whether the provider is known to keep to conditions.
    fn effect(&self, honoured: bool) -> Effect {
        match self.method {
            Method::Post => Effect::Write,
            Method::Put | Method::Delete => Effect::IdempotentWrite,
            // With If-Match a repetition finds another version and does nothing (RFC 9110 section 13.1.1).
            Method::Patch if self.repeatable || honoured => Effect::IdempotentWrite,
            Method::Patch => Effect::Write,
            Method::Get => Effect::Read,
        }
    }

    pub(super) fn request(&self, client: &Client<'_>, endpoint: &Endpoint) -> Result<Request> {
        let id = self.id.map(checked_id).transpose()?;
        let mut url = url(client.connection(), endpoint.path.iter().map(String::as_str).chain(id))?;
        self.view.map(View::members).transpose()?;
        let knobs = &client.connection().profile.knobs;
        for (name, values) in self.view_sent(client).map(|view| view.sent(knobs)).transpose()?.into_iter().flatten() {
            url.query_pairs_mut().append_pair(name, &values.join(","));
        }
        let asked =
            RequestOptions { headers: self.headers, if_match: self.if_match, if_none_match: self.if_none_match };
        let effect = self.effect(self.if_match.is_some() && conditions::honoured(client));
        let with_id = self.id.filter(|_| self.method == Method::Put && client.connection().profile.knobs.put_id);
        let body = match (&self.body, with_id) {
            // As RFC 7644 section 3.5.1 shows it; some refuse a resource without.
            (Some(body), Some(id)) => {
                let mut body = body.as_ref().clone();
                body.insert("id", id);
                Some(Cow::Owned(body))
            }
            (body, _) => body.as_deref().map(Cow::Borrowed),
        };
        Ok(request(self.method, url, body.as_deref(), effect, asked))
    }
}

/// Sends a message. `what` names the operation in failures. The resource as answered, none where the answer has no body: then it is
/// read once more where the options or a view ask for it. A creation always gives one.
pub fn send(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>) -> Result<Option<Versioned>> {
    let request = message.request(client, endpoint)?;
    let exchange = client.send(&request).or_else(|failure| answered::oversized(client, what, message, failure))?;
    if let Some(failure) = answered::unrouted(client, what, endpoint, message, &exchange) {
        return Err(failure);
    }
    if message.method == Method::Delete {
        return deleted(client, what, endpoint, message, &exchange, request.effect).map(|()| None);
    }
    let creates = |failure| if message.method == Method::Post { error::of_creation(failure) } else { failure };
    let resource = body(client, &exchange, request.effect, what).map_err(creates)?;
    let resource = match resource {
        Some(other) if !is_resource(endpoint, message, &other) => {
            no_resource(client, what, message.method, &exchange, &other)?;
            None
        }
        resource => resource,
    };
    // "Accepted" is not "done" (RFC 9110 section 15.3.3, RFC 9967).
    let deferred = exchange.response.status == 202 && message.method != Method::Post;
    if deferred {
        client.warn(format!("the provider answered {what} with 202: the change may be made later"));
    }
    match resource {
        Some(resource) => {
            let mut found = Versioned::new(client, resource, exchange.response.header("etag"));
            found.partial = message.view_sent(client).is_some();
            answered::is_about(what, message, &found, request.effect)?;
            answered::note_members(client, endpoint, message, &found);
            if message.method == Method::Post {
                creation::identify(client, what, endpoint, &request.url, &exchange.response, &mut found);
            }
            Ok(Some(found))
        }
        None if message.method == Method::Post => {
            Ok(Some(creation::without_body(client, what, endpoint, message, &request, &exchange)))
        }
        None if deferred || answered::is_oversized(&exchange.response) => Ok(None),
        None if message.read_back => read_back(client, what, endpoint, message.id, message).map(Some),
        None if message.method == Method::Get => {
            Err(error::not_scim(exchange.response.status, &exchange.response.body, what, "there is no body"))
        }
        None if message.view.is_some_and(|view| !view.is_empty()) => {
            let seen = read_back(client, what, endpoint, message.id, message);
            client.warn(match &seen {
                Ok(_) => format!("the provider answered {what} without the resource; it was read once more for the attributes that were asked for"),
                Err(failure) => failure.detail.clone(),
            });
            Ok(seen.ok())
        }
        None => Ok(None),
    }
}

/// What of the answer to a change the caller wants to see, where the provider was not asked for it.
fn cut(client: &Client<'_>, endpoint: &Endpoint, asked: &View, resource: Resource) -> Resource {
    if asked.is_empty() || client.connection().profile.knobs.views_on_changes {
        return resource;
    }
    view::cut(resource, &asked.attributes, &asked.excluded, endpoint.schema.as_deref())
}

/// Whether an answer's body is a resource, as far as can be told: some name next to nothing of it.
fn is_resource(endpoint: &Endpoint, message: &Message<'_>, object: &Resource) -> bool {
    let common = ["id", "schemas", "meta", "externalId"].iter().any(|name| object.get(name).is_some());
    let known = |known: &StandardType| known.attributes.iter().any(|it| object.get(it.name).is_some());
    let viewed = message.method == Method::Get && message.view.is_some_and(|view| !view.attributes.is_empty());
    common || viewed || object.is_empty() || endpoint.known.is_some_and(known)
}

/// A body that is no resource: no answer to a read, an error after a change if it says so, and otherwise as good as none.
fn no_resource(client: &Client<'_>, what: &str, method: Method, exchange: &Exchange, body: &Resource) -> Result<()> {
    let errors = ["error", "errors"].iter().any(|name| body.get(name).is_some_and(|it| !it.is_null()));
    if method != Method::Get && !errors {
        client.warn(format!("the provider answered {what} with JSON that is no resource; it is left out"));
        return Ok(());
    }
    let response = &exchange.response;
    let mut failure = error::not_scim(response.status, &response.body, what, "the body is no resource");
    failure.request_id = response.request_id();
    Err(if method == Method::Get { failure } else { failure.maybe_applied() })
}

/// Reads a resource.
pub fn read(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>) -> Result<Versioned> {
    let nothing = || Failure::new(Kind::Internal, format!("{what}: a read gave nothing"));
    send(client, what, endpoint, message)?.ok_or_else(nothing)
}

/// The resource as it is sent: checked, without what only the provider sets, its schemas named.
pub fn payload(endpoint: &Endpoint, resource: Resource, new: bool) -> Result<Resource> {
    checked(endpoint, &resource, new)?;
    written(endpoint, resource)
}

/// The resource as it is sent, once it is checked.
pub fn written(endpoint: &Endpoint, mut resource: Resource) -> Result<Resource> {
    strip_read_only(&mut resource, endpoint.schema.as_deref());
    name_schemas(&mut resource, endpoint.schema.as_deref());
    if endpoint.known.is_none() {
        builtin::strip_device(&mut resource);
    }
    if !resource.contains("schemas") {
        return Err(Failure::input(
            "/payload/schemas",
            "payload.schemas: is required here: the URN of the resource's schema, since the provider's resource types do not name it",
        ));
    }
    Ok(resource)
}

/// Checks a payload against what is known of its type: JSON types and misspelt names.
pub fn checked_types(endpoint: &Endpoint, resource: &Resource) -> Result<()> {
    let Some(known) = endpoint.known else { return Ok(()) };
    let mut problems = Vec::new();
    schema::check(resource, known.attributes, "/payload", &mut problems);
    if let Some(Node::Object(extension)) = resource.get(urn::ENTERPRISE_USER).map(Data::node) {
        let pointer = crate::reader::deeper("/payload", urn::ENTERPRISE_USER);
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

/// Reads a resource once more after a change.
pub(super) fn read_back(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    id: Option<&str>,
    change: &Message<'_>,
) -> Result<Versioned> {
    let message = Message { view: change.view, ..Message::new(Method::Get, id, change.headers) };
    read(client, what, endpoint, &message).map_err(|failure| {
        // The change itself went through; whoever repeats the call must know.
        let mut failure = failure.maybe_applied();
        failure.detail = format!("{what} was carried out, but reading the result back failed: {}", failure.detail);
        failure
    })
}

/// Whether a deletion succeeded.
fn deleted(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    exchange: &Exchange,
    effect: Effect,
) -> Result<()> {
    let gone = matches!(exchange.response.status, 404 | 410);
    if gone && exchange.repeated {
        client.warn("an earlier attempt, whose answer was lost, had deleted it");
        return Ok(());
    }
    let start = exchange.response.body.trim_ascii_start().first();
    if exchange.response.is_success() && matches!(start, Some(b'<' | b'{')) {
        // A page, as of a gateway that asks to sign in, or an error: no success, whatever the status says.
        body(client, exchange, effect, what)?;
    }
    if exchange.response.status == 202 {
        client.warn(format!("the provider answered {what} with 202: the deletion may be made later"));
    }
    if exchange.response.is_success() || (gone && message.gone_is_done) {
        let user = endpoint.schema.as_deref() == Some(urn::USER);
        if user && !gone && client.connection().profile.knobs.delete_deactivates {
            client.warn(
                "this provider only deactivates a user that is deleted; userName and e-mail addresses may stay taken",
            );
        }
        return Ok(());
    }
    let failure = refused(client, exchange, effect, what);
    if message.gone_is_done { gone_after_all(client, what, endpoint, message, failure) } else { Err(failure) }
}

/// What a deletion that was refused comes to where what is gone is done: some answer 500 or 400 to the deletion of what is not there,
/// and a read tells.
fn gone_after_all(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    deletion: &Message<'_>,
    mut failure: Box<Failure>,
) -> Result<()> {
    if !matches!(failure.kind, Kind::Unavailable | Kind::InvalidInput | Kind::Conflict) {
        return Err(failure);
    }
    match read(client, what, endpoint, &Message::new(Method::Get, deletion.id, deletion.headers)) {
        // A page is the answer of something else than the provider.
        Err(other)
            if other.kind == Kind::NotFound && !other.excerpt.as_ref().is_some_and(|text| text.starts_with('<')) =>
        {
            client.warn(format!("{}; it is not there", failure.detail));
            Ok(())
        }
        Ok(_) => {
            failure.detail.push_str("; it is still there");
            Err(failure)
        }
        Err(_) => Err(failure),
    }
}
