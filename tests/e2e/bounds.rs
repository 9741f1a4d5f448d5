//! Nothing that the command is given, by a user, a file, a provider or a command it runs, makes it grow without bound: each of
//! these inputs ends with a clear error, under a limit of the process' memory that growth would break. And of many processes that
//! find no compiled code one compiles.

use crate::fake::{Act, Fake, answer, json as scim};
use crate::harness::{Workplace, connector};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Memory that a process may write to, in KiB (RLIMIT_DATA): what wasmtime merely reserves does not count, as it would for
/// RLIMIT_AS. It is what an instance may have, and as much for all else.
const LIMIT_KIB: u64 = 768 << 10;

/// No case takes this long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(180);

const HEAD: &str = "document: {dsl: 1.0.0, namespace: demo, name: nasty, version: 1.0.0}\n";

/// How a command under the limit ended.
struct Ended {
    code: Option<i32>,
    stderr: String,
    peak_mib: u64,
}

/// The command with its data segment limited.
fn limited(place: &Workplace, arguments: &[&str]) -> Command {
    let plain = place.command(arguments);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -d {LIMIT_KIB}; exec \"$0\" \"$@\"")]).arg(plain.get_program());
    command.args(plain.get_args()).current_dir(place.path());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn ended(mut child: Child) -> Ended {
    let mut pipe = child.stderr.take().expect("stderr is piped");
    let said = std::thread::spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).expect("stderr");
        String::from_utf8_lossy(&text).into_owned()
    });
    let (started, mut peak_mib) = (Instant::now(), 0);
    let status = loop {
        peak_mib = peak(child.id()).map_or(peak_mib, |peak| peak.max(peak_mib));
        if let Some(status) = child.try_wait().expect("the command") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().ok();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ended { code: status.code(), stderr: said.join().expect("stderr"), peak_mib }
}

/// The most memory that a process has had, in MiB.
fn peak(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib >> 10)
}

/// 100 MB that take no room on the disk.
fn large(path: &Path) {
    File::create(path).and_then(|file| file.set_len(100 << 20)).expect("a sparse file");
}

fn repeated(path: &Path, begin: &str, piece: &str, times: usize, end: &str) {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    file.write_all(begin.as_bytes()).expect("a file");
    (0..times).for_each(|_| file.write_all(piece.as_bytes()).expect("a file"));
    file.write_all(end.as_bytes()).expect("a file");
}

/// Lists without end, as a page of users or as anything else.
fn endless() -> Fake {
    Fake::start(|_, request| {
        if !request.line().contains("/Users") {
            return scim(404, json!({"status": "404"}));
        }
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nConnection: close\r\n\r\n{\"Resources\": [";
        vec![Act::Send(head.to_vec()), Act::Endless(b"{\"userName\": \"ada\"}, ".repeat(500))]
    })
}

/// A folder whose configuration has a connection `a` to a provider, and a history of its own.
fn workplace(origin: &str) -> Workplace {
    let connection =
        json!({"serviceUrl": format!("{origin}/scim"), "auth": {"type": "none"}, "retry": {"maxAttempts": 1}});
    let config = format!(
        "[host]\nallowAddresses = [\"loopback\"]\n[connections]\na = {}\n[history]\nfile = \"runs.sqlite\"\n",
        crate::harness::toml(&connection)
    );
    Workplace::with_config(&config)
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_that_is_given_grows_without_bound() {
    let fake = endless();
    let place = workplace(&fake.origin());
    let file = |name: &str| place.path().join(name);
    let flow = |name: &str, tasks: &str| std::fs::write(file(name), format!("{HEAD}do:\n{tasks}\n")).expect("a flow");

    for name in ["large.yaml", "large.toml", "large.json"] {
        large(&file(name));
    }
    std::os::unix::fs::symlink("/dev/zero", file("zero.yaml")).expect("a link");
    // A flow's siblings are read, too: nobody ever writes into this one.
    assert!(Command::new("mkfifo").arg(file("pipe.yaml")).status().expect("mkfifo").success());
    repeated(&file("deep.json"), "", "[", 5_000_000, "");
    repeated(&file("deep.yaml"), &format!("{HEAD}do:\n- a: {{set: "), "[", 1_000_000, "");
    let aliases: String =
        (1..20).map(|n| format!("  a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "))).collect();
    std::fs::write(file("aliases.yaml"), format!("{HEAD}use:\n  a0: &a0 [x, x]\n{aliases}do: []\n")).expect("a flow");
    repeated(&file("row.csv"), "name\n\"", &"x".repeat(1 << 20), 100, "\"\n");
    repeated(&file("row.ndjson"), "{\"a\": \"", &"x".repeat(1 << 20), 100, "\"}\n");
    flow(
        "csv.yaml",
        "- rows: {call: readCsv, with: {file: row.csv}}\n- each: {for: {each: one, in: .}, do: [{a: {set: {x: 1}}}]}",
    );
    flow(
        "ndjson.yaml",
        "- rows: {call: readNdjson, with: {file: row.ndjson}}\n- each: {for: {each: one, in: .}, do: [{a: {set: {x: 1}}}]}",
    );
    flow("shell.yaml", "- yes: {run: {shell: {command: 'yes'}}}");
    flow("jq.yaml", "- all: {set: {x: '${ [range(1000000000)] }'}}");
    flow("text.yaml", "- all: {set: {x: '${ \"x\" * 2000000000 }'}}");
    flow("turns.yaml", "- a: {set: {x: 1}, then: b}\n- b: {set: {x: 2}, then: a}");
    flow("users.yaml", "- all: {call: listUsers, with: {connection: a}}");

    // The command, where its stdin comes from, its exit code, and what it says.
    let rows: &[(&[&str], Option<&str>, i32, &str)] = &[
        (
            &["check", "large.yaml"],
            None,
            64,
            "large.yaml cannot be read: it is larger than 4 MiB, the most that is read",
        ),
        (&["run", "large.yaml"], None, 64, "it is larger than 4 MiB"),
        (&["graph", "large.yaml"], None, 64, "it is larger than 4 MiB"),
        (&["check", "zero.yaml"], None, 64, "it is larger than 4 MiB"),
        (&["--config", "large.toml", "describe", "--profile"], None, 78, "cannot be read: it is larger than 4 MiB"),
        (&["--config", "/dev/zero", "test"], None, 78, "it is larger than 4 MiB"),
        (
            &["call", "createUser", "--input", "@large.json"],
            None,
            64,
            "--input: large.json cannot be read: it is larger than 64 MiB",
        ),
        (
            &["call", "createUser", "--input", "-"],
            Some("/dev/zero"),
            64,
            "--input: stdin cannot be read: it is larger than 64 MiB",
        ),
        (
            &["run", "jq.yaml", "--input", "-"],
            Some("/dev/zero"),
            64,
            "--input: stdin cannot be read: it is larger than 64 MiB",
        ),
        (&["trigger", "nasty", "--input", "@large.json"], None, 64, "it is larger than 64 MiB"),
        (
            &["call", "createUser", "--input", "@deep.json"],
            None,
            64,
            "--input is not JSON: line 1, column 128: recursion limit exceeded",
        ),
        (&["check", "deep.yaml"], None, 78, "deep.yaml:3:"),
        (&["check", "aliases.yaml"], None, 78, "aliases.yaml:"),
        (&["run", "csv.yaml"], None, 1, "error: "),
        (&["run", "ndjson.yaml"], None, 1, "error: "),
        (
            &["run", "shell.yaml", "--allow", "shell"],
            None,
            1,
            "the command was ended: it writes more than 10 MiB to stdout",
        ),
        (&["run", "jq.yaml"], None, 1, "error: "),
        (&["run", "text.yaml"], None, 1, "error: "),
        (&["run", "turns.yaml"], None, 1, "has gone back 10000 times"),
        (&["run", "users.yaml"], None, 1, "error: "),
        (&["call", "listUsers"], None, 1, "error: "),
    ];
    let mut wrong = Vec::new();
    for (arguments, stdin, code, says) in rows {
        let mut command = limited(&place, arguments);
        if let Some(stdin) = stdin {
            command.stdin(File::open(stdin).expect("a device"));
        }
        let end = ended(command.spawn().expect("the command can be started"));
        // Shown with --nocapture, for whoever wants the figures.
        println!("{:>4} MiB, exit {:?}: {}", end.peak_mib, end.code, arguments.join(" "));
        println!(
            "          {}",
            end.stderr
                .lines()
                .find(|line| line.contains("error"))
                .unwrap_or_else(|| end.stderr.trim())
                .chars()
                .take(200)
                .collect::<String>()
        );
        if end.code != Some(*code) || !end.stderr.contains(says) {
            wrong.push(format!("{}: {:?}, {}", arguments.join(" "), end.code, end.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_many_processes_that_find_no_code_one_compiles() {
    connector();
    let (place, cache) = (Workplace::with_config(""), crate::support::place::private_folder());
    let start = |_| {
        let mut command = place.command(&["describe", "createUser"]);
        command.env("XDG_CACHE_HOME", cache.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.spawn().expect("the command can be started")
    };
    let all: Vec<Child> = (0..20).map(start).collect();
    let ends: Vec<Ended> = all.into_iter().map(ended).collect();
    assert!(ends.iter().all(|end| end.code == Some(0)));
    let compiled = ends.iter().filter(|end| end.stderr.contains("compiling the component")).count();
    assert_eq!(compiled, 1, "processes that compiled");
}

#[cfg(unix)]
#[test]
fn a_cache_that_others_can_write_to_is_refused_with_a_line_that_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Workplace::with_config("[host]\ncodeCache = \"cache\"\n");
    let cache = place.path().join("cache");
    std::fs::create_dir(&cache).expect("a folder");
    std::fs::set_permissions(&cache, std::fs::Permissions::from_mode(0o777)).expect("a mode");
    let mut command = place.command(&["describe", "createUser"]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let end = ended(command.spawn().expect("the command can be started"));
    assert_eq!(end.code, Some(0));
    let line = end.stderr.lines().find(|line| line.starts_with("warning: ")).expect("a warning");
    assert!(
        line.contains("cache: the folder may be written by others; make the folder writable by this user alone"),
        "{line}"
    );
    assert_eq!(std::fs::read_dir(&cache).expect("a folder").count(), 0);
}

#[test]
fn an_answer_that_is_no_scim_is_shown_without_what_steers_a_terminal() {
    let nasty = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{200b}\u{2028}\r\nerror: forged\u{7f}";
    let body = json!({"status": "400", "detail": nasty}).to_string();
    let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": nasty, "displayName": nasty});
    let fake = Fake::start(move |_, request| match request.line() {
        line if line.contains("/Users/") => answer(400, &[("Content-Type", "application/scim+json")], &body),
        line if line.contains("/Users") => scim(200, json!({"totalResults": 1, "Resources": [user]})),
        _ => scim(404, json!({"status": "404", "detail": nasty})),
    });
    let place = workplace(&fake.origin());
    let quoted = json!(nasty).to_string();
    let title = json!(format!("step {nasty}")).to_string();
    let text = format!(
        "{HEAD}do:\n- {title}: {{set: {{x: 1}}}}\n- list: {{call: listUsers, with: {{connection: a}}}}\n- fail: {{raise: {{error: {{type: 'https://x', status: 500, title: {quoted}, detail: {quoted}}}}}}}\n"
    );
    std::fs::write(place.path().join("nasty.yaml"), text).expect("a flow");
    std::fs::write(place.path().join("wrong.yaml"), format!("{HEAD}do:\n- {title}: {{sett: {quoted}}}\n"))
        .expect("a flow");
    let rows: &[&[&str]] = &[
        &["call", "listUsers"],
        &["call", "listUsers", "--all"],
        &["call", "getUser", "--input", "{\"id\": \"1\"}"],
        &["-v", "call", "getUser", "--input", "{\"id\": \"1\"}"],
        &["--log", "trace", "call", "getUser", "--input", "{\"id\": \"1\"}"],
        &["--log", "trace", "--log-format", "json", "call", "getUser", "--input", "{\"id\": \"1\"}"],
        &["--error-format", "json", "call", "getUser", "--input", "{\"id\": \"1\"}"],
        &["test"],
        &["test", "--json"],
        &["check", "nasty.yaml", "wrong.yaml"],
        &["--error-format", "json", "check", "wrong.yaml"],
        &["graph", "nasty.yaml"],
        &["graph", "nasty.yaml", "--format", "svg"],
        &["run", "nasty.yaml"],
        &["-v", "run", "nasty.yaml"],
        &["--error-format", "json", "run", "nasty.yaml"],
        &["runs"],
        &["runs", "--json"],
        &["runs", "show", "last", "--all"],
        &["report", "last"],
        &["report", "last", "--format", "json"],
        &["report", "last", "--format", "junit"],
        &["report", "last", "--format", "html"],
        &["call", nasty],
        &["describe", nasty],
        &["check", nasty],
        &[nasty],
        &["call", "getUser", nasty],
        &["report", "last", "--format", nasty],
        &["status"],
        &["pause", nasty],
    ];
    for arguments in rows {
        let done = place.run(arguments);
        for (stream, text) in [("stdout", &done.stdout), ("stderr", &done.stderr)] {
            let found = text
                .chars()
                .find(|c| c.is_control() && !matches!(c, '\n' | '\t') || "\u{202e}\u{200b}\u{2028}".contains(*c));
            assert_eq!(found, None, "{arguments:?} on {stream}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{arguments:?} on {stream}: {text}");
        }
        assert!(!(done.stdout.is_empty() && done.stderr.is_empty()), "{arguments:?} says nothing");
    }
}
