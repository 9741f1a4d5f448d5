// Generated from wit/ by `cargo xtask generate`; change wit/ and run it again.
//! The records of the typed functions, and what each is made of.

use crate::types::{
    Address, AttributeType, AuthenticationScheme, BulkCapability, BulkMethod, BulkOperation, BulkOptions, BulkReport,
    BulkResult, Capability, CapabilitySource, EnsureOptions, EnsureOutcome, EnsuredGroup, EnsuredUser, EnterpriseUser,
    Extension, Failure, FailureKind, FilterCapability, Group, GroupPage, Manager, Member, MembershipChange, Meta,
    MultiValued, Mutability, Name, Options, PaginationCapability, PatchOp, PatchOperation, Problem, Progress, Query,
    ReconcileChange, ReconcileOptions, ReconcileReport, ResourcePage, ResourceType, Returned, Schema, SchemaAttribute,
    SchemaExtension, ScimType, SecurityEvents, ServiceProviderConfig, SortOrder, Submission, Surplus, Target, Ticket,
    Uniqueness, User, UserPage, View,
};

held! {
    record Address { formatted street_address locality region postal_code country type_ primary additional }
    names AttributeType { String Boolean Decimal Integer DateTime Binary Reference Complex }
    record AuthenticationScheme { type_ name description spec_uri documentation_uri primary }
    record BulkCapability { supported source max_operations max_payload_size }
    names BulkMethod { Post Put Patch Delete }
    record BulkOperation { method path bulk_id version data }
    record BulkOptions { fail_on_errors known }
    record BulkReport { results succeeded failed }
    record BulkResult { index method bulk_id location id version status response failure }
    record Capability { supported source }
    names CapabilitySource { Discovered Overridden Assumed }
    record EnsureOptions { match_on dry_run }
    names EnsureOutcome { Created Updated Unchanged }
    record EnsuredGroup { outcome group changes dry_run }
    record EnsuredUser { outcome user changes dry_run }
    record EnterpriseUser { employee_number cost_center organization division department manager additional }
    record Extension { schema attributes }
    record Failure { kind status scim_type detail pointer problems oauth_error retry_after_ms maybe_applied request_id excerpt }
    open FailureKind { InvalidInput Configuration Authentication Permission NotFound Conflict Ambiguous Precondition NotModified Throttled Unavailable Timeout Unsupported Protocol TooLarge Internal }
    record FilterCapability { supported source max_results }
    record Group { id external_id meta display_name members extensions additional }
    record GroupPage { resources total_results start_index items_per_page left_out next complete }
    record Manager { value ref_ display_name additional }
    record Member { value ref_ type_ display additional }
    record MembershipChange { added removed unchanged verified }
    record Meta { resource_type created last_modified location version additional }
    record MultiValued { value display type_ primary ref_ additional }
    names Mutability { ReadOnly ReadWrite Immutable WriteOnly }
    record Name { formatted family_name given_name middle_name honorific_prefix honorific_suffix additional }
    record Options { if_match if_none_match headers read_back gone_is_done validate read_modify_write }
    record PaginationCapability { cursor index source default_pagination_method default_page_size max_page_size cursor_timeout }
    names PatchOp { Add Remove Replace }
    record PatchOperation { op path value }
    record Problem { pointer detail }
    cases Progress { Pending Done }
    record Query { filter attributes excluded_attributes sort_by sort_order start_index count cursor page }
    record ReconcileChange { action id key failure }
    record ReconcileOptions { match_on scope dry_run surplus max_surplus }
    record ReconcileReport { changes complete }
    record ResourcePage { resources total_results start_index items_per_page left_out next complete }
    record ResourceType { id name description endpoint schema schema_extensions meta }
    names Returned { Always Never Default Request }
    record Schema { id name description attributes meta }
    record SchemaAttribute { parent name type_ multi_valued description required canonical_values case_exact mutability returned uniqueness reference_types }
    record SchemaExtension { schema required }
    open ScimType { InvalidFilter TooMany Uniqueness Mutability InvalidSyntax InvalidPath NoTarget InvalidValue InvalidVers Sensitive InvalidCursor ExpiredCursor InvalidCount }
    record SecurityEvents { async_request event_uris }
    record ServiceProviderConfig { documentation_uri patch bulk filter change_password sort etag pagination security_events authentication_schemes meta document }
    names SortOrder { Ascending Descending }
    cases Submission { Accepted Done }
    names Surplus { Keep Deactivate Delete }
    cases Target { ResourceType Endpoint }
    record Ticket { method path operations transaction location }
    names Uniqueness { None Server Global }
    record User { id external_id meta user_name name display_name nick_name profile_url title user_type preferred_language locale timezone active password emails phone_numbers ims photos addresses groups entitlements roles x509_certificates enterprise extensions additional }
    record UserPage { resources total_results start_index items_per_page left_out next complete }
    record View { attributes excluded_attributes }
}
