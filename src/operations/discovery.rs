//! What the provider says about itself (RFC 7644 section 4), and what it follows for other operations.
//!
//! The operations of discovery ask the provider each time, and so refresh what `kept` keeps; whoever else needs the documents
//! uses those kept.

use super::document_cache::{self, Document};
use super::target::Endpoint;
use super::wire::{self, RequestOptions, checked_id, request, url};
use super::{Context, Execute, STANDARD_TYPES, query};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::http::{Effect, Method};
use crate::input::{GetResourceType, GetSchema, GetServiceProviderConfig, ListResourceTypes, ListSchemas, Listing};
use crate::naming::suggestion;
use crate::scim::builtin;
use crate::scim::definition::{self, ResourceType, Schema};
use crate::scim::list::{self, Page, Position, Token};
use crate::scim::resource::Resource;
use crate::scim::service_provider::ServiceProvider;
use percent_encoding::percent_decode_str;
use url::Url;

/// Most pages of a list that are followed.
const PAGES: usize = 50;

impl Execute for GetServiceProviderConfig {
    type Output = ServiceProvider;

    fn execute(self, context: &Context<'_>) -> Result<ServiceProvider> {
        service_provider(context.client)
    }
}

impl Execute for ListResourceTypes {
    type Output = Vec<ResourceType>;

    fn execute(self, context: &Context<'_>) -> Result<Vec<ResourceType>> {
        types_in(context.client, fetch(context.client, Document::ResourceTypes)?)
    }
}

impl Execute for GetResourceType {
    type Output = ResourceType;

    fn execute(self, context: &Context<'_>) -> Result<ResourceType> {
        resource_type(context.client, &self.id)
    }
}

impl Execute for ListSchemas {
    type Output = Vec<Schema>;

    fn execute(self, context: &Context<'_>) -> Result<Vec<Schema>> {
        schemas_in(context.client, fetch(context.client, Document::Schemas)?)
    }
}

impl Execute for GetSchema {
    type Output = Schema;

    fn execute(self, context: &Context<'_>) -> Result<Schema> {
        schema(context.client, &self.id)
    }
}

/// What the provider can do; a provider without the document gets its profile's assumptions and a warning.
pub fn service_provider(client: &Client<'_>) -> Result<ServiceProvider> {
    let provider = provider(client, fetch(client, Document::ServiceProvider)?);
    if provider.document.is_none() {
        client.warn("the provider has no ServiceProviderConfig; its capabilities are assumed");
    }
    Ok(provider)
}

/// What the provider can do, as it was last said; without a warning.
pub fn service_provider_cached(client: &Client<'_>) -> Result<ServiceProvider> {
    let documents = match known(client, Document::ServiceProvider) {
        // Whoever does not ask for the document itself can do without it.
        Err(failure) if lacking(&failure) => {
            client.warn("the provider's ServiceProviderConfig cannot be read; its capabilities are assumed");
            None
        }
        found => found?,
    };
    Ok(provider(client, documents))
}

/// Whether something answers as SCIM does at the service URL.
pub fn is_served(client: &Client<'_>) -> bool {
    known(client, Document::ServiceProvider)
        .is_ok_and(|documents| documents.into_iter().flatten().any(|it| !it.is_empty()))
}

fn provider(client: &Client<'_>, documents: Option<Vec<Resource>>) -> ServiceProvider {
    let connection = client.connection();
    let document = documents.and_then(|documents| documents.into_iter().next());
    ServiceProvider::new(document, &connection.parts.overrides, &connection.profile.document)
}

/// The provider's resource types, as they were last listed; a failure of kind `not-found` where it has no list of them.
pub fn resource_types(client: &Client<'_>) -> Result<Vec<ResourceType>> {
    types_in(client, known(client, Document::ResourceTypes)?)
}

/// The provider's schemas, as they were last listed; a failure of kind `not-found` where it has no list of them.
pub fn schemas(client: &Client<'_>) -> Result<Vec<Schema>> {
    schemas_in(client, known(client, Document::Schemas)?)
}

fn types_in(client: &Client<'_>, documents: Option<Vec<Resource>>) -> Result<Vec<ResourceType>> {
    read(client, documents, Document::ResourceTypes, ResourceType::read)
}

fn schemas_in(client: &Client<'_>, documents: Option<Vec<Resource>>) -> Result<Vec<Schema>> {
    read(client, documents, Document::Schemas, Schema::read)
}

/// Reads a list's documents; those that cannot be read are left out, and the caller is told.
fn read<T>(
    client: &Client<'_>,
    documents: Option<Vec<Resource>>,
    what: Document,
    read: fn(&Resource) -> Option<T>,
) -> Result<Vec<T>> {
    let documents = documents.ok_or_else(|| {
        Failure::new(Kind::NotFound, format!("the provider has no /{} (RFC 7644 section 4)", what.path()))
    })?;
    let all = documents.len();
    let found: Vec<T> = documents.iter().filter_map(read).collect();
    if found.len() < all {
        client.warn(format!(
            "{} of {all} documents at /{} name nothing and are left out",
            all - found.len(),
            what.path()
        ));
    }
    Ok(found)
}

/// A resource type by its identifier or name.
fn resource_type(client: &Client<'_>, id: &str) -> Result<ResourceType> {
    let one = single(client, Document::ResourceTypes, id)?;
    if let Some(it) = one.iter().filter_map(ResourceType::read).find(|it| it.is(id)) {
        return Ok(it);
    }
    let types = types_in(client, fetch(client, Document::ResourceTypes)?)?;
    pick(types, id, "resource type", ResourceType::is, |it| &it.name)
}

/// A schema by its URN or name.
fn schema(client: &Client<'_>, id: &str) -> Result<Schema> {
    let one = single(client, Document::Schemas, id)?;
    if let Some(it) = one.iter().filter_map(Schema::read).find(|it| it.is(id)) {
        return Ok(it);
    }
    let schemas = schemas_in(client, fetch(client, Document::Schemas)?)?;
    pick(schemas, id, "schema", Schema::is, |it| &it.id)
}

/// The one that a name means, or a failure that says which there are.
fn pick<T>(items: Vec<T>, id: &str, what: &str, is: fn(&T, &str) -> bool, name: fn(&T) -> &String) -> Result<T> {
    let names: Vec<String> = items.iter().map(|item| name(item).clone()).collect();
    items.into_iter().find(|item| is(item, id)).ok_or_else(|| missing(id, what, &names))
}

fn missing(id: &str, what: &str, names: &[String]) -> Box<Failure> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let hint = suggestion(id, &names);
    Failure::new(Kind::NotFound, format!("the provider has no {what} {id:?}{hint}; it has: {known}"))
}

/// What the provider answers when asked for one document by its identifier, which may be more than that, or nothing.
fn single(client: &Client<'_>, what: Document, id: &str) -> Result<Vec<Resource>> {
    let url = url(client.connection(), [what.path(), checked_id(id)?])?;
    let request = request(Method::Get, url, None, Effect::Read, RequestOptions::default());
    match wire::document(client, &client.send(&request)?, what.get()) {
        Ok(value) => {
            Ok(value.iter().flat_map(definition::documents).filter(|it| !definition::is_account(it)).collect())
        }
        // Some have the list only, and say so in their own way.
        Err(failure) if absent(&failure) || failure.kind == Kind::InvalidInput => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

fn absent(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::NotFound | Kind::Unsupported)
}

/// The documents as they were last read, or read now. None where the provider has none.
fn known(client: &Client<'_>, what: Document) -> Result<Option<Vec<Resource>>> {
    match document_cache::find(client, what) {
        Some(documents) => Ok(documents),
        None => fetch(client, what),
    }
}

/// Reads documents and keeps them. What failed is not kept; that the provider has none is.
fn fetch(client: &Client<'_>, what: Document) -> Result<Option<Vec<Resource>>> {
    let mut found = None;
    for path in what.paths() {
        found = match pages(client, what, path) {
            Err(failure) if absent(&failure) => None,
            other => other?,
        };
        if found.is_some() {
            break;
        }
    }
    document_cache::keep(client, what, &found);
    Ok(found)
}

/// Reads every page of a list; the first is all there is, where the provider follows RFC 7644 section 4.
fn pages(client: &Client<'_>, what: Document, path: &str) -> Result<Option<Vec<Resource>>> {
    let endpoint = Endpoint { path: vec![path.into()], known: None, schema: None, single: false };
    let (mut position, mut token) = (Position::Index(1), None::<Token>);
    let mut documents = Vec::new();
    for number in 0..PAGES {
        // What is no list is not paged, whatever lists need.
        let request = match what {
            Document::ServiceProvider => {
                let url = wire::url(client.connection(), &endpoint.path)?;
                wire::request(Method::Get, url, None, Effect::Read, wire::RequestOptions::default())
            }
            _ => query::build(client.connection(), Method::Get, &endpoint, &Listing::default(), &position)?,
        };
        let Some(value) = wire::document(client, &client.send(&request)?, what.list())? else {
            return Ok((number > 0).then_some(documents));
        };
        let mut found = definition::documents(&value);
        let all = found.len();
        found.retain(|document| !definition::is_account(document));
        if found.is_empty() && all > 0 {
            client.warn(format!("what the provider answers at /{path} is a user or a group, and no such document"));
            return Ok((number > 0).then_some(documents));
        }
        // Without a total there is no second page to ask for: it is the standard's answer (section 4), or a bare list.
        let said = value
            .as_object()
            .and_then(list::parse)
            .filter(|page| page.total_results.is_some() || page.next_cursor.is_some());
        let page = Page { resources: found, ..said.clone().unwrap_or_default() };
        let step = list::judge(&page, &page.identities(false), &position, token.as_ref(), None, &[]);
        let fresh = page.resources.iter().zip(&step.fresh).filter(|(_, fresh)| **fresh);
        documents.extend(fresh.map(|(document, _)| document.clone()));
        // As many as announced, or more: these lists are short, and their totals mean little.
        let all_there = page.total_results.is_some_and(|total| total <= documents.len() as u64);
        match step.next.filter(|_| said.is_some() && !all_there && what != Document::ServiceProvider) {
            Some(next) => {
                position = next.position.clone();
                token = Some(next);
            }
            None => {
                if said.is_some() && !step.complete && !all_there {
                    client
                        .warn(format!("the provider announces more at /{path} than the {} it lists", documents.len()));
                }
                return Ok(Some(documents));
            }
        }
    }
    client.warn(format!("/{path}: only the first {PAGES} pages were read"));
    Ok(Some(documents))
}

/// The endpoint of a resource type, by its name: the provider's, or where it has no list of types, the standard's.
pub fn endpoint(client: &Client<'_>, name: &str) -> Result<Endpoint> {
    let standard = builtin::resource_types();
    // Whoever may not read the types may still know their resources.
    let types = Some(or_none(resource_types(client))?).filter(|types| !types.is_empty()).unwrap_or(standard);
    let it = pick(types, name, "resource type", ResourceType::is, |it| &it.name)
        .map_err(|failure| failure.at("/resourceType"))?;
    let path = segments(&it.endpoint, &client.connection().service_url).ok_or_else(|| {
        Failure::new(Kind::Protocol, format!("resource type {:?} names no endpoint; give endpoint instead", it.name))
    })?;
    let known = STANDARD_TYPES.iter().copied().find(|known| known.schema.eq_ignore_ascii_case(&it.schema));
    Ok(Endpoint { path, known, schema: Some(it.schema).filter(|urn| !urn.is_empty()), single: false })
}

/// What was found, or nothing where it is not to be had.
pub fn or_none<T>(found: Result<Vec<T>>) -> Result<Vec<T>> {
    found.or_else(|failure| if lacking(&failure) { Ok(Vec::new()) } else { Err(failure) })
}

/// Whether a failure to read documents of discovery says that they are not to be had, rather than that something is wrong now.
fn lacking(failure: &Failure) -> bool {
    absent(failure) || matches!(failure.kind, Kind::Permission | Kind::Protocol | Kind::InvalidInput)
}

/// The segments of an endpoint below the service URL: `/Users`, `Users`, a whole URL, or with the service's path in front.
pub fn segments(endpoint: &str, service: &Url) -> Option<Vec<String>> {
    let slashed = |url: &Url| format!("{}/", url.path().trim_end_matches('/'));
    let absolute = Url::parse(endpoint).ok();
    let elsewhere = absolute.is_some();
    let full = absolute.or_else(|| service.join(&format!("/{}", endpoint.trim_start_matches('/'))).ok())?;
    let path = full.path();
    let base = slashed(service);
    let rest = match path.strip_prefix(&base) {
        Some(rest) => rest,
        // A URL elsewhere, as a gateway's inner one is: what is below its service is not known, but its last segment.
        None if elsewhere => path.trim_end_matches('/').rsplit('/').next()?,
        None => path,
    };
    let segments: Vec<String> = rest
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let usable = !segments.is_empty() && segments.iter().all(|it| it != "." && it != "..");
    usable.then_some(segments)
}

/// Whether two paths are the same, in any case.
pub fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// The endpoint with its schema, where the provider's resource types name it; best effort.
pub fn with_schema(client: &Client<'_>, endpoint: Endpoint, payload: &Resource) -> Endpoint {
    let named = payload.iter().any(|(name, value)| name.eq_ignore_ascii_case("schemas") && !value.is_null());
    if endpoint.schema.is_some() || named {
        return endpoint;
    }
    let types = resource_types(client).unwrap_or_default();
    let service = &client.connection().service_url;
    let it =
        types.into_iter().find(|it| segments(&it.endpoint, service).is_some_and(|path| same(&path, &endpoint.path)));
    Endpoint { schema: it.map(|it| it.schema).filter(|urn| !urn.is_empty()), ..endpoint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_of_many_shapes() {
        let service = Url::parse("https://x.example/scim/v2").unwrap();
        let rows: [(&str, &[&str]); 9] = [
            ("/Users", &["Users"]),
            ("Users/", &["Users"]),
            ("/scim/v2/Users", &["Users"]),
            ("https://x.example/scim/v2/Users", &["Users"]),
            ("https://inner.example:8443/app/Users", &["Users"]),
            ("/a/b%20c", &["a", "b c"]),
            ("/Users?domain=x", &["Users"]),
            ("", &[]),
            ("/..", &[]),
        ];
        for (endpoint, expected) in rows {
            assert_eq!(segments(endpoint, &service).unwrap_or_default(), expected, "{endpoint}");
        }
    }
}
