//! The `scim-connector` command: arguments, dispatch, exit codes. It only calls the library and prints; what things mean
//! is decided there.

#[cfg(feature = "flows")]
mod allow;
mod attributes;
#[cfg(feature = "flows")]
mod automation;
mod bulk;
mod call;
#[cfg(feature = "flows")]
mod check;
mod complete;
mod connections;
#[cfg(feature = "sandbox")]
mod demo;
mod describe;
#[cfg(feature = "flows")]
mod graph;
#[cfg(feature = "flows")]
mod history;
mod init;
mod items;
mod journal;
mod layout;
mod listing;
mod logging;
mod output;
mod people;
mod profile;
mod progress;
mod provider;
mod published;
#[cfg(feature = "flows")]
mod report;
#[cfg(feature = "serve")]
mod rotated;
#[cfg(feature = "flows")]
mod run;
#[cfg(feature = "flows")]
mod runs;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "serve")]
mod serve;
mod signals;
#[cfg(feature = "flows")]
mod start;
mod terminal;
mod test;

use clap::{Args, CommandFactory, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCandidates;
use output::Messages;
use progress::Progress;
use scim_connector_host::bounded;
use scim_connector_host::cache::CacheStatus;
use scim_connector_host::config::Config;
use scim_connector_host::connector::{CodeCache, Connector, Options};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::source::ConnectionSource;
use scim_connector_host::visible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// The component's file names, as they are looked for beside the executable: the core, for which this host has the way out, before
/// the whole.
const COMPONENTS: [&str; 2] = ["scim-connector.core.wasm", "scim-connector.wasm"];

/// Provision users and groups in any SCIM 2.0 service.
#[derive(Parser)]
#[command(name = "scim-connector", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed for good, 75 failed for now, 64 wrong use, 74 this machine failed (disk full, output not written), 78 wrong configuration, 130 interrupted."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Args)]
struct Global {
    /// The component [default: scim-connector.core.wasm or scim-connector.wasm beside this executable or one folder up]
    #[arg(long, global = true, value_name = "FILE", env = "SCIM_CONNECTOR_COMPONENT", hide_env = false)]
    component: Option<PathBuf>,
    /// The configuration with the connections [default: $SCIM_CONNECTOR_CONFIG, else ./Config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show every HTTP exchange on stderr, without secrets
    #[arg(long, short, global = true)]
    verbose: bool,
    /// Leave out remarks and progress on stderr; warnings and errors stay
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// How errors are written to stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    error_format: ErrorFormat,
    /// Neither use nor write the cache of compiled code
    #[arg(long, global = true)]
    no_cache: bool,
    #[command(flatten)]
    logging: logging::Arguments,
}

/// How errors are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ErrorFormat {
    /// For a person.
    Text,
    /// One JSON object on one line.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Show the connector at work against a SCIM service that runs inside this command
    #[cfg(feature = "sandbox")]
    Demo,
    /// Run a SCIM service with a token endpoint on this machine, to try the connector without an account
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Arguments),
    /// Call an operation and print its result, as JSON unless a person reads it; `describe` lists the operations
    Call(call::Arguments),
    /// Carry out any number of bulk operations from a file, a line each; a run that was broken off can go on
    Bulk(bulk::Arguments),
    /// Write a connection into the configuration, and test it; asks for what is not given
    Init(init::Arguments),
    /// List the connections of the configuration, without secrets
    Connections(connections::Arguments),
    /// Test a connection step by step
    Test(test::Arguments),
    /// Run a flow: a file in the Serverless Workflow DSL that calls the connector's operations
    #[cfg(feature = "flows")]
    Run(run::Arguments),
    /// Say what is wrong with flows before they run
    #[cfg(feature = "flows")]
    Check(check::Arguments),
    /// Draw a flow
    #[cfg(feature = "flows")]
    Graph(graph::Arguments),
    /// Run the flows of a folder when their schedules say so, until Ctrl-C
    #[cfg(feature = "flows")]
    Start(start::Arguments),
    /// Show the automations: when they run next, how the run before ended, what is wrong
    #[cfg(feature = "flows")]
    Status(automation::StatusArguments),
    /// Run an automation now; the process that `start` began does it
    #[cfg(feature = "flows")]
    Trigger(automation::TriggerArguments),
    /// Let the due times of an automation pass by; `trigger` still runs it
    #[cfg(feature = "flows")]
    Pause(automation::PauseArguments),
    /// Let a paused automation run again when it is due
    #[cfg(feature = "flows")]
    Resume(automation::PauseArguments),
    /// List the operations, or describe one
    Describe(describe::Arguments),
    /// List the runs of flows, or show one
    #[cfg(feature = "flows")]
    Runs(runs::Arguments),
    /// Write the report of a run
    #[cfg(feature = "flows")]
    Report(report::Arguments),
    /// Serve a connection's operations over HTTP as JSON, and to agents
    #[cfg(feature = "serve")]
    Serve(serve::Arguments),
    /// Write a manual page for each command into a folder
    #[command(hide = true)]
    ManPages {
        /// The folder; it is made where it is not there
        folder: PathBuf,
    },
    /// Print a completion script for a shell; it offers names of operations, connections, flows and runs too
    Completions {
        /// The shell
        #[arg(value_parser = complete::shells())]
        shell: String,
    },
}

/// Which connection of the configuration is meant.
#[derive(Args)]
struct ConnectionArgument {
    /// A connection of the configuration [default: its `default`, or the only one]
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(complete::connections))]
    connection: Option<String>,
}

/// Runs the command of this process' arguments.
#[must_use]
pub fn main() -> ExitCode {
    // A panic's message may quote what a flow was given; where it was is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        output::note(&format!("internal error{place}; this is a fault of the program, please report it"));
    }));
    // A shell asks what may follow, by a variable that the script of `completions` sets.
    clap_complete::CompleteEnv::with_factory(Cli::command).var(complete::VARIABLE).complete();
    let parse = |arguments: &mut dyn Iterator<Item = OsString>| {
        Cli::from_arg_matches(&command().try_get_matches_from(arguments)?)
    };
    let cli = match parse(&mut std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap writes them to stdout and everything else to stderr.
            let code = if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
            // An error quotes arguments, whoever wrote them.
            let mut marked =
                std::env::args_os().map(|argument| visible::line(&argument.to_string_lossy()).into_owned().into());
            parse(&mut marked).err().unwrap_or(error).print().ok();
            return code;
        }
    };
    let messages = Messages { json: cli.global.error_format == ErrorFormat::Json };
    if cli.global.quiet {
        output::be_quiet();
    }
    match start(cli) {
        Ok(code) => code,
        Err(error) => {
            messages.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The command line. Options of all commands are in the help of the whole, and not in that of each command again.
fn command() -> clap::Command {
    let hide = |argument: clap::Arg| {
        let hidden = argument.is_global_set();
        argument.hide(hidden)
    };
    let mut whole = Cli::command();
    // Only then do the commands have them.
    whole.build();
    let names: Vec<String> = whole.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.into_iter().fold(whole, |whole, name| {
        whole.mut_subcommand(name, |command| {
            let more = command.get_after_help().map_or_else(String::new, |text| format!("{text}\n\n"));
            command.mut_args(hide).after_help(more + "`scim-connector --help` has the options of all commands.")
        })
    })
}

fn start(cli: Cli) -> Result<ExitCode> {
    // One thread is enough, except to serve others, and starts fastest.
    #[cfg(feature = "sandbox")]
    let serving = matches!(cli.command, Command::Sandbox(_));
    #[cfg(not(feature = "sandbox"))]
    let serving = false;
    #[cfg(feature = "flows")]
    let serving = serving || matches!(cli.command, Command::Start(_));
    #[cfg(feature = "serve")]
    let serving = serving || matches!(cli.command, Command::Serve(_));
    let mut builder = if serving {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime =
        builder.enable_all().build().map_err(|error| Error::Load(format!("the runtime cannot be started: {error}")))?;
    cli.global.logging.start();
    {
        let _inside = runtime.enter();
        outlive_limits();
    }
    let (metrics, file) = (cli.global.logging.recorded.clone(), cli.global.logging.file());
    let code = runtime.block_on(dispatch(cli));
    // Of a command that failed, too, whose own error counts more.
    let written = logging::write(&metrics, file.as_deref());
    let code = code.and_then(|code| written.map(|()| code));
    // A name lookup that was given up may still sit in a thread; it must not hold the process.
    runtime.shutdown_background();
    code
}

/// A file that may not become larger (`ulimit -f`) is an error like a full disk, not the end of the process in the middle of a
/// change.
fn outlive_limits() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Once it is listened to, it ends nobody; what it says, the write says as well.
        drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())));
    }
}

async fn dispatch(cli: Cli) -> Result<ExitCode> {
    let global = &cli.global;
    match cli.command {
        #[cfg(feature = "sandbox")]
        Command::Demo => demo::run(global).await,
        #[cfg(feature = "sandbox")]
        Command::Sandbox(arguments) => sandbox::run(&arguments).await,
        Command::Call(arguments) => call::run(global, &arguments).await,
        Command::Bulk(arguments) => bulk::run(global, &arguments).await,
        Command::Init(arguments) => init::run(global, &arguments).await,
        Command::Connections(arguments) => connections::run(global, &arguments),
        Command::Test(arguments) => test::run(global, &arguments).await,
        #[cfg(feature = "flows")]
        Command::Run(arguments) => run::run(global, &arguments).await,
        #[cfg(feature = "flows")]
        Command::Check(arguments) => check::run(global, &arguments).await,
        #[cfg(feature = "flows")]
        Command::Graph(arguments) => graph::run(global, &arguments),
        #[cfg(feature = "flows")]
        Command::Start(arguments) => start::run(global, &arguments).await,
        #[cfg(feature = "flows")]
        Command::Status(arguments) => automation::status(global, &arguments),
        #[cfg(feature = "flows")]
        Command::Trigger(arguments) => automation::trigger(global, &arguments).await,
        #[cfg(feature = "flows")]
        Command::Pause(arguments) => automation::pause(global, &arguments, true),
        #[cfg(feature = "flows")]
        Command::Resume(arguments) => automation::pause(global, &arguments, false),
        Command::Describe(arguments) => describe::run(global, &arguments).await,
        #[cfg(feature = "flows")]
        Command::Runs(arguments) => runs::run(global, &arguments),
        #[cfg(feature = "flows")]
        Command::Report(arguments) => report::run(global, &arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(global, &arguments).await,
        Command::ManPages { folder } => {
            let written = std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(command(), &folder));
            written.map_err(|error| Error::unwritten(&folder.display().to_string(), &error))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Completions { shell } => {
            output::out(&complete::script(&shell)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Global {
    fn connector(&self, config: Option<&Config>) -> Result<Connector> {
        let mut options = Options::default();
        if let Some(config) = config {
            config.apply(&mut options);
        }
        if self.no_cache {
            options.code_cache = CodeCache::Off;
        }
        if self.verbose {
            options.observer = Some(Arc::new(output::show_exchange));
        }
        self.load(options)
    }

    fn load(&self, mut options: Options) -> Result<Connector> {
        options.metrics = self.logging.recorded.clone();
        let component = self.find_component()?;
        // Whoever reads JSON from stderr gets nothing else there.
        let note: fn() = || output::remark("compiling the component for this machine ...");
        options.compiling = (self.error_format == ErrorFormat::Text).then_some(note);
        let connector = Connector::load(component, options)?;
        if let CacheStatus::NotStored(reason) = connector.cache_status() {
            let warning = format!(
                "the compiled component is not kept, so that every start compiles it: {reason}; make the folder writable by this user alone (chmod 700), name another in [host] codeCache, or give --no-cache"
            );
            match self.error_format {
                ErrorFormat::Text => output::note(&format!("warning: {warning}")),
                ErrorFormat::Json => output::note_json(&serde_json::json!({"warning": warning})),
            }
        }
        Ok(connector)
    }

    fn find_component(&self) -> Result<PathBuf> {
        if let Some(path) = &self.component {
            return Ok(path.clone());
        }
        let executable = std::env::current_exe().ok().and_then(|path| path.canonicalize().ok());
        let folders = executable.iter().flat_map(|path| path.ancestors().skip(1).take(2));
        let places: Vec<PathBuf> = folders.flat_map(|folder| COMPONENTS.map(|name| folder.join(name))).collect();
        places.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
            let places: Vec<String> = places.iter().map(|path| path.display().to_string()).collect();
            Error::Load(format!(
                "there is no component at {}; build it with `cargo xtask component`, or name it with --component or SCIM_CONNECTOR_COMPONENT",
                places.join(" or ")
            ))
        })
    }

    /// A line about how far something is, for a person: where stderr is a terminal, or `wanted` says so.
    fn progress(&self, wanted: bool) -> Progress {
        match self.error_format {
            ErrorFormat::Text if !self.quiet => Progress::on_stderr(wanted, self.verbose),
            _ => Progress::off(),
        }
    }

    /// Whether errors are for a program.
    fn is_json(&self) -> bool {
        self.error_format == ErrorFormat::Json
    }

    /// Whether errors are for a person.
    fn is_text(&self) -> bool {
        self.error_format == ErrorFormat::Text
    }

    /// The configuration.
    fn configuration(&self) -> Result<Config> {
        Config::find(self.config.as_deref())?.ok_or_else(|| Error::Config {
            path: scim_connector_host::config::FILE_NAME.into(),
            detail: format!(
                "there is no such file in this folder; `scim-connector init` writes one, or name it with --config or {}",
                scim_connector_host::config::VARIABLE
            ),
        })
    }

    /// The configuration and the connection that is meant.
    fn connection(&self, argument: &ConnectionArgument) -> Result<(Config, String, ConnectionSource)> {
        let config = self.configuration()?;
        let (name, source) = config.connection(argument.connection.as_deref())?;
        Ok((config, name, source))
    }
}

/// Reads `--input`: JSON, `@FILE`, or `-` for stdin. The text is checked to be JSON, with line and column.
fn read_input(argument: &str) -> Result<String> {
    let unreadable =
        |what: &str, error: std::io::Error| Error::Usage(format!("--input: {what} cannot be read: {error}"));
    let text = if argument == "-" {
        bounded::stdin(bounded::INPUT).map_err(|error| unreadable("stdin", error))?
    } else if let Some(file) = argument.strip_prefix('@') {
        bounded::text(Path::new(file), bounded::INPUT).map_err(|error| unreadable(file, error))?
    } else {
        argument.to_owned()
    };
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(_) => Ok(text),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            Err(Error::Usage(format!(
                "--input is not JSON: line {}, column {}: {reason}",
                error.line(),
                error.column()
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
        command().debug_assert();
    }

    #[test]
    fn options_of_all_commands_stand_in_one_help() {
        let mut whole = command();
        assert!(whole.render_long_help().to_string().contains("--log-format"));
        for command in whole.get_subcommands_mut() {
            let help = command.render_long_help().to_string();
            assert!(!help.contains("--log-format"), "{help}");
            assert!(help.trim_end().ends_with("`scim-connector --help` has the options of all commands."), "{help}");
        }
    }

    #[test]
    fn input_that_is_no_json_is_refused_with_its_place() {
        let error = |text: &str| read_input(text).unwrap_err().to_string();
        assert_eq!(error("{\"a\":\n  x}"), "--input is not JSON: line 2, column 3: expected value");
        assert_eq!(error(""), "--input is not JSON: line 1, column 0: EOF while parsing a value");
        assert_eq!(error("@no/such"), "--input: no/such cannot be read: No such file or directory (os error 2)");
        assert_eq!(read_input("{\"a\": 1.10}").unwrap(), "{\"a\": 1.10}");
    }
}
