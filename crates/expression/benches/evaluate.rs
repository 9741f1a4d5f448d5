//! What an evaluation costs: `cargo bench -p scim-connector-expression`. What the same code costs without the sandbox says
//! `cargo bench` in `guest/`.

use scim_connector_expression::{Engine, Options};
use serde_json::Value;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

const TURNS: u32 = 20_000;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

#[allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark, for whoever runs it")]
fn main() {
    let person: Value = serde_json::from_str(include_str!("person.json")).unwrap();
    let began = Instant::now();
    let engine = Engine::new(Options::default()).unwrap();
    println!("the guest compiled in {:?}; a person of {} bytes", began.elapsed(), person.to_string().len());
    for text in include_str!("expressions.txt").lines() {
        let began = Instant::now();
        let expression = engine.compile(text, &[]).unwrap();
        let compiled = began.elapsed();
        let evaluate = || drop(black_box(block_on(engine.evaluate(&expression, &person, |_| None))));
        (0..TURNS / 10).for_each(|_| evaluate());
        let began = Instant::now();
        (0..TURNS).for_each(|_| evaluate());
        println!("{:>10.2?} (compiled in {compiled:.2?})  {text}", began.elapsed() / TURNS);
    }
}
