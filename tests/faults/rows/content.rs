//! Faults of what an answer contains.

use super::framing::megabyte;
use crate::fault::{Create, Fault, Get, Make, Script};
use crate::support::fake::{Act, answer, json as scim};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write as _;
use std::sync::OnceLock;

/// Too large or too deep to be read, although it came.
const TOO_LARGE: &str = "tooLarge permanent maybeApplied 201";
const NO_USER: &str = "protocol permanent maybeApplied 201";

/// A creation whose answer is too large was carried out all the same; who was created is looked for.
const FOUND: (&str, [usize; 3]) = ("ok", [2, 1, 1]);

pub fn rows() -> Vec<Fault> {
    let content = |name, script: Script| Fault::new("content", name, Make::Answer(script));
    vec![
        content("HTML instead of JSON", |hit| {
            hit.carry_out_but_answer(answer(
                200,
                &[("Content-Type", "text/html")],
                "<!DOCTYPE html><html>Sign in</html>",
            ))
        })
        .call(Create, "protocol permanent maybeApplied 200", [1, 1, 1])
        .call(Get, "protocol permanent 200", [1, 0, 0]),
        content("nothing at all", |hit| hit.carry_out_but_answer(answer(200, &[], ""))).call(
            Get,
            "protocol permanent 200",
            [1, 0, 0],
        ),
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
        .call(Create, FOUND.0, FOUND.1)
        .call(Get, "tooLarge permanent 200", [1, 0, 0]),
        content("JSON larger than the host allows", |hit| {
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",\"x\":\"{}\"}}", "x".repeat(2 << 20)))
        })
        .with(hosts_megabyte())
        .call(Create, "tooLarge permanent maybeApplied", [1, 1, 1])
        .call(Get, "tooLarge permanent", [1, 0, 0]),
        content("JSON larger than an instance's memory", |hit| {
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",\"x\":\"{}\"}}", "x".repeat(24 << 20)))
        })
        .with(small_instance())
        .call(Create, FOUND.0, FOUND.1)
        .call(Get, "tooLarge permanent 200", [1, 0, 0])
        .within(60),
        content("JSON that takes far more memory than bytes", |hit| {
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",\"x\":[{}0]}}", "[],".repeat(1_400_000)))
        })
        .with(small_instance())
        .call(Create, FOUND.0, FOUND.1)
        .call(Get, "tooLarge permanent 200", [1, 0, 0])
        .within(60),
        // Some bytes for each are enough, since no tree is built of them.
        content("JSON of 100,000 lists in a small instance", |hit| {
            hit.body(format!("{{\"id\":\"1\",\"userName\":\"ada\",\"x\":[{}0]}}", "[],".repeat(100_000)))
        })
        .with(small_instance())
        .call(Create, "ok", [1, 1, 1])
        .call(Get, "ok", [1, 0, 0])
        .within(60),
        content("compressed bomb, gzip", |hit| hit.carry_out_but_answer(bomb("gzip", gzip())))
            .with(megabyte())
            .call(Create, FOUND.0, FOUND.1)
            .call(Get, "tooLarge permanent 201", [1, 0, 0]),
        content("compressed bomb, gzip, the host's limit", |hit| hit.carry_out_but_answer(bomb("gzip", gzip())))
            .with(hosts_megabyte())
            .call(Create, FOUND.0, FOUND.1),
        content("compressed bomb, zstd", |hit| hit.carry_out_but_answer(bomb("zstd", zstd())))
            .with(megabyte())
            .call(Create, FOUND.0, FOUND.1),
        content("compressed bomb, zstd, the host's limit", |hit| hit.carry_out_but_answer(bomb("zstd", zstd())))
            .with(hosts_megabyte())
            .call(Create, FOUND.0, FOUND.1),
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
            .call(Create, FOUND.0, FOUND.1),
        content("invalid UTF-8", |hit| {
            hit.carry_out_but_answer(answer(201, &[], b"{\"id\":\"\xff\xfe\",\"userName\":\"ada\"}"))
        })
        .call(Create, NO_USER, [1, 1, 1]),
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
            hit.carry_out_but_answer(answer(201, &[], text.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()))
        })
        .call(Create, NO_USER, [1, 1, 1]),
        content("compressed, and broken", |hit| {
            hit.carry_out_but_answer(answer(201, &[("Content-Encoding", "zstd")], b"\x28\xb5\x2f\xfd nonsense"))
        })
        .call(Create, "protocol permanent maybeApplied", [1, 1, 1]),
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

/// The host lets no answer of more than a megabyte in.
fn hosts_megabyte() -> Value {
    json!({"host": {"limits": {"responseBytes": 1 << 20}}})
}

/// An instance has little memory, and may read more than that.
fn small_instance() -> Value {
    json!({"limits": {"responseBytes": 1 << 30}, "host": {"limits": {"memoryBytes": 32 << 20}}})
}

fn bomb(coding: &str, body: &[u8]) -> Vec<Act> {
    answer(201, &[("Content-Type", "application/scim+json"), ("Content-Encoding", coding)], body)
}

/// 16 MiB of spaces in 16 kB.
fn gzip() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        (0..16).for_each(|_| encoder.write_all(&[b' '; 1 << 20]).expect("memory"));
        encoder.finish().expect("memory")
    })
}

/// A gigabyte of spaces in 32 kB: a frame without a length (RFC 8878 section 3.1.1) and blocks that say "128 KiB of this".
fn zstd() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let block = |last: u32| [&(last | 1 << 1 | (128 << 10) << 3).to_le_bytes()[..3], b" "].concat();
        [b"\x28\xb5\x2f\xfd\x00\x38".to_vec(), block(0).repeat(8191), block(1)].concat()
    })
}
