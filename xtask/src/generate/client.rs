//! The rows of the host's typed client: each operation as Rust's function, its parameters borrowed, its result owned.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use wit_parser::{Docs, Function, PackageId, Resolve, Type, TypeDefKind};

use super::contract::{COMMAND, camel, interface_name, operations, snake};
use super::records::constant;

/// The rows as Rust: one invocation of the macro `typed!`, which stands in the module around it.
pub fn render(resolve: &Resolve, package: PackageId) -> Result<String> {
    let mut writer = Writer { resolve, names: names(resolve), used: BTreeSet::new() };
    let mut rows = String::new();
    for (interface, functions) in operations(resolve, package)? {
        let own = interface_name(interface);
        writer.docs(&mut rows, "    ", &interface.docs)?;
        writeln!(rows, "    ///\n    #[doc = include_str!(\"{own}.md\")]")?;
        writeln!(rows, "    {{")?;
        for function in functions {
            writer.docs(&mut rows, "        ", &function.docs)?;
            writeln!(rows, "        {}", writer.row(function)?)?;
        }
        writeln!(rows, "    }}\n")?;
    }
    let mut text = String::new();
    writeln!(text, "// Generated from wit/ by `{COMMAND}`; change wit/ and run it again.")?;
    writeln!(text, "//! The typed functions of the contract. Their records are in [`crate::types`].\n")?;
    writeln!(text, "use super::{{Client, Result, typed}};")?;
    writeln!(text, "use crate::types::{{{}}};", writer.used.into_iter().collect::<Vec<_>>().join(", "))?;
    writeln!(text, "use scim_connector_records::contract::functions;\n")?;
    writeln!(text, "typed! {{\n{}\n}}", rows.trim_end())?;
    Ok(text)
}

/// The names of functions, parameters and fields: what Rust writes with underscores.
fn names(resolve: &Resolve) -> BTreeSet<String> {
    let functions = resolve.interfaces.iter().flat_map(|(_, interface)| interface.functions.values());
    let functions = functions.flat_map(|function| {
        let params = function.params.iter().map(|param| param.name.clone());
        params.chain([function.name.clone()])
    });
    let fields = resolve.types.iter().flat_map(|(_, def)| match &def.kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.name.clone()).collect(),
        _ => Vec::new(),
    });
    functions.chain(fields).collect()
}

struct Writer<'a> {
    resolve: &'a Resolve,
    names: BTreeSet<String>,
    /// The types that the rows name.
    used: BTreeSet<String>,
}

impl Writer<'_> {
    /// Doc comments, with names as Rust writes them.
    fn docs(&self, text: &mut String, indent: &str, docs: &Docs) -> Result<()> {
        for line in docs.contents.as_deref().unwrap_or_default().trim().lines() {
            let parts = line.split('`').enumerate().map(|(index, part)| {
                // Every other part stands between backticks, as no code spans lines in wit/.
                let known = index % 2 == 1 && part.split('.').all(|name| self.names.contains(name));
                if known { snake(part) } else { part.to_owned() }
            });
            let line = parts.collect::<Vec<_>>().join("`");
            writeln!(text, "{indent}///{}{line}", if line.is_empty() { "" } else { " " })?;
        }
        Ok(())
    }

    fn row(&mut self, function: &Function) -> Result<String> {
        let mut params = Vec::new();
        for param in function.params.iter().skip(1) {
            params.push(format!("{}: {}", snake(&param.name), self.borrowed(param.ty)?));
        }
        let name = snake(&function.name);
        let result = match function.result.map(|ty| self.kind(ty)).transpose()? {
            Some(Some(TypeDefKind::Result(result))) => match result.ok {
                Some(ok) => self.owned(ok)?,
                None => "()".to_owned(),
            },
            _ => bail!("`{}` does not return a result", function.name),
        };
        Ok(format!("{name} = {}({}) -> {result};", constant(&function.name), params.join(", ")))
    }

    /// A parameter's type, as the bindings take it.
    fn borrowed(&mut self, ty: Type) -> Result<String> {
        if ty == Type::String {
            return Ok("&str".to_owned());
        }
        Ok(match self.kind(ty)? {
            Some(TypeDefKind::Option(inner)) => format!("Option<{}>", self.borrowed(*inner)?),
            Some(TypeDefKind::List(inner)) => format!("&[{}]", self.owned(*inner)?),
            _ => format!("&{}", self.owned(ty)?),
        })
    }

    fn owned(&mut self, ty: Type) -> Result<String> {
        if ty == Type::String {
            return Ok("String".to_owned());
        }
        let Type::Id(id) = ty else { bail!("the contract's operations take and give no {ty:?} by itself") };
        let def = self.resolve.types.get(id).context("no such type")?;
        match &def.kind {
            // An alias of a text is a text; what is brought in by `use` has its own name.
            TypeDefKind::Type(inner) => self.owned(*inner),
            TypeDefKind::Option(inner) => Ok(format!("Option<{}>", self.owned(*inner)?)),
            TypeDefKind::List(inner) => Ok(format!("Vec<{}>", self.owned(*inner)?)),
            _ => {
                let name = camel(def.name.as_deref().context("a type without a name")?);
                self.used.insert(name.clone());
                Ok(name)
            }
        }
    }

    fn kind(&self, ty: Type) -> Result<Option<&'_ TypeDefKind>> {
        match ty {
            Type::Id(id) => Ok(Some(&self.resolve.types.get(id).context("no such type")?.kind)),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_borrow_and_give() {
        let (resolve, package) = super::super::contract::tests::package("");
        let text = render(&resolve, package).unwrap();
        for part in [
            "use crate::types::{Item};",
            "    /// Items.\n    ///\n    #[doc = include_str!(\"items.md\")]\n    {\n",
            "        /// Changes an item (RFC 1 section 2): see `other_items`. More\n        /// about `not-found` of it.\n",
            "change_item = CHANGE_ITEM(id: &str, new: &Item, old: Option<&Item>, texts: &[String]) -> Option<Item>;",
        ] {
            assert!(text.contains(part), "{part}\n-- is not in --\n{text}");
        }
        assert!(!text.contains("other_items ="), "{text}");
    }
}
