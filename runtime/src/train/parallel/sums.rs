//! Sums over a batch that go on from process to process.

use super::communicator::{Communicator, Lane, broadcast};
use super::later::Later;
use super::shares::{Piece, Shares};
use crate::error::Error;
use crate::reduce::middle;
use crate::shard::Across;
use crate::vector;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Floats for each process from which on a sum is cut into as many segments as there are processes, each of which
/// adds up one of them: all send and receive as much. Shorter ones go up a tree to the first process and down again.
const SEGMENT: usize = 256;

/// The sums of one pass.
pub(crate) struct Sums {
    group: Arc<dyn Communicator>,
    pieces: Arc<[Piece]>,
    /// Those of this process, from its first leaf on.
    own: Vec<Range<usize>>,
    /// Whether the order of additions does not matter, and all processes have images.
    any_order: bool,
    room: Mutex<Room>,
}

#[derive(Default)]
struct Room {
    lent: Vec<f32>,
    later: Option<Later>,
    received: Vec<f32>,
    /// What went wrong; nothing is sent then.
    failure: Option<Error>,
}

impl fmt::Debug for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sums").field("group", &self.group).finish_non_exhaustive()
    }
}

impl Sums {
    pub(crate) fn new(group: Arc<dyn Communicator>) -> Self {
        let later = if group.ranks() > 1 { Later::start(group.clone()) } else { None };
        let room = Mutex::new(Room { later, ..Room::default() });
        Self { group, pieces: Arc::new([]), own: Vec::new(), any_order: false, room }
    }

    pub(crate) fn group(&self) -> &dyn Communicator {
        &*self.group
    }

    /// The next passes are over such a batch. Where the order of additions does not matter, `exact` is false, and
    /// what each process has counts as one leaf.
    pub(crate) fn start(&mut self, shares: &Shares, exact: bool, leaf: usize) {
        let (rank, ranks) = (self.group.rank(), self.group.ranks());
        self.any_order = !exact && shares.active() == ranks;
        if exact {
            let (pieces, first) = (shares.pieces(), shares.leaves_of(rank).start);
            let own = pieces.iter().filter(|piece| piece.rank == rank);
            let from = |leaves: &Range<usize>| leaves.start - first..leaves.end - first;
            self.own = own.map(|piece| from(&piece.leaves)).collect();
            self.pieces = pieces.into();
        } else {
            let all = 0..shares.images_of(rank).len().div_ceil(leaf);
            self.own = Vec::from([all]);
            self.pieces = one_each(shares.active()).into();
        }
    }

    /// What went wrong in the passes since this was asked last.
    pub(crate) fn result(&self) -> Result<(), Error> {
        self.room().failure.take().map_or(Ok(()), Err)
    }

    /// Writes the sums that were left for the end of the pass to their places.
    pub(crate) fn collect(&self, gradients: &mut [f32]) {
        let Room { later, failure, .. } = &mut *self.room();
        if let (Some(later), None) = (later, &*failure) {
            *failure = later.collect(gradients, &self.pieces, self.any_order).err();
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Across for Sums {
    fn subtrees(&self) -> &[Range<usize>] {
        &self.own
    }

    fn lend(&self, floats: usize, work: &mut dyn FnMut(&mut [f32])) {
        let mut lent = std::mem::take(&mut self.room().lent);
        if lent.len() < floats {
            lent.resize(floats, 0.0);
        }
        work(&mut lent[..floats]);
        self.room().lent = lent;
    }

    fn finish(&self, sum: &mut [f32], others: &mut [f32]) {
        let Room { received, failure, .. } = &mut *self.room();
        if failure.is_none() {
            let all = Finish { group: &*self.group, lane: Lane::Now, pieces: &self.pieces };
            *failure = all.run(sum, others, received).err();
        }
    }

    fn has_time(&self) -> bool {
        let ranks = self.pieces.last().map_or(0, |last| last.rank + 1);
        ranks > 1 && self.pieces.len() == ranks && self.room().later.is_some()
    }

    fn finish_later(&self, first: usize, sum: &[f32]) {
        if let Some(later) = &mut self.room().later {
            later.take(first, sum, &self.pieces, self.any_order);
        }
    }
}

fn one_each(ranks: usize) -> Vec<Piece> {
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
