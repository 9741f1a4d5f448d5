//! All operations are looked at before any is sent: each is checked by the component, names are found, and who must wait for whom.
//! Sixteen bytes are kept of each name, and a little more of each reference.

use super::entry::Indexes;
use super::order::{self, Edge, Turns};
use super::source::{BulkSource, SourceOperation};
use super::{PORTION, PORTION_BYTES};
use crate::bindings::exports::scim::connector::runtime::CheckedOperation;
use crate::connector::Connector;
use crate::error::{Error, Failure, FailureKind, Problem, Result};
use crate::instance::Instance;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// Most mistakes that are told.
const TOLD: usize = 20;

/// What is known of all operations.
pub(super) struct Plan {
    /// How many there are.
    pub operations: u32,
    /// SHA-256 of them.
    pub sha256: String,
    /// Who refers to whom, in order.
    edges: Vec<Edge>,
    /// Where those stand that refer to others, in order.
    places: Vec<(u32, u64)>,
    /// Those that others refer to.
    pub wanted: Indexes,
    /// Those that do not go where they stand.
    pub moved: Indexes,
    /// What goes when a place is reached.
    pub turns: Turns,
}

/// As much of an operation as is needed here; the component reads the rest.
#[derive(Deserialize)]
struct Head {
    method: Option<String>,
    #[serde(rename = "bulkId")]
    bulk_id: Option<String>,
}

impl Head {
    /// Whether it creates something.
    fn creates(&self) -> bool {
        self.method.as_ref().is_some_and(|method| method.eq_ignore_ascii_case("POST"))
    }
}

/// A name: its hash, and the operation.
type Name = (u64, u32);

/// What is gathered on the way.
struct Survey<'a> {
    connector: &'a Connector,
    known: &'a [(String, String)],
    hasher: RandomState,
    names: Vec<Name>,
    creates: Indexes,
    /// Operation, hash of the name, whether it stands as a whole.
    references: Vec<(u32, u64, bool)>,
    places: Vec<(u32, u64)>,
    problems: Vec<Problem>,
}

/// Looks at all operations.
pub(super) async fn survey(
    connector: &Connector,
    source: &mut dyn BulkSource,
    known: &[(String, String)],
) -> Result<Plan> {
    let mut survey = Survey {
        connector,
        known,
        hasher: RandomState::new(),
        names: Vec::new(),
        creates: Indexes::default(),
        references: Vec::new(),
        places: Vec::new(),
        problems: Vec::new(),
    };
    let (mut digest, mut count, mut bytes) = (Sha256::new(), 0_u32, 0);
    let mut portion: Vec<SourceOperation> = Vec::new();
    source.seek(0).map_err(unreadable)?;
    loop {
        let next = source.read().map_err(unreadable)?;
        let full = portion.len() >= PORTION || bytes >= PORTION_BYTES;
        if (full || next.is_none()) && !portion.is_empty() {
            survey.look_at(count, &portion).await?;
            count = count.checked_add(u32::try_from(portion.len()).unwrap_or(u32::MAX)).ok_or_else(too_many)?;
            portion.clear();
            bytes = 0;
        }
        let Some(operation) = next else { break };
        digest.update(operation.text.as_bytes());
        digest.update(b"\n");
        bytes += operation.text.len();
        portion.push(operation);
    }
    let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    survey.conclude(count, sha256, source)
}

fn too_many() -> Error {
    Error::Usage(format!("there are more than {} operations", u32::MAX))
}

/// Where the operations cannot be read.
#[allow(clippy::needless_pass_by_value, reason = "it goes into map_err")]
pub(super) fn unreadable(error: std::io::Error) -> Error {
    Error::Usage(format!("the operations cannot be read: {error}"))
}

/// Operations as a list.
pub(super) fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::from("[");
    for (place, text) in texts.enumerate() {
        if place > 0 {
            list.push(',');
        }
        list.push_str(text);
    }
    list.push(']');
    list
}

impl Survey<'_> {
    /// Has the component check some operations, of which the first has this index.
    async fn look_at(&mut self, first: u32, portion: &[SourceOperation]) -> Result<()> {
        let mut whole = true;
        for (index, operation) in (first..).zip(portion) {
            if operation.text.starts_with('[') {
                whole = false;
                self.wrong(operation, index, "", "it is no operation: expected an object");
                continue;
            }
            match serde_json::from_str::<Head>(&operation.text) {
                Ok(head) => {
                    self.creates.set(index, head.creates());
                    if let Some(name) = head.bulk_id {
                        if self.known.iter().any(|(known, _)| *known == name) {
                            self.wrong(
                                operation,
                                index,
                                "bulkId",
                                &format!("{name:?} is the name of a resource in known as well"),
                            );
                        }
                        self.names.push((self.hasher.hash_one(&name), index));
                    }
                }
                Err(error) => {
                    whole = false;
                    let reason = error.to_string();
                    let reason = reason.split(" at line ").next().unwrap_or_default();
                    self.wrong(
                        operation,
                        index,
                        "",
                        &format!("column {}: it is no operation: {reason}", error.column()),
                    );
                }
            }
        }
        // One that is no JSON would make something else of those around it.
        if !whole {
            return self.refuse_many();
        }
        match self.check(portion).await? {
            Ok(checked) => {
                for ((index, operation), checked) in (first..).zip(portion).zip(checked) {
                    let known = |name: &str| self.known.iter().any(|(known, _)| known == name);
                    let references = checked.references.into_iter().filter(|it| !known(&it.name));
                    let before = self.references.len();
                    self.references.extend(references.map(|it| (index, self.hasher.hash_one(&it.name), it.whole)));
                    if self.references.len() > before {
                        self.places.push((index, operation.place));
                    }
                }
                Ok(())
            }
            Err(error) => {
                let Error::Failure { failure, transient } = error else { return Err(too_many()) };
                let problems = match failure.problems.clone() {
                    Some(problems) => problems,
                    None => vec![Problem {
                        pointer: failure.pointer.clone().unwrap_or_default(),
                        detail: failure.detail.clone(),
                    }],
                };
                let mut placed = 0;
                for problem in problems {
                    let mut steps = problem.pointer.splitn(4, '/').skip(2);
                    let place = steps.next().and_then(|step| step.parse::<usize>().ok());
                    let Some(operation) = place.and_then(|place| portion.get(place)) else { continue };
                    let index = first.saturating_add(u32::try_from(place.unwrap_or_default()).unwrap_or(u32::MAX));
                    placed += 1;
                    self.wrong(operation, index, steps.next().unwrap_or_default(), &renumbered(&problem.detail, first));
                }
                if placed == 0 && !self.find_unreadable(first, portion).await? {
                    return Err(Error::Failure { failure, transient });
                }
                self.refuse_many()
            }
        }
    }

    /// Has the component check operations.
    async fn check(&self, portion: &[SourceOperation]) -> Result<Result<Vec<CheckedOperation>>> {
        let operations = list(portion.iter().map(|operation| operation.text.as_str()));
        self.connector
            .locally(async |Instance { store, exports, .. }| {
                exports.scim_connector_runtime().call_check_bulk(store, &operations).await
            })
            .await
            .map(|checked| checked.map_err(Error::from))
    }

    /// Finds out which operations the component cannot read, and so says no place of; whether there are any.
    async fn find_unreadable(&mut self, first: u32, portion: &[SourceOperation]) -> Result<bool> {
        let mut found = false;
        for (index, operation) in (first..).zip(portion) {
            let Err(Error::Failure { failure, .. }) = self.check(std::slice::from_ref(operation)).await? else {
                continue;
            };
            found = true;
            // The place is one in a list that the caller has not written.
            let detail = failure.detail.split(" at line ").next().unwrap_or_default();
            let detail = detail.strip_prefix("operations is not valid JSON: ").unwrap_or(detail);
            self.wrong(operation, index, "", &format!("it is no operation: {detail}"));
            if self.problems.len() >= TOLD {
                break;
            }
        }
        Ok(found)
    }

    fn wrong(&mut self, operation: &SourceOperation, index: u32, member: &str, detail: &str) {
        let member = if member.is_empty() { String::new() } else { format!("/{member}") };
        let pointer = format!("/operations/{index}{member}");
        // The component names the place in its own list.
        let detail = match detail.split_once(": ") {
            Some((place, rest)) if place.starts_with("operations[") || place.starts_with("operations.") => rest,
            _ => detail,
        };
        self.problems.push(Problem { pointer, detail: format!("line {}: {detail}", operation.line) });
    }

    /// Goes on in spite of mistakes, as long as there are few.
    fn refuse_many(&self) -> Result<()> {
        if self.problems.len() >= TOLD { Err(refused(self.problems.clone())) } else { Ok(()) }
    }

    /// Puts together who refers to whom.
    fn conclude(mut self, operations: u32, sha256: String, source: &mut dyn BulkSource) -> Result<Plan> {
        if operations == 0 {
            return Err(Error::Usage("there are no operations".into()));
        }
        let mut names = std::mem::take(&mut self.names);
        names.sort_unstable();
        for pair in names.windows(2) {
            if let [(one, first), (other, second)] = pair
                && one == other
                && self.problems.len() < TOLD
            {
                let detail = format!("its bulkId is that of operation {first} as well; names are unique");
                let pointer = format!("/operations/{second}/bulkId");
                // The component finds those of one portion.
                if self.problems.iter().all(|problem| problem.pointer != pointer) {
                    self.problems.push(Problem { pointer, detail });
                }
            }
        }
        let mut edges = Vec::with_capacity(self.references.len());
        let found: HashMap<u64, u32> = if self.references.is_empty() {
            HashMap::new()
        } else {
            let mut referred: Vec<u64> = self.references.iter().map(|reference| reference.1).collect();
            referred.sort_unstable();
            referred.dedup();
            let names = names.iter().filter(|name| referred.binary_search(&name.0).is_ok());
            names.copied().collect()
        };
        for (index, name, whole) in &self.references {
            let detail = match found.get(name) {
                Some(target) if self.creates.has(*target) => {
                    edges.push((*index, *target));
                    continue;
                }
                _ if !whole => continue,
                Some(target) => {
                    format!("refers to operation {target}, which creates nothing; write the resource's id instead")
                }
                None => "refers by bulkId to an operation that is not there".to_owned(),
            };
            if self.problems.len() < TOLD {
                self.problems.push(Problem { pointer: format!("/operations/{index}"), detail });
            }
        }
        drop((found, names, std::mem::take(&mut self.references)));
        if !self.problems.is_empty() {
            return Err(refused(with_lines(self.problems, source)?));
        }
        edges.sort_unstable();
        edges.dedup();
        let turns = order::turns(&edges, PORTION).map_err(|circle| {
            let first: Vec<String> = circle.iter().take(3).map(ToString::to_string).collect();
            let detail = format!(
                "{} operations refer to each other in a circle, which is more than the {PORTION} that can go together",
                circle.len()
            );
            let problem =
                Problem { pointer: format!("/operations/{}", first.first().cloned().unwrap_or_default()), detail };
            refused(vec![problem])
        })?;
        let (mut wanted, mut moved) = (Indexes::default(), Indexes::default());
        edges.iter().for_each(|(_, target)| wanted.set(*target, true));
        turns.values().flatten().for_each(|turn| moved.set(turn.index, true));
        Ok(Plan { operations, sha256, edges, places: self.places, wanted, moved, turns })
    }
}

/// A text about an operation of a portion whose first has this index.
fn renumbered(detail: &str, first: u32) -> String {
    let mut parts = detail.split("operation ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<u32>().map_or_else(|_| number.to_owned(), |number| (first + number).to_string());
        text += &format!("operation {number}{rest}");
    }
    text
}

/// Says in which lines mistakes are that were found without looking at one.
fn with_lines(mut problems: Vec<Problem>, source: &mut dyn BulkSource) -> Result<Vec<Problem>> {
    let index = |problem: &Problem| problem.pointer.split('/').nth(2).and_then(|step| step.parse::<u32>().ok());
    let mut left = problems.iter().filter(|problem| !problem.detail.starts_with("line ")).count();
    source.seek(0).map_err(unreadable)?;
    let mut at = 0;
    while left > 0 {
        let Some(operation) = source.read().map_err(unreadable)? else { break };
        for problem in problems.iter_mut().filter(|problem| !problem.detail.starts_with("line ")) {
            if index(problem) == Some(at) {
                problem.detail = format!("line {}: {}", operation.line, problem.detail);
                left -= 1;
            }
        }
        at += 1;
    }
    Ok(problems)
}

/// Nothing was sent, since these are wrong.
fn refused(mut problems: Vec<Problem>) -> Error {
    let all = problems.len();
    problems.truncate(TOLD);
    let first = problems.first().cloned().unwrap_or(Problem { pointer: String::new(), detail: String::new() });
    let more = if all > 1 { format!(" (and {} more)", all - 1) } else { String::new() };
    let failure = Failure {
        kind: FailureKind::InvalidInput,
        status: None,
        scim_type: None,
        detail: format!("nothing was sent: {}{more}", first.detail),
        pointer: Some(first.pointer),
        problems: Some(problems),
        oauth_error: None,
        retry_after_ms: None,
        maybe_applied: false,
        request_id: None,
        excerpt: None,
    };
    Error::Failure { transient: false, failure: Box::new(failure) }
}

impl Plan {
    /// What an operation refers to.
    pub fn targets(&self, index: u32) -> impl Iterator<Item = u32> {
        let start = self.edges.partition_point(|edge| edge.0 < index);
        let edges = self.edges.get(start..).unwrap_or_default();
        edges.iter().take_while(move |edge| edge.0 == index).map(|edge| edge.1)
    }

    /// Where an operation stands that refers to others.
    pub fn place(&self, index: u32) -> Option<u64> {
        let found = self.places.binary_search_by_key(&index, |place| place.0).ok()?;
        self.places.get(found).map(|place| place.1)
    }
}
