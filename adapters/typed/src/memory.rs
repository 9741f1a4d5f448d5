//! Values of the contract where the canonical ABI of the component model puts them: a place is an address, and its type says what
//! stands there. Knows no JSON.
#![allow(unsafe_code, reason = "values are read and written at their addresses")]

use alloc::alloc::{Layout, alloc_zeroed};
use core::arch::wasm32::unreachable;
use core::marker::PhantomData;
use scim_connector_records::shape::{Field, Type};
use scim_connector_records::{Source, Target};

/// A value's place, which lives as long as its call.
#[derive(Clone, Copy)]
pub struct Place<'a>(usize, PhantomData<&'a ()>);

impl<'a> Place<'a> {
    /// The place at an address.
    ///
    /// # Safety
    /// A value stands there, or zeros where it is to be written, and all that it points to, for as long as `'a`.
    pub unsafe fn at(address: usize) -> Self {
        Place(address, PhantomData)
    }

    /// A new place of zeros.
    pub fn empty(size: usize, align: usize) -> Self {
        let Ok(layout) = Layout::from_size_align(size, align) else { unreachable() };
        // SAFETY: no place is asked for that has no size.
        let piece = unsafe { alloc_zeroed(layout) };
        if piece.is_null() {
            unreachable();
        }
        Place(piece as usize, PhantomData)
    }

    /// Its address.
    pub fn address(self) -> *mut u8 {
        self.0 as *mut u8
    }

    /// A place behind this one.
    pub fn behind(self, offset: usize) -> Self {
        Place(self.0 + offset, PhantomData)
    }

    /// Makes it zeros again.
    pub fn clear(self, size: usize) {
        // SAFETY: whoever made the place knows how large it is.
        unsafe { self.address().write_bytes(0, size) }
    }

    fn load<T: Copy>(self, offset: usize) -> T {
        // SAFETY: the type says that such a value stands there, and shapes are made from the contract.
        unsafe { ((self.0 + offset) as *const T).read() }
    }

    fn store<T>(self, offset: usize, value: T) {
        // SAFETY: as in `load`.
        unsafe { ((self.0 + offset) as *mut T).write(value) }
    }
}

impl<'a> Source<'a> for Place<'a> {
    fn flag(self) -> bool {
        self.load::<u8>(0) != 0
    }

    fn number(self, ty: &Type) -> u64 {
        match ty {
            Type::Number16 => self.load::<u16>(0).into(),
            Type::Number32 => self.load::<u32>(0).into(),
            _ => self.load(0),
        }
    }

    fn text(self) -> &'a str {
        let (start, len) = (self.load::<usize>(0), self.load::<usize>(4));
        // SAFETY: address and length are a text's, which lives as long as the call.
        let bytes = unsafe { core::slice::from_raw_parts(start as *const u8, len) };
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    fn some(self, inner: &Type) -> Option<Self> {
        self.flag().then(|| self.behind(inner.align()))
    }

    fn count(self) -> usize {
        self.load(4)
    }

    fn item(self, inner: &Type, index: usize) -> Self {
        Place(self.load::<usize>(0) + index * inner.size(), PhantomData)
    }

    fn pair(self, index: usize) -> (&'a str, &'a str) {
        // Two texts.
        let name = Place(self.load::<usize>(0) + index * 2 * Type::Text.size(), PhantomData);
        (name.text(), name.behind(Type::Text.size()).text())
    }

    fn field(self, field: &Field, _: usize) -> Self {
        self.behind(field.offset)
    }

    fn case(self) -> usize {
        self.load::<u8>(0).into()
    }

    fn payload(self, offset: usize) -> Self {
        self.behind(offset)
    }
}

impl<'a> Target for Place<'a> {
    type Part<'b>
        = Place<'a>
    where
        Self: 'b;

    fn set_flag(&mut self, flag: bool) {
        self.store(0, u8::from(flag));
    }

    #[allow(clippy::cast_possible_truncation, reason = "whoever reads it has looked")]
    fn set_number(&mut self, ty: &Type, number: u64) {
        match ty {
            Type::Number16 => self.store(0, number as u16),
            Type::Number32 => self.store(0, number as u32),
            _ => self.store(0, number),
        }
    }

    fn set_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let copy = Place::empty(text.len(), 1);
        // SAFETY: the copy has the text's length.
        unsafe { copy.address().copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        self.store(0, copy.0);
        self.store(4, text.len());
    }

    fn set_some(&mut self, inner: &Type) -> Place<'a> {
        self.store(0, 1_u8);
        self.behind(inner.align())
    }

    fn set_len(&mut self, inner: &Type, len: usize) {
        // An empty list has an address too, of which only its alignment counts.
        let items = if len == 0 { inner.align() } else { Place::empty(len * inner.size(), inner.align()).0 };
        self.store(0, items);
        self.store(4, len);
    }

    fn item_mut(&mut self, inner: &Type, index: usize) -> Place<'a> {
        self.item(inner, index)
    }

    fn field_mut(&mut self, field: &Field, _: usize) -> Place<'a> {
        self.behind(field.offset)
    }

    #[allow(clippy::cast_possible_truncation, reason = "no variant has so many cases")]
    fn set_case(&mut self, case: usize) {
        self.store(0, case as u8);
    }

    fn payload_mut(&mut self, offset: usize) -> Place<'a> {
        self.behind(offset)
    }
}
