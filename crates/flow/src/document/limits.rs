//! How much a flow may be.

/// The longest text, in bytes.
pub const LONGEST: usize = 4 << 20;
/// How deep lists and maps may stand in each other.
pub(super) const DEEPEST: usize = 100;
