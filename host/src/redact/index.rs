//! Finds secrets in text, in one pass over it: a text that holds none is known for it after a look at each of its bytes, however
//! many secrets there are. Small and capital letters of ASCII are one.
//!
//! Of whole forms the first bytes are known; of what can be found in parts, every [`PART`] bytes, exactly. A filter of bits
//! stands before both.

use super::forms::{self, Depth};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;
use zeroize::{Zeroize as _, Zeroizing};

/// Shorter whole forms are not searched for: they would blank out ordinary words.
pub(super) const SHORTEST: usize = 4;

/// Shorter parts of a secret are not searched for.
pub(super) const PART: usize = 8;

/// A part of an encoding that stands for fewer bytes of the secret is none.
const FEWEST: usize = 4;

/// The longest of HTML's names for characters that are looked for, `&quot;`.
const LONGEST_ENTITY: usize = 6;

/// How long what is found must be, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) whole: usize,
    pub(super) part: usize,
}

/// What is part of many texts, and so is no secret's part.
const ORDINARY: [&str; 64] = [
    "password",
    "passwords",
    "passphrase",
    "passwort",
    "username",
    "displayname",
    "givenname",
    "familyname",
    "externalid",
    "authorization",
    "authentication",
    "application/scim+json",
    "application/json",
    "administrator",
    "credentials",
    "client_secret",
    "client-secret",
    "clientsecret",
    "access_token",
    "access-token",
    "accesstoken",
    "refresh_token",
    "refresh-token",
    "refreshtoken",
    "private_key",
    "private-key",
    "privatekey",
    "private key-----",
    "certificate-----",
    "https://www.",
    "http://localhost",
    "http://127.0.0.1",
    "localhost",
    "example.com",
    "example.org",
    "provider",
    "connector",
    "production",
    "development",
    "department",
    "engineering",
    "organization",
    "organisation",
    "international",
    "corporate",
    "management",
    "enterprise",
    "identity",
    "directory",
    "provisioning",
    "standard",
    "security",
    "services",
    "customer",
    "accounts",
    "1234567890",
    "00000000",
    "september",
    "november",
    "december",
    "wednesday",
    "redacted",
    "template",
    "response",
];

/// The parts of those.
static ORDINARY_PARTS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut all: Vec<u64> = ORDINARY.iter().flat_map(|word| windows(word.as_bytes())).collect();
    all.sort_unstable();
    all
});

/// The forms of one secret, in small letters.
pub(super) struct Forms {
    secret: String,
    whole: Vec<String>,
    parts: Vec<u64>,
}

impl Forms {
    pub(super) fn of(secret: &str, depth: Depth) -> Self {
        Self::made(secret, forms::whole(secret), forms::parts(forms::ends(secret), depth))
    }

    /// Of a text that is found as a whole only, since a part of it is public.
    pub(super) fn whole(secret: &str) -> Self {
        Self::made(secret, forms::whole(secret), std::iter::empty())
    }

    fn made(secret: &str, mut whole: Vec<String>, parts: impl Iterator<Item = String>) -> Self {
        whole.iter_mut().for_each(|form| form.make_ascii_lowercase());
        whole.retain(|form| form.len() >= SHORTEST);
        whole.sort_unstable();
        whole.dedup();
        let mut windows = Vec::new();
        for part in parts.map(Zeroizing::new) {
            windows.extend(self::windows(part.as_bytes()));
        }
        windows.sort_unstable();
        windows.dedup();
        windows.retain(|window| ORDINARY_PARTS.binary_search(window).is_err());
        Self { secret: secret.to_owned(), whole, parts: windows }
    }

    pub(super) fn is_of(&self, secret: &str) -> bool {
        self.secret == secret
    }
}

/// Known by the secret that they are of.
impl PartialEq for Forms {
    fn eq(&self, other: &Self) -> bool {
        self.secret == other.secret
    }
}

impl Eq for Forms {}

impl Hash for Forms {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.secret.hash(state);
    }
}

impl Borrow<str> for Forms {
    fn borrow(&self) -> &str {
        &self.secret
    }
}

impl Drop for Forms {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.whole.iter_mut().for_each(|form| form.zeroize());
        self.parts.zeroize();
    }
}

/// The forms of several secrets, ready to be looked for.
#[derive(Default)]
pub(super) struct Index {
    whole: Vec<String>,
    /// The whole forms that begin with these bytes.
    eights: HashMap<u64, Vec<usize>>,
    /// Of those that are shorter than [`PART`].
    fours: HashMap<u32, Vec<usize>>,
    /// All parts, in order.
    parts: Vec<u64>,
    first: Filter,
    short: Filter,
}

impl Index {
    pub(super) fn of<'a>(secrets: impl Iterator<Item = &'a Forms> + Clone) -> Self {
        let mut index = Self::default();
        for form in secrets.clone().flat_map(|forms| &forms.whole) {
            let (bytes, number) = (form.as_bytes(), index.whole.len());
            match (bytes.first_chunk(), bytes.first_chunk()) {
                (Some(eight), _) => index.eights.entry(u64::from_le_bytes(*eight)).or_default().push(number),
                (None, Some(four)) => index.fours.entry(u32::from_le_bytes(*four)).or_default().push(number),
                (None, None) => continue,
            }
            index.whole.push(form.clone());
        }
        index.parts = secrets.flat_map(|forms| forms.parts.iter().copied()).collect();
        index.parts.sort_unstable();
        index.parts.dedup();
        index.first = Filter::of(index.eights.keys().chain(&index.parts).copied());
        index.short = Filter::of(index.fours.keys().copied().map(u64::from));
        index
    }

    /// The text without these secrets; none where it holds none. `mark` stands in their place.
    pub(super) fn replaced(&self, text: &str, bounds: Bounds, mark: &str) -> Option<String> {
        let found = self.found(text, bounds);
        if found.is_empty() {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let mut copied = 0;
        for (from, to) in found {
            shown.push_str(text.get(copied..from).unwrap_or_default());
            shown.push_str(mark);
            copied = to;
        }
        shown.push_str(text.get(copied..).unwrap_or_default());
        Some(shown)
    }

    /// Where secrets stand in a text, in order; what overlaps is one.
    fn found(&self, text: &str, bounds: Bounds) -> Vec<(usize, usize)> {
        let bytes = text.as_bytes();
        let mut found: Vec<(usize, usize)> = Vec::new();
        // A run of parts, each a byte after the one before.
        let mut run: Option<(usize, usize)> = None;
        let mut window = 0u64;
        if self.whole.is_empty() {
            return found;
        }
        let has_short = !self.fours.is_empty();
        for (index, byte) in bytes.iter().enumerate() {
            window = window >> 8 | u64::from(byte.to_ascii_lowercase()) << 56;
            let end = index + 1;
            if has_short
                && end >= SHORTEST
                && self.short.may_have(window >> 32)
                && let Some(forms) = u32::try_from(window >> 32).ok().and_then(|four| self.fours.get(&four))
            {
                self.wholes(forms, bytes, end - SHORTEST, bounds, &mut found);
            }
            if end < PART || !self.first.may_have(window) {
                continue;
            }
            let from = end - PART;
            if let Some(forms) = self.eights.get(&window) {
                self.wholes(forms, bytes, from, bounds, &mut found);
            }
            if self.parts.binary_search(&window).is_ok() {
                run = match run {
                    Some((begin, last)) if last + 1 == end => Some((begin, end)),
                    before => {
                        found.extend(before.filter(|(from, to)| to - from >= bounds.part));
                        Some((from, end))
                    }
                };
            }
        }
        found.extend(run.filter(|(from, to)| to - from >= bounds.part));
        merged(text, found)
    }

    fn wholes(&self, forms: &[usize], bytes: &[u8], from: usize, bounds: Bounds, found: &mut Vec<(usize, usize)>) {
        let rest = bytes.get(from..).unwrap_or_default();
        // Whoever takes `password` for a password has it blanked out in messages, not in data.
        let counts = |form: &&String| {
            form.len() >= bounds.whole && (bounds.whole == SHORTEST || !ORDINARY.contains(&form.as_str()))
        };
        for form in forms.iter().filter_map(|number| self.whole.get(*number)).filter(counts) {
            if rest.get(..form.len()).is_some_and(|here| here.eq_ignore_ascii_case(form.as_bytes())) {
                found.push((from, from + form.len()));
            }
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.whole.iter_mut().for_each(|form| form.zeroize());
        self.parts.zeroize();
    }
}

/// Ranges in order, at the borders of characters, those that overlap as one.
fn merged(text: &str, mut found: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    found.sort_unstable();
    let mut all: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (mut from, mut to) in found {
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        while !text.is_char_boundary(to) {
            to += 1;
        }
        match all.last_mut() {
            Some((_, last)) if from < *last => *last = to.max(*last),
            _ => all.push((from, to)),
        }
    }
    all
}

/// Every [`PART`] bytes that follow each other in a text, in small letters, unless they stand for hardly anything: `or&quot;` is
/// in many texts.
fn windows(text: &[u8]) -> impl Iterator<Item = u64> {
    let numbers = numbers(text);
    text.windows(PART).enumerate().filter_map(move |(from, window)| {
        let number = |at: usize| numbers.get(at).copied();
        let (first, last) = (number(from)?, number(from + PART - 1)?);
        // What is cut in two says nothing.
        let cut_before = usize::from(from.checked_sub(1).and_then(number) == Some(first));
        let cut_after = usize::from(number(from + PART) == Some(last));
        if (last + 1).saturating_sub(first + cut_before + cut_after) < FEWEST {
            return None;
        }
        let eight: [u8; PART] = window.try_into().ok()?;
        Some(u64::from_le_bytes(eight.map(|byte| byte.to_ascii_lowercase())))
    })
}

/// For each byte of an encoded text, the number of the one that it stands for.
fn numbers(text: &[u8]) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut number = 0;
    while let Some(first) = rest.first() {
        let length = match first {
            b'%' if rest.len() >= 3 => 3,
            b'\\' if rest.get(1) == Some(&b'u') && rest.len() >= 6 => 6,
            b'\\' if rest.len() >= 2 => 2,
            b'&' => rest.iter().take(LONGEST_ENTITY).position(|byte| *byte == b';').map_or(1, |end| end + 1),
            _ => 1,
        };
        numbers.extend(std::iter::repeat_n(number, length));
        number += 1;
        rest = rest.get(length..).unwrap_or_default();
    }
    numbers
}

/// A set of numbers that may say yes to one that is not in it, and is quick to say no.
#[derive(Default)]
struct Filter {
    words: Vec<u64>,
    /// How far a hash is shifted to be a bit's number.
    shift: u32,
}

impl Filter {
    /// Bits for each number in it: so few hits are wrong that they cost nothing.
    const SPARSE: usize = 64;

    fn of(numbers: impl Iterator<Item = u64> + Clone) -> Self {
        let count = numbers.clone().count();
        if count == 0 {
            return Self::default();
        }
        let bits = (count * Self::SPARSE).next_power_of_two().max(4096);
        let mut filter = Self { words: vec![0; bits / 64], shift: 64 - bits.ilog2() };
        for number in numbers {
            let (word, bit) = filter.place(number);
            if let Some(word) = filter.words.get_mut(word) {
                *word |= bit;
            }
        }
        filter
    }

    fn may_have(&self, number: u64) -> bool {
        let (word, bit) = self.place(number);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The upper bits of a multiplicative hash.
    fn place(&self, number: u64) -> (usize, u64) {
        let bit = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        (usize::try_from(bit >> 6).unwrap_or(usize::MAX), 1 << (bit & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Bounds = Bounds { whole: SHORTEST, part: PART };

    fn index(secrets: &[&str]) -> Index {
        let forms: Vec<Forms> = secrets.iter().map(|secret| Forms::of(secret, Depth::Lasting)).collect();
        Index::of(forms.iter())
    }

    fn shown(secrets: &[&str], text: &str) -> String {
        index(secrets).replaced(text, ALL, "#").unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn parts_of_eight_bytes_are_found_and_shorter_ones_are_not() {
        let secret = "Zander-Kessel-4711-Rü";
        assert_eq!(shown(&[secret], "a ZANDER-K b zander- c kessel-4711 d"), "a # b zander- c # d");
        assert_eq!(shown(&[secret], "4711-Rü, 711-Rü."), "#, 711-Rü.");
        assert_eq!(shown(&[secret], secret), "#");
        // Part of it stands twice, over each other.
        assert_eq!(shown(&["abcabcabcabc"], "x abcabcabcabcabc y"), "x # y");
        // Two, one after the other.
        assert_eq!(shown(&["Zander-Kessel", "Forelle-Blau"], "Zander-KesselForelle-Blau"), "##");
    }

    #[test]
    fn short_secrets_are_found_whole() {
        assert_eq!(shown(&["Kiwi7"], "a kiwi7 b kiwi c S2l3aTc= d"), "a # b kiwi c # d");
        assert_eq!(shown(&["abc"], "abc"), "abc");
        assert_eq!(shown(&[], "anything"), "anything");
    }

    #[test]
    fn ordinary_words_in_a_secret_stay_ordinary() {
        let secrets = ["my-password-1x", "https://hooks.example.com/T0PQ/abcd", "service@corp.example.com"];
        let text = "the password of a user at https://hooks.example.com and corp.example.com";
        assert_eq!(shown(&secrets, text), text);
        assert_eq!(shown(&secrets, "MY-PASSWORD-1X"), "#");
        assert_eq!(shown(&secrets, "at /T0PQ/abcd now"), "at # now");
    }

    #[test]
    fn parts_of_an_encoding_that_say_hardly_anything_stay() {
        let secrets = ["Moor\"frosch/12-Grün"];
        for text in ["Server Error&quot;, &quot;from", "Door&quot;", "%2fA12", r"gr\u00fc.", "r%C3%BC"] {
            assert_eq!(shown(&secrets, text), text);
        }
        for text in ["Moor&quot;frosch", "oor%22frosch%2F1", "2-Gr%C3%BCn", r"h\/12-gr\u00fcn"] {
            assert_ne!(shown(&secrets, text), text, "{text}");
        }
    }

    #[test]
    fn bounds_hold() {
        let index = index(&["Zander-Kessel", "Kiwi7"]);
        let results = Bounds { whole: 12, part: 12 };
        assert_eq!(index.replaced("Zander-Kess, Kiwi7", results, "#"), None);
        assert_eq!(index.replaced("xZander-Kesse, Kiwi7", results, "#").as_deref(), Some("x#, Kiwi7"));
        let records = Bounds { whole: 8, part: PART };
        let ordinary = super::Index::of([Forms::of("Administrator", Depth::Lasting)].iter());
        assert_eq!(ordinary.replaced("the administrator", records, "#"), None);
        assert_eq!(ordinary.replaced("the administrator", ALL, "#").as_deref(), Some("the #"));
    }

    #[test]
    fn text_without_a_secret_is_known_for_it_in_one_pass() {
        let long = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(50);
        let index = index(&[&long, "Zander-Kessel"]);
        let text = "Lorem ipsum dolor sit amet, consetetur sadipscing elitr. ".repeat(20_000);
        let began = std::time::Instant::now();
        assert_eq!(index.replaced(&text, ALL, "#"), None);
        // A megabyte. A look at each secret for each byte takes minutes.
        assert!(began.elapsed() < std::time::Duration::from_secs(40), "{:?}", began.elapsed());
    }
}
