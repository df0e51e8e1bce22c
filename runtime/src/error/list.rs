//! Problems of tensors, listed.

use super::names::Renaming;
use crate::error::TensorProblem;
use core::fmt;

/// Problems one a line, the first few of each kind: at most a screen.
pub(crate) struct TensorList<'a>(pub(crate) &'a [TensorProblem]);

/// Problems of one kind that are shown.
pub(crate) const SHOWN: usize = 4;

impl fmt::Display for TensorList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            "of other dimensions",
            "of other types or counts",
            "missing",
            "in the file only",
            "with one name",
        ];
        for (kind, word) in kinds.into_iter().enumerate() {
            let problems = || self.0.iter().filter(move |problem| problem.kind() == kind);
            for problem in problems().take(SHOWN) {
                write!(f, "\n  {problem}")?;
            }
            match problems().count().saturating_sub(SHOWN) {
                0 => {}
                rest => write!(f, "\n  and {rest} more {word}")?,
            }
        }
        write!(f, "{}", Renaming(self.0))
    }
}
