//! What is known of the terminal: whether a person reads what is written, how wide it is, and whether it shows colours.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};
use std::sync::LazyLock;

/// Where something is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// Whether a person reads stdout.
pub(super) fn is_read_by_a_person() -> bool {
    io::stdout().is_terminal()
}

/// How many columns a line of stdout has: those of the terminal, or what `COLUMNS` says. None where a line may be as long as it is.
pub(super) fn width() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || {
        let (_, columns) = console::Term::stdout().size_checked()?;
        is_read_by_a_person().then_some(usize::from(columns))
    };
    said.or_else(terminal).filter(|columns: &usize| *columns > 0)
}

/// Whether colours are wanted by the environment: <https://no-color.org>, and a terminal that has them.
fn wanted(no_color: Option<&str>, term: Option<&str>) -> bool {
    no_color.is_none_or(str::is_empty) && term.map_or(cfg!(windows), |term| !matches!(term, "" | "dumb"))
}

fn has_colours(stream: Stream) -> bool {
    static WANTED: LazyLock<bool> = LazyLock::new(|| {
        let variable = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        wanted(variable("NO_COLOR").as_deref(), variable("TERM").as_deref())
    });
    let terminal = match stream {
        Stream::Out => io::stdout().is_terminal(),
        Stream::Err => io::stderr().is_terminal(),
    };
    terminal && *WANTED
}

/// How a line of ours begins, and the colour that says so. What is anybody's never begins a line.
const MARKS: [(&str, &str); 5] =
    [("error:", "1;31"), ("warning:", "1;33"), ("  ok  ", "32"), ("  FAIL", "1;31"), ("  skip", "2")];

/// Lines in which nothing steers the terminal, with the colours of what they begin with.
pub(super) fn coloured(text: &str, stream: Stream) -> Cow<'_, str> {
    if has_colours(stream) { painted(text).into() } else { text.into() }
}

fn painted(text: &str) -> String {
    text.split_inclusive('\n').map(|line| mark(line).unwrap_or_else(|| line.to_owned())).collect()
}

fn mark(line: &str) -> Option<String> {
    let (mark, colour) = MARKS.iter().find(|(mark, _)| line.starts_with(mark))?;
    Some(format!("\u{1b}[{colour}m{mark}\u{1b}[0m{}", line.strip_prefix(mark)?))
}

/// A head of a table, where the terminal has colours.
pub(super) fn head(line: &str) -> Cow<'_, str> {
    if has_colours(Stream::Out) { format!("\u{1b}[1m{line}\u{1b}[0m").into() } else { line.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_kept_where_somebody_does_not_want_them() {
        for (no_color, term, expected) in [
            (None, Some("xterm-256color"), true),
            (Some(""), Some("xterm"), true),
            (Some("1"), Some("xterm"), false),
            (Some("0"), Some("xterm"), false),
            (None, Some("dumb"), false),
            (None, None, false),
        ] {
            assert_eq!(wanted(no_color, term), expected, "{no_color:?} {term:?}");
        }
    }

    #[test]
    fn a_line_is_marked_by_how_it_begins() {
        assert_eq!(painted("error: no\n  error: x\n"), "\u{1b}[1;31merror:\u{1b}[0m no\n  error: x\n");
        assert_eq!(painted("  ok   users\nother"), "\u{1b}[32m  ok  \u{1b}[0m users\nother");
    }
}
