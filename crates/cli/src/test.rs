//! `test`: a connection test, each step shown.

use super::{ConnectionArgument, Global, logging, output};
use clap::Args;
use scim_connector_host::client::{ConnectionReport, StepStatus};
use scim_connector_host::config::Config;
use scim_connector_host::connector::Connector;
use scim_connector_host::error::{Error, Result, failure_json};
use scim_connector_host::visible;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Arguments of `test`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    connection: ConnectionArgument,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Runs `test`. It exits as the failure of the first failed step would.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let (config, name, _) = global.connection(&arguments.connection)?;
    let connector = global.connector(Some(&config))?;
    connection(&connector, &config, &name, arguments.json).await
}

/// Tests a connection of the configuration.
pub async fn connection(connector: &Connector, config: &Config, name: &str, as_json: bool) -> Result<ExitCode> {
    let (_, source) = config.connection(Some(name))?;
    let client = connector.client(source).await?;
    logging::redact_for(&client);
    let report = tokio::select! {
        report = client.test() => report?,
        _ = tokio::signal::ctrl_c() => return Err(Error::Interrupted { maybe_applied: false }),
    };
    if as_json {
        output::out(&client.redactor().text(&output::json(&report_json(&report), false)))?;
    } else {
        output::out(&client.redactor().text(&format!("connection {name}\n{}", lines(&report))))?;
    }
    match report.failure {
        Some(failure) if !report.ok => Err(Error::Failure { transient: report.retryable, failure: Box::new(failure) }),
        _ if report.ok => Ok(ExitCode::SUCCESS),
        _ => Ok(ExitCode::FAILURE),
    }
}

/// The steps, a line each.
pub fn lines(report: &ConnectionReport) -> String {
    let width = report.steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
    let line = |step: &scim_connector_host::client::TestStep| {
        let (mark, time) = match step.status {
            StepStatus::Passed => ("ok  ", format!("{:>5} ms", step.duration_ms)),
            StepStatus::Failed => ("FAIL", format!("{:>5} ms", step.duration_ms)),
            StepStatus::Skipped => ("skip", " ".repeat(8)),
        };
        format!("  {mark} {:width$} {time}  {}\n", step.name, visible::line(&step.detail))
    };
    report.steps.iter().map(line).collect()
}

fn report_json(report: &ConnectionReport) -> Value {
    let status = |status| match status {
        StepStatus::Passed => "passed",
        StepStatus::Failed => "failed",
        StepStatus::Skipped => "skipped",
    };
    let steps: Vec<Value> = report
        .steps
        .iter()
        .map(|step| json!({"name": step.name, "status": status(step.status), "detail": step.detail, "durationMs": step.duration_ms}))
        .collect();
    let mut object = json!({"ok": report.ok, "steps": steps, "retryable": report.retryable});
    if let (Some(failure), Some(object)) = (&report.failure, object.as_object_mut()) {
        object.insert("failure".into(), failure_json(failure, report.retryable));
    }
    object
}
