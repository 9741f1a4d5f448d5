//! The typed functions of the contract: one table, a row each, all alike. Their records are in [`crate::types`].

use super::{CallContext, Client};
use crate::error::Result;
use crate::instance::Instance;
use crate::types::{
    BulkOperation, BulkOptions, BulkReport, EnsureOptions, EnsuredGroup, EnsuredUser, Group, GroupPage, Member,
    MembershipChange, Options, PatchOperation, Progress, Query, ReconcileOptions, ReconcileReport, ResourcePage,
    ResourceType, Schema, ServiceProviderConfig, Submission, Target, Ticket, User, UserPage, View,
};

macro_rules! typed {
    ($(
        $(#[$about:meta])*
        $interface:ident {
            $($(#[$doc:meta])* $name:ident = $function:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*
        }
    )*) => {
        /// Every operation by its name in Rust.
        pub(crate) const OPERATIONS: &[&str] = &[$($(stringify!($name),)*)* "test_connection"];

        $(
            $(#[$about])*
            #[allow(clippy::ptr_arg, reason = "the bindings take JSON text as a String")]
            impl Client {
                $(
                    $(#[$doc])*
                    ///
                    /// # Errors
                    /// [`Error::Failure`](crate::Error::Failure) from the component; [`Error::Deadline`](crate::Error::Deadline)
                    /// and [`Error::Trap`](crate::Error::Trap) from the host.
                    pub async fn $name(&self, $($arg: $ty),*) -> Result<$out> {
                        let mut call = self.begin(stringify!($name), &CallContext::default()).await?;
                        let version = call.version();
                        let (limit, Instance { store, exports, .. }) = call.parts()?;
                        let answer = exports.$interface().$function(store, &version.record, $($arg),*);
                        let end = limit.over(answer).await;
                        call.finish(end)
                    }
                )*
            }
        )*
    };
}

typed! {
    /// Users (RFC 7643 section 4.1).
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::types::{MultiValued, User};
    ///
    /// let email = MultiValued { value: Some("ada@example.com".into()), ..MultiValued::default() };
    /// let ada = User { user_name: Some("ada".into()), emails: Some(vec![email]), ..User::default() };
    /// let ensured = client.ensure_user(&ada, None, None).await?;
    /// println!("{:?}: {:?}", ensured.outcome, ensured.user.id);
    /// # Ok(())
    /// # }
    /// ```
    scim_connector_users {
        /// Creates a user (RFC 7644 section 3.3).
        create_user = call_create_user(user: &User, view: Option<&View>, options: Option<&Options>) -> User;
        /// Reads a user (RFC 7644 section 3.4.1).
        get_user = call_get_user(id: &str, view: Option<&View>, options: Option<&Options>) -> User;
        /// Lists users, a page at a time (RFC 7644 section 3.4.2).
        list_users = call_list_users(query: Option<&Query>, options: Option<&Options>) -> UserPage;
        /// Lists users by POST to `/Users/.search` (RFC 7644 section 3.4.3).
        search_users = call_search_users(query: Option<&Query>, options: Option<&Options>) -> UserPage;
        /// Replaces a user (RFC 7644 section 3.5.1); none where the provider answers without a body.
        update_user = call_update_user(id: &str, user: &User, view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Changes parts of a user (RFC 7644 section 3.5.2); none where the provider answers without a body.
        patch_user = call_patch_user(id: &str, operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Deletes a user (RFC 7644 section 3.6).
        delete_user = call_delete_user(id: &str, options: Option<&Options>) -> ();
        /// Makes a user exist as described; safe to repeat after any failure.
        ensure_user = call_ensure_user(user: &User, ensure: Option<&EnsureOptions>, options: Option<&Options>) -> EnsuredUser;
        /// Sets `active` to true (RFC 7643 section 4.1.1).
        activate_user = call_activate_user(id: &str, options: Option<&Options>) -> Option<User>;
        /// Sets `active` to false (RFC 7643 section 4.1.1).
        deactivate_user = call_deactivate_user(id: &str, options: Option<&Options>) -> Option<User>;
    }

    /// Groups (RFC 7643 section 4.2).
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client, ada: String) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::types::{Group, Member};
    ///
    /// let group = Group { display_name: Some("Engineering".into()), ..Group::default() };
    /// let id = client.create_group(&group, None, None).await?.id.unwrap_or_default();
    /// let member = Member { value: Some(ada), ..Member::default() };
    /// println!("{} added", client.add_group_members(&id, &[member], None).await?.added);
    /// # Ok(())
    /// # }
    /// ```
    scim_connector_groups {
        /// Creates a group (RFC 7644 section 3.3).
        create_group = call_create_group(group: &Group, view: Option<&View>, options: Option<&Options>) -> Group;
        /// Reads a group (RFC 7644 section 3.4.1).
        get_group = call_get_group(id: &str, view: Option<&View>, options: Option<&Options>) -> Group;
        /// Lists groups, a page at a time (RFC 7644 section 3.4.2).
        list_groups = call_list_groups(query: Option<&Query>, options: Option<&Options>) -> GroupPage;
        /// Lists groups by POST to `/Groups/.search` (RFC 7644 section 3.4.3).
        search_groups = call_search_groups(query: Option<&Query>, options: Option<&Options>) -> GroupPage;
        /// Replaces a group (RFC 7644 section 3.5.1); none where the provider answers without a body.
        update_group = call_update_group(id: &str, group: &Group, view: Option<&View>, options: Option<&Options>) -> Option<Group>;
        /// Changes parts of a group (RFC 7644 section 3.5.2); none where the provider answers without a body.
        patch_group = call_patch_group(id: &str, operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<Group>;
        /// Deletes a group (RFC 7644 section 3.6).
        delete_group = call_delete_group(id: &str, options: Option<&Options>) -> ();
        /// Makes a group exist as described; safe to repeat after any failure.
        ensure_group = call_ensure_group(group: &Group, ensure: Option<&EnsureOptions>, options: Option<&Options>) -> EnsuredGroup;
        /// Adds members (RFC 7644 section 3.5.2.1), in the portions and the style the provider asks for; safe to repeat.
        add_group_members = call_add_group_members(id: &str, members: &[Member], options: Option<&Options>) -> MembershipChange;
        /// Removes members (RFC 7644 section 3.5.2.2); safe to repeat.
        remove_group_members = call_remove_group_members(id: &str, members: &[Member], options: Option<&Options>) -> MembershipChange;
        /// Makes these the members, by sending the difference; safe to repeat.
        set_group_members = call_set_group_members(id: &str, members: &[Member], options: Option<&Options>) -> MembershipChange;
    }

    /// The authenticated subject's own user, at `/Me` (RFC 7644 section 3.11).
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::types::View;
    ///
    /// let view = View { attributes: Some(vec!["userName".into()]), ..View::default() };
    /// println!("{:?}", client.get_me(Some(&view), None).await?.user_name);
    /// # Ok(())
    /// # }
    /// ```
    scim_connector_me {
        /// Reads the subject's own user.
        get_me = call_get_me(view: Option<&View>, options: Option<&Options>) -> User;
        /// Creates the subject's own user.
        create_me = call_create_me(user: &User, view: Option<&View>, options: Option<&Options>) -> User;
        /// Replaces the subject's own user; none where the provider answers without a body.
        update_me = call_update_me(user: &User, view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Changes parts of the subject's own user; none where the provider answers without a body.
        patch_me = call_patch_me(operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Deletes the subject's own user.
        delete_me = call_delete_me(options: Option<&Options>) -> ();
    }

    /// Resources of any type, as JSON text (RFC 7643 section 6), and what spans types.
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::types::{Query, Target};
    ///
    /// let devices = Target::ResourceType("Device".into());
    /// let query = Query { filter: Some("active eq true".into()), ..Query::default() };
    /// for device in client.list_resources(&devices, Some(&query), None).await?.resources {
    ///     println!("{device}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    scim_connector_resources {
        /// Creates a resource (RFC 7644 section 3.3).
        create_resource = call_create_resource(target: &Target, payload: &String, view: Option<&View>, options: Option<&Options>) -> String;
        /// Reads a resource (RFC 7644 section 3.4.1).
        get_resource = call_get_resource(target: &Target, id: &str, view: Option<&View>, options: Option<&Options>) -> String;
        /// Lists resources, a page at a time (RFC 7644 section 3.4.2).
        list_resources = call_list_resources(target: &Target, query: Option<&Query>, options: Option<&Options>) -> ResourcePage;
        /// Lists resources by POST to the endpoint's `/.search` (RFC 7644 section 3.4.3).
        search_resources = call_search_resources(target: &Target, query: Option<&Query>, options: Option<&Options>) -> ResourcePage;
        /// Replaces a resource (RFC 7644 section 3.5.1); none where the provider answers without a body.
        update_resource = call_update_resource(target: &Target, id: &str, payload: &String, view: Option<&View>, options: Option<&Options>) -> Option<String>;
        /// Changes parts of a resource (RFC 7644 section 3.5.2); none where the provider answers without a body.
        patch_resource = call_patch_resource(target: &Target, id: &str, operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<String>;
        /// Deletes a resource (RFC 7644 section 3.6).
        delete_resource = call_delete_resource(target: &Target, id: &str, options: Option<&Options>) -> ();
        /// Searches all resource types at once, by POST to `/.search` (RFC 7644 section 3.4.3).
        search = call_search(query: Option<&Query>, options: Option<&Options>) -> ResourcePage;
        /// Makes the provider's resources those described.
        reconcile = call_reconcile(target: &Target, desired: &[String], reconcile: Option<&ReconcileOptions>) -> ReconcileReport;
        /// Hands in a request to be carried out asynchronously (RFC 9967).
        submit_request = call_submit_request(request: &BulkOperation, options: Option<&Options>) -> Submission;
        /// Asks how far an asynchronous request has come, and collects its result (RFC 9967).
        collect_request = call_collect_request(ticket: &Ticket) -> Progress;
    }

    /// Many changes in few requests (RFC 7644 section 3.7).
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::types::{BulkMethod, BulkOperation};
    ///
    /// let create = |name: &str| BulkOperation {
    ///     method: BulkMethod::Post,
    ///     path: "/Users".into(),
    ///     bulk_id: Some(name.into()),
    ///     version: None,
    ///     data: Some(serde_json::json!({"userName": name}).to_string()),
    /// };
    /// let report = client.bulk(&[create("ada"), create("grace")], None, None).await?;
    /// println!("{} created, {} failed", report.succeeded, report.failed);
    /// # Ok(())
    /// # }
    /// ```
    scim_connector_bulk {
        /// Carries out operations of any method on any resource type, split by the provider's limits; one result each, in
        /// the order of the operations.
        bulk = call_bulk(operations: &[BulkOperation], bulk: Option<&BulkOptions>, options: Option<&Options>) -> BulkReport;
    }

    /// What the provider says about itself (RFC 7644 section 4).
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// let config = client.get_service_provider_config().await?;
    /// println!("PATCH: {} ({:?})", config.patch.supported, config.patch.source);
    /// for resource_type in client.list_resource_types().await? {
    ///     println!("{} at {}", resource_type.name, resource_type.endpoint);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    scim_connector_discovery {
        /// What the provider can do (RFC 7643 section 5), and how each capability is known.
        get_service_provider_config = call_get_service_provider_config() -> ServiceProviderConfig;
        /// The types of resources it has (RFC 7643 section 6).
        list_resource_types = call_list_resource_types() -> Vec<ResourceType>;
        /// One type of resource, by its identifier (RFC 7643 section 6).
        get_resource_type = call_get_resource_type(id: &str) -> ResourceType;
        /// The schemas of its resources (RFC 7643 section 7).
        list_schemas = call_list_schemas() -> Vec<Schema>;
        /// One schema, by its URN (RFC 7643 section 7).
        get_schema = call_get_schema(id: &str) -> Schema;
    }
}
