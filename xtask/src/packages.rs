//! `cargo xtask packages`: which packages an embedder's `cargo add` of the host crate brings, and through which of its direct
//! dependencies. More than [`MOST`] fail.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

use crate::shell;

/// How many packages the host crate may bring, itself included.
const MOST: usize = 225;

/// Packages by name and version, each with those that it needs.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Prints the packages that the host crate brings by who brings them, and fails where they are too many.
pub fn command() -> Result<()> {
    let arguments = ["tree", "--package", "scim-connector-host", "--edges", "normal,build", "--prefix", "depth"];
    let (root, graph) = read(&shell::output("cargo", &arguments)?)?;
    let all = reached(&graph, &root, None);
    let mut rows: Vec<(&String, usize, usize)> = graph
        .get(&root)
        .into_iter()
        .flatten()
        .map(|direct| {
            let alone = all.len() - reached(&graph, &root, Some(direct)).len();
            (direct, alone, reached(&graph, direct, None).len())
        })
        .collect();
    rows.sort_by_key(|(name, alone, whole)| (std::cmp::Reverse((*alone, *whole)), *name));
    println!("{:>5}  {:>5}  dependency", "alone", "all");
    for (name, alone, whole) in &rows {
        println!("{alone:>5}  {whole:>5}  {name}");
    }
    let alone: usize = rows.iter().map(|(_, alone, _)| alone).sum();
    let total = all.len();
    println!("{total} packages: {root}, {alone} that one dependency alone brings, {} shared", total - alone - 1);
    ensure!(total <= MOST, "the host crate brings {total} packages; at most {MOST} are allowed");
    Ok(())
}

/// What `cargo tree --prefix depth` prints: the package whose tree it is, and the whole graph. What a package needs follows
/// its line where it stands first.
fn read(tree: &str) -> Result<(String, Graph)> {
    let mut graph = Graph::new();
    let mut above: Vec<String> = Vec::new();
    for line in tree.lines() {
        let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
        let (depth, package) = line.split_at(digits);
        let depth: usize = depth.parse().with_context(|| format!("`cargo tree` printed {line:?}"))?;
        let package = package.split(' ').take(2).collect::<Vec<_>>().join(" ");
        above.truncate(depth);
        graph.entry(package.clone()).or_default();
        if let Some(user) = above.last() {
            graph.entry(user.clone()).or_default().insert(package.clone());
        }
        above.push(package);
    }
    let root = above.into_iter().next().context("`cargo tree` printed nothing")?;
    Ok((root, graph))
}

/// The packages that one leads to, itself included, on ways that do not pass `without`.
fn reached<'a>(graph: &'a Graph, from: &'a str, without: Option<&str>) -> BTreeSet<&'a str> {
    let (mut found, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(package) = open.pop() {
        for next in graph.get(package).into_iter().flatten() {
            if Some(next.as_str()) != without && found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_brought_by_one_alone_or_shared() {
        let tree =
            "0host v1.0.0 (/host)\n1a v1.0.0\n2b v1.0.0\n3c v2.0.0 (proc-macro)\n1d v1.0.0\n2b v1.0.0 (*)\n2e v1.0.0\n";
        let (root, graph) = read(tree).unwrap();
        assert_eq!(root, "host v1.0.0");
        let all = reached(&graph, &root, None);
        assert_eq!(all, BTreeSet::from(["host v1.0.0", "a v1.0.0", "b v1.0.0", "c v2.0.0", "d v1.0.0", "e v1.0.0"]));
        let alone = |direct| all.len() - reached(&graph, &root, Some(direct)).len();
        assert_eq!((alone("a v1.0.0"), alone("d v1.0.0")), (1, 2));
        assert!(read("scim-connector-host v0.2.0").is_err());
    }
}
