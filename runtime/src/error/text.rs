//! The words of messages.

use crate::error::TensorProblem;
use crate::shape::Shape;
use std::fmt;

/// Dimensions as `6×1×5×5`; a scalar's as `a scalar`.
pub(super) struct Dims<'a>(pub(super) &'a [usize]);

impl fmt::Display for Dims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("a scalar");
        }
        for (i, d) in self.0.iter().enumerate() {
            write!(f, "{}{d}", if i == 0 { "" } else { "×" })?;
        }
        Ok(())
    }
}

/// The dimensions of a batch.
pub(super) struct Batch<'a>(pub(super) &'a [usize]);

impl fmt::Display for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of {}", Dims(self.0))
    }
}

/// The dimensions of a batch of any number of images.
pub(super) struct Wanted<'a>(pub(super) &'a Shape);

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.0 {
            Shape::Volume { channels, height, width } => write!(f, "N×{channels}×{height}×{width}"),
            Shape::Vector(n) => write!(f, "N×{n}"),
        }
    }
}

/// The classes there are.
pub(super) struct Classes(pub(super) usize);

impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_sub(1) {
            Some(last) => write!(f, "expected one of 0 to {last}"),
            None => f.write_str("but there are no classes"),
        }
    }
}

/// ` (did you mean …?)`, or nothing.
pub(super) struct Hint<'a>(pub(super) &'a Option<&'static str>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |similar| write!(f, " (did you mean `{similar}`?)"))
    }
}

/// Problems one a line, the first few of them.
pub(super) struct List<'a>(pub(super) &'a [TensorProblem]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        for problem in self.0.iter().take(SHOWN) {
            write!(f, "\n  {problem}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            rest => write!(f, "\n  and {rest} more"),
        }
    }
}

/// `: a, b, c`, those of the fewest levels first, and not too many.
pub(super) struct Words<'a>(pub(super) &'a [&'static str]);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        let mut words = self.0.to_vec();
        words.sort_by_key(|word| word.matches('.').count());
        if words.is_empty() {
            return f.write_str(", which has no labels");
        }
        let shown = &words[..words.len().min(SHOWN)];
        write!(f, ": {}", shown.join(", "))?;
        match words.len() - shown.len() {
            0 => Ok(()),
            rest => write!(f, " and {rest} more"),
        }
    }
}

/// The candidate most like `word`, if any is close enough to have been meant.
pub(crate) fn similar<'c>(
    word: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    candidates
        .map(|c| (distance(word, c), c))
        .min_by_key(|&(d, _)| d)
        .filter(|&(d, c)| d <= (c.len().max(word.len()) / 3).max(1))
        .map(|(_, c)| c)
}

/// Levenshtein's edit distance in bytes; long words count as far.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 256;
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let next = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Origin};

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let paths = || ["0.weight", "0.bias", "layer1.0.conv1.weight"].into_iter();
        assert_eq!(similar("0.wieght", paths()), Some("0.weight"));
        assert_eq!(similar("layer1.0.conv.weight", paths()), Some("layer1.0.conv1.weight"));
        assert_eq!(similar("completely different", paths()), None);
    }

    #[test]
    fn labels_of_few_levels_come_first() {
        assert_eq!(Words(&["a.b", "c", "d"]).to_string(), ": c, d, a.b");
        assert_eq!(Words(&["x"; 15]).to_string(), format!(": {} and 3 more", ["x"; 12].join(", ")));
        assert_eq!(Words(&[]).to_string(), ", which has no labels");
    }

    #[test]
    fn long_lists_of_tensors_are_cut() {
        let problems = (0..15)
            .map(|i| TensorProblem::Missing { path: format!("{i}.weight"), expected: vec![6, 1] })
            .collect();
        let error = Error::Tensors {
            origin: Origin::Memory("bytes"),
            network: "LeNet",
            tensors: 10,
            problems,
        };
        let text = error.to_string();
        assert!(text.contains("`11.weight` (6×1) is missing\n  and 3 more"), "{text}");
        assert!(!text.contains("12.weight"), "{text}");
    }
}
