//! Equal ensures wait for each other: two that look at the same time find nobody both, and both create. Which are equal, the component
//! says by their keys; they wait within this process and at one service. Between processes nothing waits: the next ensure finds both.

use crate::bindings::Core as Exports;
use crate::instance::State;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};
use wasmtime::Store;

/// A service, and the key of an ensure there.
type Key = (String, String);

/// The locks that somebody holds or waits for.
static LOCKS: LazyLock<Mutex<HashMap<Key, Arc<Lock<()>>>>> = LazyLock::new(Mutex::default);

/// The right to carry out an ensure while no equal one is; given back when it is dropped.
pub(super) struct Turn(Vec<OwnedMutexGuard<()>>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.clear();
        forget();
    }
}

/// Lets go of the locks that nobody holds or waits for.
fn forget() {
    LOCKS.lock().retain(|_, lock| Arc::strong_count(lock) > 1);
}

/// Waits until it is the turn of an ensure of these keys.
pub(super) async fn take(service: &str, mut keys: Vec<String>) -> Turn {
    // Everybody takes them in the same order, so that no two wait for each other.
    keys.sort();
    keys.dedup();
    let mut turn = Turn(Vec::with_capacity(keys.len()));
    for key in keys {
        let lock = LOCKS.lock().entry((service.to_owned(), key)).or_default().clone();
        turn.0.push(lock.lock_owned().await);
    }
    turn
}

/// Whether an operation waits for equal ones.
pub(super) fn is_taken_by(operation: &str) -> bool {
    operation.starts_with("ensure")
}

/// The keys of an ensure. What is wrong with its input is told by the call itself.
pub(super) async fn keys(
    exports: &Exports,
    store: &mut Store<State>,
    (operation, input): (&str, &String),
) -> wasmtime::Result<Vec<String>> {
    let keys = exports.scim_connector_runtime().call_ensure_keys(store, operation, input).await?;
    Ok(keys.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    const SHORT: Duration = Duration::from_millis(20);

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn held(service: &str) -> usize {
        LOCKS.lock().keys().filter(|key| key.0 == service).count()
    }

    #[tokio::test]
    async fn equal_ones_wait_and_others_do_not() {
        let first = take("one", keys(&["b", "a"])).await;
        assert!(timeout(SHORT, take("one", keys(&["c", "a"]))).await.is_err(), "it waits");
        assert!(timeout(SHORT, take("two", keys(&["a"]))).await.is_ok(), "another service");
        assert!(timeout(SHORT, take("one", keys(&["c"]))).await.is_ok(), "given up, it holds nothing");
        drop(first);
        assert!(timeout(SHORT, take("one", keys(&["a", "b"]))).await.is_ok());
        assert_eq!((held("one"), held("two")), (0, 0), "nothing is kept");
    }

    #[tokio::test]
    async fn one_after_the_other_in_any_order_of_keys() {
        let running = Arc::new(Mutex::new(0));
        let tasks: Vec<_> = (0..40)
            .map(|number| {
                let running = running.clone();
                tokio::spawn(async move {
                    let pair = if number % 2 == 0 { ["x", "y"] } else { ["y", "x"] };
                    let _turn = take("many", keys(&pair)).await;
                    *running.lock() += 1;
                    tokio::task::yield_now().await;
                    assert_eq!(*running.lock(), 1);
                    *running.lock() -= 1;
                })
            })
            .collect();
        for task in tasks {
            timeout(Duration::from_secs(10), task).await.unwrap().unwrap();
        }
        assert_eq!(held("many"), 0);
    }
}
