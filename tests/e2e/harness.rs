//! Starts what the tests need: the component, the servers of `tests/servers`, the sandbox, the command. It knows nothing
//! of what is tested.

use crate::support::code_cache;
pub use crate::support::{cache_home, component, root};
use scim_connector_host::Exchange;
use scim_connector_host::egress::address::AddressRule;
use scim_connector_host::{Client, CodeCache, Connector, Error, Options, Outcome};
use scim_connector_sandbox::{self, Sandbox};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;

/// Generous: the machine may be busy, and a server needs two interpreters to start.
const SERVER_START: Duration = Duration::from_secs(90);

/// No command of the tests takes this long, however busy the machine is.
const COMMAND_LIMIT: Duration = Duration::from_secs(90);

/// Runs a future to its end. All run on one runtime, so that servers in this process go on between calls.
pub fn block_on<F: Future>(future: F) -> F::Output {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().expect("a runtime")).block_on(future)
}

/// The component, loaded once for all tests.
pub fn connector() -> &'static Connector {
    static CONNECTOR: OnceLock<Connector> = OnceLock::new();
    CONNECTOR.get_or_init(|| load(|_| ()))
}

/// The component, run with other options.
pub fn connector_with(change: impl FnOnce(&mut Options)) -> Connector {
    // The shared one first, so that the code is compiled once.
    connector();
    load(change)
}

fn load(change: impl FnOnce(&mut Options)) -> Connector {
    let mut options = Options {
        code_cache: CodeCache::Folder(code_cache()),
        allow_addresses: vec![AddressRule::Loopback],
        ..Options::default()
    };
    change(&mut options);
    Connector::load(component(), options).expect("the component loads")
}

/// What went over the wire.
pub type ExchangeLog = Arc<Mutex<Vec<Exchange>>>;

/// The component with a log of every exchange.
pub fn observed() -> (Connector, ExchangeLog) {
    let seen = ExchangeLog::default();
    let log = seen.clone();
    let observer = Arc::new(move |exchange: &Exchange| log.lock().unwrap().push(exchange.clone()));
    (connector_with(|options| options.observer = Some(observer)), seen)
}

/// A client of the shared component.
pub fn client(connection: &Value) -> Client {
    block_on(connector().client(connection.clone())).expect("the connection is good")
}

/// `Client::invoke`, from a test without async.
pub fn invoke(client: &Client, operation: &str, input: Value) -> Result<Outcome, Error> {
    block_on(client.invoke(operation, &input))
}

/// A server of `tests/servers`; it ends when this is dropped, or when this process does.
pub struct Server {
    child: Child,
    /// Its line of readiness.
    pub ready: Value,
}

impl Server {
    /// scimmy on Express 4.
    pub fn scimmy() -> Self {
        Self::node("scimmy.mjs", &[])
    }

    /// scim2-server by itself, with the resource type Device.
    pub fn scim2() -> Self {
        Self::python("venv", "scim2.py")
    }

    /// canaille with its backend in memory.
    pub fn canaille() -> Self {
        Self::python("canaille", "canaille_scim.py")
    }

    /// django-scim2 with the package's own adapters.
    pub fn django() -> Self {
        Self::python("venv", "django_scim2.py")
    }

    /// The SCIM plugin of better-auth.
    pub fn better_auth() -> Self {
        Self::node("better_auth.mjs", &[])
    }

    /// scim2-server behind oidc-provider.
    pub fn guard(arguments: &[&str]) -> Self {
        let venv = servers().join("venv");
        let mut all = vec!["--venv", venv.to_str().expect("a path in UTF-8")];
        all.extend(arguments);
        Self::node("guard.mjs", &all)
    }

    /// The guard that most tests share, with tokens of a minute.
    pub fn shared_guard() -> &'static Self {
        static GUARD: OnceLock<Server> = OnceLock::new();
        GUARD.get_or_init(|| Self::guard(&[]))
    }

    /// A script in one of the virtual environments.
    fn python(environment: &str, script: &str) -> Self {
        let mut command = Command::new(servers().join(environment).join("bin/python"));
        command.arg(root().join("tests/servers").join(script));
        Self::start(command)
    }

    fn node(script: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("node");
        command.arg(root().join("tests/servers").join(script)).arg("--modules").arg(servers().join("node"));
        command.args(arguments);
        Self::start(command)
    }

    /// Starts a server and waits for its line of readiness (the protocol of `tests/servers/README.md`).
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let (line_out, line) = channel();
        let stdout = child.stdout.take().expect("stdout is piped");
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            line_out.send(lines.next()).ok();
            // Read on, or the server would stop when the pipe is full.
            lines.for_each(drop);
        });
        let log = drained(child.stderr.take().expect("stderr is piped"));
        let Ok(Some(Ok(ready))) = line.recv_timeout(SERVER_START) else {
            child.kill().ok();
            child.wait().ok();
            panic!("{command:?} did not get ready: {}", String::from_utf8_lossy(&log.lock().unwrap()));
        };
        let ready =
            serde_json::from_str(&ready).unwrap_or_else(|error| panic!("{ready:?} is no line of JSON: {error}"));
        Self { child, ready }
    }

    /// Its service URL.
    pub fn service_url(&self) -> &str {
        self.ready["serviceUrl"].as_str().expect("a service URL")
    }

    /// A connection to a guard: `auth` is what differs from clientCredentials by `client_secret_basic`.
    pub fn connection(&self, auth: Value) -> Value {
        let mut whole = json!({"type": "clientCredentials", "tokenUrl": self.ready["tokenUrl"],
            "clientId": self.ready["clientId"], "clientSecret": self.ready["clientSecret"]});
        for (name, value) in auth.as_object().into_iter().flatten() {
            whole[name] = value.clone();
        }
        json!({"serviceUrl": self.service_url(), "auth": whole})
    }

    /// A connection that proves itself with a signed assertion.
    pub fn connection_jwt(&self, algorithm: &str) -> Value {
        let key = &self.ready["clients"]["privateKeyJwt"][algorithm];
        let auth = json!({"type": "clientCredentials", "tokenUrl": self.ready["tokenUrl"], "method": "privateKeyJwt",
            "clientId": key["clientId"], "keyId": key["keyId"], "privateKey": key["privateKey"]});
        json!({"serviceUrl": self.service_url(), "auth": auth})
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Where `tests/servers/install.py` puts the servers.
fn servers() -> PathBuf {
    let folder = root().join("target/servers");
    let environments = ["venv", "canaille"].iter().all(|name| folder.join(name).join("bin/python").exists());
    let there = folder.join("node/node_modules").is_dir() && environments;
    assert!(there, "the servers are missing: run python3 tests/servers/install.py target/servers");
    folder
}

/// A sandbox in this process, and a connection to it.
pub fn sandbox(options: scim_connector_sandbox::Options) -> (Sandbox, Value) {
    let (id, secret) = (options.client_id.clone(), options.client_secret.clone());
    let sandbox = block_on(Sandbox::start(options)).expect("the sandbox starts");
    let auth =
        json!({"type": "clientCredentials", "tokenUrl": sandbox.token_url(), "clientId": id, "clientSecret": secret});
    let connection = json!({"serviceUrl": sandbox.service_url(), "auth": auth});
    (sandbox, connection)
}

/// A port of this machine on which nobody listens, nor will: it stays taken by a socket that does not listen, or the next
/// server of a test could get it.
pub fn closed_port() -> u16 {
    static TAKEN: LazyLock<TcpSocket> = LazyLock::new(|| {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        socket
    });
    TAKEN.local_addr().expect("an address").port()
}

/// What a command did.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code.
    pub code: i32,
    /// What it printed on stdout.
    pub stdout: String,
    /// What it printed on stderr.
    pub stderr: String,
}

impl Finished {
    /// Its stdout as JSON, and nothing else there.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is no JSON ({error}): {self:?}"))
    }
}

/// A folder to run the command in, with a `Config.toml`.
pub struct Workplace {
    folder: tempfile::TempDir,
}

impl Workplace {
    /// With these connections in its `Config.toml`.
    pub fn new(connections: &[(&str, Value)]) -> Self {
        let lines = connections.iter().map(|(name, value)| format!("{name} = {}\n", toml(value)));
        Self::with_config(&format!("[connections]\n{}", lines.collect::<String>()))
    }

    /// With this text as its `Config.toml`.
    pub fn with_config(text: &str) -> Self {
        let folder = crate::support::place::private_folder();
        std::fs::write(folder.path().join("Config.toml"), text).expect("Config.toml can be written");
        Self { folder }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the command there.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, &[], "")
    }

    /// The command in this folder, its standard streams piped, not started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        // The code cache is filled once, by the library, and found by each command.
        connector();
        let mut command = Command::new(env!("CARGO_BIN_EXE_scim-connector"));
        command.args(arguments).current_dir(self.path()).env("SCIM_CONNECTOR_COMPONENT", component());
        command.env("XDG_CACHE_HOME", cache_home()).env_remove("SCIM_CONNECTOR_CONFIG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts the command there and kills it (-9) once something is so.
    pub fn run_until(&self, arguments: &[&str], is_so: impl Fn() -> bool) {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        let started = Instant::now();
        while !is_so() {
            let ended = child.try_wait().expect("it can be waited for").is_some();
            assert!(!ended && started.elapsed() < COMMAND_LIMIT, "it ended before it could be killed");
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it can be waited for");
    }

    /// Runs the command there with variables and a stdin.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)], stdin: &str) -> Finished {
        let mut command = self.command(arguments);
        let mut child = command.envs(environment.iter().copied()).spawn().expect("the command can be started");
        let stdout = drained(child.stdout.take().expect("stdout is piped"));
        let stderr = drained(child.stderr.take().expect("stderr is piped"));
        // A command that does not read its stdin closes it.
        child.stdin.take().expect("stdin is piped").write_all(stdin.as_bytes()).ok();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("the command can be waited for") {
                break status;
            }
            if started.elapsed() > COMMAND_LIMIT {
                child.kill().ok();
                child.wait().ok();
                panic!("{arguments:?} did not end within {COMMAND_LIMIT:?}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let text = |output: Drained| String::from_utf8(output.into_end()).expect("output in UTF-8");
        Finished { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }
}

/// JSON as a TOML value on one line.
pub fn toml(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let members = object.iter().map(|(name, value)| format!("{} = {}", json!(name), toml(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(toml).collect::<Vec<_>>().join(", ")),
        // A JSON string, number or boolean is one of TOML too.
        other => other.to_string(),
    }
}

/// What a pipe has given so far.
struct Drained {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: std::sync::mpsc::Receiver<()>,
}

impl Drained {
    fn lock(&self) -> std::sync::LockResult<std::sync::MutexGuard<'_, Vec<u8>>> {
        self.bytes.lock()
    }

    /// Everything, once the other end is closed.
    fn into_end(self) -> Vec<u8> {
        if let Err(RecvTimeoutError::Timeout) = self.ended.recv_timeout(COMMAND_LIMIT) {
            panic!("the pipe stays open");
        }
        std::mem::take(&mut self.bytes.lock().unwrap())
    }
}

/// Reads a pipe in a thread, so that its writer never waits.
fn drained(mut pipe: impl std::io::Read + Send + 'static) -> Drained {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let (end, ended) = channel();
    let shared = bytes.clone();
    std::thread::spawn(move || {
        let mut piece = [0; 8192];
        while let Ok(length @ 1..) = pipe.read(&mut piece) {
            shared.lock().unwrap().extend_from_slice(&piece[..length]);
        }
        end.send(()).ok();
    });
    Drained { bytes, ended }
}
