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

/// Functions that this version does not carry out; they say so whatever they are given.
macro_rules! pending {
    ($($function:ident($($parameter:ty),*) -> $answer:ty = $operation:ident;)*) => {
        $(fn $function($(_: $parameter),*) -> Answer<$answer> {
            Err(answer::error(invoke::unavailable(Operation::$operation.row().name)))
        })*
    };
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

    pending! {
        ensure_user(wit::Connection, wit::User, Option<wit::EnsureOptions>, Option<wit::Options>) -> wit::EnsuredUser = EnsureUser;
        activate_user(wit::Connection, String, Option<wit::Options>) -> Option<wit::User> = ActivateUser;
        deactivate_user(wit::Connection, String, Option<wit::Options>) -> Option<wit::User> = DeactivateUser;
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
    pending! {
        create_group(wit::Connection, wit::Group, Option<wit::View>, Option<wit::Options>) -> wit::Group = CreateGroup;
        get_group(wit::Connection, String, Option<wit::View>, Option<wit::Options>) -> wit::Group = GetGroup;
        list_groups(wit::Connection, Option<wit::Query>, Option<wit::Options>) -> wit::GroupPage = ListGroups;
        search_groups(wit::Connection, Option<wit::Query>, Option<wit::Options>) -> wit::GroupPage = SearchGroups;
        update_group(wit::Connection, String, wit::Group, Option<wit::View>, Option<wit::Options>) -> Option<wit::Group> = UpdateGroup;
        patch_group(wit::Connection, String, Vec<wit::PatchOperation>, Option<wit::View>, Option<wit::Options>) -> Option<wit::Group> = PatchGroup;
        delete_group(wit::Connection, String, Option<wit::Options>) -> () = DeleteGroup;
        ensure_group(wit::Connection, wit::Group, Option<wit::EnsureOptions>, Option<wit::Options>) -> wit::EnsuredGroup = EnsureGroup;
        add_group_members(wit::Connection, String, Vec<wit::Member>, Option<wit::Options>) -> wit::MembershipChange = AddGroupMembers;
        remove_group_members(wit::Connection, String, Vec<wit::Member>, Option<wit::Options>) -> wit::MembershipChange = RemoveGroupMembers;
        set_group_members(wit::Connection, String, Vec<wit::Member>, Option<wit::Options>) -> wit::MembershipChange = SetGroupMembers;
    }
}

impl me::Guest for Component {
    pending! {
        get_me(wit::Connection, Option<wit::View>, Option<wit::Options>) -> wit::User = GetMe;
        create_me(wit::Connection, wit::User, Option<wit::View>, Option<wit::Options>) -> wit::User = CreateMe;
        update_me(wit::Connection, wit::User, Option<wit::View>, Option<wit::Options>) -> Option<wit::User> = UpdateMe;
        patch_me(wit::Connection, Vec<wit::PatchOperation>, Option<wit::View>, Option<wit::Options>) -> Option<wit::User> = PatchMe;
        delete_me(wit::Connection, Option<wit::Options>) -> () = DeleteMe;
    }
}

impl resources::Guest for Component {
    pending! {
        create_resource(wit::Connection, resources::Target, String, Option<wit::View>, Option<wit::Options>) -> String = CreateResource;
        get_resource(wit::Connection, resources::Target, String, Option<wit::View>, Option<wit::Options>) -> String = GetResource;
        list_resources(wit::Connection, resources::Target, Option<wit::Query>, Option<wit::Options>) -> wit::ResourcePage = ListResources;
        search_resources(wit::Connection, resources::Target, Option<wit::Query>, Option<wit::Options>) -> wit::ResourcePage = SearchResources;
        update_resource(wit::Connection, resources::Target, String, String, Option<wit::View>, Option<wit::Options>) -> Option<String> = UpdateResource;
        patch_resource(wit::Connection, resources::Target, String, Vec<wit::PatchOperation>, Option<wit::View>, Option<wit::Options>) -> Option<String> = PatchResource;
        delete_resource(wit::Connection, resources::Target, String, Option<wit::Options>) -> () = DeleteResource;
        search(wit::Connection, Option<wit::Query>, Option<wit::Options>) -> wit::ResourcePage = Search;
        reconcile(wit::Connection, resources::Target, Vec<String>, Option<resources::ReconcileOptions>) -> resources::ReconcileReport = Reconcile;
        submit_request(wit::Connection, wit::BulkOperation, Option<wit::Options>) -> resources::Ticket = SubmitRequest;
        collect_request(wit::Connection, resources::Ticket) -> resources::Progress = CollectRequest;
    }
}

impl bulk::Guest for Component {
    pending! {
        bulk(wit::Connection, Vec<wit::BulkOperation>, Option<wit::BulkOptions>, Option<wit::Options>) -> wit::BulkReport = Bulk;
    }
}

impl discovery::Guest for Component {
    fn get_service_provider_config(connection: wit::Connection) -> Answer<wit::ServiceProviderConfig> {
        match call(connection, Operation::GetServiceProviderConfig, || Ok(Input::default()))? {
            Output::ServiceProvider(provider) => Ok(answer::service_provider(&provider)),
            _ => Err(mismatch(Operation::GetServiceProviderConfig)),
        }
    }

    pending! {
        list_resource_types(wit::Connection) -> Vec<wit::ResourceType> = ListResourceTypes;
        get_resource_type(wit::Connection, String) -> wit::ResourceType = GetResourceType;
        list_schemas(wit::Connection) -> Vec<wit::Schema> = ListSchemas;
        get_schema(wit::Connection, String) -> wit::Schema = GetSchema;
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
