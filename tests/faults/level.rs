//! What this process holds: memory that is allocated and file descriptors (sockets are some). Linux tells the latter; elsewhere
//! nothing is known of them and nothing is compared. The memories of instances are not allocated: they are the pool's, and
//! as many as it says.
#![allow(dead_code, reason = "the soak uses a part")]

use crate::counted;
use std::fs;
use std::time::Duration;

/// What is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    /// Memory that is allocated, in bytes.
    pub memory: usize,
    /// Open file descriptors.
    pub files: usize,
}

/// Memory that may be held in addition: what caches and lists keep room for.
const SLACK: usize = 4 << 20;

/// Thousands of sockets are open at once, both ends of each in this process.
pub fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("as many files as are allowed");
    }
}

/// What is held at this moment.
pub fn now() -> Level {
    let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    Level { memory: counted::live(), files }
}

/// The memory of this process that is resident, in bytes: what the allocator and the pool keep, too.
pub fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").ok();
    let pages: Option<u64> = pages.and_then(|text| text.split(' ').nth(1)?.parse().ok());
    pages.unwrap_or(0) * 4096
}

/// What is held once everything that was dropped is gone: at `level` again, or after a while.
pub async fn settled(level: Option<Level>) -> Level {
    let mut found = now();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let last = std::mem::replace(&mut found, now());
        let quiet = last.files == found.files;
        if level.map_or(quiet, |level| leaks(level, found).is_empty()) {
            break;
        }
    }
    found
}

/// What is held that was not.
pub fn leaks(before: Level, after: Level) -> Vec<String> {
    let mut leaks = Vec::new();
    if after.memory > before.memory + SLACK {
        leaks.push(format!("memory: {} KiB before, {} KiB after", before.memory >> 10, after.memory >> 10));
    }
    if after.files > before.files {
        leaks.push(format!("files: {} before, {} after", before.files, after.files));
    }
    leaks
}
