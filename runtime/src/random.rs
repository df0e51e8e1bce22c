//! Seeded, portable, counter-style random streams: the same numbers on every platform.

/// The key of one pass; a layer's stream also depends on (sample, layer).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// The user's seed.
    pub seed: u64,
    /// Which training step this is.
    pub step: u64,
}
