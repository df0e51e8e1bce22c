//! Passes over a part of a batch, of which other processes have the rest.

use super::{Backprop, PartOf, grow};
use crate::error::Error;
use crate::network::Network;
use crate::train::parallel::{Lane, Shares, Sums};

impl<N: Network> Backprop<N> {
    /// The next passes are over parts of batches.
    pub(crate) fn set_sums(&mut self, sums: Option<Sums>) {
        (self.sums, self.part) = (sums, None);
    }

    /// The next pass is over the part of such a batch that this process has.
    ///
    /// # Errors
    /// The batch has too few images, on which all processes agree.
    pub(crate) fn start(
        &mut self,
        shares: &Shares,
        exact: bool,
        part: PartOf,
    ) -> Result<(), Error> {
        self.check_batch(shares.images)?;
        if let Some(sums) = &mut self.sums {
            sums.start(shares, exact, part.leaf);
            self.part = Some(part);
        }
        Ok(())
    }

    pub(crate) fn sums(&self) -> Option<&Sums> {
        self.sums.as_ref()
    }

    /// Gives what came of a batch to the processes that had none of its images, or takes it.
    ///
    /// # Errors
    /// There is no memory for it, or another process is gone.
    pub(crate) fn share_out(&mut self, network: &N, active: usize) -> Result<(), Error> {
        let Some(sums) = &self.sums else { return Ok(()) };
        let group = sums.group();
        let (rank, ranks) = (group.rank(), group.ranks());
        if rank >= active {
            let params = network.params();
            let (trainable, buffers) = (params.trainable().len(), params.buffers().len());
            grow::<N>(&mut self.gradients.trainable, "the gradients", 0, trainable)?;
            grow::<N>(&mut self.buffers, "the running statistics", 0, buffers)?;
            self.last = Some(self.now(0, false));
            let (gradients, buffers) = (&mut self.gradients.trainable[..], &mut self.buffers[..]);
            group.exchange(Lane::Now, &[], &mut [(0, gradients), (0, buffers)])
        } else if rank == 0 && active < ranks {
            let both = |rank| [(rank, &self.gradients.trainable[..]), (rank, &self.buffers[..])];
            let send: Vec<(usize, &[f32])> = (active..ranks).flat_map(both).collect();
            group.exchange(Lane::Now, &send, &mut [])
        } else {
            Ok(())
        }
    }
}
