//! base64 and base32. What is decoded and is no UTF-8 gets replacement characters, as in jq.

use super::native::{Native, nullary};
use crate::value::Value;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jaq_core::{Error, ValR};

/// base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// RFC 4648, section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn filters() -> Vec<Native> {
    vec![
        nullary!("decode_base64", |value: &Value| {
            let decoded = LENIENT.decode(value.as_text()?).map_err(|_| Error::str("the text is no base64"))?;
            Ok(Value::text(String::from_utf8_lossy(&decoded)))
        }),
        nullary!("encode_base32", |value: &Value| Ok(Value::from(encode(value.as_text()?.as_bytes())))),
        nullary!("decode_base32", decode),
    ]
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bits = chunk.iter().chain([0_u8; 5].iter()).take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let digit = usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or_default();
            out.push(if at < digits { char::from(BASE32.get(digit).copied().unwrap_or_default()) } else { '=' });
        }
    }
    out
}

fn decode(value: &Value) -> ValR<Value> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in value.as_text()?.trim_end_matches('=').bytes() {
        let digit =
            BASE32.iter().position(|digit| *digit == byte).ok_or_else(|| Error::str("the text is no base32"))?;
        bits = bits << 5 | u32::try_from(digit).unwrap_or_default();
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 255).unwrap_or_default());
        }
    }
    Ok(Value::text(String::from_utf8_lossy(&out)))
}
