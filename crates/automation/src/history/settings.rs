//! The `[history]` table of `Config.toml`: where runs are kept, and for how long.

use super::{History, Retention, schema};
use scim_connector_host::config::{Config, invalid, unknown};
use scim_connector_host::error::Result;
use std::path::{Path, PathBuf};

/// Where runs are kept, and how many of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistorySettings {
    /// Where the file stands; none for the user's own.
    file: Option<PathBuf>,
    retention: Retention,
}

/// Most days that runs may be kept.
const MOST_DAYS: u32 = 36_500;

impl HistorySettings {
    /// Reads the table; without one, the defaults.
    ///
    /// # Errors
    /// [`Error::Config`](scim_connector_host::Error::Config) with the key's path.
    pub fn of(config: &Config) -> Result<Self> {
        let mut settings = Self::default();
        let whole = |name: &str, value: &toml::Value| {
            let number = value.as_integer().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
            number.ok_or_else(|| invalid(&format!("history.{name}"), "must be a whole number above 0"))
        };
        let days = |name: &str, value: &toml::Value| match whole(name, value)? {
            days if days <= MOST_DAYS => Ok(days),
            _ => Err(invalid(&format!("history.{name}"), &format!("must be at most {MOST_DAYS}, a hundred years"))),
        };
        for (name, value) in config.table("history").into_iter().flatten() {
            match (name.as_str(), value) {
                ("file", toml::Value::String(file)) => settings.file = Some(config.folder().join(file)),
                ("file", _) => return Err(invalid("history.file", "must be text, the name of a file")),
                ("keepDays", value) => settings.retention.days = days(name, value)?,
                ("keepRuns", value) => settings.retention.runs = whole(name, value)?,
                _ => return Err(unknown("history", name, &["file", "keepDays", "keepRuns"])),
            }
        }
        Ok(settings)
    }

    /// The JSON Schema of the table.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        serde_json::json!({
            "type": "object", "description": "Where runs of flows are kept, and for how long.",
            "properties": {
                "file": {"type": "string", "description": "The file, from the folder of this one; without it one in the user's state folder."},
                "keepDays": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "description": "For how many days runs are kept."},
                "keepRuns": {"type": "integer", "minimum": 1, "maximum": u32::MAX, "description": "How many runs of each flow are kept."},
            },
            "additionalProperties": false,
        })
    }

    /// The file: the one that is named, else the table's, else the user's own. And how long runs stay in it.
    ///
    /// # Errors
    /// [`Error::Usage`](scim_connector_host::Error::Usage) where the environment names no home.
    pub fn place(&self, named: Option<&Path>) -> Result<(PathBuf, Retention)> {
        let path = match named.map(Path::to_path_buf).or_else(|| self.file.clone()) {
            Some(path) => path,
            None => History::default_path()?,
        };
        Ok((path, self.retention))
    }
}

impl HistorySettings {
    /// The files that a history has or may have for this process: the one that is named, the table's, the user's own, each with
    /// what stands beside it.
    #[must_use]
    pub fn files(&self, named: Option<&Path>) -> Vec<PathBuf> {
        let named = named.map(Path::to_path_buf);
        let files = named.into_iter().chain(self.file.clone()).chain(History::default_path().ok());
        files.flat_map(|file| schema::with_side_files(&file)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<HistorySettings> {
        HistorySettings::of(&Config::parse(text, Path::new("conf/Config.toml"))?)
    }

    #[test]
    fn a_file_is_named_from_the_configurations_folder() {
        let (path, keep) =
            settings("[history]\nfile = \"runs.sqlite\"\nkeepDays = 7\nkeepRuns = 3").unwrap().place(None).unwrap();
        assert_eq!((path.as_path(), keep), (Path::new("conf/runs.sqlite"), Retention { days: 7, runs: 3 }));
        let (path, keep) = settings("").unwrap().place(Some(Path::new("other.sqlite"))).unwrap();
        assert_eq!((path.as_path(), keep), (Path::new("other.sqlite"), Retention::default()));
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = HistorySettings::schema();
        let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let message = settings("[history]\nzzz = 1").unwrap_err().to_string();
        assert_eq!(
            message,
            format!(
                "history.zzz: unknown key; known are {}",
                keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(", ")
            )
        );
    }

    #[test]
    fn every_mistake_is_named_exactly() {
        let rows = [
            ("[history]\nkeepDay = 3", "history.keepDay: unknown key; did you mean \"keepDays\"?"),
            ("[history]\nkeepDays = 0", "history.keepDays: must be a whole number above 0"),
            ("[history]\nkeepDays = 36501", "history.keepDays: must be at most 36500, a hundred years"),
            ("[history]\nkeepDays = 4294967295", "history.keepDays: must be at most 36500, a hundred years"),
            ("[history]\nkeepRuns = \"x\"", "history.keepRuns: must be a whole number above 0"),
            ("[history]\nfile = 3", "history.file: must be text, the name of a file"),
        ];
        for (text, message) in rows {
            assert_eq!(settings(text).unwrap_err().to_string(), message);
        }
    }
}
