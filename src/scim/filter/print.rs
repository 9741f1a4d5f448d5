//! Filters as text, in one form only: lower-case words, single spaces, no parenthesis that is not needed, values as JSON; and a
//! caller's own text with its words in lower case.

use super::{Filter, OPERATORS};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Compare { attribute, operator, value } => write!(f, "{attribute} {} {value}", operator.name()),
            Filter::Present(attribute) => write!(f, "{attribute} pr"),
            Filter::And(parts) => chain(f, parts, " and "),
            Filter::Or(parts) => chain(f, parts, " or "),
            Filter::Not(inner) => write!(f, "not ({inner})"),
            Filter::ValuePath { attribute, filter } => write!(f, "{attribute}[{filter}]"),
        }
    }
}

/// `and` binds closer than `or`, so that only an `or` within an `and` needs parentheses.
fn chain(f: &mut Formatter<'_>, parts: &[Filter], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match part {
            Filter::Or(_) if word == " and " => write!(f, "({part})")?,
            part => write!(f, "{part}")?,
        }
    }
    Ok(())
}

/// A filter or PATCH path as it was given, but for the case of its words: `EQ` is one by the grammar (RFC 5234 section 2.3), and some
/// providers know only `eq`.
pub fn with_lower_case_words(text: &str) -> String {
    let is_word = |token: &str| {
        let rest = ["and", "or", "not", "pr"];
        OPERATORS.iter().map(|row| row.0).chain(rest).any(|word| word.eq_ignore_ascii_case(token))
    };
    let part_of_name = |char: char| char.is_alphanumeric() || "_-$:.".contains(char);
    let (mut written, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => end_of_text(rest),
            first if part_of_name(first) => rest.find(|char| !part_of_name(char)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        written.push_str(&if is_word(token) { token.to_ascii_lowercase() } else { token.to_owned() });
        rest = after;
    }
    written
}

/// Where a text in quotation marks ends.
fn end_of_text(quoted: &str) -> usize {
    let mut escaped = false;
    let end = quoted.char_indices().skip(1).find(|(_, char)| {
        let ends = *char == '"' && !escaped;
        escaped = *char == '\\' && !escaped;
        ends
    });
    end.map_or(quoted.len(), |(at, _)| at + 1)
}

impl FromStr for Filter {
    type Err = super::SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Filter::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::with_lower_case_words;

    #[test]
    fn words_are_lower_case_and_all_else_stays() {
        let rows = [
            ("userName EQ \"EQ \\\" AND\" AND  Not (EQ.or Pr)", "userName eq \"EQ \\\" AND\" and  not (EQ.or pr)"),
            ("emails[type Eq \"Work\"].value", "emails[type eq \"Work\"].value"),
            ("urn:x:EQ:Or Co \"unended OR", "urn:x:EQ:Or co \"unended OR"),
            ("Größe gT 1", "Größe gt 1"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(with_lower_case_words(text), expected);
        }
    }
}
