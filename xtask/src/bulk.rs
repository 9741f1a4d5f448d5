//! A bulk of many operations in flat memory: `scim-connector bulk` from a file against the sandbox, with groups that refer to people of
//! all portions and people who refer to later ones.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::listing::{megabytes, peak};
use crate::sandbox::Sandbox;
use crate::shell;

/// How many bytes of memory an operation may take: sixteen of its name, a little of each reference, and the id of what is referred to,
/// which an eighth of these operations are.
const OF_EACH: u64 = 64;

/// How much memory the component may take for a portion: no more than an instance that is kept may have.
const OF_A_PORTION: u64 = 32 << 20;

/// How often the memory of the process is looked at; the system keeps its peak.
const LOOK: Duration = Duration::from_millis(20);

/// People of a group, spread over all there are.
const MEMBERS: u64 = 1000;

/// A token of the sandbox.
const TOKEN: &str = "token-of-the-bulk-measurement";

/// What a run took.
struct Taken {
    process: u64,
    component: u64,
}

/// Carries out `few` operations and then `many`, and fails where one is missing or memory grows.
pub fn run(release: bool, few: u64, many: u64) -> Result<()> {
    ensure!(few < many, "--operations must be more than {few}, which it is compared with");
    let folder = shell::target().join("measure");
    fs::create_dir_all(&folder)?;
    // Compiling the component takes more memory than running it; this leaves its code in the cache.
    shell::command(shell::connector(release)).arg("describe").stdout(Stdio::null()).status()?;
    println!("bulk, operations of a file, to a sandbox on loopback:");
    let small = carry_out(release, &folder, few)?;
    let large = carry_out(release, &folder, many)?;
    let grown = large.process.saturating_sub(small.process) / (many - few);
    ensure!(grown <= OF_EACH, "an operation takes {grown} bytes of the process: memory is not flat");
    ensure!(large.component <= OF_A_PORTION, "the component took {:.1} MiB for a portion", megabytes(large.component));
    println!("flat       {grown} bytes for each further operation");
    Ok(())
}

/// One run by a process of its own, with its figures printed.
fn carry_out(release: bool, folder: &Path, operations: u64) -> Result<Taken> {
    let sandbox = Sandbox::start(release, Some(TOKEN))?;
    let (config, input, results) =
        (folder.join("bulk.toml"), folder.join("bulk.ndjson"), folder.join("bulk-results.ndjson"));
    let auth = format!("{{ type = \"bearer\", token = {TOKEN:?} }}");
    let service = sandbox.fact("serviceUrl")?;
    fs::write(&config, format!("[connections.sandbox]\nserviceUrl = {service:?}\nauth = {auth}\n"))?;
    write(&input, operations)?;
    if results.exists() {
        fs::remove_file(&results)?;
    }
    let mut command = shell::command(shell::connector(release));
    command
        .args(["bulk", "--error-format", "json"])
        .arg(&input)
        .arg("--results")
        .arg(&results)
        .arg("--config")
        .arg(&config);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut process = 0;
    let status = loop {
        process = peak(child.id()).unwrap_or(process);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(LOOK);
    };
    let time = start.elapsed();
    let said = std::io::read_to_string(child.stderr.take().context("no stderr")?)?;
    ensure!(status.success(), "{operations} operations failed ({status}): {said}");
    let summary: Value = serde_json::from_str(&said).with_context(|| format!("the summary is no JSON: {said}"))?;
    let fact =
        |name: &str| summary.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} in {summary}"));
    let (done, failed, component) = (fact("done")?, fact("failed")?, fact("componentMemory")?);
    let lines = BufReader::new(File::open(&results)?).lines().map_while(Result::ok);
    let succeeded = lines.filter(|line| line.contains("\"status\":201")).count() as u64;
    ensure!(
        (done, failed, succeeded) == (operations, 0, operations),
        "not all succeeded: {summary}, {succeeded} lines"
    );
    ensure!(process > 0, "the peak of a process can be read from /proc only, which this system does not have");
    println!(
        "{operations:<10} {:.1} s, {:.0} operations a second; peak of the process {:.1} MiB, of the component in it {:.1} MiB",
        time.as_secs_f64(),
        operations as f64 / time.as_secs_f64(),
        megabytes(process),
        megabytes(component),
    );
    for file in [&input, &results] {
        fs::remove_file(file)?;
    }
    Ok(Taken { process, component })
}

/// People, each tenth with somebody later for a manager, and for each thousand of them a group.
fn write(to: &Path, operations: u64) -> Result<()> {
    let mut file = BufWriter::new(File::create(to)?);
    let people = operations - operations / MEMBERS;
    for number in 0..people {
        let name = format!("person{number}@example.com");
        let mut data = json!({"userName": name, "externalId": number.to_string(), "displayName": format!("Person {number}"),
            "emails": [{"value": name, "type": "work", "primary": true}], "active": true});
        if number % 10 == 0 && number + 5000 < people {
            let manager = json!({"manager": {"value": format!("bulkId:p{}", number + 5000)}});
            if let Some(data) = data.as_object_mut() {
                data.insert("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".into(), manager);
            }
        }
        writeln!(
            file,
            "{}",
            json!({"method": "POST", "path": "/Users", "bulkId": format!("p{number}"), "data": data})
        )?;
    }
    for group in 0..operations - people {
        let member =
            |place: u64| json!({"value": format!("bulkId:p{}", (group + place * (people / 20).max(1)) % people)});
        let members: Vec<Value> = (0..20).map(member).collect();
        let data = json!({"displayName": format!("Group {group}"), "members": members});
        writeln!(
            file,
            "{}",
            json!({"method": "POST", "path": "/Groups", "bulkId": format!("g{group}"), "data": data})
        )?;
    }
    file.flush()?;
    Ok(())
}
