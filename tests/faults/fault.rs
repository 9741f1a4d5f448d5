//! What a row of the matrix is: a fault, how it is made, which calls meet it and what each of them must come to. Plain
//! data; `play` carries it out.

use crate::provider::Users;
use crate::support::fake::{Act, Received, json as scim};
use crate::tls::Flaw;
use scim_connector_host::{Error, Outcome};
use serde_json::{Value, json};
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// What is called while the fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `createUser`, which must not be repeated blindly.
    Create,
    /// `getUser`, which may be repeated.
    Get,
    /// `updateUser`: a PUT, which may be repeated.
    Update,
    /// `ensureUser`, which finds out what became of a creation.
    Ensure,
}
pub use Call::{Create, Ensure, Get, Update};

impl Call {
    /// The operation's name and input.
    pub fn input(self) -> (&'static str, Value) {
        let payload = json!({"userName": "ada"});
        match self {
            Create => ("createUser", json!({"payload": payload})),
            Get => ("getUser", json!({"id": "1"})),
            Update => ("updateUser", json!({"id": "1", "payload": payload})),
            Ensure => ("ensureUser", json!({"payload": payload})),
        }
    }

    /// How the line of the request begins that the fault is about.
    pub fn line(self) -> &'static str {
        match self {
            Create | Ensure => "POST /scim/Users",
            Get => "GET /scim/Users/",
            Update => "PUT /scim/Users/",
        }
    }
}

/// A request that meets the fault.
pub struct Hit<'a> {
    /// How many such requests came before.
    pub before: usize,
    /// The request.
    pub request: &'a Received,
    /// The provider behind it.
    pub users: &'a Users,
}

impl Hit<'_> {
    /// Carried out and answered as a good provider does.
    pub fn carry_out(&self) -> Vec<Act> {
        self.users.answer(self.request)
    }

    /// Carried out, but answered like this.
    pub fn carry_out_but_answer(&self, acts: Vec<Act>) -> Vec<Act> {
        self.carry_out();
        acts
    }

    /// Carried out and answered, with one body instead of another.
    pub fn body(&self, body: impl AsRef<[u8]>) -> Vec<Act> {
        self.carry_out();
        let status = if self.request.line().starts_with("POST /scim/Users") { 201 } else { 200 };
        scim(status, String::from_utf8_lossy(body.as_ref()))
    }
}

/// What a server does for a request.
pub type Script = fn(&Hit) -> Vec<Act>;

/// How a fault is made.
pub enum Make {
    /// The provider answers the call's own request (see [`Call::line`]) like this, and all others well.
    Answer(Script),
    /// The token endpoint answers like this.
    Token(Script),
    /// The provider answers each request of the call itself and those for a token like this.
    Service(Script),
    /// A first call is answered well; then, on its idle connection, this happens; what is called next is answered like that.
    Idle(fn() -> Vec<Act>, Script),
    /// This happens on each new connection before anything is read.
    Greeting(fn() -> Vec<Act>),
    /// TLS with a certificate that has this flaw; what the server does before the handshake.
    Tls(Flaw, fn() -> Vec<Act>),
    /// The service is at this URL, at which no server of ours listens.
    Nowhere(fn() -> Nowhere),
    /// By itself: the row plays and counts.
    Own(fn() -> Pin<Box<dyn Future<Output = Found> + Send>>),
}

/// An address without a server, and what must live while it is called.
pub struct Nowhere {
    /// The service's origin.
    pub origin: String,
    /// What holds the address.
    pub held: Box<dyn Send>,
}

/// What a call must come to.
pub struct Expected {
    /// What is called; none where the row plays by itself.
    pub call: Option<Call>,
    /// What the caller sees, see [`seen`]; ` or ` stands between two that are both right, since they race.
    pub seen: &'static str,
    /// Whole requests the server gets, those for tokens included.
    pub requests: usize,
    /// Whole writes among them.
    pub writes: usize,
    /// Users the provider has in the end.
    pub users: usize,
}

/// A fault and the calls that meet it.
pub struct Fault {
    /// What it is about.
    pub group: &'static str,
    /// What happens.
    pub name: &'static str,
    /// How it is made.
    pub make: Make,
    /// Members of the connection besides those of [`crate::play`].
    pub settings: Value,
    /// Whether the host adds the credentials, where they are a token.
    pub hosted: bool,
    /// The calls.
    pub calls: Vec<Expected>,
    /// By when each must be over.
    pub within: Duration,
}

/// By when most calls must be over: generous, since the machine may be busy.
pub const SOON: Duration = Duration::from_secs(8);

impl Fault {
    /// A fault that no call meets yet.
    pub fn new(group: &'static str, name: &'static str, make: Make) -> Self {
        Self { group, name, make, settings: json!({}), hosted: false, calls: Vec::new(), within: SOON }
    }

    /// With these members of the connection.
    pub fn with(mut self, settings: Value) -> Self {
        self.settings = settings;
        self
    }

    /// With a token that the host fetches, not the component.
    pub fn hosted(mut self) -> Self {
        self.hosted = true;
        self
    }

    /// With another time to be over by.
    pub fn within(mut self, seconds: u64) -> Self {
        self.within = Duration::from_secs(seconds);
        self
    }

    /// Met by a call, which sees this after the server got so many requests, so many writes among them, and has so many
    /// users in the end.
    pub fn call(mut self, call: Call, seen: &'static str, [requests, writes, users]: [usize; 3]) -> Self {
        self.calls.push(Expected { call: Some(call), seen, requests, writes, users });
        self
    }

    /// Played by the row itself.
    pub fn own(mut self, seen: &'static str, [requests, writes, users]: [usize; 3]) -> Self {
        self.calls.push(Expected { call: None, seen, requests, writes, users });
        self
    }
}

/// What a call came to.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What the caller sees.
    pub seen: String,
    /// Whole requests the server got.
    pub requests: usize,
    /// Whole writes among them.
    pub writes: usize,
    /// Users the provider has in the end.
    pub users: usize,
    /// Connections made to the server.
    pub connections: usize,
    /// How long the call took.
    pub took: Duration,
    /// The result as a whole, for the report of what deviates.
    pub shown: String,
    /// What else is wrong.
    pub wrong: Vec<String>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {} requests, {} writes, {} users", self.seen, self.requests, self.writes, self.users)
    }
}

/// A result in a few words: `ok`, or kind, transience, `maybeApplied` and status of the failure.
pub fn in_words(result: &Result<Outcome, Error>) -> String {
    let error = match result {
        Ok(outcome) if outcome.output.to_string().contains(r#""userName":"ada""#) => return "ok".into(),
        Ok(outcome) => return format!("ok, but {}", outcome.output),
        Err(error) => error.to_json(),
    };
    let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let applied = if error["maybeApplied"] == json!(true) { " maybeApplied" } else { "" };
    let status = error.get("status").map(|status| format!(" {status}")).unwrap_or_default();
    format!("{} {}{applied}{status}", word("kind"), word("error"))
}
