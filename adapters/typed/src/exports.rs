// Generated from wit/ by `cargo xtask generate`; change wit/ and run it again.
//! The typed functions of the contract, by the names of their exports.

functions! {
    create_user = CREATE_USER: "scim:connector/users@0.2.0#create-user", "cabi_post_scim:connector/users@0.2.0#create-user";
    get_user = GET_USER: "scim:connector/users@0.2.0#get-user", "cabi_post_scim:connector/users@0.2.0#get-user";
    list_users = LIST_USERS: "scim:connector/users@0.2.0#list-users", "cabi_post_scim:connector/users@0.2.0#list-users";
    search_users = SEARCH_USERS: "scim:connector/users@0.2.0#search-users", "cabi_post_scim:connector/users@0.2.0#search-users";
    update_user = UPDATE_USER: "scim:connector/users@0.2.0#update-user", "cabi_post_scim:connector/users@0.2.0#update-user";
    patch_user = PATCH_USER: "scim:connector/users@0.2.0#patch-user", "cabi_post_scim:connector/users@0.2.0#patch-user";
    delete_user = DELETE_USER: "scim:connector/users@0.2.0#delete-user", "cabi_post_scim:connector/users@0.2.0#delete-user";
    ensure_user = ENSURE_USER: "scim:connector/users@0.2.0#ensure-user", "cabi_post_scim:connector/users@0.2.0#ensure-user";
    activate_user = ACTIVATE_USER: "scim:connector/users@0.2.0#activate-user", "cabi_post_scim:connector/users@0.2.0#activate-user";
    deactivate_user = DEACTIVATE_USER: "scim:connector/users@0.2.0#deactivate-user", "cabi_post_scim:connector/users@0.2.0#deactivate-user";
    create_group = CREATE_GROUP: "scim:connector/groups@0.2.0#create-group", "cabi_post_scim:connector/groups@0.2.0#create-group";
    get_group = GET_GROUP: "scim:connector/groups@0.2.0#get-group", "cabi_post_scim:connector/groups@0.2.0#get-group";
    list_groups = LIST_GROUPS: "scim:connector/groups@0.2.0#list-groups", "cabi_post_scim:connector/groups@0.2.0#list-groups";
    search_groups = SEARCH_GROUPS: "scim:connector/groups@0.2.0#search-groups", "cabi_post_scim:connector/groups@0.2.0#search-groups";
    update_group = UPDATE_GROUP: "scim:connector/groups@0.2.0#update-group", "cabi_post_scim:connector/groups@0.2.0#update-group";
    patch_group = PATCH_GROUP: "scim:connector/groups@0.2.0#patch-group", "cabi_post_scim:connector/groups@0.2.0#patch-group";
    delete_group = DELETE_GROUP: "scim:connector/groups@0.2.0#delete-group", "cabi_post_scim:connector/groups@0.2.0#delete-group";
    ensure_group = ENSURE_GROUP: "scim:connector/groups@0.2.0#ensure-group", "cabi_post_scim:connector/groups@0.2.0#ensure-group";
    add_group_members = ADD_GROUP_MEMBERS: "scim:connector/groups@0.2.0#add-group-members", "cabi_post_scim:connector/groups@0.2.0#add-group-members";
    remove_group_members = REMOVE_GROUP_MEMBERS: "scim:connector/groups@0.2.0#remove-group-members", "cabi_post_scim:connector/groups@0.2.0#remove-group-members";
    set_group_members = SET_GROUP_MEMBERS: "scim:connector/groups@0.2.0#set-group-members", "cabi_post_scim:connector/groups@0.2.0#set-group-members";
    get_me = GET_ME: "scim:connector/me@0.2.0#get-me", "cabi_post_scim:connector/me@0.2.0#get-me";
    create_me = CREATE_ME: "scim:connector/me@0.2.0#create-me", "cabi_post_scim:connector/me@0.2.0#create-me";
    update_me = UPDATE_ME: "scim:connector/me@0.2.0#update-me", "cabi_post_scim:connector/me@0.2.0#update-me";
    patch_me = PATCH_ME: "scim:connector/me@0.2.0#patch-me", "cabi_post_scim:connector/me@0.2.0#patch-me";
    delete_me = DELETE_ME: "scim:connector/me@0.2.0#delete-me", "cabi_post_scim:connector/me@0.2.0#delete-me";
    create_resource = CREATE_RESOURCE: "scim:connector/resources@0.2.0#create-resource", "cabi_post_scim:connector/resources@0.2.0#create-resource";
    get_resource = GET_RESOURCE: "scim:connector/resources@0.2.0#get-resource", "cabi_post_scim:connector/resources@0.2.0#get-resource";
    list_resources = LIST_RESOURCES: "scim:connector/resources@0.2.0#list-resources", "cabi_post_scim:connector/resources@0.2.0#list-resources";
    search_resources = SEARCH_RESOURCES: "scim:connector/resources@0.2.0#search-resources", "cabi_post_scim:connector/resources@0.2.0#search-resources";
    update_resource = UPDATE_RESOURCE: "scim:connector/resources@0.2.0#update-resource", "cabi_post_scim:connector/resources@0.2.0#update-resource";
    patch_resource = PATCH_RESOURCE: "scim:connector/resources@0.2.0#patch-resource", "cabi_post_scim:connector/resources@0.2.0#patch-resource";
    delete_resource = DELETE_RESOURCE: "scim:connector/resources@0.2.0#delete-resource", "cabi_post_scim:connector/resources@0.2.0#delete-resource";
    search = SEARCH: "scim:connector/resources@0.2.0#search", "cabi_post_scim:connector/resources@0.2.0#search";
    plan = PLAN: "scim:connector/resources@0.2.0#plan", "cabi_post_scim:connector/resources@0.2.0#plan";
    reconcile = RECONCILE: "scim:connector/resources@0.2.0#reconcile", "cabi_post_scim:connector/resources@0.2.0#reconcile";
    submit_request = SUBMIT_REQUEST: "scim:connector/resources@0.2.0#submit-request", "cabi_post_scim:connector/resources@0.2.0#submit-request";
    collect_request = COLLECT_REQUEST: "scim:connector/resources@0.2.0#collect-request", "cabi_post_scim:connector/resources@0.2.0#collect-request";
    bulk = BULK: "scim:connector/bulk@0.2.0#bulk", "cabi_post_scim:connector/bulk@0.2.0#bulk";
    get_service_provider_config = GET_SERVICE_PROVIDER_CONFIG: "scim:connector/discovery@0.2.0#get-service-provider-config", "cabi_post_scim:connector/discovery@0.2.0#get-service-provider-config";
    list_resource_types = LIST_RESOURCE_TYPES: "scim:connector/discovery@0.2.0#list-resource-types", "cabi_post_scim:connector/discovery@0.2.0#list-resource-types";
    get_resource_type = GET_RESOURCE_TYPE: "scim:connector/discovery@0.2.0#get-resource-type", "cabi_post_scim:connector/discovery@0.2.0#get-resource-type";
    list_schemas = LIST_SCHEMAS: "scim:connector/discovery@0.2.0#list-schemas", "cabi_post_scim:connector/discovery@0.2.0#list-schemas";
    get_schema = GET_SCHEMA: "scim:connector/discovery@0.2.0#get-schema", "cabi_post_scim:connector/discovery@0.2.0#get-schema";
}
