//! Data-parallel training on the processes of MPI, as `cnn::mpi` with the feature `mpi` of `cnn`.
//!
//! It is built against the MPI library of the system: on Debian, `apt-get install libopenmpi-dev openmpi-bin
//! libclang-dev`.
#![cfg(feature = "mpi")]

use cnn_runtime::error::Error;
use cnn_runtime::train::{Communicator, Lane};
use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::request::multiple_scope;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives as _, Destination as _, Source as _};
use std::fmt::Display;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Floats of one message at most; MPI counts in 32 bits.
const MESSAGE: usize = 1 << 28;

/// The processes that `mpirun` started, for [`DataParallel`](cnn_runtime::train::DataParallel). Without `mpirun`,
/// there is one.
#[derive(Debug)]
pub struct Mpi {
    rank: usize,
    ranks: usize,
    /// What an all-reduce sends, for its result takes its place.
    sent: Mutex<Vec<f32>>,
}

/// Does the work of one process. When all have done theirs, MPI is ended. An error or a panic of one is printed, with
/// its number, and ends the whole job, for the others would wait for it forever; so does a process that is killed.
///
/// To be called once, from `main`.
///
/// ```no_run
/// use cnn::train::{DataParallel, Sgd, Trainer};
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// # #[cfg(feature = "mpi")]
/// fn main() -> std::process::ExitCode {
///     cnn_mpi::run(|mpi| {
///         let images = cnn::ndarray::Array4::zeros((64, 1, 8, 8));
///         let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1))
///             .threads(1)
///             .data_parallel(DataParallel::new(mpi));
///         let loss = trainer.step(images.view(), &[3; 64])?; // a part of it on each process
///         if trainer.rank() == 0 {
///             println!("{loss}");
///         }
///         Ok::<(), cnn::Error>(())
///     })
/// }
/// # #[cfg(not(feature = "mpi"))]
/// # fn main() {}
/// ```
pub fn run<E: Display>(work: impl FnOnce(Mpi) -> Result<(), E>) -> ExitCode {
    let Some((universe, threading)) = mpi::initialize_with_threading(Threading::Multiple) else {
        eprintln!("error: found MPI started already, expected `cnn::mpi::run` to start it");
        return ExitCode::FAILURE;
    };
    let world = universe.world();
    let [rank, ranks] = [world.rank(), world.size()].map(|n| usize::try_from(n).unwrap_or(0));
    let end = End { rank };
    if threading != Threading::Multiple {
        eprintln!(
            "error: found an MPI for {threading:?} threads, expected one for several at a time"
        );
        world.abort(1);
    }
    if let Err(error) = work(Mpi { rank, ranks, sent: Mutex::default() }) {
        eprintln!("process {rank}: error: {error}");
        world.abort(1);
    }
    drop(end);
    drop(universe);
    ExitCode::SUCCESS
}

/// Ends the job where a panic comes by, before MPI would wait for all processes to end.
struct End {
    rank: usize,
}

impl Drop for End {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("process {}: it panicked", self.rank);
            SimpleCommunicator::world().abort(101);
        }
    }
}

impl Communicator for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    // A process that is gone ends the job: MPI gives no errors by default.
    fn exchange(
        &self,
        lane: Lane,
        send: &[(usize, &[f32])],
        receive: &mut [(usize, &mut [f32])],
    ) -> Result<(), Error> {
        let (world, tag) = (SimpleCommunicator::world(), lane as i32);
        let process = |rank: usize| world.process_at_rank(i32::try_from(rank).unwrap_or(i32::MAX));
        multiple_scope(send.len() + receive.len(), |scope, all| {
            for (rank, room) in receive {
                for room in room.chunks_mut(MESSAGE) {
                    all.add(process(*rank).immediate_receive_into_with_tag(scope, room, tag));
                }
            }
            for &(rank, numbers) in send {
                for numbers in numbers.chunks(MESSAGE) {
                    all.add(process(rank).immediate_send_with_tag(scope, numbers, tag));
                }
            }
            all.wait_all(&mut Vec::new());
        });
        Ok(())
    }

    fn all_reduce(&self, sum: &mut [f32]) -> Result<(), Error> {
        let world = SimpleCommunicator::world();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        for sum in sum.chunks_mut(MESSAGE) {
            sent.clear();
            sent.extend_from_slice(sum);
            world.all_reduce_into(&sent[..], sum, SystemOperation::sum());
        }
        Ok(())
    }
}
