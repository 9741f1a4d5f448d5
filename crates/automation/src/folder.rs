//! A folder of flows: reads them, notices when they change, and keeps the last good version of each. It knows neither when
//! flows run nor how they are checked.

use parking_lot::RwLock;
use scim_connector_flow::document::LONGEST;
use scim_connector_flow::load::is_flow;
use scim_connector_flow::schedule::Plan;
use scim_connector_flow::{Document, Flow, Problem};
use scim_connector_host::bounded;
use scim_connector_host::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A file that was changed so recently may change again without its time or length changing.
const FRESH: Duration = Duration::from_secs(3);

/// Says what is wrong with a flow, given all flows of its folder (itself among them).
pub type Check = Arc<dyn Fn(&Document, &[Arc<Document>]) -> Vec<Problem> + Send + Sync>;

/// A flow without problems, with or without a schedule. Runs keep the version they began with.
pub struct Automation {
    /// `document.name`.
    pub name: String,
    /// The flow.
    pub flow: Arc<Flow>,
    /// When it runs.
    pub plan: Plan,
}

/// What a look at the folder found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A flow that was not there before.
    New {
        /// `document.name`.
        name: String,
    },
    /// The file of a flow changed, and the new version is good.
    Changed {
        /// `document.name`.
        name: String,
    },
    /// A flow is not there any more.
    Gone {
        /// `document.name`.
        name: String,
    },
    /// A file has problems; if it was good before, that version stays.
    Bad {
        /// The file.
        file: PathBuf,
        /// What is wrong, with places.
        problems: Vec<String>,
    },
}

/// A folder that is looked at now and then.
pub struct Folder {
    path: PathBuf,
    check: Check,
    files: BTreeMap<PathBuf, File>,
    shared: Current,
}

/// The flows of a folder as they were when it was last looked at, for others to see.
#[derive(Clone, Default)]
pub struct Current(Arc<RwLock<BTreeMap<String, Arc<Flow>>>>);

impl Current {
    /// A flow by its name.
    #[must_use]
    pub fn flow(&self, name: &str) -> Option<Arc<Flow>> {
        self.0.read().get(name).cloned()
    }
}

/// What is known of a file.
#[derive(Default)]
struct File {
    stamp: Option<Stamp>,
    digest: [u8; 32],
    /// What it says now.
    latest: Option<Arc<Document>>,
    /// Why it cannot be read.
    unreadable: Option<String>,
    /// The last good version.
    good: Option<Arc<Automation>>,
    problems: Vec<String>,
    /// It was not there the last time; editors take files away for a moment when they save.
    missing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    /// It was read so soon after its change that it has to be read again.
    fresh: bool,
}

impl Folder {
    /// A folder, not looked at yet.
    #[must_use]
    pub fn new(path: &Path, check: Check) -> Self {
        Self { path: path.to_path_buf(), check, files: BTreeMap::new(), shared: Current::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The flows as others may see them, kept up to date.
    #[must_use]
    pub fn current(&self) -> Current {
        self.shared.clone()
    }

    /// The flows that are good, or were until their files got worse.
    pub fn automations(&self) -> impl Iterator<Item = &Arc<Automation>> {
        self.files.values().filter_map(|file| file.good.as_ref())
    }

    /// Files with problems: the flow that still counts, if there is one, and what is wrong.
    pub fn problems(&self) -> impl Iterator<Item = (&Path, Option<&Arc<Automation>>, &[String])> {
        let bad = self.files.iter().filter(|(_, file)| !file.problems.is_empty());
        bad.map(|(path, file)| (path.as_path(), file.good.as_ref(), file.problems.as_slice()))
    }

    /// Looks at the folder and says what is different from the last time.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read; everything stays as it was.
    pub fn look(&mut self) -> Result<Vec<Found>> {
        let found = self.compare();
        let flows = self.automations().map(|automation| (automation.name.clone(), automation.flow.clone())).collect();
        *self.shared.0.write() = flows;
        found
    }

    fn compare(&mut self) -> Result<Vec<Found>> {
        let paths = self.paths().map_err(|error| Error::Config {
            path: self.path.display().to_string(),
            detail: format!("the folder of flows cannot be read: {error}"),
        })?;
        let known: Vec<String> = self.automations().map(|automation| automation.name.clone()).collect();
        let mut different = false;
        self.files.retain(|path, file| {
            let there = paths.contains(path);
            let gone = !there && file.missing;
            different |= gone;
            file.missing = !there;
            !gone
        });
        for path in paths {
            different |= self.files.entry(path.clone()).or_default().read(&path);
        }
        if !different {
            return Ok(Vec::new());
        }
        let mut found = self.settle(&known);
        // A file that was renamed has another name, its flow has not.
        let there = self.files.values().filter(|file| !file.missing).filter_map(|file| file.good.as_ref());
        let there: Vec<String> = there.map(|automation| automation.name.clone()).collect();
        self.files.retain(|_, file| {
            !file.missing || file.good.as_ref().is_some_and(|automation| !there.contains(&automation.name))
        });
        let gone = known.into_iter().filter(|name| !self.automations().any(|automation| automation.name == *name));
        found.extend(gone.map(|name| Found::Gone { name }));
        Ok(found)
    }

    fn paths(&self) -> std::io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let path = entry?.path();
            if is_flow(&path) && path.is_file() {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Checks every file again, since flows name each other, and lets the good ones count.
    fn settle(&mut self, known: &[String]) -> Vec<Found> {
        let there = self.files.values().filter(|file| !file.missing);
        let all: Vec<Arc<Document>> = there.filter_map(|file| file.latest.clone()).collect();
        let verdicts: Vec<_> = self.files.values().map(|file| self.verdict(file, &all)).collect();
        let mut found = Vec::new();
        for ((path, file), verdict) in self.files.iter_mut().zip(verdicts).filter(|((_, file), _)| !file.missing) {
            match verdict {
                Ok(good) => {
                    file.problems.clear();
                    let same = |old: &Arc<Automation>| old.flow.document.text == good.flow.document.text;
                    if file.good.as_ref().is_some_and(same) {
                        continue;
                    }
                    let name = good.name.clone();
                    let new = !known.contains(&name);
                    file.good = Some(Arc::new(good));
                    found.push(if new { Found::New { name } } else { Found::Changed { name } });
                }
                Err(problems) if problems == file.problems => {}
                Err(problems) => {
                    file.problems.clone_from(&problems);
                    found.push(Found::Bad { file: path.clone(), problems });
                }
            }
        }
        found
    }

    /// The flow of a file, or all that is wrong with it.
    fn verdict(&self, file: &File, all: &[Arc<Document>]) -> std::result::Result<Automation, Vec<String>> {
        let Some(document) = &file.latest else { return Err(file.unreadable.iter().cloned().collect()) };
        let mut problems = (self.check)(document, all);
        let plan = Plan::read(&document.value).unwrap_or_else(|wrong| {
            // The check has looked at the same places.
            let new = wrong.into_iter().filter(|wrong| !problems.iter().any(|known| known.pointer == wrong.pointer));
            let new: Vec<Problem> = new.map(|wrong| document.problem(&wrong.pointer, wrong.message)).collect();
            problems.extend(new);
            Plan { schedule: None, settings: super::Settings::default() }
        });
        let name = text(document, "/document/name").to_owned();
        if name.is_empty() && problems.is_empty() {
            problems.push(document.problem("/document", "document.name is missing: it is how automations are called"));
        }
        // Who counts already stays; of two that are new none does, so that it does not depend on names of files.
        let counts = file.good.as_ref().is_some_and(|flow| flow.name == name);
        let twin = all.iter().find(|other| other.path != document.path && text(other, "/document/name") == name);
        if let Some(twin) = twin.filter(|_| !name.is_empty() && !counts) {
            let message = format!("{} has the name {name} as well; give one of them another name", twin.path.display());
            problems.push(document.problem("/document/name", message));
        }
        if problems.is_empty() {
            match Flow::compile(Document::clone(document)) {
                Ok(flow) => return Ok(Automation { name, flow: Arc::new(flow), plan }),
                Err(problem) => problems.push(problem),
            }
        }
        problems.sort_by_key(|problem| problem.place);
        Err(problems.iter().map(|problem| placed(&document.path, problem)).collect())
    }
}

impl File {
    /// Reads the file if it has changed, and says whether it has.
    fn read(&mut self, path: &Path) -> bool {
        let stamp = match Stamp::of(path) {
            Ok(stamp) if self.stamp == Some(stamp) && !stamp.fresh => return false,
            Ok(stamp) => stamp,
            Err(error) => return self.fail(path, &error),
        };
        let text = match bounded::text(path, LONGEST as u64) {
            Ok(text) => text,
            Err(error) => return self.fail(path, &error),
        };
        self.stamp = Some(stamp);
        let digest: [u8; 32] = Sha256::digest(&text).into();
        if digest == self.digest {
            return false;
        }
        self.digest = digest;
        (self.latest, self.unreadable) = match Document::parse(&text, path) {
            Ok(document) => (Some(Arc::new(document)), None),
            Err(problem) => (None, Some(placed(path, &problem))),
        };
        true
    }

    fn fail(&mut self, path: &Path, error: &std::io::Error) -> bool {
        let reason = Some(format!("{}: it cannot be read: {error}", path.display()));
        let different = self.unreadable != reason;
        (self.latest, self.unreadable, self.digest, self.stamp) = (None, reason, [0; 32], None);
        different
    }
}

impl Stamp {
    fn of(path: &Path) -> std::io::Result<Self> {
        let data = std::fs::metadata(path)?;
        if !data.is_file() {
            // A pipe would be waited for, and a device may never end.
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let modified = data.modified()?;
        // A time in the future counts as long ago: it will not change when the file does not.
        let fresh = SystemTime::now().duration_since(modified).is_ok_and(|age| age < FRESH);
        Ok(Self { modified, length: data.len(), fresh })
    }
}

fn text<'a>(document: &'a Document, pointer: &str) -> &'a str {
    document.value.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default()
}

fn placed(path: &Path, problem: &Problem) -> String {
    format!("{}:{}:{}: {}", path.display(), problem.place.line, problem.place.column, problem.message)
}
