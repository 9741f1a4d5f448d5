//! What a canvas reads, and the door it calls through: the operation table, the manifest with its JSON Schemas, and dynamic
//! invocation. One table ([`table`]) says which operations there are; everything else derives from it.

pub mod forms;
pub mod invoke;
pub mod manifest;
pub mod schemas;
pub mod table;
