//! A JSON list, element by element, without holding the list.

use super::{From, Sender};
use serde::de::{DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Gives each element of the list, or of `Resources`.
pub fn read(from: From, _: &Map<String, Value>, to: &mut Sender) -> Result<(), String> {
    let mut whole = serde_json::Deserializer::from_reader(from);
    let end = whole.deserialize_any(Whole(to)).and_then(|()| whole.end());
    match end {
        // Somebody who wants no more is no error of the file.
        Err(_) if to.given_up => Ok(()),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            Err(format!("{place}: {text}"))
        }
        Ok(()) => Ok(()),
    }
}

struct Whole<'a>(&'a mut Sender);

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or an object with the list `Resources`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element()? {
            if !self.0.give(row) {
                return Err(A::Error::custom("nobody reads on"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(name) = members.next_key::<String>()? {
            if name == "Resources" && !found {
                members.next_value_seed(Resources(&mut *self.0))?;
                found = true;
            } else {
                self.0.unbound();
                members.next_value::<IgnoredAny>()?;
                self.0.bound();
            }
        }
        if found { Ok(()) } else { Err(A::Error::custom("the object has no list `Resources`")) }
    }
}

struct Resources<'a>(&'a mut Sender);

impl<'de> DeserializeSeed<'de> for Resources<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(Whole(self.0))
    }
}
