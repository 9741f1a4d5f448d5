//! Rows about the cache of compiled code: what is left of it after a crash, on a full disk, or after decay is never run,
//! and the component runs all the same. A victim is this program, started again to fill a cache.

use crate::fault::{Create, Found, in_words};
use crate::play::{client_of, invoke, options};
use crate::provider::Users;
use crate::support::fake::Fake;
use crate::support::{code_cache, component};
use scim_connector_host::cache::{self, CacheStatus};
use scim_connector_host::{Connector, private};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The argument that makes this program a victim.
pub const VICTIM: &str = "--fill-cache";

/// Bytes of compiled code that a victim writes: enough to be killed in the middle.
const LARGE: usize = 16 << 20;

/// How often the victim is killed.
const KILLS: usize = 6;

/// Loads a component with this cache and prints what the cache did.
pub fn victim(folder: &Path) -> ExitCode {
    use std::io::Write as _;
    let engine = wasmtime::Engine::default();
    let component = large_component();
    let loaded = cache::load::<wasmtime::component::Component>(
        &engine,
        &component,
        &cache::digest(&component),
        Some(folder),
        None,
    );
    let (_, status) = loaded.expect("the component compiles");
    writeln!(std::io::stdout(), "{}", status_name(&status)).expect("stdout");
    ExitCode::SUCCESS
}

fn status_name(status: &CacheStatus) -> &'static str {
    match status {
        CacheStatus::Off => "Off",
        CacheStatus::Hit => "Hit",
        CacheStatus::Stored => "Stored",
        CacheStatus::NotStored(_) => "NotStored",
    }
}

/// A component of one module with nothing but data: compiled at once, and large.
fn large_component() -> Vec<u8> {
    // 11: the data section; one passive segment.
    let data = sized(&vec![7; LARGE]);
    let section = [vec![11], sized(&[vec![1, 1], data].concat())].concat();
    let module = [b"\0asm\x01\0\0\0".to_vec(), section].concat();
    // 1: a core module.
    [b"\0asm\x0d\0\x01\0".to_vec(), vec![1], sized(&module)].concat()
}

/// Bytes with their length before them, in LEB128.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let (mut length, mut head) = (bytes.len(), Vec::new());
    while length >= 128 {
        head.push((length % 128) as u8 | 128);
        length /= 128;
    }
    head.push(length as u8);
    [head, bytes.to_vec()].concat()
}

fn spawn(folder: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(VICTIM).arg(folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().expect("this program can be started")
}

/// What the cache did for a victim that was left alone.
fn outcome(victim: Child) -> String {
    let output = victim.wait_with_output().expect("the victim ends");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map_or_else(|_| Vec::new(), |all| all.map(|entry| entry.expect("a file").path()).collect())
}

fn finding(seen: impl Into<String>, started: Instant, wrong: Vec<String>) -> Found {
    Found { seen: seen.into(), took: started.elapsed(), wrong, ..Found::default() }
}

/// Killed at different points of the write; what is left is not used, and does not stay for ever.
pub async fn killed() -> Found {
    tokio::task::spawn_blocking(|| {
        let started = Instant::now();
        let folder = crate::support::place::private_folder();
        let (mut halves, mut wrong) = (0, Vec::new());
        for kill in 0..KILLS {
            let cache = folder.path().join(kill.to_string());
            let mut victim = spawn(&cache);
            let length = (LARGE * kill / KILLS) as u64;
            let long = |file: &PathBuf| fs::metadata(file).is_ok_and(|data| data.len() >= length);
            while victim.try_wait().expect("the victim").is_none() && !files(&cache).iter().any(long) {
                std::thread::sleep(Duration::from_micros(200));
            }
            victim.kill().ok();
            victim.wait().expect("the victim ends");
            let drafts = |cache: &Path| {
                files(cache).iter().filter(|file| file.extension().is_some_and(|it| it == "tmp")).count()
            };
            halves += drafts(&cache);
            let whole = files(&cache).iter().filter(|file| file.extension().is_some_and(|it| it == "cwasm")).count();
            let next = outcome(spawn(&cache));
            if next != if whole == 0 { "Stored" } else { "Hit" } {
                wrong.push(format!("after kill {kill}, {whole} whole files: {next}"));
            }
        }
        if halves == 0 {
            wrong.push("no kill met a write".to_owned());
        }
        wrong.extend(swept(folder.path()));
        finding(if wrong.is_empty() { "compiled anew" } else { "something else" }, started, wrong)
    })
    .await
    .expect("a row that panicked")
}

/// Twenty at once that find nothing: one compiles, the others wait for it.
pub async fn cold() -> Found {
    tokio::task::spawn_blocking(|| {
        let started = Instant::now();
        let folder = crate::support::place::private_folder();
        let victims: Vec<Child> = (0..20).map(|_| spawn(folder.path())).collect();
        let outcomes: Vec<String> = victims.into_iter().map(outcome).collect();
        let count = |status: &str| outcomes.iter().filter(|outcome| *outcome == status).count();
        finding(format!("{} Stored, {} Hit", count("Stored"), count("Hit")), started, Vec::new())
    })
    .await
    .expect("a row that panicked")
}

/// Anybody may write to the folder: nothing of it is used, and nothing written to it.
pub async fn open_to_all() -> Found {
    tokio::task::spawn_blocking(|| {
        let started = Instant::now();
        let folder = crate::support::place::private_folder();
        outcome(spawn(folder.path()));
        let before = files(folder.path());
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        fs::set_permissions(folder.path(), mode).expect("a mode");
        let seen = outcome(spawn(folder.path()));
        let wrong =
            if files(folder.path()) == before { Vec::new() } else { vec!["the folder was written to".to_owned()] };
        finding(seen, started, wrong)
    })
    .await
    .expect("a row that panicked")
}

/// What a killed process has left for hours is gone after the next write.
fn swept(folder: &Path) -> Option<String> {
    let cache = folder.join("swept");
    let draft = cache.join("left.1.tmp");
    private::folder(&cache).and_then(|_| fs::write(&draft, "half")).expect("a draft");
    let hours_ago = SystemTime::now() - Duration::from_secs(2 * 3600);
    fs::File::options().write(true).open(&draft).and_then(|file| file.set_modified(hours_ago)).expect("an old draft");
    let status = outcome(spawn(&cache));
    (status != "Stored" || draft.exists()).then(|| format!("{status}, and the old draft is still there"))
}

/// No file may grow beyond a megabyte, which is what a full disk comes to; a real one would need a file system of its own.
pub async fn full() -> Found {
    tokio::task::spawn_blocking(|| {
        let started = Instant::now();
        let folder = crate::support::place::private_folder();
        let cache = folder.path().join("cache");
        let mut command = Command::new("sh");
        // Without the signal (SIGXFSZ) the write fails, as on a full disk.
        command.args(["-c", r#"trap "" XFSZ; ulimit -f 1024; exec "$0" "$@""#]);
        command.arg(std::env::current_exe().expect("this program")).arg(VICTIM).arg(&cache);
        let victim = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("sh can be started");
        let seen = outcome(victim);
        let left = files(&cache);
        let wrong = if left.is_empty() { Vec::new() } else { vec![format!("{left:?} stay")] };
        finding(seen, started, wrong)
    })
    .await
    .expect("a row that panicked")
}

/// A folder in which nobody can write, not even root.
pub async fn read_only() -> Found {
    let started = Instant::now();
    let seen = tokio::task::spawn_blocking(|| outcome(spawn(Path::new("/proc/self/fdinfo")))).await;
    finding(seen.expect("a row that panicked"), started, Vec::new())
}

/// As a crash of the machine may leave it.
pub async fn cut() -> Found {
    tokio::task::spawn_blocking(|| {
        let started = Instant::now();
        let folder = crate::support::place::private_folder();
        outcome(spawn(folder.path()));
        for file in files(folder.path()) {
            let length = fs::metadata(&file).expect("a file").len();
            fs::OpenOptions::new().write(true).open(&file).and_then(|file| file.set_len(length / 2)).expect("a cut");
        }
        let seen = format!("{}, then {}", outcome(spawn(folder.path())), outcome(spawn(folder.path())));
        finding(seen, started, Vec::new())
    })
    .await
    .expect("a row that panicked")
}

/// One bit of the real component's code is another: it is compiled anew, and works.
pub async fn damaged() -> Found {
    let started = Instant::now();
    let folder = crate::support::place::private_folder();
    let copy = folder.path().join("cache");
    private::folder(&copy).expect("a folder");
    // A process that was killed leaves an empty file beside the code: the lock that it held.
    let code = files(&code_cache()).into_iter().filter(|file| fs::metadata(file).is_ok_and(|data| data.len() > 0));
    let newest = code.max_by_key(|file| fs::metadata(file).and_then(|data| data.modified()).ok());
    let newest = newest.expect("the code of the component, which the matrix has loaded");
    let mut bytes = fs::read(&newest).expect("the file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(copy.join(newest.file_name().expect("a name")), bytes).expect("a copy");
    let load = || Connector::load(component(), options(copy)).expect("it loads");
    let connector = tokio::task::spawn_blocking(load).await;
    let connector = connector.expect("a row that panicked");
    let users = Arc::<Users>::default();
    let shared = users.clone();
    let fake = Fake::start(move |_, request| shared.answer(request));
    let client = client_of(&connector, &fake.origin(), &serde_json::Value::Null).await;
    let (result, _) = invoke(&client, Create).await;
    let seen = format!("{}, {}", status_name(connector.cache_status()), in_words(&result));
    let (requests, users) = (fake.requests().len(), users.count());
    Found { requests, writes: requests, users, connections: 1, ..finding(seen, started, Vec::new()) }
}
