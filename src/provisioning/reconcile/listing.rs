//! All resources that a provider lists, page by page, each once, and whether these are all there is.

use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::input::{Headers, Listing, Query, View};
use crate::operations::query::{self, QueryMethod, capabilities};
use crate::operations::{listing, target::Endpoint};
use crate::scim::list::walk::{self, Key, Progress, WalkedPage};
use crate::scim::resource::Resource;
use std::collections::BTreeSet;

/// Resources on a page, where the provider says no number.
const USUAL: u32 = 100;
/// Most resources on a page, whatever the provider says.
const MOST: u64 = 500;

/// What is listed.
pub struct Scope<'a> {
    /// A filter; none for all there is.
    pub filter: Option<&'a String>,
    /// Whether members are of no interest.
    pub without_members: bool,
    /// Further headers.
    pub headers: &'a Headers,
}

/// Lists it; and says whether everything came.
pub fn list(client: &Client<'_>, what: &str, endpoint: &Endpoint, scope: &Scope<'_>) -> Result<(Vec<Resource>, bool)> {
    let excluded = if scope.without_members { vec!["members".to_owned()] } else { Vec::new() };
    let mut input = Listing {
        query: Query { filter: scope.filter.cloned(), count: Some(page_size(client)), ..Query::default() },
        view: View { excluded, ..View::default() },
        headers: scope.headers.clone(),
    };
    let mut kept = BTreeSet::<Key>::new();
    let (mut progress, mut all, mut unreadable) = (None::<Progress>, Vec::new(), 0);
    loop {
        let listed = listing::run(client, what, endpoint, QueryMethod::Get, &input).map_err(unlisted)?;
        unreadable += listed.page.unreadable;
        let page = WalkedPage {
            identities: listed.page.identities(query::is_mixed(endpoint)),
            left_out: listed.left_out,
            total: listed.page.total_results,
            next: listed.next,
            complete: listed.complete,
            page: input.query.page.take(),
            start_index: None,
            cursor: None,
        };
        let step = walk::judge(progress, &page.keys(), &|key| kept.contains(key), &page);
        kept.extend(&step.added);
        progress = Some(step.progress);
        let mut fresh = step.fresh.iter().peekable();
        for (place, resource) in (0..).zip(listed.page.resources) {
            if fresh.next_if_eq(&&place).is_some() {
                all.push(resource);
            }
        }
        match step.next {
            Some(next) => input.query.page = Some(next),
            None => return Ok((all, step.complete && unreadable == 0)),
        }
    }
}

/// How many are asked for at once: as many as the provider is known to give.
fn page_size(client: &Client<'_>) -> u32 {
    let known = capabilities(client);
    let most = known.feature("filter").and_then(|filter| filter.limit("maxResults"));
    let usual = client.connection().profile.knobs.default_count.unwrap_or(USUAL);
    most.map_or(usual, |most| u32::try_from(most.min(MOST)).unwrap_or(usual)).max(1)
}

/// The failure of a listing: whatever it is, nothing was changed.
fn unlisted(mut failure: Box<Failure>) -> Box<Failure> {
    failure.detail.push_str("; nothing was changed");
    // A filter is called scope here.
    if failure.pointer.as_deref() == Some("/filter") {
        failure.pointer = Some("/scope".to_owned());
    }
    failure.transient |= matches!(failure.kind, Kind::Throttled | Kind::Unavailable | Kind::Timeout);
    failure
}
