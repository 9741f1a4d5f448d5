//! `private_key_jwt`: the signed assertion by which the host proves itself to a token endpoint (RFC 7523 section 3). The key
//! is PKCS#8 PEM and decides the algorithm: P-256 signs ES256, RSA signs RS256 (RFC 7518 section 3.1). The component has the
//! same of its own (`src/auth/jwt.rs`); the two share no code.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Map, Value, json};

/// How long an assertion is good, seconds.
const LIFE: u64 = 300;

/// A key that signs.
pub enum Key {
    /// On the curve P-256.
    P256(Box<EcdsaKeyPair>),
    /// RSA of at least 2048 bits.
    Rsa(Box<RsaKeyPair>),
}

impl Key {
    /// Reads a key; none where it is no key that can be used.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
        let der = der.secret_pkcs8_der();
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &SystemRandom::new()) {
            return Some(Self::P256(Box::new(key)));
        }
        RsaKeyPair::from_pkcs8(der).ok().map(|key| Self::Rsa(Box::new(key)))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::P256(key) => Some(key.sign(&random, message).ok()?.as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }

    /// A fresh assertion, good for five minutes from `now`, the Unix time in seconds.
    pub fn assertion(&self, client_id: &str, audience: &str, key_id: Option<&str>, now: u64) -> Option<String> {
        let mut header =
            Map::from_iter([("alg".to_owned(), json!(self.algorithm())), ("typ".to_owned(), json!("JWT"))]);
        header.extend(key_id.map(|id| ("kid".to_owned(), json!(id))));
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": format!("{:032x}", rand::random::<u128>()),
            "iat": now,
            "exp": now.saturating_add(LIFE),
        });
        let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(&Value::Object(header)), encode(&claims));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes())?);
        Some(format!("{message}.{signature}"))
    }
}
