//! Sums and products of branches of which some have one number a channel or a pixel.

use crate::layers::record::Operand;
use cnn_ir::Shape;

/// The result's shape: as many channels as the branch of the most, as large as the largest branch. Or else
/// two branches that don't go together.
pub(super) fn joined(inputs: &[Operand]) -> Result<Shape, [usize; 2]> {
    let most = |of: &dyn Fn(&Operand) -> usize| {
        (0..inputs.len()).max_by_key(|&i| (of(&inputs[i]), usize::MAX - i)).unwrap_or(0)
    };
    let deepest = most(&|o| o.shape.channels());
    let widest = most(&|o| o.shape.positions());
    let (channels, size) = (inputs[deepest].shape.channels(), inputs[widest].shape.size());
    let shape = inputs[widest].shape.with_channels(channels);
    for (i, operand) in inputs.iter().enumerate() {
        // A vector stands for one number a channel, not for one in all.
        let one = matches!(operand.shape, Shape::Volume { .. });
        let all_channels = operand.shape.channels() == channels;
        let all_pixels = operand.shape.size() == size;
        if !(all_channels || one && operand.shape.channels() == 1) {
            return Err([deepest.min(i), deepest.max(i)]);
        }
        if !(all_pixels || operand.shape.positions() == 1) {
            return Err([widest.min(i), widest.max(i)]);
        }
    }
    Ok(shape)
}
