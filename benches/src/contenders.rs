//! Who is measured in this process: the host library by JSON and by records, and a native client as one writes it by hand, raw
//! reqwest. All do the same work: the same request, the same headers, the answer read as JSON.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use scim_connector_host::egress::address::AddressRule;
use scim_connector_host::types::{Address, MultiValued, Name, User};
use scim_connector_host::{Client, CodeCache, Connector, Options};
use serde_json::{Value, json};

use crate::users;

/// What every request carries as its credentials.
pub const TOKEN: &str = "bench-token";

/// What is asked of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// POST /Users.
    Create,
    /// GET /Users/{id}.
    Get,
}

/// A client and how it is called.
#[derive(Clone)]
pub enum Contender {
    /// The host, JSON in and out.
    Invoke(Client),
    /// The host, by the contract's records.
    Typed(Client),
    /// Raw reqwest.
    Native(Native),
}

/// Raw reqwest with what the connector sends.
#[derive(Clone)]
pub struct Native {
    client: reqwest::Client,
    base: String,
}

/// How the host is measured.
#[derive(Clone, Debug)]
pub struct Host {
    /// The component.
    pub component: PathBuf,
    /// Where compiled code is kept.
    pub cache: PathBuf,
}

impl Host {
    /// Loads the component, with room for `in_flight` calls at a time, each of which keeps its instance for the next one or
    /// makes it anew.
    pub fn connector(&self, in_flight: usize, keeps: bool) -> Result<Connector> {
        let options = Options {
            code_cache: CodeCache::Folder(self.cache.clone()),
            max_instances: in_flight,
            warm_instances: if keeps { in_flight } else { 0 },
            allow_addresses: vec![AddressRule::Loopback],
            ..Options::default()
        };
        Ok(Connector::load(&self.component, options)?)
    }
}

/// A connection to the provider as the host takes it.
pub fn connection(url: &str) -> Value {
    json!({"serviceUrl": url, "auth": {"type": "bearer", "token": TOKEN}})
}

impl Native {
    /// A client with a pool of its own.
    pub fn new(url: &str) -> Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { client, base: url.to_owned() })
    }

    /// Asks and reads the answer.
    pub async fn get(&self, path: &str) -> Result<Value> {
        read(self.with_headers(self.client.get(format!("{}/{path}", self.base)))).await
    }

    /// Sends JSON and reads the answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.post(format!("{}/{path}", self.base));
        let request = request.header("content-type", "application/scim+json").body(serde_json::to_vec(body)?);
        read(self.with_headers(request)).await
    }

    fn with_headers(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request
            .header("accept", "application/scim+json, application/json")
            .header("user-agent", "bench")
            .bearer_auth(TOKEN)
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Value> {
    let response = request.send().await?;
    let status = response.status();
    let body = response.bytes().await?;
    ensure!(status.is_success(), "the provider answered {status}");
    Ok(serde_json::from_slice(&body)?)
}

impl Contender {
    /// One call; fails where the answer is not the user.
    pub async fn call(&self, call: Call, number: u64) -> Result<()> {
        let id = match (self, call) {
            (Self::Invoke(client), Call::Create) => {
                id(&client.invoke("createUser", &json!({"payload": users::user(number)})).await?.output)
            }
            (Self::Invoke(client), Call::Get) => {
                id(&client.invoke("getUser", &json!({"id": users::id(number)})).await?.output)
            }
            (Self::Typed(client), Call::Create) => client.create_user(&record(number), None, None).await?.id,
            (Self::Typed(client), Call::Get) => client.get_user(&users::id(number), None, None).await?.id,
            (Self::Native(native), Call::Create) => id(&native.post("Users", &users::user(number)).await?),
            (Self::Native(native), Call::Get) => id(&native.get(&format!("Users/{}", users::id(number))).await?),
        };
        match id.context("the user that came has no id")? {
            id if call == Call::Get && id != users::id(number) => bail!("another user came"),
            _ => Ok(()),
        }
    }
}

fn id(user: &Value) -> Option<String> {
    user.get("id")?.as_str().map(str::to_owned)
}

/// [`users::user`] as a record.
fn record(number: u64) -> User {
    let some = |text: &str| Some(text.to_owned());
    let value =
        |value: &str, kind: &str| MultiValued { value: some(value), type_: some(kind), ..MultiValued::default() };
    let name = Name {
        given_name: some("Ada"),
        family_name: Some(format!("Number {number}")),
        formatted: Some(format!("Ada Number {number}")),
        ..Name::default()
    };
    let address = Address {
        type_: some("work"),
        street_address: some("1 Example Street"),
        locality: some("London"),
        postal_code: some("EC1A 1AA"),
        country: some("GB"),
        ..Address::default()
    };
    User {
        external_id: Some(format!("e-{number}")),
        user_name: Some(format!("user{number}@example.com")),
        name: Some(name),
        display_name: Some(format!("Ada Number {number}")),
        title: some("Engineer"),
        preferred_language: some("en-GB"),
        timezone: some("Europe/London"),
        active: Some(true),
        emails: Some(vec![
            MultiValued { primary: Some(true), ..value(&format!("user{number}@example.com"), "work") },
            value(&format!("ada{number}@example.org"), "home"),
        ]),
        phone_numbers: Some(vec![value("+44 20 7946 0000", "work")]),
        addresses: Some(vec![address]),
        ..User::default()
    }
}
