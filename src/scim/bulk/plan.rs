//! In which requests operations go: what is referred to first, within the provider's limits, and what becomes of the rest when
//! some of it fails.
//!
//! [`Work`] holds the operations that are left. [`Work::next_batch`] gives the next request, the caller sends it and settles what the
//! answer says; references to what is created by then are replaced by identifiers, those within one request stay. A circle of
//! references goes in one request, where the provider solves it (RFC 7644 section 3.7.1); one that cannot is broken: resources
//! are created without the values that refer, and a PATCH adds these afterwards. Every operation gets one outcome.

use super::super::resource::Data;
use super::check::Prepared;
use super::{Answer, Method, Operation, Report, references};
use crate::failure::{Failure, Kind};
use crate::gather::Gather as _;
use crate::scim::bulk::Outcome;
use crate::scim::patch::{self, Op};
use crate::scim::urn;
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;

/// What a request may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most operations.
    pub operations: usize,
    /// Most bytes of the body.
    pub bytes: usize,
    /// Whether there is a bulk endpoint; without one, every operation is a request of its own.
    pub bulk: bool,
    /// Whether only users in the members of a group may be referred to within a request.
    pub members_only: bool,
}

/// One request.
#[derive(Debug, Default)]
pub struct Batch {
    units: Vec<Vec<usize>>,
    /// The steps in it, as [`Work::settle`] takes them.
    pub steps: Vec<usize>,
    /// The operations as they are sent, in the same order. Their bodies are here only where there is no bulk endpoint.
    pub operations: Vec<Operation>,
    /// The body of the bulk request.
    pub body: Vec<u8>,
    /// Whether carrying it out twice is the same as once.
    pub idempotent: bool,
    /// After how many errors the provider stops.
    pub fail_on_errors: Option<u32>,
}

/// An operation, or the PATCH that completes one.
#[derive(Debug)]
struct PlannedOperation {
    owner: usize,
    prepared: Prepared,
}

/// Operations on their way.
#[derive(Debug)]
pub struct Work {
    steps: Vec<PlannedOperation>,
    queue: VecDeque<Vec<usize>>,
    names: BTreeMap<String, usize>,
    ids: Vec<Option<String>>,
    outcomes: Vec<Option<Outcome>>,
    limits: Limits,
    /// Bytes that the provider found too many, halved; one operation alone may be larger.
    learnt: usize,
    fail_on_errors: Option<u32>,
    errors: u32,
}

/// Whether a unit went into a request.
enum Fit {
    Added,
    Full,
    Never,
}

/// Writes an operation of a bulk request (RFC 7644 section 3.7); `data` is its body.
fn write(operation: &Operation, data: Option<&Data>, body: &mut Vec<u8>) {
    let Operation { method, path, bulk_id, version, .. } = operation;
    let texts = [
        ("method", Some(method.name())),
        ("path", Some(path)),
        ("bulkId", bulk_id.as_deref()),
        ("version", version.as_deref()),
    ];
    let mut before = '{';
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, Data::from(text?)))) {
        // Nothing fails that is written into memory.
        let _ = write!(body, "{before}\"{name}\":{text}");
        before = ',';
    }
    if let Some(data) = data {
        let _ = write!(body, "{before}\"data\":{data}");
    }
    body.push(b'}');
}

const TAIL: &[u8] = b"]}";

fn head(fail_on_errors: Option<u32>) -> Vec<u8> {
    let stop = fail_on_errors.map(|errors| format!("\"failOnErrors\":{errors},")).unwrap_or_default();
    format!("{{\"schemas\":[\"{}\"],{stop}\"Operations\":[", urn::BULK_REQUEST).into_bytes()
}

impl Work {
    /// All operations, none of them sent.
    pub fn new(operations: Vec<Prepared>, limits: Limits, fail_on_errors: Option<u32>) -> Work {
        let targets: Vec<&[usize]> = operations.iter().map(|it| it.targets.as_slice()).collect();
        let queue = circles(&targets).into();
        let count = operations.len();
        let names = operations
            .iter()
            .enumerate()
            .filter_map(|(index, it)| Some((it.operation.bulk_id.clone()?, index)))
            .gather();
        let steps =
            operations.into_iter().enumerate().map(|(owner, prepared)| PlannedOperation { owner, prepared }).collect();
        Work {
            steps,
            queue,
            names,
            ids: vec![None; count],
            outcomes: vec![None; count],
            limits: Limits { operations: limits.operations.max(1), ..limits },
            learnt: usize::MAX,
            fail_on_errors,
            errors: 0,
        }
    }

    /// The next request; none when nothing is left.
    pub fn next_batch(&mut self) -> Option<Batch> {
        if self.fail_on_errors.is_some_and(|most| self.errors >= most) {
            let errors = self.errors;
            self.stop(&|| {
                Failure::new(Kind::Conflict, format!("not carried out: failOnErrors stops after {errors} errors"))
            });
        }
        let fail_on_errors = self.fail_on_errors.map(|most| most.saturating_sub(self.errors));
        let mut batch = Batch { body: head(fail_on_errors), idempotent: true, fail_on_errors, ..Batch::default() };
        while let Some(unit) = self.queue.pop_front() {
            if let Some((step, failure)) = unit.iter().find_map(|step| Some((*step, self.blocked(*step)?))) {
                self.give_up(&unit, step, failure);
                continue;
            }
            match self.fit(&mut batch, &unit) {
                Fit::Added if !self.limits.bulk => break,
                Fit::Added => {}
                Fit::Full => {
                    self.queue.push_front(unit);
                    break;
                }
                Fit::Never => self.break_up(unit),
            }
        }
        batch.body.extend_from_slice(TAIL);
        (!batch.steps.is_empty()).then_some(batch)
    }

    /// Takes a request back that was surely not carried out.
    pub fn take_back(&mut self, batch: Batch) {
        batch.units.into_iter().rev().for_each(|unit| self.queue.push_front(unit));
    }

    /// Takes a request back whose body, so long, was too large, and makes smaller ones; false where it cannot be smaller.
    pub fn halve(&mut self, batch: &mut Batch, length: usize) -> bool {
        let divisible = batch.steps.len() > 1;
        if divisible {
            self.learnt = (length / 2).min(self.learnt.saturating_sub(1));
            self.take_back(std::mem::take(batch));
        }
        divisible
    }

    /// From now on, every operation is a request of its own.
    pub fn separate(&mut self) {
        self.limits.bulk = false;
    }

    /// Whether every operation is a request of its own.
    pub fn separately(&self) -> bool {
        !self.limits.bulk
    }

    /// The body of a step, as it was before references were replaced.
    pub fn data(&self, step: usize) -> Option<&Data> {
        self.steps.get(step)?.prepared.operation.data.as_ref()
    }

    /// Whether a step may be carried out twice.
    pub fn idempotent(&self, step: usize) -> bool {
        self.steps.get(step).is_some_and(|step| step.prepared.idempotent)
    }

    /// Says what became of a step that was sent.
    pub fn settle(&mut self, step: usize, found: Answer) {
        self.errors = self.errors.saturating_add(u32::from(found.failure.is_some()));
        self.record(step, found);
    }

    /// Gives up what is left, for a reason.
    pub fn stop(&mut self, reason: &dyn Fn() -> Box<Failure>) {
        while let Some(unit) = self.queue.pop_front() {
            unit.into_iter().for_each(|step| self.record(step, Answer::failed(reason())));
        }
    }

    /// The outcomes, in the caller's order.
    pub fn finish(mut self) -> Report {
        self.stop(&|| Failure::new(Kind::Internal, "not carried out"));
        Report { results: self.outcomes.into_iter().flatten().collect() }
    }

    fn record(&mut self, step: usize, found: Answer) {
        let Some(PlannedOperation { owner, prepared }) = self.steps.get_mut(step) else { return };
        // Nobody asks for it again.
        prepared.operation.data = None;
        let Some(place) = self.outcomes.get_mut(*owner) else { return };
        match place {
            None => {
                let outcome = found.outcome(*owner, &prepared.operation);
                if let Some(id) = self.ids.get_mut(*owner) {
                    id.clone_from(&outcome.id);
                }
                *place = Some(outcome);
            }
            // The PATCH that completes a creation.
            Some(outcome) => {
                if found.version.is_some() {
                    outcome.version = found.version;
                }
                outcome.failure = outcome.failure.take().or(found.failure.map(|failure| {
                    let mut failure = failure.maybe_applied();
                    failure.detail =
                        format!("was created, but without what refers to other resources: {}", failure.detail);
                    failure
                }));
            }
        }
    }

    /// Why a step cannot be sent any more: what it refers to is not there.
    fn blocked(&self, step: usize) -> Option<Box<Failure>> {
        let targets = &self.steps.get(step)?.prepared.targets;
        let index = targets.iter().find(|target| {
            self.outcomes.get(**target).is_some_and(Option::is_some)
                && self.ids.get(**target).is_some_and(Option::is_none)
        })?;
        let outcome = self.outcomes.get(*index)?.as_ref()?;
        Some(missing(*index, outcome.failure.is_none()))
    }

    /// Gives up a unit because of one of its steps.
    fn give_up(&mut self, unit: &[usize], step: usize, failure: Box<Failure>) {
        self.record(step, Answer::failed(failure));
        for other in unit.iter().filter(|other| **other != step) {
            self.record(*other, Answer::failed(missing(step, false)));
        }
    }

    /// A name that no operation has.
    fn free_name(&self, step: usize) -> String {
        let mut name = format!("operation-{step}");
        while self.names.contains_key(&name) {
            name.push('-');
        }
        name
    }

    /// Whether a step refers to what must be there first, since the provider resolves references to members only.
    fn waits(&self, step: usize) -> bool {
        let besides = self.steps.get(step).map(|it| it.prepared.besides_members.as_slice()).unwrap_or_default();
        let unknown = |target: &usize| self.ids.get(*target).is_none_or(Option::is_none);
        self.limits.bulk && self.limits.members_only && besides.iter().any(unknown)
    }

    /// Puts a unit into a request, where it fits.
    fn fit(&mut self, batch: &mut Batch, unit: &[usize]) -> Fit {
        let full = if batch.steps.is_empty() { Fit::Never } else { Fit::Full };
        let circle = unit
            .iter()
            .any(|step| self.steps.get(*step).is_some_and(|it| unit.len() > 1 || it.prepared.targets.contains(step)));
        if (circle && !self.limits.bulk) || unit.iter().any(|step| self.waits(*step)) {
            return full;
        }
        if batch.steps.len() + unit.len() > self.limits.operations {
            return full;
        }
        let alone = batch.steps.is_empty() && unit.len() == 1;
        let limit = match (self.limits.bulk, alone) {
            (false, _) => usize::MAX,
            (true, true) => self.limits.bytes,
            (true, false) => self.limits.bytes.min(self.learnt),
        };
        let start = batch.body.len();
        let mut written = Vec::with_capacity(unit.len());
        for step in unit {
            let Some(it) = self.steps.get(*step) else { continue };
            let mut operation = self.resolved(&it.prepared);
            if self.limits.bulk && self.limits.members_only {
                // Such a provider answers users first whatever the order, and deletions without a place: the name tells which is which.
                operation.bulk_id.get_or_insert_with(|| self.free_name(*step));
            }
            if !batch.steps.is_empty() || !written.is_empty() {
                batch.body.push(b',');
            }
            if self.limits.bulk {
                let data = operation.data.as_ref().or(it.prepared.operation.data.as_ref());
                write(&operation, data, &mut batch.body);
                operation.data = None;
            } else if operation.data.is_none() {
                operation.data.clone_from(&it.prepared.operation.data);
            }
            written.push(operation);
            if batch.body.len() + TAIL.len() > limit {
                batch.body.truncate(start);
                return full;
            }
        }
        batch.idempotent &= unit.iter().all(|step| self.idempotent(*step));
        batch.steps.extend(unit);
        batch.operations.append(&mut written);
        batch.units.push(unit.to_vec());
        Fit::Added
    }

    /// An operation with identifiers in the place of references to what is created; its body only where it has such.
    fn resolved(&self, prepared: &Prepared) -> Operation {
        let Operation { method, path, bulk_id, version, data } = &prepared.operation;
        let id = |name: &str| self.ids.get(*self.names.get(name)?)?.clone();
        let known = prepared.targets.iter().any(|target| self.ids.get(*target).is_some_and(Option::is_some));
        let segment = |segment: &str| {
            let decoded = percent_decode_str(segment).decode_utf8_lossy();
            references::whole(&decoded).and_then(id).map_or_else(|| segment.to_owned(), |id| references::segment(&id))
        };
        let path = if known { path.split('/').map(segment).collect::<Vec<_>>().join("/") } else { path.clone() };
        let data = data.as_ref().filter(|_| known).map(|data| {
            let mut data = data.clone();
            references::resolve(&mut data, &id);
            data
        });
        Operation { method: *method, path, bulk_id: bulk_id.clone(), version: version.clone(), data }
    }

    /// A unit that fits no request: an operation that is too large fails; a circle is broken.
    fn break_up(&mut self, mut unit: Vec<usize>) {
        if let [step] = unit.as_slice()
            && self.limits.bulk
            && !self.waits(*step)
        {
            let limit = self.limits.bytes;
            self.settle(
                *step,
                Answer::failed(Failure::new(
                    Kind::TooLarge,
                    format!(
                        "not sent: the operation alone is larger than the provider's maxPayloadSize of {limit} bytes"
                    ),
                )),
            );
            return;
        }
        unit.sort_unstable();
        let places: BTreeMap<usize, usize> = unit.iter().enumerate().map(|(place, step)| (*step, place)).gather();
        let mut completions = Vec::new();
        for (place, index) in unit.iter().enumerate() {
            // Only what comes before is there.
            let later = |target: &usize| places.get(target).is_some_and(|other| *other >= place);
            let Some(step) = self.steps.get_mut(*index) else { continue };
            let (mut deferred, kept): (Vec<usize>, Vec<usize>) = step.prepared.targets.iter().partition(|it| later(it));
            step.prepared.targets = kept;
            step.prepared.besides_members.retain(|target| !later(target));
            let operation = &mut step.prepared.operation;
            let (Some(data), Some(name), false) =
                (operation.data.as_mut().and_then(Data::as_object_mut), &operation.bulk_id, deferred.is_empty())
            else {
                continue;
            };
            let taken = references::defer(data, &|name| self.names.get(name).is_some_and(later));
            let operations: Vec<patch::Operation> = taken
                .into_iter()
                .map(|(path, value)| patch::Operation { op: Op::Add, path: Some(path), value: Some(value) })
                .collect();
            let path = format!("{}/{}", operation.path, references::segment(&references::to(name)));
            let data = Some(patch::written(&operations).into());
            deferred.push(*index);
            let operation = Operation { method: Method::Patch, path, bulk_id: None, version: None, data };
            completions.push(PlannedOperation {
                owner: *index,
                prepared: Prepared {
                    operation,
                    besides_members: deferred.clone(),
                    targets: deferred,
                    idempotent: false,
                    conditional: false,
                },
            });
        }
        let first = self.steps.len();
        self.steps.extend(completions);
        let completions = first..self.steps.len();
        unit.into_iter().chain(completions).rev().for_each(|step| self.queue.push_front(vec![step]));
    }
}

/// That what an operation refers to is not there.
fn missing(index: usize, created: bool) -> Box<Failure> {
    let why = if created { "of which the provider tells no id" } else { "which failed or was not carried out" };
    Failure::new(Kind::Conflict, format!("not carried out: it refers to operation {index}, {why}"))
        .at(format!("/operations/{index}"))
}

/// Where a search for circles stands at an operation.
#[derive(Clone, Copy, Default)]
struct Mark {
    number: usize,
    lowest: usize,
    open: bool,
}

/// Operations in an order in which what is referred to comes first and the caller's order is kept otherwise; those that refer to
/// each other in a circle stand together (Tarjan's strongly connected components, without recursion).
#[allow(clippy::indexing_slicing, reason = "every index is of the list itself")]
fn circles(targets: &[&[usize]]) -> Vec<Vec<usize>> {
    let mut marks = vec![Mark::default(); targets.len()];
    let (mut found, mut open, mut counter) = (Vec::new(), Vec::new(), 0);
    for root in 0..targets.len() {
        let mut path = if marks[root].number == 0 { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                counter += 1;
                marks[node] = Mark { number: counter, lowest: counter, open: true };
                open.push(node);
            }
            if let Some(target) = targets[node].get(edge).copied().filter(|target| *target < marks.len()) {
                path.push((node, edge + 1));
                if marks[target].number == 0 {
                    path.push((target, 0));
                } else if marks[target].open {
                    marks[node].lowest = marks[node].lowest.min(marks[target].number);
                }
                continue;
            }
            if marks[node].lowest == marks[node].number {
                let start = open.iter().rposition(|other| *other == node).unwrap_or_default();
                let mut circle = open.split_off(start);
                circle.iter().for_each(|member| marks[*member].open = false);
                circle.sort_unstable();
                found.push(circle);
            }
            if let Some((parent, _)) = path.last() {
                marks[*parent].lowest = marks[*parent].lowest.min(marks[node].lowest);
            }
        }
    }
    found
}
