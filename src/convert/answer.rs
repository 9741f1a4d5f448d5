//! What goes out: the contract's errors, resources, pages, reports.

use super::resource;
use crate::bindings::exports::scim::connector::{resources, runtime};
use crate::bindings::scim::connector::types as wit;
use crate::failure::{Failure, Kind};
use crate::input::Ticket;
use crate::operations::asynchronous::{Progress, Submission};
use crate::operations::bulk_check::Checked;
use crate::operations::connection_test::{StepStatus, TestReport};
use crate::operations::output::{Answer, Ensured, EnsuredResource, Json, Membership};
use crate::operations::query::Listed;
use crate::scim::resource::Resource;
use crate::scim::{bulk, patch};

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

/// A resource, read by `read`, or none where the provider answered without a body.
pub fn maybe<T>(read: fn(Resource) -> T) -> impl FnOnce(Option<Resource>) -> Option<T> {
    move |resource| resource.map(read)
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident $page:ident $read:path;)*) => {
        $($(#[$doc])* pub fn $name(listed: Listed) -> wit::$page {
            let Listed { page, left_out, next, complete } = listed;
            wit::$page {
                resources: page.resources.into_iter().map($read).collect(),
                total_results: page.total_results,
                start_index: page.start_index,
                items_per_page: page.items_per_page,
                left_out,
                next,
                complete,
            }
        })*
    };
}

pages! {
    /// A page of users.
    user_page UserPage resource::user;
    /// A page of groups.
    group_page GroupPage resource::group;
    /// A page of resources.
    resource_page ResourcePage resource::json;
}

fn patch_operation(operation: patch::Operation) -> wit::PatchOperation {
    let patch::Operation { op, path, value } = operation;
    let op = match op {
        patch::Op::Add => wit::PatchOp::Add,
        patch::Op::Remove => wit::PatchOp::Remove,
        patch::Op::Replace => wit::PatchOp::Replace,
    };
    wit::PatchOperation { op, path, value: value.map(|value| value.to_string()) }
}

fn outcome_of(outcome: Ensured) -> wit::EnsureOutcome {
    match outcome {
        Ensured::Created => wit::EnsureOutcome::Created,
        Ensured::Updated => wit::EnsureOutcome::Updated,
        Ensured::Unchanged => wit::EnsureOutcome::Unchanged,
    }
}

/// What `ensure-user` found and did.
pub fn ensured_user(ensured: EnsuredResource) -> wit::EnsuredUser {
    let EnsuredResource { outcome, resource, changes, noun: _, dry_run } = ensured;
    let changes = changes.into_iter().map(patch_operation).collect();
    wit::EnsuredUser { outcome: outcome_of(outcome), user: resource::user(resource), changes, dry_run }
}

/// What `ensure-group` found and did.
pub fn ensured_group(ensured: EnsuredResource) -> wit::EnsuredGroup {
    let EnsuredResource { outcome, resource, changes, noun: _, dry_run } = ensured;
    let changes = changes.into_iter().map(patch_operation).collect();
    wit::EnsuredGroup { outcome: outcome_of(outcome), group: resource::group(resource), changes, dry_run }
}

/// What a change of members did.
pub fn membership(membership: Membership) -> wit::MembershipChange {
    let Membership { added, removed, unchanged, verified } = membership;
    wit::MembershipChange { added, removed, unchanged, verified }
}

fn bulk_method(method: bulk::Method) -> wit::BulkMethod {
    match method {
        bulk::Method::Post => wit::BulkMethod::Post,
        bulk::Method::Put => wit::BulkMethod::Put,
        bulk::Method::Patch => wit::BulkMethod::Patch,
        bulk::Method::Delete => wit::BulkMethod::Delete,
    }
}

fn bulk_result(outcome: bulk::Outcome) -> wit::BulkResult {
    let bulk::Outcome { index, method, bulk_id, location, id, version, status, response, failure } = outcome;
    let method = bulk_method(method);
    let response = response.map(|response| response.to_string());
    let failure = failure.map(|failure| self::failure(*failure));
    wit::BulkResult { index, method, bulk_id, location, id, version, status, response, failure }
}

/// What became of bulk operations.
pub fn bulk_report(report: bulk::Report) -> wit::BulkReport {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (failed, all) = (report.failed(), report.results.len());
    wit::BulkReport {
        results: report.results.into_iter().map(bulk_result).collect(),
        succeeded: count(all - failed),
        failed: count(failed),
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

/// What became of a request handed in.
pub fn submission(submission: Submission) -> resources::Submission {
    match submission {
        Submission::Accepted(ticket) => {
            let Ticket { method, path, operations, transaction, location } = ticket;
            let method = bulk_method(method);
            resources::Submission::Accepted(resources::Ticket { method, path, operations, transaction, location })
        }
        Submission::Done(outcome) => resources::Submission::Done(bulk_result(*outcome)),
    }
}

/// How far a request handed in has come.
pub fn progress(progress: Progress) -> resources::Progress {
    match progress {
        Progress::Pending(pause) => resources::Progress::Pending(pause),
        Progress::Done(outcome) => resources::Progress::Done(bulk_result(*outcome)),
    }
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
