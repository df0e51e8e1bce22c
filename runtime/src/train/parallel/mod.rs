//! One batch on several processes.

mod communicator;
mod finish;
mod later;
mod shares;
mod sums;
mod threads;

pub use communicator::{Communicator, Lane};
pub(crate) use communicator::{broadcast, broadcast_bytes};
pub(crate) use finish::over_ranks;
pub(crate) use shares::Shares;
pub(crate) use sums::Sums;
pub use threads::Threads;

use crate::reduce::{MOST_LEAVES, leaf_images};
use std::fmt;
use std::sync::Arc;

/// How several processes train one network together: each computes a part of every batch, and all make the same
/// steps. For [`Trainer::data_parallel`](crate::train::Trainer::data_parallel).
///
/// ```
/// use cnn::ndarray::Array4;
/// use cnn::train::{DataParallel, Communicator, Sgd, Threads, Trainer};
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> bn -> relu -> flatten -> dense(10)>; }
///
/// let train = |group: Option<Threads>| -> Result<Vec<u8>, cnn::Error> {
///     let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1)).threads(1);
///     if let Some(group) = group {
///         trainer = trainer.data_parallel(DataParallel::new(group));
///     }
///     let images = Array4::from_shape_fn((40, 1, 8, 8), |(n, _, i, j)| (n * i + j) as f32 / 300.0);
///     for _ in 0..3 {
///         trainer.step(images.view(), &[7; 40])?; // the whole batch, of which each takes its part
///     }
///     Ok(trainer.network().to_bytes())
/// };
/// let alone = train(None)?;
/// let together: Vec<_> = std::thread::scope(|scope| {
///     let started: Vec<_> =
///         Threads::group(2).into_iter().map(|group| scope.spawn(|| train(Some(group)))).collect();
///     started.into_iter().map(|thread| thread.join().expect("no panic")).collect()
/// });
/// for weights in together {
///     assert!(weights? == alone); // bit by bit
/// }
/// # Ok::<(), cnn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DataParallel {
    processes: Arc<dyn Communicator>,
    leaves: usize,
    exact: bool,
}

impl DataParallel {
    /// With those processes. The weights are the same, bit for bit, for any number of them.
    pub fn new(processes: impl Communicator + 'static) -> Self {
        Self { processes: Arc::new(processes), leaves: MOST_LEAVES, exact: true }
    }

    /// Cuts each batch into at most `n` pieces, 0 counting as 1, which is the number of processes that can work at
    /// a time: 16, unless it is said here. Pieces have a power of two images, and of networks whose images are
    /// interleaved at least sixteen. Runs are the same bit for bit if they have the same `n`.
    pub fn leaves(mut self, n: usize) -> Self {
        self.leaves = n.max(1);
        self
    }

    /// Cuts batches evenly whatever the number of processes, and adds up gradients by
    /// [`Communicator::all_reduce`]. The weights then depend on the number of processes in their last digits.
    pub fn all_reduce(mut self) -> Self {
        self.exact = false;
        self
    }

    pub(crate) fn communicator(&self) -> &Arc<dyn Communicator> {
        &self.processes
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.exact
    }

    /// Who has which images of a batch.
    pub(crate) fn shares(&self, images: usize, interleaved: usize) -> Shares {
        let leaf = if self.exact {
            images.div_ceil(self.leaves).next_power_of_two().max(interleaved)
        } else {
            1
        };
        Shares { images, leaf, ranks: self.processes.ranks() }
    }

    /// Images in a leaf of the sums over the `images` that one process has.
    pub(crate) fn leaf(&self, shares: &Shares, images: usize, interleaved: usize) -> usize {
        if self.exact { shares.leaf } else { leaf_images(images, interleaved) }
    }
}

/// What the parts of a batch depend on.
impl fmt::Display for DataParallel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exact {
            write!(f, "batches in {} pieces", self.leaves)
        } else {
            f.write_str("all-reduce")
        }
    }
}
