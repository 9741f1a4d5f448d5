//! Keys and signatures that OpenSSL made, the example of RFC 6979, and keys that are none.

use super::*;
use crate::http::auth::pkcs8;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;

/// Made for these tests.
const RSA_2048: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCvASFjjxFfVHlW\n\
fvHvbKuwtzYf7aiX0hyPp87mMjpRW13q6ImqQ7aFJXhzyxBL6ND2G22juXpVUaCk\n\
XUg9g5kQ6eI835lfOi31yTLm/mTjrW3c0CcH2qDO9bn2bxrgUuSIInXLe6YaMSWt\n\
FF02b5MRZXJWKIaUl0rUU6flgbHw5x0PPsB1O8tXW9nbKX8VDCWxp+DG/546TCYX\n\
Z5zVmNWVGWt199ZmLnZUjUsoUqD7DwwGtmnwhuML/6Llyn2t3ib8QDVeMTV/DLUn\n\
xQRm4e3ubpkvif2hH1cT3luY57qovt52CWMhqvhlDJiZ07CA5ZTlqNwPAg0hVU1r\n\
bY842Mw5AgMBAAECggEABftvqP/Tu/K/CBQkUIciMlL89GfzFqd9xvJZSfinEi9h\n\
nT1QMWQJqfD/NlQXbUTa2cLTw2A8fIyjBWNT7Bhiw9d+3o5VJ5JtTkTPquJA0CCW\n\
TBFIeEYCr7hqIDCplkf3HGkzJh7GrYgHDezPh+QV/qb9WtEdUph+XBY0+80saDvr\n\
pux4J9NcfIogl9mEJ0FiXwFZIdJdNuaZj0jHCEmonHtcyoVMGAvUCLb3pNydi+Uv\n\
0VbNFuX3BsrrEmNGtR6pnaWsFpgd9mOAdON5EGN77rBPoLe9wanfwoJQFB2Bb0e1\n\
yFJK+73hANcN53vk2majzwYIPzZG/oXT+jiHQhDV4QKBgQDvsoJr62sSyLpbomtL\n\
ROb4+NNgHAGSVDVnZnOg7SauoBwrcm1YCMgWau8wZJRePkMOxipNtabtoPx/I6OT\n\
+9qZ2tROPfAH3rzbtyFTtg34AEf0UMiTxliDgywvoZa4wWvUFEyHzOn4DeRLTUE0\n\
LP7SFB304WBdaxh1JWy+ZXcHSQKBgQC66DhzPnqb8W90dDWlVz14yIR+7za4w3Tw\n\
WycVwTp79cN7gZpAC/1DT5PWDIi0qpnMkaOSrf+mQSqFrxX2BSmMd3b13YY4n9SR\n\
CDO1RwjGdWwdSC/ya/IPFhKi/VWv2f66gFqwpWr0URgpWxuhvzuroYmdeQyJXhit\n\
al6xgRDtcQKBgHuuCE3XM3CF0mLl86bq7qMZATheOxFeEhBAdPlcZNFGHELu0CzU\n\
mym2E6VMwKHATqmY5ssiJ/gFUUPpB8ab9bfdih61Jt1ouNpGLBQdpCeLPZV6+YQG\n\
nDV/wZTyM+sxIopTzwljWnZ79IhGXJangPS1HJ/2itqpH/2SSgIUKM7BAoGBAIQq\n\
yBg+Oydg0AaSUokLqs1pRcAY2iJHHL8GRhotHHUhscz5NaFKmRnrAMhg7p6K8Nzm\n\
s7t6TQg8lpwX1ji1J89LfxSXRF1wMDkqip4KkBr+V6hRLo6HZJDkc+NLrzb9uRIa\n\
x4aYQoxnd+Vupph3CPPx88UmHwZYQq0GRdXRRa4RAoGBAOORQRFvJ3RlyE4sncLT\n\
sWVAXSAXWepv2dGMVYsskTS22H4xjehtLpn2J2Cvk+qw1RcKJ3qJ0nmlB4R763KZ\n\
Stbu/8GXsQVwt9uoHjL1Ajg8eZkfauH1KN+m+TPaPDGgp56as+AJxC2FDKomY+OQ\n\
MAo6hhKIoHPENexDu8q6NHOa\n\
-----END PRIVATE KEY-----\n\
";

/// Made for these tests.
const RSA_1024: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAMgJ7xhzUbQYPSdB\n\
CsXTzdyxR8/LFFYl7Wyfyb7L35aYyzwfQuO9PbbpeQorP347+2AJwXX4KHscrMUU\n\
9CVF9ZRqz5msb6hstDtG/ykuypLadge1ukjYPlDREBOYrAvEejBJ5N5C1aZZAheq\n\
9+Q/O+o83c5hFM21axk3f4fy18SPAgMBAAECgYAmQSgVP/BvBXekax7ZSDEFNG3s\n\
QgTomKY38LLPJwPiM+Qh4kSTctw7f5ijJjQlOulOq27w1X1AVfKAWgp6mk9lNRV6\n\
c2PsDa91jyH34XMpSCBiRW1tFNFExlhT30QfZiyLt1ut4zVFEFm+sApcif7mW3f6\n\
D+ZzusWydy2r18drkQJBAOjMGzzTlqkN9FfJAg2dTiJupoGpOsv5a4agVgr8Ypvq\n\
EIzClK671BCR9shAtfyDn1HuUc1ksBk1gDZJNNHKzgcCQQDb+fwey+XwG0sHKRmu\n\
QkWcmnrsdX/6xvoskkwDYZ6czxRSlVznZSrrYXY1r21pJx4IuvXZWc15X8sH3km0\n\
F7M5AkB9/qnnO+VYzfKm6GWyFKdLP3PizULDTtUBYhnvjDWaiQ44AMAT6hiWd0mH\n\
jG5yopJB96hSb+JXYntn5isuOINVAkEAnMXtxDkG1/drol/NWJ8Mo46JOsqG+kAi\n\
/e8J04MYGqOO1Uhz3MoCK5zbNWmgLUfepNQx8MSKpwz5UtM+beZSKQJBAN76gsSB\n\
skj97HYJ+PJmhZ8RkAftoq815Ev3e969LruLfSPJzjE30R8u0zkHh6x6CcGx5FeA\n\
RktSQ77KkwoDBm0=\n\
-----END PRIVATE KEY-----\n\
";

/// Made for these tests, on a curve that is not taken.
const P384: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBIOIY6Hbg9tRETTlfh\n\
yYruhaZC3LHRAzr7p3W/wpCFeieVVwlDKvFNm2m/laAkZR6hZANiAATt8PnFuuEn\n\
Bgh5o1QL8PBtghwCMBFTfnOOC2J2leyHOyZXjBb0PYIfZPLmu467ln1apVO2wCza\n\
UaV76QZ2IO86n8o21sfEIffcXPGokJBgVoIRUseM89nsa2alYzfdOr4=\n\
-----END PRIVATE KEY-----\n\
";

/// The key of RFC 6979 appendix A.2.5, in PKCS#8.
fn p256() -> String {
    let secret = bytes("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let algorithm = bytes("301306072a8648ce3d020106082a8648ce3d030107");
    let key = [&[0x30, 0x25, 2, 1, 1, 4, 32], secret.as_slice()].concat();
    let octets = [&[4, 39], key.as_slice()].concat();
    let inner = [&[2, 1, 0], algorithm.as_slice(), &octets].concat();
    pem(&[&[0x30, u8::try_from(inner.len()).unwrap()], inner.as_slice()].concat())
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der))
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn signature(pem: &str) -> Option<Vec<u8>> {
    Key::from_pem(pem)?.sign(b"sample")
}

#[test]
fn signatures_are_those_of_others() {
    let of_2048 = concat!(
        "067c21d349830a97814ea7015ed325c0e0e0dc39a5fec3361a92577dec7745f23148feb3422d45d0f88ad133fa9cb33ee55921e3768a94379249ab59",
        "c06f638c7a256ce4447616be897c53b42c765112b902acc2a5df7f9e15083794d785317cde3201dd9c9ed877009a2c6b2c3ad3db536c950bd7a20dfb",
        "c140a82c0a0f8e56c0b5641a4018c07b27a88f30f0b274472112d4700401746c99807991d03ada2d092e2aed4364f51520abaf4ceb6cc1f9a19abb53",
        "0af6f8ada60a4198d6258a9dec2488c1518f4cfb13a6edde9582c154c435507195399f67dba096107cf7c00653beaa86ec545924d8b334aaadf19cad",
        "11fd16cf03af14b2b17a38f5a744bc22",
    );
    let of_1024 = concat!(
        "254012b5f14ec6d149cb13031039ba1df907668fa6ae13be48122211705fb5765d9aa02859fe55644dfe0e3bac4509db1d0e29ac36bfa548361b1b36",
        "f7ccddb7587893401f5b78ec57abfa6bc13af09e899720cf4d84f54ac15b1066c79e1dfad865a7210f6cb258c8decc361ba73f0eb82de2936ae649b7",
        "762502ba90e82ee2",
    );
    let of_p256 = concat!(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    let p256 = p256();
    let rows = [
        (RSA_2048, Algorithm::Rs256, of_2048),
        (RSA_1024, Algorithm::Rs256, of_1024),
        (p256.as_str(), Algorithm::Es256, of_p256),
    ];
    for (pem, algorithm, expected) in rows {
        let key = Key::from_pem(pem).unwrap();
        assert_eq!(key.algorithm() as u8, algorithm as u8);
        assert_eq!(key.sign(b"sample").unwrap(), bytes(expected));
    }
}

#[test]
fn a_key_is_found_however_its_lines_end() {
    for pem in [
        RSA_2048.replace('\n', "\r\n"),
        format!("  {RSA_2048}\n\n"),
        RSA_2048.trim().to_owned(),
        format!("Key Attributes\n    friendlyName: x\n{RSA_2048}"),
    ] {
        assert_eq!(signature(&pem), signature(RSA_2048));
    }
}

#[test]
fn what_is_no_such_key_is_none() {
    let der = pkcs8::decode_pem(RSA_2048).unwrap();
    let mut longer = der.to_vec();
    longer.push(0);
    let rows = [
        P384.to_owned(),
        RSA_2048.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        RSA_2048.replace("END PRIVATE", "END PUBLIC"),
        RSA_2048.replacen("MII", "MI", 1),
        pem(&longer),
        pem(&[]),
        String::new(),
    ];
    for pem in rows {
        assert!(Key::from_pem(&pem).is_none(), "{pem}");
    }
}

#[test]
fn numbers_that_do_not_belong_together_sign_nothing() {
    let der = pkcs8::decode_pem(RSA_2048).unwrap();
    let Some(Parts::Rsa(parts)) = pkcs8::read(&der) else { panic!("an RSA key") };
    let sign = |parts: &pkcs8::RsaParts<'_>| RsaKey::new(parts)?.sign(b"sample");
    assert!(sign(&parts).is_some());
    let [p, q] = parts.primes;
    let [of_p, of_q] = parts.exponents;
    for wrong in [
        pkcs8::RsaParts { exponents: [of_q, of_p], ..parts },
        pkcs8::RsaParts { exponents: [&[], of_q], ..parts },
        pkcs8::RsaParts { primes: [q, p], ..parts },
        pkcs8::RsaParts { primes: [p, p], ..parts },
        pkcs8::RsaParts { primes: [&[], p], ..parts },
        pkcs8::RsaParts { primes: [p, &[1]], ..parts },
        pkcs8::RsaParts { coefficient: of_p, ..parts },
        pkcs8::RsaParts { public_exponent: &[3], ..parts },
        pkcs8::RsaParts { public_exponent: &[], ..parts },
        pkcs8::RsaParts { public_exponent: q, ..parts },
        pkcs8::RsaParts { modulus: p, ..parts },
        pkcs8::RsaParts { modulus: &[], ..parts },
    ] {
        assert!(sign(&wrong).is_none());
    }
}

proptest! {
    #[test]
    fn a_damaged_key_never_panics_and_signs_as_before_if_at_all(place in 0usize..636, byte in any::<u8>(), cut in 0usize..700) {
        let mut der = pkcs8::decode_pem(RSA_1024).unwrap().to_vec();
        if let Some(it) = der.get_mut(place) {
            *it = byte;
        }
        der.truncate(cut);
        let signed = signature(&pem(&der));
        prop_assert!(signed.is_none() || signed == signature(RSA_1024));
    }

    #[test]
    fn bytes_that_are_no_key_never_panic(der in prop::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(signature(&pem(&der)).is_none());
    }
}
