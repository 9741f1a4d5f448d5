//! What the renderers ask of a package of WIT: its interfaces and operations in order, their names in Rust.

use anyhow::{Context, Result};
use wit_parser::{Docs, Function, Interface, Package, PackageId, Resolve, WorldItem};

use super::types;

/// The command that brings the files up to date.
pub(super) const COMMAND: &str = "cargo xtask generate";

/// The interfaces: first what others rest on, then the exports in the order of wit/world.wit.
pub(super) fn reading_order<'a>(resolve: &'a Resolve, package: &Package) -> Result<Vec<&'a Interface>> {
    let mut ids = Vec::new();
    for world in package.worlds.values().filter_map(|world| resolve.worlds.get(*world)) {
        for item in world.imports.values().chain(world.exports.values()) {
            if let WorldItem::Interface { id, .. } = item
                && !ids.contains(id)
            {
                ids.push(*id);
            }
        }
    }
    for id in package.interfaces.values() {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    ids.into_iter().map(|id| resolve.interfaces.get(id).context("no such interface")).collect()
}

/// The interfaces with operations, each with its operations: functions whose first parameter is a connection's record.
pub(super) fn operations(resolve: &Resolve, package: PackageId) -> Result<Vec<(&Interface, Vec<&Function>)>> {
    let package = resolve.packages.get(package).context("no such package")?;
    let mut found = Vec::new();
    for interface in reading_order(resolve, package)? {
        let mut functions = Vec::new();
        for function in interface.functions.values() {
            if let Some(first) = function.params.first()
                && first.name == "connection"
                && types::text(resolve, first.ty)? == "connection"
            {
                functions.push(function);
            }
        }
        if !functions.is_empty() {
            found.push((interface, functions));
        }
    }
    Ok(found)
}

pub(super) fn interface_name(interface: &Interface) -> &str {
    interface.name.as_deref().unwrap_or("(unnamed)")
}

/// What fits in a list of contents.
pub(super) fn first_sentence(docs: &Docs) -> String {
    let text = docs.contents.as_deref().unwrap_or_default().replace('\n', " ");
    match text.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => text,
    }
}

/// A kebab-case name in snake_case, as Rust has it.
pub(super) fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A kebab-case name in CamelCase, as Rust's types have it.
pub(super) fn camel(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(usize::from(!word.is_empty()));
            first.to_uppercase() + rest
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A package with one operation, and `lines` before it.
    pub fn package(lines: &str) -> (Resolve, PackageId) {
        let mut resolve = Resolve::default();
        let text = format!(
            "package a:b;
            interface types {{ record connection {{ url: string }} record item {{ id: string }} type json = string; }}
            /// Items.
            interface items {{
                use types.{{connection, item, json}};
                {lines}
                /// Changes an item (RFC 1 section 2): see `other-items`. More
                /// about `not-found` of it.
                change-item: func(connection: connection, id: string, new: item, old: option<item>, texts: list<json>) -> result<option<item>, string>;
                /// No operation.
                other-items: func() -> result<list<item>, string>;
            }}
            world w {{ export items; }}"
        );
        let package = resolve.push_source("x.wit", &text).unwrap();
        (resolve, package)
    }

    #[test]
    fn names_in_rust() {
        assert_eq!((snake("get-me"), camel("get-me")), ("get_me".to_owned(), "GetMe".to_owned()));
    }
}
