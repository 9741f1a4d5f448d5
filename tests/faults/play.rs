//! Plays one call against one fault: starts the provider, calls, and counts what came of it. What must hold in every row,
//! whatever is expected, is checked here: nothing is carried out twice, nothing is lost without a word, no connection
//! stays.

use crate::fault::{Call, Create, Ensure, Fault, Found, Hit, Make, Nowhere, in_words};
use crate::provider::Users;
use crate::support::fake::{Act, Fake, Manners, Received};
use crate::support::{code_cache, component};
use crate::tls::{Flaw, acceptor};
use scim_connector_host::egress::address::AddressRule;
use scim_connector_host::settings::{Breaker, ConnectionSettings, Limits};
use scim_connector_host::{Client, CodeCache, ConnectionSource, Connector, Error, Options, Outcome};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// In every connection, and never shown.
pub const SECRET: &str = "s3cret-of-the-matrix";

/// The component, loaded once.
pub fn connector() -> &'static Connector {
    static CONNECTOR: OnceLock<Connector> = OnceLock::new();
    CONNECTOR.get_or_init(|| Connector::load(component(), options(code_cache())).expect("the component loads"))
}

/// How the component is run here. The circuit breaker has rows of its own.
pub fn options(code_cache: PathBuf) -> Options {
    let limits = Limits { breaker: Breaker { failures: 0, ..Breaker::default() }, ..Limits::default() };
    Options {
        code_cache: CodeCache::Folder(code_cache),
        allow_addresses: vec![AddressRule::Loopback],
        settings: ConnectionSettings { limits, ..ConnectionSettings::default() },
        ..Options::default()
    }
}

/// A client for a service, with members of its connection that differ from the usual.
pub async fn client(origin: &str, settings: &Value) -> Client {
    client_of(connector(), origin, settings).await
}

/// The same of another connector. The member `host` is the host's settings, which have no circuit breaker here either.
pub async fn client_of(connector: &Connector, origin: &str, settings: &Value) -> Client {
    let mut connection = json!({
        "serviceUrl": format!("{origin}/scim"),
        "auth": {"type": "bearer", "token": SECRET},
        "retry": {"baseDelayMs": 20},
        "timeouts": {"totalMs": 5000},
    });
    let mut hosts = None;
    for (name, value) in settings.as_object().into_iter().flatten() {
        if name == "host" {
            let mut host = ConnectionSettings::from_json(value.clone(), name).expect("the settings are good");
            host.limits.breaker.failures = 0;
            hosts = Some(host);
        } else {
            connection[name] = value.clone();
        }
    }
    let connection = ConnectionSource::from(connection);
    let connection = hosts.iter().fold(connection, |connection, host| connection.with_settings(host));
    connector.client(connection).await.expect("the connection is good")
}

/// `auth` with a token of the provider's own.
pub fn client_credentials(origin: &str) -> Value {
    json!({"type": "clientCredentials", "tokenUrl": format!("{origin}/token"), "clientId": "matrix",
        "clientSecret": SECRET})
}

/// Invokes an operation and times it.
pub async fn invoke(client: &Client, call: Call) -> (Result<Outcome, Error>, Duration) {
    let (operation, input) = call.input();
    let started = Instant::now();
    let result = client.invoke(operation, &input).await;
    (result, started.elapsed())
}

/// Waits until something holds; false where it does not within the time.
pub async fn until(patience: Duration, holds: impl Fn() -> bool) -> bool {
    let end = Instant::now() + patience;
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

/// Plays a fault; `call` is none where the fault plays itself.
pub async fn play(fault: &Fault, call: Option<Call>) -> Found {
    let (call, found) = match (&fault.make, call) {
        (Make::Own(play), call) => (call, play().await),
        (_, None) => panic!("{}: no call", fault.name),
        (Make::Nowhere(make), Some(call)) => {
            let Nowhere { origin, held } = make();
            let client = client(&origin, &fault.settings).await;
            let (result, took) = invoke(&client, call).await;
            drop(held);
            (Some(call), Found { took, ..described(&result) })
        }
        (_, Some(call)) => (Some(call), serve(fault, call).await),
    };
    judge(fault, call, found)
}

/// A result, nothing counted yet.
pub fn described(result: &Result<Outcome, Error>) -> Found {
    let shown = result.as_ref().map_or_else(|error| error.to_json().to_string(), |outcome| format!("{outcome:?}"));
    Found { seen: in_words(result), shown, ..Found::default() }
}

/// Whether a request may change something.
pub fn is_write(request: &Received) -> bool {
    let line = request.line();
    !line.starts_with("GET ") && line != "POST /token"
}

/// Plays a fault that a server of ours makes.
async fn serve(fault: &Fault, call: Call) -> Found {
    let make = &fault.make;
    let users = Arc::<Users>::default();
    let fake = Fake::with(manners(make, call, users.clone()));
    let mut settings = fault.settings.clone();
    let origin = match make {
        Make::Tls(..) => format!("https://localhost:{}", fake.address().port()),
        _ => fake.origin(),
    };
    if matches!(make, Make::Token(_) | Make::Service(_)) {
        let auth = client_credentials(&origin);
        if fault.hosted {
            (settings["auth"], settings["host"]["credentials"]) = (json!({"type": "host"}), auth);
        } else {
            settings["auth"] = auth;
        }
    }
    let client = client(&origin, &settings).await;
    let mut first = 0;
    if matches!(make, Make::Idle(..)) {
        client.invoke("getUser", &json!({"id": "first"})).await.expect("the first call is answered well");
        first = fake.requests().len();
        // So that what happens to the idle connection has happened.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let (result, took) = invoke(&client, call).await;
    let mut wrong = Vec::new();
    if client.write_in_flight() {
        wrong.push("the client still reports a write in flight".to_owned());
    }
    // A broken exchange is ended at once, not when the client goes.
    if broken(&result, call) && !until(Duration::from_secs(5), || fake.open() == 0).await {
        wrong.push(format!("{} connections stay open after the failure", fake.open()));
    }
    drop(client);
    if !until(Duration::from_secs(5), || fake.open() == 0).await {
        wrong.push(format!("{} connections stay open without a client", fake.open()));
    }
    let requests = fake.requests();
    let writes = requests.iter().filter(|request| is_write(request)).count();
    Found {
        took,
        requests: requests.len() - first,
        writes,
        users: users.count(),
        connections: fake.connections(),
        wrong,
        ..described(&result)
    }
}

/// Whether the last exchange broke off, so that its connection can serve no other request. `ensureUser` looks again after
/// what broke, on another connection.
fn broken(result: &Result<Outcome, Error>, call: Call) -> bool {
    let Err(error) = result else { return false };
    let error = error.to_json();
    let kinds = ["unavailable", "timeout", "tooLarge"];
    call != Ensure && error.get("status").is_none() && kinds.iter().any(|kind| error["kind"] == *kind)
}

fn manners(make: &Make, call: Call, users: Arc<Users>) -> Manners {
    let hits = AtomicUsize::new(0);
    // Which requests meet the fault, and what becomes of those.
    let (meets, script): (fn(Call, &Received) -> bool, _) = match *make {
        Make::Answer(script) => (|call, request| request.line().starts_with(call.line()), script),
        Make::Token(script) => (|_, request| request.line() == "POST /token", script),
        Make::Service(script) => {
            (|call, request| request.line().starts_with(call.line()) || request.line() == "POST /token", script)
        }
        Make::Idle(_, script) => (|_, request| !is_first(request), script),
        _ => (|_, _| false, |hit: &Hit| hit.carry_out()),
    };
    let idle = match *make {
        Make::Idle(idle, _) => Some(idle),
        _ => None,
    };
    let greeting = match *make {
        Make::Greeting(greeting) | Make::Tls(_, greeting) => greeting,
        _ => Vec::<Act>::new,
    };
    let tls = match *make {
        Make::Tls(Flaw::None, greeting) if !greeting().is_empty() => None,
        Make::Tls(flaw, _) => Some(acceptor(flaw)),
        _ => None,
    };
    Manners {
        greeting: Box::new(move |_| greeting()),
        tls,
        script: Box::new(move |_, request| {
            if meets(call, request) {
                script(&Hit { before: hits.fetch_add(1, Ordering::SeqCst), request, users: &users })
            } else {
                let after = idle.filter(|_| is_first(request)).map(|idle| idle());
                users.answer(request).into_iter().chain(after.into_iter().flatten()).collect()
            }
        }),
    }
}

fn is_first(request: &Received) -> bool {
    request.line() == "GET /scim/Users/first"
}

/// Adds what must hold in every row.
fn judge(fault: &Fault, call: Option<Call>, mut found: Found) -> Found {
    let mut wrong = |text: String| found.wrong.push(text);
    if found.shown.contains(SECRET) {
        wrong("the secret is shown".into());
    }
    if found.took > fault.within {
        wrong(format!("took {:?}, more than {:?}", found.took, fault.within));
    }
    if let Some(Create | Ensure) = call {
        let ok = found.seen == "ok";
        let told = found.seen.contains("maybeApplied");
        match found.users {
            0 if ok => wrong("lost: reported as created, and it is not there".into()),
            1 if !ok && !told => wrong("lost: created, and the caller is told that it is not".into()),
            2.. => wrong("created twice".into()),
            _ => {}
        }
    }
    found
}
