//! Why a record cannot be written as JSON: what the caller gave as JSON is none, or an option is not for the function. Told with the
//! place in the named call's input, as the component tells it of named calls.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// Why a record cannot be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where in the input, a JSON pointer (RFC 6901).
    pub pointer: String,
    why: Why,
}

#[derive(Clone, PartialEq, Eq)]
enum Why {
    /// This text is no JSON.
    NotJson(String, Hint),
    Said(String),
}

/// What to say besides to whoever gives a text that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Nothing.
    None,
    /// How a text is written.
    Quotes,
}

/// Without the text, which may hold secrets.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("pointer", &self.pointer).finish_non_exhaustive()
    }
}

impl Refusal {
    /// A text at a place is no JSON.
    pub fn not_json(pointer: String, text: &str, hint: Hint) -> Refusal {
        Refusal { pointer, why: Why::NotJson(text.to_owned(), hint) }
    }

    /// What is wrong at a place.
    pub fn said(pointer: String, what: &str) -> Refusal {
        let what = format!("{}: {what}", place(&pointer));
        Refusal { pointer, why: Why::Said(what) }
    }

    /// The text that is no JSON, where that is the reason: somebody who reads JSON can say what is wrong with it.
    pub fn not_read(&self) -> Option<&str> {
        match &self.why {
            Why::NotJson(text, _) => Some(text),
            Why::Said(_) => None,
        }
    }

    /// What is wrong, for a person; `found` is what is wrong with the text of [`Refusal::not_read`].
    pub fn detail(&self, found: &str) -> String {
        match &self.why {
            Why::NotJson(_, hint) => {
                let hint = if *hint == Hint::Quotes { " (text needs its quotation marks)" } else { "" };
                format!("{}: is not valid JSON{hint}: {found}", place(&self.pointer))
            }
            Why::Said(what) => what.clone(),
        }
    }
}

/// A pointer as a person reads it: `payload.name` rather than `/payload/name`.
fn place(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}
