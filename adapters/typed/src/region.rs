//! Memory. A call takes one piece after another; all of it is free again when the call's result was read, since nothing is kept from
//! one call to the next.
#![allow(unsafe_code, reason = "an allocator is made of addresses")]

use alloc::alloc::{GlobalAlloc, Layout, alloc, realloc};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::cell::Cell;
use core::ptr::null_mut;

/// Bytes of a page of WebAssembly's memory.
const PAGE: usize = 65_536;

// Comparing and copying bytes is the C library's.
#[link(name = "c")]
unsafe extern "C" {
    /// Where the linker's own data end.
    static __heap_base: u8;
}

/// Where the next piece begins; zero before the first.
struct Region(Cell<usize>);

// SAFETY: the component has one thread.
unsafe impl Sync for Region {}

#[global_allocator]
static REGION: Region = Region(Cell::new(0));

fn base() -> usize {
    (&raw const __heap_base).addr()
}

/// Ends a call: its memory is free.
pub fn clear() {
    REGION.0.set(base());
}

impl Region {
    /// Lets memory reach up to `end`.
    fn reach(end: usize) -> bool {
        let missing = end.div_ceil(PAGE).saturating_sub(memory_size(0));
        missing == 0 || memory_grow(0, missing) != usize::MAX
    }
}

// SAFETY: pieces do not overlap, as each begins where the last one ended.
unsafe impl GlobalAlloc for Region {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.0.get().max(base()).next_multiple_of(layout.align());
        let Some(end) = start.checked_add(layout.size()) else { return null_mut() };
        if !Self::reach(end) {
            return null_mut();
        }
        self.0.set(end);
        start as *mut u8
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // The last piece makes room for another.
        if piece as usize + layout.size() == self.0.get() {
            self.0.set(piece as usize);
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = piece as usize;
        if start + layout.size() == self.0.get() {
            // The last piece grows where it is.
            return match start.checked_add(size) {
                Some(end) if Self::reach(end) => {
                    self.0.set(end);
                    piece
                }
                _ => null_mut(),
            };
        }
        // SAFETY: as the caller promises; the new piece is another one and at least as long as what is copied.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(piece, layout.size().min(size));
            }
            new
        }
    }
}

/// Memory for what a caller or another component passes (the component model's canonical ABI).
#[unsafe(export_name = "cabi_realloc")]
extern "C" fn cabi_realloc(piece: *mut u8, old: usize, align: usize, size: usize) -> *mut u8 {
    if size == 0 {
        return align as *mut u8;
    }
    let Ok(layout) = Layout::from_size_align(if old == 0 { size } else { old }, align) else { unreachable() };
    // SAFETY: a piece that is passed is one that this function gave, with that size and alignment.
    let piece = unsafe { if old == 0 { alloc(layout) } else { realloc(piece, layout, size) } };
    if piece.is_null() { unreachable() } else { piece }
}

/// Nothing here panics; should it all the same, the call ends.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
