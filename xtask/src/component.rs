//! Builds the component's parts and puts them together, and holds what users load to what it may import and how large it may be.
//! Knows nothing of the host.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use wasmparser::{ComponentTypeRef, Parser, Payload};

use crate::compose::{Part, compose};
use crate::shell;

/// The target the component is built for.
const TARGET: &str = "wasm32-wasip2";

/// Everything a component may import besides its way out, without versions, and why. `/*` stands for every interface of a package.
const ALLOWED_IMPORTS: &[(&str, &str)] = &[
    ("wasi:io/*", "streams and polling, which wasi:http and clocks rest on"),
    ("wasi:clocks/*", "deadlines, retries, the life of tokens"),
    ("wasi:cli/environment", "secrets given as environment variables"),
    ("wasi:random/random", "unguessable token identifiers, retry jitter"),
    ("scim:connector/types", "types shared by the exports; it has no functions, so a host need not provide it"),
];

/// A file that users load.
struct Kind {
    /// Its name in target/.
    file: &'static str,
    /// What it is, for a person.
    about: &'static str,
    /// What it imports besides [`ALLOWED_IMPORTS`], without versions.
    also: &'static [&'static str],
    /// Largest in bytes: a fifth above what it was when this was last set.
    max_raw_bytes: u64,
    /// Largest after gzip at level 9, likewise.
    max_gzip_bytes: u64,
}

/// What our host loads: it provides the way out itself.
const CORE: Kind = Kind {
    file: "scim-connector.core.wasm",
    about: "the core, for hosts that provide the way out",
    also: &["scim:connector-parts/outbound"],
    max_raw_bytes: 2_150_000,
    max_gzip_bytes: 740_000,
};

/// The core with its way out over wasi:http: calls by name alone, for every host.
const NARROW: Kind = Kind {
    file: "scim-connector.narrow.wasm",
    about: "calls by name alone, for every host that offers wasi:http",
    also: &["wasi:http/outgoing-handler", "wasi:http/types"],
    max_raw_bytes: 2_300_000,
    max_gzip_bytes: 790_000,
};

/// What everybody else loads: the same with the typed functions.
const WHOLE: Kind = Kind {
    file: "scim-connector.wasm",
    about: "the whole, for every host that offers wasi:http",
    also: &["wasi:http/outgoing-handler", "wasi:http/types"],
    max_raw_bytes: 2_450_000,
    max_gzip_bytes: 840_000,
};

/// What there is to know about a built component.
pub struct Report {
    kind: &'static Kind,
    /// Where it is.
    path: PathBuf,
    /// Its imports, sorted, with versions.
    imports: BTreeSet<String>,
    /// Its size in bytes.
    raw_bytes: u64,
    /// Its size in bytes after gzip at level 9.
    gzip_bytes: u64,
}

impl Report {
    fn new(kind: &'static Kind, bytes: &[u8]) -> Result<Self> {
        let path = shell::target().join(kind.file);
        put(&path, bytes)?;
        Ok(Self { kind, path, imports: imports(bytes)?, raw_bytes: bytes.len() as u64, gzip_bytes: gzip_size(bytes)? })
    }

    /// As JSON, with the limits it was held to.
    fn json(&self) -> Value {
        json!({
            "path": self.path.display().to_string(),
            "rawBytes": self.raw_bytes,
            "gzipBytes": self.gzip_bytes,
            "imports": self.imports,
            "limits": { "rawBytes": self.kind.max_raw_bytes, "gzipBytes": self.kind.max_gzip_bytes },
        })
    }

    /// Prints it for a person.
    pub fn print(&self) {
        println!("component  {}: {}", self.path.display(), self.kind.about);
        println!("size       {} bytes raw (at most {})", self.raw_bytes, self.kind.max_raw_bytes);
        println!("           {} bytes gzip -9 (at most {})", self.gzip_bytes, self.kind.max_gzip_bytes);
        for (index, import) in self.imports.iter().enumerate() {
            println!("{:<10} {import}", if index == 0 { "imports" } else { "" });
        }
    }

    /// Fails, naming everything at once, where the component breaks a limit.
    fn check(&self) -> Result<()> {
        let mut problems: Vec<String> = self
            .imports
            .iter()
            .filter(|import| !allowed(import, self.kind))
            .map(|import| format!("imports `{import}`, which is not allowed"))
            .collect();
        for (what, bytes, limit) in [
            ("raw", self.raw_bytes, self.kind.max_raw_bytes),
            ("after gzip", self.gzip_bytes, self.kind.max_gzip_bytes),
        ] {
            if bytes > limit {
                problems.push(format!("has {bytes} bytes {what}, more than {limit}"));
            }
        }
        if !problems.is_empty() {
            let allowed: Vec<String> = ALLOWED_IMPORTS.iter().map(|(name, why)| format!("{name} ({why})")).collect();
            bail!(
                "{} {}\nallowed imports: {}; {}",
                self.kind.file,
                problems.join("; it "),
                allowed.join(", "),
                self.kind.also.join(", ")
            );
        }
        Ok(())
    }
}

/// `cargo xtask component`.
pub fn command(json: bool) -> Result<()> {
    let reports = build()?;
    if json {
        println!("{:#}", Value::from_iter(reports.iter().map(Report::json)));
    } else {
        reports.iter().for_each(Report::print);
    }
    reports.iter().try_for_each(Report::check)
}

/// Builds the parts, puts them together, and puts what users load into target/.
pub fn build() -> Result<Vec<Report>> {
    install_target()?;
    let core = part("scim-connector")?;
    let over_wasi_http = part("scim-connector-over-wasi-http")?;
    let typed = part("scim-connector-typed")?;
    let parts = [
        Part { name: "over-wasi-http", bytes: &over_wasi_http },
        Part { name: "core", bytes: &core },
        Part { name: "typed", bytes: &typed },
    ];
    let narrow = parts.get(..2).unwrap_or_default();
    Ok(vec![
        Report::new(&CORE, &core)?,
        Report::new(&NARROW, &compose(narrow)?)?,
        Report::new(&WHOLE, &compose(&parts)?)?,
    ])
}

/// Builds one part.
fn part(package: &str) -> Result<Vec<u8>> {
    shell::run("cargo", &["build", "--package", package, "--lib", "--target", TARGET, "--profile", "component"])?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    let built = shell::target().join(TARGET).join("component").join(file);
    fs::read(&built).with_context(|| format!("cannot read {}", built.display()))
}

/// Writes a file whose bytes have changed, by way of a rename, so that nobody ever loads half a component.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).ok().as_deref() == Some(bytes) {
        return Ok(());
    }
    let partial = path.with_extension("wasm.partial");
    fs::write(&partial, bytes).with_context(|| format!("cannot write {}", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes sure that the standard library for the component's target is there.
fn install_target() -> Result<()> {
    if shell::output("rustup", &["target", "list", "--installed"])?.lines().any(|line| line.trim() == TARGET) {
        return Ok(());
    }
    shell::run("rustup", &["target", "add", TARGET]).with_context(|| {
        format!("the Rust target {TARGET} is not installed and rustup could not fetch it; the component cannot be built without it")
    })
}

/// The component's own imports; those of the modules and components inside it are no concern of a host.
fn imports(bytes: &[u8]) -> Result<BTreeSet<String>> {
    let mut imports = BTreeSet::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.context("the build's output is no WebAssembly component")? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import?;
                    let kind = match import.ty {
                        ComponentTypeRef::Instance(_) => "",
                        _ => " (no interface)",
                    };
                    imports.insert(format!("{}{kind}", import.name.name));
                }
            }
            _ => {}
        }
    }
    Ok(imports)
}

/// Whether the component may import this.
fn allowed(import: &str, kind: &Kind) -> bool {
    let name = import.split_once('@').map_or(import, |(name, _)| name);
    let mut entries = ALLOWED_IMPORTS.iter().map(|(entry, _)| entry).chain(kind.also);
    entries.any(|entry| match entry.strip_suffix('*') {
        Some(package) => name.starts_with(package),
        None => name == *entry,
    })
}

/// Size in bytes after gzip at level 9.
fn gzip_size(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_judged_by_name_without_version() {
        for import in
            ["wasi:http/types@0.2.6", "wasi:io/poll@0.2.0", "wasi:random/random@0.2.6", "scim:connector/types@0.2.0"]
        {
            assert!(allowed(import, &WHOLE), "{import}");
        }
        for import in [
            "wasi:random/insecure-seed@0.2.6",
            "wasi:cli/stdout@0.2.6",
            "wasi:sockets/tcp@0.2.6",
            "wasi:iota/poll",
            "env",
        ] {
            assert!(!allowed(import, &WHOLE), "{import}");
        }
    }

    #[test]
    fn a_report_names_every_problem_at_once() {
        let report = Report {
            path: PathBuf::from("x.wasm"),
            imports: ["wasi:cli/stdin@0.2.6", "wasi:io/error@0.2.6", "wasi:sockets/udp@0.2.6"].map(String::from).into(),
            kind: &WHOLE,
            raw_bytes: WHOLE.max_raw_bytes + 1,
            gzip_bytes: WHOLE.max_gzip_bytes,
        };
        let error = report.check().unwrap_err().to_string();
        for part in ["wasi:cli/stdin@0.2.6", "wasi:sockets/udp@0.2.6", "bytes raw"] {
            assert!(error.contains(part), "{part} is not in {error}");
        }
        assert!(!error.contains("imports `wasi:io/error") && !error.contains("bytes after gzip"), "{error}");
    }

    #[test]
    fn only_the_outermost_imports_count() {
        // A component that imports one instance, around a core module that imports a function.
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        // Component type section: one instance type without members.
        bytes.extend([7, 3, 1, 0x42, 0]);
        // Component import section: "wasi:io/error@0.2.6" as an instance of type 0.
        let name = b"wasi:io/error@0.2.6";
        bytes.extend([10, name.len() as u8 + 5, 1, 0, name.len() as u8]);
        bytes.extend(name);
        bytes.extend([5, 0]);
        // Core module section: a module that imports the memory "inner" "memory".
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([2, 17, 1, 5]);
        module.extend(b"inner");
        module.push(6);
        module.extend(b"memory");
        module.extend([2, 0, 0]);
        bytes.extend([1, module.len() as u8]);
        bytes.extend(module);
        assert_eq!(imports(&bytes).unwrap(), BTreeSet::from(["wasi:io/error@0.2.6".to_string()]));
    }
}
