//! The soak: minutes of full load against a provider that fails at random, while clients come and go, versions of the
//! component are replaced and callers give up. At its end all calls are accounted for and nothing is held: no memory, no
//! socket, no instance. The one argument is the number of minutes.
//!
//! Reading order: `provider` (the provider, its ledger and its faults), `life` (what a caller does and what it was told),
//! `fleet` (clients and versions, made and dropped), `measure` (what the process holds), `report` (what is printed). It is
//! no test that `cargo test` runs by itself: `cargo xtask soak` does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "../support/counted.rs"]
mod counted;
mod fleet;
#[path = "../faults/level.rs"]
mod level;
mod life;
mod measure;
mod provider;
mod report;
#[path = "../support/mod.rs"]
mod support;

use fleet::Fleet;
use life::Tally;
use measure::Memory;
use provider::Provider;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::fake::{Fake, Manners};
use tokio::task::JoinSet;

/// Calls in flight.
const CALLERS: u64 = 64;

/// Faults and choices follow from it.
const SEED: u64 = 0x5c13_50a4;

/// Set for the process that soaks: the allocator reads its settings when a process starts.
const SOAKING: &str = "SOAK_SOAKING";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let minutes = arguments.first().map_or(Some(10.0), |word| word.parse().ok()).filter(|minutes| *minutes > 0.0);
    let Some(minutes) = minutes else {
        report::line(format_args!("the one argument is how many minutes the soak takes, 10 where it is left out"));
        return ExitCode::from(64);
    };
    if std::env::var_os(SOAKING).is_none() {
        let mut again = Command::new(std::env::current_exe().expect("this program"));
        let status = again.args(&arguments).env(SOAKING, "1").env("MALLOC_ARENA_MAX", "2").status();
        let success = status.expect("this program can be started").success();
        return if success { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    level::raise_file_limit();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong = runtime.block_on(soak(Duration::from_secs_f64(minutes * 60.0)));
    report::verdict(&wrong);
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Soaks for so long; says what does not add up.
async fn soak(time: Duration) -> Vec<String> {
    let provider = Arc::new(Provider::new(SEED));
    let fake = Arc::new(Fake::with(manners(&provider)));
    // What compiles comes before the level is taken.
    let fleet = Arc::new(Fleet::launch(&fake.origin(), SEED).await);
    let before = level::settled(None).await;
    let tally = Arc::<Tally>::default();
    let stop = Arc::<AtomicBool>::default();
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let (fleet, provider, tally, stop) = (fleet.clone(), provider.clone(), tally.clone(), stop.clone());
        callers.spawn(async move {
            let mut caller = life::Caller::new(SEED + 1 + number, fleet, provider, tally);
            while !stop.load(Ordering::Relaxed) {
                caller.live().await;
            }
            caller.settle_all().await;
        });
    }
    let memory = watch(time, &fleet, &fake, &tally).await;
    stop.store(true, Ordering::Relaxed);
    let mut wrong = Vec::new();
    let patience = tokio::time::Instant::now() + Duration::from_secs(60);
    while let Ok(Some(caller)) = tokio::time::timeout_at(patience, callers.join_next()).await {
        if let Err(error) = caller {
            wrong.push(format!("a caller panicked: {error}"));
        }
    }
    if !callers.is_empty() {
        wrong.push(format!("{} calls hang", callers.len()));
        callers.shutdown().await;
    }
    let elapsed = started.elapsed();
    let calls = fleet.end(&mut wrong).await;
    wrong.extend(tally.violations());
    if calls != tally.started() {
        wrong.push(format!("{} calls were started, the connectors counted {calls}", tally.started()));
    }
    wrong.extend(
        provider.remaining_users().into_iter().map(|name| format!("applied after its caller was told: {name}")),
    );
    let after = level::settled(Some(before)).await;
    if fake.open() > 0 {
        wrong.push(format!("{} connections stay open", fake.open()));
    }
    if after.files > before.files {
        wrong.push(format!("open files: {} before, {} after", before.files, after.files));
    }
    wrong.extend(memory.violations());
    report::table(&report::Results { elapsed, tally: &tally, provider: &provider, fake: &fake, memory, before, after });
    wrong
}

/// Lets time pass: memory is measured each second, the fleet changes, and each ten seconds there is a line.
async fn watch(time: Duration, fleet: &Arc<Fleet>, fake: &Fake, tally: &Tally) -> Memory {
    let mut memory = Memory::new(time);
    let mut clock = tokio::time::interval(Duration::from_secs(1));
    let started = Instant::now();
    let mut second = 0;
    while started.elapsed() < time {
        clock.tick().await;
        memory.sample(started.elapsed());
        fake.forget();
        fleet.change(second).await;
        second += 1;
        if second % 10 == 0 {
            report::progress(started.elapsed(), tally, fake, &memory, fleet);
        }
    }
    memory
}

fn manners(provider: &Arc<Provider>) -> Manners {
    let (greeting, script) = (provider.clone(), provider.clone());
    Manners {
        greeting: Box::new(move |number| greeting.greet(number)),
        tls: None,
        script: Box::new(move |number, request| script.answer(number, request)),
    }
}
