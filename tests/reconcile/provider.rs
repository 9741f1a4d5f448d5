//! A provider in memory: it keeps resources as the standard says, and does with some requests as it is told.

use crate::counted;
use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Failure;
use scim_connector::http::platform::{Bounds, Platform, Reason, TransportError};
use scim_connector::http::{Method, Request, Response};
use scim_connector::input::json::patch_operation;
use scim_connector::scim::patch::{self, AttributeTable};
use scim_connector::scim::resource::Data;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};

/// A provider that keeps resources, and does with some requests as it is told.
#[derive(Default)]
pub struct Provider {
    pub resources: RefCell<Vec<Value>>,
    pub sent: RefCell<Vec<String>>,
    pub created: Cell<usize>,
    pub bulk: bool,
    /// What becomes of a request whose line or body has this in it: a status, or 0 for a lost answer to what was carried out.
    pub faults: RefCell<Vec<(String, u16)>>,
    /// How many more are announced than there are.
    pub hidden: usize,
    pub clock: Cell<u64>,
    /// How long each request takes.
    pub slow: u64,
}

impl Provider {
    pub fn of(resources: &[Value]) -> Provider {
        Provider { resources: RefCell::new(resources.to_vec()), ..Provider::default() }
    }

    pub fn faulty(self, part: &str, status: u16) -> Provider {
        self.faults.borrow_mut().push((part.to_owned(), status));
        self
    }

    /// The requests since this was asked.
    pub fn sent(&self) -> Vec<String> {
        self.sent.take()
    }

    /// The same, the pages of a listing once.
    pub fn steps(&self) -> Vec<String> {
        let mut sent = self.sent();
        sent.dedup_by(|one, other| one == other && one == "GET /Users");
        sent
    }

    pub fn find(&self, id: &str) -> Value {
        self.resources.borrow().iter().find(|it| it["id"] == id).cloned().unwrap_or_default()
    }

    pub fn call(&self, input: &Value) -> Result<Value, Box<Failure>> {
        let connection = json!({"serviceUrl": "https://scim.example/v2", "auth": {"type": "bearer", "token": "the-bearer-token"},
            "retry": {"maxAttempts": 1}, "overrides": {"bulk": {"supported": self.bulk, "maxOperations": 100, "maxPayloadSize": 1_000_000}}});
        let mut whole = json!({"resourceType": "User"});
        if input.get("endpoint").is_some() {
            whole = json!({});
        }
        whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        let answer = invoke(self, &connection.to_string(), "reconcile", whole.to_string(), Some(60_000))?;
        Ok(serde_json::from_str(&answer.output.data.into_json_text()).unwrap())
    }

    fn carried_out(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let id = path.rsplit('/').next().unwrap_or_default();
        let mut resources = self.resources.borrow_mut();
        let place = resources.iter().position(|it| it["id"] == id);
        match (method, place) {
            (Method::Post, _) => {
                let name = |it: &Value| it["userName"].as_str().or(it["displayName"].as_str()).map(str::to_lowercase);
                // Nobody looks through very many.
                if resources.len() < 1000 && resources.iter().any(|it| name(it) == name(body)) {
                    return (
                        409,
                        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "scimType": "uniqueness", "status": "409"}),
                    );
                }
                self.created.set(self.created.get() + 1);
                let mut new = body.clone();
                new["id"] = json!(format!("new-{}", self.created.get()));
                new.as_object_mut().unwrap().remove("password");
                resources.push(new.clone());
                (201, new)
            }
            (Method::Get, Some(place)) => (200, resources[place].clone()),
            (Method::Delete, Some(place)) => {
                resources.remove(place);
                (204, Value::Null)
            }
            (Method::Patch, Some(place)) => {
                let mut resource = Data::from(&resources[place]).into_object().unwrap();
                let operations = body["Operations"].as_array().unwrap();
                let operations: Vec<_> = operations.iter().map(|it| patch_operation(it.into(), "").unwrap()).collect();
                patch::apply(&mut resource, &operations, &AttributeTable::USER, "").unwrap();
                resources[place] = Value::from(&resource);
                (200, resources[place].clone())
            }
            _ => (404, Value::Null),
        }
    }

    fn listed(&self, request: &Request) -> Value {
        let query = |name: &str| request.url.query_pairs().find(|pair| pair.0 == name).map(|pair| pair.1.into_owned());
        let number = |name: &str| query(name).and_then(|text| text.parse().ok());
        let (start, count): (usize, usize) = (number("startIndex").unwrap_or(1), number("count").unwrap_or(100));
        let mut found = self.resources.borrow().clone();
        if let Some(filter) = query("filter") {
            let filter = scim_connector::scim::filter::Filter::parse(&filter).unwrap();
            let matches = |it: &Value| filter.matches(&Data::from(it).into_object().unwrap(), &|_| false);
            found.retain(matches);
        }
        let total = found.len() + if query("filter").is_none() { self.hidden } else { 0 };
        let page: Vec<Value> = found.into_iter().skip(start - 1).take(count).collect();
        json!({"totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page})
    }
}

impl Platform for Provider {
    fn send(&self, request: &Request, _: &Bounds) -> Result<Response, TransportError> {
        counted::pause(true);
        self.clock.set(self.clock.get() + self.slow);
        let body: Value = request.body.as_deref().map(|body| serde_json::from_slice(body).unwrap()).unwrap_or_default();
        let path = request.url.path().trim_start_matches("/v2").to_owned();
        let path = percent_encoding::percent_decode_str(&path).decode_utf8().unwrap().into_owned();
        let line = format!("{} {path}", request.method.as_str());
        self.sent.borrow_mut().push(line.clone());
        let told = format!("{line} {body}");
        let fault = self.faults.borrow().iter().find(|fault| told.contains(&fault.0)).map(|fault| fault.1);
        let answer = |status: u16, body: &Value| {
            let text = if body.is_null() { String::new() } else { body.to_string() };
            Response {
                status,
                headers: vec![("content-type".into(), "application/scim+json".into())],
                body: text.into_bytes(),
            }
        };
        let single = |method: Method, path: &str, body: &Value| {
            let told = format!("{} {path} {body}", method.as_str());
            let fault = self.faults.borrow().iter().find(|fault| told.contains(&fault.0)).map(|fault| fault.1);
            match fault.filter(|status| *status > 0) {
                Some(status) => (
                    status,
                    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string()}),
                ),
                None => self.carried_out(method, path, body),
            }
        };
        let response = match (request.method, path.as_str()) {
            (Method::Post, "/Bulk") => {
                let results = body["Operations"].as_array().unwrap().iter().map(|operation| {
                    let method = match operation["method"].as_str().unwrap() {
                        "POST" => Method::Post,
                        "PATCH" => Method::Patch,
                        _ => Method::Delete,
                    };
                    let at = percent_encoding::percent_decode_str(operation["path"].as_str().unwrap()).decode_utf8().unwrap();
                    let (status, body) = single(method, &at, &operation["data"]);
                    let id = body["id"].as_str().map_or_else(|| at.rsplit('/').next().unwrap().to_owned(), str::to_owned);
                    json!({"method": operation["method"], "bulkId": operation["bulkId"], "status": status.to_string(), "response": body,
                        "location": format!("https://scim.example/v2/Users/{id}")})
                });
                let results: Vec<Value> = results.collect();
                answer(
                    200,
                    &json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": results}),
                )
            }
            (Method::Get, path) if path.matches('/').count() == 1 => match fault {
                Some(status) => answer(status, &Value::Null),
                None => answer(200, &self.listed(request)),
            },
            (method, path) => {
                let (status, found) = single(method, path, &body);
                answer(status, &found)
            }
        };
        counted::pause(false);
        if fault == Some(0) {
            let detail = "the connection broke".to_owned();
            return Err(TransportError { reason: Reason::Closed, maybe_sent: true, detail, headers: Vec::new() });
        }
        Ok(response)
    }

    fn now(&self) -> u64 {
        1_800_000_000_000 + self.clock.get()
    }

    fn elapsed(&self) -> u64 {
        self.clock.get()
    }

    fn sleep(&self, _: u64) {}

    fn random(&self) -> u64 {
        4
    }

    fn environment(&self, _: &str) -> Option<String> {
        None
    }
}
