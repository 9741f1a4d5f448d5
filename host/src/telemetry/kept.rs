//! What is looked up all the time and never changes: kept in a few places that are read without a lock. Whatever finds no place any
//! more is made each time.

use std::sync::OnceLock;

/// At most `N` of them, in the order in which they were first needed.
pub(super) struct Kept<T, const N: usize>([OnceLock<T>; N]);

impl<T, const N: usize> Default for Kept<T, N> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }
}

impl<T, const N: usize> Kept<T, N> {
    /// Does something with the one that `is` it, which is made where it is not there.
    pub fn with<R>(&self, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T, then: impl FnOnce(&T) -> R) -> R {
        for place in &self.0 {
            match place.get() {
                Some(kept) if is(kept) => return then(kept),
                Some(_) => {}
                None => {
                    let made = make();
                    let result = then(&made);
                    // Another thread may have been faster, with the same or with another one: then this is made once more.
                    place.set(made).ok();
                    return result;
                }
            }
        }
        then(&make())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn each_is_made_once_while_there_is_room() {
        let (kept, made) = (Kept::<(u32, &str), 2>::default(), Cell::new(0));
        let get = |key: u32, value: &'static str| {
            let make = || {
                made.set(made.get() + 1);
                (key, value)
            };
            kept.with(|it| it.0 == key, make, |it| it.1)
        };
        for _ in 0..3 {
            assert_eq!([get(1, "a"), get(2, "b")], ["a", "b"]);
        }
        assert_eq!(made.get(), 2);
        assert_eq!([get(3, "c"), get(3, "d"), get(1, "e")], ["c", "d", "a"]);
        assert_eq!(made.get(), 4);
    }
}
