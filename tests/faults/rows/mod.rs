//! The rows of the matrix, in the order of a request's life. Data only.

mod alone;
mod connection;
mod content;
mod framing;
mod service;

use crate::fault::Fault;
pub use alone::thousand;

/// All faults.
pub fn all() -> Vec<Fault> {
    [connection::rows(), framing::rows(), content::rows(), service::rows(), alone::rows()]
        .into_iter()
        .flatten()
        .collect()
}
