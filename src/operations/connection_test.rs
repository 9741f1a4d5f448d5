//! The connection test: reachable, authenticated, capabilities, one user listed; each step says what it saw.

mod whereabouts;

use super::target::Endpoint;
use super::wire::{RequestOptions, request, url};
use super::{STANDARD_TYPES, discovery, query, scopes};
use crate::connection::{Auth, Connection};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::http::{Effect, Method};
use crate::input::{Listing, Query};
use crate::scim::service_provider::FEATURES;
use std::cell::Cell;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepStatus {
    /// Good.
    Passed,
    /// Not good.
    Failed,
    /// Not tried.
    Skipped,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStep {
    /// Its name.
    pub name: &'static str,
    /// How it went.
    pub status: StepStatus,
    /// What was seen.
    pub detail: String,
    /// Milliseconds it took.
    pub duration: u64,
}

/// The test's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// The steps.
    pub steps: Vec<TestStep>,
    /// Why the first failed step failed.
    pub failure: Option<Failure>,
}

type Check = fn(&Test<'_>) -> Result<String>;

const STEPS: [(&str, Check); 4] =
    [("reachable", reachable), ("authenticated", authenticated), ("capabilities", capabilities), ("users", users)];

/// A test under way.
struct Test<'a> {
    client: &'a Client<'a>,
    /// The listing of one user that the first step needed: the second takes it over.
    listed: Cell<Option<Result<query::Listed>>>,
}

/// Runs the test.
pub fn run(platform: &dyn Platform, connection: &Connection) -> TestReport {
    let client = Client::new(platform, connection, None);
    let test = Test { client: &client, listed: Cell::new(None) };
    let mut report = TestReport { steps: Vec::new(), failure: None };
    for (name, check) in STEPS {
        let started = platform.elapsed();
        let (status, detail) = if report.failure.is_some() {
            (StepStatus::Skipped, "not tried".to_owned())
        } else {
            match check(&test) {
                Ok(detail) => (StepStatus::Passed, detail),
                Err(failure) => {
                    let failure = client.clean(failure);
                    let detail = failure.detail.clone();
                    report.failure = Some(*failure);
                    (StepStatus::Failed, detail)
                }
            }
        };
        report.steps.push(TestStep { name, status, detail, duration: platform.elapsed().saturating_sub(started) });
    }
    report
}

/// Any answer of a SCIM service will do, so the request carries no credentials. Where the answer is that there is nothing, it
/// is asked whether there are users: not every provider has the document.
fn reachable(test: &Test<'_>) -> Result<String> {
    let client = test.client;
    let url = url(client.connection(), ["ServiceProviderConfig"])?;
    let request = request(Method::Get, url, None, Effect::Read, RequestOptions::default());
    let exchange = client.anonymous(&request)?;
    if whereabouts::is_nothing(&exchange.response) {
        let listed = one_user(client);
        match listed {
            Err(failure) if whereabouts::is_nowhere(&failure) => {
                return Err(whereabouts::wrong_place(client, exchange.response.status, *failure));
            }
            listed => test.listed.set(Some(listed)),
        }
    }
    Ok(format!(
        "{} answers (HTTP {})",
        client.connection().service_url.as_str().trim_end_matches('/'),
        exchange.response.status
    ))
}

/// Users are what a provider guards; the documents of discovery may be open to everybody (RFC 7644 section 4).
fn authenticated(test: &Test<'_>) -> Result<String> {
    let client = test.client;
    let listed = || test.listed.take().unwrap_or_else(|| one_user(client));
    let how = match &client.connection().parts.auth {
        Auth::None => return Ok("no credentials are configured".into()),
        Auth::Host => "the host's credentials".to_owned(),
        Auth::Bearer(_) => "the bearer token".to_owned(),
        Auth::Scheme(scheme, _) => format!("the token with the scheme {scheme}"),
        Auth::Basic(..) => "user name and password".to_owned(),
        Auth::Header(name, _) => return listed().map(|_| format!("the provider accepts the header {name}")),
        Auth::ClientCredentials(_) => "the token of the client credentials grant".to_owned(),
    };
    match listed() {
        Err(failure) if matches!(failure.kind, Kind::Authentication | Kind::Configuration) => Err(failure),
        Err(failure) if failure.oauth_error.is_some() || failure.transient => Err(failure),
        Err(failure) if !matches!(failure.kind, Kind::Permission | Kind::InvalidInput | Kind::Unsupported) => {
            Err(failure)
        }
        _ => Ok(format!("the provider accepts {how}")),
    }
}

fn capabilities(test: &Test<'_>) -> Result<String> {
    let provider = discovery::service_provider(test.client)?;
    let names = |supported: bool| -> String {
        let names: Vec<&str> = FEATURES
            .iter()
            .zip(&provider.features)
            .filter(|(_, it)| it.supported == supported)
            .map(|(name, _)| *name)
            .collect();
        if names.is_empty() { "none".into() } else { names.join(", ") }
    };
    let known = if provider.document.is_some() { "" } else { " (assumed: the provider has no ServiceProviderConfig)" };
    Ok(format!("has {}; lacks {}{known}", names(true), names(false)))
}

fn users(test: &Test<'_>) -> Result<String> {
    let listed = one_user(test.client)?;
    if let Some(filter) = filter_needed(test.client.connection()) {
        let found = listed.page.resources.len();
        return Ok(format!("listed by a filter, since this provider gives no other list: {filter} finds {found}"));
    }
    Ok(shown(listed.page.total_results, listed.page.resources.len()))
}

/// Nobody is called so (RFC 2606 section 2).
const NOBODY: &str = "connection-test@scim-connector.invalid";

/// The filter to list users with, where the provider gives a list only with one.
fn filter_needed(connection: &Connection) -> Option<String> {
    let knobs = &connection.profile.knobs;
    let known = knobs.filter_attributes.iter().flatten().find_map(|name| name.strip_prefix("User:"));
    knobs.list_needs_filter.then(|| format!("{} eq \"{NOBODY}\"", known.unwrap_or("userName")))
}

/// What the listing of one user says.
fn shown(total: Option<u64>, listed: usize) -> String {
    match total {
        None => format!("an unknown number of users; {listed} listed"),
        Some(total) if total > 0 && listed == 0 => format!(
            "{total} users; 0 listed. Warning: users that are announced and not shown cannot be found, and would be created once more; \
             see whether the credentials may read users, or set overrides.explicitPaging"
        ),
        Some(total) => format!("{total} users; {listed} listed"),
    }
}

fn one_user(client: &Client<'_>) -> Result<query::Listed> {
    let filter = filter_needed(client.connection());
    let listing = Listing { query: Query { count: Some(1), filter, ..Query::default() }, ..Listing::default() };
    let listed = query::run(client, "listUsers", &Endpoint::of(STANDARD_TYPES[0]), query::QueryMethod::Get, &listing);
    listed.map_err(|failure| scopes::named(failure, &client.connection().profile, "listUsers")).map_err(
        |mut failure| {
            if failure.status == Some(500) && client.connection().profile.knobs.send_count {
                failure.detail.push_str(
                    "; some fail over any page size: where that is the reason, set overrides.sendCount to false",
                );
            }
            failure
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_that_are_announced_and_not_shown_are_warned_of() {
        assert_eq!(shown(Some(3), 1), "3 users; 1 listed");
        assert_eq!(shown(Some(0), 0), "0 users; 0 listed");
        assert_eq!(shown(None, 1), "an unknown number of users; 1 listed");
        assert!(shown(Some(3), 0).starts_with("3 users; 0 listed. Warning: "));
    }
}
