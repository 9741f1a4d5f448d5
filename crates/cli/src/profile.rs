//! `describe --profile`: what is known of providers ahead of talking to them, and what a connection says otherwise.

use super::{ConnectionArgument, Global, output};
use scim_connector_host::catalog::{Catalog, Knob, Profile};
use scim_connector_host::config::Config;
use scim_connector_host::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// A profile under a connection's overrides.
struct View<'a> {
    catalog: &'a Catalog,
    profile: &'a Profile,
    /// The connection's name, and its overrides.
    connection: Option<(String, Map<String, Value>)>,
}

/// The text of `describe --profile`; an empty `name` is the connection's profile where there is one, else all are listed.
pub async fn describe(
    global: &Global,
    config: Option<&Config>,
    name: &str,
    connection: &ConnectionArgument,
    as_json: bool,
) -> Result<String> {
    let connector = global.connector(config)?;
    let catalog = connector.catalog().await?;
    let overridden = match &connection.connection {
        Some(_) => {
            let (_, name, source) = global.connection(connection)?;
            let (profile, overrides) = connector.profile_of(source).await?;
            Some((name, profile, overrides))
        }
        None => None,
    };
    let name = match &overridden {
        Some((connection, profile, _)) if !name.is_empty() && name != profile => {
            let detail = format!("--profile {name}: connection {connection} has the profile {profile}");
            return Err(Error::Usage(detail));
        }
        Some((_, profile, _)) => profile.as_str(),
        None => name,
    };
    if name.is_empty() {
        return Ok(if as_json { output::json(&json!(catalog.profiles), false) } else { list(&catalog) });
    }
    let profile = catalog.profile(name)?;
    let connection = overridden.as_ref().map(|(connection, _, overrides)| (connection.clone(), overrides.clone()));
    let view = View { catalog: &catalog, profile, connection };
    Ok(if as_json { output::json(&view.json(), false) } else { view.text() })
}

fn list(catalog: &Catalog) -> String {
    let width = catalog.profiles.iter().map(|profile| profile.name.len()).max().unwrap_or_default();
    let lines = catalog.profiles.iter().map(|profile| format!("  {:width$}  {}\n", profile.name, profile.title));
    format!(
        "Profiles\n{}\n`scim-connector describe --profile NAME` shows what one says; a connection names it in `profile`, and has the last \
         word in `overrides`.\n",
        lines.collect::<String>()
    )
}

/// A setting as it counts for a connection.
struct Setting<'a> {
    name: &'a str,
    value: &'a Value,
    /// What the profile says, where the connection says otherwise.
    instead_of: Option<&'a Value>,
    knob: Option<&'a Knob>,
}

impl View<'_> {
    /// What the provider is assumed to say of itself, then the knobs.
    fn settings(&self) -> [Vec<Setting<'_>>; 2] {
        let overrides = self.connection.as_ref().map(|(_, overrides)| overrides);
        let setting = |name: &'_ str| {
            let assumed = self.profile.document.get(name).unwrap_or(&Value::Null);
            let own = overrides.and_then(|overrides| overrides.get(name));
            (own.unwrap_or(assumed), own.map(|_| assumed))
        };
        let knobs = self.catalog.knobs.iter().map(|knob| {
            let (value, instead_of) = setting(&knob.name);
            Setting { name: &knob.name, value, instead_of, knob: Some(knob) }
        });
        let is_knob = |name: &str| self.catalog.knobs.iter().any(|knob| knob.name == name);
        let mut sections: Vec<&String> = self.profile.document.keys().filter(|name| !is_knob(name)).collect();
        sections.extend(overrides.into_iter().flat_map(Map::keys).filter(|name| !is_knob(name)));
        sections.sort();
        sections.dedup();
        let sections = sections.into_iter().map(|name| {
            let (value, instead_of) = setting(name);
            Setting { name, value, instead_of, knob: None }
        });
        [sections.collect(), knobs.collect()]
    }

    fn json(&self) -> Value {
        let rows = self.settings().map(|settings| {
            let rows = settings.iter().map(|setting| {
                let mut row =
                    json!({"name": setting.name, "value": setting.value, "overridden": setting.instead_of.is_some()});
                let knob = setting.knob.map(|knob| [("takes", knob.takes.clone()), ("about", json!(knob.about))]);
                let profile = setting.instead_of.map(|value| ("profileValue", value.clone()));
                if let Some(row) = row.as_object_mut() {
                    let further = knob.into_iter().flatten().chain(profile);
                    row.extend(further.map(|(name, value)| (name.to_owned(), value)));
                }
                row
            });
            rows.collect::<Vec<Value>>()
        });
        let [capabilities, knobs] = rows;
        let mut view = json!({"name": self.profile.name, "title": self.profile.title,
            "notes": self.profile.notes, "provider": self.profile.provider, "capabilities": capabilities, "knobs": knobs});
        if let (Some((name, _)), Some(view)) = (&self.connection, view.as_object_mut()) {
            view.insert("connection".into(), json!(name));
        }
        view
    }

    fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.profile.name, self.profile.title);
        if let Some(url) = self.profile.provider.get("serviceUrl").and_then(Value::as_str) {
            writeln!(text, "at {url}").ok();
        }
        let notes = match &self.profile.notes {
            Value::Array(notes) => notes.iter().filter_map(Value::as_str).collect(),
            notes => Vec::from_iter(notes.as_str()),
        };
        for note in notes {
            writeln!(text, "{note}").ok();
        }
        if let Some((name, overrides)) = &self.connection {
            writeln!(
                text,
                "with {} of connection {name}, marked *",
                super::progress::counted(overrides.len() as u64, "override")
            )
            .ok();
        }
        for (title, settings) in ["Assumed until the provider says otherwise", "Knobs"].into_iter().zip(self.settings())
        {
            writeln!(text, "\n{title}").ok();
            let rows: Vec<[String; 4]> = settings.iter().map(Setting::columns).collect();
            let width = |column: fn(&[String; 4]) -> &String| {
                rows.iter().map(|row| column(row).chars().count()).max().unwrap_or_default()
            };
            // One long list must not push everything else away.
            let (names, values, kinds) =
                (width(|row| &row[0]), width(|row| &row[1]).min(24), width(|row| &row[2]).min(40));
            for [name, value, kind, about] in &rows {
                let line = format!("  {name:names$}  {value:values$}  {kind:kinds$}  {about}");
                writeln!(text, "{}", line.trim_end()).ok();
            }
        }
        text
    }
}

impl Setting<'_> {
    /// Name, value, what it takes, what it says.
    fn columns(&self) -> [String; 4] {
        let mark = if self.instead_of.is_some() { " *" } else { "" };
        let about = self.knob.map(|knob| knob.about.clone()).unwrap_or_default();
        let instead = self.instead_of.map(|value| format!(" (the profile: {value})")).unwrap_or_default();
        let takes = self.knob.map(|knob| output::kind(&knob.takes)).unwrap_or_default();
        [format!("{}{mark}", self.name), self.value.to_string(), takes, (about + &instead).trim_start().to_owned()]
    }
}
