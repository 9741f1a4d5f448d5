//! Bulk requests (RFC 7644 section 3.7): in as few requests as the provider's limits allow, one by one where it has no bulk
//! endpoint, and a report in any case once something may have been applied.

use super::bulk_body::complete;
use super::bulk_memory::CallMemory;
use super::bulk_one::{is_repeatable, proved, result, single, whole, with_id};
use super::wire::{RequestOptions, body, refused, request, url};
use super::{Context, Execute, conditions, discovery};
use crate::failure::{Failure, Kind, Result, forms};
use crate::gather::Gather as _;
use crate::http::client::{Client, Exchange};
use crate::http::{self, Effect};
use crate::input::{self, Headers};
use crate::profile::BulkReferences;
use crate::scim::bulk::check::{Prepared, Scope, prepare};
use crate::scim::bulk::plan::{Batch, Limits, Work};
use crate::scim::bulk::{Answer, Method, Report, answer};
use crate::scim::error;
use crate::scim::resource::{Data, Resource, passwords};
use crate::scim::service_provider::ServiceProvider;
use std::collections::BTreeSet;

/// Most operations and bytes of a request, where the provider has bulk and says no limits.
const USUAL: (u64, u64) = (100, 1_048_576);

/// Requests are not made smaller than this for want of memory.
const FEWEST: usize = 50;

impl Execute for input::Bulk {
    type Output = Report;

    fn execute(mut self, context: &Context<'_>) -> Result<Report> {
        if self.operations.is_empty() {
            return Err(Failure::input("/operations", "operations: at least one operation is required"));
        }
        if self.fail_on_errors == Some(0) {
            return Err(Failure::input(
                "/failOnErrors",
                "failOnErrors: must be 1 or more; leave it out to carry on to the end",
            ));
        }
        let client = context.client;
        let at = |index: usize| format!("/operations/{index}");
        let version = self.operations.iter().find_map(|operation| operation.version.clone());
        let mut prepared = prepare(&mut self.operations, &self.known, Scope::Here, &at, &complete)?;
        drop(self.operations);
        let mut limits = limits(client)?;
        for one in &mut prepared {
            one.idempotent = is_repeatable(client, one);
            with_id(client, &mut one.operation);
        }
        conditions::tell(client, version.as_deref());
        let memory = CallMemory::new(client, prepared.len());
        let (mut operations, mut bytes) = largest(&prepared, limits);
        while !memory.has_room(operations, bytes) {
            if operations <= FEWEST {
                return Err(memory.refusal(prepared.len(), operations, bytes));
            }
            // Smaller requests have smaller answers.
            (operations, bytes) = (operations / 2, bytes / 2);
            limits.operations = operations;
        }
        let mut work = Work::new(prepared, limits, self.fail_on_errors);
        let what = context.what();
        let mut course =
            BulkRun { client, what, headers: &self.headers, memory, slowest: 0, touched: false, refused: None };
        while let Some(batch) = work.next_batch() {
            if let Err(failure) = course.step(&mut work, batch) {
                work.stop(&|| {
                    let mut left = failure.clone();
                    left.maybe_applied = false;
                    left.detail = format!("not carried out: {}", failure.detail);
                    left
                });
                course.refused = Some(failure);
            }
        }
        match course.refused {
            Some(failure) if !course.touched => Err(failure),
            _ => Ok(work.finish()),
        }
    }
}

/// How many operations and bytes the largest request may have.
fn largest(prepared: &[Prepared], limits: Limits) -> (usize, usize) {
    let lengths = prepared.iter().filter_map(|one| one.operation.data.as_ref()).map(Data::length);
    if !limits.bulk {
        return (1, lengths.max().unwrap_or_default());
    }
    let operations = limits.operations.min(prepared.len());
    (operations, lengths.fold(0, usize::saturating_add).min(limits.bytes))
}

/// Whether the provider has bulk requests, as far as can be found out.
pub fn is_there(client: &Client<'_>) -> bool {
    provider(client).is_ok_and(|provider| provider.feature("bulk").is_some_and(|bulk| bulk.supported))
}

/// What the provider says of bulk requests, asked only where the connection does not say.
fn provider(client: &Client<'_>) -> Result<ServiceProvider> {
    let connection = client.connection();
    let (overrides, assumed) = (&connection.parts.overrides, &connection.profile.document);
    match overrides.get("bulk") {
        Some(_) => Ok(ServiceProvider::new(None, overrides, assumed)),
        None => discovery::service_provider_cached(client),
    }
}

/// What the provider takes in one request.
fn limits(client: &Client<'_>) -> Result<Limits> {
    let connection = client.connection();
    let (overrides, assumed) = (&connection.parts.overrides, &connection.profile.document);
    let provider = provider(client)?;
    let Some(bulk) = provider.feature("bulk").filter(|bulk| bulk.supported) else {
        client.warn("the provider has no bulk requests; the operations are carried out one by one");
        return Ok(Limits { operations: 1, bytes: usize::MAX, bulk: false, members_only: false });
    };
    // Some announce more than they take, which their profile knows.
    let known = ServiceProvider::new(None, overrides, assumed);
    let limit = |name, usual| {
        let said = [Some(bulk), known.feature("bulk")].into_iter().flatten().filter_map(|bulk| bulk.limit(name)).min();
        usize::try_from(said.unwrap_or(usual)).unwrap_or(usize::MAX)
    };
    let members_only = connection.profile.knobs.bulk_references == BulkReferences::Members;
    let (operations, bytes) = (limit("maxOperations", USUAL.0), limit("maxPayloadSize", USUAL.1));
    Ok(Limits { operations, bytes, bulk: true, members_only })
}

/// How a call goes.
struct BulkRun<'a, 'c> {
    client: &'a Client<'c>,
    what: &'a str,
    headers: &'a Headers,
    memory: CallMemory<'a, 'c>,
    /// The longest a request took, milliseconds.
    slowest: u64,
    /// Whether something may have been applied, or was answered one by one.
    touched: bool,
    /// Why requests as a whole failed.
    refused: Option<Box<Failure>>,
}

impl BulkRun<'_, '_> {
    /// Sends a request and settles its operations; an error stops the rest.
    fn step(&mut self, work: &mut Work, batch: Batch) -> Result<()> {
        if self.slowest > 0 && self.client.left() <= self.slowest + self.slowest / 2 {
            work.take_back(batch);
            let detail = "the time of this call was nearly over; call again with the operations that are left";
            return Err(Failure::new(Kind::Timeout, detail).transient());
        }
        if !self.memory.has_room(batch.steps.len(), batch.body.len()) {
            work.take_back(batch);
            return Err(CallMemory::exhausted());
        }
        let before = self.client.left();
        let result = if work.separately() { self.alone(work, batch) } else { self.together(work, batch) };
        self.slowest = self.slowest.max(before.saturating_sub(self.client.left())).max(1);
        result
    }

    /// A bulk request.
    fn together(&mut self, work: &mut Work, mut batch: Batch) -> Result<()> {
        let effect = if batch.idempotent { Effect::IdempotentWrite } else { Effect::Write };
        let asked = RequestOptions::headers(self.headers);
        let mut request = request(http::Method::Post, url(self.client.connection(), ["Bulk"])?, None, effect, asked);
        request.headers.push(("Content-Type".into(), "application/scim+json".into()));
        let length = batch.body.len();
        request.body = Some(std::mem::take(&mut batch.body));
        let exchange = match self.client.send(&request) {
            Ok(exchange) => exchange,
            Err(failure) => return self.unanswered(work, batch, failure),
        };
        if exchange.response.is_unread() {
            let detail = "the provider carried out the bulk request, but its answer is larger than limits.responseBytes and was not read";
            return self.unanswered(work, batch, Failure::new(Kind::TooLarge, detail).maybe_applied());
        }
        let status = exchange.response.status;
        let report = report(self.client, &exchange);
        if report.is_some() && !exchange.response.is_success() {
            self.touched = true;
            return self.answered(work, &batch, &exchange, report);
        }
        if matches!(status, 404 | 405 | 501) && !self.touched {
            self.client.warn(format!(
                "the provider answered a bulk request with {status}; the operations are carried out one by one"
            ));
            work.separate();
            work.take_back(batch);
            return Ok(());
        }
        if status == 413 && work.halve(&mut batch, length) {
            return Ok(());
        }
        if !exchange.response.is_success() {
            let failure = refused(self.client, &exchange, effect, self.what);
            if matches!(
                failure.kind,
                Kind::Authentication | Kind::Permission | Kind::Throttled | Kind::Unavailable | Kind::Timeout
            ) {
                return self.unanswered(work, batch, failure);
            }
            let failure = self.clean(work, &batch, failure);
            self.settle_all(work, &batch, &failure);
            self.refused = Some(failure);
            return Ok(());
        }
        self.touched = true;
        self.answered(work, &batch, &exchange, report)
    }

    /// A bulk request that has no answer, or one that says nothing of its operations: what may have been carried out is told so,
    /// and the rest stops.
    fn unanswered(&mut self, work: &mut Work, batch: Batch, failure: Box<Failure>) -> Result<()> {
        let failure = self.clean(work, &batch, failure);
        if failure.maybe_applied {
            self.touched = true;
            self.settle_all(work, &batch, &failure);
        } else {
            work.take_back(batch);
        }
        Err(failure)
    }

    fn settle_all(&self, work: &mut Work, batch: &Batch, failure: &Failure) {
        for step in &batch.steps {
            work.settle(*step, Answer::failed(Box::new(failure.clone())));
        }
    }

    /// A failure that quotes none of the passwords a request held.
    fn clean(&self, work: &Work, batch: &Batch, failure: Box<Failure>) -> Box<Failure> {
        batch.steps.iter().fold(self.client.clean(failure), |failure, step| scrubbed(failure, work.data(*step)))
    }

    /// Settles the operations of an answered bulk request, by the results in its answer.
    fn answered(
        &mut self,
        work: &mut Work,
        batch: &Batch,
        exchange: &Exchange,
        report: Option<Resource>,
    ) -> Result<()> {
        let response = &exchange.response;
        let unknown = |detail: &str| {
            let mut failure = Failure::new(Kind::Protocol, detail).maybe_applied();
            failure.request_id = response.request_id();
            failure
        };
        let results = match report {
            Some(object) => {
                let (results, strange) = answer::read(&object, &batch.operations);
                if strange > 0 {
                    self.client.warn(format!(
                        "the provider's answer has {strange} results that belong to no operation that was sent; they are left out, and what they stand for is unknown"
                    ));
                }
                Ok(results)
            }
            None if response.status == 202 => {
                Err(unknown("the provider accepted the request, to carry it out later; its result is unknown"))
            }
            None => match body(self.client, exchange, Effect::Write, self.what) {
                Ok(None) => {
                    Err(unknown("the provider answered the bulk request without a body; its result is unknown"))
                }
                Ok(Some(_)) => Ok(Vec::new()),
                Err(failure) => Err(failure.maybe_applied()),
            },
        };
        let results = match results {
            Ok(results) if results.iter().all(Option::is_none) => {
                Err(unknown("the provider answered the bulk request without results; its result is unknown"))
            }
            other => other,
        };
        let results = match results {
            Ok(results) => results,
            Err(failure) => {
                let failure = self.clean(work, batch, failure);
                self.settle_all(work, batch, &failure);
                return Err(failure);
            }
        };
        let failed = |found: &Option<Answer>| found.as_ref().is_some_and(|found| found.failure.is_some());
        let errors = results.iter().filter(|found| failed(found)).count();
        let stopped = batch.fail_on_errors.is_some_and(|most| usize::try_from(most).is_ok_and(|most| errors >= most));
        let names = batch.operations.iter().zip(&results).filter(|(_, found)| found.is_none() || failed(found));
        let missing: BTreeSet<String> = names.filter_map(|(operation, _)| operation.bulk_id.clone()).gather();
        let mut left_out = 0;
        let share = exchange.response.body.len() / batch.steps.len().max(1);
        for ((step, operation), found) in batch.steps.iter().zip(&batch.operations).zip(results) {
            let found = found.unwrap_or_else(|| {
                left_out += 1;
                Answer::failed(if stopped {
                    Failure::new(Kind::Conflict, "not carried out: the provider stopped at the errors before it")
                } else {
                    unknown("the provider's answer leaves this operation out; whether it was carried out is unknown")
                })
            });
            let found = self.judged(found, operation.method, operation.version.is_some(), exchange.repeated);
            let found = proved(self.client, found, operation, work.data(*step));
            let mut found = whole(found, operation, work.data(*step), &missing);
            self.memory.keep(&mut found, share);
            work.settle(*step, self.scrubbed(found, work.data(*step)));
        }
        if left_out > 0 && !stopped {
            self.client
                .warn(format!("the provider's answer leaves out {left_out} of {} operations", batch.steps.len()));
        }
        Ok(())
    }

    /// One operation as a request of its own.
    fn alone(&mut self, work: &mut Work, batch: Batch) -> Result<()> {
        let (Some(step), Some(operation)) = (batch.steps.first().copied(), batch.operations.first()) else {
            return Ok(());
        };
        let effect = if work.idempotent(step) { Effect::IdempotentWrite } else { Effect::Write };
        let sent = single(self.client, operation, effect, self.headers)?;
        let length_of_answer;
        let found = match self.client.send(&sent) {
            Ok(exchange) => {
                length_of_answer = exchange.response.body.len();
                conditions::note(self.client, operation.version.is_some(), &exchange.response);
                let found = result(self.client, operation, &exchange, effect, self.headers);
                let found = self.judged(found, operation.method, operation.version.is_some(), exchange.repeated);
                proved(self.client, found, operation, work.data(step))
            }
            Err(failure) => return self.unanswered(work, batch, failure),
        };
        let mut found = self.scrubbed(found, work.data(step));
        self.memory.keep(&mut found, length_of_answer);
        if let Some(failure) = &found.failure {
            // These say nothing about this one operation, and the next would fare no better.
            let general = matches!(failure.kind, Kind::Authentication | Kind::Throttled) || failure.status == Some(503);
            if general && !failure.maybe_applied {
                let failure = failure.clone();
                work.take_back(batch);
                return Err(failure);
            }
        }
        self.touched = true;
        work.settle(step, found);
        Ok(())
    }

    /// What a result means where the request was sent twice: the first may have been carried out.
    fn judged(&self, mut found: Answer, method: Method, versioned: bool, repeated: bool) -> Answer {
        if let (Some(failure), true) = (&found.failure, repeated) {
            match found.status {
                Some(404 | 410) if method == Method::Delete && failure.kind == Kind::NotFound => {
                    self.client.warn("an earlier attempt, whose answer was lost, had deleted a resource");
                    found.failure = None;
                }
                Some(412) if versioned => found.failure = Some(failure.clone().maybe_applied()),
                _ => {}
            }
        }
        found
    }

    fn scrubbed(&self, mut found: Answer, data: Option<&Data>) -> Answer {
        found.failure = found.failure.map(|failure| scrubbed(self.client.clean(failure), data));
        found
    }
}

/// The answer to a bulk request, where it reports on operations: whatever its status, they were carried out as it says.
pub fn report(client: &Client<'_>, exchange: &Exchange) -> Option<Resource> {
    let (response, depth) = (&exchange.response, client.connection().parts.limits.json_depth);
    let object = error::object(response.status, &response.body, depth, "bulk").ok()?;
    (!answer::items(&object).is_empty()).then_some(object)
}

/// A failure that quotes none of the passwords in a body.
fn scrubbed(mut failure: Box<Failure>, data: Option<&Data>) -> Box<Failure> {
    let mut secrets = Vec::new();
    if let Some(data) = data {
        passwords(data, false, &mut |password| secrets.extend(forms(password)));
    }
    if !secrets.is_empty() {
        failure.scrub(&secrets);
    }
    failure
}
