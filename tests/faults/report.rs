//! The table, as text for a terminal and as Markdown, and what deviates from it. It decides nothing about the rows.

use crate::Played;
use crate::level::Level;
use crate::support::root;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

const HEAD: [&str; 9] = ["", "fault", "call", "the caller sees", "requests", "writes", "users", "connections", "ms"];

/// There is no row to play.
pub fn nothing(word: &str) {
    writeln!(std::io::stdout(), "no row's name contains {word:?}").expect("stdout");
}

/// What is not as it must be.
pub fn deviations(results: &[Played]) -> Vec<String> {
    let mut all = Vec::new();
    for row in results {
        let (expected, found) = (row.expected(), &row.found);
        let name = format!("{}, {}", row.fault.name, call(row));
        let (wanted, got) = (
            (expected.seen, expected.requests, expected.writes, expected.users),
            (found.seen.as_str(), found.requests, found.writes, found.users),
        );
        let either = expected.seen.split(" or ").any(|seen| (seen, wanted.1, wanted.2, wanted.3) == got);
        if !either {
            all.push(format!("{name}: expected {wanted:?}, found {got:?}: {}", found.shown));
        }
        all.extend(found.wrong.iter().map(|wrong| format!("{name}: {wrong}: {}", found.shown)));
    }
    all
}

fn call(row: &Played) -> &'static str {
    row.expected().call.map_or("", |call| call.input().0)
}

/// Prints the table; returns it as Markdown.
pub fn print(results: &[Played], deviations: &[String], took: Duration, before: Level, after: Level) -> String {
    let rows: Vec<[String; 9]> = results.iter().map(cells).collect();
    let summary = format!(
        "{} rows, {} deviate, in {:.0} s; allocated {} KiB before and {} KiB after, open files {} and {}",
        rows.len(),
        deviations.len(),
        took.as_secs_f64(),
        before.memory >> 10,
        after.memory >> 10,
        before.files,
        after.files,
    );
    let mut text = String::new();
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| rows.iter().map(|row| row[column].len()).chain([HEAD[column].len()]).max().unwrap_or(0))
        .collect();
    let mut markdown = format!("{}\n\n|{}|\n|{}|\n", shape(), HEAD.join("|"), "---|".repeat(HEAD.len() - 1) + "---");
    for row in std::iter::once(&HEAD.map(str::to_owned)).chain(&rows) {
        let line: Vec<String> =
            row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| aligned(column, cell, *width)).collect();
        writeln!(text, "{}", line.join("  ").trim_end()).expect("text");
    }
    for row in &rows {
        writeln!(markdown, "|{}|", row.join("|")).expect("text");
    }
    writeln!(markdown, "\n{summary}.").expect("text");
    for deviation in deviations {
        writeln!(text, "DEVIATES: {deviation}").expect("text");
    }
    writeln!(std::io::stdout(), "\n{text}{summary}").expect("stdout");
    markdown
}

/// Writes the table to `target/faults.md`.
pub fn write_markdown(markdown: &str) {
    std::fs::write(root().join("target/faults.md"), markdown).expect("target/faults.md can be written");
}

/// Numbers to the right, words to the left.
fn aligned(column: usize, cell: &str, width: usize) -> String {
    if column > 3 { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
}

fn cells(row: &Played) -> [String; 9] {
    let found = &row.found;
    [
        row.fault.group.to_owned(),
        row.fault.name.to_owned(),
        call(row).to_owned(),
        found.seen.chars().take(60).collect(),
        found.requests.to_string(),
        found.writes.to_string(),
        found.users.to_string(),
        found.connections.to_string(),
        found.took.as_millis().to_string(),
    ]
}

/// When and on what.
fn shape() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: u64 = memory.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let build = if cfg!(debug_assertions) { "dev" } else { "release" };
    format!(
        "{}, {cores} cores, {} GiB, {} {}, {build} build",
        jiff::Timestamp::now().strftime("%Y-%m-%d"),
        (kilobytes + (1 << 19)) >> 20,
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}
