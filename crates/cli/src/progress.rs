//! A line on stderr for as long as something takes long: renewed in place on a terminal, otherwise a new line from time to
//! time. Knows nothing of what is being done.

use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

/// How often the line is renewed in place.
const RENEWED: Duration = Duration::from_millis(200);

/// How often a new line is written where it cannot be renewed.
const REPEATED: Duration = Duration::from_secs(5);

/// How the line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Not at all.
    Off,
    /// Over the line before.
    InPlace,
    /// Below the line before.
    Lines,
}

/// Progress of one piece of work. What was written in place is gone when it is dropped.
pub struct Progress {
    out: Box<dyn Write + Send>,
    style: Style,
    written: Option<Instant>,
    visible: bool,
}

impl Progress {
    /// On stderr, where that is a terminal or `wanted` says so; `shared` says that other lines come there too, so that
    /// nothing must be written over.
    pub fn on_stderr(wanted: bool, shared: bool) -> Self {
        let style = match (io::stderr().is_terminal(), wanted) {
            (true, _) if !shared => Style::InPlace,
            (true, _) | (_, true) => Style::Lines,
            (false, false) => Style::Off,
        };
        Self::new(Box::new(io::stderr()), style)
    }

    /// Nowhere.
    pub fn off() -> Self {
        Self::new(Box::new(io::sink()), Style::Off)
    }

    fn new(out: Box<dyn Write + Send>, style: Style) -> Self {
        Self { out, style, written: None, visible: false }
    }

    /// Writes a line, unless one was written just now. There is nobody to tell where that fails.
    pub fn show(&mut self, line: impl FnOnce() -> String) {
        let pause = if self.style == Style::InPlace { RENEWED } else { REPEATED };
        if self.style == Style::Off || self.written.is_some_and(|written| written.elapsed() < pause) {
            return;
        }
        self.written = Some(Instant::now());
        self.visible = true;
        let (start, end) = if self.style == Style::InPlace { ("\r\x1b[2K", "") } else { ("", "\n") };
        write!(self.out, "{start}{}{end}", line()).and_then(|()| self.out.flush()).ok();
    }

    /// Takes away what was written in place, so that other lines can follow.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.visible) && self.style == Style::InPlace {
            write!(self.out, "\r\x1b[2K").and_then(|()| self.out.flush()).ok();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A number with its noun: `1 request`, `2 requests`.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_renewed_in_place_and_taken_away_or_written_once_in_a_while() {
        let rows = [(Style::Off, ""), (Style::InPlace, "\r\x1b[2Kone\r\x1b[2K"), (Style::Lines, "one\n")];
        for (style, expected) in rows {
            let sink = Sink::default();
            let mut progress = Progress::new(Box::new(sink.clone()), style);
            progress.show(|| "one".into());
            progress.show(|| "too soon".into());
            drop(progress);
            assert_eq!(String::from_utf8(sink.0.lock().unwrap().clone()).unwrap(), expected, "{style:?}");
        }
    }

    #[test]
    fn nothing_is_taken_away_where_nothing_was_written() {
        let sink = Sink::default();
        Progress::new(Box::new(sink.clone()), Style::InPlace).clear();
        assert!(sink.0.lock().unwrap().is_empty());
    }

    #[test]
    fn numbers_have_their_noun() {
        assert_eq!((counted(1, "page"), counted(0, "page")), ("1 page".to_owned(), "0 pages".to_owned()));
    }
}
