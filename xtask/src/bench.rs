//! `cargo xtask bench`: builds what is measured, installs what it is measured beside, and starts the benches. What they measure
//! is their own affair.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{component, figures, shell, suite};

/// `cargo xtask bench`: `arguments` go to the benches; without any, all is measured and documented.
pub fn command(arguments: &[String]) -> Result<()> {
    component::build()?;
    suite::cargo("build --workspace --bin scim-connector --bin scim-connector-bench --release")?;
    let folder = shell::target().join("bench");
    let mut words: Vec<String> = vec!["run".into()];
    let path = |path: PathBuf| path.display().to_string();
    for (option, value) in [
        ("--component", shell::target().join("scim-connector.core.wasm")),
        ("--whole", shell::target().join("scim-connector.wasm")),
        ("--program", shell::connector(true)),
        ("--folder", folder.clone()),
    ] {
        words.extend([option.into(), path(value)]);
    }
    match python(&folder.join("venv")) {
        Ok(python) => {
            let script = shell::root().join("benches").join("python").join("contender.py");
            words.extend(["--python".into(), path(python), "--script".into(), path(script)]);
        }
        Err(error) => eprintln!("scim2-client is not measured: {error:#}"),
    }
    let table = folder.join("table.md");
    if arguments.is_empty() {
        words.extend(["--markdown".into(), path(table.clone())]);
    }
    words.extend_from_slice(arguments);
    let program =
        shell::connector(true).with_file_name("scim-connector-bench").with_extension(env::consts::EXE_EXTENSION);
    // Relative paths among the arguments mean the caller's folder.
    let status = shell::command(&program)
        .args(&words)
        .current_dir(env::current_dir()?)
        .status()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    ensure!(status.success(), "the benches failed: {status}");
    if !arguments.is_empty() {
        return Ok(());
    }
    figures::write("benchmarks.md", "cargo xtask bench", &std::fs::read_to_string(table)?)
}

/// A Python with what benches/python/requirements.txt names.
fn python(folder: &Path) -> Result<PathBuf> {
    let root = shell::root();
    let installer = root.join("tests").join("servers").join("install.py");
    let requirements = root.join("benches").join("python").join("requirements.txt");
    shell::run("python3", &[installer.as_os_str(), "--venv".as_ref(), folder.as_os_str(), requirements.as_os_str()])?;
    let relative = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    Ok(folder.join(relative))
}
