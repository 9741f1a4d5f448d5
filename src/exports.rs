//! The contract's functions, a line each: what of the parameters goes into the input, and what the answer becomes.

#![allow(unsafe_code, reason = "the export macro expands here")]

use crate::bindings::exports::scim::connector::{bulk, catalog, discovery, groups, me, resources, runtime, users};
use crate::bindings::scim::connector::types as wit;
use crate::call;
use crate::catalog::table::Operation;
use crate::catalog::{forms, invoke, manifest};
use crate::connection::Connection;
use crate::convert::answer::{self, maybe, nothing, one};
use crate::convert::{discovery as described, request, resource};
use crate::failure::{Failure, Kind, Result};
use crate::http::wasi::Wasi;
use crate::operations::{Input, Output, connection_test};
use std::rc::Rc;

type Answer<T> = std::result::Result<T, wit::Error>;
type View = Option<wit::View>;
type Query = Option<wit::Query>;
type Options = Option<wit::Options>;

/// The component.
struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

/// Calls an operation; its input is made only when the connection holds.
fn run<T>(
    connection: wit::Connection,
    operation: Operation,
    input: impl FnOnce() -> Result<Input>,
    answer: impl FnOnce(Output) -> Option<T>,
) -> Answer<T> {
    let call = || call::call(&Wasi, &*request::connection(connection)?, operation, &input()?, None);
    let mismatch =
        || Failure::new(Kind::Internal, format!("{} gave a result of another operation", operation.row().name));
    call().and_then(|it| answer(it.output).ok_or_else(mismatch)).map_err(answer::error)
}

/// Functions of the contract: `name(parameters) -> result = Operation { members of the input } => what the answer becomes`.
macro_rules! functions {
    ($($name:ident($($parameter:ident: $type:ty),*) -> $result:ty
        = $operation:ident { $($member:ident: $value:expr),* $(; ..$rest:expr)? } => $answer:expr;)*) => {
        $(fn $name(connection: wit::Connection, $($parameter: $type),*) -> Answer<$result> {
            #[allow(unused_variables, reason = "not every operation has members besides `rest`")]
            let rest = Input::default();
            $(let rest = $rest;)?
            run(connection, Operation::$operation, || Ok(Input { $($member: $value,)* ..rest }), $answer)
        })*
    };
}

/// What an operation's input has from the parameters that many have.
fn with(view: View, options: Options) -> Input {
    Input { view: request::view(view), options: request::options(options), ..Input::default() }
}

impl users::Guest for Component {
    functions! {
        create_user(user: wit::User, view: View, options: Options) -> wit::User
            = CreateUser { payload: resource::write_user(user, "/payload")?; ..with(view, options) } => one(resource::user);
        get_user(id: String, view: View, options: Options) -> wit::User
            = GetUser { id: id; ..with(view, options) } => one(resource::user);
        list_users(query: Query, options: Options) -> wit::UserPage
            = ListUsers { ; ..request::listing(query, options) } => answer::user_page;
        search_users(query: Query, options: Options) -> wit::UserPage
            = SearchUsers { ; ..request::listing(query, options) } => answer::user_page;
        update_user(id: String, user: wit::User, view: View, options: Options) -> Option<wit::User>
            = UpdateUser { id: id, payload: resource::write_user(user, "/payload")?; ..with(view, options) } => maybe(resource::user);
        patch_user(id: String, operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<wit::User>
            = PatchUser { id: id, operations: request::operations(operations)?; ..with(view, options) } => maybe(resource::user);
        delete_user(id: String, options: Options) -> ()
            = DeleteUser { id: id; ..with(None, options) } => nothing;
        ensure_user(user: wit::User, ensure: Option<wit::EnsureOptions>, options: Options) -> wit::EnsuredUser
            = EnsureUser { payload: resource::write_user(user, "/payload")?, ensure: request::ensure(ensure); ..with(None, options) } => answer::ensured_user;
        activate_user(id: String, options: Options) -> Option<wit::User>
            = ActivateUser { id: id; ..with(None, options) } => maybe(resource::user);
        deactivate_user(id: String, options: Options) -> Option<wit::User>
            = DeactivateUser { id: id; ..with(None, options) } => maybe(resource::user);
    }
}

impl groups::Guest for Component {
    functions! {
        create_group(group: wit::Group, view: View, options: Options) -> wit::Group
            = CreateGroup { payload: resource::write_group(group, "/payload")?; ..with(view, options) } => one(resource::group);
        get_group(id: String, view: View, options: Options) -> wit::Group
            = GetGroup { id: id; ..with(view, options) } => one(resource::group);
        list_groups(query: Query, options: Options) -> wit::GroupPage
            = ListGroups { ; ..request::listing(query, options) } => answer::group_page;
        search_groups(query: Query, options: Options) -> wit::GroupPage
            = SearchGroups { ; ..request::listing(query, options) } => answer::group_page;
        update_group(id: String, group: wit::Group, view: View, options: Options) -> Option<wit::Group>
            = UpdateGroup { id: id, payload: resource::write_group(group, "/payload")?; ..with(view, options) } => maybe(resource::group);
        patch_group(id: String, operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<wit::Group>
            = PatchGroup { id: id, operations: request::operations(operations)?; ..with(view, options) } => maybe(resource::group);
        delete_group(id: String, options: Options) -> ()
            = DeleteGroup { id: id; ..with(None, options) } => nothing;
        ensure_group(group: wit::Group, ensure: Option<wit::EnsureOptions>, options: Options) -> wit::EnsuredGroup
            = EnsureGroup { payload: resource::write_group(group, "/payload")?, ensure: request::ensure(ensure); ..with(None, options) } => answer::ensured_group;
        add_group_members(id: String, members: Vec<wit::Member>, options: Options) -> wit::MembershipChange
            = AddGroupMembers { id: id, members: resource::write_members(members)?; ..with(None, options) } => answer::membership;
        remove_group_members(id: String, members: Vec<wit::Member>, options: Options) -> wit::MembershipChange
            = RemoveGroupMembers { id: id, members: resource::write_members(members)?; ..with(None, options) } => answer::membership;
        set_group_members(id: String, members: Vec<wit::Member>, options: Options) -> wit::MembershipChange
            = SetGroupMembers { id: id, members: resource::write_members(members)?; ..with(None, options) } => answer::membership;
    }
}

impl me::Guest for Component {
    functions! {
        get_me(view: View, options: Options) -> wit::User
            = GetMe { ; ..with(view, options) } => one(resource::user);
        create_me(user: wit::User, view: View, options: Options) -> wit::User
            = CreateMe { payload: resource::write_user(user, "/payload")?; ..with(view, options) } => one(resource::user);
        update_me(user: wit::User, view: View, options: Options) -> Option<wit::User>
            = UpdateMe { payload: resource::write_user(user, "/payload")?; ..with(view, options) } => maybe(resource::user);
        patch_me(operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<wit::User>
            = PatchMe { operations: request::operations(operations)?; ..with(view, options) } => maybe(resource::user);
        delete_me(options: Options) -> ()
            = DeleteMe { ; ..with(None, options) } => nothing;
    }
}

impl resources::Guest for Component {
    functions! {
        create_resource(target: resources::Target, payload: String, view: View, options: Options) -> String
            = CreateResource { target: request::target(target), payload: resource::object(&payload, "/payload")?; ..with(view, options) } => one(resource::json);
        get_resource(target: resources::Target, id: String, view: View, options: Options) -> String
            = GetResource { target: request::target(target), id: id; ..with(view, options) } => one(resource::json);
        list_resources(target: resources::Target, query: Query, options: Options) -> wit::ResourcePage
            = ListResources { target: request::target(target); ..request::listing(query, options) } => answer::resource_page;
        search_resources(target: resources::Target, query: Query, options: Options) -> wit::ResourcePage
            = SearchResources { target: request::target(target); ..request::listing(query, options) } => answer::resource_page;
        update_resource(target: resources::Target, id: String, payload: String, view: View, options: Options) -> Option<String>
            = UpdateResource { target: request::target(target), id: id, payload: resource::object(&payload, "/payload")?; ..with(view, options) } => maybe(resource::json);
        patch_resource(target: resources::Target, id: String, operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<String>
            = PatchResource { target: request::target(target), id: id, operations: request::operations(operations)?; ..with(view, options) } => maybe(resource::json);
        delete_resource(target: resources::Target, id: String, options: Options) -> ()
            = DeleteResource { target: request::target(target), id: id; ..with(None, options) } => nothing;
        search(query: Query, options: Options) -> wit::ResourcePage
            = Search { ; ..request::listing(query, options) } => answer::resource_page;
        submit_request(request: wit::BulkOperation, options: Options) -> resources::Submission
            = SubmitRequest { bulk: request::bulk(vec![request], "/request")?; ..with(None, options) } => answer::submission;
        collect_request(ticket: resources::Ticket) -> resources::Progress
            = CollectRequest { ticket: Some(request::ticket(ticket)) } => answer::progress;
    }

    fn reconcile(
        _: wit::Connection,
        _: resources::Target,
        _: Vec<String>,
        _: Option<resources::ReconcileOptions>,
    ) -> Answer<resources::ReconcileReport> {
        Err(answer::error(call::unavailable(Operation::Reconcile.row().name)))
    }
}

impl bulk::Guest for Component {
    functions! {
        bulk(operations: Vec<wit::BulkOperation>, bulk: Option<wit::BulkOptions>, options: Options) -> wit::BulkReport
            = Bulk { bulk: request::bulk(operations, "/operations")?; ..request::bulk_options(bulk, with(None, options)) } => answer::bulk_report;
    }
}

impl discovery::Guest for Component {
    functions! {
        get_service_provider_config() -> wit::ServiceProviderConfig
            = GetServiceProviderConfig {} => described::service_provider;
        list_resource_types() -> Vec<wit::ResourceType> = ListResourceTypes {} => described::resource_types;
        get_resource_type(id: String) -> wit::ResourceType = GetResourceType { id: id } => described::resource_type;
        list_schemas() -> Vec<wit::Schema> = ListSchemas {} => described::schemas;
        get_schema(id: String) -> wit::Schema = GetSchema { id: id } => described::schema;
    }
}

impl catalog::Guest for Component {
    fn manifest() -> String {
        manifest::manifest().to_string()
    }
}

fn connection_from(json: &str) -> Answer<Rc<Connection>> {
    Connection::from_text(json).map_err(answer::error)
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
        Ok(answer::report(connection_test::run(&Wasi, &*connection_from(&connection)?)))
    }

    fn resolve_connection(connection: String) -> Answer<String> {
        Ok(connection_from(&connection)?.to_json().to_string())
    }

    fn choices(connection: String, source: String) -> Answer<Vec<runtime::Choice>> {
        let choices = forms::choices(&Wasi, &*connection_from(&connection)?, &source).map_err(answer::error)?;
        Ok(choices.into_iter().map(|(value, label)| runtime::Choice { value, label }).collect())
    }

    fn resolve_schema(connection: String, operation: String) -> Answer<String> {
        let schema = forms::schema(&Wasi, &*connection_from(&connection)?, &operation).map_err(answer::error)?;
        Ok(schema.to_string())
    }
}
