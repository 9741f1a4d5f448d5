//! docs/reference.md: the contract for people who do not read WIT. Knows the shape of WIT and nothing of what this
//! package's types mean.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use wit_parser::{Docs, Function, Interface, PackageId, Resolve, Stability, Type, TypeDef, TypeDefKind, TypeId};

use super::contract::{COMMAND, first_sentence, interface_name, reading_order};
use super::types;

/// Longest signature printed on one line.
const LINE: usize = 100;

/// The reference of a package, as Markdown.
pub fn render(resolve: &Resolve, package: PackageId) -> Result<String> {
    let package = resolve.packages.get(package).context("no such package")?;
    let mut page = Page { resolve, anchors: BTreeMap::new(), text: String::new() };
    let interfaces = reading_order(resolve, package)?;
    page.collect_anchors(&interfaces)?;

    writeln!(page.text, "<!-- Generated from wit/ by `{COMMAND}`; change wit/ and run it again. -->\n")?;
    writeln!(page.text, "# {}\n", package.name)?;
    page.docs(&package.docs)?;
    for (name, world) in &package.worlds {
        if let Some(world) = resolve.worlds.get(*world) {
            writeln!(page.text, "## World {name}\n")?;
            page.docs(&world.docs)?;
        }
    }
    page.contents(&interfaces)?;
    for interface in interfaces {
        page.interface(interface)?;
    }
    Ok(format!("{}\n", page.text.trim_end()))
}

/// A page being written.
struct Page<'a> {
    resolve: &'a Resolve,
    /// Where each type's section is.
    anchors: BTreeMap<TypeId, String>,
    text: String,
}

impl<'a> Page<'a> {
    /// Gives every type its place, and makes sure that no two sections have the same heading.
    fn collect_anchors(&mut self, interfaces: &[&Interface]) -> Result<()> {
        let mut headings = BTreeSet::new();
        for interface in interfaces {
            let functions = interface.functions.keys().map(|name| (None, heading("Function", name)));
            let types =
                self.own_types(interface).map(|(id, name, def)| (Some(id), heading(type_word(&def.kind), name)));
            for (id, heading) in functions.chain(types).collect::<Vec<_>>() {
                if !headings.insert(heading.clone()) {
                    bail!("two items of wit/ would have the heading `{heading}`; give one of them another name");
                }
                if let Some(id) = id {
                    self.anchors.insert(id, anchor(&heading));
                }
            }
        }
        Ok(())
    }

    /// The types an interface declares, without those it uses from elsewhere.
    fn own_types<'b>(
        &self,
        interface: &'b Interface,
    ) -> impl Iterator<Item = (TypeId, &'b str, &'a TypeDef)> + use<'a, 'b> {
        let resolve = self.resolve;
        interface.types.iter().filter_map(move |(name, id)| {
            let def = resolve.types.get(*id)?;
            (!types::is_use(resolve, def)).then_some((*id, name.as_str(), def))
        })
    }

    fn contents(&mut self, interfaces: &[&Interface]) -> Result<()> {
        writeln!(self.text, "## Contents\n")?;
        for interface in interfaces {
            let name = interface_name(interface);
            writeln!(
                self.text,
                "- [{name}](#{}): {}",
                anchor(&heading("Interface", name)),
                first_sentence(&interface.docs)
            )?;
            let functions: Vec<String> =
                interface.functions.keys().map(|name| link(name, &anchor(&heading("Function", name)))).collect();
            let types: Vec<String> = self
                .own_types(interface)
                .filter_map(|(id, name, _)| Some(link(name, self.anchors.get(&id)?)))
                .collect();
            for (what, links) in [("functions", functions), ("types", types)] {
                if !links.is_empty() {
                    writeln!(self.text, "  - {what}: {}", links.join(", "))?;
                }
            }
        }
        self.text.push('\n');
        Ok(())
    }

    fn interface(&mut self, interface: &Interface) -> Result<()> {
        writeln!(self.text, "## {}\n", heading("Interface", interface_name(interface)))?;
        self.docs(&interface.docs)?;
        if let Some(since) = since(&interface.stability) {
            writeln!(self.text, "Since {since}.\n")?;
        }
        for function in interface.functions.values() {
            self.function(function, &interface.stability)?;
        }
        for (_, name, def) in self.own_types(interface) {
            self.type_def(name, def, &interface.stability)?;
        }
        Ok(())
    }

    fn function(&mut self, function: &Function, around: &Stability) -> Result<()> {
        writeln!(self.text, "### {}\n", heading("Function", &function.name))?;
        writeln!(self.text, "```wit\n{}\n```\n", self.signature(function)?)?;
        self.docs(&function.docs)?;
        self.since_if_other(&function.stability, around)?;
        let mut named = Vec::new();
        for ty in function.params.iter().map(|param| param.ty).chain(function.result) {
            types::named(self.resolve, ty, &mut named)?;
        }
        let links: Vec<String> = named
            .iter()
            .filter_map(|id| Some(link(self.resolve.types.get(*id)?.name.as_deref()?, self.anchors.get(id)?)))
            .collect();
        if !links.is_empty() {
            writeln!(self.text, "Types: {}.\n", links.join(", "))?;
        }
        Ok(())
    }

    fn signature(&self, function: &Function) -> Result<String> {
        let mut params = Vec::new();
        for param in &function.params {
            params.push(format!("{}: {}", param.name, types::text(self.resolve, param.ty)?));
        }
        let result = match function.result {
            Some(ty) => format!(" -> {}", types::text(self.resolve, ty)?),
            None => String::new(),
        };
        let line = format!("{}: func({}){result};", function.name, params.join(", "));
        if line.len() <= LINE {
            return Ok(line);
        }
        let params: String = params.iter().map(|param| format!("    {param},\n")).collect();
        Ok(format!("{}: func(\n{params}){result};", function.name))
    }

    fn type_def(&mut self, name: &str, def: &TypeDef, around: &Stability) -> Result<()> {
        writeln!(self.text, "### {}\n", heading(type_word(&def.kind), name))?;
        self.docs(&def.docs)?;
        self.since_if_other(&def.stability, around)?;
        match &def.kind {
            TypeDefKind::Record(record) => {
                let rows = record.fields.iter().map(|field| (field.name.as_str(), Some(field.ty), &field.docs));
                self.table(&["field", "type", ""], rows)
            }
            TypeDefKind::Variant(variant) => {
                let rows = variant.cases.iter().map(|case| (case.name.as_str(), case.ty, &case.docs));
                self.table(&["case", "with", ""], rows)
            }
            TypeDefKind::Enum(cases) => {
                self.table(&["case", ""], cases.cases.iter().map(|case| (case.name.as_str(), None, &case.docs)))
            }
            TypeDefKind::Flags(flags) => {
                self.table(&["flag", ""], flags.flags.iter().map(|flag| (flag.name.as_str(), None, &flag.docs)))
            }
            TypeDefKind::Resource => Ok(()),
            _ => {
                let text = types::kind_text(self.resolve, &def.kind)?;
                writeln!(self.text, "```wit\ntype {name} = {text};\n```\n")?;
                Ok(())
            }
        }
    }

    /// A table of members; one with three columns has a column for their types.
    fn table<'b>(
        &mut self,
        columns: &[&str],
        rows: impl Iterator<Item = (&'b str, Option<Type>, &'b Docs)>,
    ) -> Result<()> {
        writeln!(self.text, "| {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len()))?;
        for (name, ty, docs) in rows {
            let ty = match ty {
                Some(ty) => self.linked_type(ty)?,
                None => String::new(),
            };
            let docs = docs.contents.as_deref().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
            match columns.len() {
                3 => writeln!(self.text, "| `{name}` | {ty} | {docs} |")?,
                _ => writeln!(self.text, "| `{name}` | {docs} |")?,
            }
        }
        self.text.push('\n');
        Ok(())
    }

    /// Doc comments, verbatim.
    fn docs(&mut self, docs: &Docs) -> Result<()> {
        if let Some(text) = &docs.contents {
            writeln!(self.text, "{}\n", text.trim())?;
        }
        Ok(())
    }

    fn since_if_other(&mut self, stability: &Stability, around: &Stability) -> Result<()> {
        if let Some(since) = since(stability).filter(|_| since(stability) != since(around)) {
            writeln!(self.text, "Since {since}.\n")?;
        }
        Ok(())
    }

    /// A type as WIT writes it, linked to the first type of this package it is made of.
    fn linked_type(&self, ty: Type) -> Result<String> {
        let text = types::text(self.resolve, ty)?;
        let mut named = Vec::new();
        types::named(self.resolve, ty, &mut named)?;
        Ok(match named.iter().find_map(|id| self.anchors.get(id)) {
            Some(anchor) => link(&format!("`{text}`"), anchor),
            None => format!("`{text}`"),
        })
    }
}

fn type_word(kind: &TypeDefKind) -> &'static str {
    match kind {
        TypeDefKind::Record(_) => "Record",
        TypeDefKind::Variant(_) => "Variant",
        TypeDefKind::Enum(_) => "Enum",
        TypeDefKind::Flags(_) => "Flags",
        TypeDefKind::Resource => "Resource",
        _ => "Type",
    }
}

fn heading(word: &str, name: &str) -> String {
    format!("{word} {name}")
}

/// The anchor a heading of letters, digits, hyphens and spaces gets.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

fn link(text: &str, anchor: &str) -> String {
    format!("[{text}](#{anchor})")
}

fn since(stability: &Stability) -> Option<String> {
    match stability {
        Stability::Stable { since, .. } => Some(since.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_item_is_rendered() {
        let mut resolve = Resolve::default();
        let package = resolve
            .push_source(
                "x.wit",
                "/// About it.
                package a:b@1.2.0;
                /// Shapes. More.
                @since(version = 1.0.0)
                interface shapes {
                    /// Text.
                    @since(version = 1.0.0)
                    type text = string;
                    /// A point.
                    @since(version = 1.0.0)
                    record point {
                        /// Across | over.
                        x: option<list<text>>,
                    }
                    /// One or the other.
                    @since(version = 1.1.0)
                    variant either { /// This.
                        this(point), /// That.
                        that }
                    /// A colour.
                    @since(version = 1.0.0)
                    enum colour { /// Red.
                        red }
                }
                /// Calls.
                @since(version = 1.0.0)
                interface calls {
                    use shapes.{point, either};
                    /// Does it.
                    @since(version = 1.0.0)
                    act: func(point: point, pairs: list<tuple<string, u8>>, a-rather-long-name: option<point>) -> result<_, either>;
                    /// Says it.
                    @since(version = 1.0.0)
                    say: func() -> string;
                }
                /// All.
                @since(version = 1.0.0)
                world all { @since(version = 1.0.0) export calls; }",
            )
            .unwrap();
        let text = render(&resolve, package).unwrap();
        for part in [
            "# a:b@1.2.0\n",
            "\nAbout it.\n",
            "## World all\n\nAll.\n",
            "- [shapes](#interface-shapes): Shapes.\n  - types: [text](#type-text), [point](#record-point), [either](#variant-either), [colour](#enum-colour)\n",
            "- [calls](#interface-calls): Calls.\n  - functions: [act](#function-act), [say](#function-say)\n",
            "### Type text\n\nText.\n\n```wit\ntype text = string;\n```\n",
            "| field | type |  |\n| --- | --- | --- |\n| `x` | [`option<list<text>>`](#type-text) | Across \\| over. |\n",
            "### Variant either\n\nOne or the other.\n\nSince 1.1.0.\n\n| case | with |  |\n| --- | --- | --- |\n| `this` | [`point`](#record-point) | This. |\n| `that` |  | That. |\n",
            "| case |  |\n| --- | --- |\n| `red` | Red. |\n",
            "```wit\nact: func(\n    point: point,\n    pairs: list<tuple<string, u8>>,\n    a-rather-long-name: option<point>,\n) -> result<_, either>;\n```\n\nDoes it.\n\nTypes: [point](#record-point), [either](#variant-either).\n",
            "```wit\nsay: func() -> string;\n```\n\nSays it.\n",
        ] {
            assert!(text.contains(part), "{part}\n-- is not in --\n{text}");
        }
        assert!(!text.contains("\n\n\n"), "{text}");
    }

    #[test]
    fn two_sections_never_share_a_heading() {
        let mut resolve = Resolve::default();
        let text = "package a:b; interface c { f: func(); } interface d { f: func(); }";
        let package = resolve.push_source("x.wit", text).unwrap();
        assert!(render(&resolve, package).unwrap_err().to_string().contains("`Function f`"));
    }
}
