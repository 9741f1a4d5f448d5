//! Maps and sets from iterators, an entry at a time. The standard library's `collect` sorts first, and each sort is some five kilobytes
//! of the component.

/// Iterators whose items are put into a map or set.
pub trait Gather: Iterator {
    /// All items.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C;
}

impl<I: Iterator> Gather for I {
    fn gather<C: Default + Extend<I::Item>>(self) -> C {
        let mut all = C::default();
        all.extend(self);
        all
    }
}
