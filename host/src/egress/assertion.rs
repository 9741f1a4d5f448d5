//! The key of `private_key_jwt`, PKCS#8 PEM, as ring signs with it. Its type decides the algorithm: P-256 signs ES256, RSA
//! signs RS256. What is signed is `scim-connector-oauth`'s.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use scim_connector_oauth::{Algorithm, Sign};

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
}

impl Sign for Key {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::Es256,
            Self::Rsa(_) => Algorithm::Rs256,
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
}
