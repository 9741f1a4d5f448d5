//! Activating and deactivating users.

use crate::call::unavailable;
use crate::catalog::table::Row;
use crate::failure::Result;
use crate::http::client::Client;
use crate::operations::{Input, Output};

/// Sets `active`.
pub fn run(_: &Client<'_>, row: &Row, _: &crate::operations::target::Endpoint, _: &Input) -> Result<Output> {
    Err(unavailable(row.name))
}
