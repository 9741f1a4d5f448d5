//! What reports read: a run, and the rest of it a page at a time; and how they are asked for.

use crate::history::{History, Page, Run, Step};
use scim_connector_host::error::{Error, Result};
use std::collections::VecDeque;
use std::io;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a person.
    Text,
    /// For programs.
    Json,
    /// For what shows test results.
    Junit,
    /// For a browser.
    Html,
}

/// What a report tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How it is written.
    pub format: Format,
    /// As text: everybody, not only failures and the first others.
    pub all: bool,
    /// As text: the steps, too.
    pub steps: bool,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The history fails, or has no such run.
    #[error(transparent)]
    History(#[from] Error),
    /// It cannot be written.
    #[error("the report cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// A run, and where the rest of it can be read.
pub(super) struct Source<'a> {
    pub(super) history: &'a History,
    pub(super) run: Run,
}

/// How many rows are read at a time.
const PORTION: usize = 500;

/// All rows of something that comes in pages, a page in memory at a time.
pub(super) fn each<T>(
    fetch: impl Fn(Page) -> Result<Vec<T>>,
    place: impl Fn(&T) -> u64,
) -> impl Iterator<Item = Result<T>> {
    let (mut page, mut rows, mut ended) = (Page { after: 0, limit: PORTION }, VecDeque::new(), false);
    std::iter::from_fn(move || {
        if rows.is_empty() && !ended {
            match fetch(page) {
                Ok(more) => {
                    ended = more.len() < PORTION;
                    page.after = more.last().map_or(page.after, &place);
                    rows = more.into();
                }
                Err(error) => {
                    ended = true;
                    return Some(Err(error));
                }
            }
        }
        rows.pop_front().map(Ok)
    })
}

/// A step as a person calls it: its name, and which item of the loop it is for.
pub(super) fn label(step: &Step) -> String {
    match step.item {
        Some(item) => format!("{}, item {item}", step.name),
        None => step.name.clone(),
    }
}
