//! What comes in, besides resources: the contract's connection, options, query, operations.

use crate::bindings::exports::scim::connector::resources;
use crate::bindings::scim::connector::types as wit;
use crate::connection::{self, Auth, Connection, Draft, Secret, http_url};
use crate::convert::resource::object;
use crate::failure::{Failure, Kind, Result};
use crate::operations::later::Ticket;
use crate::operations::{Ensure, Input, Options, Query, Target, View};
use crate::scim::resource::Data;
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
        max_delay: max_delay_ms.unwrap_or(default.max_delay),
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

/// A view.
pub fn view(view: Option<wit::View>) -> View {
    let Some(wit::View { attributes, excluded_attributes }) = view else { return View::default() };
    View { attributes: attributes.unwrap_or_default(), excluded: excluded_attributes.unwrap_or_default() }
}

/// Options.
pub fn options(options: Option<wit::Options>) -> Options {
    let Some(wit::Options { if_match, if_none_match, headers, read_back, gone_is_done, validate, read_modify_write }) =
        options
    else {
        return Options::default();
    };
    Options {
        if_match,
        if_none_match,
        headers: headers.unwrap_or_default(),
        read_back: read_back.unwrap_or_default(),
        gone_is_done: gone_is_done.unwrap_or_default(),
        validate: validate.unwrap_or_default(),
        read_modify_write: read_modify_write.unwrap_or_default(),
    }
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

/// The input of a listing.
pub fn listing(query: Option<wit::Query>, options: Option<wit::Options>) -> Input {
    let (query, view) = self::query(query);
    Input { query, view, options: self::options(options), ..Input::default() }
}

/// JSON text; `pointer` is where it stands.
fn json(text: &str, pointer: &str) -> Result<Data> {
    Data::parse(text.as_bytes()).map_err(|error| {
        let place = crate::reader::place(pointer);
        Failure::input(pointer, format!("{place}: is not valid JSON (text needs its quotation marks): {error}"))
    })
}

/// Patch operations.
pub fn operations(operations: Vec<wit::PatchOperation>) -> Result<Vec<patch::Operation>> {
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
pub fn target(target: resources::Target) -> Option<Target> {
    Some(match target {
        resources::Target::ResourceType(name) => Target::ResourceType(name),
        resources::Target::Endpoint(path) => Target::Endpoint(path),
    })
}

/// How to find and change.
pub fn ensure(ensure: Option<wit::EnsureOptions>) -> Ensure {
    let Some(wit::EnsureOptions { match_on, dry_run }) = ensure else { return Ensure::default() };
    Ensure { match_on: match_on.unwrap_or_default(), dry_run: dry_run.unwrap_or_default() }
}

fn bulk_method(method: wit::BulkMethod) -> bulk::Method {
    match method {
        wit::BulkMethod::Post => bulk::Method::Post,
        wit::BulkMethod::Put => bulk::Method::Put,
        wit::BulkMethod::Patch => bulk::Method::Patch,
        wit::BulkMethod::Delete => bulk::Method::Delete,
    }
}

/// What may be said about a bulk request as a whole.
pub fn bulk_options(options: Option<wit::BulkOptions>, input: Input) -> Input {
    let Some(wit::BulkOptions { fail_on_errors, known }) = options else { return input };
    Input { fail_on_errors, known: known.unwrap_or_default(), ..input }
}

/// Bulk operations; `pointer` is where they stand.
pub fn bulk(operations: Vec<wit::BulkOperation>, pointer: &str) -> Result<Vec<bulk::Operation>> {
    let operation = |(index, operation): (usize, wit::BulkOperation)| {
        let wit::BulkOperation { method, path, bulk_id, version, data } = operation;
        let method = bulk_method(method);
        let data = data.map(|text| json(&text, &format!("{pointer}/{index}/data"))).transpose()?;
        Ok(bulk::Operation { method, path, bulk_id, version, data })
    };
    operations.into_iter().enumerate().map(operation).collect()
}

/// A request handed in.
pub fn ticket(ticket: resources::Ticket) -> Ticket {
    let resources::Ticket { method, path, operations, transaction, location } = ticket;
    Ticket { method: bulk_method(method), path, operations, transaction, location }
}
