//! The request that a resource is created, read, changed and deleted with: its URL, its body, its conditions, and whether it may be
//! sent again.

use super::conditions;
use super::target::Endpoint;
use super::wire::{RequestOptions, checked_id, request, url};
use crate::failure::Result;
use crate::http::client::Client;
use crate::http::{Effect, Method, Request};
use crate::input::{Change, View};
use crate::scim::resource::Resource;
use std::borrow::Cow;

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
    /// An empty 404 may be about what the body names rather than about the resource, as some say of members.
    pub empty_is_refusal: bool,
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
            empty_is_refusal: false,
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

    /// `kept` says whether the provider is known to keep to the condition that is sent.
    fn effect(&self, kept: bool) -> Effect {
        match self.method {
            Method::Post => Effect::Write,
            Method::Put | Method::Delete => Effect::IdempotentWrite,
            // With If-Match a repetition finds another version and does nothing (RFC 9110 section 13.1.1).
            Method::Patch if self.repeatable || kept => Effect::IdempotentWrite,
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
        let effect = self.effect(self.if_match.is_some() && conditions::kept(client));
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
