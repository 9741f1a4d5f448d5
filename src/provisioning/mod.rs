//! Operations that lead to a state rather than send a request: ensure, activation, membership. Built on `operations`; they know no
//! HTTP.

pub mod activation;
pub mod ensure;
pub mod membership;
