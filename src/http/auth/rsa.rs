//! RSA signatures (RSASSA-PKCS1-v1_5 with SHA-256, RFC 8017 section 8.2) over the arithmetic of `crypto-bigint`, which takes the same time
//! whatever the secret numbers are.
//!
//! Only signing is here, with keys of two primes: no padding is ever taken off, so that there is nothing to be an oracle for.

use super::pkcs8::RsaParts;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd, Resize as _};
use sha2::{Digest as _, Sha256};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// Sizes of a modulus, in bytes.
const SIZES: RangeInclusive<usize> = 128..=1024;

/// Most bytes of a public exponent.
const EXPONENT: usize = 8;

/// What stands before a SHA-256 digest to say that it is one (RFC 8017 section 9.2).
const DIGEST_INFO: [u8; 19] = [48, 49, 48, 13, 6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1, 5, 0, 4, 32];

/// A private key.
pub struct RsaKey {
    modulus: Odd<BoxedUint>,
    public_exponent: BoxedUint,
    p: Odd<BoxedUint>,
    q: Odd<BoxedUint>,
    exponents: [Zeroizing<BoxedUint>; 2],
    coefficient: Zeroizing<BoxedUint>,
}

impl RsaKey {
    /// Puts a key together; none where it cannot be one.
    pub fn new(parts: &RsaParts<'_>) -> Option<Self> {
        let [p, q] = parts.primes;
        let factors = p.len().max(q.len())..=p.len() + q.len();
        let modulus = parts.modulus.len();
        if !SIZES.contains(&modulus) || !factors.contains(&modulus) || parts.public_exponent.len() > EXPONENT {
            return None;
        }
        let odd = |bytes: &[u8]| Odd::new(number(bytes, bytes.len())?).into_option();
        Some(Self {
            modulus: odd(parts.modulus)?,
            public_exponent: number(parts.public_exponent, parts.public_exponent.len())?,
            p: odd(p)?,
            q: odd(q)?,
            exponents: [secret(parts.exponents[0], p.len())?, secret(parts.exponents[1], q.len())?],
            coefficient: secret(parts.coefficient, p.len())?,
        })
    }

    /// The signature of a message; none where the key's numbers do not belong together.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let modulus = BoxedMontyParams::new(self.modulus.clone());
        let bits = modulus.bits_precision();
        let size = usize::try_from(self.modulus.as_ref().bits().div_ceil(8)).ok()?;
        let padded = number(&padded(message, size)?, size)?;
        let signature = self.root(&padded, bits);
        // A result that went wrong would give the primes away, and one of numbers that do not belong together is of no use.
        let exponent = &self.public_exponent;
        let proof = BoxedMontyForm::new(signature.clone(), &modulus).pow_bounded_exp(exponent, exponent.bits());
        (proof.retrieve() == padded).then_some(())?;
        let bytes = signature.to_be_bytes();
        bytes.get(bytes.len().checked_sub(size)?..).map(<[u8]>::to_vec)
    }

    /// The private operation by the two primes (RFC 8017 section 5.1.2, 2b).
    fn root(&self, padded: &BoxedUint, bits: u32) -> BoxedUint {
        let [of_p, of_q] = [&self.p, &self.q].map(|prime| BoxedMontyParams::new(prime.clone()));
        let [exponent_p, exponent_q] = &self.exponents;
        let by_p = BoxedMontyForm::new(padded.rem(self.p.as_nz_ref()), &of_p).pow(exponent_p);
        let by_q = BoxedMontyForm::new(padded.rem(self.q.as_nz_ref()), &of_q).pow(exponent_q).retrieve();
        let difference = by_p.sub(&BoxedMontyForm::new(by_q.rem(self.p.as_nz_ref()), &of_p));
        let coefficient = BoxedMontyForm::new(self.coefficient.rem(self.p.as_nz_ref()), &of_p);
        let multiple = difference.mul(&coefficient).retrieve();
        let product = self.q.as_ref().resize_unchecked(bits).wrapping_mul(&multiple);
        by_q.resize_unchecked(bits).wrapping_add(&product)
    }
}

/// A number of at most so many bytes.
fn number(bytes: &[u8], size: usize) -> Option<BoxedUint> {
    BoxedUint::from_be_slice(bytes, u32::try_from(size * 8).ok()?).ok()
}

fn secret(bytes: &[u8], size: usize) -> Option<Zeroizing<BoxedUint>> {
    number(bytes, size).map(Zeroizing::new)
}

/// The digest of a message, padded to the size of the modulus (RFC 8017 section 9.2).
fn padded(message: &[u8], size: usize) -> Option<Vec<u8>> {
    let digest = Sha256::digest(message);
    let filling = size.checked_sub(3 + DIGEST_INFO.len() + digest.len()).filter(|filling| *filling >= 8)?;
    let mut padded = vec![0, 1];
    padded.resize(2 + filling, 0xff);
    padded.push(0);
    padded.extend(DIGEST_INFO);
    padded.extend_from_slice(&digest);
    Some(padded)
}
