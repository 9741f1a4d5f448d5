//! What a provider is known not to understand, said before anything is sent: by its profile's knobs, and by capabilities that are
//! known without asking. What the standard demands of filters and patches is checked elsewhere.

use super::target::Endpoint;
use super::{STANDARD_TYPES, StandardType};
use crate::failure::{Failure, Kind, Problem, Result};
use crate::http::client::Client;
use crate::input::Query;
use crate::profile::{Knobs, OPERATORS, UnsupportedFilter};
use crate::scim::filter::Filter;
use crate::scim::filter::lint::Supported;
use crate::scim::patch::Operation;
use crate::scim::path::{AttributePath, Path};
use crate::scim::resource::{Data, Node, Resource};
use crate::scim::service_provider::{ServiceProvider, Source};
use crate::scim::urn;

/// Fails with problems, all of them, as something the provider does not support.
fn unsupported(problems: Vec<Problem>) -> Result<()> {
    Failure::of_problems(problems).map_err(|mut failure| {
        failure.kind = Kind::Unsupported;
        failure.detail.push_str("; correct the connection's overrides if the provider can");
        failure
    })
}

fn problem(pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
    Problem { pointer: pointer.into(), detail: detail.into() }
}

/// The resource type of an endpoint whose attributes a profile may speak of.
fn resource_type(endpoint: &Endpoint) -> Option<&'static StandardType> {
    STANDARD_TYPES.into_iter().find(|known| endpoint.schema.as_deref() == Some(known.schema))
}

/// Who says that a provider lacks a feature: none where it has it, or where only the generic profile assumes that it has not.
fn lacking(client: &Client<'_>, provider: &ServiceProvider, feature: &str) -> Option<String> {
    let capability = provider.feature(feature).filter(|capability| !capability.supported)?;
    match (capability.source, client.connection().profile.name) {
        (Source::Assumed, "generic") => None,
        (Source::Assumed, name) => Some(format!("so says the profile {name:?}")),
        (Source::Discovered, _) => Some("so says its ServiceProviderConfig".to_owned()),
        (Source::Overridden, _) => Some(format!("so says overrides.{feature}")),
    }
}

/// A query that has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Its filter.
    pub filter: Option<Filter>,
    /// Whether the filter is not sent, but applied here to the whole list.
    pub filter_here: bool,
}

/// Checks a query: the notation of its filter and of the attribute to sort by, and whether the provider knows them.
pub fn query(client: &Client<'_>, provider: &ServiceProvider, endpoint: &Endpoint, query: &Query) -> Result<Checked> {
    if query.filter.as_ref().is_some_and(|filter| filter.trim().is_empty()) {
        return Err(Failure::input("/filter", "filter: must not be empty; leave it out to list everything"));
    }
    let filter = query.filter.as_deref().map(Filter::parse).transpose().map_err(|error| error.at("/filter"))?;
    query.sort_by.as_deref().map(AttributePath::parse).transpose().map_err(|error| error.at("/sortBy"))?;
    let knobs = &client.connection().profile.knobs;
    let known = resource_type(endpoint).filter(|_| !endpoint.single);
    let attributes = known.and_then(|known| knobs.filterable(known.name));
    let unfit = filter.as_ref().map_or_else(Vec::new, |filter| unfit(client, provider, filter, attributes.as_deref()));
    let filter_here = !unfit.is_empty() && knobs.unsupported_filter == UnsupportedFilter::Local;
    let mut problems = if filter_here { Vec::new() } else { unfit };
    if (filter.is_none() || filter_here) && knobs.list_needs_filter && known.is_some() {
        let by = attributes.as_deref().unwrap_or_default().join(", ");
        problems.push(problem("/filter", format!("the provider lists only what a filter names, by {by}")));
    }
    if query.sort_by.is_some()
        && let Some(who) = lacking(client, provider, "sort")
    {
        problems.push(problem("/sortBy", format!("the provider does not sort ({who})")));
    }
    unsupported(problems)?;
    Ok(Checked { filter, filter_here })
}

/// Why the provider is not to be sent a filter. Where it says that it does not filter at all, that is the connection's to decide:
/// some say so and filter nevertheless, and the answer is checked.
fn unfit(
    client: &Client<'_>,
    provider: &ServiceProvider,
    filter: &Filter,
    attributes: Option<&[&str]>,
) -> Vec<Problem> {
    let knobs = &client.connection().profile.knobs;
    match lacking(client, provider, "filter") {
        Some(_) if knobs.unsupported_filter == UnsupportedFilter::Send => return Vec::new(),
        Some(who) => {
            let advice = "list all and choose, or set overrides.unsupportedFilter to local or send";
            return vec![problem("/filter", format!("the provider does not filter ({who}): {advice}"))];
        }
        None => {}
    }
    let operators = knobs.filter_operators.as_ref().map(|names| names.iter().map(String::as_str).collect());
    let mut words: Vec<&str> = operators.unwrap_or_else(|| OPERATORS.to_vec());
    words.push("()");
    words.extend(knobs.filter_value_paths.then_some("[]"));
    let supported = Supported { words: Some(&words), attributes, ..Supported::default() };
    filter.lint(&supported).into_iter().map(|detail| problem("/filter", detail)).collect()
}

/// Checks PATCH operations, as far as they can be read.
pub fn patch(client: &Client<'_>, endpoint: &Endpoint, operations: &[Operation]) -> Result<()> {
    let knobs = &client.connection().profile.knobs;
    let patchable = resource_type(endpoint).and_then(|known| knobs.patchable(known.name));
    let fixed = |name: &str| resource_type(endpoint).is_some_and(|known| !knobs.patches(known.name, name));
    let mut problems = Vec::new();
    if knobs.patch_operations.is_some_and(|most| operations.len() > most as usize) {
        let most = knobs.patch_operations.unwrap_or_default();
        problems.push(problem(
            "/operations",
            format!("the provider takes {most} operations at most; send the others in another call"),
        ));
    }
    for (index, operation) in operations.iter().enumerate() {
        let at = |member: &str| format!("/operations/{index}{member}");
        let cannot = |name: &str| {
            format!(
                "the provider's PATCH does not change {name:?}, only {}",
                patchable.as_deref().unwrap_or_default().join(", ")
            )
        };
        match (&operation.path, operation.value.as_ref().map(Data::node)) {
            (Some(text), _) => {
                let text = text.trim();
                let Ok(path) = text.parse::<Path>() else { continue };
                if fixed(text) {
                    problems.push(problem(at("/path"), cannot(text)));
                } else if path.filter.is_some()
                    && !knobs.patch_value_paths
                    && !path.attribute.name.eq_ignore_ascii_case("members")
                {
                    let detail = format!(
                        "the provider's PATCH does not know value paths; replace {:?} as a whole",
                        path.attribute.name
                    );
                    problems.push(problem(at("/path"), detail));
                }
            }
            (None, Some(Node::Object(values))) => {
                let names: Vec<&str> = values.keys().filter(|name| !name.eq_ignore_ascii_case("schemas")).collect();
                problems
                    .extend(names.iter().filter(|name| fixed(name)).map(|name| problem(at("/value"), cannot(name))));
                if knobs.pathless_attributes.is_some_and(|most| names.len() > most as usize) {
                    let most = knobs.pathless_attributes.unwrap_or_default();
                    problems.push(problem(at("/value"), format!("the provider takes {most} attribute at most in an operation without a path; give each its own")));
                }
            }
            _ => {}
        }
    }
    unsupported(problems)
}

/// Checks a payload: whether the provider takes so many values.
pub fn payload(client: &Client<'_>, endpoint: &Endpoint, payload: &Resource) -> Result<()> {
    values(&client.connection().profile.knobs, endpoint, payload)
}

/// The same, by the settings of a profile.
pub fn values(knobs: &Knobs, endpoint: &Endpoint, payload: &Resource) -> Result<()> {
    if !knobs.single_valued || endpoint.schema.as_deref() != Some(urn::USER) {
        return Ok(());
    }
    let several = payload.iter().filter(|(name, value)| {
        !name.eq_ignore_ascii_case("schemas") && value.as_list().is_some_and(|values| values.len() > 1)
    });
    let problems = several.map(|(name, _)| {
        problem(
            format!("{}/1", crate::naming::deeper("/payload", name)),
            "the provider takes one value only; choose one",
        )
    });
    unsupported(problems.collect())
}
