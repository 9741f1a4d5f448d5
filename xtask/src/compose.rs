//! Puts components together: what one exports goes to those after it that import it, the rest is imported and exported by the
//! whole. Knows nothing of what the parts do.

use anyhow::{Context, Result};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

/// Interfaces between the parts, which the whole does not show.
const BETWEEN_PARTS: &str = "scim:connector-parts/";

/// A component to be put together with others.
pub struct Part<'a> {
    /// What it is called in messages.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Composes parts, each after those that it uses.
pub fn compose(parts: &[Part<'_>]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut offered = Vec::new();
    for part in parts {
        let name = format!("part:{}", part.name);
        let package = Package::from_bytes(&name, None, part.bytes, graph.types_mut())
            .with_context(|| format!("{} is no component", part.name))?;
        let package = graph.register_package(package)?;
        let world = &graph.types()[graph[package].ty()];
        let imports: Vec<String> = world.imports.keys().cloned().collect();
        let exports: Vec<String> = world.exports.keys().cloned().collect();
        let instance = graph.instantiate(package);
        for import in imports {
            if let Some((_, export)) = offered.iter().find(|(name, _)| *name == import) {
                graph
                    .set_instantiation_argument(instance, &import, *export)
                    .with_context(|| format!("{}: {import} does not fit", part.name))?;
            }
        }
        for export in exports {
            let alias = graph.alias_instance_export(instance, &export)?;
            if !export.starts_with(BETWEEN_PARTS) {
                graph.export(alias, &export)?;
            }
            offered.push((export, alias));
        }
    }
    graph.encode(EncodeOptions::default()).context("the parts cannot be put together")
}
