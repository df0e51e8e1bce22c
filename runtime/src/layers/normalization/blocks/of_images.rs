//! Numbers of every channel of every image: `[image][blocks of channels][16]`.

use crate::exec::{self, Exec};
use crate::kernels::affine::of_block;
use crate::layout::BLOCK;

/// Fills the lanes of every block of every image of each tensor with `of(image, block)`, on as many
/// threads as the pixels are worth.
pub(crate) fn fill<const K: usize>(
    exec: &dyn Exec,
    floats: usize,
    channels: [&mut [f32]; K],
    blocks: usize,
    of: &(dyn Fn(usize, usize) -> [[f32; BLOCK]; K] + Sync),
) {
    let all = channels[0].len() / BLOCK;
    // As many pieces as are worth a fork, each of some blocks.
    let some = all.div_ceil((floats / exec::GRAIN).clamp(1, all));
    let tensors = channels.map(|t| (t, some * BLOCK));
    exec::split_always(exec, all.div_ceil(some), tensors, &|piece, tensors| {
        let mut tensors = tensors.map(|t| t.chunks_exact_mut(BLOCK));
        for i in piece * some..all.min((piece + 1) * some) {
            for (tensor, sums) in tensors.iter_mut().zip(of(i / blocks, i % blocks)) {
                if let Some(lanes) = tensor.next() {
                    lanes.copy_from_slice(&sums);
                }
            }
        }
    });
}

/// A block's lanes of what is kept for the channels of all images.
pub(crate) fn kept(channels: &[f32], blocks: usize, image: usize, block: usize) -> [f32; BLOCK] {
    of_block(channels, image * blocks + block)
}
