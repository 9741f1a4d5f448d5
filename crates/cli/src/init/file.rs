//! The configuration as a file that a connection is written into. Comments, order and everything else in it stay.

use scim_connector_host::bounded;
use scim_connector_host::config::Config;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::private;
use serde_json::Value as Json;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

/// A file that is there, or will be.
pub(super) struct Target {
    path: PathBuf,
    document: DocumentMut,
    /// What was read.
    text: String,
    /// None where the file is not there yet.
    config: Option<Config>,
}

impl Target {
    /// Reads it, if it is there.
    pub fn open(path: &Path) -> Result<Self> {
        let about = match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self {
                    path: path.to_owned(),
                    document: DocumentMut::new(),
                    text: String::new(),
                    config: None,
                });
            }
            Err(error) => return Err(unusable(path, &format!("cannot be read: {error}"))),
            Ok(about) => about,
        };
        if !about.is_file() {
            return Err(unusable(path, "is no file, but a link or something else; name the file itself with --config"));
        }
        let config = Config::load(path)?;
        let text = bounded::text(path, bounded::CONFIGURATION)
            .map_err(|error| unusable(path, &format!("cannot be read: {error}")))?;
        // The configuration is TOML, as it has just been read.
        let document = text.parse().map_err(|_| unusable(path, "cannot be changed; add the connection by hand"))?;
        Ok(Self { path: path.to_owned(), document, text, config: Some(config) })
    }

    /// The configuration as it is.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    /// Whether there is a connection of this name.
    pub fn has(&self, name: &str) -> bool {
        self.config.as_ref().is_some_and(|config| config.names().any(|there| there == name))
    }

    /// Its text with a connection.
    pub fn with(&self, name: &str, connection: &Json) -> Result<String> {
        let mut document = self.document.clone();
        let connections = document.entry("connections").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let by_hand =
            || unusable(&self.path, "has its connections in a form that cannot be added to; nothing was written");
        let connections = connections.as_table_like_mut().ok_or_else(by_hand)?;
        connections.insert(name, Item::Table(table(connection)));
        let text = document.to_string();
        // What was there must mean what it meant.
        Config::parse(&text, &self.path).map_err(|_| by_hand())?;
        Ok(text)
    }

    /// Writes it: a new file for this user alone, one that was there with the rights that it had.
    pub fn write(&self, text: &str) -> Result<()> {
        let unwritten = |error: std::io::Error| Error::unwritten(&self.path.display().to_string(), &error);
        if self.config.is_none() {
            // Nobody's file is written over that came meanwhile.
            let mut file = private::create(&self.path).map_err(unwritten)?;
            return file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(unwritten);
        }
        let before = std::fs::symlink_metadata(&self.path).map_err(unwritten)?;
        if bounded::text(&self.path, bounded::CONFIGURATION).ok().as_deref() != Some(&self.text) {
            return Err(unusable(
                &self.path,
                "was changed by somebody else meanwhile, and was left as it is; try again",
            ));
        }
        private::write(&self.path, |file| file.write_all(text.as_bytes())).map_err(unwritten)?;
        std::fs::set_permissions(&self.path, before.permissions()).map_err(unwritten)
    }
}

fn unusable(path: &Path, what: &str) -> Error {
    Error::Usage(format!("{} {what}", path.display()))
}

/// What a person looks for first; the rest follows.
const FIRST: [&str; 8] =
    ["provider", "organization", "serviceUrl", "profile", "type", "tokenUrl", "clientId", "username"];

/// An object as a table: its objects below it are tables too, all else is written on a line.
fn table(object: &Json) -> Table {
    let mut table = Table::new();
    let mut members: Vec<(&String, &Json)> = object.as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    for (name, value) in members {
        let item = match value {
            Json::Object(_) if name == "auth" => Item::Table(self::table(value)),
            _ => Item::Value(inline(value)),
        };
        table.insert(name, item);
    }
    table
}

fn inline(value: &Json) -> Value {
    match value {
        Json::Object(members) => {
            let mut table = InlineTable::new();
            for (name, value) in members {
                table.insert(name, inline(value));
            }
            Value::InlineTable(table)
        }
        Json::Array(list) => Value::Array(list.iter().map(inline).collect::<Array>()),
        Json::Bool(flag) => (*flag).into(),
        Json::String(text) => text.as_str().into(),
        // Connections made here have no numbers and no null.
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_in_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Config.toml");
        let before = "# ours\n[host]\nmaxInstances = 4 # few\n\n[connections.a]\nserviceUrl = \"https://example.com\"\nauth = { type = \"none\" }\n";
        std::fs::write(&path, before).unwrap();
        let target = Target::open(&path).unwrap();
        assert!(target.has("a") && !target.has("b"));
        let text = target
            .with("b", &json!({"provider": "asgardeo", "auth": {"type": "bearer", "token": {"env": "T"}}}))
            .unwrap();
        assert!(text.starts_with(before), "{text}");
        assert!(text.contains("[connections.b]\nprovider = \"asgardeo\""), "{text}");
        let replaced =
            target.with("a", &json!({"serviceUrl": "https://example.com/2", "auth": {"type": "none"}})).unwrap();
        assert!(
            replaced.starts_with("# ours\n[host]\nmaxInstances = 4 # few\n") && replaced.contains("example.com/2"),
            "{replaced}"
        );
        target.write(&text).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_for_this_user_alone_and_one_that_was_there_keeps_its_rights() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Config.toml");
        let mode = || path.metadata().unwrap().permissions().mode() & 0o777;
        let target = Target::open(&path).unwrap();
        let text = target.with("a", &json!({"serviceUrl": "https://example.com", "auth": {"type": "none"}})).unwrap();
        target.write(&text).unwrap();
        assert_eq!(mode(), 0o600);
        assert!(Target::open(&path).unwrap().has("a"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        Target::open(&path).unwrap().write(&text).unwrap();
        assert_eq!(mode(), 0o640);
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(Target::open(&link).err().unwrap().to_string().contains("name the file itself"));
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Config.toml");
        let connection = json!({"serviceUrl": "https://example.com", "auth": {"type": "none"}});
        for theirs in ["# theirs\n", "# theirs, changed\n"] {
            let target = Target::open(&path).unwrap();
            let text = target.with("a", &connection).unwrap();
            std::fs::write(&path, theirs).unwrap();
            assert!(target.write(&text).is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), theirs);
        }
    }
}
