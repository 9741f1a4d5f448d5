//! The configuration's `[secrets]`: values that flows refer to by name.

use scim_connector_host::config::Config;
use scim_connector_host::error::Error;
use scim_connector_host::redact::{Redactor, too_much};
use scim_connector_host::wipe_on_drop::WipeOnDrop;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Named secrets; wiped when the last clone goes.
#[derive(Clone, Default)]
pub struct Secrets {
    values: Arc<BTreeMap<String, WipeOnDrop<Value>>>,
    /// Why others cannot be had.
    missing: Arc<BTreeMap<String, String>>,
    redactor: Arc<Redactor>,
    /// Which of them may be had; all where none.
    only: Option<Arc<[String]>>,
}

impl Secrets {
    /// These secrets, and why others cannot be had.
    #[must_use]
    pub fn new(values: BTreeMap<String, WipeOnDrop<Value>>, missing: BTreeMap<String, String>) -> Self {
        let redactor = Redactor::default();
        let mut all = Vec::new();
        values.values().for_each(|value| texts(value, &mut all));
        redactor.learn_all(all.iter().map(String::as_str));
        drop(WipeOnDrop::new(Value::from(all)));
        Self { values: Arc::new(values), missing: Arc::new(missing), redactor: Arc::new(redactor), only: None }
    }

    /// The secrets of a configuration. One that cannot be had is an error of the flow that names it, and of no other.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let (mut values, mut missing) = (BTreeMap::new(), BTreeMap::new());
        for name in config.secret_names() {
            match config.secret(name) {
                Ok(value) => {
                    let mut all = Vec::new();
                    texts(&value, &mut all);
                    match too_much(all.iter().map(String::as_str)) {
                        None => drop(values.insert(name.to_owned(), value)),
                        Some(why) => drop(missing.insert(name.to_owned(), why)),
                    }
                    drop(WipeOnDrop::new(Value::from(all)));
                }
                Err(Error::Config { detail, .. }) => drop(missing.insert(name.to_owned(), detail)),
                Err(other) => drop(missing.insert(name.to_owned(), other.to_string())),
            }
        }
        Self::new(values, missing)
    }

    /// Only those of these names.
    #[must_use]
    pub fn only(&self, names: &[String]) -> Self {
        Self { only: Some(names.into()), ..self.clone() }
    }

    /// Why one of these cannot be had.
    #[must_use]
    pub fn problem(&self, names: &[String]) -> Option<Error> {
        let (name, why) = names.iter().find_map(|name| self.missing.get_key_value(name))?;
        Some(Error::Config { path: format!("secrets.{name}"), detail: why.clone() })
    }

    /// What takes them out of text.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// All that may be had, by name: `$secret`.
    pub(super) fn all(&self) -> Value {
        let named = self.values.iter().filter(|(name, _)| self.may(name));
        Value::Object(named.map(|(name, value)| (name.clone(), Value::clone(value))).collect::<Map<_, _>>())
    }

    pub(super) fn shared_redactor(&self) -> Arc<Redactor> {
        self.redactor.clone()
    }

    fn may(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|allowed| allowed == name))
    }
}

/// All texts in a value, and numbers as texts.
pub(crate) fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Number(number) => into.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.values().for_each(|member| texts(member, into)),
        Value::Null | Value::Bool(_) => {}
    }
}
