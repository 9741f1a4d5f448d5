//! The connector's way out over `wasi:http`, through waki's bindings: one exchange at a time, and its answer piece by piece.
//!
//! It sends by itself rather than through waki's client, because three things must be known that the client hides: whether
//! a request that got no answer can have reached the provider, that every wait ends (hosts differ in which timeouts they
//! honour, so each wait here is raced against a clock), and that an answer stops growing at its limit.
#![cfg(target_family = "wasm")]

mod exchange;
mod fault;
#[path = "../../../src/stubs.rs"]
mod stubs;

use exchange::Exchange;
use std::cell::RefCell;

#[allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: ["../../wit", "../wit"], world: "scim:connector-parts/over-wasi-http" });
}

use bindings::exports::scim::connector_parts::outbound::{Guest, Request, Response, TransportError};

/// The exchange whose answer is being read.
enum Open {
    /// There is none.
    None,
    /// There may be more of its body.
    Reading(Exchange),
    /// It broke, which has not been told; its connection is let go.
    Broken(TransportError),
}

thread_local! {
    static OPEN: RefCell<Open> = const { RefCell::new(Open::None) };
}

/// The component.
struct Component;

impl Guest for Component {
    fn send(request: Request) -> Result<Response, TransportError> {
        OPEN.replace(Open::None);
        let mut exchange = Exchange::begin(&request)?;
        let (status, headers) = exchange.head();
        // What goes wrong from here on is told by `receive`: the head is the caller's.
        let (body, open) = match exchange.piece() {
            Ok(body) if exchange.is_over() => (body, Open::None),
            Ok(body) => (body, Open::Reading(exchange)),
            Err(error) => (Vec::new(), Open::Broken(error)),
        };
        let more = !matches!(open, Open::None);
        OPEN.replace(open);
        Ok(Response { status, headers, body, more })
    }

    fn receive() -> Result<Vec<u8>, TransportError> {
        match OPEN.replace(Open::None) {
            Open::None => Ok(Vec::new()),
            Open::Broken(error) => Err(error),
            Open::Reading(mut exchange) => {
                let piece = exchange.piece()?;
                OPEN.replace(Open::Reading(exchange));
                Ok(piece)
            }
        }
    }
}

#[allow(unsafe_code, reason = "the export macro expands here")]
mod export {
    use super::{Component, bindings};
    bindings::export!(Component with_types_in bindings);
}
