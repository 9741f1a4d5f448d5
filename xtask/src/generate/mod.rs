//! `cargo xtask generate`: the files that say again, in another language, what wit/ says. It owns which files these are, and
//! that they are up to date; each has a module that renders it.

mod client;
mod operations;
mod reference;
mod types;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use wit_parser::{Docs, Function, Interface, Package, PackageId, Resolve, WorldItem};

use crate::shell;

/// The command that brings the files up to date.
const COMMAND: &str = "cargo xtask generate";

/// Renders a file from a package of WIT.
type Render = fn(&Resolve, PackageId) -> Result<String>;

/// The generated files, below the project's root.
const FILES: [(&str, Render); 3] = [
    ("docs/reference.md", reference::render),
    ("host/src/client/typed/operations.rs", client::render),
    ("src/contract/operations.rs", operations::render),
];

/// `cargo xtask generate`.
pub fn write() -> Result<()> {
    for (name, wanted) in current()? {
        let path = shell::root().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, wanted).with_context(|| format!("cannot write {name}"))?;
        println!("wrote {name}");
    }
    Ok(())
}

/// `cargo xtask generate --check`.
pub fn check() -> Result<()> {
    for (name, wanted) in current()? {
        let there = fs::read_to_string(shell::root().join(name))
            .with_context(|| format!("cannot read {name}; run `{COMMAND}`"))?;
        // A checkout may have turned the line ends.
        let there = there.replace("\r\n", "\n");
        if there != wanted {
            let line = there.lines().zip(wanted.lines()).take_while(|(a, b)| a == b).count() + 1;
            bail!("{name} is not what wit/ says, from line {line} on; run `{COMMAND}` and commit the file");
        }
        println!("{name} is what wit/ says");
    }
    Ok(())
}

/// The files as wit/ has them now.
fn current() -> Result<Vec<(&'static str, String)>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(shell::root().join("wit"))?;
    refuse_rules(&resolve)?;
    FILES
        .into_iter()
        .map(|(name, render)| {
            let text = render(&resolve, package)?;
            Ok((name, if name.ends_with(".rs") { formatted(&text)? } else { text }))
        })
        .collect()
}

/// Refuses a comment of hyphens before an item: WIT makes every comment there the item's documentation, so that a rule
/// between sections would stand in the documentation of every binding.
fn refuse_rules(resolve: &Resolve) -> Result<()> {
    let types = resolve.types.iter().map(|(_, def)| (def.name.as_deref().unwrap_or_default(), &def.docs));
    let interfaces = resolve.interfaces.iter().map(|(_, interface)| interface);
    let functions = interfaces.flat_map(|it| it.functions.values()).map(|it| (it.name.as_str(), &it.docs));
    for (name, docs) in types.chain(functions) {
        if docs.contents.iter().any(|text| text.lines().any(|line| line.trim_start().starts_with("---"))) {
            bail!("the documentation of `{name}` has a rule of hyphens; leave such comments out of wit/");
        }
    }
    Ok(())
}

/// Rust source as `cargo fmt` leaves it.
fn formatted(source: &str) -> Result<String> {
    let mut child = shell::command("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start rustfmt; it comes with `rustup component add rustfmt`")?;
    child.stdin.take().context("rustfmt has no input")?.write_all(source.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("rustfmt refused what was generated: {}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The interfaces: first what others rest on, then the exports in the order of wit/world.wit.
fn reading_order<'a>(resolve: &'a Resolve, package: &Package) -> Result<Vec<&'a Interface>> {
    let mut ids = Vec::new();
    for world in package.worlds.values().filter_map(|world| resolve.worlds.get(*world)) {
        for item in world.imports.values().chain(world.exports.values()) {
            if let WorldItem::Interface { id, .. } = item {
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
fn operations(resolve: &Resolve, package: PackageId) -> Result<Vec<(&Interface, Vec<&Function>)>> {
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

fn interface_name(interface: &Interface) -> &str {
    interface.name.as_deref().unwrap_or("(unnamed)")
}

/// What fits in a list of contents.
fn first_sentence(docs: &Docs) -> String {
    let text = docs.contents.as_deref().unwrap_or_default().replace('\n', " ");
    match text.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => text,
    }
}

/// A kebab-case name in snake_case, as Rust has it.
fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A kebab-case name in CamelCase, as Rust's types have it.
fn camel(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(usize::from(!word.is_empty()));
            first.to_uppercase() + rest
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package with one operation, and `lines` before it.
    pub(super) fn package(lines: &str) -> (Resolve, PackageId) {
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
    fn a_rule_between_sections_is_refused() {
        refuse_rules(&package("").0).unwrap();
        let error = refuse_rules(&package("// ---------- items").0).unwrap_err().to_string();
        assert!(error.contains("`change-item`"), "{error}");
    }

    #[test]
    fn names_in_rust() {
        assert_eq!((snake("get-me"), camel("get-me")), ("get_me".to_owned(), "GetMe".to_owned()));
    }
}
