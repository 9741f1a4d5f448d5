//! The input of `call` as a person types it: `userName=ada emails[0][value]=ada@example.com active:=true`, the grammar of HTTPie's nested
//! JSON. Pure but for the files that `=@FILE` and `:=@FILE` name; which names there are is the caller's to say.
//!
//! | written | is |
//! |---|---|
//! | `NAME=TEXT`, `NAME:=JSON` | a member; all behind the sign is the value, as it stands |
//! | `NAME=@FILE`, `NAME:=@FILE` | the same from a file; a line break at the end of a text is none of it |
//! | `NAME[a]`, `NAME[0]`, `NAME[]` | a member of an object, an element of a list, one more element |
//! | `\=`, `\:`, `\[`, `\]`, `\\`, `[\1]` in a name; `=\@…`, `=\=…` | the character itself; a member called 1; a text that begins so |

use scim_connector_host::bounded;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::Path;

/// Most brackets of an item: nobody types more, and what is built is as deep.
const DEEPEST: usize = 32;

/// An input in items, as [`lay_over`] reads them.
pub(super) fn written(input: &Value, shape: &Shape) -> Vec<String> {
    let mut items = Vec::new();
    for (name, value) in input.as_object().into_iter().flatten() {
        match value {
            // A name that the input has too would be the input's.
            Value::Object(payload) if name == "payload" && shape.payload && !payload.is_empty() => {
                for (name, value) in payload {
                    let own = if shape.members.contains(name) {
                        format!("payload[{}]", escaped(name))
                    } else {
                        escaped(name)
                    };
                    write_items(&own, value, &mut items);
                }
            }
            _ => write_items(&escaped(name), value, &mut items),
        }
    }
    items
}

fn write_items(path: &str, value: &Value, items: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
                let name = if number { format!("\\{name}") } else { escaped(name) };
                write_items(&format!("{path}[{name}]"), value, items);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(index, value)| write_items(&format!("{path}[{index}]"), value, items));
        }
        Value::String(text) => {
            let is_read_otherwise = ["@", "=", "\\@", "\\="].iter().any(|start| text.starts_with(start));
            items.push(if is_read_otherwise { format!("{path}:={value}") } else { format!("{path}={text}") });
        }
        other => items.push(format!("{path}:={other}")),
    }
}

/// A name in which nothing has a meaning of its own.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for (index, character) in name.char_indices() {
        // A colon has one before the sign only.
        let ends = character == ':' && index + 1 == name.len();
        if matches!(character, '=' | '[' | ']' | '\\') || ends {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// What is wrong with an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Which of the items, from 1.
    item: usize,
    /// Where in it, in characters from 1.
    column: usize,
    what: String,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "item {}, column {}: {}", self.item, self.column, self.what)
    }
}

/// Lays items over an input, JSON. `shape` says which of the names are the input's; all others are the payload's, if there is one.
///
/// # Errors
/// The first item that is wrong; what it holds is not repeated, since it may be a password.
pub(super) fn lay_over(input: &str, items: &[String], shape: &Shape) -> Result<String, Wrong> {
    let mut tree = Node::Whole(input.to_owned());
    for (item, text) in items.iter().enumerate() {
        let wrong = |(column, what)| Wrong { item: item + 1, column, what };
        let Item { mut path, value } = parse(text).map_err(wrong)?;
        if let Some(Part { step: Step::Member(name), .. }) = path.first()
            && shape.payload
            && !shape.members.contains(name)
        {
            path.insert(0, Part { step: Step::Member("payload".into()), column: 1 });
        }
        tree.put(&path, value).map_err(wrong)?;
    }
    let mut text = String::new();
    tree.write(&mut text).map_err(|place| Wrong {
        item: items.len(),
        column: 1,
        what: format!("{place}, so that the list would have a hole; number its elements from 0, or write []"),
    })?;
    Ok(text)
}

/// What an operation's input has.
#[derive(Debug, Default)]
pub(super) struct Shape {
    members: Vec<String>,
    payload: bool,
}

impl Shape {
    /// That of a JSON Schema.
    pub fn of(schema: &Value) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        let members: Vec<String> = properties.into_iter().flat_map(|members| members.keys().cloned()).collect();
        Self { payload: members.iter().any(|name| name == "payload"), members }
    }
}

/// One step to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
    Append,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    step: Step,
    column: usize,
}

/// An item, read.
#[derive(Debug, PartialEq, Eq)]
struct Item {
    path: Vec<Part>,
    /// JSON.
    value: String,
}

type Problem = (usize, String);

fn parse(text: &str) -> Result<Item, Problem> {
    let characters: Vec<char> = text.chars().collect();
    let (end, sign) = sign(&characters)?;
    let path = path(characters.get(..end).unwrap_or_default())?;
    let value: String = characters.iter().skip(sign).collect();
    let is_json = sign - end == 2;
    if let Some(file) = value.strip_prefix('@') {
        let read = bounded::text(Path::new(file), bounded::INPUT);
        let mut text = read.map_err(|error| (sign + 2, format!("{file} cannot be read: {error}")))?;
        if is_json {
            return json(&text, file, sign + 2).map(|value| Item { path, value });
        }
        text.truncate(text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(&text).len());
        return Ok(Item { path, value: Value::from(text).to_string() });
    }
    if is_json {
        return json(&value, "what follows :=", sign + 1).map(|value| Item { path, value });
    }
    let escaped = ["\\@", "\\="].iter().any(|escape| value.starts_with(escape));
    let value = if escaped { value.chars().skip(1).collect() } else { value };
    Ok(Item { path, value: Value::from(value).to_string() })
}

/// Where the name ends and where the value begins.
fn sign(characters: &[char]) -> Result<(usize, usize), Problem> {
    let mut at = 0;
    let mut colon = None;
    loop {
        match characters.get(at) {
            None => {
                let what = "no = follows the name; write NAME=TEXT, NAME:=JSON or NAME=@FILE";
                return Err((characters.len() + 1, what.into()));
            }
            Some('\\') => at += 2,
            Some('=') => break,
            Some(':') => {
                colon = Some(at);
                at += 1;
            }
            Some(_) => at += 1,
        }
    }
    if characters.get(at + 1) == Some(&'=') {
        let what = "== is no sign of an input (in HTTPie it is a URL's query); write =\\= where a text begins with =";
        return Err((at + 2, what.into()));
    }
    let end = colon.filter(|colon| colon + 1 == at).unwrap_or(at);
    if end == 0 {
        return Err((1, "a name is missing before the sign".into()));
    }
    Ok((end, at + 1))
}

/// Reads a name with its brackets.
fn path(characters: &[char]) -> Result<Vec<Part>, Problem> {
    let (root, mut at) = word(characters, 0)?;
    let missing = "the input is an object: a name comes before the brackets";
    let root = root.filter(|root| !root.text.is_empty()).ok_or((1, missing.to_owned()))?;
    let mut path = vec![Part { step: Step::Member(root.text), column: 1 }];
    while at < characters.len() {
        let column = at + 1;
        if path.len() > DEEPEST {
            return Err((column, format!("more than {DEEPEST} brackets are too many")));
        }
        if characters.get(at) != Some(&'[') {
            let what = if characters.get(at) == Some(&']') {
                "a ] without its ["
            } else {
                "[ or the sign is expected behind ]"
            };
            return Err((column, format!("{what}; write \\[ and \\] where they are part of a name")));
        }
        let (word, end) = word(characters, at + 1)?;
        if characters.get(end) != Some(&']') {
            return Err((end + 1, "a ] is missing".into()));
        }
        let step = match word {
            None => Step::Append,
            Some(word) if word.number => {
                let number: Option<usize> = word.text.parse().ok();
                Step::Element(number.ok_or((column, "no list is so long".to_owned()))?)
            }
            Some(word) => Step::Member(word.text),
        };
        path.push(Part { step, column });
        at = end + 1;
    }
    Ok(path)
}

/// A name or number up to a bracket.
struct Word {
    text: String,
    number: bool,
}

/// Reads one, without escapes, from a place on. Nothing where there is none.
fn word(characters: &[char], from: usize) -> Result<(Option<Word>, usize), Problem> {
    let (mut text, mut at, mut number) = (String::new(), from, true);
    loop {
        match characters.get(at) {
            None | Some('[' | ']') => break,
            Some('\\') => {
                number = false;
                match characters.get(at + 1) {
                    Some(next) if matches!(next, '[' | ']' | '\\' | '=' | ':' | '@') || next.is_ascii_digit() => {
                        text.push(*next);
                    }
                    Some(next) => text.extend(['\\', *next]),
                    None => return Err((at + 1, "nothing follows the \\".into())),
                }
                at += 2;
            }
            Some(character) => {
                number &= character.is_ascii_digit();
                text.push(*character);
                at += 1;
            }
        }
    }
    Ok(((at > from).then_some(Word { text, number }), at))
}

/// Checks that a text is JSON.
fn json(text: &str, what: &str, column: usize) -> Result<String, Problem> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(value) => Ok(value.get().to_owned()),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let place = format!("line {}, column {}", error.line(), error.column());
            Err((column, format!("{what} is not JSON: {place}: {reason}; text follows = without the colon")))
        }
    }
}

/// The input as it grows.
enum Node {
    /// JSON that came as a whole. An item may lie over it.
    Whole(String),
    /// The value of an item.
    Given(String),
    Object(BTreeMap<String, Node>),
    List(BTreeMap<usize, Node>),
}

impl Node {
    fn put(&mut self, path: &[Part], value: String) -> Result<(), Problem> {
        let Some((Part { step, column }, rest)) = path.split_first() else {
            // Two items of one name are more likely a slip than meant.
            if !matches!(self, Self::Whole(_)) {
                return Err((1, "an item before it gave this already".into()));
            }
            *self = Self::Given(value);
            return Ok(());
        };
        self.open();
        match (self, step) {
            (Self::Object(members), Step::Member(name)) => {
                members.entry(name.clone()).or_insert_with(|| Self::before(rest)).put(rest, value)
            }
            (Self::List(elements), Step::Element(_) | Step::Append) => {
                let next = elements.last_key_value().map_or(Some(0), |(last, _)| last.checked_add(1));
                let index = match step {
                    Step::Element(index) => *index,
                    _ => next.ok_or((*column, "the list is full".to_owned()))?,
                };
                elements.entry(index).or_insert_with(|| Self::before(rest)).put(rest, value)
            }
            (Self::Object(_), _) => {
                Err((*column, "it is an object: name a member, or write [\\0] where that is a number".into()))
            }
            (Self::List(_), _) => Err((*column, "it is a list: its elements are numbered from 0".into())),
            (Self::Whole(_) | Self::Given(_), _) => {
                Err((*column, "what is before the bracket has a value of its own already".into()))
            }
        }
    }

    /// What stands where nothing was given yet, before an item goes on from there.
    fn before(rest: &[Part]) -> Self {
        match rest.first().map(|part| &part.step) {
            None => Self::Whole(String::new()),
            Some(Step::Member(_)) => Self::Object(BTreeMap::new()),
            Some(_) => Self::List(BTreeMap::new()),
        }
    }

    /// Makes members of an object or list that came as text.
    fn open(&mut self) {
        let (Self::Whole(text) | Self::Given(text)) = &*self else { return };
        if let Ok(members) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text) {
            let whole = |(name, value): (String, Box<RawValue>)| (name, Self::Whole(value.get().to_owned()));
            *self = Self::Object(members.into_iter().map(whole).collect());
        } else if let Ok(elements) = serde_json::from_str::<Vec<Box<RawValue>>>(text) {
            let whole = |value: Box<RawValue>| Self::Whole(value.get().to_owned());
            *self = Self::List(elements.into_iter().map(whole).enumerate().collect());
        }
    }

    /// Writes it as JSON; a list with a hole is said.
    fn write(&self, text: &mut String) -> Result<(), String> {
        match self {
            Self::Whole(value) | Self::Given(value) => text.push_str(value),
            Self::Object(members) => {
                text.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    text.push_str(&Value::from(name.as_str()).to_string());
                    text.push(':');
                    value.write(text)?;
                }
                text.push('}');
            }
            Self::List(elements) => {
                text.push('[');
                for (expected, (index, value)) in elements.iter().enumerate() {
                    if expected != *index {
                        return Err(format!("there is an element {index} of a list and none {expected}"));
                    }
                    text.push_str(if expected == 0 { "" } else { "," });
                    value.write(text)?;
                }
                text.push(']');
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
