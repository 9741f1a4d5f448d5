//! A call: its parameters as JSON, the named call, and what it gave as the function's result.
#![allow(unsafe_code, reason = "the border to other components")]

use crate::memory::Place;
use crate::region;
use alloc::string::String;
use core::ptr::null;
use scim_connector_records::contract::{ERROR, FAILURE, OUTCOME};
use scim_connector_records::shape::{Function, Type};
use scim_connector_records::{Refusal, Source, Target, read, write};

#[link(wasm_import_module = "scim:connector/runtime@0.2.0")]
unsafe extern "C" {
    /// `invoke`; of the context whether there is one, and what is in it.
    #[link_name = "invoke"]
    fn invoke(
        connection: *const u8,
        connection_len: usize,
        operation: *const u8,
        operation_len: usize,
        input: *const u8,
        input_len: usize,
        context: i32,
        run: i32,
        run_id: *const u8,
        run_id_len: usize,
        attempt: i32,
        attempt_number: i32,
        deadline: i32,
        deadline_ms: i32,
        result: *mut u8,
    );

    #[link_name = "resolve-connection"]
    fn resolve_connection(connection: *const u8, len: usize, result: *mut u8);

    #[link_name = "check-bulk"]
    fn check_bulk(operations: *const u8, len: usize, result: *mut u8);
}

/// Where in a result stands what the call gave, or its error, which has the strictest alignment of all.
const PAYLOAD: usize = 8;

const _: () = assert!(ERROR.align == PAYLOAD);

/// A call's result: whether it is an error, and behind that what it gave. Every function of other components that is called here has a
/// result with the same error, so that one that fails leaves it where it belongs.
struct Area {
    place: Place<'static>,
    size: usize,
}

impl Area {
    fn new(function: &Function) -> Self {
        let given = function.result.map_or(0, Type::size);
        let size = PAYLOAD + [given, OUTCOME.size, ERROR.size].into_iter().max().unwrap_or_default();
        Area { place: Place::empty(size, PAYLOAD), size }
    }

    fn is_error(&self) -> bool {
        self.place.flag()
    }

    /// What is in it.
    fn payload(&self) -> Place<'static> {
        self.place.behind(PAYLOAD)
    }

    /// Makes it empty again.
    fn clear(&self) {
        self.place.clear(self.size);
    }

    /// Puts a permanent failure there.
    fn fail(&self, kind: &str, pointer: Option<&str>, detail: &str, maybe_applied: bool) {
        self.clear();
        let (mut result, mut error) = (self.place, self.payload());
        result.set_flag(true);
        error.set_case(PERMANENT);
        let failure = read::failure(kind, pointer, detail, maybe_applied);
        let mut place = error.payload_mut(ERROR.payload);
        // What is written here is read.
        let _ = read::read(&Type::Record(&FAILURE), &failure, &mut place);
    }

    /// Refuses the parameters.
    fn refuse(&self, kind: &str, refusal: &Refusal) {
        let found = refusal.not_read().map(|text| self.fault(text)).unwrap_or_default();
        self.fail(kind, Some(&refusal.pointer), &refusal.detail(&found), false);
    }

    /// What is wrong with a text that is no JSON, in the words of the component that reads JSON.
    fn fault(&self, text: &str) -> String {
        self.clear();
        // SAFETY: a text, and a place that is large enough.
        unsafe { check_bulk(text.as_ptr(), text.len(), self.place.address()) };
        let detail = FAILURE.fields.iter().find(|field| field.name == "detail");
        let said = detail.filter(|_| self.is_error()).map(|detail| {
            let failure = self.payload().payload(ERROR.payload);
            failure.field(detail, 0).text()
        });
        let said = said.unwrap_or("it cannot be read");
        String::from(said.split_once(" is not valid JSON: ").map_or(said, |(_, what)| what))
    }
}

/// The case of `error` for what must not be repeated as it is.
const PERMANENT: usize = 1;

/// Carries out a call whose parameters stand at an address; gives the address of its result.
pub fn call(function: &'static Function, parameters: usize) -> *mut u8 {
    // SAFETY: the caller puts the function's parameters there.
    let parameters: Place<'static> = unsafe { Place::at(parameters) };
    let area = Area::new(function);
    match write::connection(function, parameters) {
        Ok(connection) => invoked(function, parameters, &connection, &area),
        Err(refusal) => area.refuse("configuration", &refusal),
    }
    area.place.address()
}

fn invoked(function: &'static Function, parameters: Place<'_>, connection: &str, area: &Area) {
    let input = match write::input(function, parameters) {
        Ok(input) => input,
        Err(refusal) => {
            // What is wrong with the connection is told before what is wrong with the input.
            // SAFETY: a text, and a place that is large enough.
            unsafe { resolve_connection(connection.as_ptr(), connection.len(), area.place.address()) };
            if !area.is_error() {
                area.refuse("invalidInput", &refusal);
            }
            return;
        }
    };
    let operation = function.name;
    // SAFETY: texts with their lengths, no context, and a place that is large enough.
    unsafe {
        invoke(
            connection.as_ptr(),
            connection.len(),
            operation.as_ptr(),
            operation.len(),
            input.as_ptr(),
            input.len(),
            0,
            0,
            null(),
            0,
            0,
            0,
            0,
            0,
            area.place.address(),
        );
    }
    if area.is_error() {
        return;
    }
    // The first field of an outcome.
    let output = area.payload().text();
    area.clear();
    let Some(ty) = function.result else { return };
    if read::read(ty, output, &mut area.payload()).is_err() {
        area.fail("internal", None, "the result of the call cannot be read; it may have been carried out", true);
    }
}

/// The result was read.
pub fn end() {
    region::clear();
}
