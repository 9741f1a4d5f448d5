//! Values: expressions in them, secrets written out, durations, schemas.

use super::{Checker, name};
use crate::document::{Problem, join};
use crate::expression::{self, is_expression, parts, written_out};
use crate::retry;
use scim_connector_redaction::{
    is_marked, is_reference, is_secret_name, is_secret_path, lost_references, without_literals,
};
use serde_json::Value;

impl<'a> Checker<'a> {
    /// A value with expressions in it.
    pub(super) fn value(&mut self, pointer: &str, value: &'a Value) {
        match value {
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.value(&join(pointer, index), value);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    self.value(&join(pointer, key), value);
                }
                // PATCH (RFC 7644 section 3.5.2): the path says what the value is.
                let path = map.get("path").and_then(Value::as_str).unwrap_or_default();
                if is_secret_path(path) && map.get("value").and_then(Value::as_str).is_some_and(is_literal) {
                    self.inline_secret(&join(pointer, "value"), path);
                }
            }
            Value::String(text) if is_expression(text) => self.expression(pointer, text),
            Value::String(text) if is_expression(text.trim()) => {
                self.problem(
                    pointer,
                    "blanks or line breaks around `${ }` would make this plain text; in a block write `|-` or `>-`",
                );
            }
            Value::String(text) if text.contains("${") => {
                let at = text.find("${").and_then(|at| text.get(..at)).map_or(0, |before| before.chars().count());
                let message = "`${` inside of text is not replaced: an expression is the whole value, such as ${ .a + \"@example.com\" }";
                self.problem_at(self.document.place_in(pointer, at), pointer, message);
            }
            Value::String(text) => {
                let name = name(pointer);
                let compared = || name == "filter" && without_literals(text, &is_secret_name).is_some();
                if is_literal(text) && (is_secret_name(&name) || is_credential(text) || compared()) {
                    self.inline_secret(pointer, &name);
                }
            }
            _ => {}
        }
    }

    /// A value without expressions: is a secret written out in it?
    pub(super) fn plain(&mut self, pointer: &str, value: &Value) {
        match value {
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(index, value)| self.plain(&join(pointer, index), value));
            }
            Value::Object(map) => map.iter().for_each(|(key, value)| self.plain(&join(pointer, key), value)),
            Value::String(text) => {
                let name = name(pointer);
                if !text.is_empty() && (is_secret_name(&name) || is_credential(text)) {
                    self.inline_secret(pointer, &name);
                }
            }
            _ => {}
        }
    }

    pub(super) fn inline_secret(&mut self, pointer: &str, name: &str) {
        let message = format!(
            "a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${{ $secret.NAME }} as `{name}`"
        );
        self.problems.push(Problem { secret: true, ..self.document.problem(pointer, message) });
    }

    /// An expression, in `${ }` or bare.
    pub(super) fn expression(&mut self, pointer: &str, text: &str) {
        self.part(pointer, text, 0);
    }

    fn part(&mut self, pointer: &str, text: &str, offset: usize) {
        let expression = match expression::compile(text, &self.variables) {
            Ok(expression) => expression,
            Err(error) => {
                let place = self.document.place_in(pointer, offset + error.offset);
                return self.problem_at(place, pointer, error.message);
            }
        };
        for (name, _) in written_out(&expression, &name(pointer), &is_secret_name) {
            self.inline_secret(pointer, &name);
        }
        for (at, secret) in secrets(text) {
            let place = self.document.place_in(pointer, offset + at);
            let listed = self.use_member("secrets").and_then(Value::as_array);
            if !listed.is_some_and(|listed| listed.iter().any(|name| name.as_str() == Some(&secret))) {
                self.problem_at(
                    place,
                    pointer,
                    format!("the secret `{secret}` is not listed in `use.secrets`; add it there"),
                );
            }
        }
    }

    /// Texts in which `${ }` may stand among other text.
    pub(super) fn template(&mut self, pointer: &str, value: &'a Value) {
        match value {
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.template(&join(pointer, index), value);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    self.template(&join(pointer, key), value);
                }
            }
            Value::String(text) if !is_expression(text) && text.contains("${") => {
                for (at, part) in parts(text) {
                    let before = text.get(..at).map_or(0, |before| before.chars().count());
                    self.part(pointer, part, before);
                }
            }
            value => self.value(pointer, value),
        }
    }

    /// A duration: an object, or ISO 8601.
    pub(super) fn duration(&mut self, pointer: &str, value: &Value, most: std::time::Duration) {
        if value.as_object().is_some_and(serde_json::Map::is_empty) {
            return self.problem(pointer, "a duration has at least one of days, hours, minutes, seconds, milliseconds");
        }
        if let Err(message) = retry::duration_within(value, most) {
            self.problem(pointer, message);
        }
    }

    /// A JSON Schema, whole in the flow.
    pub(super) fn schema(&mut self, pointer: &str, value: &Value) {
        if !value.is_object() && !value.is_boolean() {
            return self.kind(pointer, value, "a JSON Schema, a map");
        }
        let before = self.problems.len();
        let lost = lost_references(value);
        self.references(pointer, value, &lost);
        // The compiler would go and look for what stands elsewhere.
        if self.problems.len() > before {
            return;
        }
        if let Err(error) = jsonschema::validator_for(value) {
            let at = format!("{pointer}{}", error.instance_path());
            self.problem(&at, format!("this is no JSON Schema: {}", super::call::plainly(&error)));
        }
    }

    /// `lost` are those that lead nowhere, where it matters for what is secret.
    fn references(&mut self, pointer: &str, value: &Value, lost: &[String]) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    let at = join(pointer, key);
                    match inner.as_str() {
                        Some(reference) if is_reference(key) && !reference.starts_with('#') => {
                            self.problem(
                                &at,
                                "a schema refers to itself only, with `#/...`; nothing is loaded from elsewhere",
                            );
                        }
                        Some(reference) if is_reference(key) && lost.iter().any(|lost| lost == reference) => {
                            self.problem(
                                &at,
                                format!(
                                    "`{reference}` leads nowhere in this schema, so that nothing says whether what it describes is secret, as `writeOnly` and `format: password` do elsewhere in it"
                                ),
                            );
                        }
                        Some(id) if matches!(key.as_str(), "$id" | "$schema") && !is_known_schema(id) => {
                            self.problem(
                                &at,
                                format!("`{key}` must be the URI of a draft of JSON Schema, or left out"),
                            );
                        }
                        Some(text) if matches!(key.as_str(), "default" | "const") && !text.is_empty() => {
                            let of = name(pointer);
                            if is_secret_name(&of) || is_credential(text) || is_marked(value) {
                                self.inline_secret(&at, &of);
                            }
                        }
                        _ => self.references(&at, inner, lost),
                    }
                }
            }
            Value::Array(list) => {
                for (index, inner) in list.iter().enumerate() {
                    self.references(&join(pointer, index), inner, lost);
                }
            }
            _ => {}
        }
    }

    pub(super) fn time_zone(&mut self, pointer: &str, value: &'a Value) {
        if let Some(text) = self.text(pointer, value)
            && jiff::tz::TimeZone::get(text).is_err()
        {
            self.problem(pointer, format!("there is no time zone `{text}`; write one as in Europe/Berlin or UTC"));
        }
    }
}

fn is_known_schema(id: &str) -> bool {
    id.starts_with("https://json-schema.org/") || id.starts_with("http://json-schema.org/")
}

fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.contains("${")
}

/// Whether a text is an HTTP credential (RFC 7617, RFC 6750), a private key (RFC 7468), or a URL with a password in it.
fn is_credential(text: &str) -> bool {
    let rest = ["Bearer ", "Basic "].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| rest.len() >= 8 && !rest.contains(' '))
        || text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
        || text.contains("://") && url::Url::parse(text).is_ok_and(|url| url.password().is_some())
}

/// The members of `$secret` that an expression names, each with its offset in characters.
fn secrets(text: &str) -> Vec<(usize, String)> {
    let found = text.match_indices("$secret").filter_map(|(at, found)| {
        let rest = text.get(at + found.len()..)?;
        let rest = rest.strip_prefix('.').or_else(|| rest.strip_prefix('['))?.trim_start();
        let quoted = rest.strip_prefix(['"', '\'']);
        let name = match quoted {
            Some(rest) => rest.split(['"', '\'']).next()?,
            None => rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?,
        };
        let offset = text.get(..at)?.chars().count();
        (!name.is_empty()).then(|| (offset, name.to_owned()))
    });
    found.collect()
}
