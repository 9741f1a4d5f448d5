//! Reads files and streams whole, up to a bound: nothing that is named by a user, and is not what was meant, fills the memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a configuration.
pub const CONFIGURATION: u64 = 4 << 20;

/// Most bytes of what a call or a flow is given.
pub const INPUT: u64 = 64 << 20;

/// The text of a file. One that is larger by what the file system says is not read at all, and a stream (a pipe, a device)
/// no further than the bound.
///
/// # Errors
/// It cannot be read, is larger than `most` bytes, or is not UTF-8.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    text_of(&File::open(path)?, most)
}

/// The bytes of a file, as [`text`].
///
/// # Errors
/// It cannot be read, or is larger than `most` bytes.
pub fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    bytes_of(&File::open(path)?, most)
}

/// The text of an open file.
///
/// # Errors
/// As [`text`].
pub fn text_of(file: &File, most: u64) -> io::Result<String> {
    utf8(bytes_of(file, most)?)
}

/// The bytes of an open file.
///
/// # Errors
/// As [`bytes`].
pub fn bytes_of(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.len() > most {
        return Err(too_large(most));
    }
    stream(file, most)
}

/// What a stream gives up to its end.
///
/// # Errors
/// As [`bytes`].
pub fn stream(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large(most)) } else { Ok(bytes) }
}

/// What stdin gives up to its end.
///
/// # Errors
/// As [`text`].
pub fn stdin(most: u64) -> io::Result<String> {
    // A file that stdin is directed to has a size; what it is else comes by the stream.
    utf8(stream(io::stdin().lock(), most)?)
}

fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 (byte {at})"))
    })
}

fn too_large(most: u64) -> io::Error {
    let size = if most.is_multiple_of(1 << 20) { format!("{} MiB", most >> 20) } else { format!("{most} bytes") };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {size}, the most that is read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(text(&path, 5).unwrap(), "12345");
        let error = text(&path, 4).unwrap_err().to_string();
        assert_eq!(error, "it is larger than 4 bytes, the most that is read");
        // Terabytes that are not there: reading them would not end.
        File::create(&path).and_then(|file| file.set_len(1 << 40)).unwrap();
        let error = bytes(&path, 1 << 20).unwrap_err().to_string();
        assert_eq!(error, "it is larger than 1 MiB, the most that is read");
    }

    #[test]
    fn an_endless_stream_is_read_no_further_than_the_bound() {
        assert!(stream(io::repeat(b'x'), 1 << 10).is_err());
        assert_eq!(stream(io::repeat(b'x').take(1 << 10), 1 << 10).unwrap().len(), 1 << 10);
        #[cfg(target_os = "linux")]
        assert_eq!(text(Path::new("/dev/zero"), 1 << 10).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"ab\xff").unwrap();
        assert_eq!(text(&path, 5).unwrap_err().to_string(), "it is not UTF-8 (byte 2)");
    }
}
