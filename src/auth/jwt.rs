//! `private_key_jwt`: the signed assertion a client proves itself with (RFC 7523 section 3).
//!
//! The key is PKCS#8 PEM; its type decides the algorithm: P-256 signs ES256, RSA signs RS256 (RFC 7518 section 3.1).

use crate::connection::ClientCredentials;
use crate::failure::{Failure, Kind, Result};
use crate::http::platform::Platform;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use serde_json::{Map, json};
use sha2::Sha256;

/// How long an assertion is good, seconds.
const LIFE: u64 = 300;

enum Key {
    P256(Box<p256::ecdsa::SigningKey>),
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
}

impl Key {
    fn parse(pem: &str) -> Option<Key> {
        let pem = pem.trim();
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_pem(pem) {
            return Some(Key::P256(Box::new(key)));
        }
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(pem).ok()?;
        Some(Key::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key))))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Key::P256(_) => "ES256",
            Key::Rsa(_) => "RS256",
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).ok()?;
                Some(signature.to_vec())
            }
            Key::Rsa(key) => Some(key.try_sign(message).ok()?.to_vec()),
        }
    }
}

/// A fresh assertion, good for five minutes.
pub fn assertion(platform: &dyn Platform, credentials: &ClientCredentials, pem: &str) -> Result<String> {
    let unusable =
        |detail: &str| Failure::new(Kind::Configuration, format!("auth.privateKey: {detail}")).at("/auth/privateKey");
    let key = Key::parse(pem)
        .ok_or_else(|| unusable("is not a P-256 or RSA key in PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)"))?;
    let mut header = Map::from_iter([("alg".to_owned(), json!(key.algorithm())), ("typ".to_owned(), json!("JWT"))]);
    header.extend(credentials.key_id.iter().map(|id| ("kid".to_owned(), json!(id))));
    let now = platform.now() / 1000;
    let claims = json!({
        "iss": credentials.client_id,
        "sub": credentials.client_id,
        "aud": credentials.audience.as_deref().unwrap_or(credentials.token_url.as_str()),
        "jti": format!("{:016x}{:016x}", platform.random(), platform.random()),
        "iat": now,
        "exp": now.saturating_add(LIFE),
    });
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let message = format!(
        "{}.{}",
        encode(serde_json::Value::Object(header).to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let signature =
        key.sign(message.as_bytes()).ok_or_else(|| unusable("cannot sign; it may be too short for RS256"))?;
    Ok(format!("{message}.{}", encode(&signature)))
}
