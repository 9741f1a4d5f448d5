//! Results for a person at a terminal: a listing as a table, a resource as a line for each value. Programs get JSON; nothing here is
//! meant to be read back.

use console::measure_text_width;
use scim_connector_host::visible;
use serde_json::Value;

/// The widest column that is not an identifier.
const WIDEST: usize = 32;

/// Most columns of a table.
const COLUMNS: usize = 6;

/// Members that are worth a column, in this order, where anything listed has them.
const TELLING: [&str; 13] = [
    "index",
    "method",
    "status",
    "id",
    "userName",
    "displayName",
    "name",
    "emails",
    "active",
    "members",
    "endpoint",
    "externalId",
    "description",
];

/// Members that say more about SCIM than about whom they describe.
const OF_THE_PROTOCOL: [&str; 2] = ["schemas", "meta"];

/// A table whose columns are chosen by the first rows.
pub(super) struct Table {
    columns: Vec<(String, usize)>,
}

impl Table {
    /// For rows like these, objects of JSON.
    pub fn of(rows: &[Value]) -> Self {
        let has = |name: &str| rows.iter().any(|row| row.get(name).is_some_and(|value| !cell(name, value).is_empty()));
        let mut names: Vec<&str> = TELLING.into_iter().filter(|name| has(name)).collect();
        if names.is_empty() {
            let members = rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys().map(String::as_str));
            for name in members.filter(|name| !OF_THE_PROTOCOL.contains(name)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.truncate(COLUMNS);
        let column = |name: &str| {
            let widths =
                rows.iter().filter_map(|row| row.get(name)).map(|value| measure_text_width(&shown(name, value)));
            (name.to_owned(), widths.chain([words(name).len()]).max().unwrap_or_default())
        };
        Self { columns: names.into_iter().map(column).collect() }
    }

    /// The names of the columns.
    pub fn head(&self) -> String {
        self.line(self.columns.iter().map(|(name, _)| words(name).to_uppercase()))
    }

    /// A line for each of these.
    pub fn rows(&self, rows: &[Value]) -> String {
        let row = |row: &Value| {
            let cells =
                self.columns.iter().map(|(name, _)| row.get(name).map_or_else(String::new, |value| shown(name, value)));
            self.line(cells) + "\n"
        };
        rows.iter().map(row).collect()
    }

    fn line(&self, cells: impl Iterator<Item = String>) -> String {
        let padded = cells.zip(&self.columns).map(|(cell, (_, width))| {
            let rest = width.saturating_sub(measure_text_width(&cell));
            cell + &" ".repeat(rest + 2)
        });
        padded.collect::<String>().trim_end().to_owned()
    }
}

/// `userName` as `user name`.
fn words(name: &str) -> String {
    scim_connector_host::error::words(name)
}

/// A value in a column: all of an identifier, else as much as there is room for.
fn shown(name: &str, value: &Value) -> String {
    let text = visible::line(&cell(name, value)).into_owned();
    if name == "id" { text } else { console::truncate_str(&text, WIDEST, "…").into_owned() }
}

/// What there is to say of a value in one cell.
fn cell(name: &str, value: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match value {
        Value::Object(members) if name == "name" => {
            let part = |name: &str| members.get(name).and_then(Value::as_str);
            part("formatted").map_or_else(
                || [part("givenName"), part("familyName")].into_iter().flatten().collect::<Vec<_>>().join(" "),
                str::to_owned,
            )
        }
        Value::Array(list) if name == "members" => list.len().to_string(),
        Value::Array(list) => {
            let primary = list.iter().find(|one| one.get("primary") == Some(&Value::Bool(true)));
            match (primary.or(list.first()), list.len()) {
                (None, _) => String::new(),
                (Some(one), 1) => text(one.get("value").unwrap_or(one)),
                (Some(one), number) => format!("{} (+{})", text(one.get("value").unwrap_or(one)), number - 1),
            }
        }
        other => text(other),
    }
}

/// A result for a person: a head to stand out, where it is a table, and the lines. None where JSON is as good.
pub(super) fn result(value: &Value) -> Option<(String, String)> {
    let listed = match value {
        Value::Array(list) => Some(list),
        Value::Object(members) => ["Resources", "results"].iter().find_map(|name| members.get(*name)?.as_array()),
        _ => None,
    };
    match (listed, value) {
        (Some(list), _) if list.is_empty() => Some((String::new(), "none\n".into())),
        (Some(list), _) if list.iter().all(Value::is_object) => {
            let table = Table::of(list);
            Some((table.head(), table.rows(list)))
        }
        (None, Value::Object(_)) => Some((String::new(), lines(value))),
        (None, Value::Null) => Some((String::new(), "done\n".into())),
        _ => None,
    }
}

/// What a page says of the listing it is part of.
pub(super) fn ending(page: &Value) -> Option<String> {
    let came = page.get("Resources")?.as_array()?.len();
    let of = page.get("totalResults").and_then(Value::as_u64).map_or_else(String::new, |total| format!(" of {total}"));
    let more = match (page.get("next").and_then(Value::as_str), page.get("complete").and_then(Value::as_bool)) {
        (Some(_), _) => "; --all lists them all, --json shows where the next page is",
        (None, Some(true)) => ", complete",
        (None, _) => ", not complete",
    };
    Some(format!("{came}{of}{more}"))
}

/// An object, a line for each value: where it stands, as an item of `call` names it, and what it is.
fn lines(value: &Value) -> String {
    let mut rows = Vec::new();
    walk("", value, &mut rows);
    let rank = |path: &str| {
        let name = path.split('[').next().unwrap_or_default();
        TELLING.iter().position(|telling| *telling == name).unwrap_or(TELLING.len())
    };
    rows.sort_by_key(|(path, _)| rank(path));
    let width = rows.iter().map(|(path, _)| measure_text_width(path)).max().unwrap_or_default();
    let row = |(path, value): &(String, String)| {
        let rest = width.saturating_sub(measure_text_width(path));
        format!("{path}{}  {value}", " ".repeat(rest)).trim_end().to_owned() + "\n"
    };
    rows.iter().map(row).collect()
}

fn walk(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}[{name}]") };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in
                members.iter().filter(|(name, _)| !path.is_empty() || !OF_THE_PROTOCOL.contains(&name.as_str()))
            {
                walk(&below(name), value, rows);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                walk(&below(&index.to_string()), value, rows);
            }
        }
        _ => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            rows.push((visible::line(path).into_owned(), visible::line(&text).into_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn people_are_a_table() {
        let page = json!({"Resources": [
            {"id": "2819c223-7f76-453a-919d-413861904646", "userName": "ada", "name": {"givenName": "Ada", "familyName": "Lovelace"},
             "emails": [{"value": "x@example.com"}, {"value": "ada@example.com", "primary": true}], "active": true, "schemas": ["u"], "meta": {}},
            {"id": "1", "userName": "a name that is much longer than any column may become", "active": false, "x": "\u{1b}[2J"},
        ], "totalResults": 20, "next": "t", "complete": false});
        let (head, rows) = result(&page).unwrap();
        assert_eq!(
            head,
            "ID                                    USER NAME                         NAME          EMAILS                ACTIVE"
        );
        assert_eq!(
            rows,
            "2819c223-7f76-453a-919d-413861904646  ada                               Ada Lovelace  ada@example.com (+1)  true\n\
             1                                     a name that is much longer than…                                      false\n"
        );
        assert!(ending(&page).unwrap().starts_with("2 of 20; --all"));
        let whole = json!({"Resources": [], "totalResults": 0, "complete": true});
        assert_eq!(
            (result(&whole).unwrap().1.as_str(), ending(&whole).unwrap().as_str()),
            ("none\n", "0 of 0, complete")
        );
    }

    #[test]
    fn a_resource_has_a_line_for_each_value() {
        let user = json!({"schemas": ["u"], "active": true, "id": "1", "userName": "ada\u{1b}[2J", "emails": [{"value": "a@example.com"}],
            "meta": {"version": "3"}, "urn:x:User": {"department": "R&D"}});
        let (head, lines) = result(&user).unwrap();
        assert_eq!(head, "");
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "id                      1");
        assert!(lines[1].starts_with("userName                ada") && !lines[1].contains('\u{1b}'), "{lines:?}");
        assert_eq!(
            lines[2..],
            ["emails[0][value]        a@example.com", "active                  true", "urn:x:User[department]  R&D"]
        );
        assert_eq!(result(&Value::Null).unwrap().1, "done\n");
        assert_eq!(result(&json!([1, 2])), None);
    }
}
