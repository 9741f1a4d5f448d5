//! The names of secrets: of members, of attributes, of header fields.

use serde_json::{Value, json};

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// Names that end like this are secret, with or without a word's boundary before it: `apiToken`, `USERPASSWORD`. All in lower
/// case, without what stands between words.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "signingkey",
    "encryptionkey",
    "sharedkey",
    "masterkey",
    "bootstrapkey",
    "sshkey",
    "credential",
    "authorization",
    "assertion",
    "cookie",
    "secretanswer",
    "securityanswer",
    "recoveryanswer",
    "challengeanswer",
    "recoverycode",
    "backupcode",
    "verificationcode",
    "securitycode",
    "accesscode",
    "otpseed",
    "mfaseed",
    "seedphrase",
    "mnemonic",
    "fdovoucher",
    "connectionstring",
    "questionanswer",
    "keymaterial",
    "otpauth",
    "otpauthurl",
    "otpauthuri",
    "otpurl",
    "otpuri",
    "sessionid",
];

/// Names whose last word this is: words too short to be looked for inside of others (`userPin`, not `shipping`).
const WORDS: &[&str] = &[
    "pin", "puk", "pwd", "pw", "pass", "auth", "bearer", "otp", "totp", "hotp", "jwt", "psk", "cvv", "cvc", "irk",
    "pincode",
];

/// What may follow and changes nothing: `passwordConfirmation`, `token_value`, `newPassword2`.
const QUALIFIERS: &[&str] = &[
    "confirmation",
    "confirmed",
    "confirm",
    "repeated",
    "repeat",
    "again",
    "current",
    "previous",
    "value",
    "plaintext",
    "plain",
    "cleartext",
    "clear",
    "text",
    "hash",
    "code",
    "new",
    "old",
    // `base64`, without its digits.
    "base",
    "encoded",
    "hex",
    "pem",
    "field",
    "number",
    "s",
];

/// Words after which somebody is named whose secret it is: `passwordOfUser`.
const JOINTS: &[&str] = &["of", "for"];

/// Whole names that end like a secret and are none: a capability of providers (RFC 7643 section 5).
const EXCEPTIONS: &[&str] = &["changepassword"];

/// Header fields that carry credentials (RFC 9110 section 11, RFC 6265).
const HEADERS: &[&str] = &["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

/// Words, between the hyphens of a header field's name, that say the same of others.
const HEADER_WORDS: &[&str] = &["token", "secret", "key", "auth", "password"];

/// As much of a name as is looked at: its end says what it is.
const LONGEST: usize = 64;

/// Whether what stands under this name, of a member or an attribute, is secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    !is_plain(name) && (may_be_secret(name) || may_have_joint(name)) && is_secret_looked_at(name)
}

/// The same, looked at closely.
fn is_secret_looked_at(name: &str) -> bool {
    let words = Words::of(name);
    if EXCEPTIONS.iter().any(|exception| words.letters() == exception.as_bytes()) {
        return false;
    }
    let joints = (1..words.length).filter(|at| words.is_joint(*at));
    joints.chain([words.length]).any(|end| is_secret_end(&words, end))
}

/// Whether what ends here is the name of a secret.
fn is_secret_end(words: &Words, mut end: usize) -> bool {
    loop {
        end = words.without_digits(end);
        let rest = words.letters.get(..end).unwrap_or_default();
        if ENDINGS.iter().any(|ending| rest.ends_with(ending.as_bytes())) {
            return true;
        }
        if WORDS.iter().any(|word| rest.ends_with(word.as_bytes()) && words.begins_at(end - word.len())) {
            return true;
        }
        match QUALIFIERS.iter().find(|qualifier| rest.ends_with(qualifier.as_bytes())) {
            Some(qualifier) => end -= qualifier.len(),
            None => return false,
        }
    }
}

/// For each letter, the letters that may stand before it at the end of a secret name, a bit each. Every member of every value is
/// asked about, and most names are none for their last two letters.
#[allow(clippy::indexing_slicing, reason = "while compiling")]
static TAILS: [u32; 26] = {
    let mut tails = [0; 26];
    let lists = [ENDINGS, WORDS, QUALIFIERS];
    let mut list = 0;
    while list < lists.len() {
        let mut word = 0;
        while word < lists[list].len() {
            let letters = lists[list][word].as_bytes();
            // One letter alone may stand after any.
            tails[place(letters[letters.len() - 1])] |=
                if letters.len() > 1 { 1 << place(letters[letters.len() - 2]) } else { u32::MAX };
            word += 1;
        }
        list += 1;
    }
    tails
};

const fn place(letter: u8) -> usize {
    (letter | 0x20).wrapping_sub(b'a') as usize
}

/// Says of names, by one comparison with all of them, whether a name is among them.
macro_rules! known {
    ($($name:literal)*) => {
        fn is_known(name: &str) -> bool {
            matches!(name, $($name)|*)
        }

        #[cfg(test)]
        const KNOWN: &[&str] = &[$($name),*];
    };
}

// Names of the standard (RFC 7643 sections 3, 4 and 8.7) that would have to be looked at closely, and are none of a secret. Payloads
// consist of them.
known! {
    "value"
    "schemas"
    "externalId"
    "formatted"
    "emails"
    "phoneNumbers"
    "addresses"
    "streetAddress"
    "postalCode"
    "groups"
    "roles"
    "members"
    "entitlements"
    "photos"
    "ims"
    "x509Certificates"
    "created"
    "lastModified"
    "$ref"
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
}

/// Whether a name consists of letters, and can neither end like a secret nor have a joint: nearly all do, and are seen in one pass.
fn is_plain(name: &str) -> bool {
    if is_known(name) {
        return true;
    }
    let (mut before, mut tail) = (0, 0);
    for byte in name.bytes() {
        let letter = byte | 0x20;
        if !letter.is_ascii_lowercase() || matches!((before, letter), (b'o', b'f') | (b'f', b'o')) {
            return false;
        }
        tail = if before == 0 { 0 } else { 1 << place(before) };
        before = letter;
    }
    TAILS.get(place(before)).is_some_and(|tails| tails & tail == 0 && *tails != u32::MAX)
}

fn may_be_secret(name: &str) -> bool {
    let mut letters = name.bytes().rev().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    let Some(last) = letters.find(|byte| !byte.is_ascii_digit()) else { return false };
    let Some(tail) = TAILS.get(place(last)) else { return false };
    match letters.next() {
        Some(before) if before.is_ascii_alphabetic() => tail >> place(before) & 1 == 1,
        _ => *tail == u32::MAX,
    }
}

/// Whether a joint may stand in a name.
fn may_have_joint(name: &str) -> bool {
    let stands = |pair: &[u8]| matches!(pair, [b'o' | b'O', b'f' | b'F'] | [b'f' | b'F', b'o' | b'O']);
    name.len() > "pinOf".len() && name.as_bytes().windows(2).any(stands)
}

/// Whether a path leads to a secret attribute (RFC 7644 section 3.5.2), as in `urn:…:User:password` or `apiToken.value`.
#[must_use]
pub fn is_secret_path(path: &str) -> bool {
    // Every member of every value is asked about.
    !is_plain(path) && any_attribute(path, &is_secret_name)
}

/// Whether a name in a path, without the schema's URN and without its filter, is what `is` says.
pub(crate) fn any_attribute(path: &str, is: &dyn Fn(&str) -> bool) -> bool {
    // What stands in brackets is a filter, whose texts may hold anything.
    let (before, after) = match (path.find('['), path.rfind(']')) {
        (Some(open), Some(close)) if open < close => {
            (path.get(..open).unwrap_or_default(), path.get(close + 1..).unwrap_or_default())
        }
        _ => (path, ""),
    };
    let attributes = before.rsplit(':').next().unwrap_or_default();
    [attributes, after].into_iter().flat_map(|part| part.split(['.', '/'])).any(|name| is(name.trim()))
}

/// Whether a header field of this name carries credentials.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    let same = |known: &&str| name.eq_ignore_ascii_case(known);
    HEADERS.iter().any(same)
        || name.split('-').any(|part| HEADER_WORDS.iter().any(|word| part.eq_ignore_ascii_case(word)))
        || is_secret_name(name)
}

/// The list as the manifest tells it.
#[must_use]
pub fn rules() -> Value {
    json!({
        "about": "What a log must not show of the input and the output of any operation. Go through the JSON, however deep, and put `replacement` for the whole value, whatever it is, of each member that one of the rules calls secret; null, true and false stay. Names of members are compared without regard to case.",
        "replacement": REDACTED,
        "names": {
            "about": "A name is secret if, in lower case and with nothing but its letters and digits, it ends with one of `endings`, or its last word is one of `words`. A word begins at the start, after any other character, at a capital that follows a small letter or that a small letter follows, and where digits begin or end. Digits, and then one of `qualifiers`, are taken off the end as often as they are there, and it is looked at again. So is what stands before a word that is one of `joints`, where other words follow it. `exceptions` are whole names that are not secret.",
            "endings": ENDINGS, "words": WORDS, "qualifiers": QUALIFIERS, "joints": JOINTS, "exceptions": EXCEPTIONS,
        },
        "paths": {
            "about": "In an object with a text under one of `named` that leads to an attribute with a secret name, the members under `secret` are secret: operations of PATCH, alone, in bulk data and in submitted requests, and the changes that an ensure gives. The attributes of a path are what stands between `.` and `/` after its last `:`, without what stands in brackets.",
            "named": ["path"], "secret": ["value"],
        },
        "headers": {
            "about": "In an object that is a member under one of `in`, a member is also secret if its name is one of `names`, or one of `words` stands between its hyphens.",
            "in": ["headers"], "names": HEADERS, "words": HEADER_WORDS,
        },
        "filters": {
            "about": "In a text under one of `in`, `replacement` stands for each text or number that the operators of RFC 7644 section 3.4.2.2 compare with an attribute that has a secret name; a text keeps its quotes.",
            "in": ["filter", "path"],
        },
    })
}

/// The end of a name in lower case, without what stands between its words.
struct Words {
    letters: [u8; LONGEST],
    /// A bit for each letter that begins a word.
    begins: u64,
    length: usize,
}

impl Words {
    fn of(name: &str) -> Self {
        let mut words = Self { letters: [0; LONGEST], begins: 0, length: 0 };
        let bytes = name.as_bytes();
        let mut from = bytes.len().saturating_sub(LONGEST);
        // Not into a character of several bytes, which would be a letter all the same.
        while !name.is_char_boundary(from) {
            from += 1;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let mut before = b' ';
        for (index, &byte) in rest.iter().enumerate() {
            let letter = byte.is_ascii_alphanumeric() || !byte.is_ascii();
            if letter && let Some(place) = words.letters.get_mut(words.length) {
                let next_is_small = rest.get(index + 1).is_some_and(u8::is_ascii_lowercase);
                let begins = !before.is_ascii_alphanumeric() && before.is_ascii()
                    || byte.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next_is_small)
                    || byte.is_ascii_digit() != before.is_ascii_digit();
                words.begins |= u64::from(begins) << words.length;
                *place = byte.to_ascii_lowercase();
                words.length += 1;
            }
            before = byte;
        }
        words
    }

    fn letters(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }

    fn begins_at(&self, index: usize) -> bool {
        self.begins >> index & 1 == 1
    }

    /// Whether one of [`JOINTS`] stands here, with a word after it.
    fn is_joint(&self, index: usize) -> bool {
        let rest = self.letters().get(index..).unwrap_or_default();
        let stands = |joint: &&str| {
            rest.starts_with(joint.as_bytes()) && rest.len() > joint.len() && self.begins_at(index + joint.len())
        };
        self.begins_at(index) && JOINTS.iter().any(stands)
    }

    fn without_digits(&self, end: usize) -> usize {
        let letters = self.letters.get(..end).unwrap_or_default();
        letters.iter().rposition(|letter| !letter.is_ascii_digit()).map_or(0, |last| last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_pass_at_once_would_pass_a_closer_look() {
        let secret: Vec<&str> = KNOWN.iter().copied().filter(|name| is_secret_looked_at(name)).collect();
        assert_eq!(secret, Vec::<&str>::new());
        assert!(is_secret_looked_at("apiToken"), "a look that never finds anything shows nothing");
    }

    #[test]
    fn names_are_read_by_their_words() {
        let secret = "password pass_word PASSWORD userPassword USERPASSWORD current-password newPassword2 passwordConfirmation \
            password_hash passwd pwd userPwd db_pw passphrase keyPassphrase secret clientSecret client_secret sharedSecrets \
            token apiToken api_token accessToken refresh-token idToken tokenValue tokens APIToken apitoken apiKey API_KEY apiKeys \
            privateKey privateKey2 accesskey signingKey credentials credential authorization assertion clientAssertion \
            secretAnswer securityAnswer1 pin PIN userPin user_pin pinCode pins otp otpCode totp jwt recoveryCodes backup_code \
            verificationCode clientToken irk bootstrapKey fdoVoucher sessionCookie Kennwort smtpPasswort mfaSeed TOTP \
            pass userPass auth basic_auth bearer passwordBase64 privateKeyPem keyMaterial sharedSecretBase64 otpauthUrl totpUri \
            otpauth_uri securityQuestionAnswer passwordField passwordOfUser pin_for_door tokenForApiOfAcme pinNumber \
            secretValue sessionId";
        for name in secret.split_whitespace() {
            assert!(is_secret_name(name), "{name}");
        }
        let plain = "tokenUrl tokenType tokenEndpoint accessTokenExpiresAt passwordPolicy passwordLastChanged changePassword \
            secretName secretId shipping shippingCode spin opinion opinions pinned keyId publicKey key countryCode postalCode \
            userName displayName value values code codes text news status class address jurisdiction laptop stop forwards \
            entitlements externalId cvvless irksome description x509Certificates s new \
            authType authenticationSchemes authority author authn oauth passport passportNumber compass bypass passenger bearerMethods \
            phoneNumber base64 number field pem hex dateOfBirth placeForPassengers numberOf officeFor secretaryOfUser profile \
            publicKeyPem url uri question of for passwordPolicyOfUser \u{e4}";
        for name in plain.split_whitespace().chain(["", " ", "-", "123"]) {
            assert!(!is_secret_name(name), "{name}");
        }
        // Of a long name its end counts.
        assert!(is_secret_name(&format!("{}ApiToken", "x".repeat(500))));
        assert!(is_secret_name(&format!("{}pin", "ä-".repeat(60))));
    }

    #[test]
    fn paths_are_read_by_their_attributes() {
        for path in [
            "password",
            "urn:ietf:params:scim:schemas:core:2.0:User:password",
            "urn:example:params:scim:schemas:extension:acme:2.0:User:apiToken",
            "urn:example:acme:2.0:User:apiToken.value",
            "apiTokens[type eq \"ci\"].value",
            "accounts[type eq \"a]b\"].password",
            "name.Password ",
            "/password",
        ] {
            assert!(is_secret_path(path), "{path}");
        }
        for path in [
            "userName",
            "emails[value eq \"password\"].value",
            "emails[token eq \"x\"].type",
            "urn:example:token:2.0:User:userName",
            "",
            "]x[",
        ] {
            assert!(!is_secret_path(path), "{path}");
        }
    }

    #[test]
    fn header_fields_are_read_by_their_words() {
        for name in
            ["Authorization", "Set-Cookie", "X-Auth-Token", "x-api-key", "X-ApiToken", "Api-Secret", "X-Password"]
        {
            assert!(is_secret_header(name), "{name}");
        }
        for name in ["Content-Type", "X-Request-Id", "If-Match", "Author", "X-Tokens-Left"] {
            assert!(!is_secret_header(name), "{name}");
        }
    }
}
