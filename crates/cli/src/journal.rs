//! The file of a bulk run's results: entries as NDJSON, written through before the run goes on. One process at a time writes it, and a
//! line that a crash cut short is taken away when it is opened again.

use scim_connector_host::bulk::BulkEntry;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::private::{self, Unfit};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// An open file of results.
pub(super) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Says that a file is there already, which is not written over.
    pub fn refuse_existing(path: &Path) -> Result<()> {
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        let path = path.display();
        Err(Error::Usage(format!("{path} is there already; go on with --resume, or name another file for the results")))
    }

    /// A new file, which this user alone can read: results name people.
    pub fn create(path: &Path) -> Result<Self> {
        Self::refuse_existing(path)?;
        Self::locked(private::create(path), path)
    }

    /// The file of a run before this one.
    pub fn reopen(path: &Path) -> Result<Self> {
        if let Err(error) = path.symlink_metadata() {
            return Self::locked(Err(error), path);
        }
        let real = private::prepare(path, &[]).map_err(|unfit| match unfit {
            Unfit::Unwritable(error) => Error::Io(format!("the results {} cannot be opened: {error}", path.display())),
            Unfit::Open(file, problem) => {
                Error::Usage(format!("the results {} are not opened: {problem}", file.display()))
            }
        })?;
        Self::locked(OpenOptions::new().read(true).write(true).open(real), path)
    }

    fn locked(file: std::io::Result<File>, path: &Path) -> Result<Self> {
        let shown = path.display();
        let file = file.map_err(|error| Error::Usage(format!("the results {shown} cannot be opened: {error}")))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path: path.to_owned() }),
            Err(std::fs::TryLockError::WouldBlock) => {
                Err(Error::Usage(format!("another process writes the results {shown}; wait for it, or end it")))
            }
            Err(std::fs::TryLockError::Error(error)) => {
                Err(Error::Usage(format!("the results {shown} cannot be locked: {error}")))
            }
        }
    }

    /// Tells what is in it, and goes to its end.
    pub fn read(&mut self, tell: &mut dyn FnMut(BulkEntry) -> Result<()>) -> Result<()> {
        let mut lines = BufReader::new(&self.file);
        let (mut line, mut number, mut length) = (String::new(), 0_u64, 0_u64);
        loop {
            line.clear();
            let read = lines.read_line(&mut line).map_err(|error| self.failed("read", &error))?;
            // What has no end was cut short when the run was, if this is a run's.
            if !line.ends_with('\n') {
                if number == 0 && read > 0 {
                    let path = self.path.display();
                    return Err(Error::Usage(format!("{path} is no file of results; it was left as it is")));
                }
                break;
            }
            number += 1;
            length += read as u64;
            let entry = serde_json::from_str(&line).map_err(|_| Error::Usage("it is no JSON".into()));
            entry
                .and_then(BulkEntry::from_json)
                .and_then(&mut *tell)
                .map_err(|error| Error::Usage(format!("{}, line {number}: {error}", self.path.display())))?;
        }
        let end = self.file.set_len(length).and_then(|()| self.file.seek(SeekFrom::Start(length)));
        end.map(drop).map_err(|error| self.failed("written", &error))
    }

    /// Writes entries, of which `shown` takes secrets, and waits until they are kept.
    pub fn append(&mut self, entries: &[BulkEntry], shown: &dyn Fn(&str) -> String) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let lines: String = entries.iter().map(|entry| shown(&entry.to_json().to_string()) + "\n").collect();
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| self.failed("written", &error))
    }

    fn failed(&self, what: &str, error: &std::io::Error) -> Error {
        Error::Io(format!("the results {} cannot be {what}: {error}", self.path.display()))
    }
}

#[cfg(test)]
#[path = "../../../tests/support/place.rs"]
mod place;

#[cfg(test)]
mod tests {
    use super::place::private_folder;
    use super::*;
    use serde_json::json;

    fn result(index: u32) -> BulkEntry {
        BulkEntry::from_json(json!({"index": index, "method": "DELETE", "status": 204})).unwrap()
    }

    #[test]
    fn what_was_written_is_read_and_what_was_cut_short_is_not() {
        let folder = private_folder();
        let path = folder.path().join("results.ndjson");
        let mut journal = Journal::create(&path).unwrap();
        let plain = |line: &str| line.to_owned();
        journal.append(&[BulkEntry::InFlight(vec![(0, 2)]), result(0), result(1)], &plain).unwrap();
        assert!(Journal::reopen(&path).is_err(), "somebody writes it");
        drop(journal);
        assert!(Journal::create(&path).is_err(), "it is not written over");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.clone() + "{\"index\":2,\"met").unwrap();

        let mut journal = Journal::reopen(&path).unwrap();
        let mut seen = Vec::new();
        journal
            .read(&mut |entry| {
                seen.push(entry);
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, [BulkEntry::InFlight(vec![(0, 2)]), result(0), result(1)]);
        journal.append(&[result(2)], &plain).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            text + "{\"index\":2,\"method\":\"DELETE\",\"status\":204}\n"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_has_no_line_of_a_run_is_left_as_it_is() {
        let folder = private_folder();
        let path = folder.path().join("notes.json");
        for text in ["{\"my\":\"precious notes\"}", "{\"bulk\":{\"operations\":3", "x"] {
            std::fs::remove_file(&path).ok();
            drop(Journal::create(&path).unwrap());
            std::fs::write(&path, text).unwrap();
            let error = Journal::reopen(&path).unwrap().read(&mut |_| Ok(())).unwrap_err().to_string();
            assert!(error.ends_with("notes.json is no file of results; it was left as it is"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused() {
        let folder = private_folder();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap().success());
        assert!(Journal::reopen(&path).err().unwrap().to_string().ends_with("pipe are not opened: it is no file"));
    }

    #[test]
    fn another_file_is_refused_with_its_line() {
        let folder = private_folder();
        let path = folder.path().join("other");
        drop(Journal::create(&path).unwrap());
        std::fs::write(&path, "{\"index\":0}\nname;mail\n").unwrap();
        let error = Journal::reopen(&path).unwrap().read(&mut |_| Ok(())).unwrap_err().to_string();
        assert!(error.ends_with("other, line 2: it is no JSON"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"index\":0}\nname;mail\n", "it stays as it is");
    }
}
