//! Bulk requests and their answers (RFC 7644 section 3.7): what operations are, how they are checked (`check`), how they refer
//! to each other (`references`), in which requests they go (`plan`), and what an answer says of each (`answer`).
//!
//! All of it is pure: it sends nothing and knows no connection.

pub mod answer;
pub mod check;
pub mod plan;
pub mod references;
#[cfg(test)]
mod tests;

use super::resource::{Data, Resource};
use crate::failure::Failure;
use percent_encoding::percent_decode_str;
use std::fmt::Write as _;

/// Method of a bulk operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

/// The methods, by name.
pub const METHODS: [(&str, Method); 4] =
    [("POST", Method::Post), ("PUT", Method::Put), ("PATCH", Method::Patch), ("DELETE", Method::Delete)];

impl Method {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        METHODS.iter().find(|row| row.1 == self).map_or("POST", |row| row.0)
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What to do.
    pub method: Method,
    /// Path below the service URL: `/Users`, `/Users/ID`, or `/Users/bulkId:NAME`.
    pub path: String,
    /// The caller's name for the resource.
    pub bulk_id: Option<String>,
    /// Only in this version.
    pub version: Option<String>,
    /// The body.
    pub data: Option<Data>,
}

impl Operation {
    /// What it is called in failures.
    pub fn what(&self) -> String {
        let path: String = self.path.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
        format!("{} {path}", self.method.name())
    }

    /// The name of the endpoint.
    fn endpoint(&self) -> String {
        let [before, last] = tail(&self.path).unwrap_or_default();
        if self.method == Method::Post || before.is_empty() { last } else { before }
    }

    /// The endpoint's name and the identifier of the resource that is to be changed; none where it has none yet.
    fn target(&self) -> Option<[String; 2]> {
        let place = tail(&self.path).filter(|_| self.method != Method::Post)?;
        let [endpoint, id] = &place;
        (!endpoint.is_empty() && references::whole(id).is_none()).then_some(place)
    }
}

/// What one operation gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Index of the operation in the caller's list, from 0.
    pub index: u32,
    /// Its method.
    pub method: Method,
    /// The caller's name for the resource.
    pub bulk_id: Option<String>,
    /// URI of the resource.
    pub location: Option<String>,
    /// Its identifier: the `known` of a later call takes it.
    pub id: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Body of the answer; of a failure, `failure` says what it said.
    pub response: Option<Data>,
    /// Why it failed, or that it was not carried out.
    pub failure: Option<Box<Failure>>,
}

impl Outcome {
    /// About how long its JSON form is.
    fn length(&self) -> usize {
        const NAMES: usize = 160;
        let texts = [&self.bulk_id, &self.location, &self.id, &self.version].into_iter().flatten();
        NAMES + texts.map(String::len).sum::<usize>() + self.response.as_ref().map_or(0, Data::length)
    }

    /// The resource in a success's body.
    pub fn resource_mut(&mut self) -> Option<&mut Resource> {
        self.response.as_mut().filter(|_| self.failure.is_none())?.as_object_mut()
    }
}

/// What an answer says of one operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: Option<u16>,
    /// URI of the resource.
    pub location: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Body of the answer, where it succeeded.
    pub response: Option<Data>,
    /// Why it failed.
    pub failure: Option<Box<Failure>>,
}

impl Answer {
    /// That it failed, or was not carried out.
    pub fn failed(failure: Box<Failure>) -> Answer {
        Answer { failure: Some(failure), ..Answer::default() }
    }

    /// The resource's identifier: that of its body, else the one that was asked for, else the last segment of its location.
    pub fn id(&self, operation: &Operation) -> Option<String> {
        let body = self.response.as_ref().and_then(Data::as_object);
        let told = body.and_then(|body| body.text("id")).filter(|id| !id.is_empty());
        let asked = || operation.target().map(|[_, id]| id);
        let placed = || {
            let [_, id] = tail(self.location.as_deref()?)?;
            // The endpoint itself is no resource of it.
            Some(id).filter(|id| !id.eq_ignore_ascii_case(&operation.endpoint()))
        };
        told.or_else(asked).or_else(placed)
    }

    /// The outcome of the operation at an index.
    pub fn outcome(self, index: usize, operation: &Operation) -> Outcome {
        let id = if self.failure.is_none() { self.id(operation) } else { None };
        let Answer { status, location, version, response, failure } = self;
        // It is kept to the end, and the answer it was read from is not.
        let response = response.map(Data::packed);
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let (method, bulk_id) = (operation.method, operation.bulk_id.clone());
        Outcome { index, method, bulk_id, location, id, version, status, response, failure }
    }
}

/// The last two segments of a path or URI, decoded: the endpoint's name and the identifier.
pub fn tail(uri: &str) -> Option<[String; 2]> {
    let path = uri.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let mut segments = path.rsplit('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned());
    let id = segments.next().filter(|id| !id.is_empty())?;
    Some([segments.next().unwrap_or_default(), id])
}

impl Outcome {
    /// The JSON form, with the names of a bulk answer (RFC 7644 section 3.7.3).
    pub fn into_json(self) -> Data {
        let mut object = Resource::new();
        let members = [
            ("index", Some(Data::from(self.index))),
            ("method", Some(Data::from(self.method.name()))),
            ("bulkId", self.bulk_id.map(Data::from)),
            ("location", self.location.map(Data::from)),
            ("id", self.id.map(Data::from)),
            ("version", self.version.map(Data::from)),
            ("status", self.status.map(Data::from)),
            ("response", self.response),
            ("failure", self.failure.map(|failure| Data::from(failure.to_json()))),
        ];
        object.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Data::from(object)
    }
}

/// What a bulk request gave: one outcome for each operation, in the caller's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The outcomes.
    pub results: Vec<Outcome>,
}

impl Report {
    /// How many failed or were not carried out.
    pub fn failed(&self) -> usize {
        self.results.iter().filter(|outcome| outcome.failure.is_some()).count()
    }

    /// The JSON form. It is written at once, and what is written is let go of, for it may be very much.
    pub fn into_json(self) -> Data {
        let failed = self.failed();
        let mut text = String::with_capacity(self.results.iter().map(Outcome::length).sum::<usize>() + 64);
        let succeeded = self.results.len() - failed;
        // Nothing fails that is written into a text.
        let _ = write!(text, "{{\"succeeded\":{succeeded},\"failed\":{failed},\"results\":[");
        for (place, outcome) in self.results.into_iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(text, "{comma}{}", outcome.into_json());
        }
        text.push_str("]}");
        Data::written_object(text)
    }
}
