//! The `display` of members, for a provider that takes none without it: what the caller gives stays (RFC 7643 section 2.4: it is
//! immutable, not read-only), for everybody else the `userName` is read, in portions where the provider filters so, otherwise each by
//! itself.

use super::members::identity;
use crate::failure::{Failure, Kind, Result};
use crate::http::Method;
use crate::http::client::Client;
use crate::input::{Headers, Listing, Query, View};
use crate::operations::query::{self, QueryMethod};
use crate::operations::resource::{Message, read};
use crate::operations::target::Endpoint;
use crate::operations::{STANDARD_TYPES, StandardType};
use crate::scim::filter::Filter;
use crate::scim::resource::{Data, Resource};
use std::collections::BTreeMap;

/// Most identifiers in one filter.
const PORTION: usize = 25;
/// Most identifiers in a message.
const MOST_SHOWN: usize = 5;

/// The members, each with its `display`, and the identifiers of those who are not found: these go without, and the provider says what
/// it thinks of that.
pub fn named(client: &Client<'_>, headers: &Headers, members: &[Resource]) -> Result<(Vec<Resource>, Vec<String>)> {
    let lacks = |member: &Resource| member.text("display").is_none_or(|display| display.trim().is_empty());
    let is_group = |member: &Resource| member.text("type").is_some_and(|it| it.eq_ignore_ascii_case("Group"));
    let ids = |groups: bool| -> Vec<String> {
        members.iter().filter(|it| lacks(it) && is_group(it) == groups).filter_map(identity).collect()
    };
    let [user, group] = STANDARD_TYPES;
    let mut names = in_portions(client, headers, user, &ids(false))?;
    for (known, ids) in [(user, ids(false)), (group, ids(true))] {
        for id in ids {
            if !names.contains_key(&id)
                && let Some(name) = one(client, headers, known, &id)?
            {
                names.insert(id, name);
            }
        }
    }
    let with_name = |member: &Resource| {
        let mut member = member.clone();
        if let Some(name) = identity(&member).filter(|_| lacks(&member)).and_then(|id| names.get(&id)) {
            member.retain(|key, _| !key.eq_ignore_ascii_case("display"));
            member.insert("display", name);
        }
        member
    };
    let unknown = ids(false).into_iter().chain(ids(true)).filter(|id| !names.contains_key(id)).collect();
    Ok((members.iter().map(with_name).collect(), unknown))
}

/// A refusal of members, with those among them who were not found.
pub fn explained(mut failure: Box<Failure>, unknown: &[String]) -> Box<Failure> {
    let refused = matches!(failure.kind, Kind::InvalidInput | Kind::NotFound | Kind::Conflict);
    if refused && !unknown.is_empty() {
        let shown: Vec<&str> = unknown.iter().take(MOST_SHOWN).map(String::as_str).collect();
        let more = if unknown.len() > MOST_SHOWN { ", …" } else { "" };
        failure.detail.push_str(&format!("; nobody is found with the id {}{more}", shown.join(", ")));
    }
    failure
}

/// The names of users by filters over their identifiers; nobody where the provider does not filter so.
fn in_portions(
    client: &Client<'_>,
    headers: &Headers,
    known: &'static StandardType,
    ids: &[String],
) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    let knobs = &client.connection().profile.knobs;
    let or = knobs.filter_operators.as_ref().is_none_or(|operators| operators.iter().any(|it| it == "or"));
    let by_id = knobs.filterable(known.name).is_none_or(|names| names.iter().any(|it| it.eq_ignore_ascii_case("id")));
    if !or || !by_id || ids.len() < 2 {
        return Ok(names);
    }
    for portion in ids.chunks(PORTION) {
        let filters: Vec<Filter> = portion.iter().filter_map(|id| Filter::eq("id", id.as_str()).ok()).collect();
        let filter = Some(Filter::Or(filters).to_string());
        let query = Query { filter, count: u32::try_from(portion.len()).ok(), ..Query::default() };
        let view = View { attributes: vec![known.required.to_owned()], excluded: Vec::new() };
        let input = Listing { query, view, headers: headers.clone() };
        let listed =
            match query::run(client, "the names of the members", &Endpoint::of(known), QueryMethod::Get, &input) {
                Ok(listed) => listed,
                // Then each by itself.
                Err(failure) if matches!(failure.kind, Kind::InvalidInput | Kind::Unsupported) => return Ok(names),
                Err(failure) => return Err(failure),
            };
        let found = listed.page.resources.iter();
        names.extend(found.filter_map(|user| Some((user.text("id")?, user.text(known.required)?))));
    }
    Ok(names)
}

/// The name of one.
fn one(client: &Client<'_>, headers: &Headers, known: &'static StandardType, id: &str) -> Result<Option<String>> {
    let view = View { attributes: vec![known.required.to_owned()], excluded: Vec::new() };
    let message = Message::new(Method::Get, Some(id), headers).viewed(&view);
    match read(client, "the name of a member", &Endpoint::of(known), &message) {
        Ok(found) => Ok(found.resource.get(known.required).and_then(Data::to_text)),
        Err(failure) if failure.kind == Kind::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}
