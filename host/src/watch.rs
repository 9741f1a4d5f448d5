//! When a call must end. The clock's thread looks at those that wait every few milliseconds: a call that ends in time, as nearly
//! all do, sets no timer and takes no lock that others take. Knows neither instances nor what is waited for.

use parking_lot::Mutex;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};
use std::time::Instant;

/// Whether everybody is to end, whatever time is left.
pub trait Ending: Send + Sync {
    /// Whether they are.
    fn is_ending(&self) -> bool;
}

/// How something that was waited for ended.
pub enum End<T> {
    /// By itself.
    Answer(T),
    /// At its deadline.
    Late,
    /// The host shuts down.
    ShutDown,
}

/// Watches one call after another.
pub struct Watch {
    ending: Arc<dyn Ending>,
    waiting: Mutex<Option<Waiting>>,
}

/// A call that waits.
struct Waiting {
    /// None where only a shutdown ends it.
    deadline: Option<Instant>,
    waker: Waker,
}

impl Watch {
    /// Waits for an answer, and not for longer than to the deadline.
    pub async fn over<T>(&self, deadline: Option<Instant>, answer: impl Future<Output = T>) -> End<T> {
        let mut answer = pin!(answer);
        let watched = Watched(self);
        let polled = std::future::poll_fn(|context| {
            // The answer first: where it is there, it counts.
            if let Poll::Ready(answer) = answer.as_mut().poll(context) {
                return Poll::Ready(End::Answer(answer));
            }
            // Before it is asked whether the time is up, or nobody might be woken when it is.
            watched.0.wait(deadline, context.waker());
            match deadline {
                Some(deadline) if Instant::now() >= deadline => Poll::Ready(End::Late),
                _ if self.ending.is_ending() => Poll::Ready(End::ShutDown),
                _ => Poll::Pending,
            }
        });
        polled.await
    }

    fn wait(&self, deadline: Option<Instant>, waker: &Waker) {
        let mut waiting = self.waiting.lock();
        match &mut *waiting {
            Some(known) => {
                known.deadline = deadline;
                known.waker.clone_from(waker);
            }
            none => *none = Some(Waiting { deadline, waker: waker.clone() }),
        }
    }

    fn look(&self, now: Instant) {
        let ending = self.ending.is_ending();
        let due = |waiting: &Waiting| ending || waiting.deadline.is_some_and(|deadline| now >= deadline);
        let waker = self.waiting.lock().as_ref().filter(|waiting| due(waiting)).map(|waiting| waiting.waker.clone());
        // Without the lock, since it may run whatever is woken.
        waker.into_iter().for_each(Waker::wake);
    }
}

/// A wait, however it ends.
struct Watched<'a>(&'a Watch);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        *self.0.waiting.lock() = None;
    }
}

/// All that are watched by one clock.
#[derive(Default)]
pub struct Watches(Mutex<Vec<Weak<Watch>>>);

impl Watches {
    /// A new one, which ends when `ending` says so.
    pub fn watch(&self, ending: Arc<dyn Ending>) -> Arc<Watch> {
        let watch = Arc::new(Watch { ending, waiting: Mutex::default() });
        self.0.lock().push(Arc::downgrade(&watch));
        watch
    }

    /// Wakes whoever waits and is to end.
    pub fn look(&self) {
        let now = Instant::now();
        let mut watched = Vec::new();
        self.0.lock().retain(|watch| {
            let watch = watch.upgrade();
            let lives = watch.is_some();
            watched.extend(watch);
            lives
        });
        watched.iter().for_each(|watch| watch.look(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    impl Ending for AtomicBool {
        fn is_ending(&self) -> bool {
            self.load(Ordering::SeqCst)
        }
    }

    const SOON: Duration = Duration::from_millis(30);

    /// A watch, and a clock that looks at it.
    fn watched(ending: Arc<AtomicBool>) -> (Arc<Watches>, Arc<Watch>) {
        let watches = Arc::<Watches>::default();
        let (watch, clock) = (watches.watch(ending), Arc::downgrade(&watches));
        std::thread::spawn(move || {
            while let Some(watches) = clock.upgrade() {
                watches.look();
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        (watches, watch)
    }

    #[tokio::test]
    async fn a_call_ends_at_its_deadline_and_the_next_one_at_its_own() {
        let (_clock, watch) = watched(Arc::default());
        for _ in 0..2 {
            let began = Instant::now();
            let end = watch.over(Some(began + SOON), pending::<()>()).await;
            assert!(matches!(end, End::Late) && began.elapsed() >= SOON);
            let later = Some(Instant::now() + Duration::from_secs(60));
            let slow = async { tokio::time::sleep(SOON).await };
            assert!(matches!(watch.over(later, slow).await, End::Answer(())));
        }
        let past = Some(Instant::now());
        assert!(matches!(watch.over(past, async { 7 }).await, End::Answer(7)), "an answer that is there counts");
        assert!(matches!(watch.over(past, pending::<()>()).await, End::Late));
    }

    #[tokio::test]
    async fn a_shutdown_ends_those_without_a_deadline_too() {
        let ending = Arc::<AtomicBool>::default();
        let (_clock, watch) = watched(ending.clone());
        let waiting = tokio::spawn(async move { matches!(watch.over(None, pending::<()>()).await, End::ShutDown) });
        tokio::time::sleep(SOON).await;
        assert!(!waiting.is_finished());
        ending.store(true, Ordering::SeqCst);
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn what_was_given_up_is_not_woken_and_what_is_gone_not_kept() {
        let watches = Watches::default();
        let watch = watches.watch(Arc::new(AtomicBool::new(false)));
        let given_up = tokio::time::timeout(SOON, watch.over(Some(Instant::now()), pending::<()>())).await;
        assert!(matches!(given_up, Ok(End::Late)));
        assert!(tokio::time::timeout(SOON, watch.over(None, pending::<()>())).await.is_err());
        assert!(watch.waiting.lock().is_none());
        watches.look();
        assert_eq!(watches.0.lock().len(), 1);
        drop(watch);
        watches.look();
        assert!(watches.0.lock().is_empty());
    }
}
