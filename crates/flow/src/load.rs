//! From a file to a flow that runs: reads it, the flows beside it that it may run, and checks it.

use super::check::{Allow, Surroundings, check};
use super::document::{Document, LONGEST, Problem, folder_of};
use super::file::Flow;
use scim_connector_host::bounded;
use scim_connector_host::catalog::Catalog;
use scim_connector_host::config::Config;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::visible;
use std::path::Path;
use std::sync::Arc;

/// What is wrong with a file.
#[derive(Debug)]
pub struct InvalidFlow {
    /// The text the problems are in.
    pub document: Option<Document>,
    /// The file's text.
    pub text: String,
    /// The file.
    pub path: std::path::PathBuf,
    /// The problems.
    pub problems: Vec<Problem>,
}

impl InvalidFlow {
    /// All problems, each with its place in the text; or each as JSON on a line.
    #[must_use]
    pub fn shown(&self, json: bool) -> String {
        if json {
            return self
                .problems
                .iter()
                .map(|problem| format!("{}\n", visible::json(&problem.to_json(&self.path).to_string())))
                .collect();
        }
        Problem::show_all(&self.problems, &self.path, &self.text)
    }
}

/// A flow and those it may run.
pub struct Loaded {
    /// The flow.
    pub flow: Arc<Flow>,
    /// Those in the same folder, itself too.
    pub library: Vec<Arc<Flow>>,
}

/// Reads and checks a flow.
///
/// # Errors
/// [`Error::Usage`] for a file that cannot be read; what is wrong with it inside.
pub fn file(path: &Path, catalog: &Catalog, config: &Config, allow: Allow) -> Result<Result<Loaded, InvalidFlow>> {
    let text = read(path)?;
    let document = match Document::parse(&text, path) {
        Ok(document) => document,
        Err(problem) => {
            return Ok(Err(InvalidFlow { document: None, text, path: path.to_path_buf(), problems: vec![problem] }));
        }
    };
    let siblings = siblings(path);
    let around = surroundings(catalog, config, allow, &siblings);
    let wrong = |document: Document, problems| {
        Err(InvalidFlow { text: document.text.clone(), path: path.to_path_buf(), document: Some(document), problems })
    };
    let problems = check(&document, &around);
    if !problems.is_empty() {
        return Ok(wrong(document, problems));
    }
    let flow = match Flow::compile(document.clone()) {
        Ok(flow) => Arc::new(flow),
        Err(problem) => return Ok(wrong(document, vec![problem])),
    };
    let others = siblings.into_iter().filter(|other| check(other, &around).is_empty());
    let mut library: Vec<Arc<Flow>> = others.filter_map(|other| Flow::compile(other).ok().map(Arc::new)).collect();
    library.push(flow.clone());
    Ok(Ok(Loaded { flow, library }))
}

/// What a flow may refer to.
#[must_use]
pub fn surroundings<'a, 'b>(
    catalog: &'a Catalog,
    config: &Config,
    allow: Allow,
    others: impl IntoIterator<Item = &'b Document>,
) -> Surroundings<'a> {
    let name = |document: &Document, member: &str| {
        let value = document.value.get("document").and_then(|header| header.get(member));
        value.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    Surroundings {
        catalog,
        connections: config.names().map(str::to_owned).collect(),
        default_connection: config.connection(None).ok().map(|(name, _)| name),
        secrets: config.secret_names().map(str::to_owned).collect(),
        flows: others
            .into_iter()
            .map(|one| (name(one, "namespace"), name(one, "name"), name(one, "version")))
            .collect(),
        allow,
    }
}

/// The text of a flow's file.
///
/// # Errors
/// [`Error::Usage`] where it cannot be read.
pub fn read(path: &Path) -> Result<String> {
    bounded::text(path, LONGEST as u64)
        .map_err(|error| Error::Usage(format!("{} cannot be read: {error}", path.display())))
}

/// The other flows in the folder of a file, those that can be read.
fn siblings(path: &Path) -> Vec<Document> {
    let folder = folder_of(path);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    // A pipe that is called as flows are would be waited for.
    let flows =
        files.into_iter().filter(|file| file.file_name() != path.file_name() && is_flow(file) && file.is_file());
    flows.filter_map(|file| Document::parse(&read(&file).ok()?, &file).ok()).collect()
}

/// Whether a file is called as flows are.
#[must_use]
pub fn is_flow(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let hidden = path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'));
    !hidden && matches!(ending, Some("yaml" | "yml" | "json"))
}
