//! What several methods ask of their arguments.

use crate::error::Error;

/// Whether there is a label for each image, all of them below `classes`.
///
/// # Errors
/// There is not.
pub(super) fn labels(
    name: &'static str,
    method: &'static str,
    labels: &[usize],
    images: usize,
    classes: usize,
) -> Result<(), Error> {
    if labels.len() != images {
        let found = format!("{} labels for {images} images", labels.len());
        return Err(refused(name, method, found, "a label for each image".to_owned()));
    }
    match labels.iter().enumerate().find(|&(_, &label)| label >= classes) {
        Some((image, label)) => {
            let found = format!("label {label} of image {image}");
            Err(refused(name, method, found, format!("a class from 0 to {}", classes - 1)))
        }
        None => Ok(()),
    }
}

/// Whether a number is finite and at least 0.
///
/// # Errors
/// It is not.
pub(super) fn not_negative(
    name: &'static str,
    method: &'static str,
    what: &str,
    found: f32,
) -> Result<(), Error> {
    if found.is_finite() && found >= 0.0 {
        return Ok(());
    }
    let expected = "a finite number of at least 0".to_owned();
    Err(refused(name, method, format!("{what} of {found}"), expected))
}

/// Whether a number is finite and above 0.
///
/// # Errors
/// It is not.
pub(super) fn positive(
    name: &'static str,
    method: &'static str,
    what: &str,
    found: f32,
) -> Result<(), Error> {
    if found.is_finite() && found > 0.0 {
        return Ok(());
    }
    let expected = "a finite number above 0".to_owned();
    Err(refused(name, method, format!("{what} of {found}"), expected))
}

/// Whether there is one or more.
///
/// # Errors
/// There is none.
pub(super) fn some(
    name: &'static str,
    method: &'static str,
    what: &str,
    found: usize,
) -> Result<(), Error> {
    match found {
        0 => Err(refused(name, method, format!("0 {what}"), "at least 1".to_owned())),
        _ => Ok(()),
    }
}

/// A method can't be applied to what was found.
pub(super) fn refused(
    network: &'static str,
    method: &'static str,
    found: String,
    expected: String,
) -> Error {
    Error::Explanation { network, method, found, expected }
}
