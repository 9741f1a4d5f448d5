//! The key of `private_key_jwt`, PKCS#8 PEM. Its type decides the algorithm: P-256 signs ES256, RSA signs RS256. What is
//! signed is `scim-connector-oauth`'s.

use p256::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use scim_connector_oauth::{Algorithm, Sign};
use sha2::Sha256;

/// A private key.
pub enum Key {
    /// On the curve P-256.
    P256(Box<p256::ecdsa::SigningKey>),
    /// RSA.
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
}

impl Key {
    /// Reads a key; none where it is neither of the two.
    pub fn from_pem(pem: &str) -> Option<Key> {
        let pem = pem.trim();
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_pem(pem) {
            return Some(Key::P256(Box::new(key)));
        }
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(pem).ok()?;
        Some(Key::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key))))
    }
}

impl Sign for Key {
    fn algorithm(&self) -> Algorithm {
        match self {
            Key::P256(_) => Algorithm::Es256,
            Key::Rsa(_) => Algorithm::Rs256,
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
