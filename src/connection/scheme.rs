//! Credentials of an `Authorization` header that are neither Basic nor Bearer (RFC 9110 section 11.4): a scheme's name, and what
//! may follow it. Pure.

/// Checks a scheme's name: a token (RFC 9110 section 5.6.2), and none for which there is a type of credentials.
pub fn check_scheme(scheme: &str) -> Result<(), &'static str> {
    let own = |name: &str| scheme.eq_ignore_ascii_case(name);
    let why = if own("bearer") {
        "Bearer is what type \"bearer\" sends without a scheme; leave scheme out"
    } else if own("basic") {
        "for Basic use type \"basic\" with username and password"
    } else if scheme.is_empty() || !scheme.bytes().all(is_token) {
        "must be the name of an authentication scheme, such as SSWS, Token or ApiKey"
    } else {
        return Ok(());
    };
    Err(why)
}

/// Checks what follows a scheme: one word (token68 or token), or parameters (`name=value, …`). The message does not quote it.
pub fn check_credentials(credentials: &str) -> Result<(), &'static str> {
    if is_word(credentials) || credentials.split(',').all(|part| is_parameter(part.trim_matches([' ', '\t']))) {
        return Ok(());
    }
    let why = "must be one word of letters, digits and -._~+/ (RFC 9110 section 11.2), without the scheme before it";
    Err(why)
}

/// Checks the whole value of an `Authorization` header that a connection names as its header: a scheme and credentials, or
/// a key alone.
pub fn check_value(value: &str) -> Result<(), &'static str> {
    match value.split_once(' ') {
        None => check_credentials(value),
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => {
            Err("for this scheme use type \"bearer\", which is given the token alone")
        }
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => {
            Err("for this scheme use type \"basic\" with username and password")
        }
        Some((scheme, credentials)) => {
            // The scheme may be part of a secret, so that it is not quoted.
            check_scheme(scheme)?;
            check_credentials(credentials.trim_start())
        }
    }
}

/// The secret part of such a value.
pub fn secret_part(value: &str) -> &str {
    value.split_once(' ').map_or(value, |(_, credentials)| credentials.trim())
}

/// The values of credentials that are parameters, without their quotation marks: each may be quoted by itself.
pub fn parameters(credentials: &str) -> impl Iterator<Item = &str> {
    let values = credentials.split(',').filter_map(|part| Some(part.split_once('=')?.1.trim().trim_matches('"')));
    values.filter(|value| !value.trim_matches('=').is_empty())
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// token68, or a token, which some keys are.
fn is_word(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    !bare.is_empty() && bare.bytes().all(|byte| is_token(byte) || byte == b'/')
}

/// `name=token` or `name="text"`.
fn is_parameter(text: &str) -> bool {
    let Some((name, value)) = text.split_once('=') else { return false };
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let text = |inner: &str| inner.bytes().all(|byte| (b' '..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\'));
    !name.is_empty() && name.bytes().all(is_token) && quoted.map_or_else(|| is_word(value), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_that_have_a_type_are_refused_by_its_name() {
        for scheme in ["SSWS", "Token", "ApiKey", "GenericKey", "x-custom_1"] {
            check_scheme(scheme).unwrap();
        }
        let error = |scheme| check_scheme(scheme).unwrap_err();
        assert!(error("bearer").contains("leave scheme out"));
        assert!(error("BASIC").contains("type \"basic\""));
        for odd in ["", "two words", "SSWS:", "Schlüssel", "a\nb"] {
            assert!(error(odd).contains("must be the name of an authentication scheme"), "{odd:?}");
        }
    }

    #[test]
    fn credentials_are_a_word_or_parameters() {
        for good in ["00aBc-._~+/9==", "k3y", "token=abc", "token=\"a b c\", id=7", "a!b"] {
            check_credentials(good).unwrap();
        }
        for bad in ["", "two words", "SSWS abc", "a\"b", "a=b=c d", "=", "t=\"a\"b\"", "ä", "a\r\nX: y", "a,b"] {
            let failure = check_credentials(bad).unwrap_err();
            assert!(bad.len() < 3 || !failure.contains(bad), "{bad}");
        }
    }

    #[test]
    fn a_whole_value_has_a_scheme_or_none() {
        for good in ["SSWS abc", "Token token=\"abc\"", "abc123"] {
            check_value(good).unwrap();
        }
        for (bad, why) in [
            ("Bearer abc", "use type \"bearer\""),
            ("basic YWJj", "use type \"basic\""),
            ("SSWS a b", "one word"),
            ("SS:WS abc", "authentication scheme"),
        ] {
            assert!(check_value(bad).unwrap_err().contains(why), "{bad}");
        }
        assert_eq!((secret_part("SSWS abc"), secret_part("abc")), ("abc", "abc"));
        assert_eq!(parameters("token=\"a b\", id=7").collect::<Vec<_>>(), ["a b", "7"]);
        assert_eq!(parameters("YWJj==").count(), 0);
    }
}
