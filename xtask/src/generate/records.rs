//! The shapes of the contract's records and functions, as the crate of records has them: names in JSON, places in memory, and what
//! stands in JSON in another way than WIT says it. All exceptions are in this file.

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use wit_parser::{Function, Interface, PackageId, Record, Resolve, SizeAlign, Type, TypeDef, TypeDefKind, Variant};

use super::contract::{COMMAND, interface_name, operations, reading_order, snake};
use super::types::{is_use, text};

/// The URN under which a user's enterprise extension stands (RFC 7643 section 4.3).
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The member that a field is; its name in camelCase, but for these.
fn member(record: &str, field: &str) -> String {
    match (record, field) {
        (_, "ref") => "$ref".to_owned(),
        ("user", "enterprise") => ENTERPRISE.to_owned(),
        ("user-page" | "group-page" | "resource-page", "resources") => "Resources".to_owned(),
        _ => json_name(field),
    }
}

/// How a field stands in JSON.
fn way(record: &str, field: &str) -> &'static str {
    match (record, field) {
        (_, "additional") => "Rest",
        ("user" | "group", "extensions") => "Extensions",
        // A sub-attribute stands within the one it belongs to.
        ("schema-attribute", "parent") => "Apart",
        _ => "Member",
    }
}

/// The member of a named call's input that a parameter is, and how it stands there.
fn parameter(function: &str, name: &str) -> (String, String) {
    match name {
        // It goes by itself.
        "connection" => (json_name(name), "Way::Apart".to_owned()),
        "user" | "group" => ("payload".to_owned(), "Way::Member".to_owned()),
        "view" | "query" | "ensure" | "bulk" | "reconcile" | "target" => (json_name(name), "Way::Spread".to_owned()),
        "options" => (json_name(name), format!("Way::Options(&{:?})", options(function))),
        _ => (json_name(name), "Way::Member".to_owned()),
    }
}

/// The options that a function takes; a test of the adapter compares them with what the component reads.
fn options(function: &str) -> &'static [&'static str] {
    match function.split('-').next().unwrap_or_default() {
        "create" | "ensure" => &["headers", "validate"],
        "get" => &["headers", "ifNoneMatch"],
        "update" | "patch" => &["headers", "ifMatch", "readBack", "readModifyWrite", "validate"],
        "activate" | "deactivate" => &["headers", "ifMatch", "readBack", "readModifyWrite"],
        "add" | "remove" | "set" => &["headers", "readBack"],
        "delete" => &["headers", "ifMatch", "goneIsDone"],
        _ => &["headers"],
    }
}

/// Whether JSON text is an object's, by the field or parameter that it is.
fn is_object(name: &str) -> bool {
    matches!(name, "additional" | "attributes" | "overrides" | "payload")
}

/// The names that an enum's cases have in JSON.
fn case(name: &str, case: &str) -> String {
    if name == "bulk-method" { case.to_uppercase() } else { json_name(case) }
}

/// What a case of a variant says in `type`, and the member that it holds; other variants have none.
fn tag_and_member(variant: &str, case: &str) -> (Option<&'static str>, Option<&'static str>) {
    match (variant, case) {
        ("secret", "env") => (None, Some("env")),
        ("auth", "none") => (Some("none"), None),
        ("auth", "host") => (Some("host"), None),
        ("auth", "bearer") => (Some("bearer"), Some("token")),
        ("auth", "scheme") => (Some("bearer"), None),
        ("auth", "basic") => (Some("basic"), None),
        ("auth", "header") => (Some("header"), None),
        ("auth", "client-credentials") => (Some("clientCredentials"), None),
        ("target", "resource-type") => (None, Some("resourceType")),
        ("target", "endpoint") => (None, Some("endpoint")),
        ("submission", "accepted") => (None, Some("ticket")),
        ("progress", "pending") => (None, Some("retryAfterMs")),
        ("submission" | "progress", "done") => (None, Some("result")),
        _ => (None, None),
    }
}

/// A kebab-case name in camelCase, as JSON has it.
pub(super) fn json_name(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(usize::from(!word.is_empty()));
        name + &head.to_uppercase() + tail
    })
}

/// The shapes as Rust.
pub fn render(resolve: &Resolve, package: PackageId) -> Result<String> {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let shapes = Shapes { resolve, sizes };
    let mut out = String::new();
    writeln!(out, "// Generated from wit/ by `{COMMAND}`; change wit/ and run it again.")?;
    writeln!(out, "//! The records and functions that wit/ declares.\n")?;
    writeln!(out, "use crate::shape::{{Case, Field, Record, Type, Variant, Way}};\n")?;
    let whole = resolve.packages.get(package).context("no such package")?;
    for interface in reading_order(resolve, whole)? {
        for id in interface.types.values() {
            let def = resolve.types.get(*id).context("no such type")?;
            let name = def.name.as_deref().context("a type without a name")?;
            if !is_use(resolve, def) && (interface_name(interface) != "runtime" || name == "outcome") {
                shapes.declaration(&mut out, *id, def, name)?;
            }
        }
    }
    writeln!(out, "/// The functions.\npub mod functions {{\nuse super::*;\nuse crate::shape::Function;\n")?;
    let operations = operations(resolve, package)?;
    for (interface, functions) in &operations {
        for function in functions {
            shapes.function(&mut out, interface, function)?;
        }
    }
    let all = operations.iter().flat_map(|(_, functions)| functions).map(|function| constant(&function.name));
    let all: Vec<String> = all.collect();
    writeln!(out, "/// Every function.\npub static ALL: [&Function; {}] = [", all.len())?;
    all.iter().try_for_each(|name| writeln!(out, "&{name},"))?;
    writeln!(out, "];\n}}")?;
    Ok(out)
}

/// The name of a static.
pub(super) fn constant(name: &str) -> String {
    snake(name).to_uppercase()
}

/// The names that an enum, or a variant with other values besides, has in JSON.
fn write_names(out: &mut String, name: &str, names: &[String]) -> Result<()> {
    Ok(writeln!(
        out,
        "/// The names of `{name}`.\npub static {}: [&str; {}] = {names:?};\n",
        constant(name),
        names.len()
    )?)
}

struct Shapes<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
}

impl Shapes<'_> {
    fn declaration(&self, out: &mut String, id: wit_parser::TypeId, def: &TypeDef, name: &str) -> Result<()> {
        let ty = Type::Id(id);
        match &def.kind {
            TypeDefKind::Record(record) => {
                writeln!(
                    out,
                    "/// The record `{name}`.\npub static {}: Record = {};\n",
                    constant(name),
                    self.record(ty, name, record)?
                )?;
            }
            TypeDefKind::Enum(cases) => {
                let names: Vec<String> = cases.cases.iter().map(|it| case(name, &it.name)).collect();
                write_names(out, name, &names)?;
            }
            TypeDefKind::Variant(variant) if is_open(variant) => {
                let names = variant.cases.iter().filter(|it| it.ty.is_none()).map(|it| json_name(&it.name));
                let names: Vec<String> = names.collect();
                write_names(out, name, &names)?;
            }
            TypeDefKind::Variant(variant) => {
                writeln!(
                    out,
                    "/// The variant `{name}`.\npub static {}: Variant = {};\n",
                    constant(name),
                    self.variant(ty, name, variant)?
                )?;
            }
            // Another name of a type.
            TypeDefKind::Type(_) => {}
            other => bail!("`{name}`: the contract has no {}", other.as_str()),
        }
        Ok(())
    }

    fn record(&self, ty: Type, name: &str, record: &Record) -> Result<String> {
        let (size, align) = (self.sizes.size(&ty).size_wasm32(), self.sizes.align(&ty).align_wasm32());
        let mut out = format!("Record {{ size: {size}, align: {align}, fields: &[");
        let offsets = self.sizes.field_offsets(record.fields.iter().map(|field| &field.ty));
        for (field, (offset, _)) in record.fields.iter().zip(offsets) {
            let (member, way) = (member(name, &field.name), way(name, &field.name));
            let mut inner = self.ty(field.ty, &field.name)?;
            // Zero is what some providers write for none.
            if name.ends_with("-capability") {
                inner = inner.replace("Type::Number64", "Type::Limit");
            }
            if (name, field.name.as_str()) == ("schema", "attributes") {
                inner = "Type::Attributes(&SCHEMA_ATTRIBUTE)".to_owned();
            }
            let offset = offset.size_wasm32();
            write!(out, "Field {{ name: {member:?}, offset: {offset}, ty: &{inner}, way: Way::{way} }},")?;
        }
        Ok(out + "] }")
    }

    fn variant(&self, ty: Type, name: &str, variant: &Variant) -> Result<String> {
        let (size, align) = (self.sizes.size(&ty).size_wasm32(), self.sizes.align(&ty).align_wasm32());
        let payload = self.sizes.payload_offset(variant.tag(), variant.cases.iter().map(|case| case.ty.as_ref()));
        let payload = payload.size_wasm32();
        let mut out = format!("Variant {{ size: {size}, align: {align}, payload: {payload}, cases: &[");
        for case in &variant.cases {
            let (tag, member) = tag_and_member(name, &case.name);
            let ty = match case.ty {
                Some(ty) => format!("Some(&{})", self.ty(ty, &case.name)?),
                None => "None".to_owned(),
            };
            write!(out, "Case {{ tag: {tag:?}, member: {member:?}, ty: {ty} }},")?;
        }
        Ok(out + "] }")
    }

    fn function(&self, out: &mut String, interface: &Interface, function: &Function) -> Result<()> {
        let name = &function.name;
        let types = || function.params.iter().map(|param| &param.ty);
        let memory = self.sizes.record(types());
        let (size, align) = (memory.size.size_wasm32(), memory.align.align_wasm32());
        writeln!(
            out,
            "/// `{}.{name}`.\npub static {}: Function = Function {{",
            interface_name(interface),
            constant(name)
        )?;
        writeln!(out, "name: {:?}, parameters: Record {{ size: {size}, align: {align}, fields: &[", json_name(name))?;
        for (param, (offset, _)) in function.params.iter().zip(self.sizes.field_offsets(types())) {
            let (member, way) = parameter(name, &param.name);
            let (offset, ty) = (offset.size_wasm32(), self.ty(param.ty, &param.name)?);
            write!(out, "Field {{ name: {member:?}, offset: {offset}, ty: &{ty}, way: {way} }},")?;
        }
        let Some(TypeDefKind::Result(result)) = function.result.and_then(|ty| self.kind(ty)) else {
            bail!("`{name}` does not return a result");
        };
        let result = match result.ok {
            Some(ok) => format!("Some(&{})", self.ty(ok, "payload")?),
            None => "None".to_owned(),
        };
        writeln!(out, "] }}, result: {result} }};\n")?;
        Ok(())
    }

    fn kind(&self, ty: Type) -> Option<&TypeDefKind> {
        match ty {
            Type::Id(id) => self.resolve.types.get(id).map(|def| &def.kind),
            _ => None,
        }
    }

    /// A type, as the field, parameter or case `name` has it.
    fn ty(&self, ty: Type, name: &str) -> Result<String> {
        let id = match ty {
            Type::Bool => return Ok("Type::Flag".to_owned()),
            Type::U16 => return Ok("Type::Number16".to_owned()),
            Type::U32 => return Ok("Type::Number32".to_owned()),
            Type::U64 => return Ok("Type::Number64".to_owned()),
            Type::String => return Ok("Type::Text".to_owned()),
            Type::Id(id) => id,
            other => bail!("the contract has no {other:?}"),
        };
        let def = self.resolve.types.get(id).context("no such type")?;
        let own = || def.name.as_deref().map(constant).context("a type without a name");
        Ok(match &def.kind {
            TypeDefKind::Type(_) if text(self.resolve, ty)? == "json" => {
                if is_object(name) { "Type::Object" } else { "Type::Json" }.to_owned()
            }
            TypeDefKind::Type(inner) => self.ty(*inner, name)?,
            TypeDefKind::Option(inner) => format!("Type::Option(&{})", self.ty(*inner, name)?),
            TypeDefKind::List(inner) if text(self.resolve, *inner)? == "tuple<string, string>" => {
                "Type::Pairs".to_owned()
            }
            TypeDefKind::List(inner) => format!("Type::List(&{})", self.ty(*inner, name)?),
            TypeDefKind::Record(_) => format!("Type::Record(&{})", own()?),
            TypeDefKind::Enum(_) => format!("Type::Enum(&{})", own()?),
            TypeDefKind::Variant(variant) if is_open(variant) => format!("Type::Open(&{})", own()?),
            TypeDefKind::Variant(_) => format!("Type::Variant(&{})", own()?),
            other => bail!("the contract has no {}", other.as_str()),
        })
    }
}

/// Whether a variant is names, and any other text.
pub(super) fn is_open(variant: &Variant) -> bool {
    let holding: Vec<_> = variant.cases.iter().filter_map(|case| case.ty).collect();
    holding == [Type::String] && variant.cases.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_functions_have_their_shapes() {
        let (resolve, package) = super::super::contract::tests::package("");
        let text = render(&resolve, package).unwrap();
        for part in [
            "pub static ITEM: Record = Record { size: 8, align: 4, fields: &[Field { name: \"id\", offset: 0, ty: &Type::Text, way: Way::Member },] };",
            "/// `items.change-item`.\npub static CHANGE_ITEM: Function = Function {",
            "name: \"changeItem\", parameters: Record { size: 44, align: 4, fields: &[",
            "Field { name: \"old\", offset: 24, ty: &Type::Option(&Type::Record(&ITEM)), way: Way::Member }",
            "Field { name: \"texts\", offset: 36, ty: &Type::List(&Type::Json), way: Way::Member }",
            "result: Some(&Type::Option(&Type::Record(&ITEM)))",
            "pub static ALL: [&Function; 1]",
        ] {
            assert!(text.contains(part), "{part}\n-- is not in --\n{text}");
        }
    }

    #[test]
    fn names_in_json() {
        assert_eq!((json_name("x509-certificates"), json_name("id")), ("x509Certificates".to_owned(), "id".to_owned()));
    }
}
