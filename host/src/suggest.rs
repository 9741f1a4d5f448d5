//! "Did you mean": the one place that guesses what was meant by a misspelt name.

/// The candidate closest to `word`, where one is close enough to be a likely misspelling.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean "x"?` where something is close, else nothing.
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, candidates).map(|candidate| format!("; did you mean \"{candidate}\"?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_is_recognised_and_a_stranger_is_not() {
        let names = ["createUser", "getUser", "deleteUser"];
        assert_eq!(closest("craeteuser", names), Some("createUser"));
        assert_eq!(closest("getUsr", names), Some("getUser"));
        assert_eq!(closest("frobnicate", names), None);
        assert_eq!(hint("getusers", names), "; did you mean \"getUser\"?");
        assert_eq!(hint("xyz", names), "");
    }
}
