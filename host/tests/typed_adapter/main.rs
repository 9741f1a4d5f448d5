//! The adapter for typed calls by itself: what reaches the named call, and what becomes of its answer, for every function of the
//! contract. Values are made by chance; what they are as JSON is asked of the same rules, natively, so that what differs is memory.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod values;

use scim_connector_records::contract::functions;
use scim_connector_records::shape::{Function, Type as Shape};
use scim_connector_records::write;
use std::path::Path;
use values::{Chance, Held, string, written};
use wasmtime::component::types::Type;
use wasmtime::component::{Component, ComponentExportIndex, Instance, Linker, Val};
use wasmtime::{Engine, ResourceLimiter, Store};

const VERSION: &str = "@0.2.0";

/// What the named functions are called with, and what they answer.
#[derive(Default)]
struct Runtime {
    invoked: Vec<[String; 3]>,
    answer: Option<Val>,
    /// Whether the connection is wrong.
    refuses_connection: bool,
    memory: usize,
}

impl ResourceLimiter for Runtime {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory = self.memory.max(desired);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

fn text(value: &Val) -> String {
    let Val::String(text) = value else { panic!("{value:?}") };
    text.clone()
}

fn failure(kind: &str, detail: &str, pointer: Option<&str>, maybe_applied: bool) -> Val {
    let none = || Val::Option(None);
    let fields = [
        ("kind", Val::Variant(kind.to_owned(), None)),
        ("status", none()),
        ("scim-type", none()),
        ("detail", string(detail)),
        ("pointer", Val::Option(pointer.map(|pointer| Box::new(string(pointer))))),
        ("problems", none()),
        ("oauth-error", none()),
        ("retry-after-ms", none()),
        ("maybe-applied", Val::Bool(maybe_applied)),
        ("request-id", none()),
        ("excerpt", none()),
    ];
    let record = Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into());
    Val::Result(Err(Some(Box::new(Val::Variant("permanent-failure".to_owned(), Some(Box::new(record)))))))
}

struct Adapter {
    store: Store<Runtime>,
    instance: Instance,
}

impl Adapter {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let file = root.join("target/wasm32-wasip2/component/scim_connector_typed.wasm");
        assert!(file.is_file(), "there is no {}: run cargo xtask component", file.display());
        let engine = Engine::default();
        let component = Component::from_file(&engine, file).unwrap();
        let mut linker: Linker<Runtime> = Linker::new(&engine);
        let mut runtime = linker.instance(&format!("scim:connector/runtime{VERSION}")).unwrap();
        runtime
            .func_new("invoke", |mut store, _, given, results| {
                assert_eq!(given[3], Val::Option(None), "the context");
                store.data_mut().invoked.push([0, 1, 2].map(|index| text(&given[index])));
                results[0] = store.data().answer.clone().unwrap();
                Ok(())
            })
            .unwrap();
        runtime
            .func_new("resolve-connection", |store, _, _, results| {
                results[0] = match store.data().refuses_connection {
                    true => failure("configuration", "the connection is wrong", Some("/serviceUrl"), false),
                    false => Val::Result(Ok(Some(Box::new(string("{}"))))),
                };
                Ok(())
            })
            .unwrap();
        runtime
            .func_new("check-bulk", |_, _, given, results| {
                let detail = format!("operations is not valid JSON: {} bytes are wrong", text(&given[0]).len());
                results[0] = failure("invalid-input", &detail, None, false);
                Ok(())
            })
            .unwrap();
        let mut store = Store::new(&engine, Runtime::default());
        store.limiter(|runtime| runtime);
        let instance = linker.instantiate(&mut store, &component).unwrap();
        Adapter { store, instance }
    }

    /// The functions of the contract, with the places of their exports.
    fn functions(&mut self) -> Vec<(&'static Function, ComponentExportIndex)> {
        let mut found = Vec::new();
        for interface in ["users", "groups", "me", "resources", "bulk", "discovery"] {
            let name = format!("scim:connector/{interface}{VERSION}");
            let (_, interface) = self.instance.get_export(&mut self.store, None, &name).unwrap();
            for function in functions::ALL {
                let name = kebab(function.name);
                if let Some((_, index)) = self.instance.get_export(&mut self.store, Some(&interface), &name) {
                    found.push((function, index));
                }
            }
        }
        assert_eq!(found.len(), functions::ALL.len());
        found
    }

    fn types(&mut self, index: ComponentExportIndex) -> (Vec<Type>, Type) {
        let function = self.instance.get_func(&mut self.store, index).unwrap();
        let ty = function.ty(&self.store);
        (ty.params().map(|(_, ty)| ty).collect(), ty.results().next().unwrap())
    }

    fn call(&mut self, index: ComponentExportIndex, given: &[Val], answer: Val) -> Val {
        let function = self.instance.get_func(&mut self.store, index).unwrap();
        self.store.data_mut().answer = Some(answer);
        let mut results = [Val::Bool(false)];
        function.call(&mut self.store, given, &mut results).unwrap();
        let [result] = results;
        result
    }
}

fn kebab(name: &str) -> String {
    name.chars().fold(String::new(), |name, letter| match letter.is_ascii_uppercase() {
        true => name + "-" + &letter.to_ascii_lowercase().to_string(),
        false => name + &letter.to_string(),
    })
}

/// What a named call gives.
fn outcome(output: &str) -> Val {
    let fields = [
        ("output", string(output)),
        ("next", Val::Option(None)),
        ("requests-made", Val::U32(1)),
        ("warnings", Val::List(vec![string("a warning")])),
    ];
    Val::Result(Ok(Some(Box::new(Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())))))
}

fn is_schema(function: &Function) -> bool {
    matches!(function.name, "getSchema" | "listSchemas")
}

#[test]
fn every_function_calls_the_named_one_and_gives_what_it_gave() {
    let mut adapter = Adapter::new();
    let mut chance = Chance(1);
    for (function, index) in adapter.functions() {
        let (types, result) = adapter.types(index);
        let Type::Result(result) = result else { panic!() };
        for _ in 0..60 {
            let parameters = function.parameters.fields.iter().zip(&types);
            let given: Vec<Val> = parameters.map(|(field, ty)| chance.field(field, ty)).collect();
            let (answer, output) = match (function.result, result.ok()) {
                (Some(shape), Some(ty)) if !is_schema(function) => {
                    let answer = chance.value(shape, &ty);
                    let output = write::value(shape, Held::of(&answer, ty)).unwrap();
                    (Some(answer), output)
                }
                (Some(Shape::List(_)), _) => (Some(Val::List(Vec::new())), "[]".to_owned()),
                (Some(_), _) => (None, "{\"id\":\"urn:x\",\"attributes\":[]}".to_owned()),
                (None, _) => (None, "null".to_owned()),
            };
            let got = adapter.call(index, &given, outcome(&output));
            let [connection, input] = written(function, &given, &types);
            let invoked = adapter.store.data_mut().invoked.pop().unwrap();
            assert_eq!(invoked, [connection, function.name.to_owned(), input]);
            match answer {
                Some(answer) => assert_eq!(got, Val::Result(Ok(Some(Box::new(answer)))), "{}: {output}", function.name),
                None => assert!(matches!(got, Val::Result(Ok(_))), "{got:?}"),
            }
            // Its errors are the function's.
            let error = failure("not-found", "there is none", None, false);
            assert_eq!(adapter.call(index, &given, error.clone()), error);
            adapter.store.data_mut().invoked.clear();
        }
    }
}

/// The function of this name, with the types of its parameters.
fn function(adapter: &mut Adapter, name: &str) -> (&'static Function, ComponentExportIndex, Vec<Type>) {
    let (function, index) = adapter.functions().into_iter().find(|(function, _)| function.name == name).unwrap();
    let (types, _) = adapter.types(index);
    (function, index, types)
}

/// Parameters that say as little as they can: of a function of one user.
fn least(ty: &Type) -> Val {
    match ty {
        Type::Option(_) => Val::Option(None),
        Type::String => string(""),
        Type::List(_) => Val::List(Vec::new()),
        Type::Record(record) => {
            Val::Record(record.fields().map(|field| (field.name.to_owned(), least(&field.ty))).collect())
        }
        Type::Variant(variant) => Val::Variant(variant.cases().next().unwrap().name.to_owned(), None),
        other => panic!("{other:?}"),
    }
}

fn set(record: &mut Val, name: &str, value: &str) {
    let Val::Record(fields) = record else { panic!() };
    let field = fields.iter_mut().find(|field| field.0 == name).unwrap();
    field.1 = Val::Option(Some(Box::new(string(value))));
}

#[test]
fn what_is_no_json_is_refused_and_not_sent() {
    let mut adapter = Adapter::new();
    let (_, index, types) = function(&mut adapter, "createUser");
    let given = |connection: Option<&str>, user: Option<&str>| {
        let mut given: Vec<Val> = types.iter().map(least).collect();
        connection.into_iter().for_each(|text| set(&mut given[0], "overrides", text));
        user.into_iter().for_each(|text| set(&mut given[1], "additional", text));
        given
    };
    let user = adapter.call(index, &given(None, Some("{]")), outcome("{}"));
    let detail = "payload.additional: is not valid JSON: 2 bytes are wrong";
    assert_eq!(user, failure("invalid-input", detail, Some("/payload/additional"), false));
    let list = adapter.call(index, &given(None, Some("[]")), outcome("{}"));
    let detail = "payload.additional: expected a JSON object, found an array";
    assert_eq!(list, failure("invalid-input", detail, Some("/payload/additional"), false));
    let connection = adapter.call(index, &given(Some("x"), Some("{]")), outcome("{}"));
    let detail = "overrides: is not valid JSON: 1 bytes are wrong";
    assert_eq!(connection, failure("configuration", detail, Some("/overrides"), false));
    // What is wrong with the connection comes before what is wrong with the input.
    adapter.store.data_mut().refuses_connection = true;
    let both = adapter.call(index, &given(None, Some("{]")), outcome("{}"));
    assert_eq!(both, failure("configuration", "the connection is wrong", Some("/serviceUrl"), false));
    assert_eq!(adapter.store.data().invoked, Vec::<[String; 3]>::new());
}

#[test]
fn an_answer_that_is_no_record_is_a_failure_that_may_have_been_applied() {
    let mut adapter = Adapter::new();
    let (_, index, types) = function(&mut adapter, "createUser");
    let given: Vec<Val> = types.iter().map(least).collect();
    for output in ["", "null", "[]", "{\"id\":", "nonsense"] {
        let detail = "the result of the call cannot be read; it may have been carried out";
        assert_eq!(adapter.call(index, &given, outcome(output)), failure("internal", detail, None, true), "{output}");
    }
}

#[test]
fn schemas_are_read_with_their_sub_attributes() {
    let mut adapter = Adapter::new();
    let (_, index, types) = function(&mut adapter, "getSchema");
    let given: Vec<Val> = types.iter().map(least).collect();
    let kind = |name: &str, more: &str| {
        format!(
            "{{\"name\":\"{name}\",\"type\":\"complex\",\"mutability\":\"readOnly\",\"returned\":\"never\",\"uniqueness\":\"global\"{more}}}"
        )
    };
    let inner = kind("a", &format!(",\"subAttributes\":[{}]", kind("b", "")));
    let output = format!("{{\"id\":\"urn:x\",\"attributes\":[{inner},{}]}}", kind("c", ""));
    let Val::Result(Ok(Some(schema))) = adapter.call(index, &given, outcome(&output)) else { panic!() };
    let Val::Record(schema) = *schema else { panic!() };
    let Val::List(attributes) = &schema[3].1 else { panic!() };
    let rows: Vec<_> = attributes
        .iter()
        .map(|attribute| {
            let Val::Record(fields) = attribute else { panic!() };
            (fields[0].1.clone(), text(&fields[1].1))
        })
        .collect();
    let parent = Val::Option(Some(Box::new(string("a"))));
    let none = Val::Option(None);
    assert_eq!(rows, [(none.clone(), "a".to_owned()), (parent, "b".to_owned()), (none, "c".to_owned())]);
}

#[test]
fn a_calls_memory_is_free_when_its_result_was_read() {
    let mut adapter = Adapter::new();
    let (_, index, types) = function(&mut adapter, "listUsers");
    let given: Vec<Val> = types.iter().map(least).collect();
    let user = "{\"userName\":\"ada\",\"emails\":[{\"value\":\"ada@example.com\"}],\"x\":1}";
    let output = format!("{{\"complete\":true,\"Resources\":[{}]}}", vec![user; 200].join(","));
    let mut call = || {
        let answer = adapter.call(index, &given, outcome(&output));
        assert!(matches!(answer, Val::Result(Ok(_))));
        adapter.store.data_mut().invoked.clear();
        adapter.store.data().memory
    };
    let first = call();
    assert!((0..100).all(|_| call() == first));
    assert!(first < 3 << 20, "{first}");
}
