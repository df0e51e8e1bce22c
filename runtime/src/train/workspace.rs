//! How much memory a step of training needs.

use crate::describe::ALIGN;
use crate::program::Program;
use crate::reduce;
use cnn_ir::Role;

/// Bytes that a step of training on a batch of `batch` images needs on `threads` threads, beside the network and
/// what the optimizer keeps; the largest number if they are more than it.
pub const fn train_workspace<N: Program>(batch: usize, threads: usize) -> usize {
    let images = if batch > 1 { batch } else { 1 };
    let threads = if threads > 1 { threads } else { 1 };
    let plan = &N::TRAINING;
    let interleaved = plan.interleaved;
    let padded = images.div_ceil(interleaved).saturating_mul(interleaved);
    let (mut trainable, mut buffers, mut i) = (0, 0, 0);
    while i < N::TENSORS.len() {
        let spec = &N::TENSORS[i];
        let end = match spec.role {
            Role::Trainable => &mut trainable,
            Role::Buffer => &mut buffers,
            Role::Counter => &mut 0,
        };
        let own = spec.offset + spec.len();
        if *end < own {
            *end = own;
        }
        i += 1;
    }
    let (mut outputs, mut i) = (0_usize, 0);
    while i < N::TRAIN_OUTPUTS.len() {
        outputs = outputs.saturating_add(N::TRAIN_OUTPUTS[i].len().saturating_mul(images));
        i += 1;
    }
    plan.floats(padded, threads)
        .saturating_add(plan.stats)
        .saturating_add(trainable.next_multiple_of(ALIGN))
        .saturating_add(buffers.next_multiple_of(ALIGN))
        .saturating_add(reduce::partials_len(plan.largest, plan.longest_row, images, interleaved))
        // The outputs, and the gradients with respect to them.
        .saturating_add(outputs.saturating_mul(2))
        .saturating_mul(4)
}
