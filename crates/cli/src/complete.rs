//! What a shell may offer where a name is typed: operations, connections, flows, runs. It runs at each press of a key, so it loads no
//! component and asks nobody; where something is wrong it offers nothing.

use clap::builder::PossibleValuesParser;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;
use scim_connector_host::catalog;
use scim_connector_host::config::Config;
use scim_connector_host::error::{Error, Result};

/// Says to this program that a shell asks, and which.
pub(super) const VARIABLE: &str = "SCIM_CONNECTOR_COMPLETE";

/// The shells there is a script for.
pub(super) fn shells() -> PossibleValuesParser {
    PossibleValuesParser::new(["bash", "elvish", "fish", "powershell", "zsh"])
}

/// The script of a shell: it asks this program what may follow.
pub(super) fn script(shell: &str) -> Result<String> {
    let shells = Shells::builtins();
    let completer = shells.completer(shell).ok_or_else(|| Error::Usage(format!("there is no script for {shell}")))?;
    let mut script = Vec::new();
    let name = "scim-connector";
    let written = completer.write_registration(VARIABLE, name, name, name, &mut script);
    written.map_err(|error| Error::Io(format!("the script cannot be made: {error}")))?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// The contract's operations.
pub(super) fn operations() -> Vec<CompletionCandidate> {
    catalog::names().map(CompletionCandidate::new).collect()
}

/// The configuration's connections.
pub(super) fn connections() -> Vec<CompletionCandidate> {
    let config = Config::find(None).ok().flatten();
    config.iter().flat_map(Config::names).map(CompletionCandidate::new).collect()
}

#[cfg(feature = "flows")]
pub(super) use of_flows::{flow_files, flows, runs};

#[cfg(feature = "flows")]
mod of_flows {
    use super::{CompletionCandidate, Config};
    use clap_complete::engine::PathCompleter;
    use scim_connector_automation::history::{Filter, History, HistorySettings};
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Endings of flows.
    const FLOWS: [&str; 3] = ["yaml", "yml", "json"];

    /// How many runs are offered.
    const RUNS: usize = 20;

    /// The history that counts where none is named, if there is one.
    fn history() -> Option<History> {
        let config = Config::find(None).ok()?.unwrap_or_default();
        let (path, keep) = HistorySettings::of(&config).ok()?.place(None).ok()?;
        // Opening makes it.
        path.exists().then(|| History::open(&path, keep).ok())?
    }

    /// Files that may be flows, and folders.
    pub fn flow_files() -> PathCompleter {
        let is_flow =
            |path: &Path| path.extension().and_then(|end| end.to_str()).is_some_and(|end| FLOWS.contains(&end));
        PathCompleter::any().filter(move |path| path.is_dir() || is_flow(path))
    }

    /// The flows of the history.
    pub fn flows() -> Vec<CompletionCandidate> {
        let Some(history) = history() else { return Vec::new() };
        let automations = history.automations().unwrap_or_default().into_iter().map(|one| one.flow.name);
        let ran = history.runs(&Filter { limit: 200, ..Filter::default() }).unwrap_or_default();
        let names: BTreeSet<String> = automations.chain(ran.into_iter().map(|run| run.flow)).collect();
        names.into_iter().map(CompletionCandidate::new).collect()
    }

    /// The latest runs.
    pub fn runs() -> Vec<CompletionCandidate> {
        let Some(history) = history() else { return Vec::new() };
        let runs = history.runs(&Filter { limit: RUNS, ..Filter::default() }).unwrap_or_default();
        let offered = |run: &scim_connector_automation::history::RunSummary| {
            CompletionCandidate::new(run.id.to_string())
                .help(Some(format!("{}, {}", run.flow, run.status.word()).into()))
        };
        runs.iter().map(offered).chain([CompletionCandidate::new("last")]).collect()
    }
}
