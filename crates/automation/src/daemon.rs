//! Runs the automations of a folder: looks at the clock, at the folder and at what the commands ask for, begins runs and sees
//! them end. All it has to remember stands in the history, so that it may end at any time. It knows of the engine only that it
//! runs flows ([`Engine`]).

use super::folder::{Automation, Folder, Found};
use super::job::{CORRECTION, Job, Order, Passed};
use super::launch::Engine;
use super::notice::Notice;
use super::rows::Rows;
use crate::history::{Begin, Filter, FlowId, History, Recorder, RunId, Status, real_folder};
use jiff::Timestamp;
use scim_connector_flow::event::RunOutcome;
use scim_connector_flow::{Ended, Flow, Stop};
use scim_connector_host::error::{Error, Result};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::{Id, JoinError, JoinSet};

/// How long a run that is cut off may take to say what it was doing.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How often it looks.
const TICK: Duration = Duration::from_millis(500);

/// It looks at the folder each so many ticks.
const FOLDER: u64 = 2;

/// It says that it lives each so many ticks.
const BEAT: u64 = 10;

/// It lets old runs go each so many ticks.
const PRUNE: u64 = 7200;

/// Runs of a flow among which the latest due time is looked for.
const RECENT: usize = 100;

/// Gets what the daemon tells.
pub type NoticeSink = Arc<dyn Fn(&Notice) + Send + Sync>;

/// The automations of a folder, and what runs of them.
pub struct Daemon {
    history: History,
    folder: Folder,
    /// The folder, links resolved: with a name, which flow is meant.
    place: PathBuf,
    engine: Arc<dyn Engine>,
    notices: NoticeSink,
    jobs: BTreeMap<String, Job>,
    rows: Rows,
    runs: JoinSet<Ended>,
    under_way: HashMap<Id, UnderWay>,
    stop: Stop,
    ticks: u64,
    /// The history's log still holds what a run was given.
    log_to_empty: bool,
    last: Option<Timestamp>,
    summary: Summary,
}

/// A run that goes on.
struct UnderWay {
    automation: String,
    run: RunId,
    began: Instant,
    recorder: Arc<Recorder>,
    /// The request it answers.
    request: Option<i64>,
}

/// What became of the runs until the daemon ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Runs that failed, or could not begin.
    pub failed: usize,
    /// Runs that were stopped in the middle.
    pub interrupted: usize,
}

/// What the history knows of an automation.
struct Recorded {
    next: Option<Timestamp>,
    last_due: Option<Timestamp>,
    last_run: Option<RunId>,
    paused: bool,
}

impl Daemon {
    /// Becomes the daemon of a folder, and says what an earlier one left unfinished. `ui` is the address of the page.
    ///
    /// # Errors
    /// [`Error::Usage`] where another daemon serves the folder; [`Error::Config`] where the history fails.
    pub fn new(
        history: History,
        folder: Folder,
        engine: Arc<dyn Engine>,
        ui: Option<&str>,
        notices: NoticeSink,
    ) -> Result<Self> {
        let place = real_folder(folder.path());
        if let Some(other) = history.claim_folder(&place, ui)? {
            return Err(Error::Usage(format!(
                "the automations of {} are run already, by process {} since {:.0}; end that one first, or talk to it with status, trigger, pause and resume",
                folder.path().display(),
                other.process.pid,
                other.started_at,
            )));
        }
        let daemon = Self {
            rows: Rows::new(history.clone(), place.clone()),
            place,
            history,
            folder,
            engine,
            notices,
            jobs: BTreeMap::new(),
            runs: JoinSet::new(),
            under_way: HashMap::new(),
            stop: Stop::new(),
            ticks: 0,
            log_to_empty: false,
            last: None,
            summary: Summary::default(),
        };
        daemon.history.reap()?;
        daemon.rows.forget()?;
        Ok(daemon)
    }

    /// Reads the folder, so that [`Self::automations`] are there; nothing runs yet.
    pub fn load(&mut self, now: Timestamp) {
        let found = self.folder.look();
        let found = self.report_failure(found).unwrap_or_default();
        found
            .into_iter()
            .filter(|found| !matches!(found, Found::New { .. }))
            .for_each(|found| self.notify(&found.into()));
        self.sync(now);
        self.write();
        // Whoever noticed first that a process was gone, a command perhaps: it is said until the flow has run again.
        for name in self.folder.automations().map(|automation| automation.name.clone()).collect::<Vec<_>>() {
            let latest = self.history.runs(&Filter { limit: 1, ..Filter::of(&self.flow(&name)) });
            let latest = self.report_failure(latest).and_then(|runs| runs.into_iter().next());
            if let Some(run) = latest.filter(|run| run.status == Status::Interrupted) {
                let (run, automation, people) = (run.id.to_string(), run.flow, run.counts.total());
                self.notify(&Notice::Interrupted { automation, run, people });
            }
        }
    }

    /// The automations by name, with when they are due next.
    pub fn automations(&self) -> impl Iterator<Item = (&Arc<Automation>, Option<Timestamp>)> {
        self.jobs.values().map(|job| (&job.automation, job.next))
    }

    /// Whether something runs, or waits to.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.runs.is_empty() || self.jobs.values().any(Job::is_waiting)
    }

    /// Runs until `until` is there, then lets what runs finish its steps for `grace` at most, or until `at_once` is there. With
    /// `once`, only what is due or asked for now, and no longer than that takes.
    pub async fn run(
        mut self,
        once: bool,
        until: impl Future<Output = ()>,
        grace: Duration,
        at_once: impl Future<Output = ()>,
    ) -> Summary {
        let mut until = std::pin::pin!(until);
        self.tick(Timestamp::now());
        while !once || self.is_busy() {
            let now = tokio::select! {
                () = &mut until => break,
                () = tokio::time::sleep(TICK) => Timestamp::now(),
                Some(ended) = self.runs.join_next_with_id() => {
                    let now = Timestamp::now();
                    self.ended(ended, now);
                    now
                }
            };
            if once {
                self.begin_waiting(now);
                self.write();
            } else {
                self.tick(now);
            }
        }
        self.end(grace, at_once).await
    }

    /// Looks once at everything. Never waits for a run.
    pub fn tick(&mut self, now: Timestamp) {
        while let Some(ended) = self.runs.try_join_next_with_id() {
            self.ended(ended, now);
        }
        self.clock(now);
        if self.ticks.is_multiple_of(FOLDER) {
            let found = self.folder.look();
            self.report_failure(found).unwrap_or_default().into_iter().for_each(|found| self.notify(&found.into()));
        }
        if self.ticks % BEAT == BEAT - 1 {
            self.report_failure(self.history.daemon_beat(&self.place));
        }
        if self.ticks.is_multiple_of(PRUNE) {
            let history = self.history.clone();
            // Nobody waits for it.
            drop(tokio::task::spawn_blocking(move || history.prune().inspect_err(|error| tracing::warn!("{error}"))));
        }
        self.ticks += 1;
        self.sync(now);
        self.pauses(now);
        let mut notices = Vec::new();
        for (name, job) in &mut self.jobs {
            let automation = name.clone();
            match job.look(now) {
                Some(Passed::Skipped(due)) => notices.push(Notice::Skipped { automation, due }),
                Some(Passed::Missed { missed, runs }) => notices.push(Notice::Missed { automation, missed, runs }),
                Some(Passed::Due) | None => {}
            }
        }
        notices.iter().for_each(|notice| self.notify(notice));
        self.requests();
        self.empty_log();
        self.begin_waiting(now);
        self.write();
    }

    /// Takes what runs were given out of the history's log, now or at the next tick.
    fn empty_log(&mut self) {
        if self.log_to_empty {
            self.log_to_empty = self.report_failure(self.history.empty_log()) == Some(false);
        }
    }

    fn clock(&mut self, now: Timestamp) {
        if let Some(from) = self.last.filter(|last| last.duration_since(now) > CORRECTION) {
            self.notify(&Notice::ClockBack { from, to: now });
            self.jobs.values_mut().for_each(|job| job.plan(now));
        }
        self.last = Some(now);
    }

    /// Makes the jobs those of the folder.
    fn sync(&mut self, now: Timestamp) {
        let mut there: BTreeMap<String, Arc<Automation>> = BTreeMap::new();
        for automation in self.folder.automations() {
            there.entry(automation.name.clone()).or_insert_with(|| automation.clone());
        }
        let (mut left, mut over) = (Vec::new(), Vec::new());
        for (name, job) in &mut self.jobs {
            match there.remove(name) {
                Some(automation) if Arc::ptr_eq(&automation, &job.automation) && !job.gone => {}
                Some(automation) => job.update(automation, now),
                None if !job.gone => left.extend(job.leave()),
                None => {}
            }
            if job.gone && !job.is_running() {
                over.push(name.clone());
            }
        }
        self.refuse(left, "its flow is gone");
        for name in over {
            self.jobs.remove(&name);
            let removed = self.rows.remove(&name);
            self.report_failure(removed);
        }
        for (name, automation) in there {
            // Without knowing what has run nothing may run; it is asked again at the next tick.
            let Some(known) = self.report_failure(self.recorded(&name)) else { continue };
            let mut job = Job::new(automation, known.next, known.last_due, now);
            job.last_run = known.last_run;
            job.pause(known.paused, now);
            self.jobs.insert(name, job);
        }
    }

    fn flow(&self, name: &str) -> FlowId {
        FlowId { folder: self.place.clone(), name: name.to_owned() }
    }

    fn recorded(&self, name: &str) -> Result<Recorded> {
        let flow = self.flow(name);
        if let Some(folder) = self.history.pause_as_before(&flow)? {
            self.notify(&Notice::PausedAsBefore { automation: name.to_owned(), folder });
        }
        let row = self.history.automations_of(&self.place)?.into_iter().find(|row| row.flow == flow);
        let recent = Filter { limit: RECENT, ..Filter::of(&flow) };
        let runs = self.history.runs(&recent)?;
        Ok(Recorded {
            next: row.as_ref().and_then(|row| row.next_due),
            last_due: runs.iter().filter_map(|run| run.scheduled_for).max(),
            last_run: runs.first().map(|run| run.id.clone()),
            paused: row.is_some_and(|row| row.paused),
        })
    }

    fn pauses(&mut self, now: Timestamp) {
        for row in self.report_failure(self.history.automations_of(&self.place)).unwrap_or_default() {
            let Some(job) = self.jobs.get_mut(&row.flow.name).filter(|job| job.paused != row.paused) else { continue };
            job.pause(row.paused, now);
            self.notify(&Notice::Paused { automation: row.flow.name, paused: row.paused });
        }
    }

    fn requests(&mut self) {
        let names: Vec<&String> = self.jobs.iter().filter(|(_, job)| !job.gone).map(|(name, _)| name).collect();
        for request in self.report_failure(self.history.take_requests(&self.place, &names)).unwrap_or_default() {
            // What it is given may be secret.
            self.log_to_empty |= request.input.is_some();
            let job = self.jobs.get_mut(&request.automation.name);
            if !job.is_some_and(|job| job.ask(request.id, request.input)) {
                self.refuse(vec![request.id], "too many runs of it wait already");
            }
        }
    }

    fn refuse(&self, requests: Vec<i64>, why: &str) {
        for request in requests {
            self.report_failure(self.history.answer_request(request, None, Some(why)));
        }
    }

    fn begin_waiting(&mut self, now: Timestamp) {
        let library: Vec<Arc<Flow>> = self.folder.automations().map(|automation| automation.flow.clone()).collect();
        let mut orders = Vec::new();
        for job in self.jobs.values_mut() {
            while let Some(order) = job.take() {
                orders.push((job.automation.clone(), order));
            }
        }
        for (automation, order) in orders {
            let Err(error) = self.begin(&automation, &order, &library) else { continue };
            let text = format!("{}: a run could not begin: {error}", automation.name);
            self.refuse(order.request.into_iter().collect(), &text);
            self.notify(&Notice::Trouble { text: text.clone() });
            self.summary.failed += 1;
            if let Some(job) = self.jobs.get_mut(&automation.name) {
                job.ended(now);
                job.note = Some(text);
            }
        }
    }

    fn begin(&mut self, automation: &Arc<Automation>, order: &Order, library: &[Arc<Flow>]) -> Result<()> {
        let Automation { name, flow, plan } = &**automation;
        let recorder = Arc::new(self.history.begin(&Begin {
            flow: name,
            version: flow.version(),
            file: &flow.document.path,
            text: &flow.document.text,
            trigger: order.trigger,
            scheduled_for: order.scheduled_for,
        })?);
        let run = recorder.run_id().clone();
        if let Some(request) = order.request {
            self.report_failure(self.history.answer_request(request, Some(&run), None));
        }
        self.notify(&Notice::began(name, &run, order.trigger, order.scheduled_for));
        let input = order.input.clone().unwrap_or_else(|| plan.settings.input.clone());
        let (engine, flow, library) = (self.engine.clone(), flow.clone(), library.to_vec());
        let (stop, watcher) = (self.stop.clone(), recorder.clone());
        let task = self.runs.spawn(async move { engine.run(&flow, library, input, watcher, &stop).await });
        if let Some(job) = self.jobs.get_mut(name) {
            job.last_run = Some(run.clone());
        }
        let request = order.request;
        let under_way = UnderWay { automation: name.clone(), run, began: Instant::now(), recorder, request };
        self.under_way.insert(task.id(), under_way);
        Ok(())
    }

    fn ended(&mut self, ended: std::result::Result<(Id, Ended), JoinError>, now: Timestamp) {
        let (id, ended) = match ended {
            Ok((id, ended)) => (id, Ok(ended)),
            Err(error) => (error.id(), Err(error)),
        };
        let Some(UnderWay { automation, run, began, recorder, request }) = self.under_way.remove(&id) else { return };
        let (outcome, error) = match ended {
            Ok(Ended { outcome, fault, .. }) => (outcome, fault.map(|fault| in_words(&fault))),
            Err(error) if error.is_cancelled() => (RunOutcome::Interrupted, None),
            Err(_) => (RunOutcome::Failed, Some("the engine stopped unexpectedly; the log says more".to_owned())),
        };
        match outcome {
            RunOutcome::Completed => {}
            RunOutcome::Failed => self.summary.failed += 1,
            RunOutcome::Interrupted => self.summary.interrupted += 1,
        }
        recorder.warnings().into_iter().for_each(|text| self.notify(&Notice::Trouble { text }));
        // A run that was given up is written down as interrupted when its recorder goes.
        drop(recorder);
        request.map(|request| self.report_failure(self.history.forget_request(request)));
        let counts =
            self.report_failure(self.history.run(&run)).flatten().map(|run| run.summary.counts).unwrap_or_default();
        self.notify(&Notice::ended(&automation, &run, outcome, &counts, began.elapsed(), error));
        if let Some(job) = self.jobs.get_mut(&automation) {
            job.ended(now);
        }
    }

    fn write(&mut self) {
        if let Err(error) = self.rows.write(&self.jobs, &self.folder) {
            self.notify(&Notice::Trouble { text: error.to_string() });
        }
    }

    async fn end(mut self, grace: Duration, at_once: impl Future<Output = ()>) -> Summary {
        self.stop.request();
        let left: Vec<i64> = self.jobs.values_mut().flat_map(Job::clear).collect();
        self.refuse(left, "the daemon has ended");
        let mut over = std::pin::pin!(tokio::time::sleep(grace));
        let mut at_once = std::pin::pin!(at_once);
        loop {
            tokio::select! {
                ended = self.runs.join_next_with_id() => match ended {
                    Some(ended) => self.ended(ended, Timestamp::now()),
                    None => break,
                },
                () = &mut over => break,
                () = &mut at_once => break,
            }
        }
        // What is cut off now says so, and whether it may have been applied.
        self.stop.at_once();
        let last_words = tokio::time::timeout(LAST_WORDS, async {
            while let Some(ended) = self.runs.join_next_with_id().await {
                self.ended(ended, Timestamp::now());
            }
        });
        last_words.await.ok();
        self.runs.abort_all();
        while let Some(ended) = self.runs.join_next_with_id().await {
            self.ended(ended, Timestamp::now());
        }
        self.write();
        self.empty_log();
        self.report_failure(self.history.release_folder(&self.place));
        self.summary
    }

    /// What failed is told, and the daemon goes on.
    fn report_failure<T>(&self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.notify(&Notice::Trouble { text: error.to_string() })).ok()
    }

    fn notify(&self, notice: &Notice) {
        let json = serde_json::to_string(notice).unwrap_or_default();
        if notice.is_bad() {
            tracing::warn!(notice = json, "{notice}");
        } else {
            tracing::info!(notice = json, "{notice}");
        }
        (self.notices)(notice);
    }
}

/// Why a run failed, on one line.
fn in_words(fault: &scim_connector_flow::Fault) -> String {
    let text = fault.detail.as_ref().or(fault.title.as_ref()).unwrap_or(&fault.type_);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
