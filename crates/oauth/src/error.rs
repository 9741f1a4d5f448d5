//! What an answer without a usable token means, and what to tell the user. The settings' names in messages are the caller's.

/// Why there is no token although the token endpoint answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server answered with an error.
    Response(ResponseError),
    /// The server answered with a success that cannot be used.
    Parse(ParseError),
}

/// An error answer (RFC 6749 section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseError {
    /// The HTTP status.
    pub status: u16,
    /// `error`, at most 64 characters.
    pub code: Option<String>,
    /// `error_description`, on one line of at most 300 characters.
    pub description: Option<String>,
}

/// A success that is no bearer token (RFC 6749 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// The body is not JSON, or has no text `access_token`.
    NoAccessToken {
        /// The HTTP status.
        status: u16,
        /// `error`, which some servers send with 200.
        code: Option<String>,
    },
    /// The token has characters that no header may carry (RFC 6750 section 2.1).
    NotABearerToken,
    /// `token_type` is another one (RFC 6749 section 7.1).
    OtherTokenType,
}

/// The kinds of [`Error`] that a caller reacts to in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Too many requests; a later one may succeed.
    Throttled,
    /// The server failed; a later request may succeed.
    Unavailable,
    /// The client is not known, or may not have what it asks for.
    Authentication,
    /// The URL leads to something else than a token endpoint.
    TokenUrl,
    /// The answer is not OAuth.
    Protocol,
    /// The answer is OAuth, but its token type is not supported.
    Unsupported,
}

impl Error {
    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Parse(ParseError::OtherTokenType) => ErrorKind::Unsupported,
            Self::Parse(ParseError::NoAccessToken { .. } | ParseError::NotABearerToken) => ErrorKind::Protocol,
            Self::Response(ResponseError { status, code, .. }) => match (status, code) {
                (429, _) => ErrorKind::Throttled,
                (500.., _) => ErrorKind::Unavailable,
                (_, Some(_)) | (401 | 403, _) => ErrorKind::Authentication,
                (404 | 405 | 300..=399, _) => ErrorKind::TokenUrl,
                _ => ErrorKind::Protocol,
            },
        }
    }

    /// The HTTP status, where it says something about the error.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response(ResponseError { status, .. }) | Self::Parse(ParseError::NoAccessToken { status, .. }) => {
                Some(*status)
            }
            Self::Parse(ParseError::NotABearerToken | ParseError::OtherTokenType) => None,
        }
    }

    /// The server's error code (RFC 6749 section 5.2).
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Response(ResponseError { code, .. }) | Self::Parse(ParseError::NoAccessToken { code, .. }) => {
                code.as_deref()
            }
            Self::Parse(ParseError::NotABearerToken | ParseError::OtherTokenType) => None,
        }
    }

    /// The error in words. `endpoint` is the token endpoint's origin: its path or query may contain more than one wants to
    /// show. `settings` is where the user finds the credentials, such as `auth`.
    pub fn message(&self, endpoint: &str, settings: &str) -> String {
        let response = match self {
            Self::Response(response) => response,
            Self::Parse(ParseError::NotABearerToken) => {
                return "the token endpoint's access_token is not a bearer token (RFC 6750 section 2.1)".into();
            }
            Self::Parse(ParseError::OtherTokenType) => return "the token endpoint's token_type is not Bearer".into(),
            Self::Parse(ParseError::NoAccessToken { status, .. }) => return no_access_token(endpoint, *status),
        };
        let ResponseError { status, code, description } = response;
        match (status, code) {
            (429, _) => format!("the token endpoint at {endpoint} asks to slow down (429)"),
            (500.., code) => {
                let code = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
                format!("the token endpoint at {endpoint} answered {status}{code}")
            }
            (_, Some(code)) => {
                let description = description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
                let advice = advice(code, settings);
                format!("the token endpoint at {endpoint} refused the client: {code}{description}; {advice}")
            }
            (404 | 405, _) => {
                format!("{settings}.tokenUrl: the server at {endpoint} answered {status}; this is no token endpoint")
            }
            (300..=399, _) => format!(
                "{settings}.tokenUrl: the server at {endpoint} redirects elsewhere, which is not followed with credentials; give the final URL"
            ),
            (401 | 403, _) => {
                format!("the token endpoint at {endpoint} refused the client with {status} and no OAuth error code")
            }
            _ => no_access_token(endpoint, *status),
        }
    }
}

fn no_access_token(endpoint: &str, status: u16) -> String {
    format!("the token endpoint at {endpoint} answered {status} without an access token (RFC 6749 section 5.1)")
}

/// What the user can do about an error code.
fn advice(code: &str, settings: &str) -> String {
    match code {
        "invalid_client" => format!("check {settings}.clientId and the secret"),
        "invalid_scope" => format!("check {settings}.scopes"),
        "unauthorized_client" | "unsupported_grant_type" => {
            "allow the client credentials grant for this client".to_owned()
        }
        _ => format!("check {settings}"),
    }
}

/// A server's words on one line of at most `longest` characters.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let words: Vec<&str> = text
        .split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| !word.is_empty())
        .take(longest)
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
