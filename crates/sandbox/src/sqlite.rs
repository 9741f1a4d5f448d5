//! The SQLite file behind a directory: all resources are read once at the start, each write is one transaction.
//!
//! Knows records, not what is in them. The file is locked for other processes while the sandbox runs.

use super::record::{Change, Record};
use super::schema::Object;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Layout of the file; a file of another one is refused.
const LAYOUT: i64 = 1;

/// An open file.
pub(super) struct File {
    /// A connection cannot be shared; the directory's lock sees to it that it is not, the mutex tells the compiler.
    connection: Mutex<Connection>,
}

impl File {
    /// Opens the file, or makes a new one, for this user alone: it tells of people.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // What stands in the way of a new file is told by SQLite, too.
        drop(options.open(path));
        Self::connect(path).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                io::Error::new(io::ErrorKind::ResourceBusy, format!("{}: in use by another process", path.display()))
            }
            Some(rusqlite::ErrorCode::DiskFull) => {
                io::Error::new(io::ErrorKind::StorageFull, format!("{}: the disk is full", path.display()))
            }
            _ => io::Error::other(format!("{}: {error}", path.display())),
        })
    }

    fn connect(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        // A file that is in use stays so for as long as the other sandbox runs: no point in waiting.
        connection.busy_timeout(Duration::from_millis(100))?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "BEGIN EXCLUSIVE;
             CREATE TABLE IF NOT EXISTS resources(
                 id TEXT PRIMARY KEY, type TEXT NOT NULL, json TEXT NOT NULL, seq INTEGER NOT NULL UNIQUE);
             CREATE TABLE IF NOT EXISTS me(only INTEGER PRIMARY KEY, id TEXT NOT NULL);
             COMMIT;",
        )?;
        match connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? {
            0 => connection.pragma_update(None, "user_version", LAYOUT)?,
            LAYOUT => {}
            other => return Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
        }
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// All records, oldest first.
    pub(super) fn load(&mut self) -> io::Result<Vec<Record>> {
        let connection = self.connection.get_mut();
        let load = || {
            let mut select = connection.prepare("SELECT seq, type, id, json FROM resources ORDER BY seq")?;
            let rows =
                select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)))?;
            rows.collect::<rusqlite::Result<Vec<(u64, String, String, String)>>>()
        };
        let rows = load().map_err(io::Error::other)?;
        rows.into_iter()
            .map(|(seq, kind, id, json)| Ok(Record { seq, kind, id, resource: serde_json::from_str(&json)? }))
            .collect()
    }

    /// The id of the client's own user.
    pub(super) fn me(&mut self) -> io::Result<Option<String>> {
        let connection = self.connection.get_mut();
        let found = connection.query_row("SELECT id FROM me", [], |row| row.get(0)).optional();
        found.map_err(io::Error::other)
    }

    /// Writes the changes, all or none.
    pub(super) fn save(&mut self, changes: &[Change]) -> io::Result<()> {
        let connection = self.connection.get_mut();
        let mut save = || {
            let transaction = connection.transaction()?;
            for change in changes {
                match change {
                    Change::Put(record) => transaction
                        .prepare_cached("INSERT OR REPLACE INTO resources(id, type, json, seq) VALUES(?1, ?2, ?3, ?4)")?
                        .execute(params![record.id, record.kind, text(&record.resource), record.seq])?,
                    Change::Delete(record) => transaction
                        .prepare_cached("DELETE FROM resources WHERE id = ?1")?
                        .execute(params![record.id])?,
                    Change::Me(id) => transaction
                        .prepare_cached("INSERT OR REPLACE INTO me(only, id) VALUES(1, ?1)")?
                        .execute(params![id])?,
                };
            }
            transaction.commit()
        };
        save().map_err(io::Error::other)
    }
}

fn text(resource: &Object) -> String {
    Value::Object(resource.clone()).to_string()
}
