//! A JSON list, element by element, without holding the list.

use super::text::{NUL, Text, holds_nul};
use super::{Arguments, Place, Read, Sender};
use serde::de::{DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Gives each element of the list, or of `Resources`.
pub fn prepare(_: &Arguments<'_>) -> Result<Read, String> {
    Ok(Box::new(read))
}

fn read(from: Text, to: &mut Sender) -> Result<(), String> {
    let mut whole = serde_json::Deserializer::from_reader(from);
    let end = whole.deserialize_any(DocumentRows { to, given: 0 }).and_then(|()| whole.end());
    match end {
        // Somebody who wants no more is no error of the file.
        Err(_) if to.given_up => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            // What is wrong with the file says where.
            let place = format!("line {}, column {}: ", error.line(), error.column());
            // Behind a row that is good JSON the place would be the next one's.
            Err(if error.is_io() || text.starts_with("row ") { text.to_owned() } else { place + text })
        }
        Ok(()) => Ok(()),
    }
}

struct DocumentRows<'a> {
    to: &'a mut Sender,
    given: u64,
}

impl<'de> Visitor<'de> for DocumentRows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or an object with the list `Resources`")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element()? {
            self.given += 1;
            if holds_nul(&row) {
                return Err(A::Error::custom(format!("row {}: {NUL}", self.given)));
            }
            if !self.to.give(row, Place::Row(self.given)) {
                return Err(A::Error::custom("nobody reads on"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(name) = members.next_key::<String>()? {
            if name == "Resources" && !found {
                members.next_value_seed(Resources(&mut *self.to))?;
                found = true;
            } else {
                self.to.unbound();
                members.next_value::<IgnoredAny>()?;
                self.to.bound();
            }
        }
        if found { Ok(()) } else { Err(A::Error::custom("the object has no list `Resources`")) }
    }
}

struct Resources<'a>(&'a mut Sender);

impl<'de> DeserializeSeed<'de> for Resources<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(DocumentRows { to: self.0, given: 0 })
    }
}
