//! Files that are for this user alone, since they tell of people: made so from their first byte, refused where they are not,
//! and written without following a link that somebody else has put there. Knows nothing of what is in them.
//!
//! On Windows a file has the rights of its folder, and only its being there is looked at.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What became of the place that a file was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A file for this user alone.
    Private,
    /// The same, in place of one that others could read or write.
    Tightened,
    /// The same, in place of a link, whose target is as it was.
    InsteadOfLink,
    /// A device or a pipe, which is as it was.
    Through,
}

/// Makes a folder for this user alone, with those above it, where it is not there. Gives it with links resolved.
///
/// # Errors
/// It cannot be made.
pub fn folder(path: &Path) -> io::Result<PathBuf> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if !path.exists() {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(path)?;
    }
    path.canonicalize()
}

/// Why a file cannot be used.
#[derive(Debug)]
pub enum Unfit {
    /// It cannot be made.
    Unwritable(io::Error),
    /// It is not for this user alone; which file, and what mends it.
    Open(PathBuf, String),
}

/// Sees to it that a database's file is there and for this user alone, with the files beside it whose names end so. Gives its
/// path without links, which is to be opened.
///
/// # Errors
/// Why it cannot be used.
pub fn prepare(path: &Path, side_files: &[&str]) -> Result<PathBuf, Unfit> {
    let name = path.file_name().ok_or_else(|| Unfit::Unwritable(io::ErrorKind::IsADirectory.into()))?;
    let folder = folder(path.parent().unwrap_or(Path::new(""))).map_err(Unfit::Unwritable)?;
    let real = folder.join(name);
    if let Some(problem) = problem_of_folder(&folder) {
        return Err(Unfit::Open(real, problem));
    }
    match create(&real) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(Unfit::Unwritable(error)),
        _ => {}
    }
    for file in std::iter::once(real.clone()).chain(side_files.iter().map(|end| beside(&real, end))) {
        if let Some(problem) = problem(&file) {
            return Err(Unfit::Open(file, problem));
        }
    }
    Ok(real)
}

/// The file that is called like another one and something more.
#[must_use]
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Makes a file that is not there yet, for this user alone whatever the umask is.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where anything is there, a link too.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Why a file is not for this user alone, and what mends that; none where it is, or is not there. It is not opened: where
/// SQLite has it open in this process, closing it again would take away SQLite's locks (fcntl(2)).
#[must_use]
pub fn problem(path: &Path) -> Option<String> {
    match fs::symlink_metadata(path) {
        Ok(about) => problem_of(path, &about),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(format!("it cannot be read: {error}")),
    }
}

#[cfg(unix)]
fn problem_of(path: &Path, about: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let (shown, user) = (path.display(), rustix::process::geteuid().as_raw());
    let mode = about.mode() & 0o7777;
    if about.is_symlink() {
        return Some("it is a link; name the file that it leads to, or remove it".into());
    }
    if !about.is_file() {
        return Some("it is no file".into());
    }
    if about.uid() != user {
        let owner = about.uid();
        return Some(format!("it belongs to user {owner}, and this is user {user}: `chown {user} {shown}`"));
    }
    if about.nlink() > 1 {
        return Some(format!(
            "it is a hard link, so that it has another name somewhere: `cp {shown} {shown}.new && mv {shown}.new {shown}`"
        ));
    }
    (mode & 0o077 != 0).then(|| format!("others may read or write it (mode {mode:o}): `chmod 600 {shown}`"))
}

#[cfg(not(unix))]
fn problem_of(_: &Path, about: &fs::Metadata) -> Option<String> {
    (!about.is_file()).then(|| "it is no file".into())
}

/// Why a folder is no place for private files, and what mends that: everybody may put files into it, and take away those of
/// others. A folder of a group is one: whoever is in the group cannot read what is for this user alone, and what they put
/// there is refused as theirs.
#[must_use]
pub fn problem_of_folder(folder: &Path) -> Option<String> {
    #[cfg(unix)]
    if let Ok(about) = fs::metadata(folder) {
        use std::os::unix::fs::MetadataExt as _;
        const EVERYBODY_WRITES: u32 = 0o002;
        const ONLY_OWNERS_REMOVE: u32 = 0o1000;
        let shown = folder.display();
        return (about.mode() & (EVERYBODY_WRITES | ONLY_OWNERS_REMOVE) == EVERYBODY_WRITES).then(|| {
            format!(
                "everybody may replace files in {shown}: `chmod o-w {shown}`, or name a file in a folder of your own"
            )
        });
    }
    let _ = folder;
    None
}

/// Writes a file for this user alone: beside its place, and then there, so that what was there stays until all is written, and
/// a link is replaced instead of followed. Devices and pipes are written to where they are.
///
/// # Errors
/// What `write` says, or that the file cannot be made; what was there is as it was.
pub fn write<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<Written, E> {
    let written = match fs::symlink_metadata(path) {
        _ if is_system(path) => Written::Through,
        Ok(about) if about.is_symlink() => Written::InsteadOfLink,
        Ok(about) if about.is_dir() => return Err(io::Error::from(io::ErrorKind::IsADirectory).into()),
        Ok(about) if !about.is_file() => Written::Through,
        Ok(about) if problem_of(path, &about).is_some() => Written::Tightened,
        _ => Written::Private,
    };
    if written == Written::Through {
        let mut file = io::BufWriter::new(OpenOptions::new().write(true).open(path)?);
        write(&mut file)?;
        file.flush()?;
        return Ok(written);
    }
    let draft = draft(path);
    let result = create(&draft).map_err(E::from).and_then(|file| {
        let mut file = io::BufWriter::new(file);
        write(&mut file)?;
        file.flush()?;
        // What the disk has no room for is sometimes known only now.
        file.get_ref().sync_data()?;
        Ok(fs::rename(&draft, path)?)
    });
    if result.is_err() {
        fs::remove_file(&draft).ok();
    }
    result.map(|()| written)
}

/// Whether a place is the system's, such as `/dev/stdout`: files there stand for something else.
fn is_system(path: &Path) -> bool {
    cfg!(unix) && ["/dev", "/proc"].iter().any(|system| path.starts_with(system))
}

/// A name beside a file that nobody can guess.
fn draft(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.tmp", rand::random::<u64>()));
    path.with_file_name(name)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn files_that_others_may_reach_are_refused_with_what_mends_it() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        assert_eq!(problem(&file), None, "not there");
        drop(create(&file).unwrap());
        assert_eq!((problem(&file), mode(&file)), (None, 0o600));
        for open in [0o640, 0o604, 0o620, 0o602, 0o666] {
            set_mode(&file, open);
            let told = problem(&file).unwrap();
            let mends = format!("others may read or write it (mode {open:o}): `chmod 600 {}`", file.display());
            assert_eq!(told, mends);
        }
        set_mode(&file, 0o600);
        let link = place.path().join("link");
        symlink(&file, &link).unwrap();
        assert!(problem(&link).unwrap().contains("is a link"));
        symlink(place.path().join("nothing"), place.path().join("dangling")).unwrap();
        assert!(problem(&place.path().join("dangling")).unwrap().contains("is a link"));
        fs::hard_link(&file, place.path().join("other")).unwrap();
        assert!(problem(&file).unwrap().contains("is a hard link"));
        assert!(problem(place.path()).unwrap().contains("is no file"));
        if rustix::process::geteuid().is_root() {
            let theirs = place.path().join("theirs");
            drop(create(&theirs).unwrap());
            std::os::unix::fs::chown(&theirs, Some(12_345), None).unwrap();
            let told = problem(&theirs).unwrap();
            assert!(told.contains("it belongs to user 12345") && told.contains("`chown 0 "), "{told}");
        }
    }

    #[test]
    fn a_folder_where_everybody_replaces_files_is_refused() {
        let place = tempfile::tempdir().unwrap();
        for (mode, good) in [(0o700, true), (0o775, true), (0o1777, true), (0o777, false), (0o703, false)] {
            set_mode(place.path(), mode);
            assert_eq!(problem_of_folder(place.path()).is_none(), good, "{mode:o}");
        }
        set_mode(place.path(), 0o700);
        let made = folder(&place.path().join("a/b")).unwrap();
        assert_eq!((mode(&made), mode(made.parent().unwrap())), (0o700, 0o700));
    }

    fn hello(to: &mut dyn Write) -> io::Result<()> {
        to.write_all(b"hello")
    }

    #[test]
    fn a_file_is_written_for_this_user_alone_and_no_link_is_followed() {
        let place = tempfile::tempdir().unwrap();
        let (file, victim) = (place.path().join("file"), place.path().join("victim"));
        assert_eq!(write(&file, hello).unwrap(), Written::Private);
        assert_eq!((mode(&file), fs::read(&file).unwrap()), (0o600, b"hello".to_vec()));
        assert_eq!(write(&file, hello).unwrap(), Written::Private);
        set_mode(&file, 0o644);
        assert_eq!(write(&file, hello).unwrap(), Written::Tightened);
        assert_eq!(mode(&file), 0o600);
        fs::write(&victim, "as it was").unwrap();
        for link in ["link", "to nothing"] {
            let link = place.path().join(link);
            symlink(if link.ends_with("link") { &victim } else { Path::new("nowhere") }, &link).unwrap();
            assert_eq!(write(&link, hello).unwrap(), Written::InsteadOfLink);
            assert!(fs::symlink_metadata(&link).unwrap().is_file());
        }
        fs::hard_link(&victim, place.path().join("hard")).unwrap();
        assert_eq!(write(&place.path().join("hard"), hello).unwrap(), Written::Tightened);
        assert_eq!(fs::read(&victim).unwrap(), b"as it was");
        assert!(!place.path().join("nowhere").exists());
    }

    #[test]
    fn what_cannot_be_written_leaves_everything_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "as it was").unwrap();
        let fails = |to: &mut dyn Write| {
            to.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert_eq!(write(&file, fails).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&file).unwrap(), b"as it was");
        assert!(write(place.path(), hello).is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn devices_stay_what_they_are() {
        let before = fs::symlink_metadata("/dev/null").unwrap().mode();
        assert_eq!(write(Path::new("/dev/null"), hello).unwrap(), Written::Through);
        assert_eq!(fs::symlink_metadata("/dev/null").unwrap().mode(), before);
        assert_eq!(write(Path::new("/dev/full"), hello).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
