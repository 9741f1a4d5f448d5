//! What is printed: a line each ten seconds, a table in the end, what does not add up. It decides nothing.

use crate::fleet::Fleet;
use crate::level::Level;
use crate::life::Tally;
use crate::measure::Memory;
use crate::provider::Provider;
use crate::support::fake::Fake;
use std::collections::BTreeMap;
use std::fmt::Arguments;
use std::io::Write as _;
use std::time::Duration;

/// Most complaints that are printed.
const MOST: usize = 40;

/// What a soak came to.
pub struct Results<'a> {
    pub elapsed: Duration,
    pub tally: &'a Tally,
    pub provider: &'a Provider,
    pub fake: &'a Fake,
    pub memory: Memory,
    pub before: Level,
    pub after: Level,
}

/// Prints a line.
pub fn line(text: Arguments<'_>) {
    writeln!(std::io::stdout(), "{text}").expect("stdout");
}

/// How far it is.
pub fn progress(at: Duration, tally: &Tally, fake: &Fake, memory: &Memory, fleet: &Fleet) {
    let ended = tally.ended();
    let sum = |of: fn(&str) -> bool| ended.iter().filter(|it| of(&it.0.1)).map(|it| it.1).sum::<u64>();
    let (versions, clients) = fleet.totals();
    line(format_args!(
        "{:>4} s  {:>8} calls  {:>8} ok  {:>6} failed  {:>5} given up  {:>4} connections open  {:>4} clients  {:>3} versions  {:>6.1} MiB",
        at.as_secs(),
        tally.started(),
        sum(|how| how == "ok"),
        sum(|how| how != "ok" && how != "given up"),
        sum(|how| how == "given up"),
        fake.open(),
        clients,
        versions,
        memory.last(),
    ));
}

/// The table of a soak.
pub fn table(results: &Results<'_>) {
    let Results { elapsed, tally, provider, fake, memory, before, after } = results;
    let mut by_end = BTreeMap::<String, BTreeMap<&str, u64>>::new();
    for ((operation, how), times) in tally.ended() {
        by_end.entry(how).or_default().insert(operation, times);
    }
    let operations = ["createUser", "ensureUser", "getUser", "listUsers", "patchUser", "deleteUser"];
    let row = |name: &str, cells: [String; 6], sum: String| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>10}")).collect();
        line(format_args!("{name:<28}{}{sum:>10}", cells.join(" ")));
    };
    line(format_args!(""));
    row("ended", operations.map(str::to_owned), "all".into());
    for (how, times) in &by_end {
        let cells = operations.map(|operation| times.get(operation).copied().unwrap_or(0).to_string());
        row(how, cells, times.values().sum::<u64>().to_string());
    }
    line(format_args!(""));
    for (name, times) in provider.faults() {
        line(format_args!("{name:<28}{times:>10}"));
    }
    line(format_args!(
        "\n{} calls in {:.0} s ({:.0} a second), {} requests over {} connections\n\
         memory {:.1} MiB after the warm-up, {:.1} in the end, {:+.2} a minute; allocated {} MiB before, {} after all is dropped\n\
         open files {} before, {} after; connections open {}; users that nobody accounts for {}",
        tally.started(),
        elapsed.as_secs_f64(),
        tally.started() as f64 / elapsed.as_secs_f64(),
        fake.received(),
        fake.connections(),
        memory.early(),
        memory.late(),
        memory.slope(),
        before.memory >> 20,
        after.memory >> 20,
        before.files,
        after.files,
        fake.open(),
        provider.remaining_users().len(),
    ));
}

/// What does not add up.
pub fn verdict(wrong: &[String]) {
    for text in wrong.iter().take(MOST) {
        line(format_args!("WRONG: {text}"));
    }
    match wrong.len() {
        0 => line(format_args!("all calls are accounted for, nothing is held")),
        count => line(format_args!("{count} things do not add up")),
    }
}
