//! `check`: says what is wrong with flows before they run.

use super::allow::{Permission, allow};
use super::{Global, output};
use clap::Args;
use scim_connector_flow::{check, load};
use scim_connector_host::config::Config;
use scim_connector_host::error::Result;
use scim_connector_host::visible;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `check`.
#[derive(Args)]
pub struct Arguments {
    /// Flows: files in the Serverless Workflow DSL, YAML or JSON
    #[arg(required = true)]
    flow: Vec<PathBuf>,
    /// Let the flow do what is refused otherwise: `run: shell`, `call: http`, to read files elsewhere
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    allow: Vec<Permission>,
}

/// Runs `check`. Without a configuration there are no connections and no secrets to refer to.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let config = Config::find(global.config.as_deref())?.unwrap_or_default();
    let catalog = global.connector(Some(&config))?.catalog().await?;
    let allow = allow(&arguments.allow, &config, None)?;
    let mut wrong = 0_usize;
    for path in &arguments.flow {
        match load::file(path, &catalog, &config, allow.clone())? {
            Ok(loaded) => output::out(&format!("{}\n", summary(path, &loaded.flow.document.value)))?,
            Err(found) => {
                wrong += 1;
                output::notes(found.shown(!global.is_text()).trim_end());
            }
        }
    }
    if wrong > 0 && global.is_text() && arguments.flow.len() > 1 {
        output::note(&format!("{wrong} of {} flows have problems", arguments.flow.len()));
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(78) })
}

fn summary(path: &std::path::Path, flow: &Value) -> String {
    let steps = check::count(flow.get("do").unwrap_or(&Value::Null));
    let steps = format!("{steps} step{}", if steps == 1 { "" } else { "s" });
    let disabled = flow.pointer("/document/metadata/automation/enabled") == Some(&Value::Bool(false));
    let when = match scim_connector_flow::schedule::words(flow) {
        Some(_) if disabled => ", its schedule is disabled".to_owned(),
        Some(words) => format!(", runs {words}"),
        None => String::new(),
    };
    format!("{}: ok, {steps}{when}", visible::line(&path.display().to_string()))
}
