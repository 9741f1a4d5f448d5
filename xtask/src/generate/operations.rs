//! The component's list of operations: what wit/ says of each. What each does, and to what, is written by hand beside it.

use std::fmt::Write;

use anyhow::Result;
use wit_parser::{PackageId, Resolve};

use super::contract::{COMMAND, camel, first_sentence, interface_name, operations};

/// The list as Rust.
pub fn render(resolve: &Resolve, package: PackageId) -> Result<String> {
    let mut rows = Vec::new();
    for (interface, functions) in operations(resolve, package)? {
        for function in functions {
            rows.push((interface_name(interface), function.name.as_str(), summary(&first_sentence(&function.docs))));
        }
    }
    let mut text = String::new();
    writeln!(text, "// Generated from wit/ by `{COMMAND}`; change wit/ and run it again.")?;
    writeln!(
        text,
        "//! The operations that wit/ declares, in the order of its world. Knows nothing of what they do.\n"
    )?;
    writeln!(text, "use super::Declaration;\n")?;
    writeln!(text, "/// An operation of the contract.")?;
    writeln!(text, "#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum Operation {{")?;
    for (_, name, summary) in &rows {
        writeln!(text, "/// {summary}\n{},", camel(name))?;
    }
    writeln!(text, "}}\n\nimpl Operation {{")?;
    writeln!(text, "/// Every operation.\npub const ALL: [Operation; {}] = [", rows.len())?;
    for (_, name, _) in &rows {
        writeln!(text, "Operation::{},", camel(name))?;
    }
    writeln!(
        text,
        "];\n\n/// What wit/ says of it.\npub const fn declaration(self) -> &'static Declaration {{\nmatch self {{"
    )?;
    for (interface, name, summary) in &rows {
        let variant = camel(name);
        let json = lower_first(&variant);
        writeln!(
            text,
            "Operation::{variant} => &Declaration {{ name: {json:?}, function: {name:?}, interface: {interface:?}, summary: {summary:?} }},"
        )?;
    }
    writeln!(text, "}}\n}}\n}}")?;
    Ok(text)
}

/// A sentence without the section it rests on, which a canvas shows apart.
fn summary(sentence: &str) -> String {
    match (sentence.find(" (RFC "), sentence.find(')')) {
        (Some(from), Some(to)) if from < to => {
            format!("{}{}", sentence.get(..from).unwrap_or_default(), sentence.get(to + 1..).unwrap_or_default())
        }
        _ => sentence.to_owned(),
    }
}

fn lower_first(text: &str) -> String {
    let (first, rest) = text.split_at(usize::from(!text.is_empty()));
    first.to_lowercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_a_row() {
        let (resolve, package) = super::super::contract::tests::package("");
        let text = render(&resolve, package).unwrap();
        let row = "Operation::ChangeItem => &Declaration { name: \"changeItem\", function: \"change-item\", interface: \"items\", summary: \"Changes an item: see `other-items`.\" },";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("pub const ALL: [Operation; 1]"), "{text}");
        assert!(!text.contains("OtherItems"), "{text}");
    }
}
