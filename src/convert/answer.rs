//! What goes out: the contract's errors, outcomes, reports.

use crate::bindings::exports::scim::connector::runtime;
use crate::bindings::scim::connector::types as wit;
use crate::failure::{Failure, Kind};
use crate::operations::bulk_check::Checked;
use crate::operations::connection_test::{StepStatus, TestReport};
use crate::operations::output::{Answer, Json};

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
        Kind::Ambiguous => wit::FailureKind::Ambiguous,
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
pub fn outcome(answer: Answer<Json>) -> runtime::Outcome {
    runtime::Outcome {
        output: answer.output.data.into_json_text(),
        next: answer.output.next,
        requests_made: answer.requests,
        warnings: answer.warnings,
    }
}

/// What is known of bulk operations before they are sent.
pub fn checked_operations(checked: Vec<Checked>) -> Vec<runtime::CheckedOperation> {
    let reference = |(name, whole)| runtime::BulkReference { name, whole };
    let operation = |Checked { repeatable, references }| runtime::CheckedOperation {
        repeatable,
        references: references.into_iter().map(reference).collect(),
    };
    checked.into_iter().map(operation).collect()
}

/// A connection test's report.
pub fn report(report: TestReport) -> runtime::ConnectionReport {
    let steps = report.steps.into_iter().map(|step| runtime::TestStep {
        name: step.name.to_owned(),
        status: match step.status {
            StepStatus::Passed => runtime::StepStatus::Passed,
            StepStatus::Failed => runtime::StepStatus::Failed,
            StepStatus::Skipped => runtime::StepStatus::Skipped,
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
