//! What goes out: the contract's errors, pages, reports and the provider's configuration.

use super::resource;
use crate::bindings::exports::scim::connector::runtime;
use crate::bindings::scim::connector::types as wit;
use crate::failure::{Failure, Kind};
use crate::operations::connection_test::{Report, Status};
use crate::operations::query::Listed;
use crate::operations::{Answer, Output};
use crate::scim::resource::{get, number, text};
use crate::scim::service_provider::{Capability, ServiceProvider, Source};
use serde_json::Value;

/// A failure as the contract's error.
#[allow(clippy::boxed_local, reason = "failures travel boxed")]
pub fn error(failure: Box<Failure>) -> wit::Error {
    let transient = failure.transient;
    let failure = self::failure(*failure);
    if transient { wit::Error::TransientFailure(failure) } else { wit::Error::PermanentFailure(failure) }
}

/// A failure as the contract's record.
pub fn failure(failure: Failure) -> wit::Failure {
    let Failure {
        kind,
        transient: _,
        status,
        scim_type,
        detail,
        pointer,
        problems,
        oauth_error,
        retry_after_ms,
        maybe_applied,
        request_id,
        excerpt,
    } = failure;
    let problems: Vec<_> =
        problems.into_iter().map(|problem| wit::Problem { pointer: problem.pointer, detail: problem.detail }).collect();
    wit::Failure {
        kind: self::kind(kind),
        status,
        scim_type: scim_type.map(self::scim_type),
        detail,
        pointer,
        problems: (!problems.is_empty()).then_some(problems),
        oauth_error,
        retry_after_ms,
        maybe_applied,
        request_id,
        excerpt,
    }
}

fn kind(kind: Kind) -> wit::FailureKind {
    match kind {
        Kind::InvalidInput => wit::FailureKind::InvalidInput,
        Kind::Configuration => wit::FailureKind::Configuration,
        Kind::Authentication => wit::FailureKind::Authentication,
        Kind::Permission => wit::FailureKind::Permission,
        Kind::NotFound => wit::FailureKind::NotFound,
        Kind::Conflict => wit::FailureKind::Conflict,
        Kind::Precondition => wit::FailureKind::Precondition,
        Kind::NotModified => wit::FailureKind::NotModified,
        Kind::Throttled => wit::FailureKind::Throttled,
        Kind::Unavailable => wit::FailureKind::Unavailable,
        Kind::Timeout => wit::FailureKind::Timeout,
        Kind::Unsupported => wit::FailureKind::Unsupported,
        Kind::Protocol => wit::FailureKind::Protocol,
        Kind::TooLarge => wit::FailureKind::TooLarge,
        Kind::Internal => wit::FailureKind::Internal,
    }
}

fn scim_type(text: String) -> wit::ScimType {
    match text.as_str() {
        "invalidFilter" => wit::ScimType::InvalidFilter,
        "tooMany" => wit::ScimType::TooMany,
        "uniqueness" => wit::ScimType::Uniqueness,
        "mutability" => wit::ScimType::Mutability,
        "invalidSyntax" => wit::ScimType::InvalidSyntax,
        "invalidPath" => wit::ScimType::InvalidPath,
        "noTarget" => wit::ScimType::NoTarget,
        "invalidValue" => wit::ScimType::InvalidValue,
        "invalidVers" => wit::ScimType::InvalidVers,
        "sensitive" => wit::ScimType::Sensitive,
        "invalidCursor" => wit::ScimType::InvalidCursor,
        "expiredCursor" => wit::ScimType::ExpiredCursor,
        "invalidCount" => wit::ScimType::InvalidCount,
        _ => wit::ScimType::Other(text),
    }
}

/// A call's answer.
pub fn outcome(answer: Answer) -> runtime::Outcome {
    runtime::Outcome {
        output: answer.output.to_json().to_string(),
        next: answer.output.next().map(str::to_owned),
        requests_made: answer.requests,
        warnings: answer.warnings,
    }
}

/// A user, where the operation gives one; an empty user cannot arise, since such operations answer a resource or fail.
pub fn user(output: Output) -> Option<wit::User> {
    match output {
        Output::Resource(resource) => Some(resource::user(resource)),
        Output::None | Output::Page(_) | Output::ServiceProvider(_) => None,
    }
}

/// A page of users.
pub fn user_page(listed: Listed) -> wit::UserPage {
    let Listed { page, next, complete } = listed;
    wit::UserPage {
        resources: page.resources.into_iter().map(resource::user).collect(),
        total_results: page.total_results,
        start_index: page.start_index,
        items_per_page: page.items_per_page,
        next,
        complete,
    }
}

/// A connection test's report.
pub fn report(report: Report) -> runtime::ConnectionReport {
    let steps = report.steps.into_iter().map(|step| runtime::TestStep {
        name: step.name.to_owned(),
        status: match step.status {
            Status::Passed => runtime::StepStatus::Passed,
            Status::Failed => runtime::StepStatus::Failed,
            Status::Skipped => runtime::StepStatus::Skipped,
        },
        detail: step.detail,
        duration_ms: u32::try_from(step.duration).unwrap_or(u32::MAX),
    });
    runtime::ConnectionReport {
        ok: report.failure.is_none(),
        steps: steps.collect(),
        retryable: report.failure.as_ref().is_some_and(|failure| failure.transient),
        failure: report.failure.map(failure),
    }
}

fn source(source: Source) -> wit::CapabilitySource {
    match source {
        Source::Discovered => wit::CapabilitySource::Discovered,
        Source::Overridden => wit::CapabilitySource::Overridden,
        Source::Assumed => wit::CapabilitySource::Assumed,
    }
}

fn capability(capability: &Capability) -> wit::Capability {
    wit::Capability { supported: capability.supported, source: source(capability.source) }
}

/// What the provider can do.
pub fn service_provider(provider: &ServiceProvider) -> wit::ServiceProviderConfig {
    let [patch, bulk, filter, change_password, sort, etag] = &provider.features;
    let (section, paging_source) = provider.pagination();
    let (cursor, index) = provider.paging();
    let limit = |name: &str| section.and_then(|section| number(section, name)).filter(|limit| *limit > 0);
    let schemes =
        provider.member("authenticationSchemes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    wit::ServiceProviderConfig {
        documentation_uri: provider.document.as_ref().and_then(|document| text(document, "documentationUri")),
        patch: capability(patch),
        bulk: wit::BulkCapability {
            supported: bulk.supported,
            source: source(bulk.source),
            max_operations: bulk.limit("maxOperations"),
            max_payload_size: bulk.limit("maxPayloadSize"),
        },
        filter: wit::FilterCapability {
            supported: filter.supported,
            source: source(filter.source),
            max_results: filter.limit("maxResults"),
        },
        change_password: capability(change_password),
        sort: capability(sort),
        etag: capability(etag),
        pagination: wit::PaginationCapability {
            cursor,
            index,
            source: source(paging_source),
            default_pagination_method: section.and_then(|section| text(section, "defaultPaginationMethod")),
            default_page_size: limit("defaultPageSize"),
            max_page_size: limit("maxPageSize"),
            cursor_timeout: limit("cursorTimeout"),
        },
        security_events: provider.member("securityEvents").and_then(Value::as_object).map(|events| {
            wit::SecurityEvents {
                async_request: text(events, "asyncRequest"),
                event_uris: get(events, "eventUris")
                    .and_then(Value::as_array)
                    .map(|uris| uris.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            }
        }),
        authentication_schemes: schemes
            .iter()
            .filter_map(Value::as_object)
            .map(|scheme| wit::AuthenticationScheme {
                type_: text(scheme, "type").unwrap_or_default(),
                name: text(scheme, "name"),
                description: text(scheme, "description"),
                spec_uri: text(scheme, "specUri"),
                documentation_uri: text(scheme, "documentationUri"),
                primary: get(scheme, "primary").and_then(crate::scim::resource::as_boolean),
            })
            .collect(),
        meta: provider.member("meta").and_then(resource::read_meta),
        document: provider.document.as_ref().map(|document| Value::Object(document.clone()).to_string()),
    }
}
