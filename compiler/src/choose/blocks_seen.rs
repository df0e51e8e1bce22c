//! What a block of a grouped convolution's filters sees.

use crate::plan::BLOCK;

/// How many blocks of channels a block of filters sees at most.
pub(super) fn blocks_seen(filters: usize, channels: usize, groups: usize) -> usize {
    let (outputs, inputs, deep) = (filters / groups, channels / groups, channels.min(BLOCK));
    let seen = |block: usize| {
        let (first, last) = (block * BLOCK, filters.min((block + 1) * BLOCK) - 1);
        let (first, end) = (first / outputs * inputs, (last / outputs + 1) * inputs);
        end.div_ceil(deep) - first / deep
    };
    // What a block sees depends on where in its group it starts, and on where in a block of channels the
    // group does. Both come round after 256 blocks or, where groups are larger, 256 groups, in which
    // the blocks at either end see most.
    const ROUND: usize = BLOCK * BLOCK;
    let blocks = filters.div_ceil(BLOCK);
    if outputs < BLOCK || blocks <= ROUND {
        (0..blocks.min(ROUND)).map(seen).max().unwrap_or(1)
    } else {
        let ends = |g: usize| {
            [g * outputs / BLOCK, g * outputs / BLOCK + 1, ((g + 1) * outputs - 1) / BLOCK]
        };
        (0..groups.min(ROUND)).flat_map(ends).filter(|&b| b < blocks).map(seen).max().unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, blocks_seen};

    #[test]
    fn blocks_are_counted_without_looking_at_all() {
        let all = |filters: usize, channels: usize, groups: usize| {
            let (outputs, inputs, deep) =
                (filters / groups, channels / groups, channels.min(BLOCK));
            let seen = |block: usize| {
                let (first, last) = (block * BLOCK, filters.min((block + 1) * BLOCK) - 1);
                let (first, end) = (first / outputs * inputs, (last / outputs + 1) * inputs);
                end.div_ceil(deep) - first / deep
            };
            (0..filters.div_ceil(BLOCK)).map(seen).max().unwrap()
        };
        for groups in [1, 2, 3, 7, 16, 100, 257, 300, 1000] {
            for outputs in [1, 2, 3, 5, 15, 16, 17, 24, 31, 33, 40, 64] {
                for inputs in [1, 2, 3, 5, 8, 16, 17, 24] {
                    let (filters, channels) = (groups * outputs, groups * inputs);
                    assert_eq!(
                        blocks_seen(filters, channels, groups),
                        all(filters, channels, groups),
                        "{filters} filters, {channels} channels, {groups} groups"
                    );
                }
            }
        }
    }
}
