// Generated from wit/ by `cargo xtask generate`; change wit/ and run it again.
//! The typed functions of the contract. Their records are in [`crate::types`].

use super::{Client, Result, typed};
use crate::types::{
    BulkOperation, BulkOptions, BulkReport, EnsureOptions, EnsuredGroup, EnsuredUser, Group, GroupPage, Member,
    MembershipChange, Options, PatchOperation, PlanPair, PlanReport, Policy, Progress, Query, ReconcileOptions,
    ReconcileReport, ResourcePage, ResourceType, Schema, ServiceProviderConfig, Submission, Target, Ticket, User,
    UserPage, View,
};
use scim_connector_records::contract::functions;

typed! {
    /// Users (RFC 7643 section 4.1), at `/Users` (RFC 7644 section 3.2). The interfaces `groups`, `me` and `resources`
    /// follow the same pattern.
    ///
    #[doc = include_str!("users.md")]
    {
        /// Creates a user (RFC 7644 section 3.3). Never repeated once it was sent: a lost answer is a permanent failure
        /// with `maybe_applied`; use `ensure_user` where that must heal itself. Where the answer has no body the user is read
        /// at its `Location`; where that cannot be, the result is what was sent, without the password, with a warning.
        create_user = CREATE_USER(user: &User, view: Option<&View>, options: Option<&Options>) -> User;
        /// Reads a user (RFC 7644 section 3.4.1).
        get_user = GET_USER(id: &str, view: Option<&View>, options: Option<&Options>) -> User;
        /// Lists users, a page at a time (RFC 7644 section 3.4.2). By GET; by POST to `.search` where the query is longer
        /// than the profile's `queryLength`, where the provider calls it sensitive or too long for a URL, and for every
        /// filter under `privateQueries`. Of `options` only `headers` are for lists.
        list_users = LIST_USERS(query: Option<&Query>, options: Option<&Options>) -> UserPage;
        /// Lists users like `list_users`, by POST to `/Users/.search`, so that the query stands in no URL and no access log
        /// (RFC 7644 section 3.4.3); `unsupported` where the provider has no such endpoint.
        search_users = SEARCH_USERS(query: Option<&Query>, options: Option<&Options>) -> UserPage;
        /// Replaces a user (RFC 7644 section 3.5.1). Attributes left out are removed, unless `options.read_modify_write`
        /// keeps them; read-only ones are not sent. At a provider known to have no PUT, the difference is sent as PATCH,
        /// what is left out stays, and a warning says so. None where the provider answers without a body, unless
        /// `options.read_back` asks for one more read.
        update_user = UPDATE_USER(id: &str, user: &User, view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Changes parts of a user (RFC 7644 section 3.5.2). The operations are checked before they are sent. A lost answer
        /// is followed by another attempt only where they are idempotent or `options.if_match` guards them. At a provider
        /// without PATCH the user is read, changed here and replaced by PUT, with a warning. None where the provider
        /// answers without a body, unless `options.read_back` asks for one more read.
        patch_user = PATCH_USER(id: &str, operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Deletes a user (RFC 7644 section 3.6). `not-found` where there is none, unless `options.gone_is_done`, or an
        /// earlier attempt of the same call had deleted it.
        delete_user = DELETE_USER(id: &str, options: Option<&Options>) -> ();
        /// Makes a user exist as described: finds it, creates it or changes what differs. Safe to repeat after any failure,
        /// and transient where the cause may pass.
        ///
        /// It is looked for by `ensure.match_on`. Whatever the provider answers is checked against what was asked; several
        /// matches are `ambiguous`, and where it cannot be told whether the user exists nothing is created. Only what the
        /// user given here says is compared: what it leaves out stays. A `password` is sent on creation only. After a lost
        /// answer, or where the provider says that the user exists already, it looks again before anything is sent. Of
        /// `options` only `headers` counts.
        ensure_user = ENSURE_USER(user: &User, ensure: Option<&EnsureOptions>, options: Option<&Options>) -> EnsuredUser;
        /// Sets `active` to true (RFC 7643 section 4.1.1), by one PATCH and without a read before it; by PUT where the
        /// profile says so. Where the answer shows the user as before, it is read, the operation is tried without a path, and
        /// what is still not so is a failure; a refusal counts as done where the user is read to be as wanted. Safe to repeat.
        activate_user = ACTIVATE_USER(id: &str, options: Option<&Options>) -> Option<User>;
        /// Sets `active` to false (RFC 7643 section 4.1.1), as `activate_user` sets it to true.
        deactivate_user = DEACTIVATE_USER(id: &str, options: Option<&Options>) -> Option<User>;
    }

    /// Groups (RFC 7643 section 4.2), at `/Groups` (RFC 7644 section 3.2). Functions that `users` has too behave as there.
    ///
    #[doc = include_str!("groups.md")]
    {
        /// Creates a group (RFC 7644 section 3.3).
        create_group = CREATE_GROUP(group: &Group, view: Option<&View>, options: Option<&Options>) -> Group;
        /// Reads a group (RFC 7644 section 3.4.1).
        get_group = GET_GROUP(id: &str, view: Option<&View>, options: Option<&Options>) -> Group;
        /// Lists groups, a page at a time (RFC 7644 section 3.4.2).
        list_groups = LIST_GROUPS(query: Option<&Query>, options: Option<&Options>) -> GroupPage;
        /// Lists groups by POST to `/Groups/.search` (RFC 7644 section 3.4.3).
        search_groups = SEARCH_GROUPS(query: Option<&Query>, options: Option<&Options>) -> GroupPage;
        /// Replaces a group (RFC 7644 section 3.5.1). `members` are refused at a provider known to have no PUT: change them
        /// with `set_group_members`. Where the provider shows no members (`membersReturned`), `options.read_modify_write`
        /// without `members` is refused, since it would remove them all.
        update_group = UPDATE_GROUP(id: &str, group: &Group, view: Option<&View>, options: Option<&Options>) -> Option<Group>;
        /// Changes parts of a group (RFC 7644 section 3.5.2); never by PUT where the provider shows no members.
        patch_group = PATCH_GROUP(id: &str, operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<Group>;
        /// Deletes a group (RFC 7644 section 3.6).
        delete_group = DELETE_GROUP(id: &str, options: Option<&Options>) -> ();
        /// Makes a group exist as described: finds it, creates it or changes what differs, as `ensure_user` does. Safe to
        /// repeat after any failure. Members given here become the members, by difference; a group without them leaves them
        /// alone.
        ensure_group = ENSURE_GROUP(group: &Group, ensure: Option<&EnsureOptions>, options: Option<&Options>) -> EnsuredGroup;
        /// Adds members (RFC 7644 section 3.5.2.1), each by its `value`, in the portions and the style the profile says
        /// (`membersPerRequest`, `memberStyle`). No member is read, unless the provider refuses: then those that are right
        /// already are left out. What the provider's answer shows is compared: a member that it does not show is a failure. Safe
        /// to repeat. A failure says how many changes were made before. Of `options` only `headers` and `read_back` count.
        add_group_members = ADD_GROUP_MEMBERS(id: &str, members: &[Member], options: Option<&Options>) -> MembershipChange;
        /// Removes members (RFC 7644 section 3.5.2.2), as `add_group_members` adds them. Safe to repeat.
        remove_group_members = REMOVE_GROUP_MEMBERS(id: &str, members: &[Member], options: Option<&Options>) -> MembershipChange;
        /// Makes these the members: reads the members and sends the difference, new ones first. Where the profile says that
        /// a provider shows no members (`membersReturned`), all are replaced in one request; `unsupported` where they do
        /// not fit into it. Safe to repeat.
        set_group_members = SET_GROUP_MEMBERS(id: &str, members: &[Member], options: Option<&Options>) -> MembershipChange;
    }

    /// The resource of the authenticated subject, at `/Me` (RFC 7644 section 3.11). The functions behave as those of
    /// `users`.
    ///
    #[doc = include_str!("me.md")]
    {
        /// Reads the subject's own user (RFC 7644 section 3.11).
        get_me = GET_ME(view: Option<&View>, options: Option<&Options>) -> User;
        /// Creates the subject's own user (RFC 7644 section 3.11).
        create_me = CREATE_ME(user: &User, view: Option<&View>, options: Option<&Options>) -> User;
        /// Replaces the subject's own user (RFC 7644 section 3.11).
        update_me = UPDATE_ME(user: &User, view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Changes parts of the subject's own user (RFC 7644 section 3.11).
        patch_me = PATCH_ME(operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<User>;
        /// Deletes the subject's own user (RFC 7644 section 3.11).
        delete_me = DELETE_ME(options: Option<&Options>) -> ();
    }

    /// Resources of any type the provider has (RFC 7643 section 6), as JSON; and what spans types. Functions that `users`
    /// has too behave as there. The devices of RFC 9944 are known: what only the provider sets is not sent, and their
    /// schemas are there to check against.
    ///
    #[doc = include_str!("resources.md")]
    {
        /// Creates a resource (RFC 7644 section 3.3). The payload may leave `schemas` out where the resource type is known,
        /// from the provider or the standard.
        create_resource = CREATE_RESOURCE(target: &Target, payload: &String, view: Option<&View>, options: Option<&Options>) -> String;
        /// Reads a resource (RFC 7644 section 3.4.1).
        get_resource = GET_RESOURCE(target: &Target, id: &str, view: Option<&View>, options: Option<&Options>) -> String;
        /// Lists resources, a page at a time (RFC 7644 section 3.4.2).
        list_resources = LIST_RESOURCES(target: &Target, query: Option<&Query>, options: Option<&Options>) -> ResourcePage;
        /// Lists resources by POST to the endpoint's `/.search` (RFC 7644 section 3.4.3).
        search_resources = SEARCH_RESOURCES(target: &Target, query: Option<&Query>, options: Option<&Options>) -> ResourcePage;
        /// Replaces a resource (RFC 7644 section 3.5.1).
        update_resource = UPDATE_RESOURCE(target: &Target, id: &str, payload: &String, view: Option<&View>, options: Option<&Options>) -> Option<String>;
        /// Changes parts of a resource (RFC 7644 section 3.5.2).
        patch_resource = PATCH_RESOURCE(target: &Target, id: &str, operations: &[PatchOperation], view: Option<&View>, options: Option<&Options>) -> Option<String>;
        /// Deletes a resource (RFC 7644 section 3.6).
        delete_resource = DELETE_RESOURCE(target: &Target, id: &str, options: Option<&Options>) -> ();
        /// Searches all resource types at once, by POST to `/.search` (RFC 7644 section 3.4.3); `unsupported` where the
        /// provider has no such endpoint.
        search = SEARCH(query: Option<&Query>, options: Option<&Options>) -> ResourcePage;
        /// Says what is to be done with resources, and why, of which the caller knows how they shall be and how they are; nothing
        /// is sent, not even for discovery. What cannot be told is a conflict and never a guess: several that match, a key or
        /// an existing resource that stands in two pairs, a payload that is wrong. Only what the job created or adopted is deactivated or
        /// deleted. `id`, `meta`, `password` and what only the provider sets are not compared; what `desired` leaves out stays.
        /// At most some 20,000 pairs in a call; larger sets in several.
        plan = PLAN(target: &Target, pairs: &[PlanPair], policy: Option<&Policy>) -> PlanReport;
        /// Makes the provider's resources those described: lists them, recognises each, decides as `plan` does, and carries it out,
        /// leavers last. Nothing is changed where a guard holds it back: an empty list of desired resources, an incomplete listing,
        /// more leavers than a share or a number. One failure does not stop the others. For a set that fits an instance,
        /// some 20,000 users in 256 MiB. Safe to repeat with the `owned` of its report.
        reconcile = RECONCILE(target: &Target, desired: &[String], reconcile: Option<&ReconcileOptions>, options: Option<&Options>) -> ReconcileReport;
        /// Hands in a request to be carried out asynchronously, `Prefer: respond-async` (RFC 9967 section 2.5.1); a whole
        /// bulk request, passed on as it is, with method POST, the path `/Bulk` and `{"Operations": [...]}` in `data`. A
        /// request that fails at once is this function's error. `unsupported`, and nothing sent, where the provider does
        /// not announce asynchronous requests (`securityEvents.asyncRequest`, which `overrides` can set). Never repeated
        /// once it was sent, unless it is idempotent.
        submit_request = SUBMIT_REQUEST(request: &BulkOperation, options: Option<&Options>) -> Submission;
        /// Asks how far an asynchronous request has come, and collects its result (RFC 9967 section 2.5.1.3). It asks once
        /// and does not wait. The result of a bulk request is its bulk answer, in `response`. Where the provider shows only
        /// the resource itself, that is the result's `response`, without a status, and a warning says so for changes. A
        /// location outside the service's own origin is refused. Signatures of events are not verified.
        collect_request = COLLECT_REQUEST(ticket: &Ticket) -> Progress;
    }

    /// Many changes in few requests, at `/Bulk` (RFC 7644 section 3.7).
    ///
    #[doc = include_str!("bulk.md")]
    {
        /// Carries out operations of any method on any resource type, in any order (RFC 7644 section 3.7). There is one
        /// result for each operation, in their order, whatever the provider's answer leaves out.
        ///
        /// All operations are checked before anything is sent. They go in as few requests as the provider's `maxOperations`
        /// and `maxPayloadSize` allow, and one by one where it has no bulk endpoint. What is referred to (`bulkId:NAME`) is
        /// created first; across requests its identifier takes the place of the reference. A circle of references that fits
        /// no request is broken: the resources are created without the values that refer, and a PATCH adds these. An
        /// operation that refers to one that failed is not carried out.
        ///
        /// Once something may have been applied the result is a report, even where the call ends early: a lost answer, or
        /// time that runs out, stops the rest, whose failures say that they were not carried out. An error means that
        /// nothing was carried out.
        bulk = BULK(operations: &[BulkOperation], bulk: Option<&BulkOptions>, options: Option<&Options>) -> BulkReport;
    }

    /// What the provider says about itself (RFC 7644 section 4). These functions ask it each time. Other functions use what
    /// was read last, for as long as the instance lives and the profile's `discoveryLifetimeMs` allows: five minutes.
    ///
    #[doc = include_str!("discovery.md")]
    {
        /// What the provider can do (RFC 7643 section 5), and how each capability is known. Where the provider
        /// has no such document, the profile's assumptions stand in, with a warning.
        get_service_provider_config = GET_SERVICE_PROVIDER_CONFIG() -> ServiceProviderConfig;
        /// The types of resources it has (RFC 7643 section 6), from all pages where the provider pages them; `not-found`
        /// where it has no list of them.
        list_resource_types = LIST_RESOURCE_TYPES() -> Vec<ResourceType>;
        /// One type of resource, by its identifier or name (RFC 7643 section 6); taken from the list where the provider has
        /// it there only.
        get_resource_type = GET_RESOURCE_TYPE(id: &str) -> ResourceType;
        /// The schemas of its resources (RFC 7643 section 7), from all pages where the provider pages them; `not-found`
        /// where it has no list of them.
        list_schemas = LIST_SCHEMAS() -> Vec<Schema>;
        /// One schema, by its URN or name (RFC 7643 section 7); taken from the list where the provider has it there only.
        get_schema = GET_SCHEMA(id: &str) -> Schema;
    }
}
