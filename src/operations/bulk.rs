//! Bulk requests (RFC 7644 section 3.7).

use crate::call::unavailable;
use crate::catalog::table::Row;
use crate::failure::Result;
use crate::http::client::Client;
use crate::operations::{Input, Output};

/// Carries out many operations.
pub fn run(_: &Client<'_>, row: &Row, _: &Input) -> Result<Output> {
    Err(unavailable(row.name))
}
