//! The only mapping between the contract's types and the domain's. Every match is exhaustive, so that a new case of the
//! contract does not compile until it has a meaning here.
//!
//! `request` maps what comes in, `resource` resources both ways, `answer` what goes out, `walk` the verdict on a page.

pub mod answer;
pub mod discovery;
pub mod request;
pub mod resource;
pub mod walk;
