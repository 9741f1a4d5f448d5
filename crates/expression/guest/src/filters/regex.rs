//! Regular expressions with classes of Unicode, look-around and references back, as jq has them from Oniguruma.

use super::native::Native;
use crate::value::{Members, Value};
use fancy_regex::{Regex, RegexBuilder};
use jaq_core::native::{bome, v};
use jaq_core::{Error, ValR};
use std::cell::RefCell;
use std::rc::Rc;

/// Compiled expressions that are held; compiling one costs more than most of its uses.
const CACHED: usize = 32;

/// A regular expression, compiled with its flags.
struct Compiled {
    pattern: Rc<str>,
    flags: Flags,
    regex: Rc<Regex>,
}

thread_local! {
    static CACHE: RefCell<Vec<Compiled>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn filters() -> Vec<Native> {
    vec![
        ("matches_", v(2), |mut cv| {
            let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
            bome(matches(&cv.1, &pattern, &flags))
        }),
        ("test_", v(2), |mut cv| {
            let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
            bome(test(&cv.1, &pattern, &flags))
        }),
    ]
}

/// jq's flags by letter. `s` says what is so already: `^` and `$` are the ends of the text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Flags {
    global: bool,
    ignore_case: bool,
    extended: bool,
    dot_matches_newline: bool,
    longest: bool,
    ignore_empty: bool,
}

fn flags(value: &Value) -> Result<Flags, Error<Value>> {
    let mut flags = Flags::default();
    if matches!(value, Value::Null) {
        return Ok(flags);
    }
    for flag in value.as_text()?.chars() {
        match flag {
            'g' => flags.global = true,
            'i' => flags.ignore_case = true,
            'x' => flags.extended = true,
            's' => {}
            'p' => flags.dot_matches_newline = true,
            'l' => flags.longest = true,
            'n' => flags.ignore_empty = true,
            other => return Err(Error::str(format_args!("there is no flag `{other}` of regular expressions"))),
        }
    }
    Ok(flags)
}

fn compiled(pattern: &Value, flags: Flags) -> Result<Rc<Regex>, Error<Value>> {
    let pattern: Rc<str> = pattern.as_text()?.into();
    let known = CACHE.with_borrow(|cache| {
        let mut known = cache.iter();
        known.find(|known| known.pattern == pattern && known.flags == flags).map(|known| known.regex.clone())
    });
    if let Some(regex) = known {
        return Ok(regex);
    }
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(flags.ignore_case)
        .ignore_whitespace(flags.extended)
        .dot_matches_new_line(flags.dot_matches_newline)
        .leftmost_longest(flags.longest)
        .build()
        .map_err(|_| Error::str("the regular expression is not valid"))?;
    let regex = Rc::new(regex);
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= CACHED {
            cache.remove(0);
        }
        cache.push(Compiled { pattern, flags, regex: regex.clone() });
    });
    Ok(regex)
}

fn gave_up<E>(_: E) -> Error<Value> {
    Error::str("the regular expression takes too many tries on this text")
}

fn test(value: &Value, pattern: &Value, of: &Value) -> ValR<Value> {
    let of = flags(of)?;
    let text = value.as_text()?;
    let regex = compiled(pattern, of)?;
    if !of.ignore_empty {
        return Ok(Value::Bool(regex.is_match(text).map_err(gave_up)?));
    }
    Ok(Value::Bool(matches_of(text, &regex, of)?.next().is_some()))
}

fn matches(value: &Value, pattern: &Value, of: &Value) -> ValR<Value> {
    let of = flags(of)?;
    let text = value.as_text()?;
    Ok(matches_of(text, &*compiled(pattern, of)?, of)?.collect())
}

fn matches_of(text: &str, regex: &Regex, flags: Flags) -> Result<impl Iterator<Item = Value>, Error<Value>> {
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    let mut places = Places { text, byte: 0, place: 0 };
    let (mut found, mut from) = (Vec::new(), 0);
    while from <= text.len() {
        let Some(captures) = regex.captures_from_pos(text, from).map_err(gave_up)? else { break };
        let Some(whole) = captures.get(0) else { break };
        // An empty match is left by one character.
        let step = text.get(whole.end()..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        from = if whole.end() == whole.start() { whole.end() + step } else { whole.end() };
        if flags.ignore_empty && whole.as_str().is_empty() {
            continue;
        }
        let offset = places.of(whole.start());
        let groups = names.iter().enumerate().skip(1).map(|(at, name)| {
            let mut members = captures.get(at).map_or_else(
                || members(Value::from(-1_isize), 0, Value::Null),
                |group| {
                    // A group stands in the match, except in look-around.
                    let place = if group.start() >= whole.start() {
                        offset + text.get(whole.start()..group.start()).map_or(0, |part| part.chars().count())
                    } else {
                        text.get(..group.start()).map_or(0, |part| part.chars().count())
                    };
                    members(Value::from(place), group.as_str().chars().count(), Value::text(group.as_str()))
                },
            );
            members.insert("name".into(), name.map_or(Value::Null, Value::text));
            Value::object(members)
        });
        let groups = groups.collect();
        let mut members = members(Value::from(offset), whole.as_str().chars().count(), Value::text(whole.as_str()));
        members.insert("captures".into(), groups);
        found.push(Value::object(members));
        if !flags.global {
            break;
        }
    }
    Ok(found.into_iter())
}

fn members(offset: Value, length: usize, string: Value) -> Members {
    Members::from_iter([("offset".into(), offset), ("length".into(), Value::from(length)), ("string".into(), string)])
}

/// Places in characters of offsets in bytes that only grow.
struct Places<'t> {
    text: &'t str,
    byte: usize,
    place: usize,
}

impl Places<'_> {
    fn of(&mut self, byte: usize) -> usize {
        self.place += self.text.get(self.byte..byte).map_or(0, |part| part.chars().count());
        self.byte = byte;
        self.place
    }
}
