//! The functions that the core exports, a line each. Those of the typed interfaces are made of these (`adapters/typed`).

#![allow(unsafe_code, reason = "the export macro expands here")]

use crate::bindings::exports::scim::connector::{catalog, runtime};
use crate::bindings::scim::connector::types as wit;
use crate::catalog::{choices, forms, invoke, manifest};
use crate::connection::Connection;
use crate::convert::{answer, walk};
use crate::http::outside::Outside;
use crate::operations::{bulk_check, connection_test};
use crate::provisioning::ensure;
use std::rc::Rc;

type Answer<T> = std::result::Result<T, wit::Error>;

/// The component.
struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

impl catalog::Guest for Component {
    fn manifest() -> Answer<String> {
        Ok(manifest::manifest().to_string())
    }
}

fn connection_from(json: &str) -> Answer<Rc<Connection>> {
    Connection::from_text(json).map_err(answer::error)
}

impl runtime::Guest for Component {
    fn invoke(
        connection: String,
        operation: String,
        input: String,
        context: Option<runtime::CallContext>,
    ) -> Answer<runtime::Outcome> {
        let deadline = context.and_then(|context| context.deadline_ms);
        invoke::invoke(&Outside, &connection, &operation, input, deadline).map(answer::outcome).map_err(answer::error)
    }

    fn ensure_keys(operation: String, input: String) -> Answer<Vec<String>> {
        ensure::keys(&operation, &input).map_err(answer::error)
    }

    fn test_connection(connection: String) -> Answer<runtime::ConnectionReport> {
        Ok(answer::report(connection_test::run(&Outside, &*connection_from(&connection)?)))
    }

    fn resolve_connection(connection: String) -> Answer<String> {
        Ok(connection_from(&connection)?.to_json().to_string())
    }

    fn choices(connection: String, source: String) -> Answer<Vec<runtime::Choice>> {
        let choices = choices::choices(&Outside, &*connection_from(&connection)?, &source).map_err(answer::error)?;
        Ok(choices.into_iter().map(|(value, label)| runtime::Choice { value, label }).collect())
    }

    fn resolve_schema(connection: String, operation: String) -> Answer<String> {
        let schema = forms::schema(&Outside, &*connection_from(&connection)?, &operation).map_err(answer::error)?;
        Ok(schema.to_string())
    }

    fn check_bulk(operations: String) -> Answer<Vec<runtime::CheckedOperation>> {
        bulk_check::check(&operations).map(answer::checked_operations).map_err(answer::error)
    }

    fn page_verdict(state: runtime::WalkState, page: runtime::WalkedPage) -> Answer<runtime::WalkVerdict> {
        walk::verdict(state, page).map_err(answer::error)
    }

    fn page_keys(ids: Vec<String>) -> Answer<Vec<u8>> {
        Ok(walk::keys(ids))
    }
}
