//! Numbers as Rust's lexer hands them over: `5x5` arrives as the literal 5 with the suffix `x5`.

use crate::limits::LARGEST;
use proc_macro2::Literal;

/// What a literal stands for.
#[derive(Debug, PartialEq)]
pub(super) enum Number {
    /// `5`.
    Int(i128),
    /// `0.5`.
    Real(f64),
    /// `5x5`, `1x28x28`.
    Sizes(Vec<i128>),
    /// `5x`, whose last size may follow as a macro variable.
    Open(Vec<i128>),
}

/// The word in a literal that is text: `"same"`, or `'same'`, which Rust refuses itself.
pub(super) fn quoted(literal: &Literal) -> Option<String> {
    let text = literal.to_string();
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c))?;
    Some(text.trim_matches(quote).to_owned())
}

/// Reads a literal by its text.
pub(super) fn read(literal: &Literal) -> Result<Number, String> {
    let text = literal.to_string();
    let clean = text.replace('_', "");
    if clean.starts_with(['"', '\'', 'b', 'r', 'c']) {
        return Err(format!("{text} is text, but a number or a word without quotes belongs here"));
    }
    let prefixed =
        clean.len() > 1 && clean.starts_with('0') && clean.as_bytes()[1].is_ascii_alphabetic();
    if prefixed {
        return Err(match clean.as_bytes()[1] {
            b'x' => format!(
                "Rust reads `{text}` as a hexadecimal number\nhelp: a size is at least 1: 1x{}",
                &clean[2..]
            ),
            _ => format!("`{text}` is not a decimal number"),
        });
    }
    if clean.contains('x') {
        return sizes(&text, &clean);
    }
    let plain = clean.chars().take_while(char::is_ascii_digit).count();
    if plain == clean.len() {
        return int(&text, &clean).map(Number::Int);
    }
    let suffix = &clean[plain..];
    if ["usize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "isize"].contains(&suffix) {
        return int(&text, &clean[..plain]).map(Number::Int);
    }
    let real = clean.trim_end_matches("f32").trim_end_matches("f64");
    if clean.contains(['.', 'e', 'E'])
        && let Ok(x) = real.parse::<f64>()
    {
        return match x.is_finite() {
            true => Ok(Number::Real(x)),
            false => Err(format!("{text} is too large: the largest number here is {:e}", f32::MAX)),
        };
    }
    let fixed: String = clean.chars().map(|c| if c.is_ascii_digit() { c } else { 'x' }).collect();
    match sizes(&fixed, &fixed) {
        Ok(_) => Err(format!("`{text}` is not a number\nhelp: sizes are joined by an x: {fixed}")),
        Err(_) => Err(format!("`{text}` is not a number")),
    }
}

fn sizes(text: &str, clean: &str) -> Result<Number, String> {
    let parts: Vec<&str> = clean.split('x').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.iter().any(|p| is_word(p)) && parts.iter().all(|p| is_word(p) || number(p)) {
        return Err(format!(
            "`{text}` is one word of Rust, so that the names in it can't be seen\nhelp: where a size is calculated, write ({})",
            parts.join(", ")
        ));
    }
    let (last, firsts) = parts.split_last().expect("split gives at least one part");
    let numbers = firsts.iter().map(|p| int(text, p)).collect::<Result<Vec<_>, _>>()?;
    if last.is_empty() {
        return Ok(Number::Open(numbers));
    }
    let mut numbers = numbers;
    numbers.push(int(text, last)?);
    Ok(Number::Sizes(numbers))
}

/// Whether it starts as a name does.
fn is_word(part: &str) -> bool {
    part.starts_with(|c: char| c.is_alphabetic())
}

fn int(text: &str, digits: &str) -> Result<i128, String> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "`{text}` is not a size\nhelp: sizes are whole numbers joined by an x: 5x5, 3x224x224"
        ));
    }
    match digits.parse::<i128>() {
        Ok(n) if n <= LARGEST => Ok(n),
        _ => Err(format!("{digits} is too large: the largest number here is {LARGEST}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Number, read};

    fn number(text: &str) -> Result<Number, String> {
        read(&text.parse().expect("a Rust literal"))
    }

    #[test]
    fn sizes_are_split_at_the_x() {
        assert_eq!(number("5x5"), Ok(Number::Sizes(vec![5, 5])));
        assert_eq!(number("3x224x224"), Ok(Number::Sizes(vec![3, 224, 224])));
        assert_eq!(number("120"), Ok(Number::Int(120)));
        assert_eq!(number("1_000"), Ok(Number::Int(1000)));
        assert_eq!(number("7usize"), Ok(Number::Int(7)));
        assert_eq!(number("1e-3"), Ok(Number::Real(1e-3)));
        assert_eq!(number("0.5f32"), Ok(Number::Real(0.5)));
        assert_eq!(number("5x"), Ok(Number::Open(vec![5])));
    }

    #[test]
    fn what_is_no_number_is_explained() {
        for bad in ["0x5", "5y5", "1e5x5", "99999999999x1", "5xx5", "\"5\"", "0b11"] {
            assert!(number(bad).is_err(), "{bad}");
        }
        assert!(number("5y5").unwrap_err().contains("5x5"));
        assert!(number("0x5").unwrap_err().contains("hexadecimal"));
    }
}
