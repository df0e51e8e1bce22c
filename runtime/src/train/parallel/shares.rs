//! Who has which images of a batch.

use crate::reduce::subtrees;
use std::ops::Range;

/// The leaves of a batch, dealt out evenly: the first processes have one more where it does not come out even,
/// and the last ones none where there are fewer leaves than processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(crate) images: usize,
    /// Images in a leaf.
    pub(crate) leaf: usize,
    pub(crate) ranks: usize,
}

/// A subtree that one process has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) leaves: Range<usize>,
    pub(super) rank: usize,
}

impl Shares {
    pub(crate) fn leaves(&self) -> usize {
        self.images.div_ceil(self.leaf)
    }

    /// The processes that have any.
    pub(crate) fn active(&self) -> usize {
        self.leaves().min(self.ranks)
    }

    pub(crate) fn leaves_of(&self, rank: usize) -> Range<usize> {
        let (each, more) = (self.leaves() / self.ranks, self.leaves() % self.ranks);
        let first = |rank: usize| rank * each + rank.min(more);
        first(rank)..first(rank + 1)
    }

    pub(crate) fn images_of(&self, rank: usize) -> Range<usize> {
        let leaves = self.leaves_of(rank);
        let [start, end] =
            [leaves.start, leaves.end].map(|leaf| (leaf * self.leaf).min(self.images));
        start..end
    }

    /// The largest subtrees that each has alone, in the order of their leaves.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let of = |rank| {
            let all = subtrees(0..self.leaves(), &self.leaves_of(rank)).into_iter();
            all.map(move |leaves| Piece { leaves, rank })
        };
        (0..self.active()).flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_is_somebodys_and_every_leaf_is_in_one_piece() {
        for images in [1, 2, 5, 16, 17, 100, 257] {
            for leaf in [1, 2, 16] {
                for ranks in [1, 2, 3, 4, 7, 20] {
                    let shares = Shares { images, leaf, ranks };
                    let mut next = 0;
                    for rank in 0..ranks {
                        let own = shares.images_of(rank);
                        assert_eq!(own.start, next, "{shares:?}");
                        assert_eq!(own.is_empty(), rank >= shares.active(), "{shares:?}");
                        assert!(own.is_empty() || own.start.is_multiple_of(leaf), "{shares:?}");
                        next = own.end;
                    }
                    assert_eq!(next, images);
                    let pieces = shares.pieces();
                    let leaves: Vec<usize> = pieces.iter().flat_map(|p| p.leaves.clone()).collect();
                    assert!(leaves.into_iter().eq(0..shares.leaves()), "{shares:?}");
                    assert!(pieces.windows(2).all(|two| two[0].rank <= two[1].rank));
                }
            }
        }
    }

    #[test]
    fn an_even_share_of_a_power_of_two_is_one_piece() {
        for ranks in [1, 2, 4, 8, 16] {
            assert_eq!(Shares { images: 64, leaf: 4, ranks }.pieces().len(), ranks);
        }
        let pieces = Shares { images: 13, leaf: 1, ranks: 2 }.pieces();
        let leaves: Vec<_> = pieces.into_iter().map(|piece| piece.leaves).collect();
        assert_eq!(leaves, [0..4, 4..6, 6..7, 7..8, 8..13]);
    }
}
