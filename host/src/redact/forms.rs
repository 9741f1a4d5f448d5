//! The forms a secret may be seen in: as it is sent, quoted, encoded, or made of it by an expression.

use crate::visible;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use base64::{Engine as _, alphabet};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use scim_connector_redaction::number_forms;
use serde_json::Value;
use std::fmt::Write as _;

/// A secret's forms are a multiple of it, so no flow is given a longer one. Keys and chains of certificates fit.
pub const LONGEST_SECRET: usize = 64 * 1024;

/// What RFC 3986 section 2.3 leaves as it is.
const URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Shorter pieces from inside of an encoding are not looked for: they would be found in other people's.
const SHORTEST_INSIDE: usize = 6;

/// Longer secrets are keys and tokens, in which nobody changes the case.
const LONGEST_WORD: usize = 256;

/// Longer ones are found by their parts.
const LONGEST_WHOLE: usize = 1024;

/// What is decoded to less is hardly an encoding.
const FEWEST_DECODED: usize = 8;

/// How much is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What comes and goes, an access token or the password of one call: as servers quote it.
    Passing,
    /// What expressions get their hands on, too: parts of it in every encoding.
    Lasting,
}

/// The whole secret in every form, itself first. Their case does not matter.
pub(super) fn whole(secret: &str) -> Vec<String> {
    if secret.len() > LONGEST_WHOLE {
        return vec![secret.to_owned(), base32(secret.as_bytes())];
    }
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = written(secret);
    forms.push(secret.split_whitespace().collect::<Vec<_>>().join(" "));
    for text in [secret, &form, &secret.to_ascii_lowercase(), &secret.to_ascii_uppercase()] {
        forms.extend([STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|engine| engine.encode(text)));
        forms.extend(inside_base64(text).filter(|inside| inside.len() >= SHORTEST_INSIDE));
    }
    forms.push(base32(secret.as_bytes()));
    forms
}

/// Texts whose every part of some length is a part of the secret, or made of one.
pub(super) fn parts<'a>(secrets: impl IntoIterator<Item = &'a str>, depth: Depth) -> impl Iterator<Item = String> {
    secrets.into_iter().flat_map(private_parts).flat_map(move |part| {
        let mut all = written(part);
        if depth == Depth::Passing {
            return all;
        }
        let form: String = url::form_urlencoded::byte_serialize(part.as_bytes()).collect();
        all.extend(inside_base64(part));
        if part.len() <= LONGEST_WHOLE {
            all.extend(inside_base32(part));
        }
        if part.len() <= LONGEST_WORD {
            for text in [form, part.to_ascii_lowercase(), part.to_ascii_uppercase()] {
                all.extend(inside_base64(&text).filter(|_| text != part));
            }
        }
        all
    })
}

/// The secret; of one that is too long for its forms, the beginning and the end.
pub(super) fn ends(secret: &str) -> Vec<&str> {
    if secret.len() <= LONGEST_SECRET {
        return vec![secret];
    }
    let half = LONGEST_SECRET / 2;
    let first = secret.get(..secret.floor_char_boundary(half)).unwrap_or_default();
    let last = secret.get(secret.floor_char_boundary(secret.len() - half)..).unwrap_or_default();
    vec![first, last]
}

/// What a secret is an encoding of, where that is a text: expressions decode, too. Of JSON what stands in it, since its signs
/// are those of any other.
pub(super) fn made_of(secret: &str) -> Vec<String> {
    if secret.len() > LONGEST_SECRET {
        return Vec::new();
    }
    let percent = secret.contains('%').then(|| percent_decode_str(secret).collect::<Vec<u8>>());
    let plus = percent.is_some().then(|| percent_decode_str(&secret.replace('+', " ")).collect::<Vec<u8>>());
    let compact: String = secret.split_whitespace().collect();
    let digits = compact.trim_end_matches('=');
    let lenient = NO_PAD.with_decode_allow_trailing_bits(true);
    let base64 = [alphabet::STANDARD, alphabet::URL_SAFE]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(&alphabet, lenient).decode(digits).ok());
    let mut all = Vec::new();
    for bytes in [percent, plus, base64].into_iter().flatten() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let printable = text.chars().all(|c| !c.is_control() || c.is_whitespace());
        if !printable || text.len() < FEWEST_DECODED || text == secret {
            continue;
        }
        match serde_json::from_str::<Value>(&text) {
            Ok(json @ (Value::Object(_) | Value::Array(_))) => leaves(&json, &mut all),
            _ => all.push(text),
        }
    }
    // Twice encoded.
    let again: Vec<String> = all.iter().flat_map(|text| made_of(text)).collect();
    all.extend(again);
    all.extend(number_forms(secret));
    all.sort_unstable();
    all.dedup();
    all
}

fn leaves(json: &Value, all: &mut Vec<String>) {
    match json {
        Value::String(text) if text.len() >= FEWEST_DECODED => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, all)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, all)),
        _ => {}
    }
}

/// As it is, in URLs and forms, in JSON, in HTML, quoted.
fn written(text: &str) -> Vec<String> {
    let escaped = json(text);
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut forms = vec![
        text.to_owned(),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(text, URI).to_string(),
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        escaped.replace('/', r"\/"),
        in_ascii(&escaped),
        // As outputs mark what would steer a terminal, for a program and for a person.
        visible::json(&escaped).into_owned(),
        visible::line(text).into_owned(),
        in_ascii(&escaped.replace('/', r"\/")),
        escaped,
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#x27;").replace('/', "&#x2F;"),
        html,
        // As JSON that stands in JSON, a word of a shell, a cell of CSV.
        json(&json(text)),
        text.replace('\'', r"'\''"),
        text.replace('"', "\"\""),
    ];
    // Most secrets look the same in most of them.
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// JSON with nothing but ASCII in it, as many write it.
fn in_ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                write!(ascii, "\\u{unit:04x}").ok();
            }
        }
    }
    ascii
}

/// What a text looks like inside of a longer one's base64, wherever it stands there: without the characters that it shares
/// with its neighbours.
fn inside_base64(text: &str) -> impl Iterator<Item = String> {
    let of = |offset: usize, engine: &base64::engine::GeneralPurpose| {
        let encoded = engine.encode([&vec![0; offset], text.as_bytes()].concat());
        inside(&encoded, offset, text.len(), 6)
    };
    let both = (0..3).flat_map(|offset| [of(offset, &STANDARD_NO_PAD), of(offset, &URL_SAFE_NO_PAD)]);
    both.collect::<std::collections::BTreeSet<_>>().into_iter()
}

fn inside_base32(text: &str) -> impl Iterator<Item = String> {
    let of = |offset: usize| inside(&base32(&[&vec![0; offset], text.as_bytes()].concat()), offset, text.len(), 5);
    (0..5).map(of).collect::<Vec<_>>().into_iter()
}

/// The characters of an encoding that hold nothing but bits of `length` bytes after `offset` others.
fn inside(encoded: &str, offset: usize, length: usize, bits: usize) -> String {
    encoded.get((offset * 8).div_ceil(bits)..(offset + length) * 8 / bits).unwrap_or_default().to_owned()
}

/// RFC 4648 section 6, without padding.
fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0u32, 0);
    let letter =
        |five: u32| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".get(five as usize & 31).copied().unwrap_or(b'A'));
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

/// A secret without what says nothing by itself: the armour of PEM (RFC 7468), the beginning of a URL with its host, the
/// domain of a mail address.
fn private_parts(secret: &str) -> Vec<&str> {
    if secret.contains("-----BEGIN ") {
        return secret.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    }
    if let Some((_, rest)) = secret.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        return vec![user, rest];
    }
    let is_domain =
        |text: &&str| text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    match secret.rsplit_once('@') {
        Some((name, domain)) if is_domain(&domain) => vec![name],
        _ => vec![secret],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_secret_is_a_part_of_a_form_however_it_is_encoded() {
        let secret = "Grün/\"Kessel\"<7>&9-Zander";
        let all: Vec<String> = parts([secret], Depth::Lasting).collect();
        let found = |text: &str| all.iter().any(|form| form.contains(text));
        for (from, to) in [(0, 9), (1, 10), (5, 15), (8, 17), (secret.len() - 9, secret.len())] {
            let part = &secret[from..to];
            for text in [part, &part.to_ascii_uppercase(), &part.to_ascii_lowercase()] {
                let inner = STANDARD_NO_PAD.encode(text);
                assert!(found(&inner[..8]), "{text} as {inner}");
            }
            assert!(found(part) && found(&base32(part.as_bytes())[..12]), "{part}");
            assert!(found(&utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()), "{part}");
        }
        for text in [r"Gr\u00fcn\/", "&quot;Kessel&quot;&lt;7&gt;&amp;9", "Gr%C3%BCn%2F", r#"\"Kessel\"<7>"#] {
            assert!(found(text), "{text}");
        }
        assert_eq!(base32(b"ada@example.com"), "MFSGCQDFPBQW24DMMUXGG33N");
        assert_eq!(base32("ä".as_bytes()), "YOSA");
    }

    #[test]
    fn what_a_secret_is_an_encoding_of_is_known() {
        let rows: [(&str, &[&str]); 9] = [
            ("WmFuZGVyLUtlc3NlbC00NzEx", &["Zander-Kessel-4711"]),
            ("WmFuZGVyLUtlc3NlbC00NzEx\n", &["Zander-Kessel-4711"]),
            ("R3LDvG4_R3LDvG4-YWJj", &["Grün?Grün>abc"]),
            ("Zander%2DKessel+4711", &["Zander-Kessel 4711", "Zander-Kessel+4711"]),
            ("V21GdVpHVnlMVXRsYzNObGJDMDBOekV4", &["WmFuZGVyLUtlc3NlbC00NzEx", "Zander-Kessel-4711"]),
            ("eyJhIjogIlphbmRlci1LZXNzZWwifQ==", &["Zander-Kessel"]),
            ("Zander-Kessel-4711", &[]),
            ("AAECAwQFBgcICQoLDA0ODw==", &[]),
            ("48213.0", &["4.8213e+4", "4.8213e4", "48213"]),
        ];
        for (secret, expected) in rows {
            assert_eq!(made_of(secret), expected, "{secret}");
        }
    }

    #[test]
    fn what_is_public_in_a_secret_is_no_part_of_it() {
        let rows: [(&str, &[&str]); 6] = [
            ("https://ada:swordfish@hooks.example.com/T0/abc", &["ada:swordfish", "/T0/abc"]),
            ("https://hooks.example.com?key=abc", &["", "?key=abc"]),
            ("service@example.com", &["service"]),
            ("p@ss.w/rd", &["p@ss.w/rd"]),
            ("-----BEGIN PRIVATE KEY-----\nMIIE\nabc=\n-----END PRIVATE KEY-----\n", &["MIIE", "abc="]),
            ("plain", &["plain"]),
        ];
        for (secret, expected) in rows {
            assert_eq!(private_parts(secret), expected, "{secret}");
        }
    }
}
