//! The host's records as what typed calls are made of: what a record holds is asked for, and put there, by the place of a field or case
//! in the contract. Knows no JSON and no names.

use scim_connector_records::shape::{Field, Type};
use scim_connector_records::{Source, Target};

/// A value that a caller gives. Each type has what its kind of value is asked for; the rest says nothing.
pub trait Given {
    fn flag(&self) -> bool {
        false
    }
    fn number(&self) -> u64 {
        0
    }
    fn text(&self) -> &str {
        ""
    }
    fn some(&self) -> Option<&dyn Given> {
        None
    }
    fn count(&self) -> usize {
        0
    }
    fn item(&self, _: usize) -> &dyn Given {
        &()
    }
    fn pair(&self) -> (&str, &str) {
        ("", "")
    }
    fn field(&self, _: usize) -> &dyn Given {
        &()
    }
    fn case(&self) -> usize {
        0
    }
    fn payload(&self) -> &dyn Given {
        &()
    }
}

/// A value that a call gives.
pub trait Made {
    /// One that says nothing.
    fn blank() -> Self
    where
        Self: Sized;
    fn set_flag(&mut self, _: bool) {}
    fn set_number(&mut self, _: u64) {}
    fn set_text(&mut self, _: &str) {}
    fn set_some(&mut self) -> Option<&mut dyn Made> {
        None
    }
    fn set_len(&mut self, _: usize) {}
    fn item_mut(&mut self, _: usize) -> Option<&mut dyn Made> {
        None
    }
    fn field_mut(&mut self, _: usize) -> Option<&mut dyn Made> {
        None
    }
    fn set_case(&mut self, _: usize) {}
    fn payload_mut(&mut self) -> Option<&mut dyn Made> {
        None
    }
}

/// A value being written.
#[derive(Clone, Copy)]
pub struct From<'a>(pub &'a dyn Given);

impl<'a> Source<'a> for From<'a> {
    fn flag(self) -> bool {
        self.0.flag()
    }

    fn number(self, _: &Type) -> u64 {
        self.0.number()
    }

    fn text(self) -> &'a str {
        self.0.text()
    }

    fn some(self, _: &Type) -> Option<Self> {
        self.0.some().map(From)
    }

    fn count(self) -> usize {
        self.0.count()
    }

    fn item(self, _: &Type, index: usize) -> Self {
        From(self.0.item(index))
    }

    fn pair(self, index: usize) -> (&'a str, &'a str) {
        self.0.item(index).pair()
    }

    fn field(self, _: &Field, index: usize) -> Self {
        From(self.0.field(index))
    }

    fn case(self) -> usize {
        self.0.case()
    }

    fn payload(self, _: usize) -> Self {
        From(self.0.payload())
    }
}

/// A value being read; none where its type has no such part.
pub struct Into<'a>(pub Option<&'a mut dyn Made>);

impl Into<'_> {
    fn part<'b>(&'b mut self, part: impl FnOnce(&'b mut dyn Made) -> Option<&'b mut dyn Made>) -> Into<'b> {
        Into(match &mut self.0 {
            Some(whole) => part(&mut **whole),
            None => None,
        })
    }
}

impl Target for Into<'_> {
    type Part<'b>
        = Into<'b>
    where
        Self: 'b;

    fn set_flag(&mut self, flag: bool) {
        self.0.iter_mut().for_each(|it| it.set_flag(flag));
    }

    fn set_number(&mut self, _: &Type, number: u64) {
        self.0.iter_mut().for_each(|it| it.set_number(number));
    }

    fn set_text(&mut self, text: &str) {
        self.0.iter_mut().for_each(|it| it.set_text(text));
    }

    fn set_some(&mut self, _: &Type) -> Into<'_> {
        self.part(|it| it.set_some())
    }

    fn set_len(&mut self, _: &Type, len: usize) {
        self.0.iter_mut().for_each(|it| it.set_len(len));
    }

    fn item_mut(&mut self, _: &Type, index: usize) -> Into<'_> {
        self.part(|it| it.item_mut(index))
    }

    fn field_mut(&mut self, _: &Field, index: usize) -> Into<'_> {
        self.part(|it| it.field_mut(index))
    }

    fn set_case(&mut self, case: usize) {
        self.0.iter_mut().for_each(|it| it.set_case(case));
    }

    fn payload_mut(&mut self, _: usize) -> Into<'_> {
        self.part(|it| it.payload_mut())
    }
}

impl Given for () {}

impl Made for () {
    fn blank() {}
}

impl Given for bool {
    fn flag(&self) -> bool {
        *self
    }
}

impl Made for bool {
    fn blank() -> Self {
        false
    }

    fn set_flag(&mut self, flag: bool) {
        *self = flag;
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Given for $number {
            fn number(&self) -> u64 {
                (*self).into()
            }
        }

        impl Made for $number {
            fn blank() -> Self {
                0
            }

            fn set_number(&mut self, number: u64) {
                // Whoever reads it has looked whether it fits.
                *self = number.try_into().unwrap_or_default();
            }
        }
    )*};
}

numbers!(u16 u32 u64);

impl Given for str {
    fn text(&self) -> &str {
        self
    }
}

impl Given for String {
    fn text(&self) -> &str {
        self
    }
}

impl Made for String {
    fn blank() -> Self {
        String::new()
    }

    fn set_text(&mut self, text: &str) {
        text.clone_into(self);
    }
}

impl Given for (String, String) {
    fn pair(&self) -> (&str, &str) {
        (&self.0, &self.1)
    }
}

impl Made for (String, String) {
    fn blank() -> Self {
        Default::default()
    }
}

impl<T: Given> Given for Option<T> {
    fn some(&self) -> Option<&dyn Given> {
        self.as_ref().map(|some| some as &dyn Given)
    }
}

impl<T: Made> Made for Option<T> {
    fn blank() -> Self {
        None
    }

    fn set_some(&mut self) -> Option<&mut dyn Made> {
        Some(self.insert(T::blank()))
    }
}

impl<T: Given> Given for [T] {
    fn count(&self) -> usize {
        <[T]>::len(self)
    }

    fn item(&self, index: usize) -> &dyn Given {
        self.get(index).map_or(&(), |item| item as &dyn Given)
    }
}

impl<T: Given> Given for Vec<T> {
    fn count(&self) -> usize {
        self.as_slice().len()
    }

    fn item(&self, index: usize) -> &dyn Given {
        self.as_slice().item(index)
    }
}

impl<T: Made> Made for Vec<T> {
    fn blank() -> Self {
        Vec::new()
    }

    fn set_len(&mut self, len: usize) {
        self.resize_with(len, T::blank);
    }

    fn item_mut(&mut self, index: usize) -> Option<&mut dyn Made> {
        self.get_mut(index).map(|item| item as &mut dyn Made)
    }
}

impl<T: Given + ?Sized> Given for &T {
    fn flag(&self) -> bool {
        (**self).flag()
    }

    fn number(&self) -> u64 {
        (**self).number()
    }

    fn text(&self) -> &str {
        (**self).text()
    }

    fn some(&self) -> Option<&dyn Given> {
        (**self).some()
    }

    fn count(&self) -> usize {
        (**self).count()
    }

    fn item(&self, index: usize) -> &dyn Given {
        (**self).item(index)
    }

    fn pair(&self) -> (&str, &str) {
        (**self).pair()
    }

    fn field(&self, index: usize) -> &dyn Given {
        (**self).field(index)
    }

    fn case(&self) -> usize {
        (**self).case()
    }

    fn payload(&self) -> &dyn Given {
        (**self).payload()
    }
}

/// The parameters of a call; the connection before them is known.
pub struct Parameters<'a>(pub &'a [&'a dyn Given]);

impl Given for Parameters<'_> {
    fn field(&self, index: usize) -> &dyn Given {
        index.checked_sub(1).and_then(|index| self.0.get(index)).map_or(&(), |it| *it)
    }
}

/// Gives records what they are asked for: of each its fields or cases by their places in the contract.
macro_rules! held {
    ($($kind:ident $name:ident { $($rows:tt)* })*) => {
        $(held!(@$kind $name { $($rows)* });)*
    };
    (@record $name:ident { $($index:literal $field:ident)* }) => {
        impl Given for $name {
            fn field(&self, index: usize) -> &dyn Given {
                match index {
                    $($index => &self.$field,)*
                    _ => &(),
                }
            }
        }

        impl Made for $name {
            fn blank() -> Self {
                $name { $($field: Made::blank(),)* }
            }

            fn field_mut(&mut self, index: usize) -> Option<&mut dyn Made> {
                match index {
                    $($index => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
    (@names $name:ident { 0 $first:ident $($index:literal $case:ident)* }) => {
        impl Given for $name {
            fn case(&self) -> usize {
                match self {
                    $name::$first => 0,
                    $($name::$case => $index,)*
                }
            }
        }

        impl Made for $name {
            fn blank() -> Self {
                $name::$first
            }

            fn set_case(&mut self, case: usize) {
                *self = match case {
                    $($index => $name::$case,)*
                    _ => $name::$first,
                };
            }
        }
    };
    (@open $name:ident { 0 $first:ident $($index:literal $case:ident)* }) => {
        impl Given for $name {
            fn case(&self) -> usize {
                match self {
                    $name::$first => 0,
                    $($name::$case => $index,)*
                    $name::Other(_) => usize::MAX,
                }
            }

            fn payload(&self) -> &dyn Given {
                match self {
                    $name::Other(other) => other,
                    _ => &(),
                }
            }
        }

        impl Made for $name {
            fn blank() -> Self {
                $name::$first
            }

            fn set_case(&mut self, case: usize) {
                *self = match case {
                    0 => $name::$first,
                    $($index => $name::$case,)*
                    _ => $name::Other(String::new()),
                };
            }

            fn payload_mut(&mut self) -> Option<&mut dyn Made> {
                match self {
                    $name::Other(other) => Some(other),
                    _ => None,
                }
            }
        }
    };
    (@cases $name:ident { 0 $first:ident $($index:literal $case:ident)* }) => {
        impl Given for $name {
            fn case(&self) -> usize {
                match self {
                    $name::$first(_) => 0,
                    $($name::$case(_) => $index,)*
                }
            }

            fn payload(&self) -> &dyn Given {
                match self {
                    $name::$first(held) => held,
                    $($name::$case(held) => held,)*
                }
            }
        }

        impl Made for $name {
            fn blank() -> Self {
                $name::$first(Made::blank())
            }

            fn set_case(&mut self, case: usize) {
                *self = match case {
                    $($index => $name::$case(Made::blank()),)*
                    _ => $name::$first(Made::blank()),
                };
            }

            fn payload_mut(&mut self) -> Option<&mut dyn Made> {
                Some(match self {
                    $name::$first(held) => held,
                    $($name::$case(held) => held,)*
                })
            }
        }
    };
}
pub(super) use held;
