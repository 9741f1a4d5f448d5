//! What the history's table of automations says, for `status` and the page: one row for each flow, and one for each file that
//! has problems and no flow. Written only where something changed.

use super::folder::Folder;
use super::job::Job;
use crate::history::{FlowId, History, RunId, Scheduled};
use jiff::Timestamp;
use scim_connector_host::error::Result;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// The rows, as they were last written.
pub struct Rows {
    history: History,
    /// The folder of the flows, links resolved.
    folder: PathBuf,
    written: HashMap<String, Row>,
}

#[derive(PartialEq)]
struct Row {
    file: PathBuf,
    next_due: Option<Timestamp>,
    last_run: Option<RunId>,
    note: Option<String>,
}

impl Rows {
    pub fn new(history: History, folder: PathBuf) -> Self {
        Self { history, folder, written: HashMap::new() }
    }

    fn flow(&self, name: &str) -> FlowId {
        FlowId { folder: self.folder.clone(), name: name.to_owned() }
    }

    /// Writes down what has changed.
    pub fn write(&mut self, jobs: &BTreeMap<String, Job>, folder: &Folder) -> Result<()> {
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        for (name, job) in jobs {
            let file = job.automation.flow.document.path.clone();
            let row = Row { file, next_due: job.next, last_run: job.last_run.clone(), note: job.note.clone() };
            rows.insert(name.clone(), row);
        }
        for (file, good, problems) in folder.problems() {
            if let Some(row) = good.and_then(|good| rows.get_mut(&good.name)) {
                row.note = Some(format!("the version before still counts: {}", first(problems)));
            } else {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let note = Some(first(problems));
                rows.insert(name, Row { file: file.to_path_buf(), next_due: None, last_run: None, note });
            }
        }
        let gone: Vec<String> = self.written.keys().filter(|name| !rows.contains_key(*name)).cloned().collect();
        gone.iter().try_for_each(|name| self.remove(name))?;
        for (name, row) in rows {
            if self.written.get(&name) != Some(&row) {
                self.history.upsert_automation(&Scheduled {
                    flow: &self.flow(&name),
                    file: &row.file,
                    next_due: row.next_due,
                    last_run: row.last_run.as_ref(),
                    note: row.note.as_deref(),
                })?;
                self.written.insert(name, row);
            }
        }
        Ok(())
    }

    /// Forgets an automation.
    pub fn remove(&mut self, name: &str) -> Result<()> {
        self.history.remove_automation(&self.flow(name))?;
        self.written.remove(name);
        Ok(())
    }

    /// Forgets what an earlier daemon knew of the folder and is not there any more.
    pub fn forget(&self) -> Result<()> {
        for row in self.history.automations_of(&self.folder)? {
            let named_after_file = row.file.file_name().is_some_and(|file| file.to_string_lossy() == *row.flow.name);
            if named_after_file || !row.file.exists() {
                self.history.remove_automation(&row.flow)?;
            }
        }
        Ok(())
    }
}

fn first(problems: &[String]) -> String {
    match problems {
        [] => String::new(),
        [only] => only.clone(),
        [first, others @ ..] => format!("{first} (and {} more)", others.len()),
    }
}
