//! The tables of the history, and how a file comes to have them. Knows SQLite; what stands in the rows is for the other
//! modules to say.
//!
//! Times are microseconds since 1970, durations microseconds, structured values JSON text, words as JSON spells them.

use super::identity::FlowId;
use rusqlite::{Connection, ErrorCode as Code, OpenFlags, TransactionBehavior, params};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::private::{self, Unfit, beside};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Says that a file is a history (SQLite's `application_id`): "scim" in ASCII.
const APPLICATION: i64 = 0x7363_696d;

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// How long until a file is opened once more that was busy.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// What stands beside the file: SQLite's, and room that is kept for the end of a run.
const SIDE_FILES: [&str; 4] = ["-wal", "-shm", "-journal", RESERVE];

/// The file with that room.
pub(super) const RESERVE: &str = "-reserve";

/// A step from one version of a file to the next: what SQL says, and then what it cannot say.
type Step = (&'static str, fn(&Connection) -> rusqlite::Result<()>);

/// Each step makes a file one version newer; the number of steps taken is its `user_version`. Steps are never changed, only
/// added.
const MIGRATIONS: [Step; 4] = [
    (
        "
    CREATE TABLE texts(
        digest TEXT PRIMARY KEY,
        text TEXT NOT NULL);
    CREATE TABLE runs(
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        flow TEXT NOT NULL,
        version TEXT NOT NULL,
        file TEXT NOT NULL,
        text TEXT NOT NULL REFERENCES texts(digest),
        trigger TEXT NOT NULL,
        scheduled_for INTEGER,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        duration_us INTEGER,
        outcome TEXT,
        input TEXT, input_cut INTEGER NOT NULL DEFAULT 0,
        output TEXT, output_cut INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        lost INTEGER NOT NULL DEFAULT 0,
        place TEXT NOT NULL,
        pid INTEGER NOT NULL,
        token TEXT NOT NULL,
        heartbeat INTEGER NOT NULL);
    CREATE INDEX runs_by_flow ON runs(flow, seq);
    CREATE INDEX runs_running ON runs(seq) WHERE outcome IS NULL;
    CREATE TABLE steps(
        run INTEGER NOT NULL REFERENCES runs(seq),
        step INTEGER NOT NULL,
        parent INTEGER,
        pointer TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        function TEXT,
        connection TEXT,
        item INTEGER,
        started_at INTEGER NOT NULL,
        duration_us INTEGER,
        outcome TEXT,
        retries INTEGER NOT NULL DEFAULT 0,
        done INTEGER,
        total INTEGER,
        people INTEGER NOT NULL DEFAULT 0,
        input TEXT, input_cut INTEGER NOT NULL DEFAULT 0,
        output TEXT, output_cut INTEGER NOT NULL DEFAULT 0,
        error TEXT);
    CREATE UNIQUE INDEX steps_of_run ON steps(run, step);
    CREATE INDEX steps_not_completed ON steps(run, step) WHERE outcome IS NOT 'completed';
    CREATE TABLE retries(
        seq INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs(seq),
        step INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        at INTEGER NOT NULL,
        wait_ms INTEGER NOT NULL,
        error TEXT NOT NULL);
    CREATE INDEX retries_of_run ON retries(run, seq);
    CREATE TABLE people(
        seq INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs(seq),
        step INTEGER NOT NULL,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        change TEXT NOT NULL,
        reason TEXT);
    CREATE INDEX people_of_run ON people(run, seq);
    CREATE INDEX people_failed ON people(run, seq) WHERE change IN ('failed', 'unknown');
    CREATE TABLE counts(
        run INTEGER NOT NULL REFERENCES runs(seq),
        change TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY(run, change)) WITHOUT ROWID;
    CREATE TABLE automations(
        name TEXT PRIMARY KEY,
        file TEXT NOT NULL,
        paused INTEGER NOT NULL DEFAULT 0,
        next_due INTEGER,
        last_run TEXT,
        note TEXT,
        updated_at INTEGER NOT NULL);
    CREATE TABLE requests(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        automation TEXT NOT NULL,
        kind TEXT NOT NULL,
        input TEXT,
        at INTEGER NOT NULL,
        taken_at INTEGER,
        run TEXT,
        note TEXT);
    CREATE INDEX requests_open ON requests(id) WHERE taken_at IS NULL;
    CREATE TABLE daemons(
        folder TEXT PRIMARY KEY,
        place TEXT NOT NULL,
        pid INTEGER NOT NULL,
        token TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        heartbeat INTEGER NOT NULL,
        ui TEXT);
",
        nothing_more,
    ),
    (
        "
    ALTER TABLE runs ADD COLUMN dry_run INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE warnings(
        seq INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs(seq),
        step INTEGER NOT NULL,
        at INTEGER NOT NULL,
        text TEXT NOT NULL,
        times INTEGER NOT NULL DEFAULT 1);
    CREATE UNIQUE INDEX warnings_of_run ON warnings(run, text);
",
        nothing_more,
    ),
    // A flow is its folder and its name.
    (
        "
    ALTER TABLE runs ADD COLUMN folder TEXT NOT NULL DEFAULT '';
    ALTER TABLE requests ADD COLUMN folder TEXT NOT NULL DEFAULT '';
    ALTER TABLE automations RENAME TO automations_by_name;
    CREATE TABLE automations(
        folder TEXT NOT NULL,
        name TEXT NOT NULL,
        file TEXT NOT NULL,
        paused INTEGER NOT NULL DEFAULT 0,
        next_due INTEGER,
        last_run TEXT,
        note TEXT,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY(folder, name));
",
        find_folders,
    ),
    // What a run was given is not kept, and a request goes with its run.
    (
        "
    ALTER TABLE runs ADD COLUMN request INTEGER;
    CREATE INDEX runs_by_request ON runs(request) WHERE request IS NOT NULL;
    UPDATE requests SET input = NULL WHERE taken_at IS NOT NULL;
",
        nothing_more,
    ),
];

fn nothing_more(_: &Connection) -> rusqlite::Result<()> {
    Ok(())
}

/// Finds the folders of what was written without: those of files with whole paths. Which folder a shorter path began in is not
/// known any more; such runs have none.
fn find_folders(connection: &Connection) -> rusqlite::Result<()> {
    let files = connection
        .prepare("SELECT DISTINCT file FROM runs UNION SELECT file FROM automations_by_name")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    connection.execute_batch("CREATE TEMP TABLE folders(file TEXT PRIMARY KEY, folder TEXT NOT NULL)")?;
    for file in files.iter().filter(|file| Path::new(file).is_absolute()) {
        let folder = FlowId::in_file(Path::new(file), "").folder.display().to_string();
        connection.execute("INSERT INTO folders VALUES(?1, ?2)", params![file, folder])?;
    }
    connection.execute_batch(
        "UPDATE runs SET folder = coalesce((SELECT folder FROM folders WHERE folders.file = runs.file), '');
         INSERT INTO automations(folder, name, file, paused, next_due, last_run, note, updated_at)
             SELECT coalesce((SELECT folder FROM folders WHERE folders.file = old.file), ''), name, file, paused, next_due,
                 last_run, note, updated_at FROM automations_by_name AS old;
         UPDATE requests SET folder =
             coalesce((SELECT folder FROM automations WHERE automations.name = requests.automation), '');
         DROP TABLE automations_by_name;
         DROP TABLE folders;",
    )
}

/// The file and what stands beside it.
pub(super) fn with_side_files(path: &Path) -> Vec<PathBuf> {
    std::iter::once(path.to_path_buf()).chain(SIDE_FILES.map(|end| beside(path, end))).collect()
}

/// Opens a file, making or renewing its tables.
///
/// # Errors
/// What stands in the way, and what to do: [`Error::Config`], [`Error::Io`] or [`Error::Busy`].
pub(super) fn open(path: &Path) -> Result<Connection> {
    let real = private::prepare(path, &SIDE_FILES).map_err(|unfit| match unfit {
        Unfit::Unwritable(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            full(path)
        }
        Unfit::Unwritable(error) => {
            wrong(path, format!("the history cannot be written here: {error}; name another place with --history"))
        }
        // It tells of people.
        Unfit::Open(file, problem) => wrong(&file, format!("the history is not opened: {problem}")),
    })?;
    // Several that make a file into one with a write-ahead log at once are told that it is busy without a wait: SQLite waits for
    // nobody who may be waiting for it.
    let deadline = Instant::now() + BUSY;
    let opened = loop {
        match connect(&real) {
            Err(error) if is_busy(&error) && Instant::now() < deadline => std::thread::sleep(BUSY_PAUSE),
            opened => break opened,
        }
    };
    opened.map_err(|error| problem(path, &error))?.map_err(|detail| wrong(path, detail))
}

/// Whether another process holds the file just now.
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(Code::DatabaseBusy | Code::DatabaseLocked))
}

/// A file as an older version of this program left it.
#[cfg(test)]
pub(super) fn older(path: &Path, version: usize) -> Connection {
    let connection = Connection::open(path).unwrap();
    for (sql, then) in &MIGRATIONS[..version] {
        connection.execute_batch(sql).unwrap();
        then(&connection).unwrap();
    }
    connection.pragma_update(None, "application_id", APPLICATION).unwrap();
    connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
    connection
}

/// Opens a file, with the sentence that says why it is not one of ours.
fn connect(path: &Path) -> rusqlite::Result<Result<Connection, String>> {
    // Made already, and no link of somebody else's is followed that has come since.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // What is taken away is overwritten: a password that a run was given.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    let number = |connection: &Connection, name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let ours = |version: i64, application: i64| application == APPLICATION && version == newest;
    if !ours(number(&connection, "user_version")?, number(&connection, "application_id")?) {
        // Only of a file without tables; elsewhere SQLite leaves it as it is.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked again: another process may have been here.
        let (version, application) = (number(&transaction, "user_version")?, number(&transaction, "application_id")?);
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if application != APPLICATION && (tables > 0 || version != 0) {
            return Ok(Err("is a database of another program; name another file with --history".into()));
        }
        if version > newest {
            return Ok(Err(format!(
                "was written by a newer scim-connector (its layout is {version}, this one knows {newest}); use that one, or another file with --history"
            )));
        }
        for step in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or_default()) {
            let (sql, then) = step;
            transaction.execute_batch(sql)?;
            then(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", newest)?;
        transaction.commit()?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // What is written survives the end of the process at once, and the end of the machine after a moment.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(Ok(connection))
}

/// Empties the log of what was written before, where nobody reads or writes just now. Says whether it is empty.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(BUSY)?;
    match busy {
        Ok(busy) => Ok(!busy),
        Err(error) if is_busy(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What SQLite says, as a person understands it.
pub(super) fn problem(path: &Path, error: &rusqlite::Error) -> Error {
    let told = |detail: String| Error::Io(format!("{}: {detail}", path.display()));
    match error.sqlite_error_code() {
        Some(Code::NotADatabase) => wrong(path, "is no history: not a SQLite file; name another one with --history"),
        Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => {
            wrong(path, format!("the history cannot be written here: {error}; name another place with --history"))
        }
        _ if is_busy(error) => Error::Busy(format!("{}: is locked by another process; try again", path.display())),
        Some(Code::DatabaseCorrupt) => {
            told("is damaged; put a copy in its place, or name another file with --history".into())
        }
        Some(Code::DiskFull) => full(path),
        Some(Code::SystemIoFailure) => {
            told(format!("the history fails: {error}; the disk may be full, or a file may not become larger"))
        }
        _ => told(format!("the history fails: {error}")),
    }
}

/// Whether a disk that is full may be the reason.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(Code::DiskFull | Code::SystemIoFailure))
}

/// That there is no room to write down what a run does, so that none begins.
pub(super) fn no_room(path: &Path, error: &std::io::Error) -> Error {
    Error::Io(format!(
        "{}: there is no room to write down what a run does ({error}), and nothing was run; make room, or name another place with --history",
        path.display()
    ))
}

fn full(path: &Path) -> Error {
    Error::Io(format!("{}: the disk is full; make room, or name another place with --history", path.display()))
}

fn wrong(path: &Path, detail: impl Into<String>) -> Error {
    Error::Config { path: path.display().to_string(), detail: detail.into() }
}
