//! Figures in the documentation: what a command measured stands between the markers that name the command, so that nobody
//! pastes it. Knows nothing of what is measured.

use std::fs;

use anyhow::{Context, Result};

use crate::shell;

const END: &str = "<!-- generated: end -->";

/// Puts `text` in the place of what `command` wrote last into a page of docs/.
pub fn write(page: &str, command: &str, text: &str) -> Result<()> {
    let path = shell::root().join("docs").join(page);
    let old = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let new = replaced(&old, command, text).with_context(|| format!("docs/{page} has no place for `{command}`"))?;
    fs::write(&path, new).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("docs/{page} has the figures");
    Ok(())
}

/// The page with `text` between the markers of `command`; none where it does not have them.
fn replaced(page: &str, command: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- generated: begin ({command}) -->\n");
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}{}\n{END}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_wrote_is_replaced_and_nothing_else() {
        let page = "a\n<!-- generated: begin (one) -->\n1\n<!-- generated: end -->\nb\n<!-- generated: begin (two) -->\n<!-- generated: end -->\nc\n";
        let two = replaced(page, "two", "| 2 |\n").unwrap();
        assert_eq!(two, page.replace("(two) -->\n", "(two) -->\n| 2 |\n"));
        assert_eq!(replaced(&two, "two", "| 2 |").unwrap(), two);
        assert!(replaced(page, "three", "").is_none());
    }

    #[test]
    fn every_page_has_its_places() {
        for (page, command) in [
            ("benchmarks.md", "cargo xtask bench"),
            ("benchmarks.md", "cargo xtask import"),
            ("faults.md", "cargo xtask faults"),
        ] {
            let text = fs::read_to_string(shell::root().join("docs").join(page)).unwrap();
            assert!(replaced(&text, command, "").is_some(), "{page}: {command}");
        }
    }
}
