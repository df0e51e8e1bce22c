//! What reading goes by, and where its mistakes go.

use crate::report::Report;

pub(super) struct Context<'a> {
    pub(super) report: &'a mut Report,
    /// Whether a word is a layer that always takes branches, so that `add(_)` is read as one.
    pub(super) joins: fn(&str) -> bool,
}
