//! The functions that the adapter for typed calls exports: each by the name that the canonical ABI gives it, with its shape.

use std::fmt::Write;

use anyhow::{Context, Result};
use wit_parser::{PackageId, Resolve};

use super::contract::{COMMAND, interface_name, operations, snake};
use super::records::constant;

/// The rows as Rust: one invocation of the macro `functions!`, which stands in the module around it.
pub fn render(resolve: &Resolve, package: PackageId) -> Result<String> {
    let name = &resolve.packages.get(package).context("no such package")?.name;
    let version = name.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    let mut out = String::new();
    writeln!(out, "// Generated from wit/ by `{COMMAND}`; change wit/ and run it again.")?;
    writeln!(out, "//! The typed functions of the contract, by the names of their exports.\n\nfunctions! {{")?;
    for (interface, functions) in operations(resolve, package)? {
        for function in functions {
            let (own, shape) = (snake(&function.name), constant(&function.name));
            let export =
                format!("{}:{}/{}{version}#{}", name.namespace, name.name, interface_name(interface), function.name);
            writeln!(out, "    {own} = {shape}: {export:?}, {:?};", format!("cabi_post_{export}"))?;
        }
    }
    writeln!(out, "}}")?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_its_names() {
        let (resolve, package) = super::super::contract::tests::package("");
        let row = "change_item = CHANGE_ITEM: \"a:b/items#change-item\", \"cabi_post_a:b/items#change-item\";";
        let text = render(&resolve, package).unwrap();
        assert!(text.contains(row) && !text.contains("other_items"), "{text}");
    }
}
