//! Names of runs, of flows, and of the processes that run them. Knows no database.

use jiff::Timestamp;
use scim_connector_flow::document::folder_of;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// Digits of a run's name: no letter that looks like another (Crockford's base 32).
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Names start at this time: 2025-01-01, in milliseconds.
const EPOCH: i64 = 1_735_689_600_000;

/// Bits by chance at the end of a name.
const CHANCE: u32 = 10;

/// How many digits a name has: 40 bits of milliseconds, enough until 2059, and those by chance.
const LENGTH: u32 = 10;

/// The name of a run: ten letters and digits, later ones sort later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub(super) String);

impl RunId {
    /// A new name for a run that begins at this time.
    pub(super) fn new(at: Timestamp) -> Self {
        let time = u64::try_from(at.as_millisecond() - EPOCH).unwrap_or_default();
        let chance = u64::from(rand::random::<u16>()) & ((1 << CHANCE) - 1);
        let bits = (time << CHANCE) | chance;
        let digit = |position: u32| DIGITS.get((bits >> (5 * position)) as usize & 31).copied().unwrap_or(b'0');
        Self((0..LENGTH).rev().map(|position| char::from(digit(position))).collect())
    }

    /// A name that no run has.
    #[cfg(test)]
    pub(crate) fn missing() -> Self {
        Self("zzzzzzzzzz".into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A flow: flows of one name in two folders are two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId {
    /// The folder its file is in, links resolved.
    pub folder: PathBuf,
    /// Its `document.name`.
    pub name: String,
}

impl FlowId {
    /// The flow of a name in a folder.
    #[must_use]
    pub fn new(folder: &Path, name: impl Into<String>) -> Self {
        Self { folder: real_folder(folder), name: name.into() }
    }

    /// The flow of a name that stands in a file.
    #[must_use]
    pub fn in_file(file: &Path, name: impl Into<String>) -> Self {
        Self::new(folder_of(file), name)
    }
}

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.folder.display())
    }
}

/// A folder with its links resolved; of one that is not there, what its name says.
#[must_use]
pub fn real_folder(folder: &Path) -> PathBuf {
    let absolute = || std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    folder.canonicalize().unwrap_or_else(|_| absolute())
}

/// A process, told from any other that had or will have its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Where its number means something: the machine since its start, and what of it the process sees.
    pub place: String,
    /// Its number there.
    pub pid: u32,
    /// When it began, as the system says it.
    pub token: String,
}

/// What is known of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Running,
    /// It is gone.
    Gone,
    /// It is elsewhere, or this system does not say.
    Unknown,
}

impl Process {
    /// This process.
    #[must_use]
    pub fn this() -> Self {
        let pid = std::process::id();
        Self::of(pid).unwrap_or_else(|| Self { place: place(), pid, token: String::new() })
    }

    /// A process of this machine; `None` where there is none with this number, or the system does not say.
    pub(super) fn of(pid: u32) -> Option<Self> {
        match begin(pid) {
            Begin::At(token) => Some(Self { place: place(), pid, token }),
            Begin::Never | Begin::Unknown => None,
        }
    }

    /// Whether it still runs.
    #[must_use]
    pub fn life(&self) -> Life {
        if self.place != place() || self.token.is_empty() {
            return Life::Unknown;
        }
        match begin(self.pid) {
            Begin::At(token) if token == self.token => Life::Running,
            Begin::At(_) | Begin::Never => Life::Gone,
            Begin::Unknown => Life::Unknown,
        }
    }
}

/// When a process began.
enum Begin {
    At(String),
    /// There is no such process.
    Never,
    Unknown,
}

#[cfg(target_os = "linux")]
fn place() -> String {
    let read = |path: &str| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    // Containers of one machine differ in their processes, even where they have one name.
    let processes = std::fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default();
    format!("{} {} {processes}", read("/proc/sys/kernel/hostname"), read("/proc/sys/kernel/random/boot_id"))
}

#[cfg(target_os = "linux")]
fn begin(pid: u32) -> Begin {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // proc(5): after the name, which may contain anything, comes the state and, 19 further on, the time of the start.
        Ok(stat) => {
            let mut rest = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            match (rest.next(), rest.nth(18)) {
                (Some("Z" | "X"), _) => Begin::Never,
                (_, Some(start)) => Begin::At(start.to_owned()),
                _ => Begin::Unknown,
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Begin::Never,
        Err(_) => Begin::Unknown,
    }
}

#[cfg(not(target_os = "linux"))]
fn place() -> String {
    let output = std::process::Command::new("hostname").output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn begin(pid: u32) -> Begin {
    if cfg!(windows) {
        return Begin::Unknown;
    }
    let pid = pid.to_string();
    match std::process::Command::new("ps").args(["-o", "lstart=", "-p", &pid]).output() {
        Ok(output) if output.status.success() => Begin::At(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        Ok(_) => Begin::Never,
        Err(_) => Begin::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_sort_by_time() {
        let at = |text: &str| RunId::new(text.parse().unwrap());
        let names = [at("2025-01-01T00:00:00Z"), at("2026-11-22T09:00:00Z"), at("2026-11-22T09:00:00.001Z")];
        assert!(names.is_sorted() && names.iter().all(|name| name.as_str().len() == 10), "{names:?}");
        assert!(names[0].as_str().starts_with("00000000"));
        assert!(at("2059-01-01T00:00:00Z") > names[2].clone());
    }

    #[cfg(unix)]
    #[test]
    fn a_flow_is_the_same_by_whatever_way_its_folder_is_named() {
        let place = crate::place::private_folder();
        let (one, other) = (place.path().join("one"), place.path().join("other"));
        std::fs::create_dir(&one).unwrap();
        std::fs::create_dir(&other).unwrap();
        std::os::unix::fs::symlink(&one, place.path().join("link")).unwrap();
        let flow = FlowId::new(&one, "nightly");
        for file in ["one/a.yaml", "link/a.yaml", "other/../one/a.yaml", "./one/not-there.yaml"] {
            assert_eq!(FlowId::in_file(&place.path().join(file), "nightly"), flow, "{file}");
        }
        assert_ne!(FlowId::new(&other, "nightly"), flow);
        assert_eq!(FlowId::new(Path::new("/not/there"), "x").folder, Path::new("/not/there"));
        assert_eq!(
            FlowId::in_file(Path::new("a.yaml"), "x").folder,
            std::env::current_dir().unwrap().canonicalize().unwrap()
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_process_is_known_to_run_or_to_be_gone() {
        assert_eq!(Process::this().life(), Life::Running);
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process::of(child.id()).unwrap();
        assert_eq!(process.life(), Life::Running);
        let later = Process { token: "another start".into(), ..process.clone() };
        assert_eq!(later.life(), Life::Gone, "its number was given to another process");
        let elsewhere = Process { place: "another machine".into(), ..process.clone() };
        assert_eq!(elsewhere.life(), Life::Unknown);
        child.kill().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        // Not waited for yet: a zombie.
        assert_eq!(process.life(), Life::Gone);
        child.wait().unwrap();
        assert_eq!(process.life(), Life::Gone);
    }
}
