//! `for` and `fork`: lists that run again, or beside each other.

use super::Run;
use super::attempt::truth;
use super::call::input_of;
use super::frame::{Frame, Given, result_of};
use crate::event::Event;
use crate::fault::Fault;
use crate::program::{Action, Block, Step};
use crate::rows::{self, Rows};
use crate::scope::Scope;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How often a loop says how far it is.
const PROGRESS: Duration = Duration::from_millis(200);

impl Frame {
    /// `for`.
    pub(super) async fn each(&self, step: &Step, number: u64, body: &Arc<Block>, given: Given) -> Result<Value, Fault> {
        let Action::For { each, at, condition, concurrency, .. } = &step.action else { return Ok(Value::Null) };
        let mut rows = self.rows(given.value.clone()).await?;
        let mut ticker = Ticker::new(&self.run, number);
        let frame_of = |scope: &Arc<Scope>, index: u64, row: Value, context: &Value| {
            self.run.names.learn(&row);
            let mut frame = self.below(body, number, &given);
            frame.scope = scope.clone();
            frame.item = Some(index);
            frame.context = context.clone();
            frame.variables.insert(each.clone(), row);
            frame.variables.insert(at.clone(), index.into());
            frame
        };
        let mut index = 0;
        let mut context = given.context.clone();
        if *concurrency <= 1 {
            // Each item goes on with what the one before gave (DSL reference, For).
            let mut output = given.input.clone();
            while let Some(row) = rows.next().await? {
                let frame = frame_of(&self.scope, index, row, &context);
                (output, context) = frame.run(output).await?;
                index += 1;
                ticker.show(index, rows.total());
                if let Some(condition) = condition {
                    let mut values = frame.variables.clone();
                    values.insert("$context".into(), context.clone());
                    values.insert("$input".into(), given.input.clone());
                    if !truth(condition, &output, &values)? {
                        break;
                    }
                }
            }
            ticker.last(index, rows.total());
            return Ok(result_of(body.exports, output, context));
        }
        // Items beside each other: each begins with what the loop was given, and the loop gives that on.
        let scope = self.scope.within();
        let mut going = JoinSet::new();
        let mut failed = None;
        let mut done = 0;
        loop {
            while failed.is_none() && going.len() < *concurrency {
                match rows.next().await {
                    Ok(Some(row)) => {
                        let frame = frame_of(&scope, index, row, &context);
                        let input = given.input.clone();
                        let task = scope.task();
                        going.spawn(self.run.watch.over(async move {
                            let _task = task;
                            frame.run(input).await.map(drop)
                        }));
                        index += 1;
                    }
                    Ok(None) => break,
                    Err(fault) => failed = Some(fault),
                }
            }
            if failed.is_some() {
                self.settle(&scope, &mut going).await;
                break;
            }
            match going.join_next().await {
                None => break,
                Some(Ok(Ok(()))) => done += 1,
                Some(Ok(Err(fault))) => failed = Some(fault),
                Some(Err(error)) => failed = Some(Fault::of_engine_stop(&error.to_string())),
            }
            ticker.show(done, rows.total());
        }
        ticker.last(done, rows.total());
        match failed {
            Some(fault) => Err(fault),
            None => Ok(result_of(body.exports, given.input, context)),
        }
    }

    /// `fork`.
    pub(super) async fn branches(&self, step: &Step, number: u64, given: Given) -> Result<Value, Fault> {
        let Action::Fork { branches, compete, concurrency } = &step.action else { return Ok(Value::Null) };
        let scope = self.scope.within();
        let mut going = JoinSet::new();
        let mut waiting = branches.iter().enumerate();
        let mut outputs = vec![Value::Null; branches.len()];
        let mut failed = None;
        loop {
            while going.len() < *concurrency
                && let Some((index, (_, block))) = waiting.next()
            {
                let mut frame = self.below(block, number, &given);
                frame.scope = scope.clone();
                frame.item = Some(index as u64);
                let input = given.input.clone();
                let task = scope.task();
                going.spawn(self.run.watch.over(async move {
                    let _task = task;
                    (index, frame.run(input).await)
                }));
            }
            let fault = match going.join_next().await {
                None => break,
                Some(Ok((_, Ok((output, _))))) if *compete => {
                    self.settle(&scope, &mut going).await;
                    return Ok(output);
                }
                Some(Ok((index, Ok((output, _))))) => {
                    if let Some(place) = outputs.get_mut(index) {
                        *place = output;
                    }
                    continue;
                }
                Some(Ok((_, Err(fault)))) => fault,
                Some(Err(error)) => Fault::of_engine_stop(&error.to_string()),
            };
            failed = Some(fault);
            if !compete {
                self.settle(&scope, &mut going).await;
                break;
            }
        }
        match failed {
            Some(fault) => Err(fault),
            None => Ok(outputs.into()),
        }
    }

    /// Lets what goes on in a scope come to its end, and nothing begin.
    async fn settle<T: 'static>(&self, scope: &Arc<Scope>, going: &mut JoinSet<T>) {
        scope.stop();
        let all = async { while going.join_next().await.is_some() {} };
        tokio::select! {
            () = all => {}
            () = scope.ended() => {}
        }
        going.shutdown().await;
    }

    /// What a loop goes over.
    async fn rows(&self, value: Value) -> Result<Rows, Fault> {
        let Some((function, with)) = self.run.rows.description(&value) else { return Ok(Rows::of(value)) };
        if let Some(source) = rows::source(&function) {
            return Rows::open(source, &with, self.flow.folder());
        }
        let name = with.get("connection").and_then(Value::as_str);
        let (_, client) = self.run.runner.client(name).await.map_err(|error| Fault::of_call(&error))?;
        Ok(Rows::listing(client.pages(&function, &input_of(&with))))
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
