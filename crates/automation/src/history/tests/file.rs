//! The file of the history: who may read it, what is no history, and how an older one becomes a new one.

use super::*;
use crate::history::schema;
use scim_connector_host::private;

#[test]
fn a_file_that_is_no_history_is_refused_and_left_alone() {
    let folder = crate::place::private_folder();
    let refused = |name: &str| {
        let path = folder.path().join(name);
        let error = History::open(&path, Retention::default()).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 78);
        error.to_string().replace(&folder.path().display().to_string(), "")
    };
    let write = |name: &str, text: &str| {
        std::io::Write::write_all(&mut private::create(&folder.path().join(name)).unwrap(), text.as_bytes()).unwrap();
    };
    write("text", &"not a database, and long enough to be sure of it".repeat(40));
    assert_eq!(refused("text"), "/text: is no history: not a SQLite file; name another one with --history");
    write("other", "");
    let other = rusqlite::Connection::open(folder.path().join("other")).unwrap();
    other.execute_batch("CREATE TABLE things(x)").unwrap();
    assert_eq!(refused("other"), "/other: is a database of another program; name another file with --history");
    History::open(&folder.path().join("newer"), Retention::default()).unwrap();
    let newer = rusqlite::Connection::open(folder.path().join("newer")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(
        refused("newer"),
        "/newer: was written by a newer scim-connector (its layout is 99, this one knows 4); use that one, or another file with --history"
    );
    let error = refused("text/history.sqlite");
    assert!(error.starts_with("/text/history.sqlite: the history cannot be written here: "), "{error}");
    let tables: i64 = other.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_for_this_user_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = crate::place::private_folder();
    let path = folder.path().join("made/here/history.sqlite");
    let history = History::open(&path, Retention::default()).unwrap();
    begin(&history, "seed");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[test]
fn many_open_a_new_file_at_once() {
    // Each time a new file, for it is its making that they get in each other's way with.
    for _ in 0..10 {
        let folder = crate::place::private_folder();
        let path = folder.path().join("history.sqlite");
        let all = std::sync::Barrier::new(16);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    all.wait();
                    let history = History::open(&path, Retention::default()).unwrap();
                    tell(&begin(&history, "seed"), &[run_ended(RunOutcome::Completed, None)]);
                });
            }
        });
        let history = History::open(&path, Retention::default()).unwrap();
        assert_eq!(history.runs(&Filter::default()).unwrap().len(), 16);
    }
}

#[test]
fn what_cannot_be_read_is_told_from_what_is_no_history() {
    let folder = crate::place::private_folder();
    let path = folder.path().join("history.sqlite");
    let history = History::open(&path, Retention::default()).unwrap();
    for _ in 0..50 {
        tell(&begin(&history, "seed"), &[run_ended(RunOutcome::Completed, None)]);
    }
    drop(history);
    // Everything but the first page is lost.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0xa5);
    std::fs::write(&path, bytes).unwrap();
    let read = |history: History| history.runs(&Filter::default()).map(drop);
    let error = History::open(&path, Retention::default()).and_then(read).unwrap_err();
    assert_eq!((error.exit_code(), error.class().kind.as_str()), (74, "io"), "{error}");
    assert!(error.to_string().ends_with("is damaged; put a copy in its place, or name another file with --history"));
    // One that is in use is so for the moment.
    let other = folder.path().join("other.sqlite");
    let history = History::open(&other, Retention::default()).unwrap();
    let holder = rusqlite::Connection::open(&other).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = history.set_paused(&FlowId::new(folder.path(), "x"), true).unwrap_err();
    assert_eq!((error.exit_code(), error.class().transient), (75, true), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_reach_is_refused_with_what_mends_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let place = crate::place::private_folder();
    let path = place.path().join("history.sqlite");
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let refused = |path: &Path| {
        let error = History::open(path, Retention::default()).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 78);
        error.to_string().replace(&place.path().display().to_string(), "")
    };
    let history = History::open(&path, Retention::default()).unwrap();
    // It stays open, so that its log stays, too.
    let recorder = begin(&history, "seed");
    for end in ["", "-wal", "-shm", "-reserve"] {
        let file = private::beside(&path, end);
        assert_eq!(private::problem(&file), None, "{end}");
        mode(&file, 0o640);
        assert_eq!(
            refused(&path),
            format!(
                "/history.sqlite{end}: the history is not opened: others may read or write it (mode 640): `chmod 600 /history.sqlite{end}`"
            )
        );
        mode(&file, 0o600);
    }
    drop((recorder, history));
    History::open(&path, Retention::default()).unwrap();
    // A link, of the file and of what stands beside it; the folder may be one.
    symlink(&path, place.path().join("link")).unwrap();
    assert!(refused(&place.path().join("link")).contains("it is a link; name the file that it leads to"));
    symlink("nowhere", place.path().join("dangling")).unwrap();
    assert!(refused(&place.path().join("dangling")).contains("it is a link"));
    assert!(!place.path().join("nowhere").exists());
    let victim = place.path().join("victim");
    std::fs::write(&victim, "as it was").unwrap();
    for end in ["-wal", "-shm", "-journal", "-reserve"] {
        let link = private::beside(&path, end);
        std::fs::remove_file(&link).ok();
        symlink(&victim, &link).unwrap();
        assert!(refused(&path).starts_with(&format!("/history.sqlite{end}: the history is not opened: it is a link")));
        std::fs::remove_file(&link).unwrap();
    }
    assert_eq!(std::fs::read(&victim).unwrap(), b"as it was");
    std::fs::hard_link(&path, place.path().join("hard")).unwrap();
    assert!(refused(&path).contains("it is a hard link"));
    std::fs::remove_file(place.path().join("hard")).unwrap();
    private::folder(&place.path().join("folder")).unwrap();
    symlink(place.path().join("folder"), place.path().join("way")).unwrap();
    History::open(&place.path().join("way/history.sqlite"), Retention::default()).unwrap();
    // Where everybody replaces files, none is safe.
    mode(&place.path().join("folder"), 0o777);
    let told = refused(&place.path().join("folder/history.sqlite"));
    assert!(told.contains("everybody may replace files in /folder: `chmod o-w /folder`"), "{told}");
    mode(&place.path().join("folder"), 0o1777);
    History::open(&place.path().join("folder/history.sqlite"), Retention::default()).unwrap();
}

#[test]
fn what_was_written_before_flows_had_folders_is_found_again() {
    let place = crate::place::private_folder();
    let place = place.path().canonicalize().unwrap();
    std::fs::create_dir(place.join("flows")).unwrap();
    let path = place.join("history.sqlite");
    drop(private::create(&path).unwrap());
    let older = schema::older(&path, 2);
    let file = place.join("flows/nightly.yaml").display().to_string();
    older
        .execute_batch(&format!(
            "INSERT INTO texts VALUES('d', 'text');
             INSERT INTO runs(id, flow, version, file, text, trigger, started_at, outcome, place, pid, token, heartbeat)
                 VALUES('a', 'nightly', '1.0.0', '{file}', 'd', 'schedule', 1, 'completed', '', 1, '', 1),
                     ('b', 'nightly', '1.0.0', 'flows/nightly.yaml', 'd', 'manual', 2, 'completed', '', 1, '', 1);
             INSERT INTO automations(name, file, paused, next_due, updated_at) VALUES('nightly', '{file}', 1, 7000000, 1);
             INSERT INTO requests(automation, kind, at) VALUES('nightly', 'trigger', unixepoch() * 1000000), ('gone', 'trigger', unixepoch() * 1000000);"
        ))
        .unwrap();
    drop(older);
    let history = History::open(&path, Retention::default()).unwrap();
    let flow = FlowId::new(&place.join("flows"), "nightly");
    assert!(history.paused(&flow).unwrap());
    let row = history.automations().unwrap().remove(0);
    assert_eq!((&row.flow, row.next_due), (&flow, Some(Timestamp::from_second(7).unwrap())));
    let runs = history.runs(&Filter { flow: Some("nightly".into()), ..Filter::default() }).unwrap();
    let folders: Vec<_> = runs.into_iter().map(|run| run.folder).collect();
    assert_eq!(folders, [None, Some(flow.folder.clone())], "a short path does not say where it began");
    assert_eq!(history.runs(&Filter::of(&flow)).unwrap().len(), 1);
    assert_eq!(history.take_requests(&flow.folder, &["nightly", "gone"]).unwrap().len(), 1);
}
