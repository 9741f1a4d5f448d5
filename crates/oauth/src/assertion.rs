//! `private_key_jwt`: the signed assertion by which a client proves itself (RFC 7523 section 3). The signature is made by
//! whoever holds the key; this module writes the header and the claims and joins the three parts (RFC 7515 section 3.1).

use crate::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// How long an assertion is valid, seconds.
const LIFETIME: u64 = 300;

/// Signature algorithms (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on the curve P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The value of `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// A private key.
pub trait Sign {
    /// The algorithm that goes with the key.
    fn algorithm(&self) -> Algorithm;
    /// The signature as JWS encodes it: for ES256 the two numbers of 32 bytes each (RFC 7518 section 3.4). None where the key
    /// cannot sign, for example because it is too short.
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>>;
}

/// What an assertion says (RFC 7523 section 3).
#[derive(Clone, Copy, Debug)]
pub struct Claims<'a> {
    /// `iss` and `sub`: the client identifier.
    pub client_id: &'a str,
    /// `aud`: whom the assertion is for; by default the token endpoint's URL.
    pub audience: &'a str,
    /// `kid` in the header: which of the client's keys signs.
    pub key_id: Option<&'a str>,
    /// `jti`: unguessable, and different each time.
    pub id: u128,
    /// `iat`: the Unix time in seconds; the assertion expires five minutes later.
    pub now: u64,
}

/// A signed assertion; none where the key cannot sign.
pub fn assertion(claims: &Claims<'_>, key: &dyn Sign) -> Option<Secret> {
    let mut header =
        Map::from_iter([("alg".to_owned(), json!(key.algorithm().name())), ("typ".to_owned(), json!("JWT"))]);
    header.extend(claims.key_id.map(|id| ("kid".to_owned(), json!(id))));
    let payload = json!({
        "iss": claims.client_id,
        "sub": claims.client_id,
        "aud": claims.audience,
        "jti": format!("{:032x}", claims.id),
        "iat": claims.now,
        "exp": claims.now.saturating_add(LIFETIME),
    });
    let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", encode(&Value::Object(header)), encode(&payload));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes())?);
    Some(Secret::new(format!("{message}.{signature}")))
}
