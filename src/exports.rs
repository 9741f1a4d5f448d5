//! The contract's functions, a line each: what input the parameters become, and what the result becomes.

#![allow(unsafe_code, reason = "the export macro expands here")]

use crate::bindings::exports::scim::connector::{bulk, catalog, discovery, groups, me, resources, runtime, users};
use crate::bindings::scim::connector::types as wit;
use crate::call::call;
use crate::catalog::{forms, invoke, manifest};
use crate::connection::Connection;
use crate::contract::Operation;
use crate::convert::answer::{self, maybe};
use crate::convert::{discovery as described, request, resource, walk};
use crate::failure::Result;
use crate::http::outside::Outside;
use crate::input::{self, Input, Selector, Target};
use crate::operations::{Execute, bulk_check, connection_test, unavailable};
use crate::provisioning::ensure;
use crate::scim::list::walk::keys;
use std::rc::Rc;

type Answer<T> = std::result::Result<T, wit::Error>;
type View = Option<wit::View>;
type Query = Option<wit::Query>;
type Options = Option<wit::Options>;

/// The component.
struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

/// Calls an operation; its input is made only when the connection holds.
fn run<I: Execute, T>(
    connection: wit::Connection,
    operation: Operation,
    target: Option<Target>,
    input: impl FnOnce() -> Result<I>,
    answer: impl FnOnce(I::Output) -> T,
) -> Answer<T> {
    let call = || call(&Outside, &*request::connection(connection)?, operation, target, input()?, None);
    call().map(|it| answer(it.output)).map_err(answer::error)
}

/// Functions of the contract: `name(parameters) -> result = Operation: Verb => input => what the operation's result becomes`; with
/// `[target]` behind the name, that parameter says which resources are meant.
macro_rules! functions {
    ($($name:ident $([$target:ident])? ($($parameter:ident: $type:ty),*) -> $result:ty
        = $operation:ident: $verb:ident => $input:expr => $answer:expr;)*) => {
        $(fn $name(
            connection: wit::Connection,
            $($target: resources::Target,)?
            $($parameter: $type,)*
        ) -> Answer<$result> {
            #[allow(dead_code, reason = "not every input has options, which are refused by the operation's name")]
            const OPERATION: Operation = Operation::$operation;
            // An operation cannot be called with the input of another.
            const { assert!(OPERATION.verb() as u8 == input::$verb::VERB as u8) };
            run::<input::$verb, _>(connection, OPERATION, functions!(@ $($target)?), || Ok($input), $answer)
        })*
    };
    (@) => { None };
    (@ $target:ident) => { Some(request::target($target)) };
}

impl users::Guest for Component {
    functions! {
        create_user(user: wit::User, view: View, options: Options) -> wit::User
            = CreateUser: Create => request::create(OPERATION, resource::write_user(user, "/payload")?, view, options)? => resource::user;
        get_user(id: String, view: View, options: Options) -> wit::User
            = GetUser: Get => request::get(OPERATION, Selector::Id(id), view, options)? => resource::user;
        list_users(query: Query, options: Options) -> wit::UserPage
            = ListUsers: List => input::List(request::listing(OPERATION, query, options)?) => answer::user_page;
        search_users(query: Query, options: Options) -> wit::UserPage
            = SearchUsers: Search => input::Search(request::listing(OPERATION, query, options)?) => answer::user_page;
        update_user(id: String, user: wit::User, view: View, options: Options) -> Option<wit::User>
            = UpdateUser: Update => request::update(OPERATION, Selector::Id(id), resource::write_user(user, "/payload")?, view, options)? => maybe(resource::user);
        patch_user(id: String, operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<wit::User>
            = PatchUser: Patch => request::patch(OPERATION, Selector::Id(id), operations, view, options)? => maybe(resource::user);
        delete_user(id: String, options: Options) -> ()
            = DeleteUser: Delete => request::delete(OPERATION, Selector::Id(id), options)? => |()| ();
        ensure_user(user: wit::User, ensure: Option<wit::EnsureOptions>, options: Options) -> wit::EnsuredUser
            = EnsureUser: Ensure => request::ensure(OPERATION, resource::write_user(user, "/payload")?, ensure, options)? => answer::ensured_user;
        activate_user(id: String, options: Options) -> Option<wit::User>
            = ActivateUser: Activate => input::Activate(request::activation(OPERATION, id, options)?) => maybe(resource::user);
        deactivate_user(id: String, options: Options) -> Option<wit::User>
            = DeactivateUser: Deactivate => input::Deactivate(request::activation(OPERATION, id, options)?) => maybe(resource::user);
    }
}

impl groups::Guest for Component {
    functions! {
        create_group(group: wit::Group, view: View, options: Options) -> wit::Group
            = CreateGroup: Create => request::create(OPERATION, resource::write_group(group, "/payload")?, view, options)? => resource::group;
        get_group(id: String, view: View, options: Options) -> wit::Group
            = GetGroup: Get => request::get(OPERATION, Selector::Id(id), view, options)? => resource::group;
        list_groups(query: Query, options: Options) -> wit::GroupPage
            = ListGroups: List => input::List(request::listing(OPERATION, query, options)?) => answer::group_page;
        search_groups(query: Query, options: Options) -> wit::GroupPage
            = SearchGroups: Search => input::Search(request::listing(OPERATION, query, options)?) => answer::group_page;
        update_group(id: String, group: wit::Group, view: View, options: Options) -> Option<wit::Group>
            = UpdateGroup: Update => request::update(OPERATION, Selector::Id(id), resource::write_group(group, "/payload")?, view, options)? => maybe(resource::group);
        patch_group(id: String, operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<wit::Group>
            = PatchGroup: Patch => request::patch(OPERATION, Selector::Id(id), operations, view, options)? => maybe(resource::group);
        delete_group(id: String, options: Options) -> ()
            = DeleteGroup: Delete => request::delete(OPERATION, Selector::Id(id), options)? => |()| ();
        ensure_group(group: wit::Group, ensure: Option<wit::EnsureOptions>, options: Options) -> wit::EnsuredGroup
            = EnsureGroup: Ensure => request::ensure(OPERATION, resource::write_group(group, "/payload")?, ensure, options)? => answer::ensured_group;
        add_group_members(id: String, members: Vec<wit::Member>, options: Options) -> wit::MembershipChange
            = AddGroupMembers: AddMembers => input::AddMembers(request::members(OPERATION, id, resource::write_members(members)?, options)?) => answer::membership;
        remove_group_members(id: String, members: Vec<wit::Member>, options: Options) -> wit::MembershipChange
            = RemoveGroupMembers: RemoveMembers => input::RemoveMembers(request::members(OPERATION, id, resource::write_members(members)?, options)?) => answer::membership;
        set_group_members(id: String, members: Vec<wit::Member>, options: Options) -> wit::MembershipChange
            = SetGroupMembers: SetMembers => input::SetMembers(request::members(OPERATION, id, resource::write_members(members)?, options)?) => answer::membership;
    }
}

impl me::Guest for Component {
    functions! {
        get_me(view: View, options: Options) -> wit::User
            = GetMe: Get => request::get(OPERATION, Selector::Only, view, options)? => resource::user;
        create_me(user: wit::User, view: View, options: Options) -> wit::User
            = CreateMe: Create => request::create(OPERATION, resource::write_user(user, "/payload")?, view, options)? => resource::user;
        update_me(user: wit::User, view: View, options: Options) -> Option<wit::User>
            = UpdateMe: Update => request::update(OPERATION, Selector::Only, resource::write_user(user, "/payload")?, view, options)? => maybe(resource::user);
        patch_me(operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<wit::User>
            = PatchMe: Patch => request::patch(OPERATION, Selector::Only, operations, view, options)? => maybe(resource::user);
        delete_me(options: Options) -> ()
            = DeleteMe: Delete => request::delete(OPERATION, Selector::Only, options)? => |()| ();
    }
}

impl resources::Guest for Component {
    functions! {
        create_resource[target](payload: String, view: View, options: Options) -> String
            = CreateResource: Create => request::create(OPERATION, resource::object(&payload, "/payload")?, view, options)? => resource::json;
        get_resource[target](id: String, view: View, options: Options) -> String
            = GetResource: Get => request::get(OPERATION, Selector::Id(id), view, options)? => resource::json;
        list_resources[target](query: Query, options: Options) -> wit::ResourcePage
            = ListResources: List => input::List(request::listing(OPERATION, query, options)?) => answer::resource_page;
        search_resources[target](query: Query, options: Options) -> wit::ResourcePage
            = SearchResources: Search => input::Search(request::listing(OPERATION, query, options)?) => answer::resource_page;
        update_resource[target](id: String, payload: String, view: View, options: Options) -> Option<String>
            = UpdateResource: Update => request::update(OPERATION, Selector::Id(id), resource::object(&payload, "/payload")?, view, options)? => maybe(resource::json);
        patch_resource[target](id: String, operations: Vec<wit::PatchOperation>, view: View, options: Options) -> Option<String>
            = PatchResource: Patch => request::patch(OPERATION, Selector::Id(id), operations, view, options)? => maybe(resource::json);
        delete_resource[target](id: String, options: Options) -> ()
            = DeleteResource: Delete => request::delete(OPERATION, Selector::Id(id), options)? => |()| ();
        search(query: Query, options: Options) -> wit::ResourcePage
            = Search: Search => input::Search(request::listing(OPERATION, query, options)?) => answer::resource_page;
        submit_request(request: wit::BulkOperation, options: Options) -> resources::Submission
            = SubmitRequest: Submit => request::submit(OPERATION, request, options)? => answer::submission;
        collect_request(ticket: resources::Ticket) -> resources::Progress
            = CollectRequest: Collect => input::Collect { ticket: request::ticket(ticket) } => answer::progress;
    }

    fn reconcile(
        _: wit::Connection,
        _: resources::Target,
        _: Vec<String>,
        _: Option<resources::ReconcileOptions>,
    ) -> Answer<resources::ReconcileReport> {
        Err(answer::error(unavailable(Operation::Reconcile)))
    }
}

impl bulk::Guest for Component {
    functions! {
        bulk(operations: Vec<wit::BulkOperation>, bulk: Option<wit::BulkOptions>, options: Options) -> wit::BulkReport
            = Bulk: Bulk => request::bulk(OPERATION, operations, bulk, options)? => answer::bulk_report;
    }
}

impl discovery::Guest for Component {
    functions! {
        get_service_provider_config() -> wit::ServiceProviderConfig
            = GetServiceProviderConfig: GetServiceProviderConfig => input::GetServiceProviderConfig => described::service_provider;
        list_resource_types() -> Vec<wit::ResourceType>
            = ListResourceTypes: ListResourceTypes => input::ListResourceTypes => described::resource_types;
        get_resource_type(id: String) -> wit::ResourceType
            = GetResourceType: GetResourceType => input::GetResourceType { id } => described::resource_type;
        list_schemas() -> Vec<wit::Schema> = ListSchemas: ListSchemas => input::ListSchemas => described::schemas;
        get_schema(id: String) -> wit::Schema = GetSchema: GetSchema => input::GetSchema { id } => described::schema;
    }
}

impl catalog::Guest for Component {
    fn manifest() -> Answer<String> {
        Ok(manifest::manifest().to_string())
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
        invoke::invoke(&Outside, &connection, &operation, input, deadline).map(answer::outcome).map_err(answer::error)
    }

    fn ensure_keys(operation: String, input: String) -> Answer<Vec<String>> {
        ensure::keys(&operation, &input).map_err(answer::error)
    }

    fn test_connection(connection: String) -> Answer<runtime::ConnectionReport> {
        Ok(answer::report(connection_test::run(&Outside, &*connection_from(&connection)?)))
    }

    fn resolve_connection(connection: String) -> Answer<String> {
        Ok(connection_from(&connection)?.to_json().to_string())
    }

    fn choices(connection: String, source: String) -> Answer<Vec<runtime::Choice>> {
        let choices = forms::choices(&Outside, &*connection_from(&connection)?, &source).map_err(answer::error)?;
        Ok(choices.into_iter().map(|(value, label)| runtime::Choice { value, label }).collect())
    }

    fn resolve_schema(connection: String, operation: String) -> Answer<String> {
        let schema = forms::schema(&Outside, &*connection_from(&connection)?, &operation).map_err(answer::error)?;
        Ok(schema.to_string())
    }

    fn check_bulk(operations: String) -> Answer<Vec<runtime::CheckedOperation>> {
        bulk_check::check(&operations).map(answer::checked_operations).map_err(answer::error)
    }

    fn page_verdict(state: runtime::WalkState, page: runtime::WalkedPage) -> Answer<runtime::WalkVerdict> {
        walk::verdict(state, page).map_err(answer::error)
    }

    fn page_keys(ids: Vec<String>) -> Answer<Vec<u8>> {
        Ok(keys(&ids))
    }
}
