//! One automation as the daemon sees it: when it is due, what waits to begin, whether it may. Pure: it is told what time it is
//! and what began and ended, and knows neither files nor the history.
//!
//! **Late and missed.** A due time that is found within a minute runs as scheduled; what is older was missed (nothing ran, the
//! machine slept, the clock jumped), and `missed` says what becomes of it. **The clock goes back**: a cron time that has run
//! does not run again, unless the clock goes back by more than a day, which is taken for a correction; `every` and `after`
//! wait their period from now at most.

use super::folder::Automation;
use crate::history::{RunId, Trigger};
use jiff::{SignedDuration, Timestamp};
use scim_connector_flow::schedule::{self, Missed, Schedule};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// How long after its time a run still begins as if it were on time.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// A clock that goes back by more was wrong before.
pub const CORRECTION: SignedDuration = SignedDuration::from_hours(24);

/// How many runs of an automation may wait.
const WAITING: usize = schedule::MOST_MISSED;

/// An automation and what becomes of it.
pub struct Job {
    /// Which version runs next.
    pub automation: Arc<Automation>,
    /// When it is due next; the run itself may begin a little later (jitter).
    pub next: Option<Timestamp>,
    /// The latest due time that was dealt with.
    pub last_due: Option<Timestamp>,
    /// The latest run.
    pub last_run: Option<RunId>,
    /// Due times pass by.
    pub paused: bool,
    /// Its file is gone: it is kept while it still runs.
    pub gone: bool,
    /// What a person should know.
    pub note: Option<String>,
    running: usize,
    skipped: u64,
    queue: VecDeque<Order>,
}

/// A run that is to begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Why.
    pub trigger: Trigger,
    /// When it was due.
    pub scheduled_for: Option<Timestamp>,
    /// What it is given; what its file says where none.
    pub input: Option<Value>,
    /// The request it answers.
    pub request: Option<i64>,
}

/// What became of due times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// A run is to begin.
    Due,
    /// The run before still goes on, and they may not overlap.
    Skipped(Timestamp),
    /// Runs were missed, of which so many are made up for.
    Missed {
        /// How many were due, at most [`schedule::MOST_MISSED`].
        missed: usize,
        /// How many runs make up for them.
        runs: usize,
    },
}

impl Job {
    /// An automation that was not there before; `stored` is when it was due next by what the history says, `last_due` the
    /// latest due time that has run.
    pub fn new(
        automation: Arc<Automation>,
        stored: Option<Timestamp>,
        last_due: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let mut job = Self {
            automation,
            next: stored,
            last_due,
            last_run: None,
            paused: false,
            gone: false,
            note: None,
            running: 0,
            skipped: 0,
            queue: VecDeque::new(),
        };
        match (job.schedule(), stored) {
            (Some(Schedule::Cron(_)), Some(stored)) if stored > now => job.plan(now),
            (Some(_), Some(_)) => job.not_too_far(now),
            _ => job.plan(now),
        }
        job
    }

    /// The schedule, where there is one that counts.
    fn schedule(&self) -> Option<&Schedule> {
        let plan = &self.automation.plan;
        plan.schedule.as_ref().filter(|_| plan.settings.enabled && !self.paused && !self.gone)
    }

    /// Looks for the next due time from now on; nothing that was due before counts.
    pub fn plan(&mut self, now: Timestamp) {
        let done = self.last_due.filter(|due| due.duration_since(now) <= CORRECTION);
        let after = done.map_or(now, |done| done.max(now));
        self.next = self.schedule().and_then(|schedule| match schedule {
            Schedule::Cron(_) => schedule.next(after, now),
            _ => schedule.next(now, now),
        });
    }

    /// Another version of the file.
    pub fn update(&mut self, automation: Arc<Automation>, now: Timestamp) {
        let (old, new) = (&self.automation.plan, &automation.plan);
        let same = old.schedule == new.schedule && old.settings.enabled == new.settings.enabled && !self.gone;
        self.automation = automation;
        self.gone = false;
        if !same {
            self.plan(now);
        }
    }

    /// Its file is gone. What runs goes on. Gives the requests that nothing comes of.
    pub fn leave(&mut self) -> Vec<i64> {
        self.gone = true;
        self.next = None;
        self.clear()
    }

    /// Nothing that waits begins any more. Gives the requests among it.
    pub fn clear(&mut self) -> Vec<i64> {
        self.queue.drain(..).filter_map(|order| order.request).collect()
    }

    /// Due times pass by, or count again from now on. What was asked for stays.
    pub fn pause(&mut self, paused: bool, now: Timestamp) {
        if self.paused != paused {
            self.paused = paused;
            self.queue.retain(|order| order.trigger == Trigger::Request);
            self.plan(now);
        }
    }

    /// When the run of a due time begins.
    pub fn begins(&self, due: Timestamp) -> Timestamp {
        let settings = &self.automation.plan.settings;
        let following = self.schedule().and_then(|schedule| schedule.next(due, due));
        let delay = schedule::delay(settings.jitter, &self.automation.name, due, following);
        due.checked_add(delay).unwrap_or(due)
    }

    /// Looks at the clock, and lets wait to begin what is due.
    pub fn look(&mut self, now: Timestamp) -> Option<Passed> {
        self.not_too_far(now);
        let next = self.next.filter(|next| *next <= now && self.begins(*next) <= now)?;
        let schedule = self.schedule()?.clone();
        let mut due = match &schedule {
            Schedule::After(_) => vec![next],
            // The stored time may be of a schedule that has changed since.
            _ => schedule.missed(next.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(next), now, next),
        };
        due.retain(|due| self.begins(*due) <= now);
        let Some(latest) = due.last().copied() else {
            self.plan(now);
            return None;
        };
        self.next = match &schedule {
            Schedule::After(_) => None,
            _ => schedule.next(latest, latest),
        };
        self.last_due = Some(latest);
        let passed = self.decide(&due, latest, now);
        if self.next.is_none() && self.queue.is_empty() && self.running == 0 {
            self.plan(now);
        }
        Some(passed)
    }

    fn decide(&mut self, due: &[Timestamp], latest: Timestamp, now: Timestamp) -> Passed {
        let settings = &self.automation.plan.settings;
        let (policy, overlap) = (settings.missed, settings.overlap);
        let on_time = |due: Timestamp| now.duration_since(self.begins(due)) <= LATE;
        let timely = on_time(latest);
        let orders: Vec<Order> = match policy {
            Missed::Skip if !timely => Vec::new(),
            Missed::Skip => vec![Order::due(latest, true)],
            Missed::Once => vec![Order::due(latest, timely)],
            Missed::All => {
                // What is hardly late is one run, as ever.
                let missed = due.iter().filter(|due| !on_time(**due)).map(|due| Order::due(*due, false));
                missed.chain(timely.then(|| Order::due(latest, true))).collect()
            }
        };
        let missed = due.iter().filter(|due| !on_time(**due)).count();
        let backlog = policy == Missed::All && (missed > 0 || !self.queue.is_empty());
        if (self.running > 0 || !self.queue.is_empty()) && !overlap && !backlog && !orders.is_empty() {
            self.skipped += 1;
            let times = if self.skipped == 1 { "a due time was" } else { "due times were" };
            let count = if self.skipped == 1 { String::new() } else { format!("{} ", self.skipped) };
            self.note =
                Some(format!("{count}{times} skipped, the last one at {latest:.0}: the run before had not ended"));
            return Passed::Skipped(latest);
        }
        let runs = orders.len();
        if missed > 0 {
            let what = if runs == 0 { "nothing makes up for them (missed: skip)".to_owned() } else { made_up(runs) };
            self.note = Some(format!("{} missed up to {latest:.0}; {what}", counted(missed)));
        }
        let room = WAITING.saturating_sub(self.queue.len());
        self.queue.extend(orders.into_iter().take(room));
        if missed > 0 { Passed::Missed { missed, runs } } else { Passed::Due }
    }

    /// Somebody asked for a run. Says whether there is room for it.
    pub fn ask(&mut self, request: i64, input: Option<Value>) -> bool {
        let room = self.queue.len() < WAITING;
        if room {
            let trigger = Trigger::Request;
            self.queue.push_back(Order { trigger, scheduled_for: None, input, request: Some(request) });
        }
        room
    }

    /// What may begin now. It counts as begun.
    pub fn take(&mut self) -> Option<Order> {
        let first = self.queue.front()?;
        // Missed runs come one after another in any case.
        let overlap = self.automation.plan.settings.overlap && first.trigger != Trigger::Missed;
        if self.running > 0 && !overlap {
            return None;
        }
        self.running += 1;
        if first.trigger == Trigger::Schedule {
            self.skipped = 0;
            self.note = None;
        }
        self.queue.pop_front()
    }

    /// A run has ended, or could not begin.
    pub fn ended(&mut self, now: Timestamp) {
        self.running = self.running.saturating_sub(1);
        if let (0, Some(schedule @ Schedule::After(_))) = (self.running, self.schedule()) {
            self.next = schedule.next(now, now);
        }
    }

    /// Whether a run goes on.
    pub fn is_running(&self) -> bool {
        self.running > 0
    }

    /// Whether runs wait to begin.
    pub fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// A period is not longer than it is, wherever the clock has gone.
    fn not_too_far(&mut self, now: Timestamp) {
        if let (Some(next), Some(Schedule::Every(period) | Schedule::After(period))) = (self.next, self.schedule())
            && now.checked_add(*period).is_ok_and(|latest| next > latest)
        {
            self.plan(now);
        }
    }
}

impl Order {
    fn due(due: Timestamp, on_time: bool) -> Self {
        let trigger = if on_time { Trigger::Schedule } else { Trigger::Missed };
        Self { trigger, scheduled_for: Some(due), input: None, request: None }
    }
}

fn counted(runs: usize) -> String {
    match runs {
        1 => "1 run was".to_owned(),
        // Not counted further.
        runs if runs >= schedule::MOST_MISSED => format!("{runs} runs or more were"),
        runs => format!("{runs} runs were"),
    }
}

fn made_up(runs: usize) -> String {
    if runs == 1 { "one run makes up for it".to_owned() } else { format!("{runs} runs make up for them") }
}
