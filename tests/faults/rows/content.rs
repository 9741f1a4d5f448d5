//! Faults of what an answer contains.

use super::framing::megabyte;
use crate::fault::{Create, Fault, Get, Make, Script};
use crate::support::fake::{answer, json as scim};

/// Too large or too deep to be read, although it came.
const TOO_LARGE: &str = "tooLarge permanent maybeApplied 201";
const NO_USER: &str = "protocol permanent maybeApplied 201";

pub fn rows() -> Vec<Fault> {
    let content = |name, script: Script| Fault::new("content", name, Make::Answer(script));
    vec![
        content("HTML instead of JSON", |hit| {
            hit.done(answer(200, &[("Content-Type", "text/html")], "<!DOCTYPE html><html>Sign in</html>"))
        })
        .call(Create, "protocol permanent maybeApplied 200", [1, 1, 1])
        .call(Get, "protocol permanent 200", [1, 0, 0]),
        content("nothing at all", |hit| hit.done(answer(200, &[], ""))).call(Get, "protocol permanent 200", [1, 0, 0]),
        content("a list instead of a user", |hit| hit.body("[1]")).call(Create, NO_USER, [1, 1, 1]).call(
            Get,
            "protocol permanent 200",
            [1, 0, 0],
        ),
        content("JSON cut short", |hit| hit.body(r#"{"id":"1","userName":"a"#)).call(Create, NO_USER, [1, 1, 1]),
        content("JSON with something behind it", |hit| hit.body(r#"{"id":"1","userName":"ada"} {}"#)).call(
            Create,
            NO_USER,
            [1, 1, 1],
        ),
        content("JSON of 100,000 levels", |hit| {
            hit.body(format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)))
        })
        .call(Create, TOO_LARGE, [1, 1, 1])
        .call(Get, "tooLarge permanent 200", [1, 0, 0]),
        content("JSON of 100,000 members", |hit| {
            let members: Vec<String> = (0..100_000).map(|n| format!("\"m{n}\":{n}")).collect();
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",{}}}", members.join(",")))
        })
        .call(Create, "ok", [1, 1, 1]),
        content("JSON larger than allowed", |hit| {
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",\"x\":\"{}\"}}", "x".repeat(2 << 20)))
        })
        .with(megabyte())
        .call(Create, "tooLarge permanent maybeApplied", [1, 1, 1])
        .call(Get, "tooLarge permanent", [1, 0, 0]),
        content("a number of a million digits", |hit| {
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",\"x\":{}}}", "9".repeat(1_000_000)))
        })
        .call(Create, "ok", [1, 1, 1]),
        content("a member twice", |hit| hit.body(r#"{"id":"1","userName":"ada","title":"a","title":"b"}"#)).call(
            Create,
            "ok",
            [1, 1, 1],
        ),
        content("the userName twice, in two spellings", |hit| {
            hit.body(r#"{"id":"1","userName":"ada","username":"eve"}"#)
        })
        .call(Create, "ok", [1, 1, 1]),
        content("the id as a number", |hit| hit.body(r#"{"id":1,"userName":"ada"}"#)).call(Create, "ok", [1, 1, 1]),
        content("null for every member", |hit| hit.body(r#"{"id":null,"userName":"ada","meta":null,"emails":null}"#))
            .call(Create, "ok", [1, 1, 1]),
        content("invalid UTF-8", |hit| hit.done(answer(201, &[], b"{\"id\":\"\xff\xfe\",\"userName\":\"ada\"}"))).call(
            Create,
            NO_USER,
            [1, 1, 1],
        ),
        content("half a surrogate pair", |hit| hit.body(r#"{"id":"\ud800","userName":"ada"}"#)).call(
            Create,
            NO_USER,
            [1, 1, 1],
        ),
        content("a byte order mark first", |hit| hit.body("\u{feff}{\"id\":\"1\",\"userName\":\"ada\"}")).call(
            Create,
            "ok",
            [1, 1, 1],
        ),
        content("UTF-16", |hit| {
            let text = r#"{"id":"1","userName":"ada"}"#.encode_utf16();
            hit.done(answer(201, &[], text.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()))
        })
        .call(Create, NO_USER, [1, 1, 1]),
        content("compressed although not asked for", |hit| {
            hit.done(answer(201, &[("Content-Encoding", "zstd")], b"\x28\xb5\x2f\xfd nonsense"))
        })
        .call(Create, NO_USER, [1, 1, 1]),
        content("invalid UTF-8 in a refusal", |_| answer(400, &[], b"{\"detail\":\"\xff\"}")).call(
            Create,
            "invalidInput permanent 400",
            [1, 1, 0],
        ),
        content("a refusal of 100,000 levels", |_| scim(400, "[".repeat(100_000))).call(
            Create,
            "invalidInput permanent 400",
            [1, 1, 0],
        ),
    ]
}
