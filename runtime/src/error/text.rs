//! The words of messages.

use cnn_ir::Shape;
use std::fmt;
use std::path::Path;

/// A name that a file or a caller gave: without control characters, which a terminal would obey, and cut
/// where it goes on for long.
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 80;
        escape(f, self.0.chars().take(SHOWN))?;
        if self.0.chars().nth(SHOWN).is_some() { f.write_str("…") } else { Ok(()) }
    }
}

/// A path of the file system, without control characters.
pub(super) struct Place<'a>(pub(super) &'a Path);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, self.0.to_string_lossy().chars())
    }
}

fn escape(f: &mut fmt::Formatter<'_>, mut text: impl Iterator<Item = char>) -> fmt::Result {
    text.try_for_each(|c| match c {
        // Would be escaped for a string's sake.
        '\'' | '"' | '\\' => write!(f, "{c}"),
        _ => write!(f, "{}", c.escape_debug()),
    })
}

/// ` (a zip archive)`, or nothing.
pub(super) struct Known<'a>(pub(super) &'a Option<&'static str>);

impl fmt::Display for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |kind| write!(f, " ({kind})"))
    }
}

/// What to do, on a line of its own, or nothing.
pub(super) struct Help<'a>(pub(super) &'a Option<&'static str>);

impl fmt::Display for Help<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |help| write!(f, "\n  help: {help}"))
    }
}

/// Dimensions as `6×1×5×5`; a scalar's as `a scalar`.
pub(super) struct Dims<'a>(pub(super) &'a [usize]);

impl fmt::Display for Dims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("a scalar");
        }
        const SHOWN: usize = 8;
        for (i, d) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{d}", if i == 0 { "" } else { "×" })?;
        }
        if self.0.len() > SHOWN { f.write_str("×…") } else { Ok(()) }
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

/// ` of so many images`; nothing where the amount does not depend on them.
pub(super) struct Images(pub(super) usize);

impl fmt::Display for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(" of 1 image"),
            n => write!(f, " of {n} images"),
        }
    }
}

/// An amount of memory.
pub(super) struct Bytes(pub(super) Option<usize>);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bytes) => write!(f, "{bytes} bytes"),
            None => f.write_str("more bytes than can be addressed"),
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
    use crate::error::{Error, Origin, TensorProblem};

    #[test]
    fn a_slip_of_the_finger_is_recognized() {
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
    fn long_lists_of_tensors_are_a_screen_of_every_kind() {
        let path = |i: usize| format!("{i}.weight");
        let mut problems = Vec::new();
        problems.extend(
            (0..130).map(|i| TensorProblem::Missing { path: path(i), expected: vec![6, 1] }),
        );
        problems.extend((200..300).map(|i| TensorProblem::Surplus {
            path: path(i),
            found: vec![1; 1000],
            similar: None,
        }));
        problems.extend((300..400).map(|i| TensorProblem::Shape {
            path: path(i),
            found: vec![2, 2],
            expected: vec![4],
        }));
        problems.extend((400..500).map(|i| TensorProblem::Type {
            path: path(i),
            found: "U8".to_owned(),
            expected: "F32",
        }));
        let origin = Origin::File("a/b.safetensors".into());
        let error = Error::Tensors { origin, network: "LeNet", tensors: 10, problems };
        let text = error.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 21, "{text}");
        assert_eq!(lines[0], "a/b.safetensors: the tensors do not fit `LeNet`, which has 10:");
        assert_eq!(lines[1], "  `300.weight`: found 2×2, expected 4");
        assert_eq!(lines[5], "  and 96 more of other dimensions");
        assert_eq!(lines[10], "  and 96 more of other types or counts");
        assert_eq!(lines[14], "  `3.weight` (6×1) is missing");
        assert_eq!(lines[15], "  and 126 more missing");
        assert!(
            lines[16].starts_with("  `200.weight` (1×1×1×1×1×1×1×1×…) is in the file"),
            "{text}"
        );
        assert_eq!(lines[20], "  and 96 more in the file only");
    }

    #[test]
    fn names_are_escaped_and_cut() {
        let shown = |name: &str| Name(name).to_string();
        assert_eq!(shown("layer1.0.\"a\".weight"), "layer1.0.\"a\".weight");
        assert_eq!(shown("a\n\u{1b}[2Jb\u{202e}"), "a\\n\\u{1b}[2Jb\\u{202e}");
        assert_eq!(shown(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(shown(&"é".repeat(1_000_000)), format!("{}…", "é".repeat(80)));
        let error = Error::io(Path::new("a\u{7}b"), "read")(std::io::Error::other("no"));
        assert_eq!(error.to_string(), "a\\u{7}b: cannot read: no");
    }
}
