//! The parameters of a network.

use crate::arena::Buffer;

/// All tensors of a `state_dict`, contiguous by role.
#[derive(Clone, Debug)]
pub struct Params {
    /// Trainable parameters.
    pub trainable: Buffer,
    /// Running statistics.
    pub buffers: Buffer,
    /// `num_batches_tracked`.
    pub counters: Vec<i64>,
}
