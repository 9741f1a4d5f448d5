//! From JSON to records: what a call gave. Resources are read leniently, and nothing of them is lost: what has no field, or not the
//! type of its field, goes to the record's rest as it came.

use crate::json::{Cursor, Kind, quote, unquoted};
use crate::shape::{Field, Record, Type, Variant, Way};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A place for a value of the contract, which is empty: false, zero, no text, an empty list, none, the first case.
pub trait Target {
    /// A place in it.
    type Part<'b>: Target
    where
        Self: 'b;
    /// Puts a flag there.
    fn set_flag(&mut self, flag: bool);
    /// Puts a number there, of a type of numbers.
    fn set_number(&mut self, ty: &Type, number: u64);
    /// Puts a text there.
    fn set_text(&mut self, text: &str);
    /// Makes an option hold something, and gives its place.
    fn set_some(&mut self, inner: &Type) -> Self::Part<'_>;
    /// Makes a list of so many empty items.
    fn set_len(&mut self, inner: &Type, len: usize);
    /// The place of an item.
    fn item_mut(&mut self, inner: &Type, index: usize) -> Self::Part<'_>;
    /// The place of a field.
    fn field_mut(&mut self, field: &Field, index: usize) -> Self::Part<'_>;
    /// Makes it a case, which holds nothing yet.
    fn set_case(&mut self, case: usize);
    /// The place of what a case holds that begins in memory at `offset`.
    fn payload_mut(&mut self, offset: usize) -> Self::Part<'_>;
}

/// What a call gave is not what its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Reads the JSON text of a value.
///
/// # Errors
/// Where it is not what its type says.
pub fn read<T: Target>(ty: &Type, text: &str, target: &mut T) -> Result<(), Unreadable> {
    value(ty, &mut Cursor::new(text), target).ok_or(Unreadable)
}

/// Whether a value can be read as what an optional field holds. In a record that keeps the rest, a boolean stays one.
fn fits(ty: &Type, open: bool, mut cursor: Cursor<'_>) -> Option<bool> {
    Some(match (ty, cursor.kind()?) {
        (Type::Json | Type::Object, _) => true,
        (Type::Text, kind) => matches!(kind, Kind::Text | Kind::Number) || kind == Kind::Flag && !open,
        (Type::Flag, Kind::Text) => flag_in(&cursor.string()?).is_some(),
        (Type::Flag, kind) => kind == Kind::Flag,
        (Type::Limit, _) => limit(&mut cursor)?.is_some(),
        (Type::Number16 | Type::Number32 | Type::Number64, kind) => kind == Kind::Number,
        // A plain text among objects is the value of one.
        (Type::List(Type::Record(_)), Kind::List) if open => {
            items(cursor, |mut cursor| Some(matches!(cursor.kind()?, Kind::Object | Kind::Text)))?.1
        }
        (Type::List(_) | Type::Attributes(_), kind) => kind == Kind::List,
        (Type::Record(_) | Type::Variant(_) | Type::Pairs, kind) => kind == Kind::Object,
        (Type::Enum(_) | Type::Open(_), kind) => kind == Kind::Text,
        (Type::Option(_), _) => true,
    })
}

/// Counts the items of a list for which something is so, and says whether it is so for all.
fn items(mut cursor: Cursor<'_>, mut is: impl FnMut(Cursor<'_>) -> Option<bool>) -> Option<(usize, bool)> {
    cursor.list()?;
    let (mut count, mut all, mut first) = (0, true, true);
    while cursor.item(first)? {
        first = false;
        let so = is(cursor)?;
        count += usize::from(so);
        all &= so;
        cursor.skip()?;
    }
    Some((count, all))
}

/// A boolean as text in any case, which some servers send.
fn flag_in(text: &str) -> Option<bool> {
    [("true", true), ("false", false)].iter().find(|row| row.0.eq_ignore_ascii_case(text)).map(|row| row.1)
}

fn whole_number(cursor: &mut Cursor<'_>) -> Option<u64> {
    match cursor.kind()? {
        Kind::Text => cursor.string()?.trim().parse().ok(),
        _ => cursor.skip()?.parse().ok(),
    }
}

/// A number above zero; none of what is anything else.
fn limit(cursor: &mut Cursor<'_>) -> Option<Option<u64>> {
    let mut there = Cursor::new(cursor.skip()?);
    Some(whole_number(&mut there).filter(|number| *number > 0))
}

fn value<T: Target>(ty: &Type, cursor: &mut Cursor<'_>, target: &mut T) -> Option<()> {
    match ty {
        Type::Flag => match cursor.kind()? {
            Kind::Text => target.set_flag(flag_in(&cursor.string()?)?),
            _ => target.set_flag(cursor.skip()? == "true"),
        },
        Type::Number16 => target.set_number(ty, whole_number(cursor).filter(|number| *number <= u64::from(u16::MAX))?),
        Type::Number32 => target.set_number(ty, whole_number(cursor).filter(|number| *number <= u64::from(u32::MAX))?),
        Type::Number64 => target.set_number(ty, whole_number(cursor)?),
        Type::Limit => target.set_number(ty, limit(cursor)??),
        Type::Text => match cursor.kind()? {
            Kind::Text => target.set_text(&cursor.string()?),
            _ => target.set_text(cursor.skip()?),
        },
        Type::Json | Type::Object => target.set_text(cursor.skip()?),
        Type::Option(inner) => match (inner, cursor.kind()?) {
            (Type::Json, _) => value(inner, cursor, &mut target.set_some(inner))?,
            (_, Kind::Null) => drop(cursor.skip()?),
            _ => value(inner, cursor, &mut target.set_some(inner))?,
        },
        Type::Pairs => drop(cursor.skip()?),
        Type::List(inner) => list(inner, cursor, target)?,
        Type::Record(shape) => record(shape, cursor, target)?,
        Type::Enum(names) => {
            let text = cursor.string()?;
            target.set_case(names.iter().position(|name| *name == text)?);
        }
        Type::Open(names) => {
            let text = cursor.string()?;
            match names.iter().position(|name| *name == text) {
                Some(case) => target.set_case(case),
                None => {
                    target.set_case(names.len());
                    target.payload_mut(4).set_text(&text);
                }
            }
        }
        Type::Variant(shape) => variant(shape, cursor, target)?,
        Type::Attributes(shape) => {
            let item = Type::Record(shape);
            target.set_len(&item, count(*cursor)?);
            attributes(&item, shape, cursor, None, target, &mut 0)?;
        }
    }
    Some(())
}

/// A list, without items of another type.
fn list<T: Target>(inner: &Type, cursor: &mut Cursor<'_>, target: &mut T) -> Option<()> {
    let readable = |mut cursor: Cursor<'_>| {
        Some(match (inner, cursor.kind()?) {
            (Type::Record(record), Kind::Text) => record.is_open(),
            (Type::Record(_), kind) => kind == Kind::Object,
            (Type::Text, kind) => kind == Kind::Text,
            _ => true,
        })
    };
    target.set_len(inner, items(*cursor, readable)?.0);
    cursor.list()?;
    let (mut index, mut first) = (0, true);
    while cursor.item(first)? {
        first = false;
        if !readable(*cursor)? {
            cursor.skip()?;
            continue;
        }
        let mut item = target.item_mut(inner, index);
        match (inner, cursor.kind()?) {
            (Type::Record(_), Kind::Text) => {
                let object = format!("{{\"value\":{}}}", cursor.skip()?);
                value(inner, &mut Cursor::new(&object), &mut item)?;
            }
            _ => value(inner, cursor, &mut item)?,
        }
        index += 1;
    }
    Some(())
}

/// The case that the members of an object tell, which is the first one whose member is there.
fn variant<T: Target>(variant: &Variant, cursor: &mut Cursor<'_>, target: &mut T) -> Option<()> {
    let object = cursor.skip()?;
    for (index, case) in variant.cases.iter().enumerate() {
        let (Some(name), Some(ty)) = (case.member, case.ty) else { continue };
        if let Some(mut held) = member(object, name) {
            target.set_case(index);
            return value(ty, &mut held, &mut target.payload_mut(variant.payload));
        }
    }
    None
}

/// A member of an object, by its exact name.
fn member<'t>(object: &'t str, name: &str) -> Option<Cursor<'t>> {
    let mut cursor = Cursor::new(object);
    cursor.object()?;
    let mut first = true;
    while let Some(raw) = cursor.member(first)? {
        first = false;
        if unquoted(raw) == name {
            return Some(cursor);
        }
        cursor.skip()?;
    }
    None
}

/// A member that is there and could not be read, or is not a field's: its name and value as they are written.
type Written<'t> = (&'t str, &'t str);

fn record<T: Target>(record: &Record, cursor: &mut Cursor<'_>, target: &mut T) -> Option<()> {
    let open = record.is_open();
    let mut seen = 0_u64;
    // Names in another case count where the exact one is not there.
    let mut near: Vec<(usize, Written<'_>)> = Vec::new();
    let mut rest: Vec<Written<'_>> = Vec::new();
    cursor.object()?;
    let (mut first, mut next) = (true, 0);
    while let Some(raw) = cursor.member(first)? {
        first = false;
        let name = unquoted(raw);
        let is = |(_, field): &(usize, &Field)| matches!(field.way, Way::Member) && field.name == name;
        // Members mostly stand in the order of the fields.
        let fields = || record.fields.iter().enumerate();
        match fields().skip(next).find(is).or_else(|| fields().take(next).find(is)) {
            Some((index, field)) => {
                seen |= 1 << index;
                next = index + 1;
                if optional(field, open, index, cursor, target)? {
                    continue;
                }
                rest.push((raw, cursor.skip()?));
            }
            None => {
                let value = cursor.skip()?;
                let alike = |field: &Field| field.way == Way::Member && field.name.eq_ignore_ascii_case(&name);
                match record.fields.iter().position(alike) {
                    Some(index) => near.push((index, (raw, value))),
                    None => rest.push((raw, value)),
                }
            }
        }
    }
    for (index, (raw, value)) in near {
        let taken = seen & 1 << index != 0;
        seen |= 1 << index;
        let field = record.fields.get(index)?;
        if taken || !optional(field, open, index, &mut Cursor::new(value), target)? {
            rest.push((raw, value));
        }
    }
    for (index, field) in record.fields.iter().enumerate() {
        match &field.way {
            Way::Extensions => extensions(field, index, &mut rest, target)?,
            Way::Rest if !rest.is_empty() => {
                let mut text = String::with_capacity(
                    2 + rest.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>(),
                );
                for (name, value) in &rest {
                    text.push(if text.is_empty() { '{' } else { ',' });
                    text.push_str(name);
                    text.push(':');
                    text.push_str(value);
                }
                text.push('}');
                target.field_mut(field, index).set_some(&Type::Object).set_text(&text);
            }
            // What is left out and must be there has a value that says nothing; a number or a name has none.
            Way::Member if seen & 1 << index == 0 => match field.ty {
                Type::Option(_) | Type::Flag | Type::Text | Type::List(_) | Type::Attributes(_) => {}
                _ => return None,
            },
            _ => {}
        }
    }
    Some(())
}

/// Reads a field that may be left out; false where it is not of its type and was not read.
fn optional<T: Target>(
    field: &Field,
    open: bool,
    index: usize,
    cursor: &mut Cursor<'_>,
    target: &mut T,
) -> Option<bool> {
    let inner = match field.ty {
        Type::Option(inner) => inner,
        ty => {
            if matches!(ty, Type::Flag | Type::Text | Type::List(_)) && !fits(ty, open, *cursor)? {
                return Some(false);
            }
            value(ty, cursor, &mut target.field_mut(field, index))?;
            return Some(true);
        }
    };
    let there = fits(inner, open, *cursor)?;
    if there {
        value(inner, cursor, &mut target.field_mut(field, index).set_some(inner))?;
    }
    Some(there)
}

/// Takes the extensions out of the rest: objects under a URN.
fn extensions<T: Target>(field: &Field, index: usize, rest: &mut Vec<Written<'_>>, target: &mut T) -> Option<()> {
    let Type::Option(list @ Type::List(item @ Type::Record(Record { fields: [schema, attributes], .. }))) = field.ty
    else {
        return Some(());
    };
    let is_urn = |name: &str| name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"));
    let is_extension = |written: &Written<'_>| is_urn(&unquoted(written.0)) && written.1.starts_with('{');
    let found: Vec<_> = rest.iter().copied().filter(is_extension).collect();
    if found.is_empty() {
        return Some(());
    }
    rest.retain(|written| !is_extension(written));
    let mut place = target.field_mut(field, index);
    let mut place = place.set_some(list);
    place.set_len(item, found.len());
    for (index, (name, value)) in found.into_iter().enumerate() {
        let mut extension = place.item_mut(item, index);
        extension.field_mut(schema, 0).set_text(&unquoted(name));
        extension.field_mut(attributes, 1).set_text(value);
    }
    Some(())
}

/// Where an attribute's sub-attributes stand.
const PARTS: &str = "subAttributes";

/// How many attributes a list has, however deep.
fn count(cursor: Cursor<'_>) -> Option<usize> {
    let mut inner = 0;
    let (own, _) = items(cursor, |mut attribute| {
        if attribute.kind()? != Kind::Object {
            return Some(false);
        }
        if let Some(parts) = parts(attribute.skip()?) {
            inner += count(parts)?;
        }
        Some(true)
    })?;
    Some(own + inner)
}

/// The list of an attribute's sub-attributes.
fn parts(attribute: &str) -> Option<Cursor<'_>> {
    member(attribute, PARTS).filter(|parts| parts.clone().kind() == Some(Kind::List))
}

/// Reads each attribute, followed by its sub-attributes, which carry the name of the outermost one.
fn attributes<T: Target>(
    item: &Type,
    record: &Record,
    cursor: &mut Cursor<'_>,
    parent: Option<&str>,
    target: &mut T,
    next: &mut usize,
) -> Option<()> {
    cursor.list()?;
    let mut first = true;
    while cursor.item(first)? {
        first = false;
        let kind = cursor.kind()?;
        let text = cursor.skip()?;
        if kind != Kind::Object {
            continue;
        }
        let mut place = target.item_mut(item, *next);
        *next += 1;
        value(item, &mut Cursor::new(text), &mut place)?;
        let above = record.fields.iter().enumerate().find(|(_, field)| field.way == Way::Apart);
        if let (Some((index, field)), Some(parent)) = (above, parent) {
            place.field_mut(field, index).set_some(&Type::Text).set_text(parent);
        }
        drop(place);
        if let Some(mut parts) = parts(text) {
            let name = member(text, "name").and_then(|mut name| name.string()).unwrap_or_default();
            attributes(item, record, &mut parts, Some(parent.unwrap_or(&name)), target, next)?;
        }
    }
    Some(())
}

/// A failure of a call that was not made, or whose answer cannot be read, as the JSON of the contract's `failure`.
pub fn failure(kind: &str, pointer: Option<&str>, detail: &str, maybe_applied: bool) -> String {
    let mut text = format!("{{\"kind\":\"{kind}\",\"maybeApplied\":{maybe_applied},\"detail\":");
    quote(&mut text, detail);
    if let Some(pointer) = pointer {
        text.push_str(",\"pointer\":");
        quote(&mut text, pointer);
    }
    text.push('}');
    text
}
