//! What becomes of old runs, and of those whose process is gone.

use super::identity::{Life, Process};
use super::row::{Json, Time};
use super::{Begin, History, Recorder, RunId, schema};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use scim_connector_flow::fault::Fault;
use scim_connector_host::error::Result;

/// How long a process of which nothing else is known may be silent.
const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// How long a request waits for a daemon.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Rows that are deleted at a time, so that others who write need not wait long.
const PORTION: usize = 2000;

/// Pages that are given back to the system at a time: 40 MB.
const GIVEN_BACK: usize = 10_000;

/// Operations that change nothing begin with one of these words.
const READING: [&str; 5] = ["get", "list", "read", "search", "test"];

impl History {
    /// Writes down that a run begins. Tell the recorder its events.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn begin(&self, begin: &Begin<'_>) -> Result<Recorder> {
        Recorder::begin(self, begin)
    }

    /// Finds the runs whose process is gone, marks them as interrupted, and says which they are, oldest first.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn reap(&self) -> Result<Vec<RunId>> {
        let running = self.with(|connection| {
            connection
                .prepare("SELECT seq, id, place, pid, token, heartbeat FROM runs WHERE outcome IS NULL ORDER BY seq")?
                .query_map([], |row| {
                    let process = Process { place: row.get(2)?, pid: row.get(3)?, token: row.get(4)? };
                    Ok((row.get(0)?, row.get(1)?, process, row.get::<_, Time>(5)?.0))
                })?
                .collect::<rusqlite::Result<Vec<(i64, RunId, Process, Timestamp)>>>()
        })?;
        let mut reaped = Vec::new();
        for (run, id, process, heartbeat) in running.into_iter().filter(|(.., process, beat)| gone(process, *beat)) {
            let text = if process.life() == Life::Gone {
                "the process that ran it is gone; the last that it wrote down is"
            } else {
                "the process that ran it, on another machine, has not been heard of; the last that it wrote down is"
            };
            let changed = self.with(|connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let changed = interrupt(&transaction, run, heartbeat, text)?;
                transaction.commit()?;
                Ok(changed)
            })?;
            if changed {
                reaped.push(id);
            }
        }
        // Nobody is left to do it where their process is gone.
        let over = "DELETE FROM requests WHERE run IN (SELECT id FROM runs WHERE outcome IS NOT NULL)";
        self.with(|connection| connection.execute(over, []))?;
        Ok(reaped)
    }

    /// Lets go of runs that are older than the history is to keep, or more than it is to keep of their flow; running ones
    /// stay. Says how many went.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn prune(&self) -> Result<usize> {
        let keep = self.0.keep;
        let oldest = Timestamp::now() - SignedDuration::from_hours(24 * i64::from(keep.days));
        self.with(|connection| {
            connection.execute("DELETE FROM requests WHERE taken_at < ?1", [Time(oldest)])?;
            if give_up(connection, Timestamp::now())? {
                schema::empty_log(connection)?;
            }
            Ok(())
        })?;
        let old = self.with(|connection| {
            connection
                .prepare(
                    "SELECT seq FROM (SELECT seq, outcome, ended_at,
                             row_number() OVER (PARTITION BY folder, flow ORDER BY seq DESC) AS newer FROM runs)
                     WHERE outcome IS NOT NULL AND (ended_at < ?1 OR newer > ?2) ORDER BY seq",
                )?
                .query_map(params![Time(oldest), keep.runs], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()
        })?;
        for run in &old {
            for table in ["steps", "people", "retries", "counts", "warnings"] {
                while self.with(|connection| delete_portion(connection, table, *run))? >= PORTION {}
            }
            self.with(|connection| connection.execute("DELETE FROM runs WHERE seq = ?1", [run]))?;
        }
        if !old.is_empty() {
            self.with(|connection| {
                connection.execute("DELETE FROM texts WHERE digest NOT IN (SELECT text FROM runs)", [])?;
                // Gives the room back to the system.
                let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({GIVEN_BACK})"))?;
                let mut pages = vacuum.query([])?;
                while pages.next()?.is_some() {}
                Ok(())
            })?;
        }
        Ok(old.len())
    }
}

/// Whether a process is gone, as far as can be told.
pub(super) fn gone(process: &Process, heartbeat: Timestamp) -> bool {
    match process.life() {
        Life::Running => false,
        Life::Gone => true,
        Life::Unknown => Timestamp::now().duration_since(heartbeat) > SILENCE,
    }
}

/// Gives up requests that no daemon took. Says whether there were some.
fn give_up(connection: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let query = "UPDATE requests SET taken_at = ?1, input = NULL, note = 'no process took it within an hour'
        WHERE taken_at IS NULL AND at < ?2";
    Ok(connection.execute(query, params![Time(now), Time(now - PATIENCE)])? > 0)
}

fn delete_portion(connection: &mut Connection, table: &str, run: i64) -> rusqlite::Result<usize> {
    // Of a table without row numbers there are few rows.
    let which = match table {
        "counts" => "run = ?1 AND ?2 > 0".to_owned(),
        _ => format!("rowid IN (SELECT rowid FROM {table} WHERE run = ?1 LIMIT ?2)"),
    };
    connection.prepare_cached(&format!("DELETE FROM {table} WHERE {which}"))?.execute(params![run, PORTION])
}

/// Marks a run as interrupted, with the step it was at; `why` is a sentence up to the place. Says whether it was still running.
pub(super) fn interrupt(transaction: &Transaction<'_>, run: i64, at: Timestamp, why: &str) -> rusqlite::Result<bool> {
    let open = transaction
        .prepare("SELECT name, pointer, function FROM steps WHERE run = ?1 AND outcome IS NULL ORDER BY step")?
        .query_map([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(String, String, Option<String>)>>>()?;
    let writes = |function: &Option<String>| {
        function.as_ref().is_some_and(|function| !READING.iter().any(|word| function.starts_with(word)))
    };
    let last = || {
        transaction
            .query_row("SELECT name, pointer FROM steps WHERE run = ?1 ORDER BY step DESC LIMIT 1", [run], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
    };
    let writing = open.iter().find(|(.., function)| writes(function));
    let maybe_applied = writing.is_some();
    let step = match writing.or(open.last()) {
        Some((name, pointer, _)) => Some((name.clone(), pointer.clone())),
        None => last()?,
    };
    let (place, instance) = match step {
        Some((name, pointer)) => {
            let word = if open.is_empty() { "after" } else { "in" };
            (format!(" {word} the step `{name}` ({pointer})"), Some(pointer))
        }
        None => (" before its first step".to_owned(), None),
    };
    let told = if maybe_applied { "; its change may have been applied" } else { "" };
    let fault = Fault {
        type_: "interrupted".into(),
        title: Some("interrupted".into()),
        detail: Some(format!("{why}{place}{told}")),
        instance,
        maybe_applied,
        ..Fault::default()
    };
    transaction.execute("UPDATE steps SET outcome = 'interrupted' WHERE run = ?1 AND outcome IS NULL", [run])?;
    let changed = transaction.execute(
        "UPDATE runs SET outcome = 'interrupted', ended_at = ?2, duration_us = max(?2 - started_at, 0), error = ?3
         WHERE seq = ?1 AND outcome IS NULL",
        params![run, Time(at), Json(fault)],
    )?;
    Ok(changed == 1)
}
