//! A file of lines that others may move away while it is written.

use scim_connector_host::private::{self, Unfit};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

/// A file that is opened anew where somebody has moved it away, as rotations of logs do: what is written stands under its name.
pub(super) struct Rotated {
    path: PathBuf,
    file: File,
}

impl Rotated {
    /// Opens a file that is there.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).open(&path)?;
        Ok(Self { path, file })
    }

    /// Whether the name still leads to the file.
    fn is_there(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let identity = |found: fs::Metadata| (found.dev(), found.ino());
            let named = fs::symlink_metadata(&self.path).map(identity);
            matches!((named, self.file.metadata().map(identity)), (Ok(named), Ok(open)) if named == open)
        }
        #[cfg(not(unix))]
        self.path.exists()
    }
}

impl Write for Rotated {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !self.is_there() {
            private::prepare(&self.path, &[]).map_err(|unfit| match unfit {
                Unfit::Unwritable(error) => error,
                Unfit::Open(_, problem) => io::Error::other(problem),
            })?;
            *self = Self::open(self.path.clone())?;
        }
        self.file.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
