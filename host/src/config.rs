//! `Config.toml`: named connections and the host's own settings. Finds and reads the file; what a connection may contain
//! is the component's to say, and references in it are resolved when a client is made.

use crate::address::AddressRule;
use crate::bounded;
use crate::cache;
use crate::connector::{CodeCache, Options};
use crate::error::{Error, Result};
use crate::references::{self, Lookup, join, key, resolve};
use crate::source::ConnectionSource;
use crate::suggest;
use crate::wipe_on_drop::WipeOnDrop;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Names the configuration file where the command line does not.
pub const VARIABLE: &str = "SCIM_CONNECTOR_CONFIG";

/// The file's name in the working folder.
pub const FILE_NAME: &str = "Config.toml";

/// A configuration file that has been read.
#[derive(Debug, Clone, Default)]
pub struct Config {
    path: PathBuf,
    default: Option<String>,
    host: HostSettings,
    connections: BTreeMap<String, WipeOnDrop<Value>>,
    /// The host's settings for a connection: `[connections.NAME.host]`.
    settings: BTreeMap<String, WipeOnDrop<Value>>,
    /// What flows refer to by name.
    secrets: BTreeMap<String, WipeOnDrop<Value>>,
    /// Tables that crates built on this one read: [`Config::table`].
    tables: BTreeMap<String, toml::Table>,
}

/// Tables that this crate keeps for others and does not look into.
const TABLES_OF_OTHERS: [&str; 2] = ["flows", "history"];

/// The `[host]` table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct HostSettings {
    code_cache: Option<CodeCache>,
    memory_limit_bytes: Option<usize>,
    max_instances: Option<usize>,
    warm_instances: Option<usize>,
    idle: Option<Duration>,
    allow_addresses: Option<Vec<AddressRule>>,
}

impl Config {
    /// Finds and reads the configuration: the named file, else the one `SCIM_CONNECTOR_CONFIG` names, else `Config.toml`
    /// in the working folder. `None` where there is none and none was named.
    ///
    /// # Errors
    /// [`Error::Config`] where the file cannot be read or is wrong.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>> {
        let variable = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        match named.map(Path::to_path_buf).or(variable) {
            Some(path) => Self::load(&path).map(Some),
            // One that cannot be read is not one that is not there.
            None => match std::fs::symlink_metadata(FILE_NAME) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                _ => Self::load(Path::new(FILE_NAME)).map(Some),
            },
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Config`] with file, line and column, or with the key's path.
    pub fn load(path: &Path) -> Result<Self> {
        let text = bounded::text(path, bounded::CONFIGURATION).map_err(|error| Error::Config {
            path: path.display().to_string(),
            detail: format!("cannot be read: {error}"),
        })?;
        Self::parse(&text, path)
    }

    /// Reads the text of a file that stands at `path`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let (line, column) = position(text, error.span().map_or(0, |span| span.start));
            Error::Config { path: format!("{}:{line}:{column}", path.display()), detail: error.message().to_owned() }
        })?;
        let mut config = Self { path: path.to_path_buf(), ..Self::default() };
        for (name, value) in table {
            match (name.as_str(), value) {
                ("connections", toml::Value::Table(connections)) => {
                    for (name, value) in connections {
                        let toml::Value::Table(mut value) = value else {
                            return Err(invalid(
                                &join("connections", &key(&name)),
                                "must be a table with serviceUrl and auth",
                            ));
                        };
                        if let Some(settings) = value.remove("host") {
                            config.settings.insert(name.clone(), WipeOnDrop::new(json(settings)));
                        }
                        config.connections.insert(name, WipeOnDrop::new(json(toml::Value::Table(value))));
                    }
                }
                ("connections", _) => return Err(invalid("connections", "must be a table: write [connections.NAME]")),
                ("default", toml::Value::String(name)) => config.default = Some(name),
                ("default", _) => return Err(invalid("default", "must be text, the name of a connection")),
                ("host", toml::Value::Table(host)) => config.host = HostSettings::parse(host)?,
                ("host", _) => return Err(invalid("host", "must be a table: write [host]")),
                ("secrets", toml::Value::Table(secrets)) => {
                    config.secrets =
                        secrets.into_iter().map(|(name, value)| (name, WipeOnDrop::new(json(value)))).collect();
                }
                ("secrets", _) => return Err(invalid("secrets", "must be a table: write [secrets]")),
                (other, toml::Value::Table(table)) if TABLES_OF_OTHERS.contains(&other) => {
                    config.tables.insert(name, table);
                }
                (other, _) if TABLES_OF_OTHERS.contains(&other) => {
                    return Err(invalid(&name, &format!("must be a table: write [{name}]")));
                }
                _ => {
                    return Err(unknown("", &name, &["connections", "default", "flows", "history", "host", "secrets"]));
                }
            }
        }
        if let Some(name) = &config.default
            && !config.connections.contains_key(name)
        {
            return Err(invalid("default", &format!("there is no connection \"{name}\"{}", config.names_hint(name))));
        }
        Ok(config)
    }

    /// The names of the connections.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.connections.keys().map(String::as_str)
    }

    /// A connection by its name; without one, the file's `default`, or the only connection there is. With its name.
    ///
    /// # Errors
    /// [`Error::Config`] that lists the names there are.
    pub fn connection(&self, name: Option<&str>) -> Result<(String, ConnectionSource)> {
        let file = self.path.display().to_string();
        let mut names = self.names();
        let name = match (name.or(self.default.as_deref()), names.next(), names.next()) {
            (Some(name), ..) | (None, Some(name), None) => name,
            (None, None, _) => {
                return Err(Error::Config {
                    path: file,
                    detail: "there is no connection in it; add a table [connections.NAME]".into(),
                });
            }
            (None, Some(_), Some(_)) => {
                let detail = format!(
                    "several connections are there: {}; choose one with --connection or a default",
                    self.list()
                );
                return Err(Error::Config { path: file, detail });
            }
        };
        let Some(value) = self.connections.get(name) else {
            let detail = format!("there is no connection \"{name}\"{}", self.names_hint(name));
            return Err(Error::Config { path: file, detail });
        };
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let path = join("connections", &key(name));
        let settings = self.settings.get(name).cloned();
        let source = ConnectionSource::at(Value::clone(value), path, folder).named(name);
        Ok((name.to_owned(), ConnectionSource { settings, ..source }))
    }

    /// A connection as it stands in the file.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.connections.get(name).map(|value| &**value)
    }

    /// The host's settings for a connection as they stand in the file.
    pub(crate) fn settings_of(&self, name: &str) -> Option<&Value> {
        self.settings.get(name).map(|value| &**value)
    }

    /// The names of `[secrets]`.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// A secret of `[secrets]`: the value itself, or what its reference to the environment, a file or the keyring leads to.
    ///
    /// # Errors
    /// [`Error::Config`] where there is none of that name, or its reference leads nowhere.
    pub fn secret(&self, name: &str) -> Result<WipeOnDrop<Value>> {
        let path = join("secrets", &key(name));
        let value = self.secrets.get(name).ok_or_else(|| invalid(&path, "is not there"))?;
        // Resolved as a member, since a reference stands in something.
        let mut holder = WipeOnDrop::new(serde_json::json!({"value": Value::clone(value)}));
        resolve(&mut holder, &path, &Lookup::here(self.folder()))?;
        Ok(WipeOnDrop::new(holder.get_mut("value").map(Value::take).unwrap_or_default()))
    }

    /// A table that this crate does not look into, such as `history`.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&toml::Table> {
        self.tables.get(name)
    }

    /// The folder that the file's own relative paths start from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The configuration files that there are for this process: this one, and those that count where none is named.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let variable = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let own = Some(self.path.clone()).filter(|path| !path.as_os_str().is_empty());
        own.into_iter().chain(variable).chain([FILE_NAME.into()]).collect()
    }

    /// The files that references in it lead to: tokens, keys, certificates.
    #[must_use]
    pub fn referenced_files(&self) -> Vec<PathBuf> {
        let values = self.connections.values().chain(self.settings.values()).chain(self.secrets.values());
        values.flat_map(|value| references::files(value)).map(|name| self.folder().join(name)).collect()
    }

    /// The folders that compiled code is kept in.
    #[must_use]
    pub fn code_caches(&self) -> Vec<PathBuf> {
        let named = match &self.host.code_cache {
            Some(CodeCache::Folder(folder)) => Some(folder.clone()),
            _ => None,
        };
        cache::default_folder().into_iter().chain(named).collect()
    }

    /// Puts the settings of `[host]` into `options`.
    pub fn apply(&self, options: &mut Options) {
        if let Some(cache) = &self.host.code_cache {
            options.code_cache = cache.clone();
        }
        options.memory_limit = self.host.memory_limit_bytes.unwrap_or(options.memory_limit);
        options.max_instances = self.host.max_instances.unwrap_or(options.max_instances);
        options.warm_instances = self.host.warm_instances.unwrap_or(options.warm_instances);
        options.idle = self.host.idle.unwrap_or(options.idle);
        // Whoever writes the file runs the host, and tries things on this machine.
        options.allow_addresses = self.host.allow_addresses.clone().unwrap_or_else(|| vec![AddressRule::Loopback]);
    }

    fn list(&self) -> String {
        self.names().collect::<Vec<_>>().join(", ")
    }

    fn names_hint(&self, name: &str) -> String {
        let there = if self.connections.is_empty() { "none".into() } else { self.list() };
        format!("{}; there is: {there}", suggest::hint(name, self.names()).trim_end_matches('?'))
    }
}

/// The longest that an instance without a call may be kept, in milliseconds: a day.
const LONGEST_IDLE_MS: u64 = 24 * 60 * 60 * 1000;

/// The keys of `[host]`.
const KNOWN: [&str; 6] = ["codeCache", "memoryLimitBytes", "maxInstances", "warmInstances", "idleMs", "allowAddresses"];

impl HostSettings {
    fn parse(table: toml::Table) -> Result<Self> {
        let mut settings = Self::default();
        let whole = |name: &str, value: &toml::Value, least: usize| {
            let size = value.as_integer().and_then(|size| usize::try_from(size).ok()).filter(|size| *size >= least);
            let rule = if least == 0 { "must be a whole number" } else { "must be a whole number above 0" };
            size.ok_or_else(|| invalid(&format!("host.{name}"), rule))
        };
        for (name, value) in table {
            match name.as_str() {
                "codeCache" => {
                    settings.code_cache = Some(match value {
                        toml::Value::Boolean(true) => CodeCache::User,
                        toml::Value::Boolean(false) => CodeCache::Off,
                        toml::Value::String(folder) => CodeCache::Folder(folder.into()),
                        _ => return Err(invalid("host.codeCache", "must be true, false or a folder")),
                    });
                }
                "memoryLimitBytes" => settings.memory_limit_bytes = Some(whole(&name, &value, 1)?),
                "maxInstances" => settings.max_instances = Some(whole(&name, &value, 1)?),
                "warmInstances" => settings.warm_instances = Some(whole(&name, &value, 0)?),
                "idleMs" => {
                    let idle = u64::try_from(whole(&name, &value, 0)?).unwrap_or(u64::MAX);
                    if idle > LONGEST_IDLE_MS {
                        return Err(invalid("host.idleMs", "must be at most 86400000, a day"));
                    }
                    settings.idle = Some(Duration::from_millis(idle));
                }
                "allowAddresses" => {
                    let rules = Vec::deserialize(value).map_err(|_| {
                        let rule = "must be a list of loopback, private, linkLocal and ranges such as \"10.0.0.0/8\"";
                        invalid("host.allowAddresses", rule)
                    })?;
                    settings.allow_addresses = Some(rules);
                }
                _ => return Err(unknown("host", &name, &KNOWN)),
            }
        }
        Ok(settings)
    }
}

/// What is wrong with the value at `path`.
#[must_use]
pub fn invalid(path: &str, detail: &str) -> Error {
    Error::Config { path: path.to_owned(), detail: detail.to_owned() }
}

/// That `table` has no such key, and which it has.
#[must_use]
pub fn unknown(table: &str, name: &str, known: &[&str]) -> Error {
    let hint = suggest::closest(name, known.iter().copied());
    let hint =
        hint.map_or_else(|| format!("; known are {}", known.join(", ")), |hint| format!("; did you mean \"{hint}\"?"));
    invalid(&join(table, &key(name)), &format!("unknown key{hint}"))
}

/// Line and column, from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// TOML as JSON; a date becomes text. (serde would do it too, but not with numbers of arbitrary precision.)
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(name, value)| (name, json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("conf/Config.toml")).map_err(|error| error.to_string())
    }

    const TWO: &str = r#"
        [connections.prod]
        serviceUrl = "https://example.com/scim/v2"
        auth = { type = "bearer", token = { env = "TOKEN" } }
        [connections.test]
        serviceUrl = "http://localhost:8080/scim/v2"
        timeouts.totalMs = 5000
    "#;

    #[test]
    fn connections_are_found_by_name_default_or_being_alone() {
        let config = parse(TWO).unwrap();
        assert_eq!(config.names().collect::<Vec<_>>(), ["prod", "test"]);
        let (name, source) = config.connection(Some("test")).unwrap();
        assert_eq!(
            (name.as_str(), source.path.as_str(), source.folder.as_path()),
            ("test", "connections.test", Path::new("conf"))
        );
        assert_eq!(source.value["timeouts"]["totalMs"], 5000);
        assert_eq!(parse(&format!("default = \"prod\"\n{TWO}")).unwrap().connection(None).unwrap().0, "prod");
        assert_eq!(parse("[connections.only]").unwrap().connection(None).unwrap().0, "only");
    }

    #[test]
    fn every_mistake_is_named_exactly() {
        let rows = [
            ("a = 1", "a: unknown key; known are connections, default, flows, history, host, secrets"),
            ("secrets = 3", "secrets: must be a table: write [secrets]"),
            ("history = 3", "history: must be a table: write [history]"),
            ("conections = {}", "conections: unknown key; did you mean \"connections\"?"),
            ("[host]\nmemoryLimit = 1", "host.memoryLimit: unknown key; did you mean \"memoryLimitBytes\"?"),
            ("[host]\nmemoryLimitBytes = \"a\"", "host.memoryLimitBytes: must be a whole number above 0"),
            (
                "[host]\nallowAddresses = [\"x\"]",
                "host.allowAddresses: must be a list of loopback, private, linkLocal and ranges such as \"10.0.0.0/8\"",
            ),
            ("[host]\ncodeCache = 3", "host.codeCache: must be true, false or a folder"),
            ("connections = 3", "connections: must be a table: write [connections.NAME]"),
            ("[connections]\nserviceUrl = \"x\"", "connections.serviceUrl: must be a table with serviceUrl and auth"),
            (
                "default = \"prd\"\n[connections.prod]",
                "default: there is no connection \"prd\"; did you mean \"prod\"; there is: prod",
            ),
            ("default = 3", "default: must be text, the name of a connection"),
        ];
        for (text, message) in rows {
            assert_eq!(parse(text).unwrap_err(), message);
        }
        let error = parse("[connections.prod]\nserviceUrl = \"x\nauth = 1").unwrap_err();
        assert!(error.starts_with("conf/Config.toml:2:"), "{error}");
    }

    #[test]
    fn a_connection_that_is_not_there_lists_those_that_are() {
        let error = |text: &str, name| parse(text).unwrap().connection(name).unwrap_err().to_string();
        assert_eq!(
            error(TWO, Some("prd")),
            "conf/Config.toml: there is no connection \"prd\"; did you mean \"prod\"; there is: prod, test"
        );
        assert_eq!(
            error(TWO, None),
            "conf/Config.toml: several connections are there: prod, test; choose one with --connection or a default"
        );
        assert_eq!(error("", None), "conf/Config.toml: there is no connection in it; add a table [connections.NAME]");
        assert_eq!(error("", Some("x")), "conf/Config.toml: there is no connection \"x\"; there is: none");
    }

    #[test]
    fn host_settings_reach_the_options() {
        let mut options = Options::default();
        parse(
            "[host]\ncodeCache = \"/tmp/c\"\nmemoryLimitBytes = 1000\nmaxInstances = 3\nwarmInstances = 0\nidleMs = 5",
        )
        .unwrap()
        .apply(&mut options);
        assert_eq!(options.code_cache, CodeCache::Folder("/tmp/c".into()));
        assert_eq!((options.memory_limit, options.max_instances, options.warm_instances), (1000, 3, 0));
        assert_eq!(
            (options.idle, options.allow_addresses.as_slice()),
            (Duration::from_millis(5), &[AddressRule::Loopback][..])
        );
        parse("[host]\nallowAddresses = [\"private\"]").unwrap().apply(&mut options);
        assert_eq!(options.allow_addresses, [AddressRule::Private]);
    }

    #[test]
    fn the_hosts_settings_are_no_part_of_the_connection() {
        let (_, source) = parse("[connections.a]\nhost.limits.concurrency = 2").unwrap().connection(None).unwrap();
        assert_eq!(
            (source.value.open(), source.settings.map(WipeOnDrop::open)),
            (serde_json::json!({}), Some(serde_json::json!({"limits": {"concurrency": 2}})))
        );
    }

    #[test]
    fn its_debug_form_shows_no_connection() {
        let config = parse("[connections.prod]\nauth = { type = \"bearer\", token = \"swordfish\" }").unwrap();
        assert!(!format!("{config:?}").contains("swordfish"));
    }
}
