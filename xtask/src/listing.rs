//! Whole listings in flat memory: `scim-connector call listUsers --all` against a provider that makes up its pages as they
//! are asked for. Memory is what this is about, so nothing here keeps what passes through.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::shell;

/// Users a page has, whatever is asked for beyond that.
const PAGE: u64 = 1000;

/// How much more memory the large listing may take than the small one.
const FLAT: f64 = 1.3;

/// What a walk keeps of each resource to know it again, in bytes: sixteen, and half of that as room to grow.
const KEPT: u64 = 24;

/// How often the memory of the process is looked at; the system keeps its peak, so only growth at the very end is missed.
const LOOK: Duration = Duration::from_millis(20);

/// What a listing took.
struct Taken {
    /// Peak of the whole process, bytes.
    process: u64,
    /// Peak of the component's own memory, bytes.
    component: u64,
}

/// Lists `few` users and then `many`, and fails where that takes more memory.
pub fn run(release: bool, few: u64, many: u64) -> Result<()> {
    let port = provider()?;
    // Compiling the component takes more memory than running it; this leaves its code in the cache.
    shell::command(shell::connector(release)).arg("describe").stdout(Stdio::null()).status()?;
    println!("listUsers --all, {PAGE} users a page, from a provider on loopback:");
    let small = list(release, port, few)?;
    let large = list(release, port, many)?;
    let kept = many.saturating_sub(few) * KEPT;
    for (what, small, large) in [
        ("process", small.process, large.process.saturating_sub(kept)),
        ("component", small.component, large.component),
    ] {
        let factor = large as f64 / small as f64;
        ensure!(factor <= FLAT, "the {what}'s peak grew by {factor:.2} from {few} to {many} users: memory is not flat");
    }
    println!("flat       no peak is more than {FLAT} times that of {few} users, {KEPT} bytes a user aside");
    Ok(())
}

/// One listing by a process of its own, with its figures printed.
fn list(release: bool, port: u16, users: u64) -> Result<Taken> {
    let config = shell::target().join("measure").join("listing.toml");
    if let Some(folder) = config.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(
        &config,
        format!("[connections.stub]\nserviceUrl = \"http://127.0.0.1:{port}/{users}\"\nauth = {{ type = \"none\" }}\n"),
    )?;
    let mut command = shell::command(shell::connector(release));
    command.args(["call", "listUsers", "--all", "--error-format", "json", "--input", &format!("{{\"count\":{PAGE}}}")]);
    command.arg("--config").arg(&config).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().context("cannot start scim-connector")?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = (stdout.context("no stdout")?, stderr.context("no stderr")?);
    let (sender, counted) = mpsc::channel();
    let reader = thread::spawn(move || {
        // The receiver waits until this sends, or drops the sender.
        drop(sender.send(count(stdout)));
    });
    let mut process = 0;
    let lines = loop {
        process = peak(child.id()).unwrap_or(process);
        match counted.recv_timeout(LOOK) {
            Ok(lines) => break lines?,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("the reader of stdout ended"),
        }
    };
    drop(reader.join());
    let mut said = String::new();
    BufReader::new(stderr).read_to_string(&mut said)?;
    let status = child.wait()?;
    let time = start.elapsed();
    ensure!(status.success(), "listing {users} users failed ({status}): {said}");
    let summary: Value = serde_json::from_str(&said).with_context(|| format!("the summary is no JSON: {said}"))?;
    let fact =
        |name: &str| summary.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} in {summary}"));
    ensure!(
        lines == users && fact("listed")? == users,
        "{users} users are there, {lines} lines came, and the command says {}",
        fact("listed")?
    );
    let component = fact("componentMemory")?;
    ensure!(process > 0, "the peak of a process can be read from /proc only, which this system does not have");
    println!(
        "{users:<10} {:.1} s, {:.0} users a second; peak of the process {:.1} MiB, of the component in it {:.1} MiB",
        time.as_secs_f64(),
        users as f64 / time.as_secs_f64(),
        megabytes(process),
        megabytes(component),
    );
    Ok(Taken { process, component })
}

/// Counts lines without keeping them.
fn count(mut from: impl Read) -> Result<u64> {
    let (mut piece, mut lines) = ([0; 1 << 16], 0);
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += piece.iter().take(read).filter(|byte| **byte == b'\n').count() as u64;
    }
}

/// Bytes, for a person.
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The largest resident memory a process has had, in bytes.
pub fn peak(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// Serves until this process ends; gives the port. The first part of a path is the number of users there are.
fn provider() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away ends its thread.
            thread::spawn(move || drop(serve(&stream)));
        }
    });
    Ok(port)
}

fn serve(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(request) = lines.next().transpose()? {
        // A GET has no body; its head ends with an empty line.
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let path = request.split(' ').nth(1).unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let users = path.split('/').nth(1).and_then(|users| users.parse().ok()).unwrap_or(0);
        let number = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<u64>().ok());
        let body = page(users, number("startIndex=").unwrap_or(1), number("count=").unwrap_or(PAGE));
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n", body.len());
        let mut stream = stream;
        stream.write_all((head + &body).as_bytes())?;
    }
    Ok(())
}

/// A page of a ListResponse (RFC 7644 section 3.4.2), its users of a usual size.
fn page(users: u64, start: u64, count: u64) -> String {
    let end = (start + count.min(PAGE)).min(users + 1);
    let user = |id: u64| {
        format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{id:032x}","externalId":"e-{id}","userName":"user{id}@example.com","name":{{"givenName":"Ada","familyName":"Number {id}"}},"displayName":"Ada Number {id}","active":true,"emails":[{{"value":"user{id}@example.com","type":"work","primary":true}}],"meta":{{"resourceType":"User","created":"2026-01-01T00:00:00Z","lastModified":"2026-01-01T00:00:00Z","location":"https://example.com/scim/v2/Users/{id:032x}"}}}}"#
        )
    };
    let resources: Vec<String> = (start..end).map(user).collect();
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":{users},"startIndex":{start},"itemsPerPage":{},"Resources":[{}]}}"#,
        resources.len(),
        resources.join(",")
    )
}
