//! References in a connection, `{"env": "NAME"}`, `{"file": "PATH"}` and `{"keyring": "SERVICE/ACCOUNT"}`: resolved by the
//! host just before a client is made, so that the component needs neither environment nor files. Knows nothing of what a
//! connection means.

use crate::bounded;
use crate::error::{Error, Result};
use crate::keyring;
use serde_json::{Map, Value};
use std::path::Path;
use zeroize::Zeroizing;

/// Members that are maps of a user's own names; an entry there called `env` is no reference.
const OPEN_MAPS: [&str; 4] = ["headers", "auth.parameters", "credentials.parameters", "overrides"];

/// Largest file a reference may name, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Where references are looked up.
pub struct Lookup<'a> {
    /// Gives an environment variable's value.
    pub env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Gives the secret of a service and an account in the operating system's keyring.
    pub keyring: &'a (dyn Fn(&str, &str) -> Result<String, String> + Sync),
    /// Relative paths start here.
    pub folder: &'a Path,
    /// Whether there may be references at all.
    pub allowed: bool,
}

impl<'a> Lookup<'a> {
    /// In this process' environment, from this folder, in this user's keyring.
    #[must_use]
    pub fn here(folder: &'a Path) -> Self {
        fn variable(name: &str) -> Option<String> {
            std::env::var(name).ok()
        }
        Self { env: &variable, keyring: &keyring::read, folder, allowed: true }
    }
}

/// Replaces every reference by what it names, and returns the values that came in. `path` stands before the key paths of
/// errors.
///
/// # Errors
/// [`Error::Config`] with the key path, where a reference leads nowhere or none is allowed.
pub fn resolve(connection: &mut Value, path: &str, lookup: &Lookup<'_>) -> Result<Vec<Zeroizing<String>>> {
    let mut found = Vec::new();
    walk(connection, path, "", lookup, &mut found)?;
    Ok(found)
}

/// The files that references in a value name, as they are written.
#[must_use]
pub fn files(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(object) => match Reference::of(object) {
            Some(Reference::File(name)) => vec![name],
            _ => object.values().flat_map(files).collect(),
        },
        Value::Array(list) => list.iter().flat_map(files).collect(),
        _ => Vec::new(),
    }
}

fn walk(
    value: &mut Value,
    prefix: &str,
    path: &str,
    lookup: &Lookup<'_>,
    found: &mut Vec<Zeroizing<String>>,
) -> Result<()> {
    match value {
        Value::Object(object) => {
            if !path.is_empty()
                && !OPEN_MAPS.contains(&path)
                && let Some(reference) = Reference::of(object)
            {
                let text =
                    reference.read(lookup).map_err(|detail| Error::Config { path: join(prefix, path), detail })?;
                found.push(Zeroizing::new(text.clone()));
                *value = text.into();
                return Ok(());
            }
            for (name, value) in object {
                walk(value, prefix, &join(path, &key(name)), lookup, found)?;
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                walk(value, prefix, &format!("{path}[{index}]"), lookup, found)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Where a value stands that is not in the connection itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// An environment variable.
    Env(&'a str),
    /// A file.
    File(&'a str),
    /// An entry of the operating system's keyring.
    Keyring {
        /// The service.
        service: &'a str,
        /// The account with it.
        account: &'a str,
    },
}

impl<'a> Reference<'a> {
    /// What an object refers to; none where it is no reference.
    #[must_use]
    pub fn of(object: &'a Map<String, Value>) -> Option<Self> {
        let mut members = object.iter();
        let (name, value) = members.next()?;
        if members.next().is_some() {
            return None;
        }
        match (name.as_str(), value) {
            ("env", Value::String(name)) => Some(Self::Env(name)),
            ("file", Value::String(path)) => Some(Self::File(path)),
            // An account seldom has a slash, a service often.
            ("keyring", Value::String(name)) => {
                let (service, account) = name.rsplit_once('/').unwrap_or((name, ""));
                Some(Self::Keyring { service, account })
            }
            ("keyring", Value::Object(names)) if names.len() == 2 => {
                let text = |name: &str| names.get(name).and_then(Value::as_str);
                Some(Self::Keyring { service: text("service")?, account: text("account")? })
            }
            _ => None,
        }
    }

    fn read(self, lookup: &Lookup<'_>) -> Result<String, String> {
        if !lookup.allowed {
            return Err("this connection may not refer to the host's environment, files or keyring; write the value \
                        itself, or have the host add credentials (auth.type \"host\")"
                .into());
        }
        match self {
            Self::Env(name) => match (lookup.env)(name) {
                Some(value) if value.is_empty() => Err(format!("environment variable \"{name}\" is empty")),
                Some(value) => Ok(value),
                None => Err(format!("environment variable \"{name}\" is not set")),
            },
            Self::File(name) => read_file(name, lookup.folder),
            Self::Keyring { service, account } if service.is_empty() || account.is_empty() => {
                Err("keyring: must be \"SERVICE/ACCOUNT\" or {service, account}, neither of them empty".into())
            }
            Self::Keyring { service, account } => (lookup.keyring)(service, account),
        }
    }
}

fn read_file(name: &str, folder: &Path) -> Result<String, String> {
    let path = folder.join(name);
    let unreadable = |error| format!("file \"{name}\" cannot be read: {error}");
    let size = std::fs::metadata(&path).map_err(unreadable)?;
    if !size.is_file() || size.len() > LARGEST_FILE {
        return Err(format!("file \"{name}\" is no regular file of at most {LARGEST_FILE} bytes"));
    }
    let mut text = bounded::text(&path, LARGEST_FILE).map_err(unreadable)?;
    if text.ends_with('\n') {
        text.pop();
        text.truncate(text.strip_suffix('\r').map_or(text.len(), str::len));
    }
    if text.is_empty() { Err(format!("file \"{name}\" is empty")) } else { Ok(text) }
}

/// A key as it stands in a key path: quoted where it is no bare key of TOML.
#[must_use]
pub fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { name.to_owned() } else { format!("\"{name}\"") }
}

/// Two key paths as one.
#[must_use]
pub fn join(prefix: &str, path: &str) -> String {
    match (prefix, path) {
        ("", _) => path.to_owned(),
        (_, "") => prefix.to_owned(),
        _ if path.starts_with('[') => format!("{prefix}{path}"),
        _ => format!("{prefix}.{path}"),
    }
}

/// A JSON pointer (RFC 6901) as a key path: `/auth/scopes/0` is `auth.scopes[0]`.
#[must_use]
pub fn key_path(pointer: &str) -> String {
    pointer.split('/').skip(1).fold(String::new(), |path, token| {
        let token = token.replace("~1", "/").replace("~0", "~");
        if token.parse::<usize>().is_ok() { format!("{path}[{token}]") } else { join(&path, &key(&token)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(value: Value, folder: &Path) -> Result<(Value, usize), String> {
        look_up(value, folder, true)
    }

    fn look_up(mut value: Value, folder: &Path, allowed: bool) -> Result<(Value, usize), String> {
        let env = |name: &str| match name {
            "TOKEN" => Some("secret-token".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let keyring = |service: &str, account: &str| match account {
            "none" => Err("the keyring has no such secret".to_owned()),
            _ => Ok(format!("{account} of {service}")),
        };
        resolve(&mut value, "connections.prod", &Lookup { env: &env, keyring: &keyring, folder, allowed })
            .map(|found| (value, found.len()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn references_are_replaced_wherever_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "file-secret\r\n").unwrap();
        let (value, found) = run(
            json!({"auth": {"type": "bearer", "token": {"env": "TOKEN"}}, "list": [{"file": "key"}],
                   "headers": {"env": "kept"}, "two": {"env": "TOKEN", "file": "key"},
                   "ring": {"keyring": "a/b/c"}, "rings": {"keyring": {"service": "s", "account": "x/y"}}}),
            folder.path(),
        )
        .unwrap();
        assert_eq!(
            value,
            json!({"auth": {"type": "bearer", "token": "secret-token"}, "list": ["file-secret"],
                   "headers": {"env": "kept"}, "two": {"env": "TOKEN", "file": "key"},
                   "ring": "c of a/b", "rings": "x/y of s"})
        );
        assert_eq!(found, 4);
    }

    #[test]
    fn errors_name_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let error = |value| run(value, folder.path()).unwrap_err();
        assert_eq!(
            error(json!({"auth": {"token": {"env": "X"}}})),
            "connections.prod.auth.token: environment variable \"X\" is not set"
        );
        assert_eq!(
            error(json!({"a b": [{"c": {"env": "EMPTY"}}]})),
            "connections.prod.\"a b\"[0].c: environment variable \"EMPTY\" is empty"
        );
        assert_eq!(
            error(json!({"auth": {"token": {"file": "none"}}})),
            "connections.prod.auth.token: file \"none\" cannot be read: No such file or directory (os error 2)"
        );
        assert_eq!(
            error(json!({"auth": {"token": {"file": "."}}})),
            "connections.prod.auth.token: file \".\" is no regular file of at most 1048576 bytes"
        );
        assert_eq!(
            error(json!({"auth": {"token": {"keyring": "scim/none"}}})),
            "connections.prod.auth.token: the keyring has no such secret"
        );
        assert_eq!(
            error(json!({"auth": {"token": {"keyring": "scim"}}})),
            "connections.prod.auth.token: keyring: must be \"SERVICE/ACCOUNT\" or {service, account}, neither of them empty"
        );
    }

    #[test]
    fn where_no_references_are_allowed_each_is_an_error_and_all_else_passes() {
        let rows = [
            json!({"env": "TOKEN"}),
            json!({"file": "/etc/hostname"}),
            json!({"keyring": "a/b"}),
            json!({"keyring": {"service": "a", "account": "b"}}),
        ];
        for reference in rows {
            let error = look_up(json!({"auth": {"token": reference}}), Path::new("."), false).unwrap_err();
            assert!(error.starts_with("connections.prod.auth.token: this connection may not refer to"), "{error}");
        }
        let plain = json!({"auth": {"token": "t"}, "headers": {"env": "kept"}});
        assert_eq!(look_up(plain.clone(), Path::new("."), false).unwrap(), (plain, 0));
    }

    #[test]
    fn pointers_become_key_paths() {
        assert_eq!(key_path("/auth/scopes/0"), "auth.scopes[0]");
        assert_eq!(key_path("/headers/X~1Y"), "headers.\"X/Y\"");
        assert_eq!(key_path(""), "");
        assert_eq!(join("connections.prod", &key_path("/auth")), "connections.prod.auth");
    }
}
