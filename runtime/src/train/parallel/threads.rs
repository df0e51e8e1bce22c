//! A group of threads of one process.

use super::communicator::{Communicator, Lane};
use super::finish::over_ranks;
use crate::error::Error;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A [`Communicator`] of threads of one process, to try out what several processes would do. Each of them needs a trainer of
/// its own, with threads of its own.
#[derive(Debug)]
pub struct Threads {
    rank: usize,
    /// For each lane, to and from each other.
    lanes: [Lanes; 2],
}

#[derive(Debug, Default)]
struct Lanes {
    to: Vec<Sender<Vec<f32>>>,
    from: Vec<Mutex<Receiver<Vec<f32>>>>,
}

impl Threads {
    /// The members of a group of `n`, in order.
    pub fn group(n: usize) -> Vec<Self> {
        let mut members: Vec<Self> =
            (0..n).map(|rank| Self { rank, lanes: Default::default() }).collect();
        for lane in 0..2 {
            for from in 0..n {
                for to in 0..n {
                    let (sender, receiver) = channel();
                    members[from].lanes[lane].to.push(sender);
                    members[to].lanes[lane].from.push(Mutex::new(receiver));
                }
            }
        }
        members
    }

    fn gone(&self, rank: usize) -> Error {
        Error::Communication { rank: self.rank, message: format!("number {rank} is gone") }
    }
}

impl Communicator for Threads {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.lanes[0].to.len()
    }

    fn exchange(
        &self,
        lane: Lane,
        send: &[(usize, &[f32])],
        receive: &mut [(usize, &mut [f32])],
    ) -> Result<(), Error> {
        let Lanes { to, from } = &self.lanes[lane as usize];
        for &(rank, numbers) in send {
            to[rank].send(numbers.to_vec()).map_err(|_| self.gone(rank))?;
        }
        for (rank, room) in receive {
            let channel = from[*rank].lock().map_err(|_| self.gone(*rank))?;
            let numbers = channel.recv().map_err(|_| self.gone(*rank))?;
            if numbers.len() != room.len() {
                let (found, expected) = (numbers.len(), room.len());
                let message =
                    format!("found {found} numbers of number {rank}, expected {expected}");
                return Err(Error::Communication { rank: self.rank, message });
            }
            room.copy_from_slice(&numbers);
        }
        Ok(())
    }

    fn all_reduce(&self, sum: &mut [f32]) -> Result<(), Error> {
        over_ranks(self, Lane::Later, sum)
    }
}
