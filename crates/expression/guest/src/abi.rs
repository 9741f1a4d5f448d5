//! The border to the host. The only place with unsafe code: exported functions, and the one that is imported.

use crate::json;
use crate::program::{self, Outcome, Program};
use crate::value::Value;
use std::cell::RefCell;

mod host {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        /// Seconds since 1970.
        pub safe fn now() -> f64;
    }
}

pub use host::now;

thread_local! {
    /// The request that the host writes.
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// The response that the host reads.
    static RESPONSE: RefCell<String> = const { RefCell::new(String::new()) };
    /// What has been compiled; a handle is a place in it.
    static PROGRAMS: RefCell<Vec<Program>> = const { RefCell::new(Vec::new()) };
}

/// Room for a request of `length` bytes, and where it is.
#[unsafe(no_mangle)]
extern "C" fn take(length: usize) -> usize {
    REQUEST.with_borrow_mut(|request| {
        request.resize(length, 0);
        request.as_mut_ptr() as usize
    })
}

/// Compiles the request, `[code, [variable, ...]]`. The response is `[handle, [variable, ...], [[name, offset], ...]]`, or
/// `[offset, message]` of an error.
#[unsafe(no_mangle)]
extern "C" fn compile() -> u64 {
    let text = |value: &Value| value.as_text().map(str::to_owned).unwrap_or_default();
    let request = request();
    let (code, variables) = match request.as_list().unwrap_or_default() {
        [code, Value::Array(variables)] => (text(code), variables.iter().map(text).collect()),
        _ => (String::new(), Vec::new()),
    };
    let response = match program::compile(&code, &variables) {
        Ok(program) => {
            let variables: Value = program.variables.iter().map(|name| Value::text(name.as_str())).collect();
            let literal = |literal: &crate::tokens::Literal| {
                [Value::text(literal.name.as_str()), Value::from(literal.offset)].into_iter().collect::<Value>()
            };
            let literals = program.literals.iter().map(literal).collect();
            let handle = PROGRAMS.with_borrow_mut(|programs| {
                programs.push(program);
                programs.len() - 1
            });
            [Value::from(handle), variables, literals].into_iter().collect::<Value>()
        }
        Err(error) => [Value::from(error.offset), Value::from(error.message)].into_iter().collect(),
    };
    respond(|out| json::write(&response, out))
}

/// Evaluates the request, `[input, variable, ...]`. The response begins with a letter: `v` before the JSON of the result, `e`
/// before the words of an error, and alone `n` for no result, `s` for several, `d` for one nested deeper than `depth`.
#[unsafe(no_mangle)]
extern "C" fn evaluate(handle: usize, depth: usize) -> u64 {
    let mut values = match request() {
        Value::Array(values) => std::rc::Rc::unwrap_or_clone(values).into_iter(),
        _ => Vec::new().into_iter(),
    };
    let input = values.next().unwrap_or_default();
    PROGRAMS.with_borrow(|programs| {
        let Some(program) = programs.get(handle) else { return respond(|out| out.push_str("eno such expression")) };
        match program.evaluate(input, values) {
            Outcome::Value(value) if json::is_deeper_than(&value, depth) => respond(|out| out.push('d')),
            Outcome::Value(value) => respond(|out| {
                out.push('v');
                json::write(&value, out);
            }),
            Outcome::Failed(words) => respond(|out| {
                out.push('e');
                out.push_str(&words);
            }),
            Outcome::Nothing => respond(|out| out.push('n')),
            Outcome::Several => respond(|out| out.push('s')),
        }
    })
}

/// The request as a value. The host writes JSON that serde_json made, so that what cannot be read is its error, and null.
fn request() -> Value {
    REQUEST.with_borrow(|request| {
        std::str::from_utf8(request).ok().and_then(|text| json::read(text).ok()).unwrap_or_default()
    })
}

fn respond(write: impl FnOnce(&mut String)) -> u64 {
    RESPONSE.with_borrow_mut(|response| {
        response.clear();
        write(response);
        let (address, length) = (response.as_ptr() as usize as u64, response.len() as u64);
        address << 32 | length
    })
}
