//! Lists of resources (RFC 7644 section 3.4.2) and the way through them (section 3.4.2.4, RFC 9865).
//!
//! Servers cap pages, ignore paging, repeat pages, let them overlap and lie about totals. A listing therefore advances by what it
//! received, gives each resource once, stops at a page or a cursor it has seen, and is complete when as many different resources came
//! as were announced. `step` judges a page by what the token of the page before remembers, `walk` by all there was.

mod step;
#[cfg(test)]
mod tests;
mod token;
pub mod walk;

use super::resource::{Data, Node, Resource};
use super::urn;
pub use step::{SMALLEST_CUT, Verdict, judge};
pub use token::{Position, Token, Trail};

/// One page as the provider sent it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The resources; what is no object is left out.
    pub resources: Vec<Resource>,
    /// Entries that were left out so.
    pub unreadable: u64,
    /// Results in all.
    pub total_results: Option<u64>,
    /// Index of the first.
    pub start_index: Option<u64>,
    /// Number on this page.
    pub items_per_page: Option<u64>,
    /// Cursor of the next page (RFC 9865 section 2).
    pub next_cursor: Option<String>,
}

impl Page {
    /// What tells the resources apart; `mixed` where they may be of several types.
    pub fn identities(&self, mixed: bool) -> Vec<String> {
        self.resources.iter().map(|resource| identity(resource, mixed)).collect()
    }
}

/// What tells a resource from others: its `id`, which some providers count anew for each type, or all of it where it has none.
pub fn identity(resource: &Resource, mixed: bool) -> String {
    let Some(id) = resource.text("id").filter(|id| !id.is_empty()) else {
        return Data::from(resource.clone()).canonical();
    };
    let kind = || resource.get("meta")?.as_object()?.text("resourceType");
    // Asked only where it counts: it takes the members of each resource of a page out of its text.
    match mixed.then(kind).flatten() {
        Some(kind) => format!("{kind}/{id}"),
        None => id,
    }
}

/// Reads a ListResponse, in any case, with or without its envelope's other members; none where it is no list at all.
pub fn parse(object: &Resource) -> Option<Page> {
    let total_results = object.number("totalResults");
    let named = || match object.get("schemas").map(Data::node) {
        Some(Node::List(names)) => {
            names.iter().filter_map(Data::as_str).any(|it| it.eq_ignore_ascii_case(urn::LIST_RESPONSE))
        }
        _ => false,
    };
    let mut unreadable = 0;
    let resources: Vec<Resource> = match object.get("Resources").map(Data::node) {
        Some(Node::List(items)) => {
            unreadable = items.iter().filter(|item| !item.is_object()).count() as u64;
            items.iter().filter_map(Data::as_object).cloned().collect()
        }
        // No result at all may come without the member (RFC 7644 section 3.4.2).
        Some(Node::Null) | None if total_results.is_some() || named() => Vec::new(),
        _ => return None,
    };
    Some(Page {
        resources,
        unreadable,
        total_results,
        start_index: object.number("startIndex"),
        items_per_page: object.number("itemsPerPage"),
        next_cursor: object.text("nextCursor").filter(|cursor| !cursor.is_empty()),
    })
}
