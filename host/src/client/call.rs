//! A call, from being let in to its end. An instance serves one connection for its whole life and is dropped after a trap,
//! a deadline or a call that was given up.

use super::failure::{explained, scrubbed, tokenless};
use super::handle::{Client, Inner};
use super::label;
use super::outcome::CallContext;
use super::turn::{self, Turn};
use super::version::{GRACE, Version};
use crate::bindings::scim::connector::types as wit;
use crate::egress::activity::{Activity, TokenRefusal};
use crate::egress::door::Hooks;
use crate::error::{Error, Result};
use crate::instance::{DeadlinePassed, Instance};
use crate::runtime::Running;
use crate::shutdown::OpenCall;
use crate::telemetry::{CallIdentity, CallRecording};
use crate::traffic::Admitted;
use crate::usage::{self, Counters};
pub(super) use crate::watch::End;
use crate::watch::Watch;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A call under way. Dropped before it is finished, it takes its instance with it.
pub(super) struct Call<'a> {
    client: &'a Inner,
    version: Arc<Version>,
    // Freed before the parts below, which say that there is room for another.
    instance: Option<Box<Instance>>,
    watch: Arc<Watch>,
    deadline: Instant,
    limit: Duration,
    /// By when the caller wants an answer, where it says so.
    wanted_by: Option<Instant>,
    recording: CallRecording<'a>,
    given_up: Option<Arc<AtomicBool>>,
    open: OpenCall,
    _running: Running,
    _admitted: Admitted<'a>,
}

/// When a call must end.
pub(super) struct Limit<'a> {
    watch: &'a Watch,
    /// None where only a shutdown ends it.
    deadline: Option<Instant>,
}

impl Limit<'_> {
    /// Waits for an answer, and not for longer than it may take.
    pub async fn over<T>(self, answer: impl Future<Output = T>) -> End<T> {
        self.watch.over(self.deadline, answer).await
    }
}

impl Client {
    /// Begins a call when its turn has come, in a warm instance where there is one.
    pub(super) async fn begin(&self, operation: &str, context: &CallContext) -> Result<Call<'_>> {
        let (inner, version) = (&*self.inner, self.version());
        let component = version.connector.component();
        let (run_id, attempt) = (context.run_id.as_deref(), context.attempt);
        let identity = CallIdentity { operation: label::of(operation), run_id, attempt, component };
        let mut recording = CallRecording::begin(&inner.meter, identity, &inner.redactor);
        usage::count(inner.counters(&version), |counters| &counters.calls);
        let limit = context.deadline;
        let open = version.connector.inner.calls.open();
        let limit = limit.map_or(version.limit, |limit| limit.saturating_add(GRACE).min(version.limit));
        let now = Instant::now();
        let (deadline, wanted_by) = (now + limit, context.deadline.and_then(|limit| now.checked_add(limit)));
        let admitted = match open {
            Ok(open) => inner.admit(&version, &open, deadline, limit).await.map(|admitted| (open, admitted)),
            Err(error) => Err(error),
        };
        let (open, admitted) = admitted.inspect_err(|error| {
            recording.end(Some(error), 0);
            usage::count(inner.counters(&version), |counters| &counters.refused);
        })?;
        let running = version.connector.inner.runtime.run();
        let instance = version.take();
        let watch = instance.as_ref().and_then(|instance| instance.watch.clone());
        let watch = watch
            .unwrap_or_else(|| version.connector.inner.runtime.watches().watch(version.connector.inner.calls.clone()));
        let mut call = Call {
            client: inner,
            version,
            instance,
            watch,
            deadline,
            limit,
            wanted_by,
            recording,
            given_up: context.given_up.clone(),
            open,
            _running: running,
            _admitted: admitted,
        };
        match &mut call.instance {
            Some(instance) => instance.begin(deadline),
            None => {
                let made = call.instantiate().await;
                made.inspect_err(|error| call.recording.end(Some(error), 0))?;
            }
        }
        if let Some(instance) = &call.instance {
            instance.activity.begin(call.recording.span.clone());
        }
        Ok(call)
    }
}

impl Inner {
    /// Where things are counted.
    fn counters<'a>(&'a self, version: &'a Version) -> [&'a Counters; 3] {
        [&self.counters, &version.connector.inner.counters, &self.meter.counters]
    }

    /// Lets a call in.
    async fn admit(
        &self,
        version: &Version,
        open: &OpenCall,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Admitted<'_>> {
        let slots = &version.connector.inner.runtime.slots;
        match self.traffic.try_admit(slots) {
            Ok(Some(admitted)) => return Ok(admitted),
            Ok(None) => {}
            Err(error) => {
                open.finished();
                return Err(error);
            }
        }
        let late = Error::Deadline { after: limit, maybe_applied: false };
        // Whoever is let in later has no time left for a request, which would be cut off on its way.
        let begins_by = deadline.checked_sub(GRACE + limit / 10).unwrap_or(deadline);
        let admitted = tokio::select! {
            biased;
            admitted = self.traffic.admit(slots, begins_by) => admitted,
            () = tokio::time::sleep_until(deadline.into()) => Err(late),
            error = open.until_closed() => return Err(error),
        };
        admitted.inspect_err(|_| open.finished())
    }
}

impl Call<'_> {
    /// What is needed to run the call.
    pub fn parts(&mut self) -> Result<(Limit<'_>, &mut Instance)> {
        let gone = || Error::Trap { detail: "its instance is gone".into(), maybe_applied: false };
        let instance = self.instance.as_deref_mut().ok_or_else(gone)?;
        Ok((Limit { watch: &self.watch, deadline: Some(self.deadline) }, instance))
    }

    /// Waits for the turn of a call, if it is an ensure. Its own time goes on when its turn has come: how long others take is not for its
    /// connection's `timeouts.totalMs`, and bounded by what the caller says alone.
    pub async fn turn(&mut self, operation: &str, input: &String) -> Result<Option<Turn>> {
        if !turn::is_taken_by(operation) {
            return Ok(None);
        }
        let version = self.version.clone();
        let (limit, Instance { store, exports, .. }) = self.parts()?;
        let keys = limit.over(turn::keys(exports, store, (operation, input))).await;
        let keys = match keys {
            End::Answer(Ok(keys)) => keys,
            End::Answer(Err(trap)) => return Err(self.ended(End::Answer(trap))),
            End::Late => return Err(self.ended(End::Late)),
            End::ShutDown => return Err(self.ended(End::ShutDown)),
        };
        let began = Instant::now();
        let limit = Limit { watch: &self.watch, deadline: self.wanted_by };
        match limit.over(turn::take(&version.record.service_url, keys)).await {
            End::Answer(turn) => {
                self.deadline += began.elapsed();
                if let Some(wanted_by) = self.wanted_by {
                    self.deadline = self.deadline.min(wanted_by + GRACE);
                }
                let deadline = self.deadline;
                self.instance.iter_mut().for_each(|instance| instance.begin(deadline));
                Ok(Some(turn))
            }
            End::Late => Err(self.ended(End::Late)),
            End::ShutDown => Err(self.ended(End::ShutDown)),
        }
    }

    /// How much of the time that the caller allows is left.
    pub fn time_left(&self) -> Option<Duration> {
        self.wanted_by.map(|by| by.saturating_duration_since(Instant::now()))
    }

    /// What the caller is told of a call that ended before its operation began.
    fn ended(&mut self, end: End<wasmtime::Error>) -> Error {
        let error = self.failed(end);
        self.recording.end(Some(&error), 0);
        error
    }

    async fn instantiate(&mut self) -> Result<()> {
        let connector = &self.version.connector.inner;
        usage::count(self.client.counters(&self.version), |counters| &counters.instances);
        let activity = Arc::new(Activity::new(self.client.open_writes.clone()));
        let hooks = Hooks { egress: Some(self.version.egress.clone()), activity };
        let limit = Limit { watch: &self.watch, deadline: Some(self.deadline) };
        let clock = connector.options.wall_clock.clone();
        let made = Instance::new(&connector.pre, hooks, self.version.memory_limit, clock, self.deadline);
        match limit.over(made).await {
            End::Answer(Ok(mut instance)) => {
                instance.begin(self.deadline);
                instance.watch = Some(self.watch.clone());
                self.instance = Some(instance);
                Ok(())
            }
            End::Answer(Err(trap)) => Err(self.failed(End::Answer(trap))),
            End::Late => Err(self.failed(End::Late)),
            End::ShutDown => Err(self.failed(End::ShutDown)),
        }
    }

    /// What the host knows about why the last request failed.
    pub fn explanation(&self) -> Option<String> {
        self.instance.as_ref().and_then(|instance| instance.activity.explanation())
    }

    /// Why there was no token of the host's for the last request that needed one.
    pub fn token_refusal(&self) -> Option<TokenRefusal> {
        self.instance.as_ref().and_then(|instance| instance.activity.token_refusal())
    }

    /// Token requests the host made for the call.
    pub fn token_requests(&self) -> u32 {
        self.instance.as_ref().map_or(0, |instance| instance.activity.token_requests())
    }

    /// Requests the call has let out.
    fn requests(&self) -> u32 {
        self.instance.as_ref().map_or(0, |instance| instance.activity.requests())
    }

    /// Ends the call: a healthy instance is kept, any other is dropped.
    pub fn finish<T>(mut self, end: End<wasmtime::Result<Result<T, wit::Error>>>) -> Result<T> {
        let requests = self.requests();
        let result = self.close(end);
        self.recording.end(result.as_ref().err(), requests);
        result
    }

    fn close<T>(&mut self, end: End<wasmtime::Result<Result<T, wit::Error>>>) -> Result<T> {
        let memory = self.instance.as_ref().map_or(0, |instance| instance.memory_used());
        self.client.peak_memory.fetch_max(memory, Ordering::Relaxed);
        let (explanation, refusal) = (self.explanation(), self.token_refusal());
        match end {
            End::Answer(Ok(result)) => {
                self.open.finished();
                if let Some(instance) = self.instance.take() {
                    self.settle(&instance);
                    self.version.keep(instance);
                }
                result.map_err(|error| {
                    let error = refusal.iter().fold(error.into(), tokenless);
                    scrubbed(explained(error, explanation.as_deref()), &self.client.redactor)
                })
            }
            End::Answer(Err(trap)) => Err(self.failed(End::Answer(trap))),
            End::Late => Err(self.failed(End::Late)),
            End::ShutDown => Err(self.failed(End::ShutDown)),
        }
    }

    /// What the caller is told of a call that gave no result.
    fn failed(&self, end: End<wasmtime::Error>) -> Error {
        let maybe_applied = self.instance.as_ref().is_some_and(|instance| instance.activity.has_written());
        let count = |which: fn(&Counters) -> &AtomicU64| usage::count(self.client.counters(&self.version), which);
        let trap = match end {
            End::ShutDown => return self.open.ended(maybe_applied),
            End::Answer(trap) if !trap.is::<DeadlinePassed>() => trap,
            End::Answer(_) | End::Late => {
                self.open.finished();
                count(|counters| &counters.deadlines);
                return Error::Deadline { after: self.limit, maybe_applied };
            }
        };
        self.open.finished();
        count(|counters| &counters.traps);
        let detail = self.client.redactor.text(&trap.root_cause().to_string());
        if self.instance.as_ref().is_some_and(|instance| instance.was_refused_memory()) {
            let limit = self.version.memory_limit;
            tracing::warn!(parent: &self.recording.span, detail, limit, maybe_applied, "the component needed more memory");
            return Error::OutOfMemory { limit, maybe_applied };
        }
        tracing::warn!(parent: &self.recording.span, detail, maybe_applied, "the component stopped unexpectedly");
        Error::Trap { detail, maybe_applied }
    }

    /// The instance's call is over.
    fn settle(&self, instance: &Instance) {
        instance.activity.reset();
        self.client.traffic.after_call(&instance.activity.prepaid);
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if let Some(instance) = &self.instance {
            let written = instance.activity.has_written();
            self.recording.abandon(written, instance.activity.requests());
            self.given_up.iter().for_each(|told| told.store(written, Ordering::Release));
            self.settle(instance);
        }
    }
}
