//! Faults of names, connections and TLS.

use crate::fault::{Create, Ensure, Fault, Get, Make, Nowhere, Update};
use crate::support::fake::{Act, answer};
use crate::tls::Flaw;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio::net::TcpSocket;

const CLOSED: &str = "unavailable permanent maybeApplied";

pub fn rows() -> Vec<Fault> {
    let network = |name, make| Fault::new("network", name, make);
    let tls = |name, flaw| {
        Fault::new("TLS", name, Make::Tls(flaw, Vec::new)).call(Create, "configuration permanent", [0, 0, 0]).call(
            Get,
            "configuration permanent",
            [0, 0, 0],
        )
    };
    vec![
        network("connection refused", Make::Nowhere(refused))
            .call(Create, "unavailable transient", [0, 0, 0])
            .call(Get, "unavailable transient", [0, 0, 0])
            .call(Ensure, "unavailable transient", [0, 0, 0]),
        network("name not found", Make::Nowhere(nameless)).with(json!({"allowInsecureHttp": true})).call(
            Create,
            "unavailable transient",
            [0, 0, 0],
        ),
        Fault::new("proxy", "down", Make::Nowhere(|| Nowhere { origin: "https://scim.test".into(), ..refused() }))
            // The port of nobody (RFC 863).
            .with(json!({"host": {"proxy": "http://127.0.0.1:9"}}))
            .call(Create, "unavailable transient", [0, 0, 0]),
        network("connecting takes too long", Make::Nowhere(full))
            .with(short("connectMs"))
            .call(Create, "unavailable transient", [0, 0, 0])
            .call(Get, "unavailable transient", [0, 0, 0])
            .call(Ensure, "unavailable transient", [0, 0, 0]),
        network("reset when connected", Make::Greeting(|| vec![Act::Reset]))
            // It may be seen in connecting already, and then nothing was sent.
            .call(Create, "unavailable permanent maybeApplied or unavailable transient", [0, 0, 0])
            .call(Get, "unavailable transient", [0, 0, 0])
            .call(Ensure, "unavailable transient", [0, 0, 0]),
        network("reset within the request", Make::Greeting(|| vec![Act::Take(100), Act::Reset]))
            .call(Create, CLOSED, [0, 0, 0])
            .call(Get, "unavailable transient", [0, 0, 0]),
        network("closed within the request", Make::Greeting(|| vec![Act::Take(100), Act::Close])).call(
            Create,
            CLOSED,
            [0, 0, 0],
        ),
        network("reset after the request, not carried out", Make::Answer(|_| vec![Act::Reset]))
            .call(Create, CLOSED, [1, 1, 0])
            .call(Get, "unavailable transient", [3, 0, 0])
            .call(Update, CLOSED, [3, 3, 0])
            .call(Ensure, "unavailable transient maybeApplied", [7, 3, 0]),
        network("reset after the request, carried out", Make::Answer(|hit| hit.carry_out_but_answer(vec![Act::Reset])))
            .call(Create, CLOSED, [1, 1, 1])
            .call(Ensure, "ok", [3, 1, 1]),
        network("closed after the request", Make::Answer(|hit| hit.carry_out_but_answer(vec![Act::Close])))
            .call(Create, CLOSED, [1, 1, 1])
            .call(Ensure, "ok", [3, 1, 1]),
        network("closed once", Make::Answer(|hit| if hit.before == 0 { vec![Act::Close] } else { hit.carry_out() }))
            .call(Get, "ok", [2, 0, 0])
            .call(Update, "ok", [2, 2, 0])
            .call(Ensure, "ok", [4, 2, 1]),
        network("half closed after the request", Make::Answer(|hit| hit.carry_out_but_answer(vec![Act::HalfClose])))
            .call(Create, CLOSED, [1, 1, 1])
            .call(Get, "unavailable transient", [3, 0, 0]),
        network("half closed after the answer", Make::Answer(|hit| [hit.carry_out(), vec![Act::HalfClose]].concat()))
            .call(Create, "ok", [1, 1, 1]),
        network("idle connection closed", Make::Idle(|| vec![Act::Close], |hit| hit.carry_out()))
            .call(Create, "ok", [1, 1, 1])
            .call(Get, "ok", [1, 0, 0]),
        network("idle connection reset", Make::Idle(|| vec![Act::Reset], |hit| hit.carry_out())).call(
            Create,
            "ok",
            [1, 1, 1],
        ),
        network("idle connection half closed", Make::Idle(|| vec![Act::HalfClose], |hit| hit.carry_out())).call(
            Create,
            "ok",
            [1, 1, 1],
        ),
        network(
            "idle connection given 408",
            Make::Idle(
                || [answer(408, &[("Connection", "close")], ""), vec![Act::Close]].concat(),
                |hit| hit.carry_out(),
            ),
        )
        .call(Create, "ok", [1, 1, 1]),
        network(
            "kept connection dies under the request",
            Make::Idle(Vec::new, |hit| if hit.request.before > 0 { vec![Act::Reset] } else { hit.carry_out() }),
        )
        .call(Create, CLOSED, [1, 1, 0])
        .call(Get, "ok", [2, 0, 0])
        .call(Update, "ok", [2, 2, 0]),
        Fault::new("TLS", "nothing wrong, to compare with", Make::Tls(Flaw::None, Vec::new)).call(
            Create,
            "ok",
            [1, 1, 1],
        ),
        tls("certificate of another host", Flaw::WrongHost),
        tls("certificate expired", Flaw::Expired),
        tls("certificate not valid yet", Flaw::NotYet),
        tls("certificate signed by itself", Flaw::SelfSigned),
        tls("certificate of an unknown authority", Flaw::UnknownAuthority),
        Fault::new("TLS", "no TLS where TLS is spoken to", Make::Tls(Flaw::None, plain)).call(
            Create,
            "configuration permanent",
            [0, 0, 0],
        ),
        Fault::new("TLS", "reset in the handshake", Make::Tls(Flaw::None, || vec![Act::Take(50), Act::Reset])).call(
            Create,
            "unavailable transient",
            [0, 0, 0],
        ),
        Fault::new("TLS", "handshake that never ends", Make::Tls(Flaw::None, || vec![Act::Silence]))
            .with(short("connectMs"))
            .call(Create, "unavailable transient", [0, 0, 0]),
    ]
}

/// What a plain server says to a handshake.
fn plain() -> Vec<Act> {
    [vec![Act::Take(50)], answer(400, &[], "plain HTTP"), vec![Act::Close]].concat()
}

/// A port that is taken by a socket that does not listen: nobody else's server can come to be there.
fn refused() -> Nowhere {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let origin = format!("http://{}", socket.local_addr().expect("an address"));
    Nowhere { origin, held: Box::new(socket) }
}

/// RFC 6761 section 6.4: no such name.
fn nameless() -> Nowhere {
    Nowhere { origin: "http://scim.invalid".into(), held: Box::new(()) }
}

/// A listener whose queue is full: what is sent to it is dropped, as by a firewall.
fn full() -> Nowhere {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let listener = socket.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
    let queue: Vec<TcpStream> = std::iter::from_fn(connect).collect();
    Nowhere { origin: format!("http://{address}"), held: Box::new((listener, queue)) }
}

/// The connection gives up soon; no other time is short.
pub fn short(name: &str) -> Value {
    let mut timeouts = json!({"totalMs": 5000});
    timeouts[name] = json!(300);
    json!({"timeouts": timeouts})
}
