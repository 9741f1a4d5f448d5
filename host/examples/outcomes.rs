//! Calls operations by name, as a program does that embeds the host: calls on stdin, an outcome for each on stdout. The connection is
//! the one of a `Config.toml`.
//!
//! ```sh
//! echo '[{"operation": "createUser", "input": {"payload": {"userName": "ada"}}}]' |
//!     cargo run --example outcomes -- target/scim-connector.core.wasm Config.toml       # ["ok"], or the failure's kind
//! ```
#![allow(clippy::print_stdout, reason = "a program of its own")]

use scim_connector_host::{CallContext, Config, Connector, Options, Text};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::path::Path;

#[derive(Deserialize)]
struct Call {
    operation: String,
    input: Box<RawValue>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, config] = arguments.as_slice() else {
        return Err("usage: outcomes COMPONENT CONFIG < CALLS".into());
    };
    let config = Config::load(Path::new(config))?;
    let mut options = Options::default();
    config.apply(&mut options);
    let connector = Connector::load(component, options)?;
    let client = connector.client(config.connection(None)?.1).await?;

    let calls: Vec<Call> = serde_json::from_reader(std::io::stdin())?;
    let mut outcomes = Vec::new();
    for Call { operation, input } in calls {
        // Input and result go through as text; nothing of them is read here.
        let called = client.invoke_as::<Box<RawValue>>(&operation, &Text(input.get()), &CallContext::default()).await;
        outcomes.push(called.map_or_else(|error| error.class().kind.to_string(), |_| "ok".to_owned()));
    }
    println!("{}", serde_json::to_string(&outcomes)?);
    Ok(())
}
