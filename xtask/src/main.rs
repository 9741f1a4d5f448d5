//! The project's developer commands, `cargo xtask COMMAND`: this file is the command line, each command has its module.
//! Nothing here is part of the product, and nothing in the product may depend on it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod bench;
mod bulk;
mod component;
mod compose;
mod dist;
mod figures;
mod fuzz;
mod generate;
mod licences;
mod listing;
mod measure;
mod packages;
mod sandbox;
mod shell;
mod suite;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of the SCIM connector.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the component and the host, then watches a user being created in the sandbox.
    Demo {
        /// Passed on to `scim-connector demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Runs everything that must pass: formatting, lints, the component's limits, all tests, licences.
    Test {
        /// Only these steps (all when left out); `--list` names them.
        steps: Vec<String>,
        /// Leaves a step out, for want of what it needs; it is named in the end.
        #[arg(long, value_name = "STEP")]
        without: Vec<String>,
        /// Lists the steps and runs none.
        #[arg(long)]
        list: bool,
    },
    /// Builds target/scim-connector.wasm and checks what it imports and how large it is.
    Component {
        /// Prints the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes what is generated from wit/: docs/reference.md, the host's typed client, the component's list of operations.
    Generate {
        /// Writes nothing, and fails where a file is not what wit/ says.
        #[arg(long)]
        check: bool,
    },
    /// Builds the documentation of the API, and fails where it has a warning.
    Docs,
    /// Prints the packages that the host crate brings, by which of its dependencies brings them; fails where they are too many.
    Packages,
    /// Makes what a person installs without a compiler, in target/dist, and tries each in an empty environment: an archive, a wheel, an npm
    /// package, an OCI layout of the component; with a bill of materials, checksums and a signature.
    Dist {
        /// Takes the build that the tests use instead of the release build.
        #[arg(long)]
        debug: bool,
        /// The private key that signs the checksums, PEM (Ed25519, for example).
        #[arg(long)]
        key: Option<PathBuf>,
        /// Leaves out a step: sign, archive, wheel, npm, oci.
        #[arg(long, value_name = "NAME")]
        without: Vec<String>,
    },
    /// Holds the dependencies to deny.toml with cargo-deny, which it builds where it is missing (minutes, once).
    Deny,
    /// Feeds made-up input to everything that reads what others wrote, until something does not hold or the time is over.
    Fuzz {
        /// Which target: the folders in fuzz/corpus are called like them (each in turn when left out).
        target: Option<String>,
        /// How long each runs.
        #[arg(default_value_t = 60)]
        seconds: u32,
        /// Runs the target once, on this file: an input that failed before.
        #[arg(long, requires = "target")]
        input: Option<PathBuf>,
    },
    /// Lists many users with the program as it was built last, and prints time and peak memory; fails where memory grows.
    Listing {
        /// Takes the release build of the host instead of the one the tests use.
        #[arg(long)]
        release: bool,
        /// How many users are listed, after 50,000 to compare with.
        #[arg(long, default_value_t = 1_000_000)]
        users: u64,
    },
    /// Carries out many bulk operations of a file against the sandbox with the program as it was built last, and prints time and peak
    /// memory; fails where an operation is missing or memory grows.
    Bulk {
        /// Takes the release build of the host instead of the one the tests use.
        #[arg(long)]
        release: bool,
        /// How many operations, after 20,000 to compare with.
        #[arg(long, default_value_t = 1_000_000)]
        operations: u64,
    },
    /// Plays the fault matrix: how the host bears what providers, networks and machines do to it. Prints the table, and
    /// writes it into docs/faults.md where all rows were played.
    Faults {
        /// Only the rows whose name contains this.
        word: Option<String>,
    },
    /// Puts the host under full load against a provider that fails at random, and fails where a call is not accounted for
    /// or anything is held in the end.
    Soak {
        /// How long.
        #[arg(long, default_value_t = 10.0)]
        minutes: f64,
        /// Takes the release build of the host instead of the one the tests use.
        #[arg(long)]
        release: bool,
    },
    /// Imports people by a flow: speed beside the same calls without it, memory, and an import that is killed and run again.
    /// The figures of the release build go into docs/benchmarks.md.
    Import {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        people: u32,
        /// Takes the release build of the host instead of the one the tests use.
        #[arg(long)]
        release: bool,
    },
    /// Measures the release build beside raw reqwest and scim2-client, and prints a table; `--help` after `--` says more.
    /// Without arguments all is measured, and the table goes into docs/benchmarks.md.
    Bench {
        /// Passed on to the benches: `--quick`, `--json FILE`, `--markdown FILE`, the names of rows.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Prints the component's size and imports, the time from process start to the first created user, and the time and
    /// memory of listing a million users.
    Measure {
        /// Measures the release build of the host instead of the one the tests use.
        #[arg(long)]
        release: bool,
        /// How many users are created, each by a process of its own.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
        runs: u16,
        /// How many users are listed.
        #[arg(long, default_value_t = 1_000_000)]
        users: u64,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Demo { arguments } => suite::demo(&arguments),
        Command::Test { list: true, .. } => suite::list(),
        Command::Test { steps, without, .. } => suite::test(&steps, &without),
        Command::Component { json } => component::command(json),
        Command::Generate { check: true } => generate::check(),
        Command::Generate { check: false } => generate::write(),
        Command::Docs => suite::document(),
        Command::Packages => packages::command(),
        Command::Dist { debug, key, without } => dist::command(!debug, key.as_deref(), &without),
        Command::Deny => licences::deny(),
        Command::Fuzz { target: Some(target), input: Some(input), .. } => fuzz::replay(&target, &input),
        Command::Fuzz { target, seconds, .. } => fuzz::command(target.as_deref(), seconds),
        Command::Listing { release, users } => listing::run(release, 50_000, users),
        Command::Bulk { release, operations } => bulk::run(release, 20_000, operations),
        Command::Faults { word } => suite::faults(word.as_deref()),
        Command::Soak { minutes, release } => suite::soak(minutes, release),
        Command::Import { people, release } => suite::import(people, release),
        Command::Bench { arguments } => bench::command(&arguments),
        Command::Measure { release, runs, users } => measure::command(release, runs, users),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
