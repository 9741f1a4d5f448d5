//! Compiled code on disk, so that a component or module is compiled once per machine and engine version. Knows files and
//! digests; what the bytes mean is wasmtime's affair.
//!
//! Loading compiled code runs it, so only a file that this user wrote is ever loaded: folder and file must belong to the
//! user and be writable by nobody else, and a digest in the file's head must match, which catches truncation and decay
//! before wasmtime sees the bytes.

mod file;

use crate::folders;
use file::Turn;
use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// How long a process waits for another that compiles: on a busy machine that takes most of a minute.
const LONGEST_WAIT: Duration = Duration::from_secs(180);

/// What the cache did for a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheStatus {
    /// No cache was asked for.
    Off,
    /// The compiled code was there.
    Hit,
    /// The component was compiled and its code written.
    Stored,
    /// The component was compiled and its code not kept, for this reason: the folder is one that others can write to, or
    /// the file could not be written.
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

/// Loads a component or module, whose digest is known, from the cache, or says so, compiles it and fills the cache. Of
/// several processes that find nothing one compiles; the others wait for it and take its code.
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
    // Who may write to the folder may have put anything into it, so that it is not even looked into.
    if let Err(error) = file::private_folder(folder) {
        tracing::warn!(path = %folder.display(), %error, "the folder of compiled code is not used");
        return Ok((compile()?, CacheStatus::NotStored(format!("{}: {error}", folder.display()))));
    }
    let path = folder.join(file_name(engine, digest));
    if let Some(code) = stored(engine, &path) {
        return Ok((code, CacheStatus::Hit));
    }
    let turn = Turn::wait(&path, LONGEST_WAIT);
    if let Some(code) = turn.as_ref().and_then(|_| stored(engine, &path)) {
        return Ok((code, CacheStatus::Hit));
    }
    let compiled = compile()?;
    let status = match file::write(&path, &compiled.serialize()?) {
        Ok(()) => CacheStatus::Stored,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "compiled code cannot be kept");
            CacheStatus::NotStored(format!("{}: {error}", path.display()))
        }
    };
    turn.into_iter().for_each(Turn::done);
    Ok((compiled, status))
}

/// What is in the cache, where that can be used.
fn stored<C: Code>(engine: &Engine, path: &Path) -> Option<C> {
    let unusable = |error: &dyn std::fmt::Display| tracing::warn!(path = %path.display(), %error, "compiled code is not usable; compiling again");
    let code = match file::read(path) {
        Ok(code) => code,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            unusable(&error);
            return None;
        }
    };
    // SAFETY: `file::read` returned bytes of a file that belongs to this user, that no one else may write, in a folder of
    // which the same is true, and whose digest matches what `file::write` stored, which was the output of
    // `Code::serialize`. wasmtime checks its own version and settings besides.
    #[allow(unsafe_code, reason = "loading compiled code has no safe form")]
    let loaded = unsafe { C::deserialize(engine, code.get(file::HEAD..).unwrap_or_default()) };
    loaded.inspect_err(|error| unusable(error)).ok()
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

#[cfg(test)]
#[path = "../../../tests/support/place.rs"]
mod place;
#[cfg(test)]
mod tests;
