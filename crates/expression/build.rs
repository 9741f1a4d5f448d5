//! Compiles the guest to WebAssembly, so that the crate can include it. The guest is a workspace of its own: its features must
//! not mix with the host's.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const TARGET: &str = "wasm32-unknown-unknown";

/// What cargo or a linter set for this build, and would change the guest's.
const NOT_FOR_THE_GUEST: [&str; 10] = [
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "RUST_BACKTRACE",
    "__CARGO_DEFAULT_LIB_METADATA",
];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo does not set {name}"));
    let (guest, out) = (folder("CARGO_MANIFEST_DIR")?.join("guest"), folder("OUT_DIR")?);
    for part in ["src", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", guest.join(part).display());
    }
    has_target()?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--lib", "--release", "--locked", "--target", TARGET]);
    cargo.arg("--manifest-path").arg(guest.join("Cargo.toml"));
    let target = out.join("guest");
    cargo.arg("--target-dir").arg(&target);
    for name in NOT_FOR_THE_GUEST {
        cargo.env_remove(name);
    }
    let status = cargo.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err("the guest of scim-connector-expression cannot be built; cargo says above why".into());
    }
    let built = target.join(TARGET).join("release").join("scim_connector_expression_guest.wasm");
    std::fs::copy(&built, out.join("guest.wasm"))
        .map(drop)
        .map_err(|error| format!("{} cannot be copied: {error}", built.display()))
}

/// Whether the compiler can make WebAssembly. Cargo's own error for it names no way out.
fn has_target() -> Result<(), String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
    let output = output.map_err(|error| format!("rustc cannot be run: {error}"))?;
    let folder = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && Path::new(folder.trim()).is_dir() {
        Ok(())
    } else {
        Err(format!(
            "expressions are evaluated in WebAssembly, which needs one more target: rustup target add {TARGET}"
        ))
    }
}
