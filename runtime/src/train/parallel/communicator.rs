//! Processes that talk to each other.

use crate::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

/// Processes that train a network together, as one of them sees them: what MPI calls a communicator. `cnn::mpi`
/// has one of MPI's processes, and [`Threads`](crate::train::Threads) one of threads.
///
/// All of them make the same calls in the same order on each lane. Calls on different lanes may be made by
/// different threads at the same time, and must not wait for each other.
pub trait Communicator: Send + Sync + Debug {
    /// Which one this is, from 0 on.
    fn rank(&self) -> usize;

    /// How many there are.
    fn ranks(&self) -> usize;

    /// Sends numbers to others and receives as many as there is room for from others, all at the same time.
    /// Between two processes, numbers come in the order in which they were sent on that lane.
    ///
    /// # Errors
    /// Another one is gone.
    fn exchange(
        &self,
        lane: Lane,
        send: &[(usize, &[f32])],
        receive: &mut [(usize, &mut [f32])],
    ) -> Result<(), Error>;

    /// Overwrites `sum` with its sum over all processes, which get the same bits, in any order of the additions.
    /// It is called on [`Lane::Later`] alone.
    ///
    /// # Errors
    /// Another one is gone.
    fn all_reduce(&self, sum: &mut [f32]) -> Result<(), Error>;
}

/// What is shared is as what it shares.
impl<C: Communicator + ?Sized> Communicator for Arc<C> {
    fn rank(&self) -> usize {
        (**self).rank()
    }

    fn ranks(&self) -> usize {
        (**self).ranks()
    }

    fn exchange(
        &self,
        lane: Lane,
        send: &[(usize, &[f32])],
        receive: &mut [(usize, &mut [f32])],
    ) -> Result<(), Error> {
        (**self).exchange(lane, send, receive)
    }

    fn all_reduce(&self, sum: &mut [f32]) -> Result<(), Error> {
        (**self).all_reduce(sum)
    }
}

/// Numbers of different lanes do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What is waited for.
    Now = 0,
    /// Gradients that are added up while the backward pass goes on.
    Later = 1,
}

/// Gives all of the first `ranks` processes what the first one has, in a binomial tree.
pub(crate) fn broadcast(
    group: &dyn Communicator,
    lane: Lane,
    ranks: usize,
    data: &mut [f32],
) -> Result<(), Error> {
    let rank = group.rank();
    let mut have = 1;
    while have < ranks {
        if rank < have && rank + have < ranks {
            group.exchange(lane, &[(rank + have, data)], &mut [])?;
        } else if (have..2 * have).contains(&rank) {
            group.exchange(lane, &[], &mut [(rank - have, data)])?;
        }
        have *= 2;
    }
    Ok(())
}

/// Numbers below 65,536, which are exact, at a time.
const CHUNK: usize = 1 << 20;

/// Gives all processes the bytes that the first one has.
pub(crate) fn broadcast_bytes(group: &dyn Communicator, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let ranks = group.ranks();
    let mut len = [0, 16, 32, 48].map(|shift| (bytes.len() as u64 >> shift & 0xffff) as f32);
    broadcast(group, Lane::Now, ranks, &mut len)?;
    let len = len.iter().rev().fold(0, |len, &part| len << 16 | part as usize);
    bytes.resize(len, 0);
    let mut numbers = Vec::new();
    for chunk in bytes.chunks_mut(2 * CHUNK) {
        numbers.clear();
        let pair =
            |pair: &[u8]| f32::from(u16::from_le_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
        numbers.extend(chunk.chunks(2).map(pair));
        broadcast(group, Lane::Now, ranks, &mut numbers)?;
        for (pair, &number) in chunk.chunks_mut(2).zip(&numbers) {
            pair.copy_from_slice(&(number as u16).to_le_bytes()[..pair.len()]);
        }
    }
    Ok(())
}
