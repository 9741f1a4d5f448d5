//! What is measured in a process of its own, because it is about memory or about the process: the tasks of the children. A child
//! prints one JSON object; `python/contender.py` knows the same tasks.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use scim_connector_host::{CallContext, Client, CodeCache, Connector, Options};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::contenders::{Call, Contender, Host, Native, connection};
use crate::paired::{cpu_seconds, throughput};
use crate::server::{BULK_LIMITS, PAGE};
use crate::users;
use crate::way_out;

/// What a child does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Creates one user.
    Create,
    /// Compiles the component.
    Compile,
    /// Opens `count` connections of different configurations, makes a call on each, and waits.
    Idle,
    /// Lists `count` users.
    Listing,
    /// Creates `count` users in bulk.
    Bulk,
    /// Calls createUser one after the other for `count` seconds, for a profiler to watch.
    Load,
    /// As `load`, for getUser.
    LoadGet,
    /// Calls createUser, 64 at a time on two threads, for `count` seconds, likewise.
    LoadMany,
    /// The host's way out without the component and without a network: `count` requests that the last stage answers, on one thread
    /// and on two.
    WayOut,
}

/// Calls at a time of [`Task::LoadMany`].
const IN_FLIGHT: usize = 64;

/// Longer than any pooled connection is kept.
const IDLE: Duration = Duration::from_secs(8);

/// Carries out a task with the host, or with raw reqwest where there is no host, and gives what is printed.
pub async fn run(host: Option<&Host>, task: Task, url: &str, count: u64) -> Result<Value> {
    match task {
        Task::Create => {
            contender(host, url).await?.call(Call::Create, 1).await?;
            Ok(json!({}))
        }
        Task::Compile => {
            let host = host.context("only a component is compiled")?;
            let before = cpu_seconds();
            Connector::load(&host.component, Options { code_cache: CodeCache::Off, ..Options::default() })?;
            Ok(json!({"cpuSeconds": cpu_seconds() - before}))
        }
        Task::Idle => idle(host, url, count).await,
        Task::Listing => timed(count, listing(host, url, count)).await,
        Task::Bulk => {
            let mut component = 0;
            let work = async {
                let (done, peak) = bulk(host, url, count).await?;
                component = peak;
                Ok(done)
            };
            let mut said = timed(count, work).await?;
            if let Some(said) = said.as_object_mut() {
                said.insert("componentBytes".into(), component.into());
            }
            Ok(said)
        }
        Task::Load => load(host, url, Call::Create, count).await,
        Task::LoadGet => load(host, url, Call::Get, count).await,
        Task::LoadMany => load_many(host, url, count).await,
        Task::WayOut => way_out::measure(url, count),
    }
}

async fn contender(host: Option<&Host>, url: &str) -> Result<Contender> {
    Ok(match host {
        Some(host) => Contender::Invoke(client(host, url).await?),
        None => Contender::Native(Native::new(url)?),
    })
}

async fn client(host: &Host, url: &str) -> Result<Client> {
    Ok(host.connector(1, true)?.client(connection(url)).await?)
}

/// Does `work` for `users` users, and says how long that took and how much memory the process has had.
async fn timed(users: u64, work: impl Future<Output = Result<u64>>) -> Result<Value> {
    let start = Instant::now();
    let done = work.await?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(done == users, "{done} users came instead of {users}");
    Ok(json!({"seconds": seconds, "peakBytes": memory("VmHWM:")?}))
}

async fn load(host: Option<&Host>, url: &str, call: Call, seconds: u64) -> Result<Value> {
    let contender = contender(host, url).await?;
    let (start, mut calls) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        calls += 1;
        contender.call(call, calls).await?;
    }
    Ok(json!({"calls": calls, "micros": start.elapsed().as_secs_f64() * 1e6 / calls as f64}))
}

async fn load_many(host: Option<&Host>, url: &str, seconds: u64) -> Result<Value> {
    let contender = match host {
        Some(host) => Contender::Invoke(host.connector(IN_FLIGHT, true)?.client(connection(url)).await?),
        None => Contender::Native(Native::new(url)?),
    };
    let (start, mut calls, cpu) = (Instant::now(), 0, cpu_seconds());
    while start.elapsed() < Duration::from_secs(seconds) {
        throughput(contender.clone(), Call::Create, IN_FLIGHT, 2000).await?;
        calls += 2000;
    }
    let each = |seconds: f64| seconds * 1e6 / f64::from(calls);
    Ok(json!({"calls": calls, "micros": each(start.elapsed().as_secs_f64()), "cpuMicros": each(cpu_seconds() - cpu)}))
}

/// Memory of connections that each made a call and then nothing.
async fn idle(host: Option<&Host>, url: &str, count: u64) -> Result<Value> {
    let connector = host.map(|host| host.connector(1, true)).transpose()?;
    // What is set up once is no connection's.
    let open = async |number: u64| -> Result<Contender> {
        let contender = match &connector {
            Some(connector) => Contender::Invoke(connector.client(connection(url)).await?),
            None => Contender::Native(Native::new(url)?),
        };
        contender.call(Call::Get, number).await?;
        Ok(contender)
    };
    let first = open(0).await?;
    let before = memory("VmRSS:")?;
    let mut kept = Vec::new();
    for number in 1..=count {
        kept.push(open(number).await.with_context(|| format!("connection {number} of {count}"))?);
    }
    let busy = memory("VmRSS:")?;
    tokio::time::sleep(IDLE).await;
    let after = memory("VmRSS:")?;
    let mappings = fs::read_to_string("/proc/self/maps")?.lines().count();
    // All are still there, and usable.
    let mut again = JoinSet::new();
    for contender in kept.iter().take(8).cloned().chain([first]) {
        again.spawn(async move { contender.call(Call::Get, 7).await });
    }
    while let Some(result) = again.join_next().await {
        result??;
    }
    let each = |now: u64| now.saturating_sub(before) as f64 / count as f64;
    Ok(json!({"bytesEach": each(after), "bytesEachAtOnce": each(busy), "mappings": mappings}))
}

async fn listing(host: Option<&Host>, url: &str, count: u64) -> Result<u64> {
    let Some(host) = host else {
        let native = Native::new(url)?;
        let mut listed = 0;
        while listed < count {
            let page = native.get(&format!("Users?startIndex={}&count={PAGE}", listed + 1)).await?;
            match page.get("Resources").and_then(Value::as_array).map_or(0, Vec::len) {
                0 => break,
                users => listed += users as u64,
            }
        }
        return Ok(listed);
    };
    let mut pages = client(host, url).await?.pages("listUsers", &json!({"count": PAGE}));
    while pages.listed() < count && pages.next().await?.is_some() {}
    Ok(pages.listed())
}

/// How many users were created, and how much memory the component has had, in bytes.
async fn bulk(host: Option<&Host>, url: &str, count: u64) -> Result<(u64, usize)> {
    let operation = |number: u64| json!({"method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": users::user(number)});
    let created = |results: &Value, name: &str| {
        let results = results.get(name).and_then(Value::as_array);
        let good = |result: &&Value| result.get("status").is_some_and(|status| status == "201" || *status == 201);
        results.map_or(0, |results| results.iter().filter(good).count() as u64)
    };
    let Some(host) = host else {
        let native = Native::new(url)?;
        let mut done = 0;
        for first in (1..=count).step_by(usize::try_from(BULK_LIMITS.0)?) {
            let last = (first + BULK_LIMITS.0 - 1).min(count);
            let operations: Vec<Value> = (first..=last).map(operation).collect();
            let body =
                json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
            done += created(&native.post("Bulk", &body).await?, "Operations");
        }
        return Ok((done, 0));
    };
    let mut settings = connection(url);
    if let Some(settings) = settings.as_object_mut() {
        settings.insert("timeouts".into(), json!({"totalMs": 3_600_000}));
    }
    let connector = host.connector(1, true)?;
    let client = connector.client(settings).await?;
    let mut input = r#"{"operations":["#.to_owned();
    for number in 1..=count {
        input += if number == 1 { "" } else { "," };
        input += &operation(number).to_string();
    }
    input += "]}";
    let outcome = client.invoke_with("bulk", &input, &CallContext::default()).await?;
    let done = created(&outcome.output, "results");
    if done != count {
        let text = outcome.output.to_string();
        bail!("the report says {done} users of {count}: {}", text.chars().take(500).collect::<String>());
    }
    Ok((done, client.peak_memory()))
}

/// A figure of this process' memory, in bytes.
fn memory(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("memory can be read from /proc only")?;
    let kib = status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.with_context(|| format!("/proc/self/status has no {name}"))? * 1024)
}
