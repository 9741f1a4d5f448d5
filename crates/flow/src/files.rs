//! Which files a flow may read: those below its own folder, those below the folders that `[flows] files` of the configuration
//! names, and others only where somebody allows it; the program's own files never. What counts is which file it is, not how it
//! is called: links are resolved before a file is judged, it is opened without following any more of them, and the program's
//! own files are known by any name they have.

use scim_connector_host::config::{Config, invalid, unknown};
use scim_connector_host::error::Result;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What flows may read, wherever they stand. By default what is below a flow's own folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileAccess(Arc<Rules>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Rules {
    /// Folders of the configuration. Links in them are resolved when they are used.
    folders: Vec<PathBuf>,
    anywhere: bool,
    /// What no flow reads: files, and folders with all that is in them.
    own: Vec<(PathBuf, &'static str)>,
}

impl FileAccess {
    /// What a configuration lets flows read.
    ///
    /// # Errors
    /// [`Error::Config`](scim_connector_host::Error::Config) with the key's path.
    pub fn of(config: &Config) -> Result<Self> {
        let mut folders = Vec::new();
        for (name, value) in config.table("flows").into_iter().flatten() {
            match (name.as_str(), value) {
                ("files", toml::Value::Array(list)) => {
                    for (index, folder) in list.iter().enumerate() {
                        let folder = folder.as_str().filter(|folder| !folder.is_empty()).ok_or_else(|| {
                            invalid(&format!("flows.files[{index}]"), "must be text, the name of a folder")
                        })?;
                        folders.push(config.folder().join(folder));
                    }
                }
                ("files", _) => return Err(invalid("flows.files", "must be a list of folders")),
                _ => return Err(unknown("flows", name, &["files"])),
            }
        }
        let rules = Rules { folders, anywhere: false, own: Vec::new() };
        let access = Self(Arc::new(rules)).without("the configuration", config.files());
        let access = access.without("a file that the configuration refers to", config.referenced_files());
        Ok(access.without("in the cache of compiled code", config.code_caches()))
    }

    /// The JSON Schema of the table `flows`.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        let files = "Folders whose files flows may read besides their own folder, from the folder of this file.";
        serde_json::json!({
            "type": "object", "description": "What flows may do.",
            "properties": {"files": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": files}},
            "additionalProperties": false,
        })
    }

    /// The same, and flows may read files wherever they are.
    #[must_use]
    pub fn anywhere(self) -> Self {
        self.changed(|rules| rules.anywhere = true)
    }

    /// The same, and no flow may read these files, or what is in these folders; `what` says what each is.
    #[must_use]
    pub fn without(self, what: &'static str, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.changed(|rules| rules.own.extend(paths.into_iter().map(|path| (path, what))))
    }

    fn changed(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// What the flow of a folder may read.
    #[must_use]
    pub fn of_flow(&self, folder: &Path) -> FlowFiles {
        FlowFiles { folder: folder.to_path_buf(), access: self.clone() }
    }
}

/// What one flow may read.
#[derive(Debug, Clone)]
pub struct FlowFiles {
    folder: PathBuf,
    access: FileAccess,
}

/// Why a file is not read.
#[derive(Debug)]
pub enum Denied {
    /// The system says so.
    Unreadable(io::Error),
    /// It is a folder, a device, a pipe.
    NoFile,
    /// It is neither below the flow's folder nor below one that the configuration names.
    Outside,
    /// It is the program's own.
    Own(&'static str),
}

impl Denied {
    /// In words, of a file as it was named.
    #[must_use]
    pub fn about(&self, name: &str) -> String {
        match self {
            Self::Unreadable(error) => format!("{name} cannot be read: {error}"),
            Self::NoFile => format!("{name} is no file"),
            Self::Outside => format!(
                "{name} is outside the flow's folder and is not read; name the folder it is in in `files` of the configuration's [flows], or allow it with --allow read"
            ),
            Self::Own(what) => format!("{name} is {what}, which no flow reads, whatever is allowed"),
        }
    }
}

impl From<io::Error> for Denied {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl FlowFiles {
    /// Where a name leads: it is relative to the flow's folder.
    #[must_use]
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    /// A file or folder with its links resolved, where the flow may look at it.
    ///
    /// # Errors
    /// Why not.
    pub fn resolved(&self, path: &Path) -> Result<PathBuf, Denied> {
        self.judged(path).map(|(real, _)| real)
    }

    /// Opens a file. Gives it with its path, links resolved.
    ///
    /// # Errors
    /// Why not.
    pub fn open(&self, path: &Path) -> Result<(PathBuf, File), Denied> {
        let (real, root) = self.judged(path)?;
        let below = real.strip_prefix(&root).unwrap_or(&real);
        let file = open_below(&root, below)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(Denied::NoFile);
        }
        if is_of_a_process(&file) {
            return Err(Denied::Own("what the system tells of a process"));
        }
        match self.access.0.own.iter().find(|(own, _)| is_same(own, &about)) {
            Some((_, what)) => Err(Denied::Own(what)),
            None => Ok((real, file)),
        }
    }

    /// A path with its links resolved, and the folder below which it may be read.
    fn judged(&self, path: &Path) -> Result<(PathBuf, PathBuf), Denied> {
        let real = match path.canonicalize() {
            Ok(real) => real,
            // Whether something is there is told of what may be read only.
            Err(error) => {
                let there = path.ancestors().skip(1).find_map(|above| shown(above).canonicalize().ok());
                let may = there.is_some_and(|there| self.root(&there).is_some());
                return Err(if may { Denied::Unreadable(error) } else { Denied::Outside });
            }
        };
        let Some(root) = self.root(&real) else { return Err(Denied::Outside) };
        for (own, what) in &self.access.0.own {
            if own.canonicalize().is_ok_and(|own| real.starts_with(own)) {
                return Err(Denied::Own(what));
            }
        }
        Ok((real, root))
    }

    /// The folder that lets a path be read.
    fn root(&self, real: &Path) -> Option<PathBuf> {
        let rules = &*self.access.0;
        let folders = std::iter::once(&self.folder).chain(&rules.folders);
        let mut folders = folders.filter_map(|folder| shown(folder).canonicalize().ok());
        let whole = || real.ancestors().last().filter(|_| rules.anywhere).map(Path::to_path_buf);
        folders.find(|folder| real.starts_with(folder)).or_else(whole)
    }
}

/// A folder by a name that the system takes.
fn shown(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Opens a file below a folder without following a link: the path had none when it was judged, and one that has come since is
/// an error. What is no file is not opened, since that can wait for somebody who writes, or do something to a device.
#[cfg(unix)]
fn open_below(root: &Path, below: &Path) -> Result<File, Denied> {
    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, openat, statat};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const SEARCH: OFlags = OFlags::PATH;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const SEARCH: OFlags = OFlags::RDONLY;
    let step = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let errno = |error: rustix::io::Errno| Denied::Unreadable(error.into());
    let mut parts: Vec<_> = below.iter().collect();
    // A folder of the configuration may be a file itself.
    let (root, last) = match (parts.pop(), root.parent(), root.file_name()) {
        (Some(last), ..) => (root, last),
        (None, Some(parent), Some(name)) => (parent, name),
        (None, ..) => return Err(Denied::NoFile),
    };
    let mut folder = openat(CWD, root, SEARCH | OFlags::DIRECTORY | step, Mode::empty()).map_err(errno)?;
    for part in parts {
        folder = openat(&folder, part, SEARCH | OFlags::DIRECTORY | step, Mode::empty()).map_err(errno)?;
    }
    let about = statat(&folder, last, AtFlags::SYMLINK_NOFOLLOW).map_err(errno)?;
    if FileType::from_raw_mode(about.st_mode) != FileType::RegularFile {
        return Err(Denied::NoFile);
    }
    let file = openat(&folder, last, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | step, Mode::empty());
    Ok(File::from(file.map_err(errno)?))
}

#[cfg(not(unix))]
fn open_below(root: &Path, below: &Path) -> Result<File, Denied> {
    let path = root.join(below);
    if !std::fs::metadata(&path)?.is_file() {
        return Err(Denied::NoFile);
    }
    Ok(File::open(&path)?)
}

/// Whether the system makes a file up of what a process has: its environment, its memory. Secrets stand there.
fn is_of_a_process(file: &File) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return rustix::fs::fstatfs(file).is_ok_and(|about| about.f_type == rustix::fs::PROC_SUPER_MAGIC);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = file;
        false
    }
}

/// Whether an open file is one of the program's own by another name, or is in a folder of its own by another name.
#[cfg(unix)]
fn is_same(own: &Path, about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |other: &Metadata| (other.dev(), other.ino()) == (about.dev(), about.ino());
    match std::fs::metadata(own) {
        Ok(folder) if folder.is_dir() => {
            let files = || std::fs::read_dir(own).into_iter().flatten().flatten();
            about.nlink() > 1 && files().any(|file| file.metadata().is_ok_and(|file| same(&file)))
        }
        Ok(file) => same(&file),
        Err(_) => false,
    }
}

#[cfg(not(unix))]
fn is_same(_: &Path, _: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read as _;

    /// A place with the folder of a flow and things beside it.
    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            let place = Self(tempfile::tempdir().unwrap());
            for folder in ["flows/data", "more", "cache"] {
                fs::create_dir_all(place.at(folder)).unwrap();
            }
            for file in
                ["flows/rows", "flows/data/rows", "more/rows", "rows", "Config.toml", "token", "history", "cache/code"]
            {
                fs::write(place.at(file), format!("this is {file}")).unwrap();
            }
            place
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn access(&self, flows: &str) -> FileAccess {
            let cache = self.at("cache").display().to_string();
            let text = format!(
                "{flows}\n[host]\ncodeCache = \"{cache}\"\n[connections.a]\nserviceUrl = \"https://example.com\"\nauth = {{type = \"bearer\", token = {{file = \"token\"}}}}\n"
            );
            let config = Config::parse(&text, &self.at("Config.toml")).unwrap();
            FileAccess::of(&config).unwrap().without("the history", [self.at("history")])
        }

        /// What stands in a file, or why it is not read.
        fn read(&self, access: &FileAccess, name: &str) -> String {
            let files = access.of_flow(&self.at("flows"));
            match files.open(&files.path(name)) {
                Ok((_, mut file)) => {
                    let mut text = String::new();
                    file.read_to_string(&mut text).unwrap();
                    text
                }
                Err(denied) => denied.about("it"),
            }
        }
    }

    #[test]
    fn a_flow_reads_what_is_below_its_folder_and_below_those_that_are_named() {
        let place = Place::new();
        let outside = Denied::Outside.about("it");
        let absolute = place.at("flows/rows").display().to_string();
        let strict = place.access("");
        for (name, text) in [
            ("rows", "this is flows/rows"),
            ("./data/../rows", "this is flows/rows"),
            ("../flows/data/rows", "this is flows/data/rows"),
            (&*absolute, "this is flows/rows"),
            ("../rows", &*outside),
            ("data/../../rows", &*outside),
            ("../more/rows", &*outside),
            ("../nothing", &*outside),
            ("../nothing/of/it", &*outside),
            ("/etc/hosts", &*outside),
            ("/no/such", &*outside),
            ("data", "it is no file"),
            ("", "it is no file"),
        ] {
            assert_eq!(place.read(&strict, name), text, "{name}");
        }
        assert!(place.read(&strict, "nothing").starts_with("it cannot be read: "));
        let named = place.access("[flows]\nfiles = [\"more\", \"not/there\"]");
        assert_eq!(place.read(&named, "../more/rows"), "this is more/rows");
        assert_eq!(place.read(&named, "../rows"), outside);
        let file = place.access("[flows]\nfiles = [\"rows\"]");
        assert_eq!(place.read(&file, "../rows"), "this is rows");
        assert_eq!(place.read(&strict.anywhere(), "../rows"), "this is rows");
    }

    #[cfg(unix)]
    #[test]
    fn links_of_files_and_folders_are_resolved_first() {
        use std::os::unix::fs::symlink;
        let place = Place::new();
        let outside = Denied::Outside.about("it");
        for (target, link) in
            [("../rows", "flows/link"), ("../more", "flows/folder"), ("data/rows", "flows/inside"), ("flows", "alias")]
        {
            symlink(target, place.at(link)).unwrap();
        }
        let strict = place.access("");
        assert_eq!(place.read(&strict, "link"), outside);
        assert_eq!(place.read(&strict, "folder/rows"), outside);
        assert_eq!(place.read(&strict, "inside"), "this is flows/data/rows");
        // The folder itself may be a link: what is below where it leads is below it.
        let files = strict.of_flow(&place.at("alias"));
        assert!(files.open(&files.path("rows")).is_ok() && files.open(&place.at("flows/rows")).is_ok());
        assert_eq!(place.read(&place.access("[flows]\nfiles = [\"more\"]"), "folder/rows"), "this is more/rows");
        // A link that comes after a path was judged is not followed.
        let below = |name: &str| open_below(&place.at("flows").canonicalize().unwrap(), Path::new(name));
        assert!(below("rows").is_ok());
        assert!(matches!(below("link"), Err(Denied::NoFile)));
        assert!(matches!(below("folder/rows"), Err(Denied::Unreadable(_))));
    }

    #[cfg(unix)]
    #[test]
    fn the_programs_own_files_are_never_read_by_any_name() {
        use std::os::unix::fs::symlink;
        let place = Place::new();
        let everything = place.access("[flows]\nfiles = [\".\"]").anywhere();
        for (own, what) in [
            ("Config.toml", "the configuration"),
            ("token", "a file that the configuration refers to"),
            ("history", "the history"),
            ("cache/code", "in the cache of compiled code"),
        ] {
            let refused = format!("it is {what}, which no flow reads, whatever is allowed");
            symlink(place.at(own), place.at("flows/link")).unwrap();
            fs::hard_link(place.at(own), place.at("flows/hard")).unwrap();
            symlink("../flows/hard", place.at("flows/both")).unwrap();
            let absolute = place.at(own).display().to_string();
            for name in [&*format!("../{own}"), &absolute, "link", "hard", "both"] {
                assert_eq!(place.read(&everything, name), refused, "{own} as {name}");
            }
            for link in ["flows/link", "flows/hard", "flows/both"] {
                fs::remove_file(place.at(link)).unwrap();
            }
        }
        assert_eq!(place.read(&everything, "../rows"), "this is rows");
        if cfg!(target_os = "linux") {
            for name in ["/proc/self/environ", "/proc/self/cmdline", "/proc/self/task/../environ"] {
                assert!(place.read(&everything, name).contains("tells of a process"), "{name}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_not_even_opened() {
        let place = Place::new();
        let pipe = place.at("flows/pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let everything = place.access("").anywhere();
        for name in ["pipe", "/dev/zero", "/dev/stdin", "/dev/tty"] {
            let told = place.read(&everything, name);
            assert!(told == "it is no file" || told.starts_with("it cannot be read"), "{name}: {told}");
        }
    }

    #[test]
    fn every_mistake_in_the_table_is_named_exactly() {
        for (text, message) in [
            ("[flows]\nfile = []", "flows.file: unknown key; did you mean \"files\"?"),
            ("[flows]\nfiles = \"data\"", "flows.files: must be a list of folders"),
            ("[flows]\nfiles = [\"data\", 3]", "flows.files[1]: must be text, the name of a folder"),
            ("[flows]\nfiles = [\"\"]", "flows.files[0]: must be text, the name of a folder"),
        ] {
            let config = Config::parse(text, Path::new("Config.toml")).unwrap();
            assert_eq!(FileAccess::of(&config).unwrap_err().to_string(), message);
        }
    }
}
