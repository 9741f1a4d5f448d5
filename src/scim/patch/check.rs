//! Reads operations into edits, one for each attribute they name, and finds everything wrong with them on the way.
//!
//! What is known of an attribute is checked; what is not known passes, unless it looks like something known misspelt.

use super::super::filter::Filter;
use super::super::path::{AttributePath, Path};
use super::super::resource::{Data, is_urn};
use super::super::schema::{self, Attribute, Shape};
use super::attribute_table::{self, AttributeTable};
use super::{Op, Operation};
use crate::failure::{Failure, Problem, Result};
use crate::naming::{deeper, suggestion};

/// One change of one attribute.
pub(super) struct Edit<'a> {
    /// What to do.
    pub op: Op,
    /// URN of the extension it belongs to.
    pub schema: Option<String>,
    /// Name of the attribute, as the tables spell it; none for the extension as a whole.
    pub name: Option<String>,
    /// Which values of the attribute.
    pub filter: Option<Filter>,
    /// Which sub-attribute.
    pub sub: Option<String>,
    /// The value.
    pub value: Option<&'a Data>,
    /// What is known of the attribute.
    pub attribute: Option<&'static Attribute>,
    /// Where in the input its path stands.
    pub pointer: String,
}

/// Reads operations; fails with every problem there is.
pub(super) fn parse<'a>(operations: &'a [Operation], known: &AttributeTable, pointer: &str) -> Result<Vec<Edit<'a>>> {
    let mut check = Check { known, edits: Vec::new(), problems: Vec::new() };
    for (index, operation) in operations.iter().enumerate() {
        check.operation(operation, &format!("{pointer}/{index}"));
    }
    Failure::of_problems(check.problems)?;
    Ok(check.edits)
}

/// Every attribute a filter speaks of.
pub(super) fn each_attribute(filter: &Filter, visit: &mut dyn FnMut(&AttributePath)) {
    match filter {
        Filter::Compare { attribute, .. } | Filter::Present(attribute) => visit(attribute),
        Filter::And(filters) | Filter::Or(filters) => filters.iter().for_each(|filter| each_attribute(filter, visit)),
        Filter::Not(filter) => each_attribute(filter, visit),
        Filter::ValuePath { attribute, filter } => {
            visit(attribute);
            each_attribute(filter, visit);
        }
    }
}

struct Check<'a, 'k> {
    known: &'k AttributeTable,
    edits: Vec<Edit<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a, '_> {
    fn problem(&mut self, pointer: &str, detail: impl Into<String>) {
        self.problems.push(Problem { pointer: pointer.to_owned(), detail: detail.into() });
    }

    fn operation(&mut self, operation: &'a Operation, pointer: &str) {
        let (at_path, at_value) = (format!("{pointer}/path"), format!("{pointer}/value"));
        let op = operation.op;
        let path = operation.path.as_deref().map(str::trim);
        if op != Op::Remove && operation.value.is_none() {
            self.problem(&at_value, format!("is required to {}", op.name()));
        }
        match (path, operation.value.as_ref()) {
            (Some(""), _) => self.problem(&at_path, "must not be empty; leave it out to mean the whole resource"),
            (Some(path), value) => match path.parse::<Path>() {
                Ok(path) => {
                    let edit = self.edit(op, path, value, at_path);
                    self.check(edit, &at_value, true);
                }
                Err(error) => self.problem(&at_path, error.to_string()),
            },
            (None, _) if op == Op::Remove => {
                self.problem(&at_path, "is required to remove (RFC 7644 section 3.5.2.2)");
            }
            (None, Some(values)) if let Some(values) = values.as_object() => {
                for (name, value) in values.iter() {
                    let at = deeper(&at_value, name);
                    let edit = self.named(op, name, value, at.clone());
                    self.check(edit, &at, false);
                }
            }
            (None, Some(_)) => self.problem(&at_value, "must be an object of attributes when there is no path"),
            (None, None) => {}
        }
    }

    /// The edit of a path. A URN that the tables know as a schema is the whole extension, though it reads like an attribute of a
    /// shorter URN.
    fn edit(&self, op: Op, path: Path, value: Option<&'a Data>, pointer: String) -> Edit<'a> {
        let Path { attribute: AttributePath { schema, name, sub }, filter, sub: after } = path;
        let whole = schema.as_ref().map(|schema| format!("{schema}:{name}"));
        if let Some(row) = whole.and_then(|urn| self.known.extension(&urn)) {
            return whole_extension(op, row.0, value, pointer);
        }
        let schema = schema.filter(|schema| !self.known.is_core(schema));
        let schema = schema.map(|urn| self.known.extension(&urn).map_or(urn, |row| row.0.to_owned()));
        let attribute = attribute_table::find(self.known.table(schema.as_deref()), &name);
        let name = attribute.map_or(name, |attribute| attribute.name.to_owned());
        Edit { op, schema, name: Some(name), filter, sub: sub.or(after), value, attribute, pointer }
    }

    /// The edit of a member of a value without a path. Some write paths there; what is no path is a name as it stands.
    fn named(&self, op: Op, name: &str, value: &'a Data, pointer: String) -> Edit<'a> {
        let is_known =
            |row: &(&str, &[Attribute])| name.get(..row.0.len()).is_some_and(|head| head.eq_ignore_ascii_case(row.0));
        if is_urn(name) && value.is_object() && !self.known.extensions.iter().any(is_known) {
            return whole_extension(op, name, Some(value), pointer);
        }
        let path = name.parse::<Path>().unwrap_or_else(|_| Path {
            attribute: AttributePath { schema: None, name: name.to_owned(), sub: None },
            filter: None,
            sub: None,
        });
        self.edit(op, path, Some(value), pointer)
    }

    /// Checks an edit and keeps it; `by_path` tells it from a member of a value without a path.
    fn check(&mut self, edit: Edit<'a>, at_value: &str, by_path: bool) {
        let table = self.known.table(edit.schema.as_deref());
        let written = edit.value.filter(|_| edit.op != Op::Remove);
        match (&edit.name, edit.attribute) {
            (None, _) if edit.schema.as_deref().is_some_and(|urn| self.known.is_core(urn)) => {
                self.problem(&edit.pointer, "is the schema of the resource itself; name its attributes");
            }
            (None, _) => match written {
                Some(value) if let Some(extension) = value.as_object() => {
                    schema::check(extension, table, at_value, &mut self.problems)
                }
                Some(other) if !other.is_null() => {
                    self.problem(at_value, format!("expected an object of attributes, found {}", other.type_name()));
                }
                _ => {}
            },
            // Some clients write the whole resource; providers ignore what is theirs (RFC 7644 section 3.5.1).
            (_, Some(attribute)) if attribute.read_only && !by_path => return,
            (_, Some(attribute)) if attribute.read_only => {
                let hint = if attribute.name == "groups" { "; change the group's members instead" } else { "" };
                self.problem(&edit.pointer, format!("{:?} is set by the provider alone{hint}", attribute.name));
            }
            (_, Some(attribute)) => self.attribute(&edit, attribute, written, at_value),
            (Some(name), None) if edit.schema.is_none() && name.eq_ignore_ascii_case("schemas") => {
                if edit.op == Op::Remove {
                    self.problem(&edit.pointer, "\"schemas\" cannot be removed: every resource has them");
                }
            }
            (Some(name), None) => self.spelling("attribute", name, table, &edit.pointer),
        }
        self.edits.push(edit);
    }

    /// A known attribute: its filter, its sub-attribute, its value.
    fn attribute(&mut self, edit: &Edit<'_>, attribute: &'static Attribute, value: Option<&Data>, at_value: &str) {
        let name = attribute.name;
        let parts = attribute.parts();
        let multiple = matches!(attribute.shape, Shape::Multiple(_));
        if edit.filter.is_some() && !multiple {
            return self.problem(
                &edit.pointer,
                format!("{name:?} has one value, a filter cannot select among them; write {name:?}"),
            );
        }
        if let (Some(filter), Some(parts)) = (&edit.filter, parts) {
            each_attribute(filter, &mut |path| self.spelling("sub-attribute", &path.name, parts, &edit.pointer));
        }
        let shape = match (&edit.sub, parts) {
            (Some(sub), None) => {
                return self.problem(&edit.pointer, format!("{name:?} has no sub-attributes, so not {sub:?} either"));
            }
            (Some(sub), Some(parts)) => match attribute_table::find(parts, sub) {
                Some(part) if part.read_only => {
                    return self
                        .problem(&edit.pointer, format!("\"{name}.{}\" is set by the provider alone", part.name));
                }
                Some(part) => part.shape,
                None => return self.spelling("sub-attribute", sub, parts, &edit.pointer),
            },
            (None, Some(parts)) if edit.filter.is_some() => Shape::Complex(parts),
            (None, _) => attribute.shape,
        };
        let Some(value) = value else { return };
        schema::check_value(value, shape, schema::Place::Of(at_value, name), &mut self.problems);
        let primaries = value.as_list().into_iter().flatten().filter(|item| super::compare::is_primary(item)).count();
        if primaries > 1 {
            self.problem(at_value, "more than one value is primary; at most one may be (RFC 7643 section 2.4)");
        }
    }

    fn spelling(&mut self, what: &str, name: &str, table: &[Attribute], pointer: &str) {
        if table.iter().any(|attribute| attribute.name.eq_ignore_ascii_case(name)) {
            return;
        }
        let names: Vec<&str> = table.iter().map(|attribute| attribute.name).collect();
        let hint = suggestion(name, &names);
        if !hint.is_empty() {
            self.problem(pointer, format!("unknown {what} {name:?}{hint}"));
        }
    }
}

fn whole_extension<'a>(op: Op, urn: &str, value: Option<&'a Data>, pointer: String) -> Edit<'a> {
    Edit { op, schema: Some(urn.to_owned()), name: None, filter: None, sub: None, value, attribute: None, pointer }
}
