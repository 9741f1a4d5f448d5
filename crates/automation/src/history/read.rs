//! Finds again what was written: runs, their steps, what happened to whom. Everything long comes in pages.

use super::found::{Calls, Filter, Page, Person, Retry, Run, RunSummary, Step, StepsFilter, Warning, Which};
use super::row::{Json, Time, Word};
use super::{Counts, History, RunId, Status, Stored, Trigger};
use jiff::Timestamp;
use rusqlite::types::{FromSql, ToSql};
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use scim_connector_flow::event::{Change, StepKind};
use scim_connector_flow::fault::Fault;
use scim_connector_host::error::{Error, Result};
use std::path::PathBuf;
use std::time::Duration;

const SUMMARY: &str =
    "id, flow, folder, version, trigger, scheduled_for, started_at, ended_at, duration_us, outcome, error, dry_run,
    (SELECT count(*) FROM warnings WHERE warnings.run = runs.seq) AS warnings,
    (SELECT json_group_object(change, number) FROM counts WHERE run = seq) AS counts";

const STEP: &str =
    "step, parent, pointer, name, kind, function, connection, item, started_at, duration_us, outcome, retries,
    done, total, input, input_cut, output, output_cut, error";

impl History {
    /// Runs, latest first.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn runs(&self, filter: &Filter) -> Result<Vec<RunSummary>> {
        let mut condition = String::from("TRUE");
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if let Some(flow) = &filter.flow {
            condition += " AND flow = ?";
            values.push(flow);
        }
        let folder = filter.folder.as_ref().map(|folder| folder.display().to_string());
        if let Some(folder) = &folder {
            condition += " AND folder = ?";
            values.push(folder);
        }
        let word = filter.status.map(Status::word);
        match &word {
            Some("running") => condition += " AND outcome IS NULL",
            Some(word) => {
                condition += " AND outcome = ?";
                values.push(word);
            }
            None => {}
        }
        if let Some(before) = &filter.before {
            condition += " AND seq < (SELECT seq FROM runs WHERE id = ?)";
            values.push(before);
        }
        values.push(&filter.limit);
        let query = format!("SELECT {SUMMARY} FROM runs WHERE {condition} ORDER BY seq DESC LIMIT ?");
        self.rows(&query, &values, summary)
    }

    /// A run.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn run(&self, id: &RunId) -> Result<Option<Run>> {
        let query = format!(
            "SELECT {SUMMARY}, file, input, input_cut, output, output_cut, lost,
                 (SELECT count(*) FROM steps WHERE run = seq) AS steps,
                 (SELECT count(*) FROM steps WHERE run = seq AND outcome IS NOT 'completed' AND outcome IN ('failed', 'interrupted')) AS failed,
                 (SELECT json_array(count(*), count(*) FILTER (WHERE outcome IN ('failed', 'interrupted')),
                     count(*) FILTER (WHERE outcome IS NULL))
                     FROM steps WHERE run = seq AND kind = 'call' AND people = 0) AS alone,
                 (SELECT count(*) FROM retries WHERE run = runs.seq) AS retries
             FROM runs WHERE id = ?"
        );
        let found = self.rows(&query, &[id], |row| {
            let [total, failed, running] = row.get::<_, Json<[u64; 3]>>("alone")?.0;
            Ok(Run {
                summary: summary(row)?,
                file: row.get::<_, String>("file")?.into(),
                input: stored(row, "input", "input_cut")?,
                output: stored(row, "output", "output_cut")?,
                steps: row.get("steps")?,
                failed_steps: row.get("failed")?,
                calls_without_people: Calls { total, failed, running },
                retries: row.get("retries")?,
                lost: row.get("lost")?,
            })
        })?;
        Ok(found.into_iter().next())
    }

    /// The folders whose flows of this name have run.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn folders(&self, flow: &str) -> Result<Vec<PathBuf>> {
        let query = "SELECT DISTINCT folder FROM runs WHERE flow = ? AND folder <> '' ORDER BY folder";
        self.rows(query, &[&flow], |row| row.get::<_, String>(0).map(PathBuf::from))
    }

    /// The run that is meant: a whole name, the beginning of only one, or `last`.
    ///
    /// # Errors
    /// [`Error::Usage`] where none or several are meant, [`Error::Config`] where the file fails.
    pub fn find(&self, name: &str) -> Result<RunId> {
        let wanted = name.trim().to_ascii_lowercase();
        let found: Vec<RunId> = if wanted == "last" {
            self.rows("SELECT id FROM runs ORDER BY seq DESC LIMIT 1", &[], |row| row.get(0))?
        } else {
            let query =
                "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id = ?1 DESC, seq DESC LIMIT 6";
            self.rows(query, &[&wanted], |row| row.get(0))?
        };
        match found.as_slice() {
            [] if wanted == "last" => Err(Error::Usage("there is no run in the history yet".into())),
            [] => Err(Error::Usage(format!("there is no run \"{name}\"; `scim-connector runs` lists them"))),
            [only] => Ok(only.clone()),
            [first, ..] if first.as_str() == wanted => Ok(first.clone()),
            several => {
                let names: Vec<&str> = several.iter().map(RunId::as_str).collect();
                Err(Error::Usage(format!("several runs begin with \"{name}\": {}; write more of it", names.join(", "))))
            }
        }
    }

    /// Steps of a run in the order they began; `page.after` is a step's number.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn steps(&self, id: &RunId, which: StepsFilter, page: Page) -> Result<Vec<Step>> {
        let condition = match which {
            StepsFilter::All => "",
            StepsFilter::Failed => "AND outcome IS NOT 'completed' AND outcome IN ('failed', 'interrupted')",
            StepsFilter::Running => "AND outcome IS NOT 'completed' AND outcome IS NULL",
            StepsFilter::Calls => "AND kind = 'call'",
            StepsFilter::CallsWithoutPeople => "AND kind = 'call' AND people = 0",
        };
        let query = format!(
            "SELECT {STEP} FROM steps WHERE run = (SELECT seq FROM runs WHERE id = ?) AND step > ? {condition}
             ORDER BY step LIMIT ?"
        );
        self.rows(&query, &[id, &page.after, &page.limit], step)
    }

    /// One step of a run.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn step(&self, id: &RunId, number: u64) -> Result<Option<Step>> {
        let found = self.steps(id, StepsFilter::All, Page { after: number.saturating_sub(1), limit: 1 })?;
        Ok(found.into_iter().next().filter(|step| step.step == number))
    }

    /// The calls that took longest, slowest first.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn slowest(&self, id: &RunId, limit: usize) -> Result<Vec<Step>> {
        let query = format!(
            "SELECT {STEP} FROM steps WHERE run = (SELECT seq FROM runs WHERE id = ?) AND kind = 'call'
                 AND duration_us IS NOT NULL ORDER BY duration_us DESC, step LIMIT ?"
        );
        self.rows(&query, &[id, &limit], step)
    }

    /// Repetitions in the order they happened; `page.after` is a `seq`.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn retries(&self, id: &RunId, page: Page) -> Result<Vec<Retry>> {
        let query = "SELECT seq, step, attempt, at, wait_ms, error FROM retries
             WHERE run = (SELECT seq FROM runs WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?";
        self.rows(query, &[id, &page.after, &page.limit], |row| {
            Ok(Retry {
                seq: row.get(0)?,
                step: row.get(1)?,
                attempt: row.get(2)?,
                at: row.get::<_, Time>(3)?.0,
                wait: Duration::from_millis(row.get(4)?),
                error: row.get::<_, Json<Fault>>(5)?.0,
            })
        })
    }

    /// What calls and files warned of, each text once, in the order it came first; `page.after` is a `seq`.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn warnings(&self, id: &RunId, page: Page) -> Result<Vec<Warning>> {
        let query = "SELECT seq, warnings.step, name, at, text, times
             FROM warnings LEFT JOIN steps ON steps.run = warnings.run AND steps.step = warnings.step
             WHERE warnings.run = (SELECT seq FROM runs WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?";
        self.rows(query, &[id, &page.after, &page.limit], |row| {
            Ok(Warning {
                seq: row.get(0)?,
                step: row.get(1)?,
                name: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                at: row.get::<_, Time>(3)?.0,
                text: row.get(4)?,
                times: row.get(5)?,
            })
        })
    }

    /// What happened to whom, in the order it happened; `page.after` is a `seq`.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn people(&self, id: &RunId, which: Which, page: Page) -> Result<Vec<Person>> {
        let mut values: Vec<&dyn ToSql> = vec![id, &page.after];
        let only;
        let condition = match which {
            Which::All => "",
            Which::Failed => "AND change IN ('failed', 'unknown')",
            Which::Others => "AND change NOT IN ('failed', 'unknown', 'handled')",
            Which::Only(change) => {
                only = Word(change);
                values.push(&only);
                "AND change = ?"
            }
        };
        values.push(&page.limit);
        let query = format!(
            "SELECT seq, who, change, reason, people.step, at, name, duration_us
             FROM people LEFT JOIN steps ON steps.run = people.run AND steps.step = people.step
             WHERE people.run = (SELECT seq FROM runs WHERE id = ?) AND seq > ? {condition} ORDER BY seq LIMIT ?"
        );
        self.rows(&query, &values, |row| {
            Ok(Person {
                seq: row.get(0)?,
                who: row.get(1)?,
                change: row.get::<_, Word<Change>>(2)?.0,
                reason: row.get(3)?,
                step: row.get(4)?,
                at: row.get::<_, Time>(5)?.0,
                name: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
                duration: duration(row)?,
            })
        })
    }

    /// The flow's text as it was when the run began.
    ///
    /// # Errors
    /// [`Error::Config`] where the file fails.
    pub fn flow_text(&self, id: &RunId) -> Result<Option<String>> {
        let query = "SELECT text FROM texts WHERE digest = (SELECT text FROM runs WHERE id = ?)";
        self.with(|connection| connection.query_row(query, [id], |row| row.get(0)).optional())
    }

    /// All rows of a query.
    pub(super) fn rows<T>(
        &self,
        query: &str,
        values: &[&dyn ToSql],
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.with(|connection| {
            connection
                .prepare_cached(query)?
                .query_map(params_from_iter(values), read)?
                .collect::<rusqlite::Result<_>>()
        })
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    let counts: Json<serde_json::Map<String, serde_json::Value>> = row.get("counts")?;
    let counts = counts
        .0
        .into_iter()
        .filter_map(|(change, number)| Some((serde_json::from_value(change.into()).ok()?, number.as_u64()?)));
    Ok(RunSummary {
        id: row.get("id")?,
        flow: row.get("flow")?,
        folder: Some(row.get::<_, String>("folder")?).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        version: row.get("version")?,
        trigger: row.get::<_, Word<Trigger>>("trigger")?.0,
        scheduled_for: time(row, "scheduled_for")?,
        started: row.get::<_, Time>("started_at")?.0,
        ended: time(row, "ended_at")?,
        duration: duration(row)?,
        status: status(row)?,
        counts: Counts(counts.collect()),
        error: error(row)?,
        dry_run: row.get("dry_run")?,
        warnings: row.get("warnings")?,
    })
}

fn step(row: &Row<'_>) -> rusqlite::Result<Step> {
    Ok(Step {
        step: row.get("step")?,
        parent: row.get("parent")?,
        pointer: row.get("pointer")?,
        name: row.get("name")?,
        kind: row.get::<_, Word<StepKind>>("kind")?.0,
        function: row.get("function")?,
        connection: row.get("connection")?,
        item: row.get("item")?,
        started: row.get::<_, Time>("started_at")?.0,
        duration: duration(row)?,
        status: status(row)?,
        retries: row.get("retries")?,
        done: row.get("done")?,
        total: row.get("total")?,
        input: stored(row, "input", "input_cut")?,
        output: stored(row, "output", "output_cut")?,
        error: error(row)?,
    })
}

fn status(row: &Row<'_>) -> rusqlite::Result<Status> {
    Ok(optional::<Word<Status>>(row, "outcome")?.map_or(Status::Running, |status| status.0))
}

fn error(row: &Row<'_>) -> rusqlite::Result<Option<Fault>> {
    Ok(optional::<Json<Fault>>(row, "error")?.map(|error| error.0))
}

fn duration(row: &Row<'_>) -> rusqlite::Result<Option<Duration>> {
    Ok(optional::<u64>(row, "duration_us")?.map(Duration::from_micros))
}

pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(optional::<Time>(row, column)?.map(|time| time.0))
}

fn stored(row: &Row<'_>, text: &str, cut: &str) -> rusqlite::Result<Option<Stored>> {
    let cut = row.get(cut)?;
    Ok(optional::<String>(row, text)?.map(|text| Stored { text, cut }))
}

fn optional<T: FromSql>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    row.get(column)
}
