//! What is measured: one table of rows, and how each kind of row comes to its figures.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::contenders::{Call, Contender, Native, connection};
use crate::environment::{Environment, Who, number};
use crate::paired::{Rounds, Spread, sequential, throughput};
use crate::report::{Aim, Figure, Unit};
use crate::server::LISTED;
use crate::tasks::Task;

/// How the host is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallMode {
    /// JSON in and out, an instance that is warm.
    Invoke,
    /// By the contract's records, an instance that is warm.
    Typed,
    /// JSON in and out, a new instance for each call.
    Fresh,
    /// JSON in and out, a warm instance of the component with its way out over wasi:http.
    Whole,
}

/// How a row is measured.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// One call after the other, on one thread.
    Sequential { call: Call, way: CallMode, secure: bool },
    /// Several calls at a time, on a thread for each core.
    Throughput { in_flight: usize, secure: bool },
    /// From the start of a process to the first created user.
    Start { cached: bool },
    /// The component compiled, nothing cached.
    Compile,
    /// Memory of connections that are not in use.
    Idle { connections: u64 },
    /// Listing everything.
    Listing,
    /// Creating users in bulk, and how the cost of one grows with their number.
    Bulk { few: u64, many: u64 },
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// Its name on the command line.
    pub name: &'static str,
    what: &'static str,
    kind: Kind,
    aim: Option<Aim>,
}

const fn row(name: &'static str, what: &'static str, kind: Kind, aim: Option<Aim>) -> Row {
    Row { name, what, kind, aim }
}

const fn one(call: Call, way: CallMode, secure: bool) -> Kind {
    Kind::Sequential { call, way, secure }
}

const fn many(in_flight: usize, secure: bool) -> Kind {
    Kind::Throughput { in_flight, secure }
}

const WARM: Option<Aim> = Some(Aim::RatiosAtMost(1.20, 1.35));
const WHOLE: Option<Aim> = Some(Aim::RatioAtMost(1.50));
const TYPED: Option<Aim> = Some(Aim::RatioAtMost(1.60));
const FRESH: Option<Aim> = Some(Aim::RatioAtMost(2.30));

/// Everything that is measured.
pub const ROWS: &[Row] = &[
    row("create", "createUser", one(Call::Create, CallMode::Invoke, false), WARM),
    row("get", "getUser", one(Call::Get, CallMode::Invoke, false), WARM),
    row("create-whole", "createUser, over wasi:http", one(Call::Create, CallMode::Whole, false), WHOLE),
    row("get-whole", "getUser, over wasi:http", one(Call::Get, CallMode::Whole, false), WHOLE),
    row("create-fresh", "createUser, fresh instance", one(Call::Create, CallMode::Fresh, false), FRESH),
    row("get-fresh", "getUser, fresh instance", one(Call::Get, CallMode::Fresh, false), FRESH),
    row("create-typed", "createUser by records", one(Call::Create, CallMode::Typed, false), TYPED),
    row("get-typed", "getUser by records", one(Call::Get, CallMode::Typed, false), TYPED),
    row("create-tls", "createUser over TLS", one(Call::Create, CallMode::Invoke, true), None),
    row("get-tls", "getUser over TLS", one(Call::Get, CallMode::Invoke, true), None),
    row("in-flight-1", "createUser, 1 in flight", many(1, false), None),
    row("in-flight-8", "createUser, 8 in flight", many(8, false), None),
    row("in-flight-64", "createUser, 64 in flight", many(64, false), Some(Aim::RatioAtLeast(0.72))),
    row("in-flight-256", "createUser, 256 in flight", many(256, false), None),
    row("in-flight-64-tls", "createUser, 64 in flight, TLS", many(64, true), None),
    row(
        "start",
        "process start to first user, code cached",
        Kind::Start { cached: true },
        Some(Aim::RatioAtMost(1.60)),
    ),
    row("start-cold", "process start to first user, no cache", Kind::Start { cached: false }, None),
    row("compile", "compiling, nothing cached, CPU", Kind::Compile, Some(Aim::AtMost(1300.0))),
    row("idle", "memory of an idle connection", Kind::Idle { connections: 10_000 }, Some(Aim::AtMost(1024.0))),
    row("listing", "listing users, 1,000 a page", Kind::Listing, Some(Aim::RatioAtLeast(0.70))),
    row("bulk", "bulk", Kind::Bulk { few: 10_000, many: 100_000 }, None),
];

/// Measures rows, and keeps what several of them need.
pub struct Bench<'a> {
    place: &'a Environment,
    /// What scim2-client was measured at, by task.
    python: BTreeMap<String, Option<f64>>,
}

impl<'a> Bench<'a> {
    /// Nothing is measured yet.
    pub fn new(place: &'a Environment) -> Self {
        Self { place, python: BTreeMap::new() }
    }

    /// The figures of a row.
    pub fn measure(&mut self, row: &Row) -> Result<Vec<Figure>> {
        match row.kind {
            Kind::Sequential { call, way, secure } => self.sequential(row, call, way, secure),
            Kind::Throughput { in_flight, secure } => self.throughput(row, in_flight, secure),
            Kind::Start { cached } => self.start(row, cached),
            Kind::Compile => self.compile(row),
            Kind::Idle { connections } => self.idle(row, connections),
            Kind::Listing => self.listing(row),
            Kind::Bulk { few, many } => self.bulk(row, few, many),
        }
    }

    fn sequential(&mut self, row: &Row, call: Call, way: CallMode, secure: bool) -> Result<Vec<Figure>> {
        let (rounds, calls) = self.place.size((15, 1500), (5, 500));
        // Both on one thread: what passes between threads is for the rows with several in flight.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (ours, native) = self.contenders(&runtime, way, secure, 1)?;
        let rounds = runtime.block_on(async {
            for contender in [&ours, &native] {
                sequential(contender.clone(), call, calls).await?;
            }
            let round = |contender: &Contender| sequential(contender.clone(), call, calls);
            Rounds::take(rounds, || round(&ours), || round(&native)).await
        })?;
        let task = if call == Call::Create { "sequential-create" } else { "sequential-get" };
        let python = self.python(task, secure, "micros", self.place.size(2000, 500), 1);
        Ok(vec![paired(row, row.what, Unit::Micros, rounds, python)?])
    }

    fn throughput(&mut self, row: &Row, in_flight: usize, secure: bool) -> Result<Vec<Figure>> {
        let (rounds, calls) = self.place.size((11, 12_000), (5, 4_000));
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        let (ours, native) = self.contenders(&runtime, CallMode::Invoke, secure, in_flight)?;
        let rounds = runtime.block_on(async {
            let round = |contender: &Contender| throughput(contender.clone(), Call::Create, in_flight, calls);
            for contender in [&ours, &native] {
                round(contender).await?;
            }
            Rounds::take(rounds, || round(&ours), || round(&native)).await
        })?;
        let python = self.python("throughput", secure, "perSecond", self.place.size(2000, 500), in_flight);
        Ok(vec![paired(row, row.what, Unit::PerSecond, rounds, python)?])
    }

    fn contenders(
        &self,
        runtime: &Runtime,
        way: CallMode,
        secure: bool,
        in_flight: usize,
    ) -> Result<(Contender, Contender)> {
        let (place, url) = (self.place, self.place.url(secure));
        runtime.block_on(async {
            let host = if way == CallMode::Whole { &place.whole } else { &place.host };
            let client = host.connector(in_flight, way != CallMode::Fresh)?.client(connection(url)).await?;
            let ours = if way == CallMode::Typed { Contender::Typed(client) } else { Contender::Invoke(client) };
            Ok((ours, Contender::Native(Native::new(url)?)))
        })
    }

    /// Each task of scim2-client is measured once, whatever number of rows it stands beside.
    fn python(&mut self, task: &str, secure: bool, name: &str, count: u64, in_flight: usize) -> Option<f64> {
        let key = format!("{task} {secure} {in_flight}");
        if let Some(known) = self.python.get(&key) {
            return *known;
        }
        self.place.python.as_ref()?;
        let (count, in_flight) = (count.to_string(), in_flight.to_string());
        let said = self.place.python(task, secure, &["--count", &count, "--in-flight", &in_flight]);
        let figure = warn_on_failure(said.and_then(|said| number(&said, name)), "scim2-client", task);
        self.python.insert(key, figure);
        figure
    }

    fn start(&mut self, row: &Row, cached: bool) -> Result<Vec<Figure>> {
        let place = self.place;
        let rounds = if cached { place.size(20, 5) } else { place.size(5, 2) };
        if cached {
            // Fills the cache.
            place.start(Who::Ours, true)?;
        }
        let (mut all, mut python) = (Rounds::default(), Vec::new());
        for _ in 0..rounds {
            all.ours.push(place.start(Who::Ours, cached)?);
            all.native.push(place.start(Who::Native, cached)?);
            if place.python.is_some() {
                python.extend(warn_on_failure(place.start(Who::Python, cached), "scim2-client", row.name));
            }
        }
        Ok(vec![paired(row, row.what, Unit::Millis, all, Spread::of(python).map(|spread| spread.median))?])
    }

    fn compile(&mut self, row: &Row) -> Result<Vec<Figure>> {
        let mut ours = Vec::new();
        for _ in 0..self.place.size(7, 3) {
            ours.push(number(&self.place.child(Who::Ours, Task::Compile, 1)?, "cpuSeconds")? * 1000.0);
        }
        let Some(spread) = Spread::of(ours) else { bail!("there was no round") };
        let note = Some("CPU time of all threads; reqwest has nothing to compile".into());
        Ok(vec![Figure::alone(row.name, row.what, Unit::Millis, spread.median, row.aim, note)])
    }

    fn idle(&mut self, row: &Row, connections: u64) -> Result<Vec<Figure>> {
        let count = self.place.size(connections, connections / 10);
        let ours = self.place.child(Who::Ours, Task::Idle, count)?;
        let native = self.place.child(Who::Native, Task::Idle, count)?;
        let kib = |value: &Value, name: &str| Ok::<_, anyhow::Error>(number(value, name)? / 1024.0);
        let rounds = Rounds {
            ours: vec![kib(&ours, "bytesEach")?],
            native: vec![kib(&native, "bytesEach")?],
            ..Rounds::default()
        };
        let mut figure = paired(row, row.what, Unit::Kib, rounds, None)?;
        figure.note = Some(format!(
            "{count} connections, each a pool of its own, after one call and 8 s of rest; {:.0} and {:.0} KiB just after the calls; {} and {} memory mappings of the process",
            kib(&ours, "bytesEachAtOnce")?,
            kib(&native, "bytesEachAtOnce")?,
            number(&ours, "mappings")?,
            number(&native, "mappings")?,
        ));
        Ok(vec![figure])
    }

    fn listing(&mut self, row: &Row) -> Result<Vec<Figure>> {
        let (users, rounds) = self.place.size((LISTED, 3), (LISTED / 20, 1));
        let fewer = users / 50;
        let all = self.children(Task::Listing, users, rounds)?;
        let python = self.one(Task::Listing, fewer).map(|said| rate(&said, fewer)).transpose()?;
        let speed = paired(row, row.what, Unit::PerSecond, all.each(|said| rate(said, users))?, python)?;
        let memory = paired(row, "listing, peak memory of the process", Unit::Mib, all.each(mebibytes)?, None)?;
        let note = Some(format!("{users} users, a thousand a page; scim2-client lists {fewer} and is scaled by user"));
        Ok(vec![Figure { note, ..speed }, memory])
    }

    fn bulk(&mut self, row: &Row, few: u64, many: u64) -> Result<Vec<Figure>> {
        let (few, many, rounds) = self.place.size((few, many, 3), (few / 10, many / 10, 1));
        let (small, large) = (self.children(Task::Bulk, few, rounds)?, self.children(Task::Bulk, many, rounds)?);
        let cost = |users: u64| move |said: &Value| Ok(number(said, "seconds")? * 1e6 / users as f64);
        let (low, high) = (small.each(cost(few))?, large.each(cost(many))?);
        let growth = |high: &[f64], low: &[f64]| high.iter().zip(low).map(|(high, low)| high / low).collect();
        let growth = Rounds {
            ours: growth(&high.ours, &low.ours),
            native: growth(&high.native, &low.native),
            ..Rounds::default()
        };
        let python = self.one(Task::Bulk, few).map(|said| cost(few)(&said)).transpose()?;
        let memory = |users: u64, said: &ContenderAnswers, aim: f64| {
            let what = format!("bulk of {users} users in a call, peak memory");
            Ok::<_, anyhow::Error>(Figure {
                aim: Some(Aim::AtMost(aim)),
                ..paired(row, &what, Unit::Mib, said.each(mebibytes)?, None)?
            })
        };
        let component = |users: u64, said: &ContenderAnswers, aim: Option<f64>| {
            let what = format!("the same, of the component ({users})");
            let most = said.ours.iter().map(|said| number(said, "componentBytes"));
            let most = most.collect::<Result<Vec<f64>>>()?.into_iter().fold(0.0, f64::max) / f64::from(1 << 20);
            Ok::<_, anyhow::Error>(Figure::alone(row.name, &what, Unit::Mib, most, aim.map(Aim::AtMost), None))
        };
        Ok(vec![
            paired(row, &format!("bulk of {few} users, each"), Unit::Micros, low, python)?,
            paired(row, &format!("bulk of {many} users, each"), Unit::Micros, high, None)?,
            paired(row, "bulk, growth of a user's cost", Unit::Factor, growth, None)?,
            memory(few, &small, 64.0)?,
            component(few, &small, Some(16.0))?,
            memory(many, &large, 160.0)?,
            component(many, &large, None)?,
        ])
    }

    /// What the children of both said.
    fn children(&self, task: Task, count: u64, rounds: u32) -> Result<ContenderAnswers> {
        let mut said = ContenderAnswers::default();
        for _ in 0..rounds {
            said.ours.push(self.place.child(Who::Ours, task, count)?);
            said.native.push(self.place.child(Who::Native, task, count)?);
        }
        Ok(said)
    }

    /// What scim2-client said.
    fn one(&self, task: Task, count: u64) -> Option<Value> {
        self.place.python.as_ref()?;
        warn_on_failure(self.place.child(Who::Python, task, count), "scim2-client", &format!("{task:?}"))
    }
}

#[derive(Default)]
struct ContenderAnswers {
    ours: Vec<Value>,
    native: Vec<Value>,
}

impl ContenderAnswers {
    fn each(&self, figure: impl Fn(&Value) -> Result<f64>) -> Result<Rounds> {
        let all = |said: &[Value]| said.iter().map(&figure).collect::<Result<_>>();
        Ok(Rounds { ours: all(&self.ours)?, native: all(&self.native)?, ..Rounds::default() })
    }
}

fn rate(said: &Value, users: u64) -> Result<f64> {
    Ok(users as f64 / number(said, "seconds")?)
}

fn mebibytes(said: &Value) -> Result<f64> {
    Ok(number(said, "peakBytes")? / f64::from(1 << 20))
}

/// A contender beside us that fails leaves its column empty, and says so.
fn warn_on_failure<T>(result: Result<T>, who: &str, task: &str) -> Option<T> {
    result.inspect_err(|error| eprintln!("{who}, {task}: {error:#}")).ok()
}

fn paired(row: &Row, what: &str, unit: Unit, rounds: Rounds, python: Option<f64>) -> Result<Figure> {
    let (ratio, cpu) = (rounds.ratio(), rounds.cpu_ratio());
    let Some(ours) = Spread::of(rounds.ours) else { bail!("{what}: there was no round") };
    let native = Spread::of(rounds.native).context("there was no round")?;
    // Where a row gives several figures, its aim is the first one's.
    let aim = row.aim.filter(|_| what == row.what);
    Ok(Figure {
        row: row.name,
        what: what.to_owned(),
        unit,
        ours: ours.median,
        native: Some(native.median),
        ratio,
        cpu,
        python,
        aim,
        note: None,
    })
}
