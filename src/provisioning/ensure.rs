//! Ensure: find, create or change.

use crate::call::unavailable;
use crate::catalog::table::Row;
use crate::failure::Result;
use crate::http::client::Client;
use crate::operations::{Input, Output};

/// Makes a resource exist as described.
pub fn run(_: &Client<'_>, row: &Row, _: &crate::operations::target::Endpoint, _: &Input) -> Result<Output> {
    Err(unavailable(row.name))
}
