//! What a caller is given of a list: pages whose resources are checked against the filter that they answer.
//!
//! Some providers ignore filters, read `eq` as "contains", or evaluate half of an `and`; whoever acts on the answer would act on strangers.
//! Left out is only what provably does not match. What a provider announces, and where its listing goes on, stays as it is.

use super::lint::{self, Checked};
use super::query::{self, Listed, QueryMethod};
use super::target::Endpoint;
use super::{Context, Execute};
use crate::contract::Verb;
use crate::failure::{Failure, Kind, Result};
use crate::gather::Gather as _;
use crate::http::client::Client;
use crate::input::{self, Listing, Query, View};
use crate::scim::filter::{Filter, Shown};
use crate::scim::list::walk::{self, Key, Progress, WalkedPage};
use crate::scim::list::{self, Page, Position, Token, identity};
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Resource};
use crate::scim::service_provider::ServiceProvider;
use crate::scim::text::loosest;
use std::collections::BTreeSet;

impl Execute for input::List {
    type Output = Listed;

    fn execute(self, context: &Context<'_>) -> Result<Listed> {
        run(context.client, context.what(), &context.endpoint()?, QueryMethod::Get, &self.0)
    }
}

impl Execute for input::Search {
    type Output = Listed;

    fn execute(self, context: &Context<'_>) -> Result<Listed> {
        let way = QueryMethod::Post(context.operation.sibling(Verb::List).map(|it| it.name()));
        run(context.client, context.what(), &context.endpoint()?, way, &self.0)
    }
}

/// Gets a page that is an answer to its filter. `what` names the operation in failures.
pub fn run(client: &Client<'_>, what: &str, endpoint: &Endpoint, way: QueryMethod, input: &Listing) -> Result<Listed> {
    let provider = query::capabilities(client);
    let Checked { filter, filter_here } = lint::query(client, &provider, endpoint, &input.query)?;
    let listed = match &filter {
        Some(filter) if filter_here => return filtered_here(client, what, endpoint, way, input, filter),
        _ => query::run(client, what, endpoint, way, input)?,
    };
    check_order(client, &provider, &input.query, &listed.page.resources);
    Ok(match filter {
        Some(filter) => checked(client, &filter, query::is_mixed(endpoint), listed),
        None => listed,
    })
}

/// Leaves out what provably does not match the filter, and says so.
fn checked(client: &Client<'_>, filter: &Filter, mixed: bool, listed: Listed) -> Listed {
    let stores = client.connection().profile.knobs.user_store_prefix;
    let came = listed.page.resources.len();
    let (mut resources, mut left_out, mut unknown) = (Vec::with_capacity(came), Vec::new(), 0usize);
    for resource in listed.page.resources {
        match filter.shown(&resource, stores) {
            Shown::Differs => {
                left_out.push(identity(&resource, mixed));
                continue;
            }
            Shown::Matches => {}
            Shown::Unknown => unknown += 1,
        }
        resources.push(resource);
    }
    if !left_out.is_empty() {
        client.warn(format!(
            "{} of {came} resources that came do not match the filter and are left out: the provider does not apply it, or not all of it; \
             to have the whole list read and filtered here, set overrides.filter to {{\"supported\": false}} and overrides.unsupportedFilter \
             to \"local\"",
            left_out.len()
        ));
    }
    if unknown > 0 {
        client.warn(format!(
            "whether {unknown} of {came} resources match the filter could not be checked, since they do not show what it names in a form \
             that can be compared; they are listed all the same"
        ));
    }
    Listed { page: Page { resources, ..listed.page }, left_out, ..listed }
}

/// Reads the whole list, within the connection's bound, and gives of what matches the part that was asked for.
fn filtered_here(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    way: QueryMethod,
    input: &Listing,
    filter: &Filter,
) -> Result<Listed> {
    let knobs = &client.connection().profile.knobs;
    let mixed = query::is_mixed(endpoint);
    let asked = Window::of(&input.query)?;
    let count = input.query.count.filter(|count| *count > 0);
    let query = Query { filter: None, count, page: None, start_index: None, cursor: None, ..input.query.clone() };
    let mut input = Listing { query, view: showing(&input.view, filter), ..input.clone() };
    let (mut kept, mut progress, mut matching, mut unknown) =
        (BTreeSet::<Key>::new(), None::<Progress>, Vec::new(), 0usize);
    loop {
        let listed = query::run(client, what, endpoint, way, &input)?;
        let given = WalkedPage {
            identities: listed.page.identities(mixed),
            left_out: Vec::new(),
            total: listed.page.total_results,
            next: listed.next,
            complete: listed.complete,
            page: input.query.page.take(),
            start_index: input.query.start_index.take(),
            cursor: input.query.cursor.take(),
        };
        let step = walk::judge(progress, &given.keys(), &|key| kept.contains(key), &given);
        kept.extend(&step.added);
        progress = Some(step.progress);
        if let Some(most) = knobs.local_filter_limit.filter(|most| kept.len() > *most as usize) {
            return Err(Failure::new(
                Kind::Unsupported,
                format!(
                    "{what}: the filter is applied here, and the provider lists more than {most} resources; raise overrides.localFilterLimit, \
                     or filter by what the provider knows"
                ),
            ));
        }
        let fresh: BTreeSet<usize> = step.fresh.iter().filter_map(|index| usize::try_from(*index).ok()).gather();
        for (_, resource) in listed.page.resources.into_iter().enumerate().filter(|(index, _)| fresh.contains(index)) {
            match filter.shown(&resource, knobs.user_store_prefix) {
                Shown::Matches => matching.push(resource),
                Shown::Differs => {}
                Shown::Unknown => unknown += 1,
            }
        }
        let Some(next) = step.next else {
            if unknown > 0 {
                client.warn(format!(
                    "{unknown} of {} resources do not show what the filter names, and are taken not to match it",
                    kept.len()
                ));
            }
            return Ok(asked.part(matching, step.complete, mixed));
        };
        input.query.page = Some(next);
    }
}

/// The part that is asked for of a list that was put together here.
struct Window {
    position: Position,
    token: Option<Token>,
    /// From 0.
    start: usize,
    count: Option<u32>,
}

impl Window {
    fn of(query: &Query) -> Result<Window> {
        let token = query::token(query)?;
        let position = match (&token, query.start_index) {
            (Some(token), _) => token.position.clone(),
            (None, start) => Position::Index(start.unwrap_or(1)),
        };
        let index = match position {
            Position::Index(0) => {
                return Err(Failure::input("/startIndex", "startIndex: counts from 1 (RFC 7644 section 3.4.2.4)"));
            }
            Position::Index(index) => index,
            Position::Cursor(_) => 1,
        };
        let start = usize::try_from(index - 1).unwrap_or(usize::MAX);
        Ok(Window { position: Position::Index(index), token, start, count: query.count })
    }

    fn part(&self, matching: Vec<Resource>, complete: bool, mixed: bool) -> Listed {
        let all = matching.len();
        let most = self.count.map_or(usize::MAX, |count| count as usize);
        let resources: Vec<Resource> = matching.into_iter().skip(self.start).take(most).collect();
        let end = self.start.saturating_add(resources.len());
        let total_results = complete.then_some(all as u64);
        let start_index = (self.start > 0).then_some(self.start as u64 + 1);
        let page = Page { resources, total_results, start_index, ..Page::default() };
        let step = list::judge(&page, &page.identities(mixed), &self.position, self.token.as_ref(), self.count, &[]);
        let next = step.next.filter(|_| end < all && self.count != Some(0)).map(|token| token.encode());
        let whole = (self.start == 0 || self.token.is_some()) && end == all;
        Listed { page, left_out: Vec::new(), complete: complete && next.is_none() && whole, next }
    }
}

/// The view, and what the filter names.
fn showing(view: &View, filter: &Filter) -> View {
    let names = filter.attributes();
    let mut view = view.clone();
    let whole = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    view.excluded.retain(|excluded| !names.iter().any(|name| whole(name).eq_ignore_ascii_case(&whole(excluded))));
    if !view.attributes.is_empty() {
        let missing = names.into_iter().filter(|name| !view.attributes.iter().any(|it| it.eq_ignore_ascii_case(name)));
        let missing: Vec<String> = missing.collect();
        view.attributes.extend(missing);
    }
    view
}

/// Says so where a page is in another order than was asked for, at a provider that does not say that it sorts.
fn check_order(client: &Client<'_>, provider: &ServiceProvider, query: &Query, resources: &[Resource]) {
    if provider.feature("sort").is_none_or(|sort| sort.supported) {
        return;
    }
    let Some(path) = query.sort_by.as_deref().and_then(|name| AttributePath::parse(name).ok()) else { return };
    if !is_ordered(resources, &path, query.descending.unwrap_or(false)) {
        client.warn(
            "the resources came in another order than sortBy asks for: the provider is not known to sort; sort them after they have come",
        );
    }
}

/// Whether resources can be in order, by any rule of comparing texts; those without a simple value stand anywhere.
fn is_ordered(resources: &[Resource], path: &AttributePath, descending: bool) -> bool {
    let values = resources.iter().filter_map(|resource| {
        let holder = path
            .schema
            .as_deref()
            .and_then(|schema| resource.get(schema))
            .and_then(Data::as_object)
            .unwrap_or(resource);
        let value = holder.get(&path.name)?;
        match (&path.sub, value.node()) {
            (None, Node::Text(text)) => Some(text),
            (Some(sub), Node::Object(object)) => object.get(sub)?.as_str(),
            _ => None,
        }
    });
    let values: Vec<&str> = values.collect();
    let in_order = |first: &str, second: &str| first <= second || loosest(first) <= loosest(second);
    values.windows(2).all(|pair| match pair {
        [first, second] if descending => in_order(second, first),
        [first, second] => in_order(first, second),
        _ => true,
    })
}
