//! A history with everything the page shows: automations in all states, runs that ended well, badly and not at all, people
//! and steps, a run that goes on, and names that try to be HTML. It is written as the daemon and the engine write it: by a
//! recorder, from events.

use jiff::{SignedDuration, Timestamp};
use scim_connector_automation::history::{Begin, FlowId, History, Recorder, RunId, Scheduled, Trigger};
use scim_connector_flow::event::{Affected, Change, Event, RunOutcome, StepKind, StepOutcome};
use scim_connector_flow::schedule::Plan;
use scim_connector_flow::{Document, Fault, Flow, Watcher as _};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A name that tries to be more than text.
pub const HOSTILE: &str = "<script>alert('x')</script>\"&<img src=x onerror=alert(1)>";

/// The flows, by name.
pub fn flows() -> (PathBuf, HashMap<String, Arc<Flow>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/page/flows").canonicalize().unwrap();
    let files = std::fs::read_dir(&folder).unwrap();
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.unwrap().path();
        let document = Document::parse(&std::fs::read_to_string(&path).unwrap(), &path).unwrap();
        let flow = Flow::compile(document).unwrap();
        (flow.name().to_owned(), Arc::new(flow))
    };
    (folder, files.map(read).collect())
}

/// A run that is told while it goes.
pub struct Play {
    pub recorder: Recorder,
    begun: Timestamp,
    at: Timestamp,
    step: u64,
}

impl Play {
    pub fn begin(history: &History, flow: &Flow, trigger: Trigger, input: &Value) -> Self {
        let begin = Begin {
            flow: flow.name(),
            version: flow.version(),
            file: &flow.document.path,
            text: &flow.document.text,
            trigger,
            scheduled_for: (trigger == Trigger::Schedule).then(Timestamp::now),
        };
        let recorder = history.begin(&begin).unwrap();
        let at = Timestamp::now();
        let play = Self { recorder, begun: at, at, step: 0 };
        play.record(&Event::RunStarted {
            flow: flow.name().into(),
            version: flow.version().into(),
            input: input.clone(),
        });
        play
    }

    pub fn id(&self) -> RunId {
        self.recorder.run_id().clone()
    }

    /// Something happens.
    pub fn record(&self, event: &Event) {
        self.recorder.on(self.at, event);
    }

    pub fn pass(&mut self, milliseconds: i64) {
        self.at += SignedDuration::from_millis(milliseconds);
    }

    /// Begins a step; `place` is its pointer, whose last segment is its name.
    pub fn start(
        &mut self,
        place: &str,
        parent: Option<u64>,
        kind: StepKind,
        function: Option<&str>,
        item: Option<u64>,
    ) -> u64 {
        self.step += 1;
        let name = place.rsplit('/').next().unwrap_or_default();
        self.record(&Event::StepStarted {
            step: self.step,
            parent,
            pointer: place.into(),
            name: name.into(),
            kind,
            function: function.map(Into::into),
            connection: function.map(|_| "scimClient".into()),
            item,
        });
        self.step
    }

    /// Ends a step that took so long.
    pub fn end(&mut self, step: u64, milliseconds: u64, affected: Vec<Affected>, error: Option<Fault>) {
        let outcome = if error.is_some() { StepOutcome::Failed } else { StepOutcome::Completed };
        let input =
            json!({"payload": {"userName": affected.first().map(|affected| &affected.who), "password": "[redacted]"}});
        let output =
            if error.is_some() { Value::Null } else { json!({"id": format!("2819c223-{step}"), "active": true}) };
        self.record(&Event::StepEnded {
            step,
            outcome,
            duration_us: milliseconds * 1000,
            affected,
            handed_on: 0,
            input,
            output,
            error,
        });
    }

    pub fn loop_at(&self, step: u64, done: u64, total: Option<u64>) {
        self.record(&Event::Looped { step, done, total });
    }

    /// A call for somebody in a loop.
    pub fn person(&mut self, parent: u64, item: u64, who: &str, change: Change, milliseconds: u64) {
        let step = self.start(
            "/do/1/each/do/0/guard/try/0/create",
            Some(parent),
            StepKind::Call,
            Some("ensureUser"),
            Some(item),
        );
        self.pass(i64::try_from(milliseconds).unwrap());
        let error = match change {
            Change::Failed => Some(name_taken(who)),
            Change::Unknown => Some(Fault {
                type_: "scim.timeout".into(),
                title: Some("timeout, may have been applied".into()),
                detail: Some("no answer within 30 s".into()),
                maybe_applied: true,
                ..Fault::default()
            }),
            _ => None,
        };
        let reason = (change == Change::Failed).then(|| "uniqueness".to_owned());
        self.end(step, milliseconds, vec![Affected { who: who.into(), change, reason }], error);
    }

    pub fn finish(self, outcome: RunOutcome, error: Option<Fault>) -> RunId {
        let took = self.at.duration_since(self.begun).as_micros();
        let output = if error.is_some() { Value::Null } else { json!({"people": self.step}) };
        self.record(&Event::RunEnded { outcome, output, error, duration_us: u64::try_from(took).unwrap() });
        let id = self.id();
        drop(self.recorder);
        id
    }
}

fn name_taken(who: &str) -> Fault {
    Fault {
        type_: "scim.uniqueness".into(),
        status: Some(409),
        title: Some("uniqueness".into()),
        detail: Some(format!("userName \"{who}\" is taken")),
        instance: Some("/do/1/each/do/0/guard/try/0/create".into()),
        request_id: Some("7c1f0d".into()),
        ..Fault::default()
    }
}

const NAMES: [&str; 8] = ["ada", "grace", "alan", "edsger", "barbara", "donald", "katherine", "tim"];

fn mail(number: u64) -> String {
    let name = NAMES[usize::try_from(number).unwrap() % NAMES.len()];
    format!("{name}.{number:03}@example.com")
}

/// An onboarding of so many people: some fail, one hostile among them.
pub fn onboarding(history: &History, flow: &Flow, people: u64, trigger: Trigger) -> RunId {
    let mut play = Play::begin(history, flow, trigger, &json!({"department": "Research", "limit": 250}));
    let read = play.start("/do/0/people", None, StepKind::Call, Some("readCsv"), None);
    play.pass(14);
    play.end(read, 14, vec![], None);
    let each = play.start("/do/1/each", None, StepKind::For, None, None);
    for item in 0..people {
        let change = match item {
            5 | 61 => Change::Failed,
            9 => Change::Unknown,
            item if item % 4 == 0 => Change::Unchanged,
            _ => Change::Created,
        };
        let who = if item == 5 { HOSTILE.to_owned() } else { mail(item) };
        play.person(each, item, &who, change, 9 + item * 7 % 31);
    }
    let lead =
        play.start("/do/1/each/do/2/lead", Some(each), StepKind::Call, Some("addGroupMembers"), Some(people - 1));
    play.record(&Event::StepRetried {
        step: lead,
        attempt: 1,
        error: Fault {
            type_: "scim.unavailable".into(),
            status: Some(503),
            title: Some("unavailable".into()),
            transient: true,
            ..Fault::default()
        },
        wait_ms: 400,
    });
    play.pass(460);
    play.end(lead, 460, vec![Affected { who: "leads".into(), change: Change::MembersChanged, reason: None }], None);
    play.loop_at(each, people, Some(people));
    let took = u64::try_from(play.at.duration_since(play.begun).as_millis()).unwrap() - 14;
    play.end(each, took, vec![], None);
    play.finish(RunOutcome::Completed, None)
}

/// The whole story. What is given back goes on until it is dropped.
pub fn tell(history: &History, flows: &HashMap<String, Arc<Flow>>) -> Play {
    let flow = |name: &str| flows.get(name).unwrap().as_ref();
    for _ in 0..28 {
        let play = Play::begin(history, flow("nightly-copy"), Trigger::Schedule, &json!({}));
        play.finish(RunOutcome::Completed, None);
    }
    let mut broken = Play::begin(history, flow("offboarding"), Trigger::Schedule, &json!({}));
    let step = broken.start("/do/0/leave", None, StepKind::Call, Some("deactivateUser"), None);
    broken.pass(3100);
    let fault = Fault {
        type_: "scim.permission".into(),
        status: Some(403),
        title: Some("permission".into()),
        detail: Some("the token may not change users; give its client the scope scim.write".into()),
        instance: Some("/do/0/leave".into()),
        ..Fault::default()
    };
    let affected = vec![Affected { who: "2819c223".into(), change: Change::Failed, reason: Some("permission".into()) }];
    broken.end(step, 3100, affected, Some(fault.clone()));
    let broken = broken.finish(RunOutcome::Failed, Some(fault));
    let last = onboarding(history, flow("onboarding"), 120, Trigger::Schedule);

    let mut going = Play::begin(history, flow("nightly-copy"), Trigger::Schedule, &json!({}));
    let list = going.start("/do/0/people", None, StepKind::Call, Some("listUsers"), None);
    going.pass(38);
    going.end(list, 38, vec![], None);
    let each = going.start("/do/1/each", None, StepKind::For, None, None);
    for item in 0..40 {
        going.person(each, item, &mail(item), Change::Updated, 3);
    }
    going.loop_at(each, 40, Some(200));
    assert!(going.recorder.flush());

    let now = Timestamp::now();
    let rows = [
        ("onboarding", Some(&last), None),
        ("nightly-copy", None, None),
        (
            "offboarding",
            Some(&broken),
            Some(
                "the file was changed and has problems, the version before stays: offboarding.yaml:10:13: `deactivateUsr` is no operation",
            ),
        ),
    ];
    // Four minutes ago `every` was due.
    let anchor = now - SignedDuration::from_mins(4);
    for (name, last_run, note) in rows {
        let Document { path: file, value, .. } = &flow(name).document;
        let next_due = Plan::read(value).unwrap().schedule.and_then(|schedule| schedule.next(now, anchor));
        let flow = &FlowId::in_file(file, name);
        history.upsert_automation(&Scheduled { flow, file, next_due, last_run, note }).unwrap();
    }
    history.set_paused(&FlowId::in_file(&flow("offboarding").document.path, "offboarding"), true).unwrap();
    // Of another folder: not for this page.
    let file = Path::new("/elsewhere/x.yaml");
    for name in ["elsewhere", "offboarding"] {
        let flow = &FlowId::in_file(file, name);
        history.upsert_automation(&Scheduled { flow, file, next_due: None, last_run: None, note: None }).unwrap();
    }
    let begin =
        Begin { flow: "offboarding", version: "9.9.9", file, text: "", trigger: Trigger::Manual, scheduled_for: None };
    drop(history.begin(&begin).unwrap());
    going
}
