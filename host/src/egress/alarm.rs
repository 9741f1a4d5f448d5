//! The one timer of a request: moved on from what was waited for to what is waited for next, and set only where something has to
//! be waited for.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// The timer. Whoever is done with it hands it on.
#[derive(Default)]
pub struct Alarm {
    /// It rings at this time at the latest, whatever is waited for.
    end: Option<Instant>,
    /// When it rings, while something is waited for.
    at: Option<Instant>,
    /// Moving it to a later time takes no lock, unlike setting another one.
    sleep: Option<Pin<Box<Sleep>>>,
    /// When `sleep` ends.
    set: Option<Instant>,
}

impl Alarm {
    /// One that rings by `end` at the latest.
    pub fn by(end: Option<std::time::Instant>) -> Self {
        Self { end: end.map(Instant::from_std), ..Self::default() }
    }

    /// From now on something else is waited for.
    pub fn clear(&mut self) {
        self.at = None;
    }

    /// Ready when `patience` has passed since it was asked for the first time, or cleared.
    pub fn poll(&mut self, patience: Duration, context: &mut Context<'_>) -> Poll<()> {
        let end = self.end;
        let at = *self.at.get_or_insert_with(|| {
            let at = Instant::now() + patience;
            end.map_or(at, |end| end.min(at))
        });
        let sleep = self.sleep.get_or_insert_with(|| {
            self.set = Some(at);
            Box::pin(sleep_until(at))
        });
        if self.set != Some(at) {
            self.set = Some(at);
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(context)
    }

    /// Waits for so long.
    pub async fn ring(&mut self, patience: Duration) {
        std::future::poll_fn(|context| self.poll(patience, context)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(40);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn it_rings_after_what_is_waited_for_now() {
        let mut alarm = Alarm::default();
        // Longer, shorter, and longer again than before.
        for patience in [SHORT, SHORT / 4, SHORT] {
            assert!(tokio::time::timeout(SHORT / 8, alarm.ring(LONG)).await.is_err());
            alarm.clear();
            let began = Instant::now();
            alarm.ring(patience).await;
            assert!(began.elapsed() >= patience && began.elapsed() < LONG / 2);
            alarm.clear();
        }
    }

    #[tokio::test]
    async fn it_rings_at_its_end_whatever_is_waited_for() {
        let began = Instant::now();
        let mut alarm = Alarm::by(Some((began + SHORT).into_std()));
        alarm.ring(SHORT / 4).await;
        assert!(began.elapsed() < LONG / 2);
        for _ in 0..2 {
            alarm.clear();
            alarm.ring(LONG).await;
            assert!(began.elapsed() >= SHORT && began.elapsed() < LONG / 2);
        }
    }

    #[tokio::test]
    async fn time_runs_from_when_it_is_first_asked() {
        let mut alarm = Alarm::default();
        let began = Instant::now();
        assert!(tokio::time::timeout(SHORT / 2, alarm.ring(SHORT)).await.is_err());
        alarm.ring(SHORT).await;
        assert!(began.elapsed() < SHORT * 3 / 2 + LONG / 4, "it was not set anew");
        assert!(alarm.at.is_some());
    }
}
