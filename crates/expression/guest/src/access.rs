//! What jaq asks of a value: indexing, slicing, iterating and updating, with the rules of jq 1.8. Knows how values are written
//! as text; filters are no concern of it.

use crate::json;
use crate::number::Number;
use crate::value::{Members, Value, indices_of_part};
use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::{Error, Exn, ValR as Result, ValX, val};
use std::rc::Rc;

/// The longest list that an assignment behind its end may make, as in jq.
const LONGEST: usize = 1 << 29;

/// Where lists and texts that are indexed by `{start, end}` are cut.
fn slice_of(index: &Value) -> Option<(Option<&Value>, Option<&Value>)> {
    let Value::Object(members) = index else { return None };
    Some((members.get("start"), members.get("end")))
}

/// From where to where a slice goes: the start is rounded down, the end up, negative ones count from the end.
fn bounds(
    length: usize,
    (start, end): (Option<&Value>, Option<&Value>),
) -> std::result::Result<(usize, usize), Error<Value>> {
    let bound = |bound: Option<&Value>, default: usize, round: fn(f64) -> f64| match bound {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Number(number)) => {
            #[allow(clippy::cast_precision_loss, reason = "no list in memory is that long")]
            let (length_f, at) = (length as f64, round(number.float()));
            let at = if at < 0.0 { at + length_f } else { at };
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; NaN becomes 0")]
            Ok(at.clamp(0.0, length_f) as usize)
        }
        Some(_) => Err(Error::str("start and end of a slice must be numbers")),
    };
    let from = bound(start, 0, f64::floor)?;
    Ok((from, bound(end, length, f64::ceil)?.max(from)))
}

fn slice_text(
    text: &str,
    range: (Option<&Value>, Option<&Value>),
) -> std::result::Result<(usize, usize), Error<Value>> {
    let (from, to) = bounds(text.chars().count(), range)?;
    let mut offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
    let start = offsets.nth(from).unwrap_or(text.len());
    let end = if to == from { start } else { offsets.nth(to - from - 1).unwrap_or(text.len()) };
    Ok((start, end))
}

/// The position in a list that a number means: from the end where it is negative.
fn position(number: &Number, length: usize) -> Option<usize> {
    let at = number.float().floor();
    #[allow(clippy::cast_precision_loss, reason = "no list in memory is that long")]
    let at = if at < 0.0 { at + length as f64 } else { at };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    (at >= 0.0).then_some(at as usize)
}

impl jaq_core::ValT for Value {
    fn from_num(text: &str) -> Result<Self> {
        Ok(Self::Number(Number::read(text)))
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(pairs: I) -> Result<Self> {
        let member = |(name, value): (Self, Self)| match name {
            Self::String(name) => Ok((name, value)),
            _ => Err(Error::str(format_args!("a member's name must be a text, and this is {name}"))),
        };
        Ok(Self::object(pairs.into_iter().map(member).collect::<std::result::Result<_, _>>()?))
    }

    fn key_values(self) -> BoxIter<'static, val::ValR<(Self, Self), Self>> {
        match self {
            Self::Array(list) => {
                let list = Rc::unwrap_or_clone(list).into_iter().enumerate();
                Box::new(list.map(|(at, element)| Ok((Self::from(at), element))))
            }
            Self::Object(members) => {
                let members = Rc::unwrap_or_clone(members).into_iter();
                Box::new(members.map(|(name, value)| Ok((Self::String(name), value))))
            }
            _ => box_once(Err(iterating(self))),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = Result<Self>>> {
        match self {
            Self::Array(list) => match Rc::try_unwrap(list) {
                Ok(list) => Box::new(list.into_iter().map(Ok)),
                // Elements of a list that is used elsewhere are taken one by one, not all at once.
                Err(list) => Box::new((0..list.len()).map(move |at| Ok(list.get(at).cloned().unwrap_or_default()))),
            },
            Self::Object(members) => Box::new(
                (0..members.len())
                    .map(move |at| Ok(members.get_index(at).map(|(_, value)| value.clone()).unwrap_or_default())),
            ),
            _ => box_once(Err(iterating(self))),
        }
    }

    fn index(self, index: &Self) -> Result<Self> {
        match (&self, index) {
            (Self::Object(members), Self::String(name)) => Ok(members.get(name).cloned().unwrap_or_default()),
            (Self::Array(list), Self::Number(number)) => {
                Ok(position(number, list.len()).and_then(|at| list.get(at)).cloned().unwrap_or_default())
            }
            (Self::Array(list), Self::Array(part)) => Ok(indices_of_part(list, part)),
            (Self::Null | Self::Array(_) | Self::String(_), Self::Object(_)) => {
                let (start, end) = slice_of(index).unwrap_or_default();
                self.range(start..end)
            }
            (Self::Null, Self::String(_) | Self::Number(_) | Self::Null) => Ok(Self::Null),
            _ => Err(Error::index(self, index.clone())),
        }
    }

    fn range(self, range: val::Range<&Self>) -> Result<Self> {
        let range = (range.start, range.end);
        match &self {
            Self::Null => Ok(Self::Null),
            Self::Array(list) => {
                let (from, to) = bounds(list.len(), range)?;
                Ok(Self::Array(list.get(from..to).unwrap_or_default().to_vec().into()))
            }
            Self::String(text) => {
                let (from, to) = slice_text(text, range)?;
                Ok(Self::text(text.get(from..to).unwrap_or_default()))
            }
            _ => Err(Error::str(format_args!("cannot take a part of {self}"))),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(self, opt: Opt, f: impl Fn(Self) -> I) -> ValX<'a, Self> {
        let first = |value| f(value).next().transpose();
        match self {
            Self::Array(list) => {
                let list = Rc::unwrap_or_clone(list).into_iter();
                let list: std::result::Result<Vec<_>, Exn<_>> =
                    list.filter_map(|value| first(value).transpose()).collect();
                Ok(Self::Array(list?.into()))
            }
            Self::Object(members) => {
                let members = Rc::unwrap_or_clone(members).into_iter();
                let member = |(name, value)| Some(first(value).transpose()?.map(|value| (name, value)));
                let members: std::result::Result<Members, Exn<_>> = members.filter_map(member).collect();
                Ok(Self::object(members?))
            }
            other => opt.fail(other, |value| Exn::from(iterating(value))),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match (self, index) {
            (Self::Null, Self::String(name)) => {
                let value = f(Self::Null).next().transpose()?;
                let Some(value) = value else { return Ok(Self::Null) };
                Ok(Self::object(Members::from_iter([(name.clone(), value)])))
            }
            (Self::Object(mut members), Self::String(name)) => {
                // The value is taken out, so that the only reference to it is changed in its place.
                let members_mut = Rc::make_mut(&mut members);
                let value = members_mut.get_mut(name).map(std::mem::take).unwrap_or_default();
                match f(value).next().transpose()? {
                    Some(value) => members_mut.insert(name.clone(), value),
                    None => members_mut.shift_remove(name),
                };
                Ok(Self::Object(members))
            }
            (Self::Null, Self::Number(_)) => {
                let mapped = Self::Array(Rc::default()).map_index(index, opt, f)?;
                Ok(if mapped == Self::Array(Rc::default()) { Self::Null } else { mapped })
            }
            (Self::Array(mut list), Self::Number(number)) => {
                let Some(at) = position(number, list.len()).filter(|at| *at < LONGEST) else {
                    let message = if number.float() < 0.0 {
                        "an index lies before the list"
                    } else {
                        "an index is no place in a list"
                    };
                    return opt.fail(Self::Array(list), |_| Exn::from(Error::str(message)));
                };
                let elements = Rc::make_mut(&mut list);
                let value = elements.get_mut(at).map(std::mem::take);
                let there = value.is_some();
                match f(value.unwrap_or_default()).next().transpose()? {
                    Some(value) => {
                        if !there {
                            elements.resize(at + 1, Self::Null);
                        }
                        if let Some(element) = elements.get_mut(at) {
                            *element = value;
                        }
                    }
                    None if there => {
                        elements.remove(at);
                    }
                    None => {}
                }
                Ok(Self::Array(list))
            }
            (value @ (Self::Null | Self::Array(_) | Self::String(_)), Self::Object(_)) => {
                let (start, end) = slice_of(index).unwrap_or_default();
                value.map_range(start..end, opt, f)
            }
            (value, _) => opt.fail(value, |value| Exn::from(Error::index(value, index.clone()))),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: val::Range<&Self>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let mut list = match self {
            Self::Array(list) => list,
            Self::Null => Rc::default(),
            other => {
                return opt
                    .fail(other, |value| Exn::from(Error::str(format_args!("cannot replace a part of {value}"))));
            }
        };
        let (from, to) = match bounds(list.len(), (range.start, range.end)) {
            Ok(bounds) => bounds,
            Err(error) => return opt.fail(Self::Array(list), |_| Exn::from(error)),
        };
        let part = Self::Array(list.get(from..to).unwrap_or_default().to_vec().into());
        let replacement = match f(part).next().transpose()? {
            Some(Self::Array(replacement)) => Rc::unwrap_or_clone(replacement),
            Some(other) => return Err(Exn::from(Error::typ(other, "array"))),
            None => Vec::new(),
        };
        Rc::make_mut(&mut list).splice(from..to, replacement);
        Ok(Self::Array(list))
    }

    fn as_bool(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    fn into_string(self) -> Self {
        match self {
            Self::String(_) => self,
            other => Self::text(json::to_text(&other)),
        }
    }
}

fn iterating(value: Value) -> Error<Value> {
    Error::str(format_args!("cannot iterate over {value}"))
}

impl jaq_std::ValT for Value {
    fn into_seq<S: FromIterator<Self>>(self) -> std::result::Result<S, Self> {
        match self {
            Self::Array(list) => Ok(Rc::unwrap_or_clone(list).into_iter().collect()),
            other => Err(other),
        }
    }

    fn is_int(&self) -> bool {
        matches!(self, Self::Number(number) if number.integer().is_some())
    }

    fn as_isize(&self) -> Option<isize> {
        match self {
            Self::Number(number) => number.integer()?.try_into().ok(),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.float()),
            _ => None,
        }
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self, Self::String(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::String(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    fn as_sub_str(&self, part: &[u8]) -> Self {
        Self::text(String::from_utf8_lossy(part))
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::text(String::from_utf8_lossy(bytes.as_ref()))
    }
}
