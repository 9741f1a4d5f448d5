//! The token request: a form, and a header for clients that prove themselves by HTTP Basic. Knows no HTTP library.

use crate::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use form_urlencoded::{Serializer, byte_serialize};

/// `client_assertion_type` of a JWT (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client asks its token endpoint for (RFC 6749 section 4.4.2).
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    /// The client identifier (RFC 6749 section 2.2).
    pub client_id: &'a str,
    /// Scopes, sent as one parameter with spaces between them; none asks for the server's default.
    pub scopes: &'a [String],
    /// The `audience` parameter, which several providers ask for.
    pub audience: Option<&'a str>,
}

/// How the client proves who it is (RFC 6749 section 2.3, RFC 7523 section 2.2).
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// `client_secret_basic`: the client secret, in the `Authorization` header.
    Basic(&'a Secret),
    /// `client_secret_post`: the client secret, in the form.
    Post(&'a Secret),
    /// `private_key_jwt`: a signed assertion, in the form.
    Assertion(&'a Secret),
}

/// A token request, ready to be sent by POST.
#[derive(Clone, Debug)]
pub struct Message {
    /// The value of the `Authorization` header, where there is one.
    pub authorization: Option<Secret>,
    /// The body.
    pub body: Secret,
}

impl Message {
    /// The media type of the body.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
    /// The media type of the answer (RFC 6749 section 5.1).
    pub const ACCEPT: &'static str = "application/json";
}

impl TokenRequest<'_> {
    /// Writes the request; `parameters` are added to the form as they are.
    pub fn message<'p>(&self, parameters: impl IntoIterator<Item = (&'p str, &'p str)>, proof: Proof<'_>) -> Message {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !self.scopes.is_empty() {
            form.append_pair("scope", &self.scopes.join(" "));
        }
        if let Some(audience) = self.audience {
            form.append_pair("audience", audience);
        }
        form.extend_pairs(parameters);
        let mut authorization = None;
        match proof {
            Proof::Basic(secret) => authorization = Some(self.basic(secret)),
            Proof::Post(secret) => {
                form.append_pair("client_id", self.client_id);
                form.append_pair("client_secret", secret.expose());
            }
            Proof::Assertion(assertion) => {
                form.append_pair("client_id", self.client_id);
                form.append_pair("client_assertion_type", JWT_BEARER);
                form.append_pair("client_assertion", assertion.expose());
            }
        }
        Message { authorization, body: Secret::new(form.finish()) }
    }

    /// Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
    fn basic(&self, secret: &Secret) -> Secret {
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let secret = Secret::new(encode(secret.expose()));
        let pair = Secret::new(format!("{}:{}", encode(self.client_id), secret.expose()));
        Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.expose())))
    }
}
