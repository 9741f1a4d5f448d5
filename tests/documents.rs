//! The Markdown files of the repository: examples are the files they name, and links lead somewhere. It knows Markdown as far
//! as these files use it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Text between these is a file of the repository, in a code block: `<!-- include: PATH -->` … `<!-- end -->`.
const INCLUDE: (&str, &str) = ("<!-- include: ", "<!-- end -->");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Markdown file outside of folders that are built or installed.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found
}

/// The lines outside of code blocks, without code within them.
fn prose(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            lines.push(line.split('`').step_by(2).collect::<Vec<_>>().join("``"));
        }
    }
    lines
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<String> {
    let targets = |line: &String| {
        let parts: Vec<String> =
            line.split("](").skip(1).filter_map(|part| Some(part.split_once(')')?.0.to_owned())).collect();
        parts
    };
    prose(text).iter().flat_map(targets).collect()
}

/// The anchors of a file's headings: lower case, words joined by hyphens, nothing else.
fn anchors(text: &str) -> HashSet<String> {
    let mut fenced = false;
    let mut anchors = HashSet::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let letters = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        let anchor: String =
            letters.flat_map(char::to_lowercase).map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        // The second heading of a name gets a number.
        let numbered = (1..).map(|number| format!("{anchor}-{number}")).find(|name| !anchors.contains(name)).unwrap();
        let free = if anchors.contains(&anchor) { numbered } else { anchor };
        anchors.insert(free);
    }
    anchors
}

/// The files that a text includes, each with the code block that stands for it.
fn includes(text: &str) -> Vec<(&str, &str)> {
    let included = |part: &'static str| text.split(part).skip(1);
    included(INCLUDE.0)
        .map(|part| {
            let (path, rest) = part.split_once(" -->\n").unwrap();
            let (block, _) = rest.split_once(INCLUDE.1).unwrap_or_else(|| panic!("{path}: no {}", INCLUDE.1));
            (path, block)
        })
        .collect()
}

#[test]
fn included_files_are_shown_as_they_are() {
    let mut shown = HashSet::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for (path, block) in includes(&text) {
            let file = fs::read_to_string(root().join(path)).unwrap();
            let language = Path::new(path).extension().unwrap().to_string_lossy();
            let expected = format!("```{language}\n{}\n```\n", file.trim_end());
            assert_eq!(block, expected, "{} shows another {path}", document.display());
            shown.insert(path.to_owned());
        }
    }
    for entry in fs::read_dir(root().join("tests/flows")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".yaml") {
            assert!(shown.contains(&format!("tests/flows/{name}")), "no document includes {name}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (path, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            let there = match anchor {
                None => target.exists(),
                Some(anchor) => fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor)),
            };
            if !there {
                wrong.push(format!("{}: {link}", document.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
    assert!(count > 100, "{count} links are too few: they are not found");
}

#[test]
fn every_decision_is_in_the_index() {
    let folder = root().join("docs/decisions");
    let index = fs::read_to_string(folder.join("README.md")).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let title = text.lines().next().unwrap().trim_start_matches("# ");
        if name != "README.md" {
            assert!(title.ends_with('?'), "the title of {name} is its question");
            assert!(index.contains(&format!("- [{title}]({name})\n")), "the index lacks {name}");
        }
    }
}

#[test]
fn anchors_are_those_of_rendered_headings() {
    let text = "# One, `two` & three\n```sh\n# no heading\n```\n## Same\n## Same\n#no heading\n";
    let expected = ["one-two--three", "same", "same-1"].map(str::to_owned);
    assert_eq!(anchors(text), HashSet::from(expected));
}

#[test]
fn code_holds_no_links() {
    let text = "[a](b.md#c) and `[d](e)`\n```\n[f](g)\n```\n![h](i.png)\n";
    assert_eq!(links(text), ["b.md#c", "i.png"]);
}
