//! A private key as it is written: PEM around PKCS#8 (RFC 7468, 5958) around the key itself (RFC 8017 appendix A.1.2, RFC 5915). Reads DER
//! strictly, so that a key has one form, and the two kinds of key that `private_key_jwt` signs with.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

const INTEGER: u8 = 2;
const OCTET_STRING: u8 = 4;
const OBJECT_IDENTIFIER: u8 = 6;
const SEQUENCE: u8 = 0x30;

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// What a key is made of, numbers as big-endian bytes without leading zeros.
#[derive(Clone, Copy)]
pub enum Parts<'a> {
    /// The secret number of a key on the curve P-256.
    P256(&'a [u8]),
    /// An RSA key.
    Rsa(RsaParts<'a>),
}

/// The numbers of an RSA key of two primes, under the names of RFC 8017.
#[derive(Clone, Copy)]
pub struct RsaParts<'a> {
    /// `n`
    pub modulus: &'a [u8],
    /// `e`
    pub public_exponent: &'a [u8],
    /// `p` and `q`
    pub primes: [&'a [u8]; 2],
    /// `dP` and `dQ`
    pub exponents: [&'a [u8]; 2],
    /// `qInv`
    pub coefficient: &'a [u8],
}

/// The bytes in PEM; text around the key is left out.
pub fn decode_pem(pem: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(BEGIN)?;
    let (body, _) = rest.split_once(END)?;
    let body = Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>());
    BASE64_STANDARD.decode(body.as_slice()).ok().map(Zeroizing::new)
}

/// What stands in a key; none where it is of neither kind.
pub fn read(der: &[u8]) -> Option<Parts<'_>> {
    let mut key = Der(der).only(SEQUENCE)?;
    // The version; a later one has the public key behind.
    if !matches!(key.integer()?, [] | [1]) {
        return None;
    }
    let mut algorithm = key.sequence()?;
    let inner = Der(key.value(OCTET_STRING)?);
    match algorithm.value(OBJECT_IDENTIFIER)? {
        RSA_ENCRYPTION => rsa(inner.only(SEQUENCE)?).map(Parts::Rsa),
        EC_PUBLIC_KEY if algorithm.value(OBJECT_IDENTIFIER)? == P256 => {
            let mut key = inner.only(SEQUENCE)?;
            (key.integer()? == [1]).then_some(())?;
            key.value(OCTET_STRING).map(Parts::P256)
        }
        _ => None,
    }
}

fn rsa(mut key: Der<'_>) -> Option<RsaParts<'_>> {
    // A key of more than two primes has another version.
    key.integer()?.is_empty().then_some(())?;
    let (modulus, public_exponent, _) = (key.integer()?, key.integer()?, key.integer()?);
    let primes = [key.integer()?, key.integer()?];
    let exponents = [key.integer()?, key.integer()?];
    Some(RsaParts { modulus, public_exponent, primes, exponents, coefficient: key.integer()? })
}

/// What is left to read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, which must have this tag.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Lengths of one and two bytes, as short as they can be, are all that a key needs.
            0x81 => rest.split_first().map(|(&low, rest)| (usize::from(low), rest)).filter(|it| it.0 >= 0x80)?,
            0x82 => {
                let (&[high, low], rest) = rest.split_first_chunk()?;
                (usize::from(high) << 8 | usize::from(low), rest)
            }
            _ => return None,
        };
        if found != tag || (first == 0x82 && length < 0x100) {
            return None;
        }
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }

    fn sequence(&mut self) -> Option<Self> {
        self.value(SEQUENCE).map(Der)
    }

    /// What is in the one value there is.
    fn only(mut self, tag: u8) -> Option<Self> {
        let value = self.value(tag)?;
        self.0.is_empty().then_some(Der(value))
    }

    /// A number that is not negative, without leading zeros.
    fn integer(&mut self) -> Option<&'a [u8]> {
        match self.value(INTEGER)? {
            [0] => Some(&[]),
            [0, rest @ ..] => rest.first().is_some_and(|first| *first >= 0x80).then_some(rest),
            [first, ..] if *first >= 0x80 => None,
            [] => None,
            number => Some(number),
        }
    }
}
