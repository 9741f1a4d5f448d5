//! The adapter for typed calls by itself: what reaches the named call, and what becomes of its answer, for every function of the
//! contract. Values are made by chance; what they are as JSON is asked of the same rules, natively, so that what differs is memory.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use scim_connector_records::contract::functions;
use scim_connector_records::shape::{Field, Function, Type as Shape, Way};
use scim_connector_records::{Source, write};
use std::path::Path;
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

fn string(text: &str) -> Val {
    Val::String(text.to_owned())
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

/// Numbers by chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one(&mut self, of: &[&str]) -> Val {
        string(of[self.below(of.len())])
    }

    /// A value of a type, as far as its JSON can say what it says.
    fn value(&mut self, shape: &Shape, ty: &Type) -> Val {
        match (shape, ty) {
            (Shape::Json, _) => self.one(&["null", "1.50", "\"x\"", "[1,{\"a\":{}}]", "{\"b\":\"\\u00e9\"}"]),
            (Shape::Object, _) => self.one(&["{\"zz\":1}", "{\"zz\":[ ],\"Zy\":{\"a\":null}}"]),
            (Shape::Option(inner), Type::Option(ty)) => {
                Val::Option((self.below(2) == 1).then(|| Box::new(self.value(inner, &ty.ty()))))
            }
            (Shape::List(inner), Type::List(ty)) => {
                let len = self.below(4);
                Val::List((0..len).map(|_| self.value(inner, &ty.ty())).collect())
            }
            (Shape::Pairs, Type::List(_)) => {
                let names = ["a", "b", "a"];
                let pair = |name: &&str| Val::Tuple(vec![string(name), string("1")]);
                Val::List(names[..self.below(4)].iter().map(pair).collect())
            }
            (Shape::Record(record), Type::Record(ty)) => {
                let fields = record.fields.iter().zip(ty.fields());
                Val::Record(fields.map(|(field, it)| (it.name.to_owned(), self.field(field, &it.ty))).collect())
            }
            (_, Type::Enum(ty)) => {
                let names: Vec<&str> = ty.names().collect();
                Val::Enum(names[self.below(names.len())].to_owned())
            }
            (Shape::Open(_), Type::Variant(ty)) => {
                let cases: Vec<_> = ty.cases().collect();
                let case = &cases[self.below(cases.len())];
                Val::Variant(case.name.to_owned(), case.ty.as_ref().map(|_| Box::new(string("else"))))
            }
            (Shape::Variant(variant), Type::Variant(ty)) => {
                let case = self.below(variant.cases.len());
                let name = ty.cases().nth(case).unwrap().name.to_owned();
                let ty = ty.cases().nth(case).unwrap().ty;
                let held = variant.cases[case].ty.zip(ty).map(|(shape, ty)| Box::new(self.value(shape, &ty)));
                Val::Variant(name, held)
            }
            (_, Type::Bool) => Val::Bool(self.below(2) == 1),
            (_, Type::U16) => Val::U16(u16::MAX),
            (_, Type::U32) => Val::U32([1, u32::MAX][self.below(2)]),
            (_, Type::U64) => Val::U64([1, u64::MAX][self.below(2)]),
            (_, Type::String) => self.one(&["ada", "", "é \"\\\u{1}\n🦀", "12", "null"]),
            (shape, ty) => panic!("{shape:?} is no {ty:?}"),
        }
    }

    fn field(&mut self, field: &Field, ty: &Type) -> Val {
        match (&field.way, field.ty, ty) {
            // An empty list of extensions is none.
            (Way::Extensions, _, Type::Option(list)) => {
                let Type::List(list) = list.ty() else { panic!() };
                let Type::Record(extension) = list.ty() else { panic!() };
                let values = [string("urn:x:y"), self.one(&["{}", "{\"a\":[1]}"])];
                let fields = extension.fields().zip(values).map(|(field, value)| (field.name.to_owned(), value));
                Val::Option(Some(Box::new(Val::List(vec![Val::Record(fields.collect())]))))
            }
            // Options that a function does not take are refused, if they are given.
            (Way::Options(taken), Shape::Option(Shape::Record(options)), Type::Option(ty)) => {
                let Type::Record(ty) = ty.ty() else { panic!() };
                let fields = options.fields.iter().zip(ty.fields()).map(|(field, it)| {
                    let value = match taken.contains(&field.name) {
                        true => self.value(field.ty, &it.ty),
                        false => Val::Option(None),
                    };
                    (it.name.to_owned(), value)
                });
                Val::Option(Some(Box::new(Val::Record(fields.collect()))))
            }
            (_, shape, ty) => self.value(shape, ty),
        }
    }
}

/// A value with its type; none is a value that its type does not have.
#[derive(Clone, Copy)]
struct Held<'a>(Option<(&'a Val, &'a Type)>);

impl<'a> Held<'a> {
    fn of(value: &'a Val, ty: Type) -> Self {
        Held(Some((value, Box::leak(Box::new(ty)))))
    }

    fn value(self) -> &'a Val {
        self.0.unwrap().0
    }
}

impl<'a> Source<'a> for Held<'a> {
    fn flag(self) -> bool {
        matches!(self.value(), Val::Bool(true))
    }

    fn number(self, _: &Shape) -> u64 {
        match self.value() {
            Val::U16(number) => (*number).into(),
            Val::U32(number) => (*number).into(),
            Val::U64(number) => *number,
            other => panic!("{other:?}"),
        }
    }

    fn text(self) -> &'a str {
        let Val::String(text) = self.value() else { panic!() };
        text
    }

    fn some(self, _: &Shape) -> Option<Self> {
        let Some((Val::Option(held), Type::Option(ty))) = self.0 else { panic!() };
        held.as_ref().map(|held| Held::of(held, ty.ty()))
    }

    fn len(self) -> usize {
        let Val::List(items) = self.value() else { panic!() };
        items.len()
    }

    fn item(self, _: &Shape, index: usize) -> Self {
        let Some((Val::List(items), Type::List(ty))) = self.0 else { panic!() };
        Held::of(&items[index], ty.ty())
    }

    fn pair(self, index: usize) -> (&'a str, &'a str) {
        let Val::List(items) = self.value() else { panic!() };
        let Val::Tuple(pair) = &items[index] else { panic!() };
        let [Val::String(name), Val::String(text)] = pair.as_slice() else { panic!() };
        (name, text)
    }

    fn field(self, _: &Field, index: usize) -> Self {
        match self.0 {
            Some((Val::Record(fields), Type::Record(ty))) => {
                Held::of(&fields[index].1, ty.fields().nth(index).unwrap().ty)
            }
            other => panic!("{other:?}"),
        }
    }

    fn case(self) -> usize {
        match self.0 {
            Some((Val::Enum(name), Type::Enum(ty))) => ty.names().position(|it| it == name).unwrap(),
            Some((Val::Variant(name, _), Type::Variant(ty))) => ty.cases().position(|it| it.name == name).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn payload(self, _: usize) -> Self {
        match self.0 {
            Some((Val::Variant(name, held), Type::Variant(ty))) => {
                let ty = ty.cases().find(|it| it.name == name).unwrap().ty;
                Held(held.as_deref().zip(ty).map(|(held, ty)| (held, &*Box::leak(Box::new(ty)))))
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The parameters of a function.
#[derive(Clone, Copy)]
struct Given<'a>(&'a [Val], &'a [Type]);

/// What a function is called with, as JSON: the connection and the input.
fn written(function: &'static Function, given: &[Val], types: &[Type]) -> [String; 2] {
    let parameters = || Parameters::All(Given(given, types));
    [write::connection(function, parameters()).unwrap(), write::input(function, parameters()).unwrap()]
}

/// All parameters, or one part of one.
#[derive(Clone, Copy)]
enum Parameters<'a> {
    All(Given<'a>),
    Part(Held<'a>),
}

impl<'a> Parameters<'a> {
    fn part(self) -> Held<'a> {
        let Parameters::Part(part) = self else { panic!() };
        part
    }
}

impl<'a> Source<'a> for Parameters<'a> {
    fn flag(self) -> bool {
        self.part().flag()
    }

    fn number(self, ty: &Shape) -> u64 {
        self.part().number(ty)
    }

    fn text(self) -> &'a str {
        self.part().text()
    }

    fn some(self, inner: &Shape) -> Option<Self> {
        self.part().some(inner).map(Parameters::Part)
    }

    fn len(self) -> usize {
        self.part().len()
    }

    fn item(self, inner: &Shape, index: usize) -> Self {
        Parameters::Part(self.part().item(inner, index))
    }

    fn pair(self, index: usize) -> (&'a str, &'a str) {
        self.part().pair(index)
    }

    fn field(self, field: &Field, index: usize) -> Self {
        Parameters::Part(match self {
            Parameters::All(Given(values, types)) => Held(Some((&values[index], &types[index]))),
            Parameters::Part(part) => part.field(field, index),
        })
    }

    fn case(self) -> usize {
        self.part().case()
    }

    fn payload(self, offset: usize) -> Self {
        Parameters::Part(self.part().payload(offset))
    }
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
