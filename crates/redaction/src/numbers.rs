//! A number is the same in every notation, and so is a secret that is one: `48213`, `-48213`, `48213.0`, `4.8213e4`.

/// Longer exponents are nobody's PIN.
const LARGEST_EXPONENT: i64 = 40;

/// The digits of a number as they are written without sign and exponent, without zeros that say nothing; none of a text that is
/// no number.
#[must_use]
pub fn plain_number(text: &str) -> Option<String> {
    let (digits, point) = digits_of(text)?;
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
    let length = i64::try_from(digits.len()).ok()?;
    Some(if digits.is_empty() {
        "0".to_owned()
    } else if point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{digits}{}", zeros(point - length))
    } else {
        let (whole, part) = digits.split_at_checked(usize::try_from(point).ok()?)?;
        format!("{whole}.{part}")
    })
}

/// Other notations of a text that is a number.
#[must_use]
pub fn number_forms(text: &str) -> Vec<String> {
    let (Some(plain), Some((digits, point))) = (plain_number(text), digits_of(text)) else { return Vec::new() };
    let mut forms = vec![plain];
    if let Some((first, rest)) = digits.split_at_checked(1)
        && point > 1
    {
        let rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        forms.extend(["", "+"].map(|sign| format!("{first}{rest}e{sign}{}", point - 1)));
    }
    forms.retain(|form| form != text);
    forms
}

/// The digits from the first to the last that is not zero, and before which of them the point is.
fn digits_of(text: &str) -> Option<(String, i64)> {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || number.len() > 64 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    if exponent.abs() > LARGEST_EXPONENT {
        return None;
    }
    let all = format!("{whole}{part}");
    let leading = all.bytes().take_while(|byte| *byte == b'0').count();
    let digits = all.get(leading..)?.trim_end_matches('0').to_owned();
    Some((digits, i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_every_notation() {
        let rows = [
            ("48213", "48213"),
            ("-48213", "48213"),
            ("48213.0", "48213"),
            ("048213", "48213"),
            ("4.8213e4", "48213"),
            ("4.8213E+4", "48213"),
            ("482130e-1", "48213"),
            ("48200", "48200"),
            ("4.82e4", "48200"),
            ("48213.50", "48213.5"),
            ("0.0012", "0.0012"),
            ("1.2e-3", "0.0012"),
            ("0", "0"),
        ];
        for (text, plain) in rows {
            assert_eq!(plain_number(text).as_deref(), Some(plain), "{text}");
        }
        for text in ["", "-", ".", "e4", "4e", "x1", "1e400", "0x12", "1.2.3", "1 2"] {
            assert_eq!(plain_number(text), None, "{text}");
        }
        assert_eq!(number_forms("48213"), ["4.8213e4", "4.8213e+4"]);
        assert_eq!(number_forms("4.8213e4"), ["48213", "4.8213e+4"]);
        assert_eq!(number_forms("-1764288213.0"), ["1764288213", "1.764288213e9", "1.764288213e+9"]);
        assert_eq!(number_forms("0.5"), Vec::<String>::new());
        assert_eq!(number_forms("Kiwi7"), Vec::<String>::new());
    }
}
