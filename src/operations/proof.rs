//! What the answer to a change proves, and what the caller is told where it shows something else. The comparing is `scim::patch`'s;
//! attributes are named, their values are not.

use super::capability::style;
use super::target::{Endpoint, known};
use super::versioned::Versioned;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::scim::patch::{self, Operation};
use crate::scim::path::Path;
use crate::scim::resource::{Data, Node, Resource};
use crate::scim::urn;

/// Tells what the answer to a creation does not show as it was sent.
pub fn created(client: &Client<'_>, what: &str, endpoint: &Endpoint, sent: &Resource, answer: &Versioned) {
    if answer.partial {
        return;
    }
    let mut names = patch::differing(&answer.resource, sent, known(endpoint), style(client).text);
    if sent.get("active").and_then(Data::as_boolean) == Some(false) && still_active(what, Some(false), answer).is_err()
    {
        names.retain(|name| name != "active");
        client.warn(format!(
            "the provider answered {what} with a user that is active, although it was to be inactive; deactivate it"
        ));
    }
    if !names.is_empty() {
        let named = names.iter().any(|name| endpoint.known.is_none_or(|known| name == known.required));
        let names = names.join(", ");
        client.warn(match named {
            true => format!(
                "the provider answered {what} with a resource that does not show as sent: {names}; check whether it is the one that was meant before you go on with its id"
            ),
            false => format!("the provider does not keep: {names} (its answer to {what} does not show it as it was sent)"),
        });
    }
}

/// Tells what the answer to a replacement shows otherwise, or, where the resource was replaced as a whole, still shows. Fails where
/// somebody was to be deactivated and is not.
pub fn replaced(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    sent: &Resource,
    answer: &Versioned,
    whole: bool,
) -> Result<()> {
    if answer.partial {
        return Ok(());
    }
    let mut names = patch::differing(&answer.resource, sent, known(endpoint), style(client).text);
    if whole {
        names.extend(patch::left_over(&answer.resource, sent, known(endpoint)));
    }
    tell(client, what, names);
    let wanted = sent.get("active").and_then(Data::as_boolean);
    still_active(what, wanted, answer)
}

/// Tells what is not as PATCH operations leave it. Fails where somebody was to be deactivated and is not.
pub fn patched(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    operations: &[Operation],
    answer: &Versioned,
) -> Result<()> {
    if answer.partial {
        return Ok(());
    }
    tell(client, what, patch::unmet(&answer.resource, operations, known(endpoint), style(client).text));
    let wanted = operations.iter().filter_map(active_of).next_back();
    still_active(what, wanted, answer)
}

/// Whether an operation says who is active.
pub fn is_about_active(operation: &Operation) -> bool {
    active_of(operation).is_some()
}

/// What an operation makes of `active`.
fn active_of(operation: &Operation) -> Option<bool> {
    let is_active = |path: &str| {
        let path = path.trim().parse::<Path>().ok();
        path.is_some_and(|path| {
            let schema = path.attribute.schema.as_deref();
            path.attribute.name.eq_ignore_ascii_case("active")
                && schema.is_none_or(|schema| schema.eq_ignore_ascii_case(urn::USER))
        })
    };
    match (&operation.path, operation.value.as_ref()?.node()) {
        (None, Node::Object(values)) => {
            let named = values.iter().find(|(name, _)| is_active(name)).map(|(_, value)| value);
            let core = || values.get(urn::USER)?.as_object()?.get("active");
            named.or_else(core)?.as_boolean()
        }
        (Some(path), _) if is_active(path) => operation.value.as_ref()?.as_boolean(),
        _ => None,
    }
}

fn tell(client: &Client<'_>, what: &str, names: Vec<String>) {
    if !names.is_empty() {
        let names = names.join(", ");
        client.warn(format!("the provider accepted {what}, but its answer does not show the change of: {names}"));
    }
}

fn still_active(what: &str, wanted: Option<bool>, answer: &Versioned) -> Result<()> {
    let shown = answer.resource.get("active").and_then(Data::as_boolean);
    if wanted == Some(false) && shown == Some(true) { Err(not_deactivated(what)) } else { Ok(()) }
}

/// The failure of a change that was accepted, and left somebody active who was not to be.
pub fn not_deactivated(what: &str) -> Box<Failure> {
    let detail = format!(
        "{what}: the provider accepted the change, but shows that the user is still active; set overrides.updateWith to \"put\" if it changes active by PUT only"
    );
    Failure::new(Kind::Unsupported, detail).maybe_applied()
}
