//! What waits to be written of a run, between those who tell it and the thread that writes. The thread is woken for a portion,
//! not for each message: to wake it costs the run more than to tell it something.

use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::time::Duration;

/// Messages that wait; bounded.
pub(super) struct Queue<M> {
    state: Mutex<State<M>>,
    changed: Condvar,
    /// Most that may wait.
    room: usize,
    /// So many wake the reader.
    portion: usize,
}

struct State<M> {
    waiting: Vec<M>,
    /// Something among it is urgent; whoever reads may have been busy when it came.
    urgent: bool,
    has_sender: bool,
    read: bool,
}

/// Why a message was not taken.
pub(super) enum Refused<M> {
    /// There is no room yet.
    Full(M),
    /// Nobody reads any more.
    Closed,
}

/// Puts messages in.
pub(super) struct Sender<M>(Arc<Queue<M>>);

/// Takes messages out.
pub(super) struct Receiver<M>(Arc<Queue<M>>);

/// A queue with room for so many messages, of which a portion wakes the reader.
pub(super) fn queue<M>(room: usize, portion: usize) -> (Sender<M>, Receiver<M>) {
    let state = State { waiting: Vec::with_capacity(portion), urgent: false, has_sender: true, read: true };
    let queue = Arc::new(Queue { state: Mutex::new(state), changed: Condvar::new(), room, portion });
    (Sender(queue.clone()), Receiver(queue))
}

impl<M> Sender<M> {
    /// Puts a message in where there is room; one that is urgent wakes the reader.
    pub(super) fn try_send(&self, message: M, urgent: bool) -> Result<(), Refused<M>> {
        let mut state = self.0.state.lock();
        if !state.read {
            return Err(Refused::Closed);
        }
        if state.waiting.len() >= self.0.room {
            return Err(Refused::Full(message));
        }
        state.waiting.push(message);
        state.urgent |= urgent;
        let wakes = urgent || state.waiting.len() == self.0.portion;
        drop(state);
        if wakes {
            self.0.changed.notify_all();
        }
        Ok(())
    }
}

impl<M> Drop for Sender<M> {
    fn drop(&mut self) {
        self.0.state.lock().has_sender = false;
        self.0.changed.notify_all();
    }
}

impl<M> Receiver<M> {
    /// What waits, once it is a portion, something urgent is among it, nobody is left to send, or so much time has passed; and
    /// whether more may come. `into` is empty, and its room is used again.
    pub(super) fn take(&self, into: &mut Vec<M>, patience: Duration) -> bool {
        let mut state = self.0.state.lock();
        if state.has_sender && !state.urgent && state.waiting.len() < self.0.portion {
            self.0.changed.wait_for(&mut state, patience);
        }
        state.urgent = false;
        std::mem::swap(&mut state.waiting, into);
        state.has_sender
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.0.state.lock().waiting.len()
    }

    /// Whether more may come.
    pub(super) fn is_open(&self) -> bool {
        self.0.state.lock().has_sender
    }
}

impl<M> Drop for Receiver<M> {
    fn drop(&mut self) {
        self.0.state.lock().read = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const LONG: Duration = Duration::from_secs(60);

    fn taken(from: &Receiver<u32>, patience: Duration) -> (Vec<u32>, bool) {
        let mut into = Vec::new();
        let open = from.take(&mut into, patience);
        (into, open)
    }

    #[test]
    fn a_portion_something_urgent_time_and_the_end_wake_the_reader() {
        let (to, from) = queue(10, 3);
        assert_eq!(taken(&from, Duration::ZERO), (vec![], true));
        assert!(to.try_send(7, true).is_ok());
        assert_eq!(taken(&from, LONG), (vec![7], true), "what was urgent before it is looked for");
        assert!(to.try_send(1, false).is_ok());
        let began = Instant::now();
        assert_eq!(taken(&from, Duration::from_millis(30)), (vec![1], true));
        assert!(began.elapsed() >= Duration::from_millis(30));
        let reader = std::thread::spawn(move || {
            let mut seen = Vec::new();
            while taken(&from, LONG).1 {
                seen.push(());
            }
            seen.len()
        });
        for number in 0..3 {
            assert!(to.try_send(number, false).is_ok());
        }
        std::thread::sleep(Duration::from_millis(50));
        assert!(to.try_send(4, true).is_ok());
        std::thread::sleep(Duration::from_millis(50));
        let began = Instant::now();
        drop(to);
        assert!(reader.join().unwrap() >= 1);
        assert!(began.elapsed() < LONG);
    }

    #[test]
    fn it_is_bounded_and_ends_with_its_reader() {
        let (to, from) = queue(2, 1);
        assert!(to.try_send(1, false).is_ok() && to.try_send(2, false).is_ok());
        assert!(matches!(to.try_send(3, false), Err(Refused::Full(3))));
        assert_eq!(taken(&from, LONG), (vec![1, 2], true));
        drop(from);
        assert!(matches!(to.try_send(4, false), Err(Refused::Closed)));
    }
}
