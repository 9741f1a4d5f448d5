//! The contract's functions: each maps its parameters, calls the one way in, and maps the answer.

#![allow(unsafe_code, reason = "the export macro expands here")]

use crate::bindings::exports::scim::connector::{bulk, catalog, discovery, groups, me, resources, runtime, users};
use crate::bindings::scim::connector::types as wit;
use crate::catalog::table::Operation;
use crate::catalog::{invoke, manifest};
use crate::connection::Connection;
use crate::convert::{answer, request, resource};
use crate::failure::{Failure, Kind, Result};
use crate::http::wasi::Wasi;
use crate::operations::{self, Input, Output, connection_test};
use crate::reader;

type Answer<T> = std::result::Result<T, wit::Error>;

/// The component.
struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

/// Calls an operation; its input is made only when the connection holds.
fn call(connection: wit::Connection, operation: Operation, input: impl FnOnce() -> Result<Input>) -> Answer<Output> {
    let run = || operations::call(&Wasi, &request::connection(connection)?, operation, &input()?, None);
    run().map(|answer| answer.output).map_err(answer::error)
}

/// An operation that this version does not carry out; it says so whatever it is given.
fn pending<T>(operation: Operation) -> Answer<T> {
    Err(answer::error(invoke::unavailable(operation.row().name)))
}

fn mismatch(operation: Operation) -> wit::Error {
    answer::error(Failure::new(Kind::Internal, format!("{} gave a result of another operation", operation.row().name)))
}

fn user(operation: Operation, output: Output) -> Answer<wit::User> {
    answer::user(output).ok_or_else(|| mismatch(operation))
}

impl users::Guest for Component {
    fn create_user(
        connection: wit::Connection,
        user: wit::User,
        view: Option<wit::View>,
        options: Option<wit::Options>,
    ) -> Answer<wit::User> {
        let input = || {
            Ok(Input {
                payload: resource::write_user(user, "/payload")?,
                view: request::view(view),
                options: request::options(options),
                ..Input::default()
            })
        };
        call(connection, Operation::CreateUser, input).and_then(|output| self::user(Operation::CreateUser, output))
    }

    fn get_user(
        connection: wit::Connection,
        id: String,
        view: Option<wit::View>,
        options: Option<wit::Options>,
    ) -> Answer<wit::User> {
        let input =
            || Ok(Input { id, view: request::view(view), options: request::options(options), ..Input::default() });
        call(connection, Operation::GetUser, input).and_then(|output| self::user(Operation::GetUser, output))
    }

    fn list_users(
        connection: wit::Connection,
        query: Option<wit::Query>,
        options: Option<wit::Options>,
    ) -> Answer<wit::UserPage> {
        list(connection, Operation::ListUsers, query, options).map(answer::user_page)
    }

    fn search_users(
        connection: wit::Connection,
        query: Option<wit::Query>,
        options: Option<wit::Options>,
    ) -> Answer<wit::UserPage> {
        list(connection, Operation::SearchUsers, query, options).map(answer::user_page)
    }

    fn update_user(
        connection: wit::Connection,
        id: String,
        user: wit::User,
        view: Option<wit::View>,
        options: Option<wit::Options>,
    ) -> Answer<Option<wit::User>> {
        let input = || {
            Ok(Input {
                id,
                payload: resource::write_user(user, "/payload")?,
                view: request::view(view),
                options: request::options(options),
                ..Input::default()
            })
        };
        call(connection, Operation::UpdateUser, input).map(answer::user)
    }

    fn patch_user(
        connection: wit::Connection,
        id: String,
        operations: Vec<wit::PatchOperation>,
        view: Option<wit::View>,
        options: Option<wit::Options>,
    ) -> Answer<Option<wit::User>> {
        let input = || {
            Ok(Input {
                id,
                operations: request::operations(operations)?,
                view: request::view(view),
                options: request::options(options),
                ..Input::default()
            })
        };
        call(connection, Operation::PatchUser, input).map(answer::user)
    }

    fn delete_user(connection: wit::Connection, id: String, options: Option<wit::Options>) -> Answer<()> {
        call(connection, Operation::DeleteUser, || {
            Ok(Input { id, options: request::options(options), ..Input::default() })
        })
        .map(|_| ())
    }

    fn ensure_user(
        _: wit::Connection,
        _: wit::User,
        _: Option<wit::EnsureOptions>,
        _: Option<wit::Options>,
    ) -> Answer<wit::EnsuredUser> {
        pending(Operation::EnsureUser)
    }

    fn activate_user(_: wit::Connection, _: String, _: Option<wit::Options>) -> Answer<Option<wit::User>> {
        pending(Operation::ActivateUser)
    }

    fn deactivate_user(_: wit::Connection, _: String, _: Option<wit::Options>) -> Answer<Option<wit::User>> {
        pending(Operation::DeactivateUser)
    }
}

fn list(
    connection: wit::Connection,
    operation: Operation,
    query: Option<wit::Query>,
    options: Option<wit::Options>,
) -> Answer<operations::query::Listed> {
    let (query, view) = request::query(query);
    match call(connection, operation, || {
        Ok(Input { query, view, options: request::options(options), ..Input::default() })
    })? {
        Output::Page(listed) => Ok(listed),
        _ => Err(mismatch(operation)),
    }
}

impl groups::Guest for Component {
    fn create_group(
        _: wit::Connection,
        _: wit::Group,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<wit::Group> {
        pending(Operation::CreateGroup)
    }

    fn get_group(_: wit::Connection, _: String, _: Option<wit::View>, _: Option<wit::Options>) -> Answer<wit::Group> {
        pending(Operation::GetGroup)
    }

    fn list_groups(_: wit::Connection, _: Option<wit::Query>, _: Option<wit::Options>) -> Answer<wit::GroupPage> {
        pending(Operation::ListGroups)
    }

    fn search_groups(_: wit::Connection, _: Option<wit::Query>, _: Option<wit::Options>) -> Answer<wit::GroupPage> {
        pending(Operation::SearchGroups)
    }

    fn update_group(
        _: wit::Connection,
        _: String,
        _: wit::Group,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<Option<wit::Group>> {
        pending(Operation::UpdateGroup)
    }

    fn patch_group(
        _: wit::Connection,
        _: String,
        _: Vec<wit::PatchOperation>,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<Option<wit::Group>> {
        pending(Operation::PatchGroup)
    }

    fn delete_group(_: wit::Connection, _: String, _: Option<wit::Options>) -> Answer<()> {
        pending(Operation::DeleteGroup)
    }

    fn ensure_group(
        _: wit::Connection,
        _: wit::Group,
        _: Option<wit::EnsureOptions>,
        _: Option<wit::Options>,
    ) -> Answer<wit::EnsuredGroup> {
        pending(Operation::EnsureGroup)
    }

    fn add_group_members(
        _: wit::Connection,
        _: String,
        _: Vec<wit::Member>,
        _: Option<wit::Options>,
    ) -> Answer<wit::MembershipChange> {
        pending(Operation::AddGroupMembers)
    }

    fn remove_group_members(
        _: wit::Connection,
        _: String,
        _: Vec<wit::Member>,
        _: Option<wit::Options>,
    ) -> Answer<wit::MembershipChange> {
        pending(Operation::RemoveGroupMembers)
    }

    fn set_group_members(
        _: wit::Connection,
        _: String,
        _: Vec<wit::Member>,
        _: Option<wit::Options>,
    ) -> Answer<wit::MembershipChange> {
        pending(Operation::SetGroupMembers)
    }
}

impl me::Guest for Component {
    fn get_me(_: wit::Connection, _: Option<wit::View>, _: Option<wit::Options>) -> Answer<wit::User> {
        pending(Operation::GetMe)
    }

    fn create_me(_: wit::Connection, _: wit::User, _: Option<wit::View>, _: Option<wit::Options>) -> Answer<wit::User> {
        pending(Operation::CreateMe)
    }

    fn update_me(
        _: wit::Connection,
        _: wit::User,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<Option<wit::User>> {
        pending(Operation::UpdateMe)
    }

    fn patch_me(
        _: wit::Connection,
        _: Vec<wit::PatchOperation>,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<Option<wit::User>> {
        pending(Operation::PatchMe)
    }

    fn delete_me(_: wit::Connection, _: Option<wit::Options>) -> Answer<()> {
        pending(Operation::DeleteMe)
    }
}

impl resources::Guest for Component {
    fn create_resource(
        _: wit::Connection,
        _: resources::Target,
        _: String,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<String> {
        pending(Operation::CreateResource)
    }

    fn get_resource(
        _: wit::Connection,
        _: resources::Target,
        _: String,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<String> {
        pending(Operation::GetResource)
    }

    fn list_resources(
        _: wit::Connection,
        _: resources::Target,
        _: Option<wit::Query>,
        _: Option<wit::Options>,
    ) -> Answer<wit::ResourcePage> {
        pending(Operation::ListResources)
    }

    fn search_resources(
        _: wit::Connection,
        _: resources::Target,
        _: Option<wit::Query>,
        _: Option<wit::Options>,
    ) -> Answer<wit::ResourcePage> {
        pending(Operation::SearchResources)
    }

    fn update_resource(
        _: wit::Connection,
        _: resources::Target,
        _: String,
        _: String,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<Option<String>> {
        pending(Operation::UpdateResource)
    }

    fn patch_resource(
        _: wit::Connection,
        _: resources::Target,
        _: String,
        _: Vec<wit::PatchOperation>,
        _: Option<wit::View>,
        _: Option<wit::Options>,
    ) -> Answer<Option<String>> {
        pending(Operation::PatchResource)
    }

    fn delete_resource(_: wit::Connection, _: resources::Target, _: String, _: Option<wit::Options>) -> Answer<()> {
        pending(Operation::DeleteResource)
    }

    fn search(_: wit::Connection, _: Option<wit::Query>, _: Option<wit::Options>) -> Answer<wit::ResourcePage> {
        pending(Operation::Search)
    }

    fn reconcile(
        _: wit::Connection,
        _: resources::Target,
        _: Vec<String>,
        _: Option<resources::ReconcileOptions>,
    ) -> Answer<resources::ReconcileReport> {
        pending(Operation::Reconcile)
    }

    fn submit_request(_: wit::Connection, _: wit::BulkOperation, _: Option<wit::Options>) -> Answer<resources::Ticket> {
        pending(Operation::SubmitRequest)
    }

    fn collect_request(_: wit::Connection, _: resources::Ticket) -> Answer<resources::Progress> {
        pending(Operation::CollectRequest)
    }
}

impl bulk::Guest for Component {
    fn bulk(
        _: wit::Connection,
        _: Vec<wit::BulkOperation>,
        _: Option<wit::BulkOptions>,
        _: Option<wit::Options>,
    ) -> Answer<wit::BulkReport> {
        pending(Operation::Bulk)
    }
}

impl discovery::Guest for Component {
    fn get_service_provider_config(connection: wit::Connection) -> Answer<wit::ServiceProviderConfig> {
        match call(connection, Operation::GetServiceProviderConfig, || Ok(Input::default()))? {
            Output::ServiceProvider(provider) => Ok(answer::service_provider(&provider)),
            _ => Err(mismatch(Operation::GetServiceProviderConfig)),
        }
    }

    fn list_resource_types(_: wit::Connection) -> Answer<Vec<wit::ResourceType>> {
        pending(Operation::ListResourceTypes)
    }

    fn get_resource_type(_: wit::Connection, _: String) -> Answer<wit::ResourceType> {
        pending(Operation::GetResourceType)
    }

    fn list_schemas(_: wit::Connection) -> Answer<Vec<wit::Schema>> {
        pending(Operation::ListSchemas)
    }

    fn get_schema(_: wit::Connection, _: String) -> Answer<wit::Schema> {
        pending(Operation::GetSchema)
    }
}

impl catalog::Guest for Component {
    fn manifest() -> String {
        manifest::manifest().to_string()
    }
}

fn connection_from(json: &str) -> Answer<Connection> {
    reader::parse(json, "connection", Kind::Configuration)
        .and_then(|value| Connection::from_json(&value))
        .map_err(answer::error)
}

impl runtime::Guest for Component {
    fn invoke(
        connection: String,
        operation: String,
        input: String,
        context: Option<runtime::CallContext>,
    ) -> Answer<runtime::Outcome> {
        let deadline = context.and_then(|context| context.deadline_ms);
        invoke::invoke(&Wasi, &connection, &operation, &input, deadline).map(answer::outcome).map_err(answer::error)
    }

    fn test_connection(connection: String) -> Answer<runtime::ConnectionReport> {
        Ok(answer::report(connection_test::run(&Wasi, &connection_from(&connection)?)))
    }

    fn resolve_connection(connection: String) -> Answer<String> {
        Ok(connection_from(&connection)?.to_json().to_string())
    }

    fn choices(_: String, _: String) -> Answer<Vec<runtime::Choice>> {
        Err(answer::error(invoke::unavailable("choices")))
    }

    fn resolve_schema(_: String, _: String) -> Answer<String> {
        Err(answer::error(invoke::unavailable("resolveSchema")))
    }
}
