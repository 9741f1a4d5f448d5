//! An error with its causes, down to the last. Knows no kind of error but `io::Error`.

use std::error::Error as StdError;
use std::io;

/// The error and its causes, looking into `io::Error`, whose own `source` skips the error it wraps.
pub fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}
