//! Sums over a batch that go on from process to process.

use super::communicator::{Communicator, Lane};
use super::finish::{Finish, one_each};
use super::later::Later;
use super::shares::{Piece, Shares};
use crate::error::Error;
use crate::shard::Across;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
