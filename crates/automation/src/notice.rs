//! What the daemon tells whoever looks on: lines for a person, or JSON. Nothing in it is secret.

use super::folder::Found;
use crate::history::{Counts, RunId, Trigger};
use crate::report::change_word;
use jiff::Timestamp;
use scim_connector_flow::event::{Change, RunOutcome};
use serde::{Serialize, Serializer};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Something that happened. As JSON, `event` says which of these it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Notice {
    /// A flow came.
    New { automation: String },
    /// A flow has a new version.
    Changed { automation: String },
    /// A flow's file is gone.
    Gone { automation: String },
    /// A file has problems; the version before, if there was one, still counts.
    Problems { file: PathBuf, problems: Vec<String> },
    /// A run was found that had not ended when its process did.
    Interrupted { automation: String, run: String, people: u64 },
    /// A run begins.
    Began {
        automation: String,
        run: String,
        trigger: Trigger,
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown_if")]
        scheduled_for: Option<Timestamp>,
    },
    /// A run has ended.
    Ended {
        automation: String,
        run: String,
        outcome: RunOutcome,
        counts: Vec<(Change, u64)>,
        duration_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// A due time passed by, since the run before had not ended.
    Skipped {
        automation: String,
        #[serde(serialize_with = "shown")]
        due: Timestamp,
    },
    /// Runs were missed; so many make up for them.
    Missed { automation: String, missed: usize, runs: usize },
    /// It was paused, or goes on.
    Paused { automation: String, paused: bool },
    /// It is new, and one of its name was paused in a folder that is gone.
    PausedAsBefore { automation: String, folder: PathBuf },
    /// The clock went back.
    ClockBack {
        #[serde(serialize_with = "shown")]
        from: Timestamp,
        #[serde(serialize_with = "shown")]
        to: Timestamp,
    },
    /// Something the daemon needs does not work for now.
    Trouble { text: String },
}

fn shown<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

fn shown_if<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

impl From<Found> for Notice {
    fn from(found: Found) -> Self {
        match found {
            Found::New { name } => Self::New { automation: name },
            Found::Changed { name } => Self::Changed { automation: name },
            Found::Gone { name } => Self::Gone { automation: name },
            Found::Bad { file, problems } => Self::Problems { file, problems },
        }
    }
}

impl Notice {
    /// The beginning of a run.
    #[must_use]
    pub fn began(automation: &str, run: &RunId, trigger: Trigger, scheduled_for: Option<Timestamp>) -> Self {
        Self::Began { automation: automation.into(), run: run.to_string(), trigger, scheduled_for }
    }

    /// The end of a run.
    #[must_use]
    pub fn ended(
        automation: &str,
        run: &RunId,
        outcome: RunOutcome,
        counts: &Counts,
        duration: Duration,
        error: Option<String>,
    ) -> Self {
        Self::Ended {
            automation: automation.into(),
            run: run.to_string(),
            outcome,
            counts: counts.0.clone(),
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            error,
        }
    }

    /// Whether somebody should look after it.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        matches!(
            self,
            Self::Problems { .. }
                | Self::Interrupted { .. }
                | Self::Skipped { .. }
                | Self::Trouble { .. }
                | Self::Ended { outcome: RunOutcome::Failed, .. }
        )
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { automation } => write!(f, "{automation}: loaded"),
            Self::Changed { automation } => write!(f, "{automation}: changed; the next run is of the new version"),
            Self::Gone { automation } => write!(f, "{automation}: its file is gone"),
            Self::Problems { problems, .. } => f.write_str(&problems.join("\n")),
            Self::Interrupted { automation, run, people } => write!(
                f,
                "run {run} of {automation} was interrupted after {}; run it again with `trigger {automation}`: \
                 what its `ensure` steps did is not done twice",
                people_counted(*people)
            ),
            Self::Began { automation, run, trigger, scheduled_for } => {
                let why = match (trigger, scheduled_for) {
                    (Trigger::Missed, Some(due)) => format!(", which was due at {due:.0} and missed"),
                    (Trigger::Schedule, Some(due)) => format!(", due at {due:.0}"),
                    (Trigger::Request, _) => ", asked for".to_owned(),
                    _ => String::new(),
                };
                write!(f, "{automation}: run {run} begins{why}")
            }
            Self::Ended { automation, run, outcome, counts, duration_ms, error } => {
                let outcome = match outcome {
                    RunOutcome::Completed => "completed",
                    RunOutcome::Failed => "failed",
                    RunOutcome::Interrupted => "was interrupted",
                };
                let seconds = Duration::from_millis(*duration_ms).as_secs_f64();
                write!(f, "{automation}: run {run} {outcome} after {seconds:.1} s")?;
                for (number, (change, count)) in counts.iter().enumerate() {
                    write!(f, "{} {count} {}", if number == 0 { ":" } else { "," }, word(*change))?;
                }
                error.iter().try_for_each(|error| write!(f, "; {error}"))
            }
            Self::Skipped { automation, due } => {
                write!(f, "{automation}: not run at {due:.0}, the run before has not ended")
            }
            Self::Missed { automation, missed, runs } => {
                write!(f, "{automation}: {missed} missed, made up for by {runs}")
            }
            Self::Paused { automation, paused: true } => write!(f, "{automation}: paused"),
            Self::Paused { automation, paused: false } => write!(f, "{automation}: goes on"),
            Self::PausedAsBefore { automation, folder } => write!(
                f,
                "{automation}: paused, as in {}, which is gone; if it is not that flow, renamed, `resume {automation}`",
                folder.display()
            ),
            Self::ClockBack { from, to } => write!(
                f,
                "the clock went back from {from:.0} to {to:.0}, more than a day: due times count from the new time on"
            ),
            Self::Trouble { text } => f.write_str(text),
        }
    }
}

/// What happened to people, as a person says it.
fn word(change: Change) -> &'static str {
    match change {
        Change::MembersChanged => "with other members",
        other => change_word(other),
    }
}

/// `1 person`, `4,211 people`.
fn people_counted(number: u64) -> String {
    let digits = number.to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    format!("{} {}", grouped.join(","), if number == 1 { "person" } else { "people" })
}
