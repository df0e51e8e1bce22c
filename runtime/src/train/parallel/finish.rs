//! How processes add up a sum of which each has subtrees.

use super::communicator::{Communicator, Lane, broadcast};
use super::shares::Piece;
use crate::error::Error;
use crate::reduce::middle;
use crate::vector;
use std::ops::Range;

/// Floats for each process from which on a sum is cut into as many segments as there are processes, each of which
/// adds up one of them: all send and receive as much. Shorter ones go up a tree to the first process and down again.
const SEGMENT: usize = 256;

/// Each process as a leaf.
pub(super) fn one_each(ranks: usize) -> Vec<Piece> {
    (0..ranks).map(|rank| Piece { leaves: rank..rank + 1, rank }).collect()
}

/// The sum over all processes, with each process as a leaf.
pub(crate) fn over_ranks(
    group: &dyn Communicator,
    lane: Lane,
    sum: &mut [f32],
) -> Result<(), Error> {
    let pieces = one_each(group.ranks());
    Finish { group, lane, pieces: &pieces }.run(sum, &mut [], &mut Vec::new())
}

/// What it takes to add up a sum.
pub(super) struct Finish<'a> {
    pub(super) group: &'a dyn Communicator,
    pub(super) lane: Lane,
    /// All subtrees, in order.
    pub(super) pieces: &'a [Piece],
}

impl Finish<'_> {
    /// `sum` and `others` are this process's subtrees; `sum` becomes the sum over all.
    pub(super) fn run(
        &self,
        sum: &mut [f32],
        others: &mut [f32],
        received: &mut Vec<f32>,
    ) -> Result<(), Error> {
        let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else {
            return Ok(());
        };
        let (tree, ranks) = (first.leaves.start..last.leaves.end, last.rank + 1);
        if self.pieces.len() == 1 {
            return Ok(());
        }
        if ranks > 1 && sum.len() >= SEGMENT * ranks {
            return self.segments(tree, ranks, sum, others, received);
        }
        let rank = self.group.rank();
        let own = self.pieces.partition_point(|piece| piece.rank < rank);
        received.resize(received.len().max(sum.len()), 0.0);
        let received = &mut received[..sum.len()];
        self.climb(tree, 0..self.pieces.len(), own, &mut Held { sum, others, received })?;
        broadcast(self.group, self.lane, ranks, sum)
    }

    /// Each process adds up one segment of the sum, and tells the others.
    fn segments(
        &self,
        tree: Range<usize>,
        ranks: usize,
        sum: &mut [f32],
        others: &[f32],
        received: &mut Vec<f32>,
    ) -> Result<(), Error> {
        let (len, own) = (sum.len(), self.group.rank());
        let segment = |rank: usize| len * rank / ranks..len * (rank + 1) / ranks;
        let here = segment(own).len();
        received.resize(received.len().max(self.pieces.len() * here), 0.0);
        let received = &mut received[..self.pieces.len() * here];

        let held = || std::iter::once(&*sum).chain(others.chunks_exact(len));
        let mut send = Vec::new();
        for rank in (0..ranks).filter(|&rank| rank != own) {
            send.extend(held().map(|held| (rank, &held[segment(rank)])));
        }
        let (mut receive, mut held) = (Vec::new(), held());
        for (piece, room) in self.pieces.iter().zip(received.chunks_exact_mut(here)) {
            if piece.rank != own {
                receive.push((piece.rank, room));
            } else if let Some(held) = held.next() {
                room.copy_from_slice(&held[segment(own)]);
            }
        }
        self.group.exchange(self.lane, &send, &mut receive)?;
        add_up(tree, self.pieces, received, here);

        let total = &received[..here];
        let send: Vec<(usize, &[f32])> =
            (0..ranks).filter(|&rank| rank != own).map(|rank| (rank, total)).collect();
        let (mut receive, mut rest) = (Vec::new(), sum);
        for rank in 0..ranks {
            let (room, after) = rest.split_at_mut(segment(rank).len());
            rest = after;
            if rank == own {
                room.copy_from_slice(total);
            } else {
                receive.push((rank, room));
            }
        }
        self.group.exchange(self.lane, &send, &mut receive)
    }

    /// Adds up the pieces `some`, which make up `tree`, where the first of them is.
    fn climb(
        &self,
        tree: Range<usize>,
        some: Range<usize>,
        own: usize,
        held: &mut Held<'_>,
    ) -> Result<(), Error> {
        if some.len() == 1 {
            return Ok(());
        }
        let middle = middle(&tree);
        let far = some.start
            + self.pieces[some.clone()].partition_point(|piece| piece.leaves.start < middle);
        self.climb(tree.start..middle, some.start..far, own, held)?;
        self.climb(middle..tree.end, far..some.end, own, held)?;
        let rank = self.group.rank();
        let [to, from] = [some.start, far].map(|piece| self.pieces[piece].rank);
        if to == rank && from == rank {
            held.add(some.start - own, far - own);
        } else if from == rank {
            self.group.exchange(self.lane, &[(to, held.get(far - own))], &mut [])?;
        } else if to == rank {
            self.group.exchange(self.lane, &[], &mut [(from, &mut *held.received)])?;
            held.add_received(some.start - own);
        }
        Ok(())
    }
}

/// The subtrees of this process.
struct Held<'a> {
    sum: &'a mut [f32],
    others: &'a mut [f32],
    received: &'a mut [f32],
}

impl Held<'_> {
    fn get(&mut self, piece: usize) -> &mut [f32] {
        let len = self.sum.len();
        match piece {
            0 => self.sum,
            _ => &mut self.others[(piece - 1) * len..][..len],
        }
    }

    /// Adds a later piece to an earlier one.
    fn add(&mut self, to: usize, from: usize) {
        let len = self.sum.len();
        let (near, far) = self.others.split_at_mut((from - 1) * len);
        let to = if to == 0 { &mut *self.sum } else { &mut near[(to - 1) * len..][..len] };
        vector::add_assign(&far[..len], to);
    }

    fn add_received(&mut self, to: usize) {
        let received = std::mem::take(&mut self.received);
        vector::add_assign(received, self.get(to));
        self.received = received;
    }
}

/// Adds up what lies one after the other, `len` floats of each piece, where the first one is.
fn add_up(tree: Range<usize>, pieces: &[Piece], all: &mut [f32], len: usize) {
    if pieces.len() == 1 {
        return;
    }
    let middle = middle(&tree);
    let half = pieces.partition_point(|piece| piece.leaves.start < middle);
    let (near, far) = all.split_at_mut(half * len);
    add_up(tree.start..middle, &pieces[..half], near, len);
    add_up(middle..tree.end, &pieces[half..], far, len);
    vector::add_assign(&far[..len], &mut near[..len]);
}
