//! The SCIM protocol, without any I/O: what a body means and how one is written (RFC 7643, RFC 7644).
//!
//! A resource is its JSON object and stays lossless: absent, null and `[]` are three different things. Reading is tolerant of
//! what real servers do, writing is strict. Of ours it uses only
//! the failure type and the words of `reader` (names of JSON types, places, suggestions).

pub mod builtin;
pub mod bulk;
pub mod definition;
pub mod error;
pub mod error_body;
pub mod event;
pub mod filter;
pub mod list;
pub mod patch;
pub mod path;
pub mod resource;
pub mod schema;
pub mod service_provider;
pub mod spelling;
pub mod text;
mod unicode;
pub mod urn;
pub mod validate;
pub mod view;
