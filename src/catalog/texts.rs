//! What a person is told of the members of forms: title, description, example, which come first, and what is suggested. One line for each
//! attribute and each member of an input or a connection stands in `texts/`; `dress` puts them into JSON Schemas. Which members there are is
//! for others to say.

use crate::gather::Gather as _;
use serde_json::{Map, Value, json};

/// The standard's attributes.
const ATTRIBUTES: &str = include_str!("texts/attributes.txt");
/// Members of operations' inputs.
const INPUTS: &str = include_str!("texts/inputs.txt");
/// Members of connections.
const CONNECTION: &str = include_str!("texts/connection.txt");
/// The names of time zones, area by area.
const TIME_ZONES: &str = include_str!("texts/timezones.txt");
/// Tags of locales, and what they are called.
const LOCALES: &str = include_str!("texts/locales.txt");

/// Values that can be chosen, each with what a person reads.
pub type Choices = Vec<(String, String)>;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Titles, for results.
    Titles,
    /// All that a form needs.
    Form,
}

/// What is said of a member.
#[derive(Debug, Default)]
struct Line {
    /// The section it stands in and its path there.
    path: String,
    title: &'static str,
    about: &'static str,
    /// JSON; empty where it follows from the parts.
    example: &'static str,
    is_primary: bool,
    /// Values with commas between, or `@` and the name of a source; empty for none.
    choices: &'static str,
}

/// Lines of one file.
pub struct Texts(Vec<Line>);

impl Texts {
    /// Those of the standard's attributes; sections are the names of resource types.
    pub fn attributes() -> Self {
        Self::read(ATTRIBUTES)
    }

    /// Those of the inputs' members.
    pub fn inputs() -> Self {
        Self::read(INPUTS)
    }

    /// Those of a connection's members.
    pub fn connection() -> Self {
        Self::read(CONNECTION)
    }

    fn read(text: &'static str) -> Self {
        let mut section = "";
        let mut lines = Vec::new();
        for text in lines_of(text) {
            if let Some(name) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                section = name;
                continue;
            }
            let mut columns = text.split('|').map(str::trim);
            let mut column = || columns.next().unwrap_or_default();
            lines.push(Line {
                path: joined(section, column()),
                title: column(),
                about: column(),
                example: column(),
                is_primary: column() == "primary",
                choices: column(),
            });
        }
        Texts(lines)
    }

    /// The line of a path in a section, else of the path in none, else of its last name wherever it stands; with its place.
    fn line(&self, path: &str) -> Option<(usize, &Line)> {
        let find = |path: &str| self.0.iter().enumerate().find(|(_, line)| line.path == path);
        let last = || find(&joined("*", path.rsplit('.').next().unwrap_or(path)));
        find(path).or_else(|| find(path.split_once('.')?.1)).or_else(last)
    }

    /// The values that are suggested at a path.
    pub fn suggested(&self, path: &str) -> impl Iterator<Item = &'static str> {
        let choices = self.line(path).map(|(_, line)| line.choices).unwrap_or_default();
        choices.split(',').map(str::trim).filter(|value| !value.is_empty() && !value.starts_with('@'))
    }

    /// Whether something is said of just this path.
    pub fn has(&self, path: &str) -> bool {
        self.0.iter().any(|line| line.path == path)
    }

    /// The title of what stands at a path.
    pub fn title(&self, path: &str) -> Option<&'static str> {
        self.line(path).map(|(_, line)| line.title)
    }

    /// Says of all members of a schema what there is to say; what is said already stays. `noun` is what it is about. An `x-order` that is
    /// there counts before the order of the lines; those that have neither come last.
    pub fn dress(&self, schema: &mut Value, path: &str, noun: &str, detail: Detail) {
        let Some(object) = schema.as_object_mut() else { return };
        for word in ["oneOf", "anyOf"] {
            for case in object.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
                let name = case.pointer("/properties/type/const").and_then(Value::as_str);
                let path = name.map_or_else(|| path.to_owned(), |name| joined(path, name));
                if name.is_some() {
                    self.say(case, &path, noun, detail);
                }
                self.dress(case, &path, noun, detail);
            }
        }
        if let Some(items) = object.get_mut("items") {
            self.dress(items, path, noun, detail);
        }
        let required: Vec<String> = texts(object.get("required")).map(str::to_owned).collect();
        let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
        let mut order = Vec::new();
        for (name, field) in properties.iter_mut() {
            let at = joined(path, name);
            self.dress(field, &at, noun, detail);
            self.say(field, &at, noun, detail);
            if let (Detail::Form, Some(field)) = (detail, field.as_object_mut()) {
                let line = self.line(&at);
                let given = field.get("x-order").and_then(Value::as_u64);
                order.push((given.or(line.map(|(place, _)| place as u64)).unwrap_or(u64::MAX), name.clone()));
                let is_primary = line.map_or_else(|| required.contains(name), |(_, line)| line.is_primary);
                put(field, "x-group", || json!(if is_primary { "primary" } else { "advanced" }));
                let example = example(field);
                put(field, "examples", || Value::Array(vec![example]));
            }
        }
        // Counted rather than sorted: there are few.
        for own in &order {
            let place = 1 + order.iter().filter(|other| *other < own).count();
            if let Some(Value::Object(field)) = properties.get_mut(&own.1) {
                field.insert("x-order".into(), Value::from(place));
            }
        }
    }

    /// Says of one schema what its line does.
    fn say(&self, schema: &mut Value, path: &str, noun: &str, detail: Detail) {
        let (Some((_, line)), Some(schema)) = (self.line(path), schema.as_object_mut()) else { return };
        let filled = |text: &str| json!(text.replace("{noun}", noun));
        put(schema, "title", || filled(line.title));
        if detail == Detail::Titles {
            return;
        }
        put(schema, "description", || filled(line.about));
        // A provider may have an attribute of the standard's name and another type.
        let example = serde_json::from_slice::<Value>(line.example.as_bytes()).ok();
        if let Some(example) = example.filter(|example| fits(example, schema)) {
            put(schema, "examples", || Value::Array(vec![example]));
        }
        if !line.choices.is_empty() {
            put(schema, "x-choices", || match line.choices.strip_prefix('@') {
                Some(source) => json!(source),
                None => choices(line.choices.split(',').map(|value| (value.trim().to_owned(), in_words(value.trim())))),
            });
        }
    }
}

/// Whether a value is of a schema's type, as far as that says one.
fn fits(value: &Value, schema: &Map<String, Value>) -> bool {
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer" | "number") => value.is_number(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    }
}

/// Puts a member in where there is none.
fn put(object: &mut Map<String, Value>, name: &str, value: impl FnOnce() -> Value) {
    if !object.contains_key(name) {
        object.insert(name.to_owned(), value());
    }
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The lines that say something.
fn lines_of(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// An example of what a schema describes, made of those of its parts: of those that come first, where there are such.
pub fn example(schema: &Map<String, Value>) -> Value {
    let first = |word: &str| schema.get(word).and_then(Value::as_array).and_then(|list| list.first());
    let of = |schema: &Value| schema.as_object().map(example).unwrap_or_default();
    if let Some(known) = schema.get("const").or_else(|| first("examples").or_else(|| first("enum"))) {
        return known.clone();
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let is_first = |field: &Value| field.get("x-group").is_some_and(|group| group == "primary");
        let some = properties.values().any(is_first);
        // A secret stands in no example that can do without it.
        let is_secret = |field: &Value| field.get("writeOnly").is_some_and(|secret| secret == true);
        let must = |name: &str| texts(schema.get("required")).any(|required| required == name);
        let parts =
            properties.iter().filter(|(name, field)| must(name) || (!some || is_first(field)) && !is_secret(field));
        return Value::Object(parts.map(|(name, field)| (name.clone(), of(field))).gather());
    }
    if let Some(case) = first("oneOf").or_else(|| first("anyOf")) {
        return of(case);
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| texts(Some(kind)).next()));
    let format = schema.get("format").or_else(|| schema.get("contentEncoding")).and_then(Value::as_str);
    match (kind, format) {
        (Some("boolean"), _) => json!(true),
        (Some("integer" | "number"), _) => schema.get("default").cloned().unwrap_or_else(|| json!(1)),
        (Some("array"), _) => Value::Array(schema.get("items").map(of).into_iter().collect()),
        (Some("object"), _) => json!({}),
        (_, Some("date-time")) => json!("2026-01-31T09:00:00Z"),
        (_, Some("uri" | "uri-reference")) => json!("https://example.com/1"),
        (_, Some("base64")) => json!("ZXhhbXBsZQ=="),
        _ => json!("example"),
    }
}

/// Choices as `x-choices` and the sources of the manifest have them.
pub fn choices(choices: impl IntoIterator<Item = (String, String)>) -> Value {
    let choice = |(value, label): (String, String)| {
        let mut choice = Map::new();
        choice.insert("value".into(), Value::String(value));
        choice.insert("label".into(), Value::String(label));
        Value::Object(choice)
    };
    choices.into_iter().map(choice).collect()
}

/// A name of the contract in words: `externalId` becomes `External id`.
pub fn in_words(name: &str) -> String {
    let mut words = String::new();
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let small_follows = letters.peek().is_some_and(char::is_ascii_lowercase);
        match letter {
            _ if words.is_empty() => words.extend(letter.to_uppercase()),
            _ if letter.is_ascii_uppercase()
                && (small_follows || words.ends_with(|last: char| last.is_lowercase())) =>
            {
                words.push(' ');
                words.push(if small_follows { letter.to_ascii_lowercase() } else { letter });
            }
            _ => words.push(letter),
        }
    }
    words
}

/// The values of a source that needs no provider.
pub fn values(source: &str) -> Option<Choices> {
    match source {
        "timezones" => {
            let areas = lines_of(TIME_ZONES).map(|line| line.split_once(' ').unwrap_or(("", line)));
            let zones = areas.flat_map(|(area, places)| {
                places
                    .split(' ')
                    .map(move |place| if area.is_empty() { place.to_owned() } else { format!("{area}/{place}") })
            });
            Some(zones.map(|zone| (zone.clone(), zone.replace('_', " "))).collect())
        }
        "locales" => {
            let locales = lines_of(LOCALES).filter_map(|line| line.split_once(' '));
            Some(locales.map(|(tag, name)| (tag.to_owned(), name.to_owned())).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_is_whole() {
        for texts in [Texts::attributes(), Texts::inputs(), Texts::connection()] {
            let paths: BTreeSet<&str> = texts.0.iter().map(|line| line.path.as_str()).collect();
            assert_eq!(paths.len(), texts.0.len(), "two lines have one path");
            for Line { path, title, about, example, .. } in &texts.0 {
                assert!(!title.is_empty() && title.chars().count() <= 32, "{path}: {title:?}");
                assert!(about.ends_with('.') && about.len() > 15, "{path}: {about:?}");
                let json = serde_json::from_slice::<Value>(example.as_bytes());
                assert!(example.is_empty() || json.is_ok(), "{path}: {example}");
            }
        }
    }

    #[test]
    fn values_that_need_no_provider() {
        let (zones, locales) = (values("timezones").unwrap(), values("locales").unwrap());
        assert_eq!(zones[0], ("UTC".to_owned(), "UTC".to_owned()));
        assert!(zones.contains(&("America/New_York".to_owned(), "America/New York".to_owned())));
        assert!(zones.len() > 400 && locales.len() > 80, "{} {}", zones.len(), locales.len());
        assert!(locales.contains(&("de-AT".to_owned(), "German (Austria)".to_owned())));
        for list in [zones, locales] {
            assert_eq!(list.iter().map(|one| &one.0).collect::<BTreeSet<_>>().len(), list.len());
        }
        assert_eq!(values("users"), None);
    }

    #[test]
    fn names_in_words() {
        for (name, words) in [
            ("work", "Work"),
            ("externalId", "External id"),
            ("serviceURL", "Service URL"),
            ("URLPath", "URL path"),
            ("", ""),
        ] {
            assert_eq!(in_words(name), words);
        }
    }

    #[test]
    fn a_form_is_dressed() {
        let texts = Texts(vec![
            Line {
                path: "T.b".into(),
                title: "B",
                about: "The {noun}.",
                example: "\"x\"",
                is_primary: true,
                choices: "p, q",
            },
            Line { path: "*.a".into(), title: "A", about: "An A.", choices: "@zones", ..Line::default() },
        ]);
        let mut form = json!({"required": ["own"], "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "integer"}}},
            "b": {"type": "array", "items": {"properties": {"a": {"type": "string", "format": "date-time"}}}},
            "own": {"title": "Own", "x-order": 0, "enum": ["e"]},
        }});
        texts.dress(&mut form, "T", "thing", Detail::Form);
        // A list is not what the line has for an example.
        let expected = json!({
            "a": {"type": "object", "title": "A", "description": "An A.", "x-choices": "zones", "x-group": "advanced", "x-order": 3,
                "examples": [{"b": 1}],
                "properties": {"b": {"type": "integer", "x-group": "advanced", "x-order": 1, "examples": [1]}}},
            "b": {"type": "array", "title": "B", "description": "The thing.", "examples": [[{"a": "2026-01-31T09:00:00Z"}]], "x-group": "primary", "x-order": 1,
                "x-choices": [{"value": "p", "label": "P"}, {"value": "q", "label": "Q"}],
                "items": {"properties": {"a": {"type": "string", "format": "date-time", "title": "A", "description": "An A.",
                    "x-choices": "zones", "x-group": "advanced", "x-order": 1, "examples": ["2026-01-31T09:00:00Z"]}}}},
            "own": {"title": "Own", "x-order": 2, "enum": ["e"], "x-group": "primary", "examples": ["e"]},
        });
        assert_eq!(form["properties"], expected);
        let mut result = json!({"properties": {"b": {"type": "string"}}});
        texts.dress(&mut result, "T", "thing", Detail::Titles);
        assert_eq!(result["properties"]["b"], json!({"type": "string", "title": "B"}));
    }
}
