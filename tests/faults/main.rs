//! The fault matrix: each way in which a provider, the network or this machine can fail, what the caller sees of it, and
//! what the provider received. The real component in the real host against real sockets.
//!
//! Reading order: `fault` (what a row is), `rows` (the rows), `play` (how a row is played), `provider` (what stands behind
//! the faults), `tls` (certificates), `cache`, `clock`, `crowd`, `host` and `http2` (rows that play themselves), `level` (what is held), `report` (the table). The program
//! has no test harness, since it measures itself as a whole and starts itself again: with an authority to trust, and as
//! the victim of `cache`. A word on the command line chooses the rows whose name contains it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod cache;
mod clock;
#[path = "../support/counted.rs"]
mod counted;
mod crowd;
mod fault;
mod host;
mod http2;
mod level;
mod play;
mod provider;
mod report;
mod rows;
#[path = "../support/mod.rs"]
mod support;
mod tls;

use fault::{Expected, Fault, Found};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// Rows played at a time: most of their time is waiting.
const AT_A_TIME: usize = 16;

/// Set for the process that has an authority to trust.
const TRUSTING: &str = "FAULTS_TRUSTING";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, folder] = arguments.as_slice()
        && first == cache::VICTIM
    {
        return cache::victim(folder.as_ref());
    }
    if std::env::var_os(TRUSTING).is_none() {
        let folder = support::place::private_folder();
        let file = tls::Authority::create(folder.path());
        let mut again = Command::new(std::env::current_exe().expect("this program"));
        let status = again.args(&arguments).env("SSL_CERT_FILE", file).env(TRUSTING, "1").status();
        return if status.expect("this program can be started").success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    level::raise_file_limit();
    let word = arguments.iter().find(|argument| !argument.starts_with('-')).map_or("", String::as_str);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(matrix(word))
}

/// Plays all rows, then prints the table and what deviates.
async fn matrix(word: &str) -> ExitCode {
    play::connector();
    let started = Instant::now();
    let rows = || -> (Vec<Fault>, Vec<Fault>) {
        rows::all()
            .into_iter()
            .filter(|fault| fault.name.contains(word))
            .partition(|fault| matches!(fault.make, fault::Make::Own(_)))
    };
    let (alone, together) = rows();
    let whole = word.is_empty();
    if alone.is_empty() && together.is_empty() {
        report::nothing(word);
        return ExitCode::FAILURE;
    }
    let mut results = Vec::new();
    for fault in alone {
        results.extend(one_by_one(fault).await);
    }
    results.extend(side_by_side(together).await);
    let mut deviations = report::deviations(&results);
    let mut before = level::settled(None).await;
    if whole {
        results.extend(one_by_one(rows::thousand()).await);
        deviations = report::deviations(&results);
        // What caches keep of the first two times is for the third; what that adds is lost. A row holds what its provider sends: it goes.
        deviations.extend(report::deviations(&side_by_side(rows().1).await));
        deviations.extend(report::deviations(&one_by_one(rows::thousand()).await));
        before = level::settled(None).await;
        deviations.extend(report::deviations(&side_by_side(rows().1).await));
        deviations.extend(report::deviations(&one_by_one(rows::thousand()).await));
    }
    let after = level::settled(Some(before)).await;
    let usage = play::connector().usage();
    if (usage.open, usage.running, usage.warm) != (0, 0, 0) {
        deviations.push(format!("instances remain: {usage:?}"));
    }
    if whole {
        deviations.extend(level::leaks(before, after));
    }
    let markdown = report::print(&results, &deviations, started.elapsed(), before, after);
    if whole {
        report::write_markdown(&markdown);
    }
    if deviations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A line of the table.
pub struct Played {
    fault: Arc<Fault>,
    expected: usize,
    found: Found,
}

impl Played {
    fn expected(&self) -> &Expected {
        &self.fault.calls[self.expected]
    }
}

/// Plays faults at the same time; the lines come in the order of the rows.
async fn side_by_side(faults: Vec<Fault>) -> Vec<Played> {
    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = Vec::new();
    for fault in faults.into_iter().map(Arc::new) {
        for (expected, calls) in fault.calls.iter().enumerate() {
            let (fault, permits, call) = (fault.clone(), permits.clone(), calls.call);
            running.push(tokio::spawn(async move {
                let _permit = permits.acquire().await;
                let found = play::play(&fault, call).await;
                Played { fault, expected, found }
            }));
        }
    }
    let mut played = Vec::new();
    for row in running {
        played.push(row.await.expect("a row that panicked"));
    }
    played
}

/// Plays the calls of a fault one after the other.
async fn one_by_one(fault: Fault) -> Vec<Played> {
    let fault = Arc::new(fault);
    let mut played = Vec::new();
    for (expected, calls) in fault.calls.iter().enumerate() {
        let found = play::play(&fault, calls.call).await;
        played.push(Played { fault: fault.clone(), expected, found });
    }
    played
}
