//! Which values are secret: by the name they stand under, by their place in a SCIM message, by what a schema says of them. The
//! one list, for the component, its host, the checker of flows and the page; the manifest tells it to everybody else.
//!
//! `names` says which names are secret, `places` where in a value such names stand, `filter` finds them in filters and paths,
//! `schema` what JSON Schemas and SCIM schemas mark; `numbers`
//! writes a number that is secret in its other notations. Nothing here knows a secret's value, or where text goes.

mod filter;
mod names;
mod numbers;
mod places;
mod schema;

pub use filter::{literals, query_literals, without_literals, without_query_literals};
pub use names::{REDACTED, is_secret_header, is_secret_name, is_secret_path, rules};
pub use numbers::{number_forms, plain_number};
pub use places::{ListedNames, Names, copy, each_secret, replace};
pub use schema::{attributes_marked, is_marked, is_reference, lost_references, marked_places, without_marked};
