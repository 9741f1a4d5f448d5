//! `cargo xtask generate`: the files that say again, in another language, what wit/ says, and the table of Unicode's normal forms. It owns
//! which files these are, and that they are up to date; each has a module that renders it.

mod adapter;
mod client;
mod contract;
mod held;
mod operations;
mod records;
mod reference;
mod types;
mod unicode;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use wit_parser::{PackageId, Resolve};

use crate::shell;
use contract::COMMAND;

/// Renders a file from a package of WIT.
type Render = fn(&Resolve, PackageId) -> Result<String>;

/// The generated files, below the project's root.
const FILES: [(&str, Render); 6] = [
    ("adapters/typed/src/exports.rs", adapter::render),
    ("crates/records/src/contract.rs", records::render),
    ("docs/reference.md", reference::render),
    ("host/src/client/typed/operations.rs", client::render),
    ("host/src/client/typed/rows.rs", held::render),
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
    fs::write(shell::root().join(unicode::FILE), unicode::table())?;
    println!("wrote {}", unicode::FILE);
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
    if fs::read(shell::root().join(unicode::FILE))? != unicode::table() {
        bail!("{} is of another version of Unicode; run `{COMMAND}` and commit the file", unicode::FILE);
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

#[cfg(test)]
mod tests {
    use super::contract::tests::package;
    use super::*;

    #[test]
    fn a_rule_between_sections_is_refused() {
        refuse_rules(&package("").0).unwrap();
        let error = refuse_rules(&package("// ---------- items").0).unwrap_err().to_string();
        assert!(error.contains("`change-item`"), "{error}");
    }
}
