//! Which fields and cases the host's records have, as the rows of its macro `held!`.

use std::fmt::Write;

use anyhow::{Context, Result};
use wit_parser::{PackageId, Resolve, Type, TypeDefKind, TypeId};

use super::contract::{COMMAND, camel, operations, snake};
use super::records::is_open;

/// The rows as Rust.
pub fn render(resolve: &Resolve, package: PackageId) -> Result<String> {
    let mut found = Vec::new();
    for (_, functions) in operations(resolve, package)? {
        for function in functions {
            // The connection is known before any call.
            let parameters = function.params.iter().skip(1).map(|param| param.ty);
            let ok = function.result.and_then(|ty| match kind(resolve, ty) {
                Some(TypeDefKind::Result(result)) => result.ok,
                _ => None,
            });
            parameters.chain(ok).for_each(|ty| reach(resolve, ty, &mut found));
        }
    }
    let mut rows = Vec::new();
    for id in found {
        let def = resolve.types.get(id).context("no such type")?;
        let name = camel(def.name.as_deref().context("a type without a name")?);
        let row = match &def.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter().map(|field| field_name(&field.name));
                format!("record {name} {{ {} }}", numbered(fields))
            }
            TypeDefKind::Enum(cases) => {
                format!("names {name} {{ {} }}", numbered(cases.cases.iter().map(|case| camel(&case.name))))
            }
            TypeDefKind::Variant(variant) => {
                let word = if is_open(variant) { "open" } else { "cases" };
                let cases = variant.cases.iter().filter(|case| word == "cases" || case.ty.is_none());
                format!("{word} {name} {{ {} }}", numbered(cases.map(|case| camel(&case.name))))
            }
            _ => continue,
        };
        rows.push((name, row));
    }
    rows.sort();
    let mut out = String::new();
    writeln!(out, "// Generated from wit/ by `{COMMAND}`; change wit/ and run it again.")?;
    writeln!(out, "//! The records of the typed functions, and what each is made of.\n")?;
    let names: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    writeln!(
        out,
        "use super::values::{{Given, Made, held}};\nuse crate::types::{{{}}};\n\nheld! {{",
        names.join(", ")
    )?;
    rows.iter().try_for_each(|row| writeln!(out, "    {}", row.1))?;
    writeln!(out, "}}")?;
    Ok(out)
}

/// Names with their places.
fn numbered(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.enumerate().map(|(index, name)| format!("{index} {name}")).collect();
    names.join(" ")
}

/// A field's name; `type` and `ref` are words of Rust.
fn field_name(name: &str) -> String {
    if matches!(name, "type" | "ref") { format!("{name}_") } else { snake(name) }
}

fn kind(resolve: &Resolve, ty: Type) -> Option<&TypeDefKind> {
    match ty {
        Type::Id(id) => resolve.types.get(id).map(|def| &def.kind),
        _ => None,
    }
}

/// Adds the named types that a type is made of, however deep, each once.
fn reach(resolve: &Resolve, ty: Type, found: &mut Vec<TypeId>) {
    let Type::Id(id) = ty else { return };
    let inner: Vec<Type> = match kind(resolve, ty) {
        Some(TypeDefKind::Type(inner) | TypeDefKind::Option(inner) | TypeDefKind::List(inner)) => vec![*inner],
        Some(TypeDefKind::Record(record)) => record.fields.iter().map(|field| field.ty).collect(),
        Some(TypeDefKind::Variant(variant)) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        Some(TypeDefKind::Enum(_)) => Vec::new(),
        _ => return,
    };
    let named =
        matches!(kind(resolve, ty), Some(TypeDefKind::Record(_) | TypeDefKind::Variant(_) | TypeDefKind::Enum(_)));
    if named {
        if found.contains(&id) {
            return;
        }
        found.push(id);
    }
    inner.into_iter().for_each(|ty| reach(resolve, ty, found));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_has_a_row() {
        let (resolve, package) = super::super::contract::tests::package("");
        let text = render(&resolve, package).unwrap();
        assert!(text.contains("use crate::types::{Item};") && text.contains("    record Item { 0 id }"), "{text}");
        assert!(!text.contains("Connection"), "{text}");
    }
}
