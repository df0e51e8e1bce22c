//! What a file says of itself beside its tensors: how images are normalized.
//!
//! The texts of `__metadata__` are those that `json.dumps` writes of a list in Python.

use super::read::Header;
use crate::error::{Error, Name, Origin};
use crate::normalize::Normalize;
use std::collections::BTreeMap;

const MEAN: &str = "image_mean";
const DEVIATION: &str = "image_std";

/// The words and texts that keep a normalization.
pub(super) fn of(normalization: Option<&Normalize>) -> BTreeMap<String, String> {
    let list = |numbers: &[f32]| {
        // The shortest digits that give the same number.
        let numbers: Vec<String> = numbers.iter().map(f32::to_string).collect();
        format!("[{}]", numbers.join(", "))
    };
    let words = |n: &Normalize| [(MEAN, list(n.mean())), (DEVIATION, list(n.deviation()))];
    let words = normalization.map(words).into_iter().flatten();
    words.map(|(word, text)| (word.to_owned(), text)).collect()
}

/// The normalization that a file keeps, if it does.
///
/// # Errors
/// Its texts are no lists of numbers, or one of them is missing.
pub(super) fn normalization(header: &Header, origin: Origin) -> Result<Option<Normalize>, Error> {
    let [mean, deviation] = [MEAN, DEVIATION].map(|word| header.about(word));
    if mean.is_none() && deviation.is_none() {
        return Ok(None);
    }
    let numbers = |word: &str, text: Option<&str>| {
        let text = text.unwrap_or_default();
        let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let numbers = inner.map(|list| list.split(',').map(|x| x.trim().parse()).collect());
        match numbers {
            Some(Ok(numbers)) => Ok::<Vec<f32>, Error>(numbers),
            _ => Err(Error::Normalization {
                origin: origin.clone(),
                found: format!("`{}` as `{word}` of its metadata", Name(text)),
                expected: "a list of numbers such as `[0.5, 0.5, 0.5]`".to_owned(),
            }),
        }
    };
    Ok(Some(Normalize::new(numbers(MEAN, mean)?, numbers(DEVIATION, deviation)?)))
}

/// Refuses a normalization that images of so many channels cannot have.
pub(super) fn check(of: &Normalize, channels: usize, origin: Origin) -> Result<(), Error> {
    match of.problem(channels) {
        Some((found, expected)) => {
            let found = format!("{found} in its metadata");
            Err(Error::Normalization { origin, found, expected })
        }
        None => Ok(()),
    }
}
