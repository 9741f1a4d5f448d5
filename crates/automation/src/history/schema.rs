//! The tables of the history, and how a file comes to have them. Knows SQLite; what stands in the rows is for the other
//! modules to say.
//!
//! Times are microseconds since 1970, durations microseconds, structured values JSON text, words as JSON spells them.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use scim_connector_host::error::{Error, Result};
use std::path::Path;
use std::time::Duration;

/// Says that a file is a history (SQLite's `application_id`): "scim" in ASCII.
const APPLICATION: i64 = 0x7363_696d;

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// Each step makes a file one version newer; the number of steps taken is its `user_version`. Steps are never changed, only
/// added.
const MIGRATIONS: [&str; 3] = [
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
    "
    ALTER TABLE runs ADD COLUMN request INTEGER;
    CREATE INDEX runs_by_request ON runs(request) WHERE request IS NOT NULL;
    UPDATE requests SET input = NULL WHERE taken_at IS NOT NULL;
",
];

/// Opens a file, making or renewing its tables.
///
/// # Errors
/// [`Error::Config`] that says what stands in the way and what to do.
pub(super) fn open(path: &Path) -> Result<Connection> {
    make_private(path).map_err(|error| {
        wrong(path, format!("the history cannot be written here: {error}; name another place with --history"))
    })?;
    connect(path).map_err(|error| problem(path, &error))?.map_err(|detail| wrong(path, detail))
}

/// Opens a file, with the sentence that says why it is not one of ours.
fn connect(path: &Path) -> rusqlite::Result<Result<Connection, String>> {
    let mut connection = Connection::open(path)?;
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
            transaction.execute_batch(step)?;
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
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What SQLite says, as a person understands it.
pub(super) fn problem(path: &Path, error: &rusqlite::Error) -> Error {
    let detail = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "is no history: not a SQLite file; name another one with --history".into(),
        Some(ErrorCode::DatabaseCorrupt) => {
            "is damaged; put a copy in its place, or name another file with --history".into()
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            format!("the history cannot be written here: {error}; name another place with --history")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "is locked by another process; try again".into(),
        Some(ErrorCode::DiskFull) => "the disk is full".into(),
        _ => format!("the history fails: {error}"),
    };
    wrong(path, detail)
}

fn wrong(path: &Path, detail: impl Into<String>) -> Error {
    Error::Config { path: path.display().to_string(), detail: detail.into() }
}

/// Sees to it that a new file is for this user alone: it tells of people.
fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder)?;
    }
    // A file that is there must not be opened here: where this process has it open already, closing it again would take
    // away SQLite's locks (fcntl(2)), and another process that closes the database would delete its log.
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        opened => opened.map(drop),
    }
}
