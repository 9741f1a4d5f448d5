//! Holds wit/ to the rules that durable engines and other languages' bindings rest on. It owns the rules and nothing of
//! the component's behaviour: it reads the contract as text and needs no build of it.
//!
//! Every rule is proven able to fail by a counter-example below.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use wit_parser::{
    Docs, Function, Interface, PackageId, Resolve, Stability, Type, TypeDef, TypeDefKind, TypeOwner, WorldItem,
    WorldKey,
};

/// What the world exports, and nothing else.
const EXPORTS: [&str; 8] = ["bulk", "catalog", "discovery", "groups", "me", "resources", "runtime", "users"];

/// Interfaces whose functions all take the connection first.
const TAKE_CONNECTION: [&str; 6] = ["bulk", "discovery", "groups", "me", "resources", "users"];

/// The cases of the one error every function returns, with the record they carry.
const ERROR_CASES: [(&str, Option<&str>); 3] =
    [("execution-failed", None), ("permanent-failure", Some("failure")), ("transient-failure", Some("failure"))];

/// Variants that must be able to carry what a later version names.
const OPEN_VARIANTS: [&str; 2] = ["failure-kind", "scim-type"];

#[test]
fn the_contract_keeps_its_rules() {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("wit")).unwrap();
    let offences = offences(&resolve, package);
    assert!(offences.is_empty(), "wit/ breaks {} rules:\n{}", offences.len(), offences.join("\n"));
}

/// Everything a package does against the rules.
fn offences(resolve: &Resolve, package: PackageId) -> Vec<String> {
    let mut rules = Rules { resolve, offences: Vec::new() };
    rules.package(package);
    rules.offences
}

/// The rules being applied to one package.
struct Rules<'a> {
    resolve: &'a Resolve,
    offences: Vec<String>,
}

impl Rules<'_> {
    fn require(&mut self, holds: bool, place: &str, rule: &str) {
        if !holds {
            self.offences.push(format!("{place}: {rule}"));
        }
    }

    fn package(&mut self, id: PackageId) {
        let package = &self.resolve.packages[id];
        let name = package.name.to_string();
        self.require(name == "scim:connector@0.2.0", &name, "the package is scim:connector@0.2.0");
        self.require(documented(&package.docs), &name, "has no doc comment");
        let worlds: Vec<&str> = package.worlds.keys().map(String::as_str).collect();
        self.require(worlds == ["connector"], &name, "its one world is `connector`");
        for world in package.worlds.values() {
            self.world(&self.resolve.worlds[*world]);
        }
        for (name, interface) in &package.interfaces {
            self.interface(name, &self.resolve.interfaces[*interface]);
        }
        self.error_and_open_variants(package);
    }

    fn world(&mut self, world: &wit_parser::World) {
        let place = format!("world {}", world.name);
        self.documented_and_dated(&place, &world.docs, &world.stability);
        let mut exports = Vec::new();
        for (direction, items) in [("imports", &world.imports), ("exports", &world.exports)] {
            for (key, item) in items {
                let name = self.resolve.name_world_key(key);
                let named = matches!((key, item), (WorldKey::Interface(_), WorldItem::Interface { .. }));
                self.require(
                    named,
                    &place,
                    &format!("{direction} `{name}` at world level; it belongs in an interface"),
                );
                if let WorldItem::Interface { id, .. } = item {
                    let interface = &self.resolve.interfaces[*id];
                    if direction == "exports" {
                        exports.extend(interface.name.clone());
                    } else {
                        let foreign = !interface.functions.is_empty();
                        self.require(!foreign, &place, &format!("imports `{name}`, which has functions"));
                    }
                }
            }
        }
        exports.sort();
        self.require(exports == EXPORTS, &place, &format!("exports {exports:?} instead of {EXPORTS:?}"));
    }

    fn interface(&mut self, name: &str, interface: &Interface) {
        self.documented_and_dated(name, &interface.docs, &interface.stability);
        for (type_name, id) in &interface.types {
            let def = &self.resolve.types[*id];
            // `use` brings in another interface's type, which is judged there.
            if !is_use(self.resolve, def) {
                self.type_def(&format!("{name}.{type_name}"), def);
            }
        }
        for function in interface.functions.values() {
            self.function(name, function);
        }
    }

    fn type_def(&mut self, place: &str, def: &TypeDef) {
        self.documented_and_dated(place, &def.docs, &def.stability);
        let members: Vec<(&str, Option<Type>, &Docs)> = match &def.kind {
            TypeDefKind::Record(it) => it.fields.iter().map(|f| (f.name.as_str(), Some(f.ty), &f.docs)).collect(),
            TypeDefKind::Variant(it) => it.cases.iter().map(|c| (c.name.as_str(), c.ty, &c.docs)).collect(),
            TypeDefKind::Enum(it) => it.cases.iter().map(|c| (c.name.as_str(), None, &c.docs)).collect(),
            TypeDefKind::Flags(it) => it.flags.iter().map(|f| (f.name.as_str(), None, &f.docs)).collect(),
            other => return self.kind(place, other),
        };
        for (member, ty, docs) in members {
            let place = format!("{place}.{member}");
            self.require(documented(docs), &place, "has no doc comment");
            if let Some(ty) = ty {
                self.plain(&place, ty);
            }
        }
    }

    fn function(&mut self, interface: &str, function: &Function) {
        let place = format!("{interface}.{}", function.name);
        self.documented_and_dated(&place, &function.docs, &function.stability);
        self.require(!function.kind.is_async(), &place, "is async");
        for param in &function.params {
            self.plain(&format!("{place}({})", param.name), param.ty);
        }
        if let Some(result) = function.result {
            self.plain(&format!("{place} ->"), result);
        }
        let fails_well =
            function.result.and_then(|ty| self.failure_of(ty)).is_some_and(|ty| self.is_types(ty, "error"));
        self.require(fails_well, &place, "does not return result<_, error> with the error of `types`");
        if TAKE_CONNECTION.contains(&interface) {
            let first = function.params.first();
            let takes = first.is_some_and(|param| param.name == "connection" && self.is_types(param.ty, "connection"));
            self.require(takes, &place, "does not take `connection: connection` first");
        }
    }

    /// Follows a type into its parts, as far as parts without a name go.
    fn plain(&mut self, place: &str, ty: Type) {
        match ty {
            Type::ErrorContext => self.require(false, place, "uses an error-context"),
            Type::Id(id) if self.resolve.types[id].name.is_none() => self.kind(place, &self.resolve.types[id].kind),
            _ => {}
        }
    }

    fn kind(&mut self, place: &str, kind: &TypeDefKind) {
        let mut parts: Vec<Type> = Vec::new();
        match kind {
            TypeDefKind::Resource
            | TypeDefKind::Handle(_)
            | TypeDefKind::Map(..)
            | TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Unknown => self.require(false, place, &format!("uses a {}", kind.as_str())),
            TypeDefKind::Option(ty) | TypeDefKind::List(ty) | TypeDefKind::Type(ty) => parts.push(*ty),
            TypeDefKind::Tuple(tuple) => parts.extend(&tuple.types),
            TypeDefKind::Result(result) => parts.extend(result.ok.iter().chain(&result.err)),
            // These always have a name and are judged where they are declared.
            TypeDefKind::Record(_) | TypeDefKind::Variant(_) | TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => {}
        }
        for part in parts {
            self.plain(place, part);
        }
    }

    fn error_and_open_variants(&mut self, package: &wit_parser::Package) {
        let error = self.variant(package, "error").map(|cases| {
            cases.len() == ERROR_CASES.len()
                && cases.iter().zip(ERROR_CASES).all(|(case, (name, payload))| {
                    case.name == name
                        && match (case.ty, payload) {
                            (Some(ty), Some(payload)) => self.is_types(ty, payload),
                            (None, None) => true,
                            _ => false,
                        }
                })
        });
        self.require(error == Some(true), "types.error", &format!("is not a variant of exactly {ERROR_CASES:?}"));
        for name in OPEN_VARIANTS {
            let last = self.variant(package, name).and_then(|cases| cases.last());
            let open = last.is_some_and(|case| case.name == "other" && case.ty == Some(Type::String));
            self.require(open, &format!("types.{name}"), "is not a variant that ends in other(string)");
        }
    }

    /// The cases of a variant of `types`.
    fn variant(&self, package: &wit_parser::Package, name: &str) -> Option<&[wit_parser::Case]> {
        let types = &self.resolve.interfaces[*package.interfaces.get("types")?];
        match &self.resolve.types[*types.types.get(name)?].kind {
            TypeDefKind::Variant(variant) => Some(&variant.cases),
            _ => None,
        }
    }

    /// The error type of a result type.
    fn failure_of(&self, ty: Type) -> Option<Type> {
        let Type::Id(id) = ty else { return None };
        match &self.resolve.types[id].kind {
            TypeDefKind::Result(result) => result.err,
            _ => None,
        }
    }

    /// Whether a type is the one of that name declared in the interface `types`.
    fn is_types(&self, ty: Type, name: &str) -> bool {
        let Type::Id(id) = ty else { return false };
        let def = &self.resolve.types[id];
        match (&def.kind, def.owner) {
            (TypeDefKind::Type(used), _) if is_use(self.resolve, def) => self.is_types(*used, name),
            (_, TypeOwner::Interface(owner)) => {
                def.name.as_deref() == Some(name) && self.resolve.interfaces[owner].name.as_deref() == Some("types")
            }
            _ => false,
        }
    }

    fn documented_and_dated(&mut self, place: &str, docs: &Docs, stability: &Stability) {
        self.require(documented(docs), place, "has no doc comment");
        self.require(matches!(stability, Stability::Stable { .. }), place, "has no @since");
    }
}

fn documented(docs: &Docs) -> bool {
    docs.contents.as_deref().is_some_and(|text| !text.trim().is_empty())
}

/// Whether a type is another interface's, brought in by `use`.
fn is_use(resolve: &Resolve, def: &TypeDef) -> bool {
    matches!(def.kind, TypeDefKind::Type(Type::Id(used)) if resolve.types[used].owner != def.owner)
}

/// A small contract that keeps every rule; each counter-example breaks one by changing one place of it.
const SOUND: &str = "\
/// The package.
package scim:connector@0.2.0;
/// The types.
@since(version = 0.2.0)
interface types {
    /// A connection.
    @since(version = 0.2.0)
    record connection {
        /// Where.
        url: string,
    }
    /// A failure.
    @since(version = 0.2.0)
    record failure {
        /// What.
        kind: failure-kind,
    }
    /// A kind.
    @since(version = 0.2.0)
    variant failure-kind {
        /// Else.
        other(string),
    }
    /// A code.
    @since(version = 0.2.0)
    variant scim-type {
        /// Else.
        other(string),
    }
    /// An order.
    @since(version = 0.2.0)
    enum order {
        /// Up.
        ascending,
    }
    /// An error.
    @since(version = 0.2.0)
    variant error {
        /// Reserved.
        execution-failed,
        /// Never again.
        permanent-failure(failure),
        /// Later.
        transient-failure(failure),
    }
}
/// Users.
@since(version = 0.2.0)
interface users {
    use types.{connection, error};
    /// Reads.
    @since(version = 0.2.0)
    get-user: func(connection: connection, id: option<string>) -> result<list<string>, error>;
}
/// Groups.
@since(version = 0.2.0)
interface groups {}
/// Resources.
@since(version = 0.2.0)
interface resources {}
/// Me.
@since(version = 0.2.0)
interface me {}
/// Bulk.
@since(version = 0.2.0)
interface bulk {}
/// Discovery.
@since(version = 0.2.0)
interface discovery {}
/// The catalog.
@since(version = 0.2.0)
interface catalog {
    use types.{error};
    /// All of it.
    @since(version = 0.2.0)
    manifest: func() -> result<string, error>;
}
/// The runtime.
@since(version = 0.2.0)
interface runtime {
    use types.{error};
    /// Calls.
    @since(version = 0.2.0)
    invoke: func(connection: string) -> result<string, error>;
}
/// The world.
@since(version = 0.2.0)
world connector {
    export users;
    export groups;
    export resources;
    export me;
    export bulk;
    export discovery;
    export catalog;
    export runtime;
}
";

/// The offences of the sound contract after each of the changes.
fn offences_after(changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = SOUND.to_string();
    for (from, to) in changes {
        assert!(text.contains(from), "`{from}` is not in the sound contract");
        text = text.replacen(from, to, 1);
    }
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let package = resolve.push_source("counter-example.wit", &text).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
    offences(&resolve, package)
}

#[test]
fn the_sound_contract_has_no_offence() {
    assert_eq!(offences_after(&[]), Vec::<String>::new());
}

#[test]
fn each_rule_is_able_to_fail() {
    const ID: &str = "id: option<string>";
    let cases: &[(&str, &str, &str)] = &[
        // Names and shape of the package.
        ("connector@0.2.0;", "connector@0.3.0;", "scim:connector@0.3.0: the package is scim:connector@0.2.0"),
        ("world connector {", "world other {", "its one world is `connector`"),
        ("    export bulk;\n", "", "world connector: exports [\"catalog\""),
        ("    export me;\n", "    export me;\n    export types;\n", "world connector: exports [\"bulk\""),
        ("    export me;\n", "    export me;\n    export run: func();\n", "exports `run` at world level"),
        ("    export me;\n", "    export me;\n    import log: func();\n", "imports `log` at world level"),
        ("    export me;\n", "    export me;\n    export more: interface {}\n", "exports `more` at world level"),
        (
            "    export me;\n",
            "    export me;\n    import catalog;\n",
            "imports `scim:connector/catalog@0.2.0`, which has functions",
        ),
        // Shapes that engines and bindings cannot take, alone and inside others.
        (
            "    /// A code.",
            "    /// R.\n    @since(version = 0.2.0)\n    resource r;\n    /// A code.",
            "types.r: uses a resource",
        ),
        (ID, "id: stream<u8>", "users.get-user(id): uses a stream"),
        (ID, "id: future<u8>", "users.get-user(id): uses a future"),
        (ID, "id: map<string, u8>", "users.get-user(id): uses a map"),
        (ID, "id: option<list<u8, 4>>", "users.get-user(id): uses a fixed-length list"),
        (ID, "id: tuple<u8, option<error-context>>", "users.get-user(id): uses an error-context"),
        ("url: string,", "url: list<stream<u8>>,", "types.connection.url: uses a stream"),
        (
            "        /// Else.\n        other",
            "        /// S.\n        s(future<u8>),\n        /// Else.\n        other",
            "types.failure-kind.s: uses a future",
        ),
        ("result<list<string>,", "result<list<map<string, u8>>,", "users.get-user ->: uses a map"),
        ("get-user: func(", "get-user: async func(", "users.get-user: is async"),
        // Failures.
        ("-> result<list<string>, error>", "-> string", "users.get-user: does not return result<_, error>"),
        (
            "-> result<list<string>, error>",
            "-> result<list<string>, string>",
            "users.get-user: does not return result<_, error>",
        ),
        ("-> result<list<string>, error>", "", "users.get-user: does not return result<_, error>"),
        (
            "invoke: func(connection: string) -> result<string, error>",
            "invoke: func(connection: string) -> result<string>",
            "runtime.invoke: does not return result<_, error>",
        ),
        (
            "        execution-failed,\n",
            "        execution-failed(string),\n",
            "types.error: is not a variant of exactly",
        ),
        ("permanent-failure(failure)", "permanent-failure(string)", "types.error: is not a variant of exactly"),
        ("transient-failure(failure)", "temporary-failure(failure)", "types.error: is not a variant of exactly"),
        (
            "transient-failure(failure),\n",
            "transient-failure(failure),\n        /// M.\n        more,\n",
            "types.error: is not a variant of exactly",
        ),
        (
            "        /// Else.\n        other(string),",
            "        /// Else.\n        other,",
            "types.failure-kind: is not a variant that ends",
        ),
        (
            "        other(string),\n    }\n    /// An order",
            "        other(string),\n        /// L.\n        last,\n    }\n    /// An order",
            "types.scim-type: is not a variant that ends",
        ),
        // The connection comes first.
        ("func(connection: connection, ", "func(", "users.get-user: does not take `connection: connection` first"),
        (
            "func(connection: connection, ",
            "func(connection: string, ",
            "users.get-user: does not take `connection: connection` first",
        ),
        (
            "func(connection: connection, ",
            "func(to: connection, ",
            "users.get-user: does not take `connection: connection` first",
        ),
        // Everything is explained and dated.
        ("/// The package.\n", "", "scim:connector@0.2.0: has no doc comment"),
        ("/// The world.\n", "", "world connector: has no doc comment"),
        ("/// Users.\n", "", "users: has no doc comment"),
        ("    /// Reads.\n", "", "users.get-user: has no doc comment"),
        ("    /// A failure.\n", "", "types.failure: has no doc comment"),
        ("        /// Where.\n", "", "types.connection.url: has no doc comment"),
        ("        /// Later.\n", "", "types.error.transient-failure: has no doc comment"),
        ("        /// Up.\n", "", "types.order.ascending: has no doc comment"),
        ("/// The world.\n@since(version = 0.2.0)\n", "/// The world.\n", "world connector: has no @since"),
        ("/// Users.\n@since(version = 0.2.0)\n", "/// Users.\n", "users: has no @since"),
        ("    /// Reads.\n    @since(version = 0.2.0)\n", "    /// Reads.\n", "users.get-user: has no @since"),
        ("    /// An order.\n    @since(version = 0.2.0)\n", "    /// An order.\n", "types.order: has no @since"),
        (
            "    /// An order.\n    @since(version = 0.2.0)\n",
            "    /// An order.\n    @unstable(feature = x)\n",
            "types.order: has no @since",
        ),
    ];
    let mut silent = Vec::new();
    for (from, to, expected) in cases {
        let found = offences_after(&[(from, to)]);
        if !found.iter().any(|offence| offence.contains(expected)) {
            silent.push(format!("`{from}` -> `{to}` was reported as {found:?}, without `{expected}`"));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn all_offences_are_named_at_once() {
    let found =
        offences_after(&[("/// Users.\n", ""), ("        /// Up.\n", ""), ("func(connection: connection, ", "func(")]);
    assert_eq!(
        found,
        [
            "types.order.ascending: has no doc comment",
            "users: has no doc comment",
            "users.get-user: does not take `connection: connection` first",
        ]
    );
}
