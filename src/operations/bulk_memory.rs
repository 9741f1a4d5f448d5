//! How much memory a bulk call takes, and what is done where there is not enough: before anything is sent the call is refused; after
//! that its report is kept, whatever else has to go. The figures are measured and generous.

use crate::failure::{Failure, Kind};
use crate::http::client::Client;
use crate::http::platform::MEMORY_LIMIT;
use crate::scim::bulk::Answer;
use crate::scim::resource::{Data, Resource};

/// A result, kept until the call is over and then written.
const RESULT: usize = 768;

/// What the answer to an operation says beyond what was sent: `meta`, a location, an error.
const ANSWERED: usize = 512;

/// For each byte of an answer: its text, what is read of it, and the copy for the result.
const READ: usize = 10;

/// For each byte of an answer that is kept: it is written once more at the end.
const WRITTEN: usize = 2;

/// The memory of a call.
pub struct CallMemory<'a, 'c> {
    client: &'a Client<'c>,
    results: usize,
    kept: usize,
    cut: usize,
}

impl<'a, 'c> CallMemory<'a, 'c> {
    /// Of a call with so many operations, which are there already.
    pub fn new(client: &'a Client<'c>, operations: usize) -> Self {
        CallMemory { client, results: operations.saturating_mul(RESULT), kept: 0, cut: 0 }
    }

    /// What is needed to send a request of so many operations and bytes, and to report in the end.
    fn needed(&self, operations: usize, bytes: usize) -> usize {
        let answer = bytes.saturating_add(operations.saturating_mul(ANSWERED)).saturating_mul(READ);
        let written = self.kept.saturating_mul(WRITTEN);
        answer.saturating_add(bytes).saturating_add(self.results).saturating_add(written)
    }

    /// Whether a request of so many operations and bytes can be sent, and all be reported.
    pub fn has_room(&self, operations: usize, bytes: usize) -> bool {
        self.client.platform().has_memory(self.needed(operations, bytes))
    }

    /// Why a call is not begun.
    pub fn refusal(&self, all: usize, operations: usize, bytes: usize) -> Box<Failure> {
        let limit = self.client.platform().environment(MEMORY_LIMIT);
        let limit =
            limit.map_or_else(String::new, |limit| format!(" of {limit} bytes (the host's limits.memoryBytes)"));
        let detail = format!(
            "operations: nothing was sent: {all} operations and their results need some {} bytes beside themselves, more than is left of the \
             connector's memory{limit}; pass fewer in a call and names on with known, have the command `bulk` or the host's bulk_run send them \
             in portions, or raise the limit",
            self.needed(operations, bytes)
        );
        Failure::new(Kind::TooLarge, detail).at("/operations")
    }

    /// Why a call that has begun does not go on.
    pub fn exhausted() -> Box<Failure> {
        let detail = "the connector's memory is nearly full; call again with the operations that are left, or raise the host's \
                      limits.memoryBytes";
        Failure::new(Kind::TooLarge, detail)
    }

    /// Keeps the body of an answer, `bytes` long, or no more of it than its `id`.
    pub fn keep(&mut self, answer: &mut Answer, bytes: usize) {
        let Some(Some(body)) = answer.response.as_ref().map(Data::as_object) else { return };
        self.kept = self.kept.saturating_add(bytes);
        if self.client.platform().has_memory(self.needed(0, 0)) {
            return;
        }
        self.kept -= bytes;
        self.cut += 1;
        let id = body.get("id").cloned();
        answer.response = id.map(|id| Resource::from_iter([("id", id)]).into());
    }
}

impl Drop for CallMemory<'_, '_> {
    fn drop(&mut self) {
        if self.cut > 0 {
            self.client.warn(format!("for want of memory, {} results have only the id of their response", self.cut));
        }
    }
}
