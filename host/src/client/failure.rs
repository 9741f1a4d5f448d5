//! What the host does to failures of the component: takes secrets out, adds what only the host knows, and says where in the
//! configuration a connection is wrong.

use crate::bindings::scim::connector::types as wit;
use crate::egress::activity::TokenRefusal;
use crate::error::{Error, FailureKind};
use crate::redact::Redactor;
use crate::references;

/// The second fence: the component keeps secrets out of its failures, and the host makes sure.
pub(super) fn scrubbed(error: Error, redactor: &Redactor) -> Error {
    match error {
        Error::Failure { transient, mut failure } => {
            scrub(&mut failure, redactor);
            Error::Failure { transient, failure }
        }
        other => other,
    }
}

pub(super) fn scrub(failure: &mut wit::Failure, redactor: &Redactor) {
    let code = match &mut failure.scim_type {
        Some(wit::ScimType::Other(code)) => Some(code),
        _ => None,
    };
    let quoted = [&mut failure.excerpt, &mut failure.request_id, &mut failure.oauth_error];
    let texts = quoted.into_iter().flatten().chain(code).chain([&mut failure.detail]);
    let problems = failure.problems.iter_mut().flatten().map(|problem| &mut problem.detail);
    texts.chain(problems).for_each(|text| *text = redactor.text(text));
}

/// Says where in the configuration a connection is wrong.
pub(crate) fn at(path: &str, error: Error) -> Error {
    let Error::Failure { failure, .. } = &error else { return error };
    if !matches!(failure.kind, FailureKind::Configuration | FailureKind::InvalidInput) {
        return error;
    }
    let place = |pointer: &str| references::join(path, &references::key_path(pointer));
    // The component names the key in its text too; the path says it already.
    let text = |pointer: &str, detail: &str| {
        let named = format!("{}: ", references::key_path(pointer));
        detail.strip_prefix(named.as_str()).unwrap_or(detail).to_owned()
    };
    match failure.problems.as_deref() {
        Some([first, rest @ ..]) => Error::Config {
            path: place(&first.pointer),
            detail: rest.iter().fold(text(&first.pointer, &first.detail), |all, problem| {
                format!("{all}; {}: {}", place(&problem.pointer), text(&problem.pointer, &problem.detail))
            }),
        },
        _ => {
            let pointer = failure.pointer.as_deref().unwrap_or_default();
            Error::Config { path: place(pointer), detail: text(pointer, &failure.detail) }
        }
    }
}

/// A failure with what the host knows about its reason.
pub(super) fn explained(mut error: Error, explanation: Option<&str>) -> Error {
    if let (Error::Failure { failure, .. }, Some(words)) = (&mut error, explanation) {
        explain(failure, words);
    }
    error
}

/// Only a failure without an answer, or without the whole of it, is explained by the last request's.
pub(super) fn explain(failure: &mut wit::Failure, words: &str) {
    let unread = failure.status.is_none() || matches!(failure.kind, FailureKind::TooLarge);
    if unread && !matches!(failure.kind, FailureKind::InvalidInput) {
        failure.detail = format!("{} ({words})", failure.detail);
    }
}

/// A failure that comes from the host's own answer in the provider's place, as the reason for that answer: there was no token.
pub(super) fn tokenless(error: Error, refusal: &TokenRefusal) -> Error {
    match error {
        Error::Failure { transient, mut failure } => {
            let transient = correct(refusal, transient, &mut failure);
            Error::Failure { transient, failure }
        }
        other => other,
    }
}

/// As [`tokenless`]; gives back whether the failure is transient.
pub(super) fn correct(refusal: &TokenRefusal, transient: bool, failure: &mut wit::Failure) -> bool {
    if failure.request_id.as_ref() != Some(&refusal.id) {
        return transient;
    }
    // An earlier attempt may have been carried out; that is the component's to know.
    let maybe_applied = failure.maybe_applied;
    *failure = wit::Failure { maybe_applied, ..(*refusal.failure).clone() };
    refusal.transient && !maybe_applied
}
