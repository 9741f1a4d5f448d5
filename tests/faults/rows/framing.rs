//! Faults of time, of HTTP's framing and of its status codes.

use super::connection::short;
use crate::fault::{Create, Ensure, Fault, Get, Make, Script};
use crate::provider::ADA;
use crate::support::fake::{Act, answer, json as scim, raw};
use serde_json::{Value, json};
use std::time::Duration;

const HEAD: &[u8] = b"HTTP/1.1 201 Created\r\nContent-Type: application/scim+json\r\n";

/// The head of an answer with these further header lines, then this.
fn head(lines: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [HEAD, lines.as_bytes(), b"\r\n", body.as_ref()].concat()
}

const TIMEOUT: &str = "timeout permanent maybeApplied";
const MALFORMED: &str = "protocol permanent maybeApplied";
const BROKEN: &str = "unavailable permanent maybeApplied";

pub fn rows() -> Vec<Fault> {
    let slow = |name, script: Script| Fault::new("time", name, Make::Answer(script));
    let malformed =
        |name, script: Script| Fault::new("HTTP", name, Make::Answer(script)).call(Create, MALFORMED, [1, 1, 1]);
    let http = |name, script: Script| Fault::new("HTTP", name, Make::Answer(script));
    vec![
        slow("no first byte", |hit| hit.carry_out_but_answer(vec![Act::Silence]))
            .with(short("firstByteMs"))
            .call(Create, TIMEOUT, [1, 1, 1])
            .call(Get, "timeout transient", [3, 0, 0])
            .call(Ensure, "ok", [3, 1, 1]),
        slow("slow first byte, in time", |hit| {
            [vec![Act::Pause(Duration::from_millis(500))], hit.carry_out()].concat()
        })
        .call(Create, "ok", [1, 1, 1]),
        slow("head that dribbles", |hit| {
            hit.carry_out_but_answer(vec![Act::Drip(head("", "").repeat(99), Duration::from_millis(50))])
        })
        .with(short("firstByteMs"))
        .call(Create, TIMEOUT, [1, 1, 1]),
        slow("body that stops", |hit| {
            hit.carry_out_but_answer(vec![Act::Send(head("Content-Length: 99\r\n", "{")), Act::Silence])
        })
        .with(short("betweenBytesMs"))
        .call(Create, TIMEOUT, [1, 1, 1])
        .call(Get, "timeout transient", [3, 0, 0]),
        slow("body that dribbles", |hit| {
            let head = head("Content-Length: 9999\r\n", "");
            hit.carry_out_but_answer(vec![Act::Send(head), Act::Drip(vec![b' '; 9999], Duration::from_millis(50))])
        })
        .with(json!({"timeouts": {"totalMs": 1000}}))
        .call(Create, TIMEOUT, [1, 1, 1])
        .call(Get, "timeout transient", [1, 0, 0]),
        http("closed within the head", |hit| hit.carry_out_but_answer(raw(HEAD))).call(Create, BROKEN, [1, 1, 1]),
        http("reset within the head", |hit| hit.carry_out_but_answer(vec![Act::Send(HEAD.to_vec()), Act::Reset])).call(
            Create,
            BROKEN,
            [1, 1, 1],
        ),
        http("reset within the body", |hit| {
            hit.carry_out_but_answer(vec![Act::Send(head("Content-Length: 99\r\n", "{\"id\":")), Act::Reset])
        })
        .call(Create, BROKEN, [1, 1, 1])
        .call(Get, "unavailable transient", [3, 0, 0])
        .call(Ensure, "ok", [3, 1, 1]),
        http("Content-Length too large", |hit| hit.carry_out_but_answer(raw(head("Content-Length: 99\r\n", ADA))))
            .call(Create, BROKEN, [1, 1, 1])
            .call(Get, "unavailable transient", [3, 0, 0]),
        http("Content-Length too small", |hit| hit.carry_out_but_answer(raw(head("Content-Length: 9\r\n", ADA)))).call(
            Create,
            "protocol permanent maybeApplied 201",
            [1, 1, 1],
        ),
        malformed("Content-Length that is no number", |hit| {
            hit.carry_out_but_answer(raw(head("Content-Length: many\r\n", ADA)))
        }),
        malformed("Content-Length twice, different", |hit| {
            hit.carry_out_but_answer(raw(head("Content-Length: 27\r\nContent-Length: 9\r\n", ADA)))
        }),
        malformed("Content-Length beyond all numbers", |hit| {
            hit.carry_out_but_answer(raw(head("Content-Length: 99999999999999999999999\r\n", ADA)))
        }),
        http("an answer nobody asked for, behind the first", |hit| match hit.before {
            // What follows on the same connection must not answer the next request.
            0 => [hit.carry_out(), answer(200, &[], r#"{"id":"666","userName":"eve"}"#)].concat(),
            _ => hit.carry_out(),
        })
        .call(Create, "ok", [1, 1, 1]),
        Fault::new(
            "HTTP",
            "an answer nobody asked for, on an idle connection",
            Make::Idle(|| answer(200, &[], r#"{"id":"666","userName":"eve"}"#), |hit| hit.carry_out()),
        )
        .call(Create, "ok", [1, 1, 1])
        .call(Get, "ok", [1, 0, 0]),
        malformed("malformed chunk", |hit| {
            hit.carry_out_but_answer(raw(head("Transfer-Encoding: chunked\r\n", "ZZ\r\n{}\r\n")))
        }),
        malformed("chunk of more than all memory", |hit| {
            hit.carry_out_but_answer(raw(head("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n{}\r\n")))
        }),
        http("chunks without an end", |hit| {
            hit.carry_out_but_answer(raw(head("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n")))
        })
        .call(Create, BROKEN, [1, 1, 1]),
        http("body without an end", |hit| hit.carry_out_but_answer(endless("", b" ")))
            .with(megabyte())
            .call(Create, "ok", [2, 1, 1])
            .call(Get, "tooLarge permanent 201", [1, 0, 0]),
        http("chunked body without an end", |hit| {
            let chunk = [b"10000\r\n", vec![b' '; 65536].as_slice(), b"\r\n"].concat();
            hit.carry_out_but_answer(vec![Act::Send(head("Transfer-Encoding: chunked\r\n", "")), Act::Endless(chunk)])
        })
        .with(megabyte())
        .call(Create, "ok", [2, 1, 1]),
        http("body of a terabyte announced", |hit| {
            hit.carry_out_but_answer(endless("Content-Length: 1099511627776\r\n", b" "))
        })
        .with(megabyte())
        .call(Create, "ok", [2, 1, 1]),
        malformed("head without an end", |hit| {
            hit.carry_out_but_answer(vec![Act::Send(HEAD.to_vec()), Act::Endless(b"X-More: and more\r\n".repeat(500))])
        }),
        malformed("10,000 headers", |hit| {
            let lines: String = (0..10_000).map(|number| format!("X-{number}: x\r\n")).collect();
            hit.carry_out_but_answer(raw(head(&format!("{lines}Content-Length: 2\r\n"), "{}")))
        }),
        http("a header of 100 kB", |hit| {
            let lines = format!("X-Large: {}\r\nContent-Length: {}\r\n", "x".repeat(100_000), ADA.len());
            hit.carry_out_but_answer(raw(head(&lines, ADA)))
        })
        .call(Create, "ok", [1, 1, 1]),
        malformed("chunk extension without an end", |hit| {
            let chunk = head("Transfer-Encoding: chunked\r\n", "1;");
            hit.carry_out_but_answer(vec![Act::Send(chunk), Act::Endless(b"and more;".repeat(1000))])
        }),
        http("trailers without an end", |hit| {
            let chunk = head("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n");
            hit.carry_out_but_answer(vec![Act::Send(chunk), Act::Endless(b"X-More: and more\r\n".repeat(500))])
        })
        .call(Create, MALFORMED, [1, 1, 1]),
        malformed("no HTTP", |hit| hit.carry_out_but_answer(raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"))),
        malformed("a header with a NUL", |hit| {
            hit.carry_out_but_answer(raw(head("X-Zero: a\0b\r\nContent-Length: 2\r\n", "{}")))
        }),
        http("100 and 103 first", |hit| {
            let early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".to_vec();
            [vec![Act::Send(early)], hit.carry_out()].concat()
        })
        .call(Create, "ok", [1, 1, 1]),
        malformed("103 without an end", |hit| {
            hit.carry_out_but_answer(vec![Act::Endless(b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec())])
        }),
        http("101 that nobody asked for", |hit| {
            hit.carry_out_but_answer(raw(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            ))
        })
        .call(Create, MALFORMED, [1, 1, 1]),
        redirected("302 to a creation", |_| answer(302, &[("Location", "/scim/Users/9")], ""), 302),
        redirected("307 to another origin", |_| answer(307, &[("Location", "http://127.0.0.1:9/scim/Users")], ""), 307),
        redirected("300", |_| answer(300, &[("Location", "/scim/Users")], ""), 300),
        redirected("305", |_| answer(305, &[("Location", "/scim/Users")], ""), 305),
        redirected("307 to nowhere", |_| answer(307, &[("Location", "http://[")], ""), 307),
        redirected("307 without a Location", |_| answer(307, &[], ""), 307),
        http("303 to a creation", |hit| {
            hit.carry_out_but_answer(answer(303, &[("Location", "http://127.0.0.1:9/")], ""))
        })
        .call(Create, "protocol permanent maybeApplied 303", [1, 1, 1]),
        http("redirects in a circle", |_| answer(307, &[("Location", "/scim/Users")], "")).call(
            Create,
            "protocol permanent",
            [6, 6, 0],
        ),
        http("304 that nobody asked for", |_| answer(304, &[], "")).call(Get, "notModified permanent 304", [1, 0, 0]),
        http("a status nobody knows", |hit| hit.carry_out_but_answer(scim(299, "oops"))).call(
            Create,
            "protocol permanent maybeApplied 299",
            [1, 1, 1],
        ),
    ]
}

/// No answer may have more than a megabyte.
pub fn megabyte() -> Value {
    json!({"limits": {"responseBytes": 1 << 20}})
}

fn redirected(name: &'static str, script: Script, status: u16) -> Fault {
    let seen = match status {
        300 => "protocol permanent 300",
        302 => "protocol permanent 302",
        305 => "protocol permanent 305",
        _ => "protocol permanent 307",
    };
    Fault::new("HTTP", name, Make::Answer(script)).call(Create, seen, [1, 1, 0])
}

fn endless(lines: &str, byte: &[u8]) -> Vec<Act> {
    vec![Act::Send(head(lines, "")), Act::Endless(byte.repeat(1 << 16))]
}
