//! `demo`: the life of a user, from createUser to deleteUser, through the component against a sandbox in this process.
//! Every result is checked, so the demo fails where anything differs from what is expected.

use super::output::out;
use super::sandbox::random_secret;
use super::{Global, logging, output, test};
use parking_lot::Mutex;
use scim_connector_host::client::Client;
use scim_connector_host::connection::{Auth, ClientCredentials, Connection, Secret};
use scim_connector_host::connector::{CodeCache, Options};
use scim_connector_host::egress::address::AddressRule;
use scim_connector_host::egress::observe::Exchange;
use scim_connector_host::error::{Error, FailureKind, Result};
use scim_connector_sandbox::{Options as SandboxOptions, Sandbox};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Longest result that is shown whole.
const SHOWN: usize = 160;

/// The exchanges of the current step.
type ExchangeLog = Arc<Mutex<Vec<String>>>;

/// Runs `demo`.
pub async fn run(global: &Global) -> Result<ExitCode> {
    let started = Instant::now();
    let seen = ExchangeLog::default();
    let (log, verbose) = (seen.clone(), global.verbose);
    let observer = move |exchange: &Exchange| {
        if verbose {
            output::show_exchange(exchange);
        }
        log.lock().push(one_line(exchange));
    };
    let code_cache = if global.no_cache { CodeCache::Off } else { CodeCache::User };
    let connector = global.load(Options {
        code_cache,
        allow_addresses: vec![AddressRule::Loopback],
        observer: Some(Arc::new(observer)),
        ..Options::default()
    })?;
    let loaded = started.elapsed();

    let client_secret = random_secret();
    let options = SandboxOptions { client_secret: client_secret.clone(), ..SandboxOptions::default() };
    let client_id = options.client_id.clone();
    let sandbox = Sandbox::start(options)
        .await
        .map_err(|error| Error::Load(format!("the sandbox cannot be started: {error}")))?;
    let connection = Connection {
        service_url: Some(sandbox.service_url()),
        auth: Auth::ClientCredentials(Box::new(ClientCredentials {
            token_url: Some(sandbox.token_url()),
            client_id,
            client_secret: Some(Secret::Literal(client_secret)),
            ..ClientCredentials::default()
        })),
        ..Connection::default()
    };
    out(&format!(
        "The component is loaded ({} ms). A SCIM service with a token endpoint runs in this process:\n  {}\n",
        loaded.as_millis(),
        sandbox.service_url()
    ))?;
    let client = connector.client(connection).await?;
    logging::redact_for(&client);
    let result = Demo { client, seen }.run().await;
    sandbox.stop().await;
    result?;
    out(&format!("\nAll as expected, in {} ms.\n", started.elapsed().as_millis()))?;
    Ok(ExitCode::SUCCESS)
}

struct Demo {
    client: Client,
    seen: ExchangeLog,
}

impl Demo {
    async fn run(&self) -> Result<()> {
        self.test().await?;
        let payload = json!({
            "userName": "ada", "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
        });
        let created = self.call("Create a user", "createUser", json!({"payload": payload})).await?;
        expect("createUser", created.get("userName") == Some(&json!("ada")))?;
        let id = created.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        expect("createUser", !id.is_empty())?;

        let read = self.call("Read it back", "getUser", json!({"id": id})).await?;
        expect("getUser", read.get("id") == Some(&json!(id)))?;

        let query = json!({"filter": "userName eq \"ada\"", "attributes": ["userName", "name.familyName"]});
        let listed = self.call("Find it with a filter", "listUsers", query).await?;
        let found = listed.get("Resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        expect("listUsers", matches!(found, [user] if user.get("id") == Some(&json!(id))))?;

        let change =
            json!({"id": id, "operations": [{"op": "replace", "path": "active", "value": false}], "readBack": true});
        let patched = self.call("Deactivate it", "patchUser", change).await?;
        expect("patchUser", patched.get("active") == Some(&json!(false)))?;

        let deleted = self.call("Delete it", "deleteUser", json!({"id": id})).await?;
        expect("deleteUser", deleted.is_null())?;

        match self.call("Read it once more: it is gone, and the failure says so", "getUser", json!({"id": id})).await {
            Err(Error::Failure { failure, .. }) if matches!(failure.kind, FailureKind::NotFound) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => expect("getUser after deleteUser", false),
        }
    }

    /// The connection test, shown step by step.
    async fn test(&self) -> Result<()> {
        out("\nTest the connection\n")?;
        let report = self.client.test().await?;
        out(&self.exchanges())?;
        out(&self.client.redactor().text(&test::lines(&report)))?;
        match report.failure {
            Some(failure) if !report.ok => {
                Err(Error::Failure { transient: report.retryable, failure: Box::new(failure) })
            }
            _ => expect("test", report.ok),
        }
    }

    /// Calls an operation and shows what it was given, what went over the wire and what came back.
    async fn call(&self, title: &str, operation: &str, input: Value) -> Result<Value> {
        out(&format!("\n{title}\n  {operation} {input}\n"))?;
        let result = self.client.invoke(operation, &input).await;
        out(&self.exchanges())?;
        let shown = match &result {
            Ok(outcome) => shortened(&outcome.output.to_string()),
            Err(error) => error.to_json().to_string(),
        };
        out(&self.client.redactor().text(&format!("  = {shown}\n")))?;
        result.map(|outcome| outcome.output)
    }

    fn exchanges(&self) -> String {
        let seen = std::mem::take(&mut *self.seen.lock());
        seen.into_iter().map(|line| format!("    {line}\n")).collect()
    }
}

fn one_line(exchange: &Exchange) -> String {
    let answer = match (exchange.status, &exchange.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".into(),
    };
    let url = exchange.url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|start| rest.get(start..)));
    format!(
        "{} {} -> {answer} ({:.1} ms)",
        exchange.method,
        url.unwrap_or(&exchange.url),
        exchange.duration.as_secs_f64() * 1000.0
    )
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn expect(what: &str, good: bool) -> Result<()> {
    if good {
        Ok(())
    } else {
        Err(Error::Trap { detail: format!("{what} gave another result than expected"), maybe_applied: false })
    }
}
