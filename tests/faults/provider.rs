//! The provider behind the faults: it creates users, finds them, and issues tokens. It knows no faults.

use crate::support::fake::{Act, Received, json as scim};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// The users of a provider.
#[derive(Default)]
pub struct Users(Mutex<Vec<Value>>);

impl Users {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// How many different values of a member they have.
    pub fn distinct(&self, member: &str) -> usize {
        let users = self.0.lock().unwrap();
        users.iter().map(|user| user[member].to_string()).collect::<BTreeSet<_>>().len()
    }

    /// Carries a request out and answers it.
    pub fn answer(&self, request: &Received) -> Vec<Act> {
        let line = request.line();
        let mut users = self.0.lock().unwrap();
        match line.split_once(' ') {
            Some(("POST", "/scim/Users")) => {
                let mut user: Value = serde_json::from_str(&request.body).expect("a user");
                user["id"] = json!(users.len().to_string());
                users.push(user.clone());
                scim(201, user)
            }
            Some(("POST", "/token")) => {
                scim(200, json!({"access_token": "t0ken-of-the-matrix", "token_type": "Bearer", "expires_in": 3600}))
            }
            Some(("GET", path)) if path.starts_with("/scim/Users?") => {
                let total = users.len();
                let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
                scim(200, json!({"schemas": schemas, "totalResults": total, "startIndex": 1, "Resources": *users}))
            }
            Some((_, "/scim/Users/first")) => scim(200, r#"{"id":"first","userName":"ada"}"#),
            // The one that is read and replaced exists, and is not counted.
            _ => scim(200, ADA),
        }
    }
}

/// The user that can be read.
pub const ADA: &str = r#"{"id":"1","userName":"ada"}"#;
