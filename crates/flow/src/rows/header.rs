//! Names of columns: each has one, and no two the same.

/// Whether a header can be one.
pub fn check(names: &[String], delimiter: Option<char>, line: u64) -> Result<(), String> {
    if let ([only], None) = (names, delimiter)
        && let Some(other) = [';', '\t', '|'].into_iter().find(|other| only.contains(*other))
    {
        let other = if other == '\t' { "tab".to_owned() } else { other.to_string() };
        return Err(format!(
            "line {line}: there is one column, \"{only}\"; write `delimiter: \"{other}\"` if that parts them"
        ));
    }
    wrong_names(names).map_or(Ok(()), |wrong| Err(format!("line {line}: {wrong}")))
}

/// What is wrong with names of columns.
pub fn wrong_names(names: &[String]) -> Option<String> {
    names.iter().enumerate().find_map(|(index, name)| {
        if name.is_empty() {
            return Some(format!("column {} has no name", index + 1));
        }
        names.iter().take(index).any(|other| other == name).then(|| format!("two columns are called \"{name}\""))
    })
}
