//! The connector's operations for those who can only call HTTP, and for agents: a JSON door with an OpenAPI document of itself, and a
//! server of the Model Context Protocol. Both are drawn from the component's manifest, and both go through one [`Door`].
//!
//! [`callers`] says who asks and how often they may, `door` what they may do and what is written down of it, `rest` and `mcp` how it is
//! asked, `openapi` how the first of these describes itself.

pub mod audit;
pub mod callers;
mod confirmation;
pub mod door;
pub mod mcp;
mod openapi;
pub mod rest;

pub use audit::Audit;
pub use callers::{Caller, Callers};
pub use door::Door;
