// Generated from wit/ by `cargo xtask generate`; change wit/ and run it again.
//! The records of the typed functions, and what each is made of.

use super::values::{Given, Made, held};
use crate::types::{
    Address, AttributeType, AuthenticationScheme, BulkCapability, BulkMethod, BulkOperation, BulkOptions, BulkReport,
    BulkResult, Capability, CapabilitySource, ChangeOutcome, Decision, EnsureOptions, EnsureOutcome, EnsuredGroup,
    EnsuredUser, EnterpriseUser, ExistingPolicy, Extension, Failure, FailureKind, FilterCapability, Group, GroupPage,
    Guards, LeaverPolicy, Manager, Member, MembershipChange, Meta, MultiValued, Mutability, Name, Options, Owned,
    Ownership, PaginationCapability, PatchOp, PatchOperation, PlanAction, PlanCounts, PlanPair, PlanReport, Policy,
    Problem, Progress, Query, ReconcileChange, ReconcileOptions, ReconcileReport, ResourcePage, ResourceType, Returned,
    Schema, SchemaAttribute, SchemaExtension, ScimType, SecurityEvents, ServiceProviderConfig, SortOrder, Submission,
    Target, Ticket, Uniqueness, User, UserPage, View,
};

held! {
    record Address { 0 formatted 1 street_address 2 locality 3 region 4 postal_code 5 country 6 type_ 7 primary 8 additional }
    names AttributeType { 0 String 1 Boolean 2 Decimal 3 Integer 4 DateTime 5 Binary 6 Reference 7 Complex }
    record AuthenticationScheme { 0 type_ 1 name 2 description 3 spec_uri 4 documentation_uri 5 primary }
    record BulkCapability { 0 supported 1 source 2 max_operations 3 max_payload_size }
    names BulkMethod { 0 Post 1 Put 2 Patch 3 Delete }
    record BulkOperation { 0 method 1 path 2 bulk_id 3 version 4 data }
    record BulkOptions { 0 fail_on_errors 1 known }
    record BulkReport { 0 results 1 succeeded 2 failed }
    record BulkResult { 0 index 1 method 2 bulk_id 3 location 4 id 5 version 6 status 7 response 8 failure }
    record Capability { 0 supported 1 source }
    names CapabilitySource { 0 Discovered 1 Overridden 2 Assumed }
    names ChangeOutcome { 0 Done 1 Failed 2 NotCarriedOut }
    record Decision { 0 key 1 action 2 reason 3 id 4 ownership 5 resource 6 operations }
    record EnsureOptions { 0 match_on 1 dry_run }
    names EnsureOutcome { 0 Created 1 Updated 2 Unchanged }
    record EnsuredGroup { 0 outcome 1 group 2 changes 3 dry_run }
    record EnsuredUser { 0 outcome 1 user 2 changes 3 dry_run }
    record EnterpriseUser { 0 employee_number 1 cost_center 2 organization 3 division 4 department 5 manager 6 additional }
    names ExistingPolicy { 0 Link 1 Adopt 2 Leave }
    record Extension { 0 schema 1 attributes }
    record Failure { 0 kind 1 status 2 scim_type 3 detail 4 pointer 5 problems 6 oauth_error 7 retry_after_ms 8 maybe_applied 9 request_id 10 excerpt }
    open FailureKind { 0 InvalidInput 1 Configuration 2 Authentication 3 Permission 4 NotFound 5 Conflict 6 Ambiguous 7 Precondition 8 NotModified 9 Throttled 10 Unavailable 11 Timeout 12 Unsupported 13 Protocol 14 TooLarge 15 Internal }
    record FilterCapability { 0 supported 1 source 2 max_results }
    record Group { 0 id 1 external_id 2 meta 3 display_name 4 members 5 extensions 6 additional }
    record GroupPage { 0 resources 1 total_results 2 start_index 3 items_per_page 4 left_out 5 next 6 complete }
    record Guards { 0 leavers 1 at_most 2 accept }
    names LeaverPolicy { 0 Keep 1 Deactivate 2 Delete }
    record Manager { 0 value 1 ref_ 2 display_name 3 additional }
    record Member { 0 value 1 ref_ 2 type_ 3 display 4 additional }
    record MembershipChange { 0 added 1 removed 2 unchanged 3 verified }
    record Meta { 0 resource_type 1 created 2 last_modified 3 location 4 version 5 additional }
    record MultiValued { 0 value 1 display 2 type_ 3 primary 4 ref_ 5 additional }
    names Mutability { 0 ReadOnly 1 ReadWrite 2 Immutable 3 WriteOnly }
    record Name { 0 formatted 1 family_name 2 given_name 3 middle_name 4 honorific_prefix 5 honorific_suffix 6 additional }
    record Options { 0 if_match 1 if_none_match 2 headers 3 read_back 4 gone_is_done 5 validate 6 read_modify_write }
    record Owned { 0 id 1 key 2 ownership 3 deactivated 4 gone_since }
    names Ownership { 0 Created 1 Adopted 2 Linked }
    record PaginationCapability { 0 cursor 1 index 2 source 3 default_pagination_method 4 default_page_size 5 max_page_size 6 cursor_timeout }
    names PatchOp { 0 Add 1 Remove 2 Replace }
    record PatchOperation { 0 op 1 path 2 value }
    names PlanAction { 0 Create 1 Update 2 Link 3 Unchanged 4 Deactivate 5 Reactivate 6 Delete 7 Leave 8 Conflict }
    record PlanCounts { 0 create 1 update 2 link 3 unchanged 4 deactivate 5 reactivate 6 delete 7 leave 8 conflict }
    record PlanPair { 0 key 1 desired 2 existing 3 ownership 4 gone_ms 5 deactivated 6 conflict }
    record PlanReport { 0 decisions 1 counts }
    record Policy { 0 existing 1 leavers 2 delete_after_ms 3 create_only }
    record Problem { 0 pointer 1 detail }
    cases Progress { 0 Pending 1 Done }
    record Query { 0 filter 1 attributes 2 excluded_attributes 3 sort_by 4 sort_order 5 start_index 6 count 7 cursor 8 page }
    record ReconcileChange { 0 key 1 action 2 reason 3 id 4 ownership 5 outcome 6 failure }
    record ReconcileOptions { 0 match_on 1 scope 2 policy 3 owned 4 guards 5 dry_run }
    record ReconcileReport { 0 changes 1 owned 2 counts 3 complete 4 guarded 5 dry_run }
    record ResourcePage { 0 resources 1 total_results 2 start_index 3 items_per_page 4 left_out 5 next 6 complete }
    record ResourceType { 0 id 1 name 2 description 3 endpoint 4 schema 5 schema_extensions 6 meta }
    names Returned { 0 Always 1 Never 2 Default 3 Request }
    record Schema { 0 id 1 name 2 description 3 attributes 4 meta }
    record SchemaAttribute { 0 parent 1 name 2 type_ 3 multi_valued 4 description 5 required 6 canonical_values 7 case_exact 8 mutability 9 returned 10 uniqueness 11 reference_types }
    record SchemaExtension { 0 schema 1 required }
    open ScimType { 0 InvalidFilter 1 TooMany 2 Uniqueness 3 Mutability 4 InvalidSyntax 5 InvalidPath 6 NoTarget 7 InvalidValue 8 InvalidVers 9 Sensitive 10 InvalidCursor 11 ExpiredCursor 12 InvalidCount }
    record SecurityEvents { 0 async_request 1 event_uris }
    record ServiceProviderConfig { 0 documentation_uri 1 patch 2 bulk 3 filter 4 change_password 5 sort 6 etag 7 pagination 8 security_events 9 authentication_schemes 10 meta 11 document }
    names SortOrder { 0 Ascending 1 Descending }
    cases Submission { 0 Accepted 1 Done }
    cases Target { 0 ResourceType 1 Endpoint }
    record Ticket { 0 method 1 path 2 operations 3 transaction 4 location }
    names Uniqueness { 0 None 1 Server 2 Global }
    record User { 0 id 1 external_id 2 meta 3 user_name 4 name 5 display_name 6 nick_name 7 profile_url 8 title 9 user_type 10 preferred_language 11 locale 12 timezone 13 active 14 password 15 emails 16 phone_numbers 17 ims 18 photos 19 addresses 20 groups 21 entitlements 22 roles 23 x509_certificates 24 enterprise 25 extensions 26 additional }
    record UserPage { 0 resources 1 total_results 2 start_index 3 items_per_page 4 left_out 5 next 6 complete }
    record View { 0 attributes 1 excluded_attributes }
}
