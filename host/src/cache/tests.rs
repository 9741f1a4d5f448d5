use super::place::private_folder;
use super::*;
use std::fs;

const EMPTY: &str = "(component)";

std::thread_local! {
    static COMPILED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

fn load_empty(folder: Option<&Path>) -> CacheStatus {
    let bytes = wat::parse_str(EMPTY).unwrap();
    COMPILED.set(false);
    let loaded = load(&Engine::default(), &bytes, &digest(&bytes), folder, Some(|| COMPILED.set(true)));
    let (_, status): (Component, _) = loaded.unwrap();
    assert_eq!(COMPILED.get(), status != CacheStatus::Hit, "told where it is compiled, and only there");
    status
}

fn load_in(folder: &Path) -> CacheStatus {
    load_empty(Some(folder))
}

fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

#[test]
fn the_second_load_finds_the_code() {
    let folder = private_folder();
    let folder = folder.path().join("made/here");
    assert_eq!(load_in(&folder), CacheStatus::Stored);
    assert_eq!(load_in(&folder), CacheStatus::Hit);
    only_file(&folder);
}

#[test]
fn damage_is_noticed_and_mended() {
    let folder = private_folder();
    load_in(folder.path());
    let file = only_file(folder.path());
    let good = fs::read(&file).unwrap();
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let damaged = [good[..good.len() / 2].to_vec(), good[..10].to_vec(), Vec::new(), flipped, b"nonsense".repeat(20)];
    for bytes in damaged {
        fs::write(&file, bytes).unwrap();
        assert_eq!(load_in(folder.path()), CacheStatus::Stored);
        assert_eq!(load_in(folder.path()), CacheStatus::Hit);
    }
}

#[cfg(unix)]
#[test]
fn code_others_may_write_is_not_loaded() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = private_folder();
    let folder = folder.path().join("cache");
    load_in(&folder);
    let file = only_file(&folder);
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(load_in(&folder), CacheStatus::Stored, "replaced, not loaded");
    assert_eq!(load_in(&folder), CacheStatus::Hit);
    for mode in [0o777, 0o770, 0o722, 0o1777] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        let CacheStatus::NotStored(reason) = load_in(&folder) else { panic!("{mode:o}") };
        assert_eq!(reason, format!("{}: the folder may be written by others", folder.display()));
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(load_in(&folder), CacheStatus::Hit);
}

#[cfg(unix)]
#[test]
fn a_folder_of_another_user_is_not_used() {
    // Only root can give a folder away; anybody else finds one that is root's.
    let folder = private_folder();
    let given = std::os::unix::fs::chown(folder.path(), Some(65_534), Some(65_534)).is_ok();
    let folder = if given { folder.path() } else { Path::new("/usr") };
    let CacheStatus::NotStored(reason) = load_in(folder) else { panic!("it is used") };
    assert_eq!(reason, format!("{}: the folder belongs to another user", folder.display()));
}

#[test]
fn what_is_no_file_is_replaced_or_left_alone() {
    let folder = private_folder();
    load_in(folder.path());
    let file = only_file(folder.path());
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(matches!(load_in(folder.path()), CacheStatus::NotStored(_)));
}

#[test]
fn one_of_many_compiles_and_the_others_take_its_code() {
    static COMPILED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let folder = private_folder();
    let bytes = wat::parse_str(EMPTY).unwrap();
    let engine = Engine::default();
    let statuses: Vec<CacheStatus> = std::thread::scope(|scope| {
        let one = || {
            let counts = || _ = COMPILED.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            load::<Component>(&engine, &bytes, &digest(&bytes), Some(folder.path()), Some(counts)).unwrap().1
        };
        let all: Vec<_> = (0..20).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(COMPILED.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(statuses.iter().filter(|status| **status == CacheStatus::Stored).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == CacheStatus::Hit).count(), 19);
    only_file(folder.path());
}

#[test]
fn one_that_never_ends_stops_nobody_for_ever() {
    let folder = private_folder();
    let place = folder.path().join("code.cwasm");
    let turn = Turn::wait(&place, Duration::ZERO).unwrap();
    assert!(Turn::wait(&place, Duration::from_millis(50)).is_none(), "the wait is over");
    drop(turn);
    assert!(Turn::wait(&place, Duration::ZERO).is_some(), "a lock that is left behind is no lock");
}

#[test]
fn a_folder_that_cannot_be_made_is_no_error() {
    let folder = private_folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(load_in(&file), CacheStatus::NotStored(_)));
    assert_eq!(load_empty(None), CacheStatus::Off);
}

#[test]
fn a_module_is_cached_like_a_component() {
    let folder = private_folder();
    let bytes = wat::parse_str("(module)").unwrap();
    for expected in [CacheStatus::Stored, CacheStatus::Hit] {
        let loaded = load(&Engine::default(), &bytes, &digest(&bytes), Some(folder.path()), None);
        let (_, status): (Module, _) = loaded.unwrap();
        assert_eq!(status, expected);
    }
}

#[test]
fn another_engine_or_component_has_another_file() {
    let engine = Engine::default();
    let other = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
    assert_ne!(file_name(&engine, "a"), file_name(&engine, "b"));
    assert_ne!(file_name(&engine, "a"), file_name(&other, "a"));
    assert_eq!(file_name(&engine, "a"), file_name(&Engine::default(), "a"));
}
