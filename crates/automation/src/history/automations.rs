//! What the daemon and the commands tell each other: automations with their pauses, requests, and who serves which folder.

use super::identity::{FlowId, Process};
use super::read::time;
use super::row::{Json, Time};
use super::{History, RunId, keep, schema};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, TransactionBehavior, params};
use scim_connector_host::error::Result;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the daemon tells of an automation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled<'a> {
    /// Which flow.
    pub flow: &'a FlowId,
    /// The flow's file.
    pub file: &'a Path,
    /// When it runs next.
    pub next_due: Option<Timestamp>,
    /// The run before.
    pub last_run: Option<&'a RunId>,
    /// What a person should know of it, such as what is wrong with its file.
    pub note: Option<&'a str>,
}

/// An automation as it stands in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automation {
    /// Which flow.
    pub flow: FlowId,
    /// The flow's file.
    pub file: PathBuf,
    /// It does not run by itself for now.
    pub paused: bool,
    /// When it runs next.
    pub next_due: Option<Timestamp>,
    /// The run before.
    pub last_run: Option<RunId>,
    /// What a person should know of it.
    pub note: Option<String>,
    /// When this was last told.
    pub updated_at: Timestamp,
}

/// Somebody wants an automation to run now.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its number.
    pub id: i64,
    /// Which automation.
    pub automation: FlowId,
    /// What it is to be given, where that is not what its file says. It is there until a daemon takes it.
    pub input: Option<Value>,
    /// When it was asked for.
    pub at: Timestamp,
    /// When a daemon took it.
    pub taken_at: Option<Timestamp>,
    /// The run that came of it.
    pub run: Option<RunId>,
    /// Why no run came of it.
    pub note: Option<String>,
}

/// A process that runs the automations of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daemon {
    /// The folder.
    pub folder: PathBuf,
    /// The process.
    pub process: Process,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last said that it lives.
    pub heartbeat: Timestamp,
    /// The address of its page.
    pub ui: Option<String>,
}

impl Daemon {
    /// Whether it runs, as far as can be told.
    #[must_use]
    pub fn alive(&self) -> bool {
        !keep::gone(&self.process, self.heartbeat)
    }
}

const REQUEST: &str = "id, folder, automation, input, at, taken_at, run, note";

/// A folder as it stands in a column.
fn text(folder: &Path) -> String {
    folder.display().to_string()
}

impl History {
    /// Writes down what the daemon knows of an automation; whether it is paused stays as it is.
    ///
    /// # Errors
    /// [`crate::Error::Config`] where the file fails, here and below.
    pub fn upsert_automation(&self, automation: &Scheduled<'_>) -> Result<()> {
        let Scheduled { flow, file, next_due, last_run, note } = *automation;
        let (folder, name, file) = (text(&flow.folder), &flow.name, file.display().to_string());
        self.with(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO automations(folder, name, file, next_due, last_run, note, updated_at)
                         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     ON CONFLICT(folder, name)
                         DO UPDATE SET file = ?3, next_due = ?4, last_run = ?5, note = ?6, updated_at = ?7",
                )?
                .execute(params![folder, name, file, next_due.map(Time), last_run, note, Time(Timestamp::now())])
                .map(drop)
        })
    }

    /// Forgets an automation whose file is gone.
    pub fn remove_automation(&self, flow: &FlowId) -> Result<()> {
        let query = "DELETE FROM automations WHERE folder = ?1 AND name = ?2";
        self.with(|connection| connection.execute(query, params![text(&flow.folder), flow.name]).map(drop))
    }

    /// All automations, by name and folder.
    pub fn automations(&self) -> Result<Vec<Automation>> {
        self.rows(
            "SELECT folder, name, file, paused, next_due, last_run, note, updated_at FROM automations ORDER BY name, folder",
            &[],
            |row| {
                Ok(Automation {
                    flow: FlowId { folder: row.get::<_, String>(0)?.into(), name: row.get(1)? },
                    file: row.get::<_, String>(2)?.into(),
                    paused: row.get(3)?,
                    next_due: time(row, "next_due")?,
                    last_run: row.get(5)?,
                    note: row.get(6)?,
                    updated_at: row.get::<_, Time>(7)?.0,
                })
            },
        )
    }

    /// The automations of a folder, by name.
    pub fn automations_of(&self, folder: &Path) -> Result<Vec<Automation>> {
        let all = self.automations()?;
        Ok(all.into_iter().filter(|automation| automation.flow.folder == folder).collect())
    }

    /// Pauses a flow of which nothing is known yet, where one of its name is paused in a folder that is gone and that nobody runs:
    /// it may be the same, renamed. Whether it is cannot be told (a disk that is not mounted, a release being switched), so nothing
    /// else is taken over, and what is known of the other stays its own. Gives that folder.
    pub fn pause_as_before(&self, flow: &FlowId) -> Result<Option<PathBuf>> {
        let all = self.automations()?;
        if all.iter().any(|row| row.flow == *flow) {
            return Ok(None);
        }
        let served: Vec<PathBuf> =
            self.daemons()?.into_iter().filter(Daemon::alive).map(|daemon| daemon.folder).collect();
        let is_gone = |folder: &Path| {
            let there = std::fs::symlink_metadata(folder);
            there.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
                && !served.iter().any(|one| one == folder)
        };
        let before = all.into_iter().find(|row| row.paused && row.flow.name == flow.name && is_gone(&row.flow.folder));
        let Some(before) = before else { return Ok(None) };
        let file = before.file.file_name().map_or_else(|| before.file.clone(), |name| flow.folder.join(name));
        self.upsert_automation(&Scheduled { flow, file: &file, next_due: None, last_run: None, note: None })?;
        self.set_paused(flow, true)?;
        Ok(Some(before.flow.folder))
    }

    /// Pauses an automation or lets it go on. Says whether there is such an automation.
    pub fn set_paused(&self, flow: &FlowId, paused: bool) -> Result<bool> {
        let query = "UPDATE automations SET paused = ?3 WHERE folder = ?1 AND name = ?2";
        self.with(|connection| Ok(connection.execute(query, params![text(&flow.folder), flow.name, paused])? == 1))
    }

    /// Whether an automation is paused; one that is not known is not.
    pub fn paused(&self, flow: &FlowId) -> Result<bool> {
        let query = "SELECT paused FROM automations WHERE folder = ?1 AND name = ?2";
        let values = params![text(&flow.folder), flow.name];
        let paused = self.with(|connection| connection.query_row(query, values, |row| row.get(0)).optional())?;
        Ok(paused.unwrap_or_default())
    }

    /// Asks the daemon to run an automation now. Gives the request's number.
    pub fn request_trigger(&self, flow: &FlowId, input: Option<&Value>) -> Result<i64> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO requests(folder, automation, kind, input, at) VALUES(?1, ?2, 'trigger', ?3, ?4)",
                params![text(&flow.folder), flow.name, input.map(Json), Time(Timestamp::now())],
            )?;
            Ok(connection.last_insert_rowid())
        })
    }

    /// Takes the requests for these automations of a folder, oldest first; each is given to one taker only. What a run is to be
    /// given may be secret, and is in the taker's hands alone from then on: [`History::empty_log`] takes it out of the file.
    pub fn take_requests<S: AsRef<str>>(&self, folder: &Path, automations: &[S]) -> Result<Vec<Request>> {
        let names: Vec<&str> = automations.iter().map(AsRef::as_ref).collect();
        let now = Timestamp::now();
        let open = "SELECT count(*) FROM requests WHERE taken_at IS NULL AND at >= ?1";
        // Asked often, and mostly in vain: nobody is kept from writing for that.
        if self.rows(open, &[&Time(now - keep::PATIENCE)], |row| row.get::<_, i64>(0))? == [0] {
            return Ok(Vec::new());
        }
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let query = format!(
                "SELECT {REQUEST} FROM requests WHERE taken_at IS NULL AND at >= ?1 AND folder = ?2
                     AND automation IN (SELECT value FROM json_each(?3)) ORDER BY id"
            );
            let mut open = transaction.prepare(&query)?;
            let taken = open
                .query_map(params![Time(now - keep::PATIENCE), text(folder), Json(names)], request)?
                .collect::<rusqlite::Result<Vec<Request>>>()?;
            drop(open);
            for request in &taken {
                let query = "UPDATE requests SET taken_at = ?2, input = NULL WHERE id = ?1";
                transaction.execute(query, params![request.id, Time(now)])?;
            }
            transaction.commit()?;
            Ok(taken)
        })
    }

    /// Takes what was deleted out of the file's log as well, without waiting for anybody. Says whether that is done.
    pub fn empty_log(&self) -> Result<bool> {
        self.with(|connection| schema::empty_log(connection))
    }

    /// Says what came of a request: its run, or why there is none.
    pub fn answer_request(&self, id: i64, run: Option<&RunId>, note: Option<&str>) -> Result<()> {
        self.with(|connection| {
            connection.execute("UPDATE requests SET run = ?2, note = ?3 WHERE id = ?1", params![id, run, note])?;
            connection.execute("UPDATE runs SET request = ?1 WHERE id = ?2", params![id, run]).map(drop)
        })
    }

    /// Forgets a request whose run is over; the run knows which it was.
    pub fn forget_request(&self, id: i64) -> Result<()> {
        self.with(|connection| connection.execute("DELETE FROM requests WHERE id = ?1", [id]).map(drop))
    }

    /// A request, for whoever waits for it; once its run is over, what the run knows of it.
    pub fn request(&self, id: i64) -> Result<Option<Request>> {
        let open = format!("SELECT {REQUEST} FROM requests WHERE id = ?1");
        let over = "SELECT request, folder, flow, NULL, started_at, started_at AS taken_at, id, NULL FROM runs WHERE request = ?1";
        Ok(match self.rows(&open, &[&id], request)?.pop() {
            Some(request) => Some(request),
            None => self.rows(over, &[&id], request)?.pop(),
        })
    }

    /// Makes this process the daemon of a folder; `None` where it is now, else who is it already.
    pub fn claim_folder(&self, folder: &Path, ui: Option<&str>) -> Result<Option<Daemon>> {
        let this = Process::this();
        let name = folder.display().to_string();
        let now = Time(Timestamp::now());
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let query = format!("{DAEMON} WHERE folder = ?1");
            let there = transaction.query_row(&query, [&name], daemon).optional()?;
            if let Some(there) = there.filter(|there| there.process != this && there.alive()) {
                return Ok(Some(there));
            }
            transaction.execute(
                "INSERT OR REPLACE INTO daemons(folder, place, pid, token, started_at, heartbeat, ui)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6)",
                params![name, this.place, this.pid, this.token, now, ui],
            )?;
            transaction.commit()?;
            Ok(None)
        })
    }

    /// Says that the daemon of a folder lives, every few seconds.
    pub fn daemon_beat(&self, folder: &Path) -> Result<()> {
        let query = "UPDATE daemons SET heartbeat = ?2 WHERE folder = ?1";
        let values = params![folder.display().to_string(), Time(Timestamp::now())];
        self.with(|connection| connection.execute(query, values).map(drop))
    }

    /// Says that this process no longer is the daemon of a folder.
    pub fn release_folder(&self, folder: &Path) -> Result<()> {
        let this = Process::this();
        let query = "DELETE FROM daemons WHERE folder = ?1 AND place = ?2 AND pid = ?3 AND token = ?4";
        let values = params![folder.display().to_string(), this.place, this.pid, this.token];
        self.with(|connection| connection.execute(query, values).map(drop))
    }

    /// The daemons that are written down, by folder; [`Daemon::alive`] says whether one runs.
    pub fn daemons(&self) -> Result<Vec<Daemon>> {
        self.rows(&format!("{DAEMON} ORDER BY folder"), &[], daemon)
    }
}

const DAEMON: &str = "SELECT folder, place, pid, token, started_at, heartbeat, ui FROM daemons";

fn daemon(row: &Row<'_>) -> rusqlite::Result<Daemon> {
    Ok(Daemon {
        folder: row.get::<_, String>(0)?.into(),
        process: Process { place: row.get(1)?, pid: row.get(2)?, token: row.get(3)? },
        started_at: row.get::<_, Time>(4)?.0,
        heartbeat: row.get::<_, Time>(5)?.0,
        ui: row.get(6)?,
    })
}

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        id: row.get(0)?,
        automation: FlowId { folder: row.get::<_, String>(1)?.into(), name: row.get(2)? },
        input: row.get::<_, Option<Json<Value>>>(3)?.map(|input| input.0),
        at: row.get::<_, Time>(4)?.0,
        taken_at: time(row, "taken_at")?,
        run: row.get(6)?,
        note: row.get(7)?,
    })
}
