//! Where the values of a document stand in its text.

use super::problem::Position;

/// Where a value stands, and how it is written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot {
    /// Where the key before it begins.
    pub(super) key: Option<Position>,
    /// Where it begins.
    pub(super) value: Position,
    pub(super) style: Style,
}

/// How a value is written, which says how its text lies in the file's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Style {
    /// A list, a map, or text without quotes (of a block, whose mark is another line, the place is the text's).
    #[default]
    Plain,
    Single,
    Double,
}

/// Finds the place of the character `offset` of `value`, as it is written from `spot` on. Blanks are folded and escapes
/// shorten the text, so that what counts is the characters that are no blanks.
pub(super) fn align(text: &str, spot: Spot, value: &str, offset: usize) -> Option<Position> {
    let ahead = value.chars().take(offset).filter(|c| !c.is_whitespace()).count();
    let mut place = spot.value;
    let line = text.split('\n').take(place.line.checked_sub(1)?).map(|line| line.len() + 1).sum::<usize>();
    let rest = text.get(line..)?;
    let mut source = rest.chars().skip(place.column.checked_sub(1)?).peekable();
    let step = |source: &mut std::iter::Peekable<std::iter::Skip<std::str::Chars<'_>>>, place: &mut Position| {
        let c = source.next()?;
        *place = match c {
            '\n' => Position { line: place.line + 1, column: 1 },
            _ => Position { line: place.line, column: place.column + 1 },
        };
        Some(c)
    };
    match spot.style {
        Style::Plain => {}
        Style::Single | Style::Double => {
            step(&mut source, &mut place)?;
        }
    }
    let mut seen = 0;
    loop {
        while source.peek()?.is_whitespace() {
            step(&mut source, &mut place)?;
        }
        if seen == ahead {
            return Some(place);
        }
        let c = step(&mut source, &mut place)?;
        if spot.style == Style::Single && c == '\'' {
            step(&mut source, &mut place)?;
        }
        if spot.style == Style::Double && c == '\\' {
            let digits = match step(&mut source, &mut place)? {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                'n' | 't' | 'r' | ' ' | '\n' => {
                    // A blank, which is not counted.
                    continue;
                }
                _ => 0,
            };
            for _ in 0..digits {
                step(&mut source, &mut place)?;
            }
        }
        seen += 1;
    }
}
