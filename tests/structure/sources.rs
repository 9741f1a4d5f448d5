//! The files of a crate, which of them name which, and the circles among them. Reads paths in the code, and compiles nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Files or modules by their path below the crate, each with those that it names. The crate's own is the empty path.
pub type Uses = BTreeMap<String, BTreeSet<String>>;

/// The code of each file by its module's path, without comments and tests.
pub fn code(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(folder, &mut Vec::new(), &mut found);
    found
}

fn collect(folder: &Path, above: &mut Vec<String>, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            above.push(name);
            collect(&path, above, found);
            above.pop();
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let text = without_tests(&text);
            let code: Vec<String> = text.lines().map(without_text).collect();
            let own = (!["mod", "lib", "main"].contains(&name.as_str())).then_some(name);
            let module: Vec<String> = above.iter().cloned().chain(own).collect();
            found.entry(module.join("::")).or_default().push_str(&code.join("\n"));
        }
    }
}

/// A line of code without comments and texts.
fn without_text(line: &str) -> String {
    let line = line.split("//").next().unwrap_or_default().replace("'\"'", "").replace("\\\"", "");
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

/// The text up to its tests.
fn without_tests(text: &str) -> &str {
    let is_tests = |at: &usize| text[*at..].lines().nth(1).is_some_and(|line| line.ends_with("mod tests {"));
    text.match_indices("#[cfg(test)]").map(|(at, _)| at).find(is_tests).map_or(text, |at| &text[..at])
}

/// Which files name which. A folder's own file (`mod.rs`) may name the files of the folder by their names alone: it puts them
/// together. That is a use of them only where it is more than making them public.
pub fn files(code: &BTreeMap<String, String>) -> Uses {
    let uses = |(module, text): (&String, &String)| {
        let own: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
        let mut named: BTreeSet<String> = paths(text)
            .iter()
            .filter_map(|path| {
                let (mut base, mut rest) = (own.clone(), path.as_slice());
                match rest.first().map(String::as_str) {
                    Some("crate") => base.clear(),
                    Some("super") => {}
                    _ => return None,
                }
                rest = if base.is_empty() && rest.first().is_some_and(|first| first == "crate") {
                    &rest[1..]
                } else {
                    rest
                };
                while rest.first().is_some_and(|part| part == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
                let full: Vec<&str> = base.into_iter().chain(rest.iter().map(String::as_str)).collect();
                (1..=full.len()).rev().map(|length| full[..length].join("::")).find(|module| code.contains_key(module))
            })
            .collect();
        let private: Vec<&str> = text.split(';').filter(|statement| !is_public_use(statement)).collect();
        named.extend(code.keys().filter(|child| is_child(child, module)).filter_map(|child| {
            let name = format!("{}::", child.rsplit("::").next().unwrap_or_default());
            private.iter().any(|text| names(text, &name)).then(|| child.clone())
        }));
        named.remove(module);
        (module.clone(), named)
    };
    code.iter().map(uses).collect()
}

fn is_child(module: &str, of: &str) -> bool {
    module.rsplit_once("::").map_or("", |(above, _)| above) == of && module != of
}

fn is_public_use(statement: &str) -> bool {
    statement.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("pub use ") || line.starts_with("pub(") && line.contains(") use ")
    })
}

/// Whether a path begins with `name` somewhere in the text.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(|before: char| before.is_alphanumeric() || ['_', ':', '.'].contains(&before))
    })
}

/// The top-level modules, each with the others that its files name.
pub fn modules(files: &Uses) -> Uses {
    let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut modules = Uses::new();
    for (file, named) in files.iter().filter(|(file, _)| !file.is_empty()) {
        let others = named.iter().map(|other| top(other)).filter(|other| *other != top(file) && !other.is_empty());
        modules.entry(top(file)).or_default().extend(others);
    }
    modules
}

/// Every path in the code that begins with `crate` or `super`, with its parts; a list in braces is a path for each of its entries.
fn paths(text: &str) -> Vec<Vec<String>> {
    let starts = ["crate::", "super::"].into_iter().flat_map(|start| text.match_indices(start));
    let begins =
        |at: &usize| !text[..*at].ends_with(|before: char| before.is_alphanumeric() || ['_', ':'].contains(&before));
    starts.map(|(at, _)| at).filter(begins).flat_map(|at| tree(&text[at..]).0).collect()
}

/// The paths at the beginning of the text, and what follows them.
fn tree(text: &str) -> (Vec<Vec<String>>, &str) {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    loop {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end > 0 {
            parts.push(rest[..end].to_owned());
            rest = &rest[end..];
            match rest.strip_prefix("::") {
                Some(more) => rest = more.trim_start(),
                None => return (vec![parts], rest),
            }
        } else if let Some(list) = rest.strip_prefix('{') {
            let (mut found, mut rest) = (Vec::new(), list);
            loop {
                rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
                match rest.chars().next() {
                    Some('*') => rest = &rest[1..],
                    Some(c) if c.is_alphanumeric() || c == '_' => {
                        let (inner, after) = tree(rest);
                        found.extend(inner.into_iter().map(|inner| parts.iter().cloned().chain(inner).collect()));
                        // What it is called here is nothing that it names.
                        rest = after.trim_start();
                        rest =
                            rest.strip_prefix("as ").map_or(rest, |name| &name[name.find([',', '}']).unwrap_or(0)..]);
                    }
                    _ => return (found, rest.strip_prefix('}').unwrap_or(rest)),
                }
            }
        } else {
            return (vec![parts], rest);
        }
    }
}

/// The sets that reach each other.
pub fn circles(uses: &Uses) -> Vec<BTreeSet<String>> {
    let reached = |from: &str| {
        let mut reached = BTreeSet::new();
        let mut open = vec![from.to_owned()];
        while let Some(module) = open.pop() {
            for next in uses.get(&module).into_iter().flatten() {
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        reached
    };
    let all: BTreeMap<&String, BTreeSet<String>> = uses.keys().map(|module| (module, reached(module))).collect();
    let circle = |module: &String| {
        let members = all[module].iter().filter(|other| all.get(*other).is_some_and(|from| from.contains(module)));
        members.cloned().collect::<BTreeSet<String>>()
    };
    let mut found: Vec<BTreeSet<String>> = uses.keys().map(circle).filter(|members| members.len() > 1).collect();
    found.sort();
    found.dedup();
    found
}
