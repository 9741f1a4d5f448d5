//! Tests of the sandbox, through real HTTP against a running server. Here: how to start one and talk to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails panics"
)]

mod asgardeo;
mod asynchronous;
mod behaviours;
mod bulk;
mod cursors;
mod devices;
mod etags;
mod filters;
mod lifecycle;
mod listing;
mod me;
mod oauth;
mod patch;
mod protocol;
mod seeds;

use super::{Options, Sandbox};
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const TOKEN: &str = "fixed-test-token";

/// A sandbox and a client that has a token for it.
struct Server {
    sandbox: Sandbox,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An answer; a body that is not JSON is kept as a string.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    /// The status and, if there is one, the keyword of the error.
    fn outcome(&self) -> String {
        match self.body["scimType"].as_str() {
            Some(keyword) => format!("{} {keyword}", self.status),
            None => self.status.to_string(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_owned()
    }

    /// The named attribute of every listed resource.
    fn listed(&self, name: &str) -> Vec<String> {
        let resources = self.body["Resources"].as_array().unwrap_or_else(|| panic!("no list: {self:?}"));
        resources.iter().map(|resource| resource[name].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Server {
    async fn start(options: Options) -> Self {
        let options = Options { bearer_token: Some(TOKEN.into()), ..options };
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { sandbox, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    async fn new() -> Self {
        Self::start(Options::default()).await
    }

    /// Sends a request as it is.
    async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let response = self.client.request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A request with a valid token; the path is below the service URL.
    fn request(&self, method: &str, path: &str) -> Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.sandbox.service_url()))
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/scim+json")
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    /// A call with more headers.
    async fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let request =
            headers.iter().fold(self.request(method, path), |request, (name, value)| request.header(*name, *value));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    /// Lists with parameters, which are encoded here.
    async fn list(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.get(&format!("{path}?{query}")).await
    }

    async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.call("PATCH", path, Some(body)).await
    }

    /// Creates a user and returns its id.
    async fn user(&self, name: &str) -> String {
        let created = self.post("/Users", user(name)).await;
        assert_eq!(created.status, 201, "{created:?}");
        created.id()
    }

    /// Creates a group and returns its id.
    async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let created = self.post("/Groups", json!({"schemas": [GROUP], "displayName": name, "members": members})).await;
        assert_eq!(created.status, 201, "{created:?}");
        created.id()
    }
}

fn user(name: &str) -> Value {
    json!({"schemas": [USER], "userName": name})
}

/// The object with more members.
fn with(mut object: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}
