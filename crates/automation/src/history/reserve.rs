//! Room on the disk that is kept for one thing: to write down how a run ended where the disk has become full meanwhile. It is a
//! file beside the history, which is removed when the room is needed, and made again when there is some.

use super::schema::RESERVE;
use scim_connector_host::private::{self, beside};
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

/// Enough for the end of some runs: each changes a few pages of 4 KiB, written to SQLite's log.
const SIZE: usize = 256 << 10;

/// Keeps room beside a history.
///
/// # Errors
/// There is none: a run that begins now could not be written down. Where the file cannot be made for another reason, none is
/// kept.
pub(super) fn keep(history: &Path) -> io::Result<()> {
    let path = beside(history, RESERVE);
    if fs::symlink_metadata(&path).is_ok_and(|about| about.len() >= SIZE as u64) {
        return Ok(());
    }
    // One that could not be written to its end keeps little.
    fs::remove_file(&path).ok();
    let mut file = match private::create(&path) {
        Ok(file) => file,
        Err(error) if is_full(&error) => return Err(error),
        Err(_) => return Ok(()),
    };
    // A file system that compresses keeps nothing for zeros.
    let noise: Vec<u8> =
        std::iter::repeat_with(rand::random::<u64>).take(SIZE / 8).flat_map(u64::to_le_bytes).collect();
    file.write_all(&noise).or_else(|error| {
        fs::remove_file(&path).ok();
        if is_full(&error) { Err(error) } else { Ok(()) }
    })
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// Gives the room free. Says whether there was any.
pub(super) fn release(history: &Path) -> bool {
    fs::remove_file(beside(history, RESERVE)).is_ok()
}
