//! What holds secrets while the host owns it: wiped when it goes, its debug form empty. Knows nothing of what is in it.
//!
//! Copies that others make (a request on its way out, the component's memory) are out of reach.

use crate::bindings::scim::connector::types as wit;
use serde_json::Value;
use std::fmt;
use std::ops::{Deref, DerefMut};
use zeroize::Zeroize;

/// A value that is wiped when it goes.
#[derive(Clone, Default, PartialEq)]
pub struct WipeOnDrop<T: Wipe>(T);

/// Can be overwritten in place.
pub trait Wipe {
    /// Overwrites the secrets in it.
    fn wipe(&mut self);
}

impl<T: Wipe> WipeOnDrop<T> {
    /// Takes charge of a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T: Wipe + Default> WipeOnDrop<T> {
    /// Gives the value away, to whoever wipes it from now on.
    pub fn open(mut self) -> T {
        std::mem::take(&mut self.0)
    }
}

impl<T: Wipe> Deref for WipeOnDrop<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Wipe> DerefMut for WipeOnDrop<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Wipe> Drop for WipeOnDrop<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: Wipe> fmt::Debug for WipeOnDrop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Wipe for String {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl Wipe for Value {
    fn wipe(&mut self) {
        match self {
            Self::String(text) => text.zeroize(),
            Self::Array(list) => list.iter_mut().for_each(Wipe::wipe),
            Self::Object(object) => object.values_mut().for_each(Wipe::wipe),
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }
}

impl Wipe for wit::Secret {
    fn wipe(&mut self) {
        if let Self::Literal(text) = self {
            text.zeroize();
        }
    }
}

impl Wipe for wit::Connection {
    fn wipe(&mut self) {
        match &mut self.auth {
            wit::Auth::None | wit::Auth::Host => {}
            wit::Auth::Bearer(token) => token.wipe(),
            wit::Auth::Scheme(scheme) => scheme.token.wipe(),
            wit::Auth::Basic(basic) => basic.password.wipe(),
            wit::Auth::Header(header) => header.value.wipe(),
            wit::Auth::ClientCredentials(client) => {
                let secrets = [&mut client.client_secret, &mut client.private_key];
                secrets.into_iter().flatten().for_each(Wipe::wipe);
            }
        }
        self.headers.iter_mut().flatten().for_each(|(_, value)| value.zeroize());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_text_is_wiped_and_debug_shows_nothing() {
        let mut value = json!({"a": ["swordfish", {"b": "swordfish"}], "n": 1});
        value.wipe();
        assert_eq!(value, json!({"a": ["", {"b": ""}], "n": 1}));
        assert_eq!(format!("{:?}", WipeOnDrop::new(json!("swordfish"))), "..");
        assert_eq!(WipeOnDrop::new(json!("swordfish")).open(), json!("swordfish"));
    }

    #[test]
    fn a_record_is_wiped_whatever_its_authentication() {
        use crate::connection::{Auth, ClientCredentials, Connection, Secret};
        let secret = || Secret::Literal("swordfish".into());
        let client = ClientCredentials {
            client_secret: Some(secret()),
            private_key: Some(secret()),
            ..ClientCredentials::default()
        };
        let auths = [
            Auth::Bearer { token: secret() },
            Auth::Scheme { scheme: "SSWS".into(), token: secret() },
            Auth::Basic { username: "ada".into(), password: secret() },
            Auth::Header { name: "X-Key".into(), value: secret() },
            Auth::ClientCredentials(Box::new(client)),
        ];
        for auth in auths {
            let headers = [("X-Token".to_owned(), "swordfish".to_owned())].into();
            let mut record = wit::Connection::from(Connection { auth, headers, ..Connection::default() });
            assert!(format!("{record:?}").contains("swordfish"));
            record.wipe();
            assert!(!format!("{record:?}").contains("swordfish"), "{record:?}");
        }
    }
}
