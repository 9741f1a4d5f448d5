//! What an evaluation costs without the sandbox: `cargo bench` here. With it: `cargo bench -p scim-connector-expression`.

use scim_connector_expression_guest::{json, program};
use std::hint::black_box;
use std::time::Instant;

const TURNS: u32 = 20_000;

#[allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark, for whoever runs it")]
fn main() {
    let person = json::read(include_str!("../../benches/person.json")).unwrap();
    for text in include_str!("../../benches/expressions.txt").lines() {
        let began = Instant::now();
        let program = program::compile(text, &[]).unwrap();
        let compiled = began.elapsed();
        // An engine in the process would take the host's values for its own, too; reading and writing text stands for that.
        let person = json::to_text(&person);
        let evaluate = || {
            if let program::Outcome::Value(value) = program.evaluate(json::read(&person).unwrap(), []) {
                drop(black_box(json::to_text(&value)));
            }
        };
        (0..TURNS / 10).for_each(|_| evaluate());
        let began = Instant::now();
        (0..TURNS).for_each(|_| evaluate());
        println!("{:>10.2?} (compiled in {compiled:.2?})  {text}", began.elapsed() / TURNS);
    }
}
