//! A line on stderr for as long as something takes long: renewed in place on a terminal, otherwise a new line from time to
//! time. Knows nothing of what is being done.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use scim_connector_host::visible;
use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

/// How often a second the line is renewed in place, at most.
const RENEWALS: u8 = 5;

/// How often a new line is written where it cannot be renewed.
const REPEATED: Duration = Duration::from_secs(5);

/// Progress of one piece of work. What was written in place is gone when it is dropped.
pub struct Progress(Style);

/// How the line is written.
enum Style {
    Off,
    /// Over the line before; the bar is there while the line is.
    InPlace {
        terminal: fn() -> ProgressDrawTarget,
        bar: Option<ProgressBar>,
    },
    /// Below the line before.
    Lines {
        out: Box<dyn Write + Send>,
        written: Option<Instant>,
    },
}

impl Progress {
    /// On stderr, where that is a terminal or `wanted` says so; `shared` says that other lines come there too, so that
    /// nothing must be written over.
    pub fn on_stderr(wanted: bool, shared: bool) -> Self {
        Self(match (io::stderr().is_terminal(), wanted) {
            (true, _) if !shared => {
                Style::InPlace { terminal: || ProgressDrawTarget::stderr_with_hz(RENEWALS), bar: None }
            }
            (true, _) | (_, true) => Style::Lines { out: Box::new(io::stderr()), written: None },
            (false, false) => Style::Off,
        })
    }

    /// Nowhere.
    pub fn off() -> Self {
        Self(Style::Off)
    }

    /// Writes a line, unless one was written just now. There is nobody to tell where that fails.
    pub fn show(&mut self, line: impl FnOnce() -> String) {
        match &mut self.0 {
            Style::Off => {}
            Style::InPlace { terminal, bar } => {
                bar.get_or_insert_with(|| in_place(terminal())).set_message(visible::line(&line()).into_owned())
            }
            Style::Lines { out, written } => {
                if written.is_none_or(|written| written.elapsed() >= REPEATED) {
                    *written = Some(Instant::now());
                    writeln!(out, "{}", visible::line(&line())).and_then(|()| out.flush()).ok();
                }
            }
        }
    }

    /// Takes away what was written in place, so that other lines can follow.
    pub fn clear(&mut self) {
        if let Style::InPlace { bar, .. } = &mut self.0
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A bar that is nothing but its message.
fn in_place(terminal: ProgressDrawTarget) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, terminal).with_style(style)
}

/// A number with its noun: `1 request`, `2 requests`.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::InMemoryTerm;
    use parking_lot::Mutex;
    use std::sync::{Arc, LazyLock};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_written_once_in_a_while() {
        let sink = Sink::default();
        let mut progress = Progress(Style::Lines { out: Box::new(sink.clone()), written: None });
        progress.show(|| "one".into());
        progress.show(|| "too soon".into());
        drop(progress);
        assert_eq!(String::from_utf8(sink.0.lock().clone()).unwrap(), "one\n");
        Progress::off().show(|| panic!("nothing is written where nobody reads"));
    }

    #[test]
    fn on_a_terminal_a_line_is_renewed_in_place_and_taken_away() {
        static TERMINAL: LazyLock<InMemoryTerm> = LazyLock::new(|| InMemoryTerm::new(4, 40));
        let terminal = || ProgressDrawTarget::term_like_with_hz(Box::new(TERMINAL.clone()), RENEWALS);
        let mut progress = Progress(Style::InPlace { terminal, bar: None });
        progress.clear();
        assert_eq!(TERMINAL.contents(), "");
        for line in ["one", "two"] {
            progress.show(|| line.into());
            assert_eq!(TERMINAL.contents(), line);
            progress.clear();
            assert_eq!(TERMINAL.contents(), "");
        }
        progress.show(|| "three".into());
        drop(progress);
        assert_eq!(TERMINAL.contents(), "");
    }

    #[test]
    fn numbers_have_their_noun() {
        assert_eq!((counted(1, "page"), counted(0, "page")), ("1 page".to_owned(), "0 pages".to_owned()));
    }
}
