//! What comes in, besides resources: the contract's connection, options, query, operations.

use crate::bindings::exports::scim::connector::resources;
use crate::bindings::scim::connector::types as wit;
use crate::connection::{self, Auth, Connection, Draft, Secret, http_url};
use crate::contract::Operation;
use crate::convert::resource::object;
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Change, Headers, Listing, Members, Query, Selector, Target, Ticket, View};
use crate::scim::resource::{Data, Resource};
use crate::scim::{bulk, patch};
use std::rc::Rc;

/// A connection, checked.
pub fn connection(connection: wit::Connection) -> Result<Rc<Connection>> {
    let wit::Connection {
        service_url,
        auth,
        profile,
        headers,
        timeouts,
        retry,
        limits,
        allow_insecure_http,
        overrides,
    } = connection;
    let overrides = match overrides {
        Some(text) => object(&text, "/overrides").map_err(|mut failure| {
            failure.kind = Kind::Configuration;
            failure
        })?,
        None => Default::default(),
    };
    Draft {
        service_url,
        auth: self::auth(auth)?,
        profile,
        headers: headers.unwrap_or_default(),
        timeouts: timeouts.map(self::timeouts).unwrap_or_default(),
        retry: retry.map(self::retry).unwrap_or_default(),
        limits: limits.map(self::limits).unwrap_or_default(),
        allow_insecure_http: allow_insecure_http.unwrap_or_default(),
        overrides,
    }
    .checked()
}

fn secret(secret: wit::Secret) -> Secret {
    match secret {
        wit::Secret::Literal(value) => Secret::Literal(value),
        wit::Secret::Env(name) => Secret::Env(name),
    }
}

fn auth(auth: wit::Auth) -> Result<Auth> {
    Ok(match auth {
        wit::Auth::None => Auth::None,
        wit::Auth::Host => Auth::Host,
        wit::Auth::Bearer(token) => Auth::Bearer(secret(token)),
        wit::Auth::Scheme(wit::SchemeCredentials { scheme, token }) => Auth::Scheme(scheme, secret(token)),
        wit::Auth::Basic(wit::BasicCredentials { username, password }) => Auth::Basic(username, secret(password)),
        wit::Auth::Header(wit::HeaderCredentials { name, value }) => Auth::Header(name, secret(value)),
        wit::Auth::ClientCredentials(credentials) => {
            let wit::ClientCredentials {
                token_url,
                client_id,
                client_secret,
                private_key,
                key_id,
                method,
                scopes,
                audience,
                parameters,
            } = credentials;
            let draft = connection::ClientCredentials {
                token_url: http_url(&token_url, "/auth/tokenUrl")?,
                client_id,
                client_secret: client_secret.map(secret),
                private_key: private_key.map(secret),
                key_id,
                method: connection::Method::Basic,
                scopes: scopes.unwrap_or_default(),
                audience,
                parameters: parameters.unwrap_or_default(),
            };
            let method = method.map(|method| match method {
                wit::ClientAuthentication::Basic => connection::Method::Basic,
                wit::ClientAuthentication::Post => connection::Method::Post,
                wit::ClientAuthentication::PrivateKeyJwt => connection::Method::PrivateKeyJwt,
            });
            Auth::ClientCredentials(Box::new(draft.with_method(method)?))
        }
    })
}

fn timeouts(timeouts: wit::Timeouts) -> connection::Timeouts {
    let wit::Timeouts { connect_ms, first_byte_ms, between_bytes_ms, total_ms } = timeouts;
    let default = connection::Timeouts::default();
    connection::Timeouts {
        connect: connect_ms.unwrap_or(default.connect),
        first_byte: first_byte_ms.unwrap_or(default.first_byte),
        between_bytes: between_bytes_ms.unwrap_or(default.between_bytes),
        total: total_ms.unwrap_or(default.total),
    }
}

fn retry(retry: wit::Retry) -> connection::Retry {
    let wit::Retry { max_attempts, base_delay_ms, max_delay_ms } = retry;
    let default = connection::Retry::default();
    connection::Retry {
        max_attempts: max_attempts.unwrap_or(default.max_attempts),
        base_delay: base_delay_ms.unwrap_or(default.base_delay),
        max_delay: max_delay_ms,
    }
}

fn limits(limits: wit::Limits) -> connection::Limits {
    let wit::Limits { response_bytes, json_depth, redirects } = limits;
    let default = connection::Limits::default();
    connection::Limits {
        response_bytes: response_bytes.unwrap_or(default.response_bytes),
        json_depth: json_depth.unwrap_or(default.json_depth),
        redirects: redirects.unwrap_or(default.redirects),
    }
}

fn view(view: Option<wit::View>) -> View {
    let Some(wit::View { attributes, excluded_attributes }) = view else { return View::default() };
    View { attributes: attributes.unwrap_or_default(), excluded: excluded_attributes.unwrap_or_default() }
}

/// The options of a typed call: one record for all operations, of which each takes what its input has.
struct Options(wit::Options);

impl Options {
    fn headers(&mut self) -> Headers {
        self.0.headers.take().unwrap_or_default()
    }

    fn validate(&mut self) -> bool {
        self.0.validate.take().unwrap_or_default()
    }

    fn read_back(&mut self) -> bool {
        self.0.read_back.take().unwrap_or_default()
    }

    fn change(&mut self) -> Change {
        Change {
            read_back: self.read_back(),
            if_match: self.0.if_match.take(),
            read_modify_write: self.0.read_modify_write.take().unwrap_or_default(),
            headers: self.headers(),
        }
    }
}

/// Makes an input with options, and refuses those it did not take.
fn with<T>(operation: Operation, options: Option<wit::Options>, make: impl FnOnce(&mut Options) -> T) -> Result<T> {
    let none = wit::Options {
        if_match: None,
        if_none_match: None,
        headers: None,
        read_back: None,
        gone_is_done: None,
        validate: None,
        read_modify_write: None,
    };
    let mut options = Options(options.unwrap_or(none));
    let input = make(&mut options);
    // What would change the outcome is not passed over in silence; the other options are preferences.
    let left = [
        ("ifMatch", options.0.if_match.is_some()),
        ("ifNoneMatch", options.0.if_none_match.is_some()),
        ("validate", options.0.validate == Some(true)),
        ("readModifyWrite", options.0.read_modify_write == Some(true)),
    ];
    match left.into_iter().find(|(_, set)| *set) {
        Some((name, _)) => {
            let detail = format!("{name}: {} does not take it; leave it out", operation.name());
            Err(Failure::input(format!("/{name}"), detail))
        }
        None => Ok(input),
    }
}

/// Of a creation.
pub fn create(
    operation: Operation,
    payload: Resource,
    view: Option<wit::View>,
    options: Option<wit::Options>,
) -> Result<input::Create> {
    with(operation, options, |options| input::Create {
        payload,
        view: self::view(view),
        validate: options.validate(),
        headers: options.headers(),
    })
}

/// Of a read.
pub fn get(
    operation: Operation,
    selector: Selector,
    view: Option<wit::View>,
    options: Option<wit::Options>,
) -> Result<input::Get> {
    with(operation, options, |options| input::Get {
        selector,
        view: self::view(view),
        if_none_match: options.0.if_none_match.take(),
        headers: options.headers(),
    })
}

/// Of a replacement.
pub fn update(
    operation: Operation,
    selector: Selector,
    payload: Resource,
    view: Option<wit::View>,
    options: Option<wit::Options>,
) -> Result<input::Update> {
    with(operation, options, |options| input::Update {
        selector,
        payload,
        view: self::view(view),
        validate: options.validate(),
        change: options.change(),
    })
}

/// Of a change.
pub fn patch(
    operation: Operation,
    selector: Selector,
    operations: Vec<wit::PatchOperation>,
    view: Option<wit::View>,
    options: Option<wit::Options>,
) -> Result<input::Patch> {
    let operations = self::operations(operations)?;
    with(operation, options, |options| input::Patch {
        selector,
        operations,
        view: self::view(view),
        validate: options.validate(),
        change: options.change(),
    })
}

/// Of a deletion.
pub fn delete(operation: Operation, selector: Selector, options: Option<wit::Options>) -> Result<input::Delete> {
    with(operation, options, |options| input::Delete {
        selector,
        gone_is_done: options.0.gone_is_done.take().unwrap_or_default(),
        if_match: options.0.if_match.take(),
        headers: options.headers(),
    })
}

/// Of making a resource exist.
pub fn ensure(
    operation: Operation,
    payload: Resource,
    ensure: Option<wit::EnsureOptions>,
    options: Option<wit::Options>,
) -> Result<input::Ensure> {
    let (match_on, dry_run) = ensure.map(|it| (it.match_on, it.dry_run)).unwrap_or_default();
    with(operation, options, |options| input::Ensure {
        payload,
        match_on: match_on.unwrap_or_default(),
        dry_run: dry_run.unwrap_or_default(),
        validate: options.validate(),
        headers: options.headers(),
    })
}

/// Of setting `active`.
pub fn activation(operation: Operation, id: String, options: Option<wit::Options>) -> Result<input::Activation> {
    with(operation, options, |options| input::Activation { id, change: options.change() })
}

/// Of a change of members.
pub fn members(
    operation: Operation,
    id: String,
    members: Vec<Resource>,
    options: Option<wit::Options>,
) -> Result<Members> {
    with(operation, options, |options| Members {
        id,
        members,
        read_back: options.read_back(),
        headers: options.headers(),
    })
}

/// Of a page.
pub fn listing(operation: Operation, query: Option<wit::Query>, options: Option<wit::Options>) -> Result<Listing> {
    let (query, view) = self::query(query);
    with(operation, options, |options| Listing { query, view, headers: options.headers() })
}

/// Of many operations.
pub fn bulk(
    operation: Operation,
    operations: Vec<wit::BulkOperation>,
    bulk: Option<wit::BulkOptions>,
    options: Option<wit::Options>,
) -> Result<input::Bulk> {
    let operations = operations.into_iter().enumerate();
    let operations = operations.map(|(index, one)| bulk_operation(one, &format!("/operations/{index}/data")));
    let operations = operations.collect::<Result<_>>()?;
    let (fail_on_errors, known) = bulk.map(|it| (it.fail_on_errors, it.known)).unwrap_or_default();
    with(operation, options, |options| input::Bulk {
        operations,
        fail_on_errors,
        known: known.unwrap_or_default(),
        headers: options.headers(),
    })
}

/// Of a request to be carried out asynchronously.
pub fn submit(
    operation: Operation,
    request: wit::BulkOperation,
    options: Option<wit::Options>,
) -> Result<input::Submit> {
    let request = bulk_operation(request, "/request/data")?;
    with(operation, options, |options| input::Submit { request, headers: options.headers() })
}

/// A query and its view.
fn query(query: Option<wit::Query>) -> (Query, View) {
    let Some(query) = query else { return Default::default() };
    let wit::Query { filter, attributes, excluded_attributes, sort_by, sort_order, start_index, count, cursor, page } =
        query;
    let descending = sort_order.map(|order| match order {
        wit::SortOrder::Ascending => false,
        wit::SortOrder::Descending => true,
    });
    let view = View { attributes: attributes.unwrap_or_default(), excluded: excluded_attributes.unwrap_or_default() };
    (Query { filter, sort_by, descending, start_index, count, cursor, page }, view)
}

/// JSON text; `pointer` is where it stands.
fn json(text: &str, pointer: &str) -> Result<Data> {
    Data::parse(text.as_bytes()).map_err(|error| {
        let place = crate::naming::place(pointer);
        Failure::input(pointer, format!("{place}: is not valid JSON (text needs its quotation marks): {error}"))
    })
}

/// Patch operations.
fn operations(operations: Vec<wit::PatchOperation>) -> Result<Vec<patch::Operation>> {
    let operation = |(index, operation): (usize, wit::PatchOperation)| {
        let wit::PatchOperation { op, path, value } = operation;
        let op = match op {
            wit::PatchOp::Add => patch::Op::Add,
            wit::PatchOp::Remove => patch::Op::Remove,
            wit::PatchOp::Replace => patch::Op::Replace,
        };
        let value = value.map(|text| json(&text, &format!("/operations/{index}/value"))).transpose()?;
        Ok(patch::Operation { op, path, value })
    };
    operations.into_iter().enumerate().map(operation).collect()
}

/// The target of a generic operation.
pub fn target(target: resources::Target) -> Target {
    match target {
        resources::Target::ResourceType(name) => Target::ResourceType(name),
        resources::Target::Endpoint(path) => Target::Endpoint(path),
    }
}

fn bulk_method(method: wit::BulkMethod) -> bulk::Method {
    match method {
        wit::BulkMethod::Post => bulk::Method::Post,
        wit::BulkMethod::Put => bulk::Method::Put,
        wit::BulkMethod::Patch => bulk::Method::Patch,
        wit::BulkMethod::Delete => bulk::Method::Delete,
    }
}

/// A bulk operation; `pointer` is where its data stand.
fn bulk_operation(operation: wit::BulkOperation, pointer: &str) -> Result<bulk::Operation> {
    let wit::BulkOperation { method, path, bulk_id, version, data } = operation;
    let data = data.map(|text| json(&text, pointer)).transpose()?;
    Ok(bulk::Operation { method: bulk_method(method), path, bulk_id, version, data })
}

/// A request handed in.
pub fn ticket(ticket: resources::Ticket) -> Ticket {
    let resources::Ticket { method, path, operations, transaction, location } = ticket;
    Ticket { method: bulk_method(method), path, operations, transaction, location }
}
