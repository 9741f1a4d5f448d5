// Generated from wit/ by `cargo xtask generate`; change wit/ and run it again.
//! The records and functions that wit/ declares.

use crate::shape::{Case, Field, Record, Type, Variant, Way};

/// The variant `secret`.
pub static SECRET: Variant = Variant {
    size: 12,
    align: 4,
    payload: 4,
    cases: &[
        Case { tag: None, member: None, ty: Some(&Type::Text) },
        Case { tag: None, member: Some("env"), ty: Some(&Type::Text) },
    ],
};

/// The record `basic-credentials`.
pub static BASIC_CREDENTIALS: Record = Record {
    size: 20,
    align: 4,
    fields: &[
        Field { name: "username", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "password", offset: 8, ty: &Type::Variant(&SECRET), way: Way::Member },
    ],
};

/// The record `header-credentials`.
pub static HEADER_CREDENTIALS: Record = Record {
    size: 20,
    align: 4,
    fields: &[
        Field { name: "name", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "value", offset: 8, ty: &Type::Variant(&SECRET), way: Way::Member },
    ],
};

/// The record `scheme-credentials`.
pub static SCHEME_CREDENTIALS: Record = Record {
    size: 20,
    align: 4,
    fields: &[
        Field { name: "scheme", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "token", offset: 8, ty: &Type::Variant(&SECRET), way: Way::Member },
    ],
};

/// The names of `client-authentication`.
pub static CLIENT_AUTHENTICATION: [&str; 3] = ["basic", "post", "privateKeyJwt"];

/// The record `client-credentials`.
pub static CLIENT_CREDENTIALS: Record = Record {
    size: 100,
    align: 4,
    fields: &[
        Field { name: "tokenUrl", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "clientId", offset: 8, ty: &Type::Text, way: Way::Member },
        Field { name: "clientSecret", offset: 16, ty: &Type::Option(&Type::Variant(&SECRET)), way: Way::Member },
        Field { name: "privateKey", offset: 32, ty: &Type::Option(&Type::Variant(&SECRET)), way: Way::Member },
        Field { name: "keyId", offset: 48, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "method", offset: 60, ty: &Type::Option(&Type::Enum(&CLIENT_AUTHENTICATION)), way: Way::Member },
        Field { name: "scopes", offset: 64, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "audience", offset: 76, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "parameters", offset: 88, ty: &Type::Option(&Type::Pairs), way: Way::Member },
    ],
};

/// The variant `auth`.
pub static AUTH: Variant = Variant {
    size: 104,
    align: 4,
    payload: 4,
    cases: &[
        Case { tag: Some("none"), member: None, ty: None },
        Case { tag: Some("host"), member: None, ty: None },
        Case { tag: Some("bearer"), member: Some("token"), ty: Some(&Type::Variant(&SECRET)) },
        Case { tag: Some("basic"), member: None, ty: Some(&Type::Record(&BASIC_CREDENTIALS)) },
        Case { tag: Some("header"), member: None, ty: Some(&Type::Record(&HEADER_CREDENTIALS)) },
        Case { tag: Some("clientCredentials"), member: None, ty: Some(&Type::Record(&CLIENT_CREDENTIALS)) },
        Case { tag: Some("bearer"), member: None, ty: Some(&Type::Record(&SCHEME_CREDENTIALS)) },
    ],
};

/// The record `timeouts`.
pub static TIMEOUTS: Record = Record {
    size: 32,
    align: 4,
    fields: &[
        Field { name: "connectMs", offset: 0, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "firstByteMs", offset: 8, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "betweenBytesMs", offset: 16, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "totalMs", offset: 24, ty: &Type::Option(&Type::Number32), way: Way::Member },
    ],
};

/// The record `retry`.
pub static RETRY: Record = Record {
    size: 24,
    align: 4,
    fields: &[
        Field { name: "maxAttempts", offset: 0, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "baseDelayMs", offset: 8, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "maxDelayMs", offset: 16, ty: &Type::Option(&Type::Number32), way: Way::Member },
    ],
};

/// The record `limits`.
pub static LIMITS: Record = Record {
    size: 32,
    align: 8,
    fields: &[
        Field { name: "responseBytes", offset: 0, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "jsonDepth", offset: 16, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "redirects", offset: 24, ty: &Type::Option(&Type::Number32), way: Way::Member },
    ],
};

/// The record `connection`.
pub static CONNECTION: Record = Record {
    size: 256,
    align: 8,
    fields: &[
        Field { name: "serviceUrl", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "auth", offset: 8, ty: &Type::Variant(&AUTH), way: Way::Member },
        Field { name: "profile", offset: 112, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "headers", offset: 124, ty: &Type::Option(&Type::Pairs), way: Way::Member },
        Field { name: "timeouts", offset: 136, ty: &Type::Option(&Type::Record(&TIMEOUTS)), way: Way::Member },
        Field { name: "retry", offset: 172, ty: &Type::Option(&Type::Record(&RETRY)), way: Way::Member },
        Field { name: "limits", offset: 200, ty: &Type::Option(&Type::Record(&LIMITS)), way: Way::Member },
        Field { name: "allowInsecureHttp", offset: 240, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "overrides", offset: 244, ty: &Type::Option(&Type::Object), way: Way::Member },
    ],
};

/// The record `meta`.
pub static META: Record = Record {
    size: 72,
    align: 4,
    fields: &[
        Field { name: "resourceType", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "created", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "lastModified", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "location", offset: 36, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "version", offset: 48, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "additional", offset: 60, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `name`.
pub static NAME: Record = Record {
    size: 84,
    align: 4,
    fields: &[
        Field { name: "formatted", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "familyName", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "givenName", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "middleName", offset: 36, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "honorificPrefix", offset: 48, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "honorificSuffix", offset: 60, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "additional", offset: 72, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `multi-valued`.
pub static MULTI_VALUED: Record = Record {
    size: 64,
    align: 4,
    fields: &[
        Field { name: "value", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "display", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "type", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "primary", offset: 36, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "$ref", offset: 40, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "additional", offset: 52, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `address`.
pub static ADDRESS: Record = Record {
    size: 100,
    align: 4,
    fields: &[
        Field { name: "formatted", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "streetAddress", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "locality", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "region", offset: 36, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "postalCode", offset: 48, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "country", offset: 60, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "type", offset: 72, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "primary", offset: 84, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "additional", offset: 88, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `manager`.
pub static MANAGER: Record = Record {
    size: 48,
    align: 4,
    fields: &[
        Field { name: "value", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "$ref", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "displayName", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "additional", offset: 36, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `enterprise-user`.
pub static ENTERPRISE_USER: Record = Record {
    size: 124,
    align: 4,
    fields: &[
        Field { name: "employeeNumber", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "costCenter", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "organization", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "division", offset: 36, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "department", offset: 48, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "manager", offset: 60, ty: &Type::Option(&Type::Record(&MANAGER)), way: Way::Member },
        Field { name: "additional", offset: 112, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `extension`.
pub static EXTENSION: Record = Record {
    size: 16,
    align: 4,
    fields: &[
        Field { name: "schema", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "attributes", offset: 8, ty: &Type::Object, way: Way::Member },
    ],
};

/// The record `user`.
pub static USER: Record = Record {
    size: 572,
    align: 4,
    fields: &[
        Field { name: "id", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "externalId", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "meta", offset: 24, ty: &Type::Option(&Type::Record(&META)), way: Way::Member },
        Field { name: "userName", offset: 100, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "name", offset: 112, ty: &Type::Option(&Type::Record(&NAME)), way: Way::Member },
        Field { name: "displayName", offset: 200, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "nickName", offset: 212, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "profileUrl", offset: 224, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "title", offset: 236, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "userType", offset: 248, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "preferredLanguage", offset: 260, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "locale", offset: 272, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "timezone", offset: 284, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "active", offset: 296, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "password", offset: 300, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field {
            name: "emails",
            offset: 312,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "phoneNumbers",
            offset: 324,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "ims",
            offset: 336,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "photos",
            offset: 348,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "addresses",
            offset: 360,
            ty: &Type::Option(&Type::List(&Type::Record(&ADDRESS))),
            way: Way::Member,
        },
        Field {
            name: "groups",
            offset: 372,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "entitlements",
            offset: 384,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "roles",
            offset: 396,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "x509Certificates",
            offset: 408,
            ty: &Type::Option(&Type::List(&Type::Record(&MULTI_VALUED))),
            way: Way::Member,
        },
        Field {
            name: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            offset: 420,
            ty: &Type::Option(&Type::Record(&ENTERPRISE_USER)),
            way: Way::Member,
        },
        Field {
            name: "extensions",
            offset: 548,
            ty: &Type::Option(&Type::List(&Type::Record(&EXTENSION))),
            way: Way::Extensions,
        },
        Field { name: "additional", offset: 560, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `member`.
pub static MEMBER: Record = Record {
    size: 60,
    align: 4,
    fields: &[
        Field { name: "value", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "$ref", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "type", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "display", offset: 36, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "additional", offset: 48, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `group`.
pub static GROUP: Record = Record {
    size: 148,
    align: 4,
    fields: &[
        Field { name: "id", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "externalId", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "meta", offset: 24, ty: &Type::Option(&Type::Record(&META)), way: Way::Member },
        Field { name: "displayName", offset: 100, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field {
            name: "members",
            offset: 112,
            ty: &Type::Option(&Type::List(&Type::Record(&MEMBER))),
            way: Way::Member,
        },
        Field {
            name: "extensions",
            offset: 124,
            ty: &Type::Option(&Type::List(&Type::Record(&EXTENSION))),
            way: Way::Extensions,
        },
        Field { name: "additional", offset: 136, ty: &Type::Option(&Type::Object), way: Way::Rest },
    ],
};

/// The record `view`.
pub static VIEW: Record = Record {
    size: 24,
    align: 4,
    fields: &[
        Field { name: "attributes", offset: 0, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "excludedAttributes", offset: 12, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
    ],
};

/// The record `options`.
pub static OPTIONS: Record = Record {
    size: 44,
    align: 4,
    fields: &[
        Field { name: "ifMatch", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "ifNoneMatch", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "headers", offset: 24, ty: &Type::Option(&Type::Pairs), way: Way::Member },
        Field { name: "readBack", offset: 36, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "goneIsDone", offset: 38, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "validate", offset: 40, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "readModifyWrite", offset: 42, ty: &Type::Option(&Type::Flag), way: Way::Member },
    ],
};

/// The names of `sort-order`.
pub static SORT_ORDER: [&str; 2] = ["ascending", "descending"];

/// The record `query`.
pub static QUERY: Record = Record {
    size: 104,
    align: 8,
    fields: &[
        Field { name: "filter", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "attributes", offset: 12, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "excludedAttributes", offset: 24, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "sortBy", offset: 36, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "sortOrder", offset: 48, ty: &Type::Option(&Type::Enum(&SORT_ORDER)), way: Way::Member },
        Field { name: "startIndex", offset: 56, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "count", offset: 72, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "cursor", offset: 80, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "page", offset: 92, ty: &Type::Option(&Type::Text), way: Way::Member },
    ],
};

/// The record `user-page`.
pub static USER_PAGE: Record = Record {
    size: 80,
    align: 8,
    fields: &[
        Field { name: "Resources", offset: 0, ty: &Type::List(&Type::Record(&USER)), way: Way::Member },
        Field { name: "totalResults", offset: 8, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "startIndex", offset: 24, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "itemsPerPage", offset: 40, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "leftOut", offset: 56, ty: &Type::List(&Type::Text), way: Way::Member },
        Field { name: "next", offset: 64, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "complete", offset: 76, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The record `group-page`.
pub static GROUP_PAGE: Record = Record {
    size: 80,
    align: 8,
    fields: &[
        Field { name: "Resources", offset: 0, ty: &Type::List(&Type::Record(&GROUP)), way: Way::Member },
        Field { name: "totalResults", offset: 8, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "startIndex", offset: 24, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "itemsPerPage", offset: 40, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "leftOut", offset: 56, ty: &Type::List(&Type::Text), way: Way::Member },
        Field { name: "next", offset: 64, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "complete", offset: 76, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The record `resource-page`.
pub static RESOURCE_PAGE: Record = Record {
    size: 80,
    align: 8,
    fields: &[
        Field { name: "Resources", offset: 0, ty: &Type::List(&Type::Json), way: Way::Member },
        Field { name: "totalResults", offset: 8, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "startIndex", offset: 24, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "itemsPerPage", offset: 40, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "leftOut", offset: 56, ty: &Type::List(&Type::Text), way: Way::Member },
        Field { name: "next", offset: 64, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "complete", offset: 76, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The names of `patch-op`.
pub static PATCH_OP: [&str; 3] = ["add", "remove", "replace"];

/// The record `patch-operation`.
pub static PATCH_OPERATION: Record = Record {
    size: 28,
    align: 4,
    fields: &[
        Field { name: "op", offset: 0, ty: &Type::Enum(&PATCH_OP), way: Way::Member },
        Field { name: "path", offset: 4, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "value", offset: 16, ty: &Type::Option(&Type::Json), way: Way::Member },
    ],
};

/// The names of `ensure-outcome`.
pub static ENSURE_OUTCOME: [&str; 3] = ["created", "updated", "unchanged"];

/// The record `ensure-options`.
pub static ENSURE_OPTIONS: Record = Record {
    size: 16,
    align: 4,
    fields: &[
        Field { name: "matchOn", offset: 0, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "dryRun", offset: 12, ty: &Type::Option(&Type::Flag), way: Way::Member },
    ],
};

/// The record `ensured-user`.
pub static ENSURED_USER: Record = Record {
    size: 588,
    align: 4,
    fields: &[
        Field { name: "outcome", offset: 0, ty: &Type::Enum(&ENSURE_OUTCOME), way: Way::Member },
        Field { name: "user", offset: 4, ty: &Type::Record(&USER), way: Way::Member },
        Field { name: "changes", offset: 576, ty: &Type::List(&Type::Record(&PATCH_OPERATION)), way: Way::Member },
        Field { name: "dryRun", offset: 584, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The record `ensured-group`.
pub static ENSURED_GROUP: Record = Record {
    size: 164,
    align: 4,
    fields: &[
        Field { name: "outcome", offset: 0, ty: &Type::Enum(&ENSURE_OUTCOME), way: Way::Member },
        Field { name: "group", offset: 4, ty: &Type::Record(&GROUP), way: Way::Member },
        Field { name: "changes", offset: 152, ty: &Type::List(&Type::Record(&PATCH_OPERATION)), way: Way::Member },
        Field { name: "dryRun", offset: 160, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The record `membership-change`.
pub static MEMBERSHIP_CHANGE: Record = Record {
    size: 20,
    align: 4,
    fields: &[
        Field { name: "added", offset: 0, ty: &Type::Number32, way: Way::Member },
        Field { name: "removed", offset: 4, ty: &Type::Number32, way: Way::Member },
        Field { name: "unchanged", offset: 8, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "verified", offset: 16, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The names of `bulk-method`.
pub static BULK_METHOD: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// The record `bulk-operation`.
pub static BULK_OPERATION: Record = Record {
    size: 48,
    align: 4,
    fields: &[
        Field { name: "method", offset: 0, ty: &Type::Enum(&BULK_METHOD), way: Way::Member },
        Field { name: "path", offset: 4, ty: &Type::Text, way: Way::Member },
        Field { name: "bulkId", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "version", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "data", offset: 36, ty: &Type::Option(&Type::Json), way: Way::Member },
    ],
};

/// The record `bulk-options`.
pub static BULK_OPTIONS: Record = Record {
    size: 20,
    align: 4,
    fields: &[
        Field { name: "failOnErrors", offset: 0, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "known", offset: 8, ty: &Type::Option(&Type::Pairs), way: Way::Member },
    ],
};

/// The names of `capability-source`.
pub static CAPABILITY_SOURCE: [&str; 3] = ["discovered", "overridden", "assumed"];

/// The record `capability`.
pub static CAPABILITY: Record = Record {
    size: 2,
    align: 1,
    fields: &[
        Field { name: "supported", offset: 0, ty: &Type::Flag, way: Way::Member },
        Field { name: "source", offset: 1, ty: &Type::Enum(&CAPABILITY_SOURCE), way: Way::Member },
    ],
};

/// The record `bulk-capability`.
pub static BULK_CAPABILITY: Record = Record {
    size: 40,
    align: 8,
    fields: &[
        Field { name: "supported", offset: 0, ty: &Type::Flag, way: Way::Member },
        Field { name: "source", offset: 1, ty: &Type::Enum(&CAPABILITY_SOURCE), way: Way::Member },
        Field { name: "maxOperations", offset: 8, ty: &Type::Option(&Type::Limit), way: Way::Member },
        Field { name: "maxPayloadSize", offset: 24, ty: &Type::Option(&Type::Limit), way: Way::Member },
    ],
};

/// The record `filter-capability`.
pub static FILTER_CAPABILITY: Record = Record {
    size: 24,
    align: 8,
    fields: &[
        Field { name: "supported", offset: 0, ty: &Type::Flag, way: Way::Member },
        Field { name: "source", offset: 1, ty: &Type::Enum(&CAPABILITY_SOURCE), way: Way::Member },
        Field { name: "maxResults", offset: 8, ty: &Type::Option(&Type::Limit), way: Way::Member },
    ],
};

/// The record `pagination-capability`.
pub static PAGINATION_CAPABILITY: Record = Record {
    size: 64,
    align: 8,
    fields: &[
        Field { name: "cursor", offset: 0, ty: &Type::Flag, way: Way::Member },
        Field { name: "index", offset: 1, ty: &Type::Flag, way: Way::Member },
        Field { name: "source", offset: 2, ty: &Type::Enum(&CAPABILITY_SOURCE), way: Way::Member },
        Field { name: "defaultPaginationMethod", offset: 4, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "defaultPageSize", offset: 16, ty: &Type::Option(&Type::Limit), way: Way::Member },
        Field { name: "maxPageSize", offset: 32, ty: &Type::Option(&Type::Limit), way: Way::Member },
        Field { name: "cursorTimeout", offset: 48, ty: &Type::Option(&Type::Limit), way: Way::Member },
    ],
};

/// The record `authentication-scheme`.
pub static AUTHENTICATION_SCHEME: Record = Record {
    size: 60,
    align: 4,
    fields: &[
        Field { name: "type", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "name", offset: 8, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "description", offset: 20, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "specUri", offset: 32, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "documentationUri", offset: 44, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "primary", offset: 56, ty: &Type::Option(&Type::Flag), way: Way::Member },
    ],
};

/// The record `security-events`.
pub static SECURITY_EVENTS: Record = Record {
    size: 24,
    align: 4,
    fields: &[
        Field { name: "asyncRequest", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "eventUris", offset: 12, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
    ],
};

/// The record `service-provider-config`.
pub static SERVICE_PROVIDER_CONFIG: Record = Record {
    size: 280,
    align: 8,
    fields: &[
        Field { name: "documentationUri", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "patch", offset: 12, ty: &Type::Record(&CAPABILITY), way: Way::Member },
        Field { name: "bulk", offset: 16, ty: &Type::Record(&BULK_CAPABILITY), way: Way::Member },
        Field { name: "filter", offset: 56, ty: &Type::Record(&FILTER_CAPABILITY), way: Way::Member },
        Field { name: "changePassword", offset: 80, ty: &Type::Record(&CAPABILITY), way: Way::Member },
        Field { name: "sort", offset: 82, ty: &Type::Record(&CAPABILITY), way: Way::Member },
        Field { name: "etag", offset: 84, ty: &Type::Record(&CAPABILITY), way: Way::Member },
        Field { name: "pagination", offset: 88, ty: &Type::Record(&PAGINATION_CAPABILITY), way: Way::Member },
        Field {
            name: "securityEvents",
            offset: 152,
            ty: &Type::Option(&Type::Record(&SECURITY_EVENTS)),
            way: Way::Member,
        },
        Field {
            name: "authenticationSchemes",
            offset: 180,
            ty: &Type::List(&Type::Record(&AUTHENTICATION_SCHEME)),
            way: Way::Member,
        },
        Field { name: "meta", offset: 188, ty: &Type::Option(&Type::Record(&META)), way: Way::Member },
        Field { name: "document", offset: 264, ty: &Type::Option(&Type::Json), way: Way::Member },
    ],
};

/// The record `schema-extension`.
pub static SCHEMA_EXTENSION: Record = Record {
    size: 12,
    align: 4,
    fields: &[
        Field { name: "schema", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "required", offset: 8, ty: &Type::Flag, way: Way::Member },
    ],
};

/// The record `resource-type`.
pub static RESOURCE_TYPE: Record = Record {
    size: 132,
    align: 4,
    fields: &[
        Field { name: "id", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "name", offset: 12, ty: &Type::Text, way: Way::Member },
        Field { name: "description", offset: 20, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "endpoint", offset: 32, ty: &Type::Text, way: Way::Member },
        Field { name: "schema", offset: 40, ty: &Type::Text, way: Way::Member },
        Field {
            name: "schemaExtensions",
            offset: 48,
            ty: &Type::List(&Type::Record(&SCHEMA_EXTENSION)),
            way: Way::Member,
        },
        Field { name: "meta", offset: 56, ty: &Type::Option(&Type::Record(&META)), way: Way::Member },
    ],
};

/// The names of `attribute-type`.
pub static ATTRIBUTE_TYPE: [&str; 8] =
    ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"];

/// The names of `mutability`.
pub static MUTABILITY: [&str; 4] = ["readOnly", "readWrite", "immutable", "writeOnly"];

/// The names of `returned`.
pub static RETURNED: [&str; 4] = ["always", "never", "default", "request"];

/// The names of `uniqueness`.
pub static UNIQUENESS: [&str; 3] = ["none", "server", "global"];

/// The record `schema-attribute`.
pub static SCHEMA_ATTRIBUTE: Record = Record {
    size: 68,
    align: 4,
    fields: &[
        Field { name: "parent", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Apart },
        Field { name: "name", offset: 12, ty: &Type::Text, way: Way::Member },
        Field { name: "type", offset: 20, ty: &Type::Enum(&ATTRIBUTE_TYPE), way: Way::Member },
        Field { name: "multiValued", offset: 21, ty: &Type::Flag, way: Way::Member },
        Field { name: "description", offset: 24, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "required", offset: 36, ty: &Type::Flag, way: Way::Member },
        Field { name: "canonicalValues", offset: 40, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "caseExact", offset: 52, ty: &Type::Flag, way: Way::Member },
        Field { name: "mutability", offset: 53, ty: &Type::Enum(&MUTABILITY), way: Way::Member },
        Field { name: "returned", offset: 54, ty: &Type::Enum(&RETURNED), way: Way::Member },
        Field { name: "uniqueness", offset: 55, ty: &Type::Enum(&UNIQUENESS), way: Way::Member },
        Field { name: "referenceTypes", offset: 56, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
    ],
};

/// The record `schema`.
pub static SCHEMA: Record = Record {
    size: 116,
    align: 4,
    fields: &[
        Field { name: "id", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "name", offset: 8, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "description", offset: 20, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "attributes", offset: 32, ty: &Type::Attributes(&SCHEMA_ATTRIBUTE), way: Way::Member },
        Field { name: "meta", offset: 40, ty: &Type::Option(&Type::Record(&META)), way: Way::Member },
    ],
};

/// The names of `failure-kind`.
pub static FAILURE_KIND: [&str; 16] = [
    "invalidInput",
    "configuration",
    "authentication",
    "permission",
    "notFound",
    "conflict",
    "ambiguous",
    "precondition",
    "notModified",
    "throttled",
    "unavailable",
    "timeout",
    "unsupported",
    "protocol",
    "tooLarge",
    "internal",
];

/// The names of `scim-type`.
pub static SCIM_TYPE: [&str; 13] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

/// The record `problem`.
pub static PROBLEM: Record = Record {
    size: 16,
    align: 4,
    fields: &[
        Field { name: "pointer", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "detail", offset: 8, ty: &Type::Text, way: Way::Member },
    ],
};

/// The record `failure`.
pub static FAILURE: Record = Record {
    size: 128,
    align: 8,
    fields: &[
        Field { name: "kind", offset: 0, ty: &Type::Open(&FAILURE_KIND), way: Way::Member },
        Field { name: "status", offset: 12, ty: &Type::Option(&Type::Number16), way: Way::Member },
        Field { name: "scimType", offset: 16, ty: &Type::Option(&Type::Open(&SCIM_TYPE)), way: Way::Member },
        Field { name: "detail", offset: 32, ty: &Type::Text, way: Way::Member },
        Field { name: "pointer", offset: 40, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field {
            name: "problems",
            offset: 52,
            ty: &Type::Option(&Type::List(&Type::Record(&PROBLEM))),
            way: Way::Member,
        },
        Field { name: "oauthError", offset: 64, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "retryAfterMs", offset: 80, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "maybeApplied", offset: 96, ty: &Type::Flag, way: Way::Member },
        Field { name: "requestId", offset: 100, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "excerpt", offset: 112, ty: &Type::Option(&Type::Text), way: Way::Member },
    ],
};

/// The record `bulk-result`.
pub static BULK_RESULT: Record = Record {
    size: 208,
    align: 8,
    fields: &[
        Field { name: "index", offset: 0, ty: &Type::Number32, way: Way::Member },
        Field { name: "method", offset: 4, ty: &Type::Enum(&BULK_METHOD), way: Way::Member },
        Field { name: "bulkId", offset: 8, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "location", offset: 20, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "id", offset: 32, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "version", offset: 44, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "status", offset: 56, ty: &Type::Option(&Type::Number16), way: Way::Member },
        Field { name: "response", offset: 60, ty: &Type::Option(&Type::Json), way: Way::Member },
        Field { name: "failure", offset: 72, ty: &Type::Option(&Type::Record(&FAILURE)), way: Way::Member },
    ],
};

/// The record `bulk-report`.
pub static BULK_REPORT: Record = Record {
    size: 16,
    align: 4,
    fields: &[
        Field { name: "results", offset: 0, ty: &Type::List(&Type::Record(&BULK_RESULT)), way: Way::Member },
        Field { name: "succeeded", offset: 8, ty: &Type::Number32, way: Way::Member },
        Field { name: "failed", offset: 12, ty: &Type::Number32, way: Way::Member },
    ],
};

/// The variant `error`.
pub static ERROR: Variant = Variant {
    size: 136,
    align: 8,
    payload: 8,
    cases: &[
        Case { tag: None, member: None, ty: None },
        Case { tag: None, member: None, ty: Some(&Type::Record(&FAILURE)) },
        Case { tag: None, member: None, ty: Some(&Type::Record(&FAILURE)) },
    ],
};

/// The variant `target`.
pub static TARGET: Variant = Variant {
    size: 12,
    align: 4,
    payload: 4,
    cases: &[
        Case { tag: None, member: Some("resourceType"), ty: Some(&Type::Text) },
        Case { tag: None, member: Some("endpoint"), ty: Some(&Type::Text) },
    ],
};

/// The names of `existing-policy`.
pub static EXISTING_POLICY: [&str; 3] = ["link", "adopt", "leave"];

/// The names of `leaver-policy`.
pub static LEAVER_POLICY: [&str; 3] = ["keep", "deactivate", "delete"];

/// The record `policy`.
pub static POLICY: Record = Record {
    size: 40,
    align: 8,
    fields: &[
        Field { name: "existing", offset: 0, ty: &Type::Option(&Type::Enum(&EXISTING_POLICY)), way: Way::Member },
        Field { name: "leavers", offset: 2, ty: &Type::Option(&Type::Enum(&LEAVER_POLICY)), way: Way::Member },
        Field { name: "deleteAfterMs", offset: 8, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "createOnly", offset: 24, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
    ],
};

/// The names of `ownership`.
pub static OWNERSHIP: [&str; 3] = ["created", "adopted", "linked"];

/// The record `plan-pair`.
pub static PLAN_PAIR: Record = Record {
    size: 64,
    align: 8,
    fields: &[
        Field { name: "key", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "desired", offset: 8, ty: &Type::Option(&Type::Json), way: Way::Member },
        Field { name: "existing", offset: 20, ty: &Type::List(&Type::Json), way: Way::Member },
        Field { name: "ownership", offset: 28, ty: &Type::Option(&Type::Enum(&OWNERSHIP)), way: Way::Member },
        Field { name: "goneMs", offset: 32, ty: &Type::Option(&Type::Number64), way: Way::Member },
        Field { name: "deactivated", offset: 48, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "conflict", offset: 52, ty: &Type::Option(&Type::Text), way: Way::Member },
    ],
};

/// The names of `plan-action`.
pub static PLAN_ACTION: [&str; 9] =
    ["create", "update", "link", "unchanged", "deactivate", "reactivate", "delete", "leave", "conflict"];

/// The record `decision`.
pub static DECISION: Record = Record {
    size: 56,
    align: 4,
    fields: &[
        Field { name: "key", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "action", offset: 8, ty: &Type::Enum(&PLAN_ACTION), way: Way::Member },
        Field { name: "reason", offset: 12, ty: &Type::Text, way: Way::Member },
        Field { name: "id", offset: 20, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "ownership", offset: 32, ty: &Type::Option(&Type::Enum(&OWNERSHIP)), way: Way::Member },
        Field { name: "resource", offset: 36, ty: &Type::Option(&Type::Json), way: Way::Member },
        Field { name: "operations", offset: 48, ty: &Type::List(&Type::Record(&PATCH_OPERATION)), way: Way::Member },
    ],
};

/// The record `plan-counts`.
pub static PLAN_COUNTS: Record = Record {
    size: 36,
    align: 4,
    fields: &[
        Field { name: "create", offset: 0, ty: &Type::Number32, way: Way::Member },
        Field { name: "update", offset: 4, ty: &Type::Number32, way: Way::Member },
        Field { name: "link", offset: 8, ty: &Type::Number32, way: Way::Member },
        Field { name: "unchanged", offset: 12, ty: &Type::Number32, way: Way::Member },
        Field { name: "deactivate", offset: 16, ty: &Type::Number32, way: Way::Member },
        Field { name: "reactivate", offset: 20, ty: &Type::Number32, way: Way::Member },
        Field { name: "delete", offset: 24, ty: &Type::Number32, way: Way::Member },
        Field { name: "leave", offset: 28, ty: &Type::Number32, way: Way::Member },
        Field { name: "conflict", offset: 32, ty: &Type::Number32, way: Way::Member },
    ],
};

/// The record `plan-report`.
pub static PLAN_REPORT: Record = Record {
    size: 44,
    align: 4,
    fields: &[
        Field { name: "decisions", offset: 0, ty: &Type::List(&Type::Record(&DECISION)), way: Way::Member },
        Field { name: "counts", offset: 8, ty: &Type::Record(&PLAN_COUNTS), way: Way::Member },
    ],
};

/// The record `owned`.
pub static OWNED: Record = Record {
    size: 48,
    align: 8,
    fields: &[
        Field { name: "id", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "key", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "ownership", offset: 24, ty: &Type::Enum(&OWNERSHIP), way: Way::Member },
        Field { name: "deactivated", offset: 25, ty: &Type::Option(&Type::Flag), way: Way::Member },
        Field { name: "goneSince", offset: 32, ty: &Type::Option(&Type::Number64), way: Way::Member },
    ],
};

/// The record `guards`.
pub static GUARDS: Record = Record {
    size: 28,
    align: 4,
    fields: &[
        Field { name: "leavers", offset: 0, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "atMost", offset: 12, ty: &Type::Option(&Type::Number32), way: Way::Member },
        Field { name: "accept", offset: 20, ty: &Type::Option(&Type::Number32), way: Way::Member },
    ],
};

/// The record `reconcile-options`.
pub static RECONCILE_OPTIONS: Record = Record {
    size: 120,
    align: 8,
    fields: &[
        Field { name: "matchOn", offset: 0, ty: &Type::Option(&Type::List(&Type::Text)), way: Way::Member },
        Field { name: "scope", offset: 12, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "policy", offset: 24, ty: &Type::Option(&Type::Record(&POLICY)), way: Way::Member },
        Field { name: "owned", offset: 72, ty: &Type::Option(&Type::List(&Type::Record(&OWNED))), way: Way::Member },
        Field { name: "guards", offset: 84, ty: &Type::Option(&Type::Record(&GUARDS)), way: Way::Member },
        Field { name: "dryRun", offset: 116, ty: &Type::Option(&Type::Flag), way: Way::Member },
    ],
};

/// The names of `change-outcome`.
pub static CHANGE_OUTCOME: [&str; 3] = ["done", "failed", "notCarriedOut"];

/// The record `reconcile-change`.
pub static RECONCILE_CHANGE: Record = Record {
    size: 176,
    align: 8,
    fields: &[
        Field { name: "key", offset: 0, ty: &Type::Text, way: Way::Member },
        Field { name: "action", offset: 8, ty: &Type::Enum(&PLAN_ACTION), way: Way::Member },
        Field { name: "reason", offset: 12, ty: &Type::Text, way: Way::Member },
        Field { name: "id", offset: 20, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "ownership", offset: 32, ty: &Type::Option(&Type::Enum(&OWNERSHIP)), way: Way::Member },
        Field { name: "outcome", offset: 34, ty: &Type::Enum(&CHANGE_OUTCOME), way: Way::Member },
        Field { name: "failure", offset: 40, ty: &Type::Option(&Type::Record(&FAILURE)), way: Way::Member },
    ],
};

/// The record `reconcile-report`.
pub static RECONCILE_REPORT: Record = Record {
    size: 72,
    align: 4,
    fields: &[
        Field { name: "changes", offset: 0, ty: &Type::List(&Type::Record(&RECONCILE_CHANGE)), way: Way::Member },
        Field { name: "owned", offset: 8, ty: &Type::List(&Type::Record(&OWNED)), way: Way::Member },
        Field { name: "counts", offset: 16, ty: &Type::Record(&PLAN_COUNTS), way: Way::Member },
        Field { name: "complete", offset: 52, ty: &Type::Flag, way: Way::Member },
        Field { name: "guarded", offset: 56, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "dryRun", offset: 68, ty: &Type::Option(&Type::Flag), way: Way::Member },
    ],
};

/// The record `ticket`.
pub static TICKET: Record = Record {
    size: 40,
    align: 4,
    fields: &[
        Field { name: "method", offset: 0, ty: &Type::Enum(&BULK_METHOD), way: Way::Member },
        Field { name: "path", offset: 4, ty: &Type::Text, way: Way::Member },
        Field { name: "operations", offset: 12, ty: &Type::Number32, way: Way::Member },
        Field { name: "transaction", offset: 16, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "location", offset: 28, ty: &Type::Option(&Type::Text), way: Way::Member },
    ],
};

/// The variant `submission`.
pub static SUBMISSION: Variant = Variant {
    size: 216,
    align: 8,
    payload: 8,
    cases: &[
        Case { tag: None, member: Some("ticket"), ty: Some(&Type::Record(&TICKET)) },
        Case { tag: None, member: Some("result"), ty: Some(&Type::Record(&BULK_RESULT)) },
    ],
};

/// The variant `progress`.
pub static PROGRESS: Variant = Variant {
    size: 216,
    align: 8,
    payload: 8,
    cases: &[
        Case { tag: None, member: Some("retryAfterMs"), ty: Some(&Type::Number64) },
        Case { tag: None, member: Some("result"), ty: Some(&Type::Record(&BULK_RESULT)) },
    ],
};

/// The record `outcome`.
pub static OUTCOME: Record = Record {
    size: 32,
    align: 4,
    fields: &[
        Field { name: "output", offset: 0, ty: &Type::Json, way: Way::Member },
        Field { name: "next", offset: 8, ty: &Type::Option(&Type::Text), way: Way::Member },
        Field { name: "requestsMade", offset: 20, ty: &Type::Number32, way: Way::Member },
        Field { name: "warnings", offset: 24, ty: &Type::List(&Type::Text), way: Way::Member },
    ],
};

/// The functions.
pub mod functions {
    use super::*;
    use crate::shape::Function;

    /// `users.create-user`.
    pub static CREATE_USER: Function = Function {
        name: "createUser",
        parameters: Record {
            size: 904,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "payload", offset: 256, ty: &Type::Record(&USER), way: Way::Member },
                Field { name: "view", offset: 828, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 856,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "validate"]),
                },
            ],
        },
        result: Some(&Type::Record(&USER)),
    };

    /// `users.get-user`.
    pub static GET_USER: Function = Function {
        name: "getUser",
        parameters: Record {
            size: 344,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "view", offset: 264, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 292,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifNoneMatch"]),
                },
            ],
        },
        result: Some(&Type::Record(&USER)),
    };

    /// `users.list-users`.
    pub static LIST_USERS: Function = Function {
        name: "listUsers",
        parameters: Record {
            size: 416,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "query", offset: 256, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 368,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&USER_PAGE)),
    };

    /// `users.search-users`.
    pub static SEARCH_USERS: Function = Function {
        name: "searchUsers",
        parameters: Record {
            size: 416,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "query", offset: 256, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 368,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&USER_PAGE)),
    };

    /// `users.update-user`.
    pub static UPDATE_USER: Function = Function {
        name: "updateUser",
        parameters: Record {
            size: 912,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "payload", offset: 264, ty: &Type::Record(&USER), way: Way::Member },
                Field { name: "view", offset: 836, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 864,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&USER))),
    };

    /// `users.patch-user`.
    pub static PATCH_USER: Function = Function {
        name: "patchUser",
        parameters: Record {
            size: 352,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "operations",
                    offset: 264,
                    ty: &Type::List(&Type::Record(&PATCH_OPERATION)),
                    way: Way::Member,
                },
                Field { name: "view", offset: 272, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 300,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&USER))),
    };

    /// `users.delete-user`.
    pub static DELETE_USER: Function = Function {
        name: "deleteUser",
        parameters: Record {
            size: 312,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "options",
                    offset: 264,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "goneIsDone"]),
                },
            ],
        },
        result: None,
    };

    /// `users.ensure-user`.
    pub static ENSURE_USER: Function = Function {
        name: "ensureUser",
        parameters: Record {
            size: 896,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "payload", offset: 256, ty: &Type::Record(&USER), way: Way::Member },
                Field {
                    name: "ensure",
                    offset: 828,
                    ty: &Type::Option(&Type::Record(&ENSURE_OPTIONS)),
                    way: Way::Spread,
                },
                Field {
                    name: "options",
                    offset: 848,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "validate"]),
                },
            ],
        },
        result: Some(&Type::Record(&ENSURED_USER)),
    };

    /// `users.activate-user`.
    pub static ACTIVATE_USER: Function = Function {
        name: "activateUser",
        parameters: Record {
            size: 312,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "options",
                    offset: 264,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&USER))),
    };

    /// `users.deactivate-user`.
    pub static DEACTIVATE_USER: Function = Function {
        name: "deactivateUser",
        parameters: Record {
            size: 312,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "options",
                    offset: 264,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&USER))),
    };

    /// `groups.create-group`.
    pub static CREATE_GROUP: Function = Function {
        name: "createGroup",
        parameters: Record {
            size: 480,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "payload", offset: 256, ty: &Type::Record(&GROUP), way: Way::Member },
                Field { name: "view", offset: 404, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 432,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "validate"]),
                },
            ],
        },
        result: Some(&Type::Record(&GROUP)),
    };

    /// `groups.get-group`.
    pub static GET_GROUP: Function = Function {
        name: "getGroup",
        parameters: Record {
            size: 344,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "view", offset: 264, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 292,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifNoneMatch"]),
                },
            ],
        },
        result: Some(&Type::Record(&GROUP)),
    };

    /// `groups.list-groups`.
    pub static LIST_GROUPS: Function = Function {
        name: "listGroups",
        parameters: Record {
            size: 416,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "query", offset: 256, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 368,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&GROUP_PAGE)),
    };

    /// `groups.search-groups`.
    pub static SEARCH_GROUPS: Function = Function {
        name: "searchGroups",
        parameters: Record {
            size: 416,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "query", offset: 256, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 368,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&GROUP_PAGE)),
    };

    /// `groups.update-group`.
    pub static UPDATE_GROUP: Function = Function {
        name: "updateGroup",
        parameters: Record {
            size: 488,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "payload", offset: 264, ty: &Type::Record(&GROUP), way: Way::Member },
                Field { name: "view", offset: 412, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 440,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&GROUP))),
    };

    /// `groups.patch-group`.
    pub static PATCH_GROUP: Function = Function {
        name: "patchGroup",
        parameters: Record {
            size: 352,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "operations",
                    offset: 264,
                    ty: &Type::List(&Type::Record(&PATCH_OPERATION)),
                    way: Way::Member,
                },
                Field { name: "view", offset: 272, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 300,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&GROUP))),
    };

    /// `groups.delete-group`.
    pub static DELETE_GROUP: Function = Function {
        name: "deleteGroup",
        parameters: Record {
            size: 312,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "options",
                    offset: 264,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "goneIsDone"]),
                },
            ],
        },
        result: None,
    };

    /// `groups.ensure-group`.
    pub static ENSURE_GROUP: Function = Function {
        name: "ensureGroup",
        parameters: Record {
            size: 472,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "payload", offset: 256, ty: &Type::Record(&GROUP), way: Way::Member },
                Field {
                    name: "ensure",
                    offset: 404,
                    ty: &Type::Option(&Type::Record(&ENSURE_OPTIONS)),
                    way: Way::Spread,
                },
                Field {
                    name: "options",
                    offset: 424,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "validate"]),
                },
            ],
        },
        result: Some(&Type::Record(&ENSURED_GROUP)),
    };

    /// `groups.add-group-members`.
    pub static ADD_GROUP_MEMBERS: Function = Function {
        name: "addGroupMembers",
        parameters: Record {
            size: 320,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "members", offset: 264, ty: &Type::List(&Type::Record(&MEMBER)), way: Way::Member },
                Field {
                    name: "options",
                    offset: 272,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "readBack"]),
                },
            ],
        },
        result: Some(&Type::Record(&MEMBERSHIP_CHANGE)),
    };

    /// `groups.remove-group-members`.
    pub static REMOVE_GROUP_MEMBERS: Function = Function {
        name: "removeGroupMembers",
        parameters: Record {
            size: 320,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "members", offset: 264, ty: &Type::List(&Type::Record(&MEMBER)), way: Way::Member },
                Field {
                    name: "options",
                    offset: 272,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "readBack"]),
                },
            ],
        },
        result: Some(&Type::Record(&MEMBERSHIP_CHANGE)),
    };

    /// `groups.set-group-members`.
    pub static SET_GROUP_MEMBERS: Function = Function {
        name: "setGroupMembers",
        parameters: Record {
            size: 320,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
                Field { name: "members", offset: 264, ty: &Type::List(&Type::Record(&MEMBER)), way: Way::Member },
                Field {
                    name: "options",
                    offset: 272,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "readBack"]),
                },
            ],
        },
        result: Some(&Type::Record(&MEMBERSHIP_CHANGE)),
    };

    /// `me.get-me`.
    pub static GET_ME: Function = Function {
        name: "getMe",
        parameters: Record {
            size: 336,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "view", offset: 256, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 284,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifNoneMatch"]),
                },
            ],
        },
        result: Some(&Type::Record(&USER)),
    };

    /// `me.create-me`.
    pub static CREATE_ME: Function = Function {
        name: "createMe",
        parameters: Record {
            size: 904,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "payload", offset: 256, ty: &Type::Record(&USER), way: Way::Member },
                Field { name: "view", offset: 828, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 856,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "validate"]),
                },
            ],
        },
        result: Some(&Type::Record(&USER)),
    };

    /// `me.update-me`.
    pub static UPDATE_ME: Function = Function {
        name: "updateMe",
        parameters: Record {
            size: 904,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "payload", offset: 256, ty: &Type::Record(&USER), way: Way::Member },
                Field { name: "view", offset: 828, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 856,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&USER))),
    };

    /// `me.patch-me`.
    pub static PATCH_ME: Function = Function {
        name: "patchMe",
        parameters: Record {
            size: 344,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field {
                    name: "operations",
                    offset: 256,
                    ty: &Type::List(&Type::Record(&PATCH_OPERATION)),
                    way: Way::Member,
                },
                Field { name: "view", offset: 264, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 292,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Record(&USER))),
    };

    /// `me.delete-me`.
    pub static DELETE_ME: Function = Function {
        name: "deleteMe",
        parameters: Record {
            size: 304,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field {
                    name: "options",
                    offset: 256,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "goneIsDone"]),
                },
            ],
        },
        result: None,
    };

    /// `resources.create-resource`.
    pub static CREATE_RESOURCE: Function = Function {
        name: "createResource",
        parameters: Record {
            size: 352,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "payload", offset: 268, ty: &Type::Object, way: Way::Member },
                Field { name: "view", offset: 276, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 304,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "validate"]),
                },
            ],
        },
        result: Some(&Type::Object),
    };

    /// `resources.get-resource`.
    pub static GET_RESOURCE: Function = Function {
        name: "getResource",
        parameters: Record {
            size: 352,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "id", offset: 268, ty: &Type::Text, way: Way::Member },
                Field { name: "view", offset: 276, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 304,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifNoneMatch"]),
                },
            ],
        },
        result: Some(&Type::Object),
    };

    /// `resources.list-resources`.
    pub static LIST_RESOURCES: Function = Function {
        name: "listResources",
        parameters: Record {
            size: 432,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "query", offset: 272, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 384,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&RESOURCE_PAGE)),
    };

    /// `resources.search-resources`.
    pub static SEARCH_RESOURCES: Function = Function {
        name: "searchResources",
        parameters: Record {
            size: 432,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "query", offset: 272, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 384,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&RESOURCE_PAGE)),
    };

    /// `resources.update-resource`.
    pub static UPDATE_RESOURCE: Function = Function {
        name: "updateResource",
        parameters: Record {
            size: 360,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "id", offset: 268, ty: &Type::Text, way: Way::Member },
                Field { name: "payload", offset: 276, ty: &Type::Object, way: Way::Member },
                Field { name: "view", offset: 284, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 312,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Object)),
    };

    /// `resources.patch-resource`.
    pub static PATCH_RESOURCE: Function = Function {
        name: "patchResource",
        parameters: Record {
            size: 360,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "id", offset: 268, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "operations",
                    offset: 276,
                    ty: &Type::List(&Type::Record(&PATCH_OPERATION)),
                    way: Way::Member,
                },
                Field { name: "view", offset: 284, ty: &Type::Option(&Type::Record(&VIEW)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 312,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "readBack", "readModifyWrite", "validate"]),
                },
            ],
        },
        result: Some(&Type::Option(&Type::Object)),
    };

    /// `resources.delete-resource`.
    pub static DELETE_RESOURCE: Function = Function {
        name: "deleteResource",
        parameters: Record {
            size: 328,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "id", offset: 268, ty: &Type::Text, way: Way::Member },
                Field {
                    name: "options",
                    offset: 276,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers", "ifMatch", "goneIsDone"]),
                },
            ],
        },
        result: None,
    };

    /// `resources.search`.
    pub static SEARCH: Function = Function {
        name: "search",
        parameters: Record {
            size: 416,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "query", offset: 256, ty: &Type::Option(&Type::Record(&QUERY)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 368,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&RESOURCE_PAGE)),
    };

    /// `resources.plan`.
    pub static PLAN: Function = Function {
        name: "plan",
        parameters: Record {
            size: 328,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "pairs", offset: 268, ty: &Type::List(&Type::Record(&PLAN_PAIR)), way: Way::Member },
                Field { name: "policy", offset: 280, ty: &Type::Option(&Type::Record(&POLICY)), way: Way::Member },
            ],
        },
        result: Some(&Type::Record(&PLAN_REPORT)),
    };

    /// `resources.reconcile`.
    pub static RECONCILE: Function = Function {
        name: "reconcile",
        parameters: Record {
            size: 456,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "target", offset: 256, ty: &Type::Variant(&TARGET), way: Way::Spread },
                Field { name: "desired", offset: 268, ty: &Type::List(&Type::Json), way: Way::Member },
                Field {
                    name: "reconcile",
                    offset: 280,
                    ty: &Type::Option(&Type::Record(&RECONCILE_OPTIONS)),
                    way: Way::Spread,
                },
                Field {
                    name: "options",
                    offset: 408,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&RECONCILE_REPORT)),
    };

    /// `resources.submit-request`.
    pub static SUBMIT_REQUEST: Function = Function {
        name: "submitRequest",
        parameters: Record {
            size: 352,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "request", offset: 256, ty: &Type::Record(&BULK_OPERATION), way: Way::Member },
                Field {
                    name: "options",
                    offset: 304,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Variant(&SUBMISSION)),
    };

    /// `resources.collect-request`.
    pub static COLLECT_REQUEST: Function = Function {
        name: "collectRequest",
        parameters: Record {
            size: 296,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "ticket", offset: 256, ty: &Type::Record(&TICKET), way: Way::Member },
            ],
        },
        result: Some(&Type::Variant(&PROGRESS)),
    };

    /// `bulk.bulk`.
    pub static BULK: Function = Function {
        name: "bulk",
        parameters: Record {
            size: 336,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field {
                    name: "operations",
                    offset: 256,
                    ty: &Type::List(&Type::Record(&BULK_OPERATION)),
                    way: Way::Member,
                },
                Field { name: "bulk", offset: 264, ty: &Type::Option(&Type::Record(&BULK_OPTIONS)), way: Way::Spread },
                Field {
                    name: "options",
                    offset: 288,
                    ty: &Type::Option(&Type::Record(&OPTIONS)),
                    way: Way::Options(&["headers"]),
                },
            ],
        },
        result: Some(&Type::Record(&BULK_REPORT)),
    };

    /// `discovery.get-service-provider-config`.
    pub static GET_SERVICE_PROVIDER_CONFIG: Function = Function {
        name: "getServiceProviderConfig",
        parameters: Record {
            size: 256,
            align: 8,
            fields: &[Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart }],
        },
        result: Some(&Type::Record(&SERVICE_PROVIDER_CONFIG)),
    };

    /// `discovery.list-resource-types`.
    pub static LIST_RESOURCE_TYPES: Function = Function {
        name: "listResourceTypes",
        parameters: Record {
            size: 256,
            align: 8,
            fields: &[Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart }],
        },
        result: Some(&Type::List(&Type::Record(&RESOURCE_TYPE))),
    };

    /// `discovery.get-resource-type`.
    pub static GET_RESOURCE_TYPE: Function = Function {
        name: "getResourceType",
        parameters: Record {
            size: 264,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
            ],
        },
        result: Some(&Type::Record(&RESOURCE_TYPE)),
    };

    /// `discovery.list-schemas`.
    pub static LIST_SCHEMAS: Function = Function {
        name: "listSchemas",
        parameters: Record {
            size: 256,
            align: 8,
            fields: &[Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart }],
        },
        result: Some(&Type::List(&Type::Record(&SCHEMA))),
    };

    /// `discovery.get-schema`.
    pub static GET_SCHEMA: Function = Function {
        name: "getSchema",
        parameters: Record {
            size: 264,
            align: 8,
            fields: &[
                Field { name: "connection", offset: 0, ty: &Type::Record(&CONNECTION), way: Way::Apart },
                Field { name: "id", offset: 256, ty: &Type::Text, way: Way::Member },
            ],
        },
        result: Some(&Type::Record(&SCHEMA)),
    };

    /// Every function.
    pub static ALL: [&Function; 44] = [
        &CREATE_USER,
        &GET_USER,
        &LIST_USERS,
        &SEARCH_USERS,
        &UPDATE_USER,
        &PATCH_USER,
        &DELETE_USER,
        &ENSURE_USER,
        &ACTIVATE_USER,
        &DEACTIVATE_USER,
        &CREATE_GROUP,
        &GET_GROUP,
        &LIST_GROUPS,
        &SEARCH_GROUPS,
        &UPDATE_GROUP,
        &PATCH_GROUP,
        &DELETE_GROUP,
        &ENSURE_GROUP,
        &ADD_GROUP_MEMBERS,
        &REMOVE_GROUP_MEMBERS,
        &SET_GROUP_MEMBERS,
        &GET_ME,
        &CREATE_ME,
        &UPDATE_ME,
        &PATCH_ME,
        &DELETE_ME,
        &CREATE_RESOURCE,
        &GET_RESOURCE,
        &LIST_RESOURCES,
        &SEARCH_RESOURCES,
        &UPDATE_RESOURCE,
        &PATCH_RESOURCE,
        &DELETE_RESOURCE,
        &SEARCH,
        &PLAN,
        &RECONCILE,
        &SUBMIT_REQUEST,
        &COLLECT_REQUEST,
        &BULK,
        &GET_SERVICE_PROVIDER_CONFIG,
        &LIST_RESOURCE_TYPES,
        &GET_RESOURCE_TYPE,
        &LIST_SCHEMAS,
        &GET_SCHEMA,
    ];
}
