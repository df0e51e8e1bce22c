//! What one pass over the network has in common for all steps.

use crate::exec::Exec;
use crate::layout::Layout;
use crate::random::Streams;

/// Whether batch statistics and dropout are live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Batch statistics are used (and running ones updated), dropout drops.
    Training,
    /// Running statistics are used, dropout is the identity.
    Evaluation,
}

/// What one pass over the network has in common for all steps.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// Who runs the pieces.
    pub exec: &'a dyn Exec,
    /// Images in the batch, without the copies that fill up the last group.
    pub images: usize,
    /// Training or evaluation.
    pub mode: Mode,
    /// Random numbers of this pass, keyed by (seed, step); a layer adds (sample, layer).
    pub streams: Streams,
}

impl Pass<'_> {
    /// Groups of `L::IMAGES` images.
    pub fn groups<L: Layout>(&self) -> usize {
        self.images.div_ceil(L::IMAGES)
    }

    /// Images including the copies that fill up the last group.
    pub fn padded<L: Layout>(&self) -> usize {
        self.groups::<L>() * L::IMAGES
    }
}
