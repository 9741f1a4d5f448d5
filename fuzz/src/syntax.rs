//! The texts of filters and paths: what is read is printed so that it reads the same.

use crate::{json, line};
use scim_connector::scim::filter::lint::Supported;
use scim_connector::scim::filter::{Filter, SyntaxError};
use scim_connector::scim::path::{AttributePath, Path};

/// A filter on the first line, a resource behind it.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (text, resource) = line(text);
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => return within(text, &error),
    };
    let printed = filter.to_string();
    // What is as long as a filter may be can be longer when it is printed, which then is refused.
    if printed.len() <= 64 * 1024 {
        assert_eq!(Filter::parse(&printed), Ok(filter.clone()), "{printed}");
    }
    let words = ["eq", "pr", "and"];
    let supported = Supported {
        words: Some(&words),
        attributes: Some(&["userName", "emails"]),
        conditions: Some(2),
        characters: Some(100),
    };
    assert!(filter.lint(&Supported::default()).is_empty());
    filter.lint(&supported);
    let Some(resource) = json(resource).and_then(|value| value.into_object().ok()) else { return };
    for exact in [false, true] {
        let matches = filter.matches(&resource, &|_| exact);
        assert_ne!(filter.clone().not().matches(&resource, &|_| exact), matches);
        assert_eq!(filter.clone().and(filter.clone()).matches(&resource, &|_| exact), matches);
        assert_eq!(filter.clone().or(filter.clone()).matches(&resource, &|_| exact), matches);
    }
}

/// A PATCH path, which may be an attribute path, too.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Path::parse(text) {
        Ok(path) => {
            assert!(path.filter.is_none() || path.attribute.sub.is_none());
            assert_eq!(Path::parse(&path.to_string()).as_ref(), Ok(&path));
        }
        Err(error) => within(text, &error),
    }
    match AttributePath::parse(text) {
        Ok(attribute) => {
            assert_eq!(attribute.to_string(), text);
            assert_eq!(Path::parse(text), Ok(Path { attribute, filter: None, sub: None }));
        }
        Err(error) => within(text, &error),
    }
}

/// An error stands within the text, or right behind it.
fn within(text: &str, error: &SyntaxError) {
    assert!(error.column.is_none_or(|column| (1..=text.chars().count() + 1).contains(&column)), "{error}");
}
