//! PATCH (RFC 7644 section 3.5.2 with its errata): operations, how they are checked and written, what they do to a resource, and
//! which of them lead from one resource to another.
//!
//! [`Patch`] builds operations, [`body`] checks and writes them, [`apply()`] carries them out here, [`diff()`] finds them, and
//! [`to_put`] and [`for_put`] turn them into a whole resource for a provider without PATCH. None of it does I/O or knows a provider:
//! what differs between providers comes in as a [`Style`].

mod answer;
mod apply;
mod attribute_table;
mod build;
mod check;
mod compare;
mod diff;
mod list;
mod pathless;
mod selected;
mod spelled;
#[cfg(test)]
mod tests;

pub use answer::{differing, left_over, unmet};
pub use apply::apply;
pub use attribute_table::AttributeTable;
pub use build::Patch;
pub use diff::{Options, Style, diff, for_put, to_put};
pub use pathless::without_paths;
pub use selected::without_selection;
pub use spelled::{spelled, write_texts};

use super::filter::{Filter, with_lower_case_words};
use super::path::{AttributePath, Path};
use super::resource::{Data, Node, Resource};
use super::schema::Shape;
use super::urn;
use crate::failure::{Failure, Result};
use check::Edit;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Add a value.
    Add,
    /// Remove a value.
    Remove,
    /// Replace a value.
    Replace,
}

/// The operations, by name.
pub const OPS: [(&str, Op); 3] = [("add", Op::Add), ("remove", Op::Remove), ("replace", Op::Replace)];

impl Op {
    /// The name on the wire: lower case, as the standard has it.
    pub fn name(self) -> &'static str {
        OPS.iter().find(|row| row.1 == self).map_or("replace", |row| row.0)
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// Where.
    pub path: Option<String>,
    /// The value.
    pub value: Option<Data>,
}

impl Operation {
    /// The JSON form, as it goes on the wire.
    pub fn to_json(&self) -> Data {
        let mut object = Resource::new();
        object.insert("op", self.op.name());
        object.extend(self.path.as_ref().map(|path| ("path", with_lower_case_words(path.trim()))));
        object.extend(self.value.as_ref().map(|value| ("value", value.clone())));
        Data::from(object)
    }

    /// Whether the operation may be sent again when its answer was lost: a second time changes nothing and is not refused,
    /// whatever the provider does with values that are there twice or with filters that match nothing. In doubt it is not.
    ///
    /// - replace and remove by a plain path are;
    /// - add is where the attribute is known to have one value, which it then replaces (section 3.5.2.1);
    /// - replace by a filter is while the filter still selects the same values afterwards;
    /// - without a path, lists count as not: some providers add to them.
    pub fn is_idempotent(&self, known: &AttributeTable) -> bool {
        match check::parse(std::slice::from_ref(self), known, "") {
            Ok(edits) => edits.iter().all(|edit| is_idempotent(edit, self.path.is_none())),
            Err(_) => false,
        }
    }
}

fn is_idempotent(edit: &Edit<'_>, pathless: bool) -> bool {
    let lists = |value: &Data| match value.node() {
        Node::List(_) => true,
        Node::Object(object) => object.values().any(Data::is_list),
        _ => false,
    };
    if pathless && edit.value.is_some_and(lists) {
        return false;
    }
    let single = edit.attribute.is_some_and(|attribute| !matches!(attribute.shape, Shape::Multiple(_)));
    match (edit.op, &edit.filter, &edit.sub, edit.value) {
        (Op::Add, None, _, Some(_)) => single,
        (Op::Remove, None, _, None) | (Op::Replace, None, _, _) => true,
        (Op::Replace, Some(filter), Some(sub), _) => {
            let mut selects_on_it = false;
            check::each_attribute(filter, &mut |path| selects_on_it |= path.name.eq_ignore_ascii_case(sub));
            !selects_on_it
        }
        (Op::Replace, Some(filter), None, Some(value)) => {
            selects(filter, value, edit.name.as_deref().unwrap_or_default())
        }
        _ => false,
    }
}

/// Whether a value filter selects a value of an attribute; a plain text is the `value` of one.
fn selects(filter: &Filter, value: &Data, attribute: &str) -> bool {
    filter.matches(&compare::element(value), &|path| attribute_table::is_case_exact(attribute, &path.name))
}

/// Where an operation changes something: an attribute, with its sub-attribute where values are not selected.
pub fn places(operation: &Operation) -> Vec<AttributePath> {
    match (&operation.path, operation.value.as_ref().map(Data::node)) {
        (Some(path), _) => path.trim().parse::<Path>().map(|path| path.attribute).into_iter().collect(),
        (None, Some(Node::Object(values))) => {
            let place = |name: &str| AttributePath { schema: None, name: name.to_owned(), sub: None };
            values.keys().map(place).collect()
        }
        (None, _) => Vec::new(),
    }
}

/// Checks operations, all problems at once, and writes the body of the request, names in the standard's spelling. `known` says what is known of the resource's
/// attributes, `pointer` where the operations stand in the input.
pub fn body(operations: &[Operation], known: &AttributeTable, pointer: &str) -> Result<Resource> {
    if operations.is_empty() {
        return Err(Failure::input(pointer, "operations: at least one operation is required"));
    }
    check::parse(operations, known, pointer)?;
    Ok(written(&operations.iter().map(|operation| spelled(operation, known)).collect::<Vec<_>>()))
}

/// The body of the request, unchecked: some providers want what the standard does not allow.
pub fn written(operations: &[Operation]) -> Resource {
    let mut body = Resource::new();
    body.insert("schemas", vec![urn::PATCH_OP]);
    body.insert("Operations", operations.iter().map(Operation::to_json).collect::<Data>());
    body
}
