// Generated from wit/ by `cargo xtask generate`; change wit/ and run it again.
//! The operations that wit/ declares, in the order of its world. Knows nothing of what they do.

use super::Declaration;

/// An operation of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Creates a user.
    CreateUser,
    /// Reads a user.
    GetUser,
    /// Lists users, a page at a time.
    ListUsers,
    /// Lists users like `list-users`, by POST to `/Users/.search`, so that the query stands in no URL and no access log; `unsupported` where the provider has no such endpoint.
    SearchUsers,
    /// Replaces a user.
    UpdateUser,
    /// Changes parts of a user.
    PatchUser,
    /// Deletes a user.
    DeleteUser,
    /// Makes a user exist as described: finds it, creates it or changes what differs.
    EnsureUser,
    /// Sets `active` to true, by one PATCH and without a read before it; by PUT where the profile says so.
    ActivateUser,
    /// Sets `active` to false, as `activate-user` sets it to true.
    DeactivateUser,
    /// Creates a group.
    CreateGroup,
    /// Reads a group.
    GetGroup,
    /// Lists groups, a page at a time.
    ListGroups,
    /// Lists groups by POST to `/Groups/.search`.
    SearchGroups,
    /// Replaces a group.
    UpdateGroup,
    /// Changes parts of a group; never by PUT where the provider shows no members.
    PatchGroup,
    /// Deletes a group.
    DeleteGroup,
    /// Makes a group exist as described: finds it, creates it or changes what differs, as `ensure-user` does.
    EnsureGroup,
    /// Adds members, each by its `value`, in the portions and the style the profile says (`membersPerRequest`, `memberStyle`).
    AddGroupMembers,
    /// Removes members, as `add-group-members` adds them.
    RemoveGroupMembers,
    /// Makes these the members: reads the members and sends the difference, new ones first.
    SetGroupMembers,
    /// Reads the subject's own user.
    GetMe,
    /// Creates the subject's own user.
    CreateMe,
    /// Replaces the subject's own user.
    UpdateMe,
    /// Changes parts of the subject's own user.
    PatchMe,
    /// Deletes the subject's own user.
    DeleteMe,
    /// Creates a resource.
    CreateResource,
    /// Reads a resource.
    GetResource,
    /// Lists resources, a page at a time.
    ListResources,
    /// Lists resources by POST to the endpoint's `/.search`.
    SearchResources,
    /// Replaces a resource.
    UpdateResource,
    /// Changes parts of a resource.
    PatchResource,
    /// Deletes a resource.
    DeleteResource,
    /// Searches all resource types at once, by POST to `/.search`; `unsupported` where the provider has no such endpoint.
    Search,
    /// Says what is to be done with resources, and why, of which the caller knows how they shall be and how they are; nothing is sent, not even for discovery.
    Plan,
    /// Makes the provider's resources those described: lists them, recognises each, decides as `plan` does, and carries it out, leavers last.
    Reconcile,
    /// Hands in a request to be carried out asynchronously, `Prefer: respond-async`; a whole bulk request, passed on as it is, with method POST, the path `/Bulk` and `{"Operations": [...]}` in `data`.
    SubmitRequest,
    /// Asks how far an asynchronous request has come, and collects its result.
    CollectRequest,
    /// Carries out operations of any method on any resource type, in any order.
    Bulk,
    /// What the provider can do, and how each capability is known.
    GetServiceProviderConfig,
    /// The types of resources it has, from all pages where the provider pages them; `not-found` where it has no list of them.
    ListResourceTypes,
    /// One type of resource, by its identifier or name; taken from the list where the provider has it there only.
    GetResourceType,
    /// The schemas of its resources, from all pages where the provider pages them; `not-found` where it has no list of them.
    ListSchemas,
    /// One schema, by its URN or name; taken from the list where the provider has it there only.
    GetSchema,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 44] = [
        Operation::CreateUser,
        Operation::GetUser,
        Operation::ListUsers,
        Operation::SearchUsers,
        Operation::UpdateUser,
        Operation::PatchUser,
        Operation::DeleteUser,
        Operation::EnsureUser,
        Operation::ActivateUser,
        Operation::DeactivateUser,
        Operation::CreateGroup,
        Operation::GetGroup,
        Operation::ListGroups,
        Operation::SearchGroups,
        Operation::UpdateGroup,
        Operation::PatchGroup,
        Operation::DeleteGroup,
        Operation::EnsureGroup,
        Operation::AddGroupMembers,
        Operation::RemoveGroupMembers,
        Operation::SetGroupMembers,
        Operation::GetMe,
        Operation::CreateMe,
        Operation::UpdateMe,
        Operation::PatchMe,
        Operation::DeleteMe,
        Operation::CreateResource,
        Operation::GetResource,
        Operation::ListResources,
        Operation::SearchResources,
        Operation::UpdateResource,
        Operation::PatchResource,
        Operation::DeleteResource,
        Operation::Search,
        Operation::Plan,
        Operation::Reconcile,
        Operation::SubmitRequest,
        Operation::CollectRequest,
        Operation::Bulk,
        Operation::GetServiceProviderConfig,
        Operation::ListResourceTypes,
        Operation::GetResourceType,
        Operation::ListSchemas,
        Operation::GetSchema,
    ];

    /// What wit/ says of it.
    pub const fn declaration(self) -> &'static Declaration {
        match self {
            Operation::CreateUser => &Declaration {
                name: "createUser",
                function: "create-user",
                interface: "users",
                summary: "Creates a user.",
            },
            Operation::GetUser => {
                &Declaration { name: "getUser", function: "get-user", interface: "users", summary: "Reads a user." }
            }
            Operation::ListUsers => &Declaration {
                name: "listUsers",
                function: "list-users",
                interface: "users",
                summary: "Lists users, a page at a time.",
            },
            Operation::SearchUsers => &Declaration {
                name: "searchUsers",
                function: "search-users",
                interface: "users",
                summary: "Lists users like `list-users`, by POST to `/Users/.search`, so that the query stands in no URL and no access log; `unsupported` where the provider has no such endpoint.",
            },
            Operation::UpdateUser => &Declaration {
                name: "updateUser",
                function: "update-user",
                interface: "users",
                summary: "Replaces a user.",
            },
            Operation::PatchUser => &Declaration {
                name: "patchUser",
                function: "patch-user",
                interface: "users",
                summary: "Changes parts of a user.",
            },
            Operation::DeleteUser => &Declaration {
                name: "deleteUser",
                function: "delete-user",
                interface: "users",
                summary: "Deletes a user.",
            },
            Operation::EnsureUser => &Declaration {
                name: "ensureUser",
                function: "ensure-user",
                interface: "users",
                summary: "Makes a user exist as described: finds it, creates it or changes what differs.",
            },
            Operation::ActivateUser => &Declaration {
                name: "activateUser",
                function: "activate-user",
                interface: "users",
                summary: "Sets `active` to true, by one PATCH and without a read before it; by PUT where the profile says so.",
            },
            Operation::DeactivateUser => &Declaration {
                name: "deactivateUser",
                function: "deactivate-user",
                interface: "users",
                summary: "Sets `active` to false, as `activate-user` sets it to true.",
            },
            Operation::CreateGroup => &Declaration {
                name: "createGroup",
                function: "create-group",
                interface: "groups",
                summary: "Creates a group.",
            },
            Operation::GetGroup => {
                &Declaration { name: "getGroup", function: "get-group", interface: "groups", summary: "Reads a group." }
            }
            Operation::ListGroups => &Declaration {
                name: "listGroups",
                function: "list-groups",
                interface: "groups",
                summary: "Lists groups, a page at a time.",
            },
            Operation::SearchGroups => &Declaration {
                name: "searchGroups",
                function: "search-groups",
                interface: "groups",
                summary: "Lists groups by POST to `/Groups/.search`.",
            },
            Operation::UpdateGroup => &Declaration {
                name: "updateGroup",
                function: "update-group",
                interface: "groups",
                summary: "Replaces a group.",
            },
            Operation::PatchGroup => &Declaration {
                name: "patchGroup",
                function: "patch-group",
                interface: "groups",
                summary: "Changes parts of a group; never by PUT where the provider shows no members.",
            },
            Operation::DeleteGroup => &Declaration {
                name: "deleteGroup",
                function: "delete-group",
                interface: "groups",
                summary: "Deletes a group.",
            },
            Operation::EnsureGroup => &Declaration {
                name: "ensureGroup",
                function: "ensure-group",
                interface: "groups",
                summary: "Makes a group exist as described: finds it, creates it or changes what differs, as `ensure-user` does.",
            },
            Operation::AddGroupMembers => &Declaration {
                name: "addGroupMembers",
                function: "add-group-members",
                interface: "groups",
                summary: "Adds members, each by its `value`, in the portions and the style the profile says (`membersPerRequest`, `memberStyle`).",
            },
            Operation::RemoveGroupMembers => &Declaration {
                name: "removeGroupMembers",
                function: "remove-group-members",
                interface: "groups",
                summary: "Removes members, as `add-group-members` adds them.",
            },
            Operation::SetGroupMembers => &Declaration {
                name: "setGroupMembers",
                function: "set-group-members",
                interface: "groups",
                summary: "Makes these the members: reads the members and sends the difference, new ones first.",
            },
            Operation::GetMe => &Declaration {
                name: "getMe",
                function: "get-me",
                interface: "me",
                summary: "Reads the subject's own user.",
            },
            Operation::CreateMe => &Declaration {
                name: "createMe",
                function: "create-me",
                interface: "me",
                summary: "Creates the subject's own user.",
            },
            Operation::UpdateMe => &Declaration {
                name: "updateMe",
                function: "update-me",
                interface: "me",
                summary: "Replaces the subject's own user.",
            },
            Operation::PatchMe => &Declaration {
                name: "patchMe",
                function: "patch-me",
                interface: "me",
                summary: "Changes parts of the subject's own user.",
            },
            Operation::DeleteMe => &Declaration {
                name: "deleteMe",
                function: "delete-me",
                interface: "me",
                summary: "Deletes the subject's own user.",
            },
            Operation::CreateResource => &Declaration {
                name: "createResource",
                function: "create-resource",
                interface: "resources",
                summary: "Creates a resource.",
            },
            Operation::GetResource => &Declaration {
                name: "getResource",
                function: "get-resource",
                interface: "resources",
                summary: "Reads a resource.",
            },
            Operation::ListResources => &Declaration {
                name: "listResources",
                function: "list-resources",
                interface: "resources",
                summary: "Lists resources, a page at a time.",
            },
            Operation::SearchResources => &Declaration {
                name: "searchResources",
                function: "search-resources",
                interface: "resources",
                summary: "Lists resources by POST to the endpoint's `/.search`.",
            },
            Operation::UpdateResource => &Declaration {
                name: "updateResource",
                function: "update-resource",
                interface: "resources",
                summary: "Replaces a resource.",
            },
            Operation::PatchResource => &Declaration {
                name: "patchResource",
                function: "patch-resource",
                interface: "resources",
                summary: "Changes parts of a resource.",
            },
            Operation::DeleteResource => &Declaration {
                name: "deleteResource",
                function: "delete-resource",
                interface: "resources",
                summary: "Deletes a resource.",
            },
            Operation::Search => &Declaration {
                name: "search",
                function: "search",
                interface: "resources",
                summary: "Searches all resource types at once, by POST to `/.search`; `unsupported` where the provider has no such endpoint.",
            },
            Operation::Plan => &Declaration {
                name: "plan",
                function: "plan",
                interface: "resources",
                summary: "Says what is to be done with resources, and why, of which the caller knows how they shall be and how they are; nothing is sent, not even for discovery.",
            },
            Operation::Reconcile => &Declaration {
                name: "reconcile",
                function: "reconcile",
                interface: "resources",
                summary: "Makes the provider's resources those described: lists them, recognises each, decides as `plan` does, and carries it out, leavers last.",
            },
            Operation::SubmitRequest => &Declaration {
                name: "submitRequest",
                function: "submit-request",
                interface: "resources",
                summary: "Hands in a request to be carried out asynchronously, `Prefer: respond-async`; a whole bulk request, passed on as it is, with method POST, the path `/Bulk` and `{\"Operations\": [...]}` in `data`.",
            },
            Operation::CollectRequest => &Declaration {
                name: "collectRequest",
                function: "collect-request",
                interface: "resources",
                summary: "Asks how far an asynchronous request has come, and collects its result.",
            },
            Operation::Bulk => &Declaration {
                name: "bulk",
                function: "bulk",
                interface: "bulk",
                summary: "Carries out operations of any method on any resource type, in any order.",
            },
            Operation::GetServiceProviderConfig => &Declaration {
                name: "getServiceProviderConfig",
                function: "get-service-provider-config",
                interface: "discovery",
                summary: "What the provider can do, and how each capability is known.",
            },
            Operation::ListResourceTypes => &Declaration {
                name: "listResourceTypes",
                function: "list-resource-types",
                interface: "discovery",
                summary: "The types of resources it has, from all pages where the provider pages them; `not-found` where it has no list of them.",
            },
            Operation::GetResourceType => &Declaration {
                name: "getResourceType",
                function: "get-resource-type",
                interface: "discovery",
                summary: "One type of resource, by its identifier or name; taken from the list where the provider has it there only.",
            },
            Operation::ListSchemas => &Declaration {
                name: "listSchemas",
                function: "list-schemas",
                interface: "discovery",
                summary: "The schemas of its resources, from all pages where the provider pages them; `not-found` where it has no list of them.",
            },
            Operation::GetSchema => &Declaration {
                name: "getSchema",
                function: "get-schema",
                interface: "discovery",
                summary: "One schema, by its URN or name; taken from the list where the provider has it there only.",
            },
        }
    }
}
