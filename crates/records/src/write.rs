//! From records to JSON: the connection, and the input of the named call. JSON that a caller gives as text is checked and stands in it
//! as it was given.

use crate::json::{Kind, check, number, quote};
use crate::refusal::{Hint, Refusal};
use crate::shape::{Case, Field, Function, Record, Type, Variant, Way};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A value of the contract, wherever it is held; what it is asked for is what its type has.
pub trait Source<'a>: Copy {
    /// A flag.
    fn flag(self) -> bool;
    /// A number, of a type of numbers.
    fn number(self, ty: &Type) -> u64;
    /// A text.
    fn text(self) -> &'a str;
    /// What an option holds.
    fn some(self, inner: &Type) -> Option<Self>;
    /// How many items a list has.
    fn count(self) -> usize;
    /// An item of a list.
    fn item(self, inner: &Type, index: usize) -> Self;
    /// The name and the text of a pair in a list.
    fn pair(self, index: usize) -> (&'a str, &'a str);
    /// A field of a record.
    fn field(self, field: &Field, index: usize) -> Self;
    /// Which case it is.
    fn case(self) -> usize;
    /// What a case holds that begins in memory at `offset`.
    fn payload(self, offset: usize) -> Self;
}

/// What would change the outcome of a call is not passed over in silence; other options are preferences.
const NEVER_PASSED_OVER: [&str; 4] = ["ifMatch", "ifNoneMatch", "validate", "readModifyWrite"];

/// The connection as JSON.
///
/// # Errors
/// Where its overrides are no JSON object.
pub fn connection<'a>(function: &'static Function, parameters: impl Source<'a>) -> Result<String, Refusal> {
    let mut writer = Writer::new(function.name);
    if let Some(field) = function.parameters.fields.first() {
        writer.value(field.ty, parameters.field(field, 0))?;
    }
    Ok(writer.out)
}

/// The parameters behind the connection, as the input of the named call.
///
/// # Errors
/// Where a text is no JSON, or an option is not for this function.
pub fn input<'a>(function: &'static Function, parameters: impl Source<'a>) -> Result<String, Refusal> {
    let mut writer = Writer::new(function.name);
    writer.out.push('{');
    writer.members(&function.parameters, parameters, &mut true)?;
    writer.out.push('}');
    Ok(writer.out)
}

/// The JSON of a value.
///
/// # Errors
/// As [`input`].
pub fn value<'a>(ty: &'static Type, value: impl Source<'a>) -> Result<String, Refusal> {
    let mut writer = Writer::new("");
    writer.value(ty, value)?;
    Ok(writer.out)
}

/// Where in the input something is written.
#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

struct Writer<'a> {
    out: String,
    operation: &'static str,
    steps: Vec<Step<'a>>,
}

impl<'a> Writer<'a> {
    fn new(operation: &'static str) -> Self {
        Writer { out: String::with_capacity(1024), operation, steps: Vec::new() }
    }

    /// A JSON pointer to what is being written, and on.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.steps {
            pointer.push('/');
            match step {
                Step::Name(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => number(&mut pointer, *index as u64),
            }
        }
        pointer
    }

    fn at(&mut self, step: Step<'a>, write: impl FnOnce(&mut Self) -> Result<(), Refusal>) -> Result<(), Refusal> {
        self.steps.push(step);
        write(self)?;
        self.steps.pop();
        Ok(())
    }

    /// What separates a member from the one before it.
    fn comma(&mut self, first: &mut bool) {
        if !core::mem::take(first) {
            self.out.push(',');
        }
    }

    fn name(&mut self, name: &str, first: &mut bool) {
        self.comma(first);
        quote(&mut self.out, name);
        self.out.push(':');
    }

    /// A member, with what its type makes of a value.
    fn member<S: Source<'a>>(
        &mut self,
        name: &'static str,
        ty: &'static Type,
        value: S,
        first: &mut bool,
    ) -> Result<(), Refusal> {
        self.name(name, first);
        self.at(Step::Name(name), |writer| writer.value(ty, value))
    }

    fn value<S: Source<'a>>(&mut self, ty: &'static Type, value: S) -> Result<(), Refusal> {
        match ty {
            Type::Flag => self.out.push_str(if value.flag() { "true" } else { "false" }),
            Type::Number16 | Type::Number32 | Type::Number64 | Type::Limit => number(&mut self.out, value.number(ty)),
            Type::Text => quote(&mut self.out, value.text()),
            Type::Json => {
                if check(value.text()).is_none() {
                    return Err(Refusal::not_json(self.pointer(), value.text(), Hint::Quotes));
                }
                self.out.push_str(value.text());
            }
            Type::Object => self.object(value.text()).map(|text| self.out.push_str(text))?,
            Type::Option(inner) => match value.some(inner) {
                Some(value) => self.value(inner, value)?,
                None => self.out.push_str("null"),
            },
            Type::Pairs => self.pairs(value),
            Type::List(inner) => {
                self.out.push('[');
                let mut first = true;
                for index in 0..value.count() {
                    self.comma(&mut first);
                    self.at(Step::Index(index), |writer| writer.value(inner, value.item(inner, index)))?;
                }
                self.out.push(']');
            }
            Type::Record(record) => {
                self.out.push('{');
                self.members(record, value, &mut true)?;
                self.out.push('}');
            }
            Type::Enum(names) => quote(&mut self.out, names.get(value.case()).copied().unwrap_or_default()),
            Type::Open(names) => match names.get(value.case()) {
                Some(name) => quote(&mut self.out, name),
                None => quote(&mut self.out, value.payload(4).text()),
            },
            Type::Variant(variant) => match variant.cases.get(value.case()) {
                Some(Case { tag: None, member: None, ty: Some(ty) }) => {
                    self.value(ty, value.payload(variant.payload))?;
                }
                _ => {
                    self.out.push('{');
                    self.case(variant, value, &mut true)?;
                    self.out.push('}');
                }
            },
            // Nobody gives a schema.
            Type::Attributes(_) => self.out.push_str("[]"),
        }
        Ok(())
    }

    /// JSON text that must be an object, without the blanks around it.
    fn object(&self, text: &'a str) -> Result<&'a str, Refusal> {
        match check(text) {
            Some(Kind::Object) => Ok(text.trim_matches([' ', '\n', '\r', '\t'])),
            Some(other) => {
                let what = format!("expected a JSON object, found {}", other.name());
                Err(Refusal::said(self.pointer(), &what))
            }
            None => Err(Refusal::not_json(self.pointer(), text, Hint::None)),
        }
    }

    /// Names and texts: an object; a list of pairs where a name stands twice, which an object cannot say.
    fn pairs<S: Source<'a>>(&mut self, value: S) {
        let pairs = || (0..value.count()).map(|index| value.pair(index));
        let twice = pairs().enumerate().any(|(index, pair)| pairs().take(index).any(|other| other.0 == pair.0));
        let mut first = true;
        self.out.push(if twice { '[' } else { '{' });
        for (name, text) in pairs() {
            if twice {
                self.comma(&mut first);
                self.out.push('[');
                quote(&mut self.out, name);
                self.out.push(',');
            } else {
                self.name(name, &mut first);
            }
            quote(&mut self.out, text);
            if twice {
                self.out.push(']');
            }
        }
        self.out.push(if twice { ']' } else { '}' });
    }

    /// The members that a record's fields are.
    fn members<S: Source<'a>>(&mut self, record: &'static Record, value: S, first: &mut bool) -> Result<(), Refusal> {
        for (index, field) in record.fields.iter().enumerate() {
            let there = value.field(field, index);
            let (ty, there) = match field.ty {
                Type::Option(inner) => (*inner, there.some(inner)),
                ty => (ty, Some(there)),
            };
            let Some(there) = there else { continue };
            match (&field.way, ty) {
                (Way::Member, _) => self.member(field.name, ty, there, first)?,
                (Way::Spread, Type::Record(inner)) => self.members(inner, there, first)?,
                (Way::Spread, Type::Variant(inner)) => self.case(inner, there, first)?,
                (Way::Options(taken), Type::Record(inner)) => self.options(taken, inner, there, first)?,
                (Way::Extensions, Type::List(Type::Record(inner))) => self.extensions(inner, there, first)?,
                (Way::Rest, _) => self.rest(field.name, there.text(), first)?,
                // The connection, which goes by itself; any other way has one of these types.
                _ => {}
            }
        }
        Ok(())
    }

    /// What a case of a variant is made of.
    fn case<S: Source<'a>>(&mut self, variant: &'static Variant, value: S, first: &mut bool) -> Result<(), Refusal> {
        let Some(case) = variant.cases.get(value.case()) else { return Ok(()) };
        if let Some(tag) = case.tag {
            self.name("type", first);
            quote(&mut self.out, tag);
        }
        let payload = value.payload(variant.payload);
        match (case.member, case.ty) {
            (Some(name), Some(ty)) => self.member(name, ty, payload, first),
            (None, Some(Type::Record(record))) => self.members(record, payload, first),
            _ => Ok(()),
        }
    }

    /// The options that a function takes. One that it does not take is refused where it would change the outcome.
    fn options<S: Source<'a>>(
        &mut self,
        taken: &[&str],
        record: &'static Record,
        value: S,
        first: &mut bool,
    ) -> Result<(), Refusal> {
        for (index, field) in record.fields.iter().enumerate() {
            let Type::Option(ty) = field.ty else { continue };
            let Some(given) = value.field(field, index).some(ty) else { continue };
            if taken.contains(&field.name) {
                self.member(field.name, ty, given, first)?;
            } else if NEVER_PASSED_OVER.contains(&field.name) && (!matches!(ty, Type::Flag) || given.flag()) {
                let what = format!("{} does not take it; leave it out", self.operation);
                return Err(Refusal::said(format!("/{}", field.name), &what));
            }
        }
        Ok(())
    }

    /// Extensions: the URN of each, and its attributes.
    fn extensions<S: Source<'a>>(&mut self, record: &'static Record, list: S, first: &mut bool) -> Result<(), Refusal> {
        let [schema, attributes] = record.fields else { return Ok(()) };
        let item = Type::Record(record);
        for index in 0..list.count() {
            let extension = list.item(&item, index);
            let urn = extension.field(schema, 0).text();
            self.name(urn, first);
            let value = extension.field(attributes, 1);
            self.at(Step::Name(urn), |writer| writer.value(attributes.ty, value))?;
        }
        Ok(())
    }

    /// The members of an object that a caller gives as text. They come last: of members with the same name the last one counts.
    fn rest(&mut self, name: &'static str, text: &'a str, first: &mut bool) -> Result<(), Refusal> {
        self.at(Step::Name(name), |writer| {
            let object = writer.object(text)?;
            let inner = object.get(1..object.len().saturating_sub(1)).unwrap_or_default();
            if !inner.bytes().all(|byte| byte.is_ascii_whitespace()) {
                writer.comma(first);
                writer.out.push_str(inner);
            }
            Ok(())
        })
    }
}
