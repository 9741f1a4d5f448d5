//! What the host does with a component that misbehaves. The components here have the contract's exports, made from `wit/`
//! by wit-component, and bodies written by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use scim_connector_host::settings::{ConnectionSettings, Limits};
use scim_connector_host::{Client, CodeCache, ConnectionSource, Connector, Error, Options};
use serde_json::json;
use std::time::{Duration, Instant};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

const ENDLESS: &str = "loop br 0 end unreachable";
const DEEP: &str = "local.get 0 local.get 1 local.get 2 local.get 3 local.get 4 local.get 5 local.get 6 local.get 7 local.get 8 \
    local.get 9 local.get 10 local.get 11 local.get 12 local.get 13 call {self}";
/// Waits for an hour.
const HANGING: &str = "i64.const 3600000000000 call {subscribe-duration} call {[method]pollable.block} unreachable";
/// Where the result `null` stands.
const HEALTHY: &str = "i32.const 1536";
const GREEDY: &str = "loop i32.const 256 memory.grow i32.const -1 i32.eq if unreachable end br 0 end unreachable";

/// What [`HANGING`] needs of WASI, and the contract's world with it.
const IO: &str = "package wasi:io@0.2.6; interface poll { resource pollable { block: func(); } }";
const CLOCKS: &str = "package wasi:clocks@0.2.6; interface monotonic-clock {
    use wasi:io/poll@0.2.6.{pollable}; subscribe-duration: func(when: u64) -> pollable; }";
const WAITING: &str = "package test:waiting; world connector {
    include scim:connector/connector@0.2.0; import wasi:clocks/monotonic-clock@0.2.6; }";

/// What `resolve-connection` answers: a call may take 200 ms, and the host waits a second longer.
const EXPANDED: &str =
    r#"{"serviceUrl":"http://127.0.0.1:1/scim/v2","auth":{"type":"none"},"timeouts":{"totalMs":200}}"#;

const RESOLVE: &str = "scim:connector/runtime@0.2.0#resolve-connection";
const INVOKE: &str = "scim:connector/runtime@0.2.0#invoke";

/// A component whose exports all trap, except that `resolve-connection` works and `bodies` replace others. In a body,
/// `{self}` is its own function and `{name}` an imported one.
fn component(bodies: &[(&str, &str)]) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir("../wit").unwrap();
    for (name, text) in [("io", IO), ("clocks", CLOCKS)] {
        resolve.push_str(name, text).unwrap();
    }
    let waiting = resolve.push_str("waiting", WAITING).unwrap();
    let world = resolve.select_world(&[package, waiting], Some("test:waiting/connector")).unwrap();
    let module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    let mut text = wasmprinter::print_bytes(module).unwrap();
    // Arguments are written to 4096, and 1024 is where the answer below stands.
    let own = [("cabi_realloc", "i32.const 4096"), (RESOLVE, "i32.const 1024")];
    let own = own.iter().filter(|(export, _)| bodies.iter().all(|(replaced, _)| replaced != export));
    for (export, body) in bodies.iter().chain(own) {
        let at = text.find(&format!("(export \"{export}\" (func ")).expect(export);
        let index: String =
            text[at..].split("(func ").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
        let function = text.find(&format!("(func (;{index};)")).unwrap();
        let place = function + text[function..].find("unreachable").unwrap();
        let mut body = body.replace("{self}", &index);
        while let Some((before, rest)) = body.split_once('{') {
            let (name, after) = rest.split_once('}').unwrap();
            let import = text.find(&format!(" \"{name}\" (func (;")).expect(name);
            let number: String =
                text[import..].split("(;").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
            body = format!("{before}{number}{after}");
        }
        text.replace_range(place..place + "unreachable".len(), &body);
    }
    let memory = text.find("(memory (;0;) 0)").unwrap();
    // result<json, error> is a byte that says which, then, at 8 because a failure holds a u64, pointer and length.
    let data = format!(
        "(memory (;0;) 1) (data (i32.const 1024) \"\\00\\00\\00\\00\\00\\00\\00\\00\\00\\08\\00\\00\\{:02x}\\00\\00\\00\") (data (i32.const 2048) {EXPANDED:?}) (data (i32.const 1544) \"\\b8\\0b\\00\\00\\04\\00\\00\\00\") (data (i32.const 3000) \"null\")",
        EXPANDED.len()
    );
    text.replace_range(memory..memory + "(memory (;0;) 0)".len(), &data);
    let mut module = wat::parse_str(&text).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// What is said of a call that needed more memory than this.
fn outgrown(limit: usize) -> String {
    format!(
        "the call needed more than the {limit} bytes of memory that an instance of the component may have; it had sent no change; pass less, \
         or ask for less, at a time, or raise host.limits.memoryBytes of the connection (memoryLimitBytes of [host])"
    )
}

fn options() -> Options {
    Options { code_cache: CodeCache::Off, memory_limit: 64 << 20, ..Options::default() }
}

async fn client(invoke: &str) -> Client {
    let connector = Connector::from_bytes(&component(&[(INVOKE, invoke)]), options()).unwrap();
    connector.client(json!({})).await.unwrap()
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_deadline() {
    let client = client(ENDLESS).await;
    // Twice: the second call gets a new instance.
    for _ in 0..2 {
        let started = Instant::now();
        let error = client.invoke("createUser", &json!({})).await.unwrap_err();
        assert!(matches!(error, Error::Deadline { maybe_applied: false, .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            "no result after 1200 ms; the call was ended (timeouts.totalMs of the connection)"
        );
        assert_eq!(error.exit_code(), 75);
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(1200) && took < Duration::from_millis(2500), "{took:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_stops_even_in_an_endless_loop() {
    let client = client(ENDLESS).await;
    let started = Instant::now();
    let call = tokio::time::timeout(Duration::from_millis(100), client.invoke("createUser", &json!({}))).await;
    assert!(call.is_err());
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
    assert!(!client.write_in_flight());
}

#[tokio::test]
async fn memory_is_limited() {
    let error = client(GREEDY).await.invoke("createUser", &json!({})).await.unwrap_err();
    assert_eq!(error.to_string(), outgrown(67_108_864));
    assert_eq!((error.class().kind.as_str(), error.exit_code()), ("tooLarge", 1));
}

#[tokio::test]
async fn a_trap_is_an_internal_failure_and_the_next_call_gets_a_new_instance() {
    let client = client("unreachable").await;
    for _ in 0..2 {
        let error = client.invoke("createUser", &json!({})).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the component stopped unexpectedly: wasm trap: wasm `unreachable` instruction executed"
        );
        assert_eq!(error.to_json()["kind"], "internal");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_component_does_touches_nobody_else() {
    let healthy = client(HEALTHY).await;
    let rows = [
        ("endless loop", ENDLESS, "no result after 1200 ms; the call was ended (timeouts.totalMs of the connection)"),
        ("hang", HANGING, "no result after 1200 ms; the call was ended (timeouts.totalMs of the connection)"),
        (
            "trap",
            "unreachable",
            "the component stopped unexpectedly: wasm trap: wasm `unreachable` instruction executed",
        ),
        ("stack overflow", DEEP, "the component stopped unexpectedly: wasm trap: call stack exhausted"),
        ("memory bomb", GREEDY, &*outgrown(67_108_864).leak()),
    ];
    let mut bad = tokio::task::JoinSet::new();
    for (name, body, expected) in rows {
        let client = client(body).await;
        bad.spawn(async move {
            for _ in 0..2 {
                let error = client.invoke("createUser", &json!({})).await.unwrap_err();
                assert_eq!(error.to_string(), expected, "{name}");
            }
            assert_eq!((client.usage().running, client.usage().warm), (0, 0), "{name}");
        });
    }
    let mut calls = 0;
    while !bad.is_empty() {
        healthy.invoke("createUser", &json!({})).await.unwrap();
        calls += 1;
        while let Some(ended) = bad.try_join_next() {
            ended.unwrap();
        }
        tokio::task::yield_now().await;
    }
    // One instance all along.
    assert!(calls > 10, "{calls}");
    assert_eq!((healthy.usage().totals.calls, healthy.usage().totals.instances), (calls, 1));
}

#[tokio::test]
async fn a_connection_may_have_less_memory_and_not_more() {
    let with = async |memory: usize| {
        let connector = Connector::from_bytes(&component(&[(INVOKE, GREEDY)]), options()).unwrap();
        let limits = Limits { memory_bytes: Some(memory), ..Limits::default() };
        let settings = ConnectionSettings { limits, ..ConnectionSettings::default() };
        connector.client(ConnectionSource::from(json!({})).with_settings(&settings)).await
    };
    let error = with(16 << 20).await.unwrap().invoke("createUser", &json!({})).await.unwrap_err();
    assert_eq!(error.to_string(), outgrown(16_777_216));
    assert_eq!(
        with(65 << 20).await.err().unwrap().to_string(),
        "connection.host.limits.memoryBytes: must be at most 67108864, which all connections may have; raise \
         memoryLimitBytes of [host] first"
    );
}

#[tokio::test]
async fn a_replacement_that_fails_changes_nothing() {
    let client = client(HEALTHY).await;
    client.invoke("createUser", &json!({})).await.unwrap();
    let broken = Connector::from_bytes(&component(&[(RESOLVE, "unreachable")]), options()).unwrap();
    assert!(matches!(client.replace(&broken).await, Err(Error::Trap { .. })));
    let stuck = Connector::from_bytes(&component(&[(RESOLVE, HANGING)]), options()).unwrap();
    assert!(matches!(client.replace(&stuck).await, Err(Error::Deadline { .. })));
    client.invoke("createUser", &json!({})).await.unwrap();
    assert_eq!(client.usage().totals.instances, 1);
}

#[tokio::test]
async fn unresolved_references_are_refused_before_the_component_sees_them() {
    let connector = Connector::from_bytes(&component(&[]), options()).unwrap();
    let error =
        connector.client(json!({"auth": {"token": {"env": "SCIM_CONNECTOR_NO_SUCH_VARIABLE"}}})).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "connection.auth.token: environment variable \"SCIM_CONNECTOR_NO_SUCH_VARIABLE\" is not set"
    );
    assert_eq!(error.exit_code(), 78);
}

#[test]
fn what_is_no_connector_is_refused() {
    let refused = |bytes: &[u8]| Connector::from_bytes(bytes, options()).err().unwrap().to_string();
    let foreign = wat::parse_str(
        "(component (import \"wasi:filesystem/types@0.2.6\" (instance)) (import \"wasi:io/poll@0.2.6\" (instance)) (import \"env\" (func)))",
    )
    .unwrap();
    assert_eq!(
        refused(&foreign),
        "the component imports wasi:filesystem/types@0.2.6, env; a SCIM connector may import only scim:connector-parts/outbound, \
         wasi:http/outgoing-handler, \
         wasi:http/types, wasi:io/*, wasi:clocks/*, wasi:cli/environment, wasi:random/random"
    );
    assert!(
        refused(&wat::parse_str("(component)").unwrap())
            .starts_with("this component is no SCIM connector of this version: ")
    );
    assert!(refused(b"hello").starts_with("this is no WebAssembly component: "));
    assert!(refused(&wat::parse_str("(module)").unwrap()).starts_with("this is no WebAssembly component: "));
    let missing = Connector::load("no/such.wasm", options()).err().unwrap().to_string();
    assert_eq!(missing, "the component no/such.wasm cannot be read: No such file or directory (os error 2)");
}
