//! Leaves out of the component what std's libc would import and the connector never uses: standard streams, terminals, exit.
//!
//! wasi-libc declares its imports as undefined symbols named `__wasm_import_*`; a definition here takes their place when the
//! component is linked, and the import is gone. The names are undocumented: a toolchain that changes them brings the imports
//! back, which the check of the import list notices. With the feature `lean` switched off the component still works.
//!
//! Nothing is written anywhere: a panic's message, should there ever be one, is swallowed, and the panic traps.

#![allow(unsafe_code, reason = "symbols of the C library can only be replaced by unmangled functions")]

use core::ptr::NonNull;

/// Writes the answer "ok" or "none", whose discriminant is the first byte.
fn nothing(result: Option<NonNull<u8>>) {
    if let Some(result) = result {
        // SAFETY: the C library passes the address of a result it has room for.
        unsafe { result.write(0) };
    }
}

macro_rules! stubs {
    ($($(#[$about:meta])* fn $name:ident($($parameter:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {
        $($(#[$about])* #[unsafe(no_mangle)] extern "C" fn $name($($parameter: $type),*) $(-> $result)? $body)*
    };
}

type Out = Option<NonNull<u8>>;

stubs! {
    fn __wasm_import_stdin_get_stdin() -> i32 { 0 }
    fn __wasm_import_stdout_get_stdout() -> i32 { 0 }
    fn __wasm_import_stderr_get_stderr() -> i32 { 0 }
    fn __wasm_import_terminal_stdin_get_terminal_stdin(result: Out) { nothing(result) }
    fn __wasm_import_terminal_stdout_get_terminal_stdout(result: Out) { nothing(result) }
    fn __wasm_import_terminal_stderr_get_terminal_stderr(result: Out) { nothing(result) }
    fn __wasm_import_terminal_input_terminal_input_drop(_handle: i32) {}
    fn __wasm_import_terminal_output_terminal_output_drop(_handle: i32) {}
    fn __wasm_import_streams_input_stream_drop(_handle: i32) {}
    fn __wasm_import_streams_output_stream_drop(_handle: i32) {}
    fn __wasm_import_io_error_error_drop(_handle: i32) {}
    fn __wasm_import_streams_method_output_stream_write(_handle: i32, _bytes: i32, _length: i32, result: Out) { nothing(result) }
    fn __wasm_import_streams_method_output_stream_blocking_flush(_handle: i32, result: Out) { nothing(result) }
    fn __wasm_import_streams_method_output_stream_check_write(_handle: i32, result: Out) {
        nothing(result);
        if let Some(result) = result {
            // SAFETY: the result is a 64-bit number behind its discriminant, at the alignment of that number.
            unsafe { result.add(8).cast::<u64>().write(4096) };
        }
    }
    fn __wasm_import_streams_method_output_stream_subscribe(_handle: i32) -> i32 { 0 }
    fn __wasm_import_poll_pollable_drop(_handle: i32) {}
    fn __wasm_import_poll_method_pollable_block(_handle: i32) {}
    fn __wasm_import_exit_exit(_failed: i32) { core::arch::wasm32::unreachable() }
}
