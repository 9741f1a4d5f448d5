//! Values of the adapter's functions: made by chance, and as what is written as JSON.

use scim_connector_records::shape::{Field, Function, Type as Shape, Way};
use scim_connector_records::{Source, write};
use wasmtime::component::Val;
use wasmtime::component::types::Type;

/// A text.
pub fn string(text: &str) -> Val {
    Val::String(text.to_owned())
}

/// Numbers by chance, the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one(&mut self, of: &[&str]) -> Val {
        string(of[self.below(of.len())])
    }

    /// A value of a type, as far as its JSON can say what it says.
    pub fn value(&mut self, shape: &Shape, ty: &Type) -> Val {
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

    pub fn field(&mut self, field: &Field, ty: &Type) -> Val {
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
pub struct Held<'a>(Option<(&'a Val, &'a Type)>);

impl<'a> Held<'a> {
    pub fn of(value: &'a Val, ty: Type) -> Self {
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

    fn count(self) -> usize {
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
pub fn written(function: &'static Function, given: &[Val], types: &[Type]) -> [String; 2] {
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

    fn count(self) -> usize {
        self.part().count()
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
