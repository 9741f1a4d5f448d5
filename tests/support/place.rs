//! A folder of a test's own.

/// A folder that goes with its handle and is this user's alone, whatever the umask is: histories, journals and compiled code
/// are refused where everybody writes.
pub fn private_folder() -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir().expect("a folder")
}
