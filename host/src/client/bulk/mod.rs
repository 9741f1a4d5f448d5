//! More bulk operations than a call holds: sent in portions by calls of `bulk`, in memory that does not grow with them, so that a run
//! which was broken off can go on.
//!
//! All operations are looked at first (`plan`), in an order in which each comes after what it refers to (`order`). [`BulkRun::next`]
//! gives entries ([`BulkEntry`]) that the caller keeps before asking on: what is about to be sent, then what became of it. Given back
//! to a later run, they tell what is done and what is open; `lost` finds out what became of that, `again` what of it may be sent again. Knows no files but [`NdjsonFile`].

mod again;
mod clean;
mod entry;
mod lost;
mod order;
mod plan;
mod portion;
mod run;
mod source;

pub use entry::{BulkEntry, Ranges};
pub use run::{BulkOptions, BulkProgress, BulkRun};
pub use source::{BulkSource, NdjsonFile, Operations, SourceOperation};

/// Most operations of a portion, and so of a circle of references.
const PORTION: usize = 1000;

/// Most bytes of a portion, except of one operation or circle. The component's memory for it stays below what is kept warm.
const PORTION_BYTES: usize = 1 << 20;
