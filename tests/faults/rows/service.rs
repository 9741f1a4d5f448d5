//! Faults of the service: credentials, tokens, throttling, errors, clocks that differ.

use super::connection::short;
use super::framing::megabyte;
use crate::fault::{Create, Ensure, Fault, Get, Make, Script, Update};
use crate::support::fake::{Act, answer, json as scim};
use serde_json::json;

const UNAVAILABLE: &str = "unavailable permanent maybeApplied 503";

pub fn rows() -> Vec<Fault> {
    let service = |name, script: Script| Fault::new("service", name, Make::Answer(script));
    // Nothing is sent to the service without a token.
    let token = |name, script: Script, seen, requests| {
        Fault::new("token", name, Make::Token(script)).call(Create, seen, [requests, 0, 0])
    };
    vec![
        service("401 always", |_| answer(401, &[], "")).call(Create, "authentication permanent 401", [1, 1, 0]).call(
            Get,
            "authentication permanent 401",
            [1, 0, 0],
        ),
        Fault::new(
            "token",
            "401 always, whatever the token",
            Make::Service(
                |hit| if hit.request.line() == "POST /token" { hit.carry_out() } else { answer(401, &[], "") },
            ),
        )
        // One token, one new token, and no more.
        .call(Create, "authentication permanent 401", [4, 2, 0])
        .call(Get, "authentication permanent 401", [4, 0, 0]),
        Fault::new(
            "token",
            "token revoked before its time",
            Make::Service(|hit| if hit.before == 1 { answer(401, &[], "") } else { hit.carry_out() }),
        )
        .call(Create, "ok", [4, 2, 1]),
        token("token endpoint down", |_| vec![Act::Reset], "unavailable transient", 3),
        token(
            "a token of 2 MB",
            |_| scim(200, json!({"access_token": "t".repeat(2 << 20), "token_type": "bearer"})),
            "tooLarge permanent",
            1,
        ),
        token(
            "host's token endpoint gives a token of 2 MB",
            |_| scim(200, json!({"access_token": "t".repeat(2 << 20), "token_type": "bearer"})),
            "tooLarge permanent",
            1,
        )
        .hosted(),
        service("headers of the connection of 200 kB", |hit| hit.carry_out())
            .with(json!({"headers": {"X-Large": "x".repeat(200_000)}}))
            .call(Create, "tooLarge permanent", [0, 0, 0]),
        token("token endpoint slow", |_| vec![Act::Silence], "timeout transient", 3).with(short("firstByteMs")),
        token("host's token endpoint down", |_| vec![Act::Reset], "unavailable transient", 3).hosted(),
        token("host's token endpoint slow", |_| vec![Act::Silence], "timeout transient", 3)
            .with(short("firstByteMs"))
            .hosted(),
        token(
            "host's token endpoint answers HTML",
            |_| answer(200, &[], "<html>Sign in</html>"),
            "protocol permanent 200",
            1,
        )
        .hosted(),
        token(
            "host's token endpoint refuses the client",
            |_| scim(401, json!({"error": "invalid_client"})),
            "authentication permanent 401",
            1,
        )
        .hosted(),
        Fault::new(
            "token",
            "401 always, whatever the host's token",
            Make::Service(
                |hit| if hit.request.line() == "POST /token" { hit.carry_out() } else { answer(401, &[], "") },
            ),
        )
        .hosted()
        // The host asks for a new token only in place of one that it had kept.
        .call(Create, "authentication permanent 401", [2, 1, 0]),
        token("token endpoint answers 500", |_| answer(500, &[], "oops"), "unavailable transient 500", 3),
        token(
            "token endpoint answers 429 for an hour",
            |_| answer(429, &[("Retry-After", "3600")], ""),
            "throttled transient 429",
            1,
        ),
        token("token endpoint answers HTML", |_| answer(200, &[], "<html>Sign in</html>"), "protocol permanent 200", 1),
        token("token endpoint answers nothing", |_| answer(200, &[], ""), "protocol permanent 200", 1),
        token(
            "token endpoint answers without an end",
            |_| vec![Act::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Act::Endless(vec![b' '; 65536])],
            "tooLarge permanent",
            1,
        )
        .with(megabyte()),
        token(
            "token endpoint redirects",
            |_| answer(307, &[("Location", "/elsewhere")], ""),
            "configuration permanent 307",
            1,
        ),
        token(
            "token endpoint refuses the client",
            |_| scim(401, json!({"error": "invalid_client"})),
            "authentication permanent 401",
            1,
        ),
        token(
            "token with a line break",
            |_| scim(200, json!({"access_token": "a\r\nX-Evil: 1", "token_type": "Bearer"})),
            "protocol permanent",
            1,
        ),
        token(
            "token of another kind",
            |_| scim(200, json!({"access_token": "a", "token_type": "DPoP"})),
            "unsupported permanent",
            1,
        ),
        Fault::new(
            "token",
            "token that lives for minus a second",
            Make::Token(|_| scim(200, json!({"access_token": "a", "token_type": "Bearer", "expires_in": -1}))),
        )
        .call(Create, "ok", [2, 1, 1]),
        Fault::new(
            "token",
            "token that lives for 1e300 seconds",
            Make::Token(|_| scim(200, r#"{"access_token": "a", "token_type": "Bearer", "expires_in": 1e300}"#)),
        )
        .call(Create, "ok", [2, 1, 1]),
        service(
            "429 twice",
            |hit| if hit.before < 2 { answer(429, &[("Retry-After", "0")], "") } else { hit.carry_out() },
        )
        .call(Create, "ok", [3, 3, 1])
        .call(Get, "ok", [3, 0, 0])
        .call(Ensure, "ok", [4, 3, 1]),
        service("429 always", |_| answer(429, &[("Retry-After", "0")], ""))
            .call(Create, "throttled transient 429", [3, 3, 0])
            .call(Ensure, "throttled transient 429", [4, 3, 0]),
        service("429 for an hour", |_| answer(429, &[("Retry-After", "3600")], "")).call(
            Create,
            "throttled transient 429",
            [1, 1, 0],
        ),
        service("429 for longer than all time", |_| answer(429, &[("Retry-After", "99999999999999999999")], "")).call(
            Create,
            "throttled transient 429",
            [1, 1, 0],
        ),
        service("429 until no time at all", |_| answer(429, &[("Retry-After", "soon")], "")).call(
            Create,
            "throttled transient 429",
            [3, 3, 0],
        ),
        service("429 until a limit is lifted in an hour", |_| answer(429, &[("RateLimit", "\"hour\";r=0;t=3600")], ""))
            .call(Create, "throttled transient 429", [1, 1, 0]),
        service("429 until a limit is lifted in the year 3000", |_| {
            answer(429, &[("X-Rate-Limit-Remaining", "0"), ("X-Rate-Limit-Reset", "32503680000")], "")
        })
        .call(Create, "throttled transient 429", [1, 1, 0]),
        service("429 until a limit was lifted, in milliseconds", |hit| match hit.before {
            0 => answer(429, &[("X-RateLimit-Reset", "784111777000")], ""),
            _ => hit.carry_out(),
        })
        .call(Create, "ok", [2, 2, 1]),
        service("500, carried out", |hit| hit.carry_out_but_answer(scim(500, "{}")))
            .call(Create, "unavailable permanent maybeApplied 500", [1, 1, 1])
            .call(Update, "unavailable permanent maybeApplied 500", [3, 3, 0])
            .call(Ensure, "ok", [3, 1, 1]),
        service("502 always", |_| answer(502, &[], "<html>bad gateway</html>"))
            .call(Create, "unavailable permanent maybeApplied 502", [1, 1, 0])
            .call(Get, "unavailable transient 502", [3, 0, 0]),
        service("503 always", |_| answer(503, &[], "")).call(Create, UNAVAILABLE, [1, 1, 0]).call(
            Get,
            "unavailable transient 503",
            [3, 0, 0],
        ),
        service("503 twice, with Retry-After", |hit| {
            if hit.before < 2 { answer(503, &[("Retry-After", "0")], "") } else { hit.carry_out() }
        })
        .call(Create, "ok", [3, 3, 1]),
        service("504, carried out late", |hit| hit.carry_out_but_answer(answer(504, &[], "")))
            .call(Create, "unavailable permanent maybeApplied 504", [1, 1, 1])
            .call(Ensure, "ok", [3, 1, 1]),
        service("504, nobody knows", |_| answer(504, &[], ""))
            // It may still be created: no second one is sent.
            .call(Ensure, "unavailable transient maybeApplied 504", [3, 1, 0]),
        service("the provider's clock is an hour behind", |hit| match hit.before {
            // A date that is over says: now.
            0 => answer(429, &[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")], ""),
            _ => hit.carry_out(),
        })
        .call(Create, "ok", [2, 2, 1]),
        service("the provider's clock is centuries ahead", |_| {
            answer(429, &[("Retry-After", "Tue, 31 Dec 2999 23:59:59 GMT")], "")
        })
        .call(Create, "throttled transient 429", [1, 1, 0]),
        service("carried out and answered with 409", |hit| {
            hit.carry_out_but_answer(scim(409, json!({"scimType": "uniqueness"})))
        })
        .call(Ensure, "ok", [3, 1, 1]),
        service("carried out and answered with 409 in a page", |hit| {
            hit.carry_out_but_answer(answer(409, &[], "<html>Conflict</html>"))
        })
        .call(Ensure, "ok", [3, 1, 1]),
        service("409 in a page", |_| answer(409, &[], "<html>Conflict</html>")).call(
            Create,
            "conflict permanent 409",
            [1, 1, 0],
        ),
    ]
}
