//! Sums of gradients while the backward pass goes on.

use super::communicator::{Communicator, Lane};
use super::finish::Finish;
use super::shares::Piece;
use crate::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// Floats of a bucket, and of each message of one: where there are many processes, buckets are larger, lest messages
/// get short.
const BUCKET: usize = 1 << 20;
const MESSAGE: usize = 1 << 14;

/// A thread that adds up buckets of gradients with the other processes, in the order in which they are given.
#[derive(Debug)]
pub(super) struct Later {
    /// None when there is to be nothing more.
    to: Option<Sender<Job>>,
    from: Receiver<(Bucket, Result<(), Error>)>,
    thread: Option<JoinHandle<()>>,
    /// The bucket that is being filled, and those that are on their way.
    open: Bucket,
    /// Floats of a full one.
    full: usize,
    sent: usize,
    /// Empty ones.
    free: Vec<Bucket>,
}

/// A bucket, and whose sums they are; where the order of additions does not matter, of all.
#[derive(Debug)]
struct Job {
    bucket: Bucket,
    pieces: Arc<[Piece]>,
    any_order: bool,
}

/// Gradients one after the other.
#[derive(Debug, Default)]
struct Bucket {
    floats: Vec<f32>,
    /// Where each stretch of them belongs, and its length.
    places: Vec<(usize, usize)>,
}

impl Later {
    /// None where there is no thread to be had.
    pub(super) fn start(group: Arc<dyn Communicator>) -> Option<Self> {
        let (to, jobs) = channel::<Job>();
        let (done, from) = channel();
        let ranks = group.ranks();
        let work = move || {
            let mut received = Vec::new();
            for Job { mut bucket, pieces, any_order } in jobs {
                let result = if any_order {
                    group.all_reduce(&mut bucket.floats)
                } else {
                    let all = Finish { group: &*group, lane: Lane::Later, pieces: &pieces };
                    all.run(&mut bucket.floats, &mut [], &mut received)
                };
                let failed = result.is_err();
                if done.send((bucket, result)).is_err() || failed {
                    return;
                }
            }
        };
        let full = BUCKET.max(MESSAGE * ranks);
        let thread = std::thread::Builder::new().name("gradients".to_owned()).spawn(work).ok()?;
        Some(Self {
            to: Some(to),
            from,
            thread: Some(thread),
            open: Bucket::default(),
            full,
            sent: 0,
            free: Vec::new(),
        })
    }

    /// Takes the gradients from number `first` on.
    pub(super) fn take(
        &mut self,
        first: usize,
        sum: &[f32],
        pieces: &Arc<[Piece]>,
        any_order: bool,
    ) {
        let (mut first, mut rest) = (first, sum);
        while !rest.is_empty() {
            let (some, after) = rest.split_at(rest.len().min(self.full - self.open.floats.len()));
            self.open.floats.extend_from_slice(some);
            self.open.places.push((first, some.len()));
            (first, rest) = (first + some.len(), after);
            if self.open.floats.len() == self.full {
                self.send(pieces, any_order);
            }
        }
    }

    fn send(&mut self, pieces: &Arc<[Piece]>, any_order: bool) {
        if self.open.places.is_empty() {
            return;
        }
        let next = self.free.pop().unwrap_or_default();
        let full = std::mem::replace(&mut self.open, next);
        // A thread that has ended has said why.
        if let Some(to) = &self.to
            && to.send(Job { bucket: full, pieces: pieces.clone(), any_order }).is_ok()
        {
            self.sent += 1;
        }
    }

    /// Writes all sums to their places.
    ///
    /// # Errors
    /// Another process is gone.
    pub(super) fn collect(
        &mut self,
        gradients: &mut [f32],
        pieces: &Arc<[Piece]>,
        any_order: bool,
    ) -> Result<(), Error> {
        self.send(pieces, any_order);
        for _ in 0..std::mem::take(&mut self.sent) {
            // Nothing comes after the error that ended the thread.
            let Ok((mut bucket, result)) = self.from.recv() else { break };
            result?;
            let mut floats = &bucket.floats[..];
            for &(first, len) in &bucket.places {
                let (some, rest) = floats.split_at(len);
                gradients[first..first + len].copy_from_slice(some);
                floats = rest;
            }
            bucket.floats.clear();
            bucket.places.clear();
            self.free.push(bucket);
        }
        Ok(())
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        self.to = None;
        // What it waits for may never come where another process is gone: it is left to itself then.
        if self.sent == 0
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}
