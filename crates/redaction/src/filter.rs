//! What a filter compares with secret attributes (RFC 7644 section 3.4.2.2): `apiToken eq "…"`, alone, in a path, in a URL.

use crate::names::REDACTED;

/// A filter's operators that compare with a value.
const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

/// A filter, or a path with one, without the values that attributes are compared with which `is_secret` says are; none where
/// there are none.
#[must_use]
pub fn without_literals(text: &str, is_secret: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    each_literal(text, is_secret, &mut |at, word| {
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push_str(if word.starts_with('"') { "\"[redacted]\"" } else { REDACTED });
        copied = at + word.len();
    });
    if copied == 0 {
        return None;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// Tells the values that [`without_literals`] takes out.
pub fn literals(text: &str, is_secret: &dyn Fn(&str) -> bool, tell: &mut dyn FnMut(&str)) {
    each_literal(text, is_secret, &mut |_, word| match serde_json::from_str::<String>(word) {
        Ok(plain) => tell(&plain),
        Err(_) => tell(word.trim_matches('"')),
    });
}

/// Tells where such values stand, as they are written.
fn each_literal<'a>(text: &'a str, is_secret: &dyn Fn(&str) -> bool, tell: &mut dyn FnMut(usize, &'a str)) {
    let mut at = 0;
    let (mut attribute, mut compared) = ("", false);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = token(rest);
        let word = rest.get(..length).unwrap_or_default();
        if compared && !word.trim().is_empty() && !matches!(word, "(" | ")" | "[" | "]") {
            if !matches!(word, "true" | "false" | "null") && crate::names::any_attribute(attribute, is_secret) {
                tell(at, word);
            }
            (attribute, compared) = ("", false);
        } else if OPERATORS.iter().any(|operator| word.eq_ignore_ascii_case(operator)) && !attribute.is_empty() {
            compared = true;
        } else if !word.trim().is_empty() {
            attribute = word;
        }
        at += length;
    }
}

/// How long the first token is: blanks, a text in quotes, a bracket, or a word.
fn token(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    let ends = |is_inside: fn(char) -> bool| text.find(|c| !is_inside(c)).unwrap_or(text.len());
    match first {
        '"' => {
            let mut escaped = false;
            let end = text.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            end.map_or(text.len(), |(end, _)| end + 1)
        }
        '(' | ')' | '[' | ']' => 1,
        c if c.is_whitespace() => ends(char::is_whitespace),
        _ => ends(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '[' | ']' | '"')),
    }
}

/// Tells the values that [`without_query_literals`] takes out, decoded.
pub fn query_literals(
    url: &str,
    is_secret: &dyn Fn(&str) -> bool,
    decode: &dyn Fn(&str) -> String,
    tell: &mut dyn FnMut(&str),
) {
    let query = url.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or_default());
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let name = decode(name);
        if is_secret(&name) {
            tell(&decode(value));
        } else if name.eq_ignore_ascii_case("filter") {
            literals(&decode(value), is_secret, tell);
        }
    }
}

/// A URL without the values of query parameters whose name is secret, and of those that a `filter` compares with secret
/// attributes; none where there are none. Whoever decodes a parameter and encodes it again is passed in.
#[must_use]
pub fn without_query_literals(
    url: &str,
    is_secret: &dyn Fn(&str) -> bool,
    decode: &dyn Fn(&str) -> String,
    encode: &dyn Fn(&str) -> String,
) -> Option<String> {
    let (before, query) = url.split_once('?')?;
    let (query, fragment) = query.split_once('#').map_or((query, None), |(query, fragment)| (query, Some(fragment)));
    let mut changed = false;
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| {
            let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
            let plain = decode(name);
            let value = if is_secret(&plain) && !value.is_empty() {
                REDACTED.to_owned()
            } else if plain.eq_ignore_ascii_case("filter") {
                match without_literals(&decode(value), is_secret) {
                    Some(filter) => encode(&filter),
                    None => return pair.to_owned(),
                }
            } else {
                return pair.to_owned();
            };
            changed = true;
            format!("{name}={value}")
        })
        .collect();
    let fragment = fragment.map_or_else(String::new, |fragment| format!("#{fragment}"));
    changed.then(|| format!("{before}?{}{fragment}", pairs.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::is_secret_name;

    #[test]
    fn what_is_compared_with_a_secret_attribute_is_taken_out() {
        let rows = [
            (r#"apiToken eq "a \"b\" (c)""#, Some(r#"apiToken eq "[redacted]""#)),
            (
                r#"userName eq "ada" and (password Co "x" or pin eq 4711)"#,
                Some(r#"userName eq "ada" and (password Co "[redacted]" or pin eq [redacted])"#),
            ),
            (
                r#"accounts[token eq "x" and type eq "y"].value"#,
                Some(r#"accounts[token eq "[redacted]" and type eq "y"].value"#),
            ),
            (
                r#"urn:example:acme:2.0:User:secretAnswer sw "blue"#,
                Some(r#"urn:example:acme:2.0:User:secretAnswer sw "[redacted]""#),
            ),
            (r#"apiToken pr and userName eq "password eq \"x\"""#, None),
            ("password eq null", None),
            ("userName", None),
            ("", None),
        ];
        for (filter, expected) in rows {
            assert_eq!(without_literals(filter, &is_secret_name).as_deref(), expected, "{filter}");
        }
    }

    #[test]
    fn a_query_is_looked_through() {
        let decode = |text: &str| text.replace("%20", " ").replace("%22", "\"");
        let encode = |text: &str| text.replace(' ', "%20").replace('"', "%22");
        let shown = |url: &str| without_query_literals(url, &is_secret_name, &decode, &encode);
        assert_eq!(
            shown("https://example.com/Users?filter=pin%20eq%20%221%22&api_key=x&count=1#a").as_deref(),
            Some("https://example.com/Users?filter=pin%20eq%20%22[redacted]%22&api_key=[redacted]&count=1#a")
        );
        let mut told = Vec::new();
        let url = "https://example.com/Users?filter=pin%20eq%20%221%22%20or%20otp%20eq%202&api_key=x&count=1#a";
        query_literals(url, &is_secret_name, &decode, &mut |literal| told.push(literal.to_owned()));
        assert_eq!(told, ["1", "2", "x"]);
        assert_eq!(shown("https://example.com/token?filter=userName%20eq%20%22a%22&token=&x"), None);
    }
}
