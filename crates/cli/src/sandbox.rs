//! `sandbox`: runs the embedded SCIM service until Ctrl-C and says how to reach it, or writes that down.

use super::output;
use clap::Args;
use clap::builder::PossibleValuesParser;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::folders::{self, STATE};
use scim_connector_host::private::{self, Unfit};
use scim_connector_sandbox::{Options, Sandbox, Storage, behaviours};
use serde_json::json;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Arguments of `sandbox`.
#[derive(Args)]
#[command(after_help = "The client secret is made once and kept for this user, so that a Config.toml stays good; \
    SCIM_SANDBOX_CLIENT_SECRET names another. \
    SCIM_SANDBOX_BEARER_TOKEN names a fixed token that is accepted as well.")]
pub struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Keep users and groups in this SQLite file, for this user alone, instead of in memory
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// How long a token is valid
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    token_lifetime: u64,
    /// The client's identifier
    #[arg(long, value_name = "ID", default_value = "sandbox")]
    client_id: String,
    /// Act like this provider instead of doing all the RFCs say
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(behaviours()))]
    behave_as: Option<String>,
    /// Page listings by cursor only (RFC 9865)
    #[arg(long)]
    cursor_only: bool,
    /// Start with so many made-up users, which take no memory until they are changed
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "database")]
    seed_users: u64,
    /// Let clients have requests answered so much later (RFC 9967); without, all are answered at once
    #[arg(long, value_name = "MILLISECONDS")]
    asynchronous: Option<u64>,
    /// When ready, print one line of JSON on stdout: serviceUrl, tokenUrl, clientId, clientSecret
    #[arg(long)]
    json: bool,
    /// When ready, print a whole Config.toml on stdout, and nothing else
    #[arg(long, conflicts_with = "json")]
    toml: bool,
    /// When ready, write a Config.toml, for this user alone; one that is there is left as it is
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "Config.toml", conflicts_with_all = ["json", "toml"])]
    write: Option<PathBuf>,
}

/// What the connection to a sandbox is called: as that of the flows in the documentation.
const CONNECTION: &str = "scimClient";

/// The secret of this user's sandboxes. Where it cannot be kept for this user alone, each has its own.
fn kept_secret() -> String {
    let kept = || {
        let folder = private::folder(&folders::folder(&STATE)?).ok()?;
        let path = folder.join("sandbox-secret");
        if private::problem_of_folder(&folder).or_else(|| private::problem(&path)).is_some() {
            return None;
        }
        let secret = random_secret();
        match private::create(&path).and_then(|mut file| file.write_all(secret.as_bytes())) {
            Ok(()) => Some(secret),
            // Where another one is making it just now, it is not whole yet.
            Err(_) => std::fs::read_to_string(&path).ok().filter(|text| text.len() == secret.len()),
        }
    };
    kept().unwrap_or_else(random_secret)
}

/// Writes the configuration where none is.
fn write(path: &Path, text: &str) -> Result<()> {
    let shown = path.display();
    match private::create(path).and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => output::remark(&format!("{shown} is written")),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if std::fs::read_to_string(path).ok().as_deref() != Some(text) {
                return Err(Error::Usage(format!(
                    "{shown} is there already, and was left as it is; name another file, or take --toml"
                )));
            }
        }
        Err(error) => return Err(Error::unwritten(&shown.to_string(), &error)),
    }
    Ok(())
}

/// A secret nobody can guess.
pub fn random_secret() -> String {
    rand::random::<[u8; 16]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A database that is for this user alone: it tells of people.
fn database(path: &Path) -> Result<PathBuf> {
    private::prepare(path, &["-wal", "-shm", "-journal"]).map_err(|unfit| match unfit {
        Unfit::Unwritable(error) => Error::unwritten(&format!("--database: {}", path.display()), &error),
        Unfit::Open(file, problem) => Error::Usage(format!("--database: {} is not opened: {problem}", file.display())),
    })
}

/// Runs `sandbox`.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let database = arguments.database.as_deref().map(database).transpose()?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let client_secret = variable("SCIM_SANDBOX_CLIENT_SECRET").unwrap_or_else(kept_secret);
    let options = Options {
        port: arguments.port,
        storage: database.map_or(Storage::Memory, Storage::Sqlite),
        client_id: arguments.client_id.clone(),
        client_secret: client_secret.clone(),
        token_lifetime: Duration::from_secs(arguments.token_lifetime),
        bearer_token: variable("SCIM_SANDBOX_BEARER_TOKEN"),
        behaviour: arguments.behave_as.clone(),
        cursor_only: arguments.cursor_only,
        seed_users: arguments.seed_users,
        asynchronous: arguments.asynchronous.map(Duration::from_millis),
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.map_err(|error| {
        let text = format!("the sandbox cannot be started: {error}");
        if error.kind() == ErrorKind::StorageFull { Error::Io(text) } else { Error::Usage(text) }
    })?;
    let (service_url, token_url) = (sandbox.service_url(), sandbox.token_url());
    let place = Place { service_url: &service_url, token_url: &token_url, behaves_as: arguments.behave_as.as_deref() };
    let configuration = place.configuration(&arguments.client_id, &client_secret);
    if arguments.toml {
        output::out(&configuration)?;
    } else if let Some(path) = &arguments.write {
        if let Err(error) = write(path, &configuration) {
            sandbox.stop().await;
            return Err(error);
        }
        output::remark(&format!("The sandbox serves {service_url}. Ctrl-C ends it."));
    } else if arguments.json {
        let ready = json!({
            "serviceUrl": service_url, "tokenUrl": token_url, "clientId": arguments.client_id, "clientSecret": client_secret,
        });
        output::out(&output::json(&ready, true))?;
    } else {
        output::notes(&format!(
            "The sandbox serves {service_url}. Put this into Config.toml:\n\n{}\n\
             then, in another terminal:\n\n  \
             scim-connector call createUser userName=ada\n\n\
             (or begin it with --write). Ctrl-C ends it.",
            configuration,
        ));
    }
    let interrupt = tokio::signal::ctrl_c().await;
    sandbox.stop().await;
    interrupt.map_err(|error| Error::Load(format!("signals cannot be watched: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

/// Where a sandbox is, and whom it acts like.
struct Place<'a> {
    service_url: &'a str,
    token_url: &'a str,
    behaves_as: Option<&'a str>,
}

impl Place<'_> {
    /// The connection to it, as Config.toml has it. Whoever acts like a provider is reached as that provider is.
    fn configuration(&self, client_id: &str, client_secret: &str) -> String {
        // A JSON string is a TOML string.
        let text = |text: &str| json!(text).to_string();
        let profile = self.behaves_as.map(|name| format!("profile = {}\n", text(name))).unwrap_or_default();
        format!(
            "[connections.{CONNECTION}]\nserviceUrl = {}\n{profile}auth = {{ type = \"clientCredentials\", tokenUrl = {}, clientId = {}, clientSecret = {} }}\n",
            text(self.service_url),
            text(self.token_url),
            text(client_id),
            text(client_secret),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_host::Config;
    use std::path::Path;

    #[test]
    fn what_acts_like_a_provider_is_connected_to_with_its_profile() {
        let place = |behaves_as| Place {
            service_url: "http://127.0.0.1:1/scim/v2",
            token_url: "http://127.0.0.1:1/token",
            behaves_as,
        };
        for name in behaviours() {
            let text = place(Some(name)).configuration("sandbox", "s\"ecret");
            assert!(text.contains(&format!("\nprofile = \"{name}\"\n")), "{text}");
            Config::parse(&text, Path::new("Config.toml")).unwrap();
            let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../src/profile/{name}.json"));
            assert!(profile.exists(), "{name} is no profile");
        }
        assert!(!place(None).configuration("sandbox", "secret").contains("profile"));
    }
}
