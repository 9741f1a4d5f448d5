//! The connection of the last call, kept for the next one: an instance serves one connection, and reading it anew, with its
//! profile, would cost more than the rest of a small call. It holds no more than the caller gave, and secrets by reference are
//! still read just before use.

use super::Connection;
use crate::failure::{Kind, Result};
use crate::reader;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static LAST_TEXT: RefCell<Option<(String, Rc<Connection>)>> = const { RefCell::new(None) };
}

impl Connection {
    /// Reads the JSON form's text, or gives what it was read to before.
    pub fn from_text(text: &str) -> Result<Rc<Self>> {
        let known =
            LAST_TEXT.with_borrow(|last| last.as_ref().filter(|last| last.0 == text).map(|last| last.1.clone()));
        if let Some(known) = known {
            return Ok(known);
        }
        let connection = Rc::new(Self::from_data(&reader::parse(text, "connection", Kind::Configuration)?)?);
        LAST_TEXT.set(Some((text.to_owned(), connection.clone())));
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"serviceUrl": "https://a.test/v2", "auth": {"type": "bearer", "token": "t"}}"#;

    #[test]
    fn the_same_connection_is_read_once_and_another_one_anew() {
        let first = Connection::from_text(TEXT).unwrap();
        assert!(Rc::ptr_eq(&first, &Connection::from_text(TEXT).unwrap()));
        let other = TEXT.replace("a.test", "b.test");
        assert_eq!(Connection::from_text(&other).unwrap().service_url.host_str(), Some("b.test"));
        assert!(Connection::from_text("{}").is_err() && Connection::from_text("{}").is_err());
        assert_eq!(Connection::from_text(TEXT).unwrap().service_url.host_str(), Some("a.test"));
    }
}
