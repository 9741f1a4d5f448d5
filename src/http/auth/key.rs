//! The key of `private_key_jwt`, PKCS#8 PEM. Its type decides the algorithm: P-256 signs ES256, RSA signs RS256. What is
//! signed is `scim-connector-oauth`'s.

use super::pkcs8::{Parts, decode_pem, read};
use super::rsa::RsaKey;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use scim_connector_oauth::{Algorithm, Sign};

/// A private key.
pub enum Key {
    /// On the curve P-256.
    P256(Box<SigningKey>),
    /// RSA.
    Rsa(Box<RsaKey>),
}

impl Key {
    /// Reads a key; none where it is neither of the two.
    pub fn from_pem(pem: &str) -> Option<Key> {
        match read(&decode_pem(pem)?)? {
            Parts::P256(secret) => Some(Key::P256(Box::new(SigningKey::from_slice(secret).ok()?))),
            Parts::Rsa(parts) => Some(Key::Rsa(Box::new(RsaKey::new(&parts)?))),
        }
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
                Some(signature.to_bytes().to_vec())
            }
            Key::Rsa(key) => key.sign(message),
        }
    }
}

#[cfg(test)]
mod tests;
