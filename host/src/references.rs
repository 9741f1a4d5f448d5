//! References in a connection, `{"env": "NAME"}` and `{"file": "PATH"}`: resolved by the host just before a client is
//! made, so that the component needs neither environment nor files. Knows nothing of what a connection means.

use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// Members that are maps of a user's own names; an entry there called `env` is no reference.
const OPEN_MAPS: [&str; 3] = ["headers", "auth.parameters", "overrides"];

/// Largest file a reference may name, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Where references are looked up.
pub struct Lookup<'a> {
    /// Gives an environment variable's value.
    pub env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Relative paths start here.
    pub folder: &'a Path,
}

/// Replaces every reference by what it names, and returns the values that came in. `path` stands before the key paths of
/// errors.
///
/// # Errors
/// [`Error::Config`] with the key path, where a variable is not set or a file cannot be read.
pub fn resolve(connection: &mut Value, path: &str, lookup: &Lookup<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    walk(connection, path, "", lookup, &mut found)?;
    Ok(found)
}

fn walk(value: &mut Value, prefix: &str, path: &str, lookup: &Lookup<'_>, found: &mut Vec<String>) -> Result<()> {
    match value {
        Value::Object(object) => {
            if !path.is_empty()
                && !OPEN_MAPS.contains(&path)
                && let Some((kind, name)) = reference(object)
            {
                let text =
                    read(kind, name, lookup).map_err(|detail| Error::Config { path: join(prefix, path), detail })?;
                found.push(text.clone());
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

#[derive(Clone, Copy)]
enum Kind {
    Env,
    File,
}

fn reference(object: &Map<String, Value>) -> Option<(Kind, &str)> {
    let mut members = object.iter();
    let (name, value) = members.next()?;
    if members.next().is_some() {
        return None;
    }
    let kind = match name.as_str() {
        "env" => Kind::Env,
        "file" => Kind::File,
        _ => return None,
    };
    Some((kind, value.as_str()?))
}

fn read(kind: Kind, name: &str, lookup: &Lookup<'_>) -> Result<String, String> {
    match kind {
        Kind::Env => match (lookup.env)(name) {
            Some(value) if value.is_empty() => Err(format!("environment variable \"{name}\" is empty")),
            Some(value) => Ok(value),
            None => Err(format!("environment variable \"{name}\" is not set")),
        },
        Kind::File => {
            let path = lookup.folder.join(name);
            let size = std::fs::metadata(&path).map_err(|error| format!("file \"{name}\" cannot be read: {error}"))?;
            if !size.is_file() || size.len() > LARGEST_FILE {
                return Err(format!("file \"{name}\" is no regular file of at most {LARGEST_FILE} bytes"));
            }
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("file \"{name}\" cannot be read: {error}"))?;
            let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
            if text.is_empty() { Err(format!("file \"{name}\" is empty")) } else { Ok(text.to_owned()) }
        }
    }
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

    fn run(mut value: Value, folder: &Path) -> Result<(Value, Vec<String>), String> {
        let env = |name: &str| match name {
            "TOKEN" => Some("secret-token".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        resolve(&mut value, "connections.prod", &Lookup { env: &env, folder })
            .map(|found| (value, found))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn references_are_replaced_wherever_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "file-secret\r\n").unwrap();
        let (value, found) = run(
            json!({"auth": {"type": "bearer", "token": {"env": "TOKEN"}}, "list": [{"file": "key"}],
                   "headers": {"env": "kept"}, "two": {"env": "TOKEN", "file": "key"}}),
            folder.path(),
        )
        .unwrap();
        assert_eq!(
            value,
            json!({"auth": {"type": "bearer", "token": "secret-token"}, "list": ["file-secret"],
                   "headers": {"env": "kept"}, "two": {"env": "TOKEN", "file": "key"}})
        );
        assert_eq!(found.len(), 2);
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
    }

    #[test]
    fn pointers_become_key_paths() {
        assert_eq!(key_path("/auth/scopes/0"), "auth.scopes[0]");
        assert_eq!(key_path("/headers/X~1Y"), "headers.\"X/Y\"");
        assert_eq!(key_path(""), "");
        assert_eq!(join("connections.prod", &key_path("/auth")), "connections.prod.auth");
    }
}
