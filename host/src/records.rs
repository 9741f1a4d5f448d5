//! Defaults of the contract's records: everything left out. A record is here where each of its members is optional; the
//! compiler refuses a list that misses one.

use crate::types::{
    Address, BulkOptions, EnsureOptions, EnterpriseUser, Group, Guards, Manager, Member, Meta, MultiValued, Name,
    Options, Policy, Query, ReconcileOptions, User, View,
};

macro_rules! left_out {
    ($($record:ident { $($member:ident)* })*) => {
        $(impl Default for $record {
            fn default() -> Self {
                Self { $($member: None,)* }
            }
        })*
    };
}

left_out! {
    Address { formatted street_address locality region postal_code country type_ primary additional }
    BulkOptions { fail_on_errors known }
    EnsureOptions { match_on dry_run }
    EnterpriseUser { employee_number cost_center organization division department manager additional }
    Group { id external_id meta display_name members extensions additional }
    Guards { leavers at_most accept }
    Manager { value ref_ display_name additional }
    Member { value ref_ type_ display additional }
    Meta { resource_type created last_modified location version additional }
    MultiValued { value display type_ primary ref_ additional }
    Name { formatted family_name given_name middle_name honorific_prefix honorific_suffix additional }
    Options { if_match if_none_match headers read_back gone_is_done validate read_modify_write }
    Policy { existing leavers delete_after_ms create_only }
    Query { filter attributes excluded_attributes sort_by sort_order start_index count cursor page }
    ReconcileOptions { match_on scope policy owned guards dry_run }
    User {
        id external_id meta user_name name display_name nick_name profile_url title user_type preferred_language locale
        timezone active password emails phone_numbers ims photos addresses groups entitlements roles x509_certificates
        enterprise extensions additional
    }
    View { attributes excluded_attributes }
}
