//! How messages name things: where something stands in a caller's JSON, and the name that was probably meant. Knows nothing of ours.

/// A JSON pointer one step deeper (RFC 6901 section 3).
pub fn deeper(pointer: &str, step: impl AsRef<str>) -> String {
    format!("{pointer}/{}", step.as_ref().replace('~', "~0").replace('/', "~1"))
}

/// A pointer as a person reads it: `auth.tokenUrl` rather than `/auth/tokenUrl`.
pub fn place(pointer: &str) -> String {
    match pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~") {
        text if text.is_empty() => "the value".into(),
        text => text,
    }
}

/// `; did you mean …?` for the nearest name, or nothing.
pub fn suggestion(text: &str, names: &[&str]) -> String {
    let lower = text.to_lowercase();
    let nearest = names.iter().map(|name| (distance(&lower, &name.to_lowercase()), *name)).min();
    match nearest {
        Some((distance, name)) if distance <= 1 + text.chars().count() / 4 => format!("; did you mean {name:?}?"),
        _ => String::new(),
    }
}

/// Levenshtein distance, capped by the length of what callers type.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, one) in left.chars().take(64).enumerate() {
        let mut next = vec![index + 1];
        for ((other, diagonal), above) in right.iter().zip(&row).zip(row.iter().skip(1)) {
            let beside = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(one != *other)).min(above + 1).min(beside + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
