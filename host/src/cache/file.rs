//! The files of the cache: a folder and files that only this user may write, a digest in each file's head, and the lock by
//! which one process compiles while the others wait. Knows nothing of what the bytes mean.

use crate::bounded;
use sha2::{Digest, Sha256};
use std::fs::{self, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const MAGIC: &[u8; 8] = b"scimcw01";

/// Bytes before the code: the mark of our files and the digest of what follows.
pub(super) const HEAD: usize = MAGIC.len() + 32;

/// Most that compiled code may have, in bytes; the component's has about 15 MB.
const LARGEST: u64 = 512 << 20;

/// How often it is asked whether another process has compiled.
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// The file's bytes, head included: they are many, and taking the head off would copy the rest.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    if !metadata.is_file() {
        return Err(bad("it is no regular file"));
    }
    let file = fs::File::open(path)?;
    check_owner(&file.metadata()?, "file")?;
    let bytes = bounded::bytes_of(&file, LARGEST)?;
    let (head, code) = bytes.split_at_checked(HEAD).ok_or_else(|| bad("the file is cut short"))?;
    let (magic, digest) = head.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(bad("the file is not one of ours"));
    }
    if digest != Sha256::digest(code).as_slice() {
        return Err(bad("the file is damaged"));
    }
    Ok(bytes)
}

pub(super) fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    // Written beside its place and moved there, so that no reader sees half of it.
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let result = private_file(&draft).and_then(|mut file| {
        file.write_all(MAGIC)?;
        file.write_all(&Sha256::digest(code))?;
        file.write_all(code)?;
        file.sync_data()?;
        fs::rename(&draft, path)
    });
    if result.is_err() {
        fs::remove_file(&draft).ok();
    }
    path.parent().into_iter().for_each(sweep);
    result
}

/// Removes what processes left that were killed while they compiled or wrote: neither takes an hour.
fn sweep(folder: &Path) {
    const LONG: Duration = Duration::from_secs(3600);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        let left = path.extension().is_some_and(|extension| extension == "tmp" || extension == "lock");
        if left && age.is_some_and(|age| age > LONG) {
            fs::remove_file(&path).ok();
        }
    }
}

/// The right to compile. The operating system takes it back when its process ends, however that ends.
pub(super) struct Turn {
    path: PathBuf,
    _file: fs::File,
}

impl Turn {
    /// Waits until no other process compiles for this place. `None` where there are no locks, or where the wait is over: one
    /// that compiles may have been stopped, and must not stop everybody else.
    pub(super) fn wait(place: &Path, longest: Duration) -> Option<Self> {
        let path = place.with_extension("lock");
        let file = private_file(&path).ok()?;
        let begun = Instant::now();
        let mut waits = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Self { path, _file: file }),
                Err(TryLockError::Error(_)) => return None,
                Err(TryLockError::WouldBlock) if begun.elapsed() >= longest => {
                    tracing::warn!(path = %path.display(), "another process compiles for too long; compiling beside it");
                    return None;
                }
                Err(TryLockError::WouldBlock) => {
                    if !std::mem::replace(&mut waits, true) {
                        tracing::info!(path = %path.display(), "another process compiles; waiting for it");
                    }
                    std::thread::sleep(ASKED_EVERY);
                }
            }
        }
    }

    /// Ends the turn of one that has compiled. The file goes while it is locked; whoever waits for it still gets its turn
    /// and finds the code, and so does whoever makes the file anew.
    pub(super) fn done(self) {
        fs::remove_file(&self.path).ok();
    }
}

#[cfg(unix)]
fn check_owner(metadata: &fs::Metadata, what: &str) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let denied = |why: String| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return denied(format!("the {what} belongs to another user"));
    }
    if metadata.mode() & 0o022 != 0 {
        return denied(format!("the {what} may be written by others"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &fs::Metadata, _: &str) -> io::Result<()> {
    Ok(())
}

/// Makes the folder where it is not there. It is refused where anybody else could put code into it.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    check_owner(&fs::metadata(folder)?, "folder")
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
