//! Compiled code on disk, so that a component or module is compiled once per machine and engine version. Knows files and
//! digests; what the bytes mean is wasmtime's affair.
//!
//! Loading compiled code runs it, so only a file that this user wrote is ever loaded: the folder is created for the user
//! alone, the file must belong to the user and be writable by nobody else, and a digest in its head must match, which
//! catches truncation and decay before wasmtime sees the bytes.

use crate::folders;
use sha2::{Digest, Sha256};
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

const MAGIC: &[u8; 8] = b"scimcw01";
const HEAD: usize = MAGIC.len() + 32;

/// What the cache did for a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheStatus {
    /// No cache was asked for.
    Off,
    /// The compiled code was there.
    Hit,
    /// The component was compiled and its code written.
    Stored,
    /// The component was compiled; its code could not be written, for this reason.
    NotStored(String),
}

/// The folder compiled code is kept in when none is named: `scim-connector` in `XDG_CACHE_HOME`, or in the platform's
/// cache folder.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    folders::folder(&folders::CACHE)
}

/// What a component is known by: the SHA-256 of its bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What can be compiled, written and read again.
#[allow(unsafe_code, reason = "loading compiled code has no safe form")]
pub trait Code: Sized {
    /// Compiles WebAssembly.
    ///
    /// # Errors
    /// It is not valid.
    fn compile(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Self>;

    /// The compiled code.
    ///
    /// # Errors
    /// wasmtime cannot write it.
    fn serialize(&self) -> wasmtime::Result<Vec<u8>>;

    /// Reads compiled code.
    ///
    /// # Errors
    /// The code was made by another version of wasmtime or for another engine.
    ///
    /// # Safety
    /// The bytes must be what [`Self::serialize`] wrote.
    unsafe fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Self>;
}

macro_rules! code {
    ($kind:ty) => {
        #[allow(unsafe_code, reason = "loading compiled code has no safe form")]
        impl Code for $kind {
            fn compile(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Self> {
                Self::new(engine, bytes)
            }

            fn serialize(&self) -> wasmtime::Result<Vec<u8>> {
                Self::serialize(self)
            }

            unsafe fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Self> {
                // SAFETY: the caller's promise is the same.
                unsafe { Self::deserialize(engine, code) }
            }
        }
    };
}

code!(Component);
code!(Module);

/// Loads a component or module, whose digest is known, from the cache, or says so, compiles it and fills the cache.
///
/// # Errors
/// Only where it does not compile; a cache that fails is reported in the status.
pub fn load<C: Code>(
    engine: &Engine,
    bytes: &[u8],
    digest: &str,
    folder: Option<&Path>,
    compiling: Option<fn()>,
) -> wasmtime::Result<(C, CacheStatus)> {
    let compile = || {
        compiling.into_iter().for_each(|tell| tell());
        C::compile(engine, bytes)
    };
    let Some(folder) = folder else {
        return Ok((compile()?, CacheStatus::Off));
    };
    let path = folder.join(file_name(engine, digest));
    match read(&path) {
        Ok(code) => {
            // SAFETY: `read` returned bytes of a file that belongs to this user, that no one else may write, and whose
            // digest matches what `write` below stored, which was the output of `Code::serialize`. wasmtime checks
            // its own version and settings besides.
            #[allow(unsafe_code, reason = "loading compiled code has no safe form")]
            let loaded = unsafe { C::deserialize(engine, code.get(HEAD..).unwrap_or_default()) };
            match loaded {
                Ok(loaded) => return Ok((loaded, CacheStatus::Hit)),
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "compiled code is not usable; compiling again")
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(path = %path.display(), %error, "compiled code is not usable; compiling again"),
    }
    let compiled = compile()?;
    let status = match write(folder, &path, &compiled.serialize()?) {
        Ok(()) => CacheStatus::Stored,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "compiled code cannot be kept");
            CacheStatus::NotStored(format!("{}: {error}", path.display()))
        }
    };
    Ok((compiled, status))
}

/// Named after the component's bytes and everything of the engine that shapes its code.
fn file_name(engine: &Engine, digest: &str) -> String {
    struct Sink(Sha256);
    impl Hasher for Sink {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut sink = Sink(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut sink);
    let mut engine = hex(&sink.0.finalize());
    engine.truncate(16);
    format!("{digest}-{engine}.cwasm")
}

/// The file's bytes, head included: they are many, and taking the head off would copy the rest.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    check_owner(&file.metadata()?)?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut &file, &mut bytes)?;
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
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

fn write(folder: &Path, path: &Path, code: &[u8]) -> io::Result<()> {
    create_private(folder)?;
    // Written beside its place and moved there, so that no reader sees half of it.
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
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
    sweep(folder);
    result
}

/// Removes drafts of processes that were killed while they wrote: no write takes an hour.
fn sweep(folder: &Path) {
    const LONG: Duration = Duration::from_secs(3600);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        if path.extension().is_some_and(|extension| extension == "tmp") && age.is_some_and(|age| age > LONG) {
            fs::remove_file(&path).ok();
        }
    }
}

#[cfg(unix)]
fn check_owner(metadata: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file belongs to another user"));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file may be written by others"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if fs::metadata(folder)?.mode() & 0o022 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the folder may be written by others"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "(component)";

    std::thread_local! {
        static COMPILED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }

    fn load_empty(folder: Option<&Path>) -> CacheStatus {
        let bytes = wat::parse_str(EMPTY).unwrap();
        COMPILED.set(false);
        let loaded = load(&Engine::default(), &bytes, &digest(&bytes), folder, Some(|| COMPILED.set(true)));
        let (_, status): (Component, _) = loaded.unwrap();
        assert_eq!(COMPILED.get(), status != CacheStatus::Hit, "told where it is compiled, and only there");
        status
    }

    fn load_in(folder: &Path) -> CacheStatus {
        load_empty(Some(folder))
    }

    fn only_file(folder: &Path) -> PathBuf {
        let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files.into_iter().next().unwrap()
    }

    #[test]
    fn the_second_load_finds_the_code() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("made/here");
        assert_eq!(load_in(&folder), CacheStatus::Stored);
        assert_eq!(load_in(&folder), CacheStatus::Hit);
        only_file(&folder);
    }

    #[test]
    fn damage_is_noticed_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        load_in(folder.path());
        let file = only_file(folder.path());
        let good = fs::read(&file).unwrap();
        let mut flipped = good.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let damaged =
            [good[..good.len() / 2].to_vec(), good[..10].to_vec(), Vec::new(), flipped, b"nonsense".repeat(20)];
        for bytes in damaged {
            fs::write(&file, bytes).unwrap();
            assert_eq!(load_in(folder.path()), CacheStatus::Stored);
            assert_eq!(load_in(folder.path()), CacheStatus::Hit);
        }
    }

    #[cfg(unix)]
    #[test]
    fn code_others_may_write_is_not_loaded() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("cache");
        load_in(&folder);
        let file = only_file(&folder);
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(load_in(&folder), CacheStatus::Stored, "replaced, not loaded");
        assert_eq!(load_in(&folder), CacheStatus::Hit);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(
            matches!(load_in(&folder), CacheStatus::NotStored(reason) if reason.ends_with("the folder may be written by others"))
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(load_in(&file), CacheStatus::NotStored(_)));
        assert_eq!(load_empty(None), CacheStatus::Off);
    }

    #[test]
    fn a_module_is_cached_like_a_component() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = wat::parse_str("(module)").unwrap();
        for expected in [CacheStatus::Stored, CacheStatus::Hit] {
            let loaded = load(&Engine::default(), &bytes, &digest(&bytes), Some(folder.path()), None);
            let (_, status): (Module, _) = loaded.unwrap();
            assert_eq!(status, expected);
        }
    }

    #[test]
    fn another_engine_or_component_has_another_file() {
        let engine = Engine::default();
        let other = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
        assert_ne!(file_name(&engine, "a"), file_name(&engine, "b"));
        assert_ne!(file_name(&engine, "a"), file_name(&other, "a"));
        assert_eq!(file_name(&engine, "a"), file_name(&Engine::default(), "a"));
    }
}
