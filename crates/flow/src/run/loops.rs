//! `for` and `fork`: lists that run again, or beside each other.

use super::Run;
use super::frame::{Frame, Passed};
use super::values::Values;
use crate::event::Event;
use crate::fault::Fault;
use crate::program::{Action, For, Task};
use crate::rows::{self, Rows};
use crate::scope::Scope;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How often a loop says how far it is.
const PROGRESS: Duration = Duration::from_millis(200);

impl Frame {
    /// `for`.
    pub(super) async fn each(
        &self,
        (task, it): (&Task, &For),
        started: Timestamp,
        number: u64,
        items: Value,
        input: &Arc<Value>,
        context: &Arc<Value>,
    ) -> Result<Passed, Fault> {
        let mut rows = self.rows(items).await?;
        let mut ticker = Ticker::new(&self.run, number);
        let frame_of = |scope: &Arc<Scope>, index: u64, row: Value, context: &Arc<Value>| {
            self.run.names.learn(&row);
            let mut frame = self.below(&it.body, number, context);
            frame.scope = scope.clone();
            frame.item = Some(index);
            frame.variables.push((it.each.clone(), Arc::new(row)));
            frame.variables.push((it.at.clone(), Arc::new(index.into())));
            frame
        };
        let mut index = 0;
        let mut warned = 0;
        let mut warn = |rows: &Rows| {
            self.warn(number, rows.warnings().get(warned..).unwrap_or_default());
            warned = rows.warnings().len();
        };
        if it.concurrency <= 1 {
            // Each item goes on with what the one before gave (DSL reference, For).
            let (mut output, mut context) = (input.clone(), context.clone());
            loop {
                let row = rows.next().await;
                warn(&rows);
                let Some(row) = row? else { break };
                let frame = frame_of(&self.scope, index, row, &context);
                if let Some(condition) = &it.condition
                    && !Values::of_flow(&frame, input, &context)
                        .in_task(task, started)
                        .holds(condition, &output)
                        .await?
                {
                    break;
                }
                let passed = frame.run(output).await.map_err(|fault| fault.in_row(rows.place()))?;
                (output, context) = (passed.output, passed.context);
                index += 1;
                ticker.show(index, rows.total());
            }
            ticker.last(index, rows.total());
            return Ok(Passed { output, context });
        }
        // Items beside each other: each begins with what the loop was given, and the loop passes that through.
        let scope = self.scope.within();
        let mut running = JoinSet::new();
        let mut failed = None;
        let mut done = 0;
        loop {
            while failed.is_none() && running.len() < it.concurrency {
                match rows.next().await {
                    Ok(Some(row)) => {
                        warn(&rows);
                        let frame = frame_of(&scope, index, row, context);
                        let place = rows.place();
                        let input = input.clone();
                        let task = scope.task();
                        running.spawn(async move {
                            let _task = task;
                            frame.run(input).await.map(drop).map_err(|fault| fault.in_row(place))
                        });
                        index += 1;
                    }
                    Ok(None) => break,
                    Err(fault) => failed = Some(fault),
                }
            }
            if failed.is_some() {
                self.settle(&scope, &mut running).await;
                break;
            }
            match running.join_next().await {
                None => break,
                Some(Ok(Ok(()))) => done += 1,
                Some(Ok(Err(fault))) => failed = Some(fault),
                Some(Err(error)) => failed = Some(Fault::of_engine_stop(&error.to_string())),
            }
            ticker.show(done, rows.total());
        }
        warn(&rows);
        ticker.last(done, rows.total());
        match failed {
            Some(fault) => Err(fault),
            None => Ok(Passed { output: input.clone(), context: context.clone() }),
        }
    }

    /// `fork`. Branches run beside each other: what they export stays theirs.
    pub(super) async fn branches(
        &self,
        task: &Task,
        number: u64,
        input: &Arc<Value>,
        context: &Arc<Value>,
    ) -> Result<Passed, Fault> {
        let passed = |output: Arc<Value>| Passed { output, context: context.clone() };
        let Action::Fork { branches, compete, concurrency } = &task.action else { return Ok(passed(input.clone())) };
        let scope = self.scope.within();
        let mut running = JoinSet::new();
        let mut waiting = branches.iter().enumerate();
        let mut outputs = vec![Value::Null; branches.len()];
        let mut failed = None;
        loop {
            while running.len() < *concurrency
                && let Some((index, list)) = waiting.next()
            {
                let mut frame = self.below(list, number, context);
                frame.scope = scope.clone();
                frame.item = Some(index as u64);
                let input = input.clone();
                let task = scope.task();
                running.spawn(async move {
                    let _task = task;
                    (index, frame.run(input).await)
                });
            }
            let fault = match running.join_next().await {
                None => break,
                Some(Ok((_, Ok(branch)))) if *compete => {
                    self.settle(&scope, &mut running).await;
                    return Ok(passed(branch.output));
                }
                Some(Ok((index, Ok(branch)))) => {
                    if let Some(place) = outputs.get_mut(index) {
                        *place = Arc::unwrap_or_clone(branch.output);
                    }
                    continue;
                }
                Some(Ok((_, Err(fault)))) => fault,
                Some(Err(error)) => Fault::of_engine_stop(&error.to_string()),
            };
            failed = Some(fault);
            if !compete {
                self.settle(&scope, &mut running).await;
                break;
            }
        }
        match failed {
            Some(fault) => Err(fault),
            None => Ok(passed(Arc::new(outputs.into()))),
        }
    }

    /// Lets what goes on in a scope come to its end, and nothing begin.
    async fn settle<T: 'static>(&self, scope: &Arc<Scope>, running: &mut JoinSet<T>) {
        scope.stop();
        let all = async { while running.join_next().await.is_some() {} };
        tokio::select! {
            () = all => {}
            () = scope.ended() => {}
        }
        running.shutdown().await;
    }

    /// What a loop goes over.
    async fn rows(&self, value: Value) -> Result<Rows, Fault> {
        let Some((function, with)) = self.run.rows.description(&value) else { return Ok(Rows::of(value)) };
        if let Some(source) = rows::source(&function) {
            return Rows::open(source, &with, &self.files());
        }
        let name = with.get("connection").and_then(Value::as_str);
        let client = self.run.runner.client(name).await.map_err(|error| Fault::of_call(&error))?;
        let longest_pause = self.run.runner.longest_pause(name);
        let input = with.into_iter().filter(|(name, _)| !matches!(name.as_str(), "connection" | "all")).collect();
        Ok(Rows::listing(client.pages(&function, &Value::Object(input)), longest_pause))
    }
}

/// Says how far a loop is, now and then.
struct Ticker<'a> {
    run: &'a Run,
    step: u64,
    last: Instant,
}

impl<'a> Ticker<'a> {
    pub(super) fn new(run: &'a Run, step: u64) -> Self {
        Self { run, step, last: Instant::now() }
    }

    fn show(&mut self, done: u64, total: Option<u64>) {
        if self.last.elapsed() >= PROGRESS {
            self.last(done, total);
        }
    }

    fn last(&mut self, done: u64, total: Option<u64>) {
        self.last = Instant::now();
        self.run.tell(&Event::Looped { step: self.step, done, total });
    }
}
