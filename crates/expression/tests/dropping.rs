//! An evaluation that nobody waits for any more has ended. Alone in its program, since it measures what the process does.

use scim_connector_expression::{Engine, Options};
use serde_json::Value;
use std::future::Future;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

/// An evaluation runs only while its future is polled: dropping it ends it, and the thread does something else in between.
#[test]
fn dropping_the_future_ends_the_evaluation() {
    let engine = Engine::new(Options::default()).unwrap();
    let expression = engine.compile("last(range(1000000000))", &[]).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..20 {
        let mut evaluation = Box::pin(engine.evaluate(&expression, &Value::Null, |_| None));
        let began = Instant::now();
        assert!(evaluation.as_mut().poll(&mut context).is_pending());
        assert!(began.elapsed() < Duration::from_secs(1), "it holds the thread for {:?}", began.elapsed());
    }
    let before = processor_time();
    std::thread::sleep(Duration::from_millis(300));
    assert!(processor_time() - before < Duration::from_millis(150), "something goes on");
}

/// Time on a processor that this process has had (`/proc/self/stat`, in hundredths of a second). Elsewhere always none, which
/// leaves that part of the test to Linux.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields =
        stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace().collect::<Vec<_>>()).unwrap_or_default();
    let ticks = fields.iter().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(ticks * 10)
}
