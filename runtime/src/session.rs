//! Inference without allocation: packed weights, arenas and output made once.

use crate::arena::{Buffer, Floats, try_zeros};
use crate::error::Error;
use crate::exec::{Exec, Serial};
use crate::kernel::{Mode, Pass};
use crate::network::Network;
use crate::normalize::Normalize;
use crate::pack;
use crate::params::Params;
use crate::program::InferencePlan;
use crate::random::Streams;
use crate::tensor::{self, MOST, Outputs, Part};
use crate::threads::{CurrentPool, Workers};
use cnn_ir::Shape;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

/// A network ready to run on batches of up to a fixed number of images.
///
/// Everything is allocated when the session is made; [`Session::run`] allocates nothing. The
/// batch is worked off in tiles of a few images whose values stay in the cache; the tiles depend
/// on the network and on the session's batch alone and images do not depend on each other, so the
/// results are the same to the bit for any number of threads.
///
/// A session works on the thread that calls it; inside a rayon pool, or with
/// [`Session::threads`], on several. Memory is reserved for the threads of the pool in which it is
/// made; it may run in any other, of which it then uses some threads only.
pub struct Session<N: Network> {
    plan: &'static InferencePlan,
    packed: Arc<Floats>,
    normalization: Option<Normalize>,
    batch: usize,
    /// Images that run through the network at a time.
    tile: usize,
    /// One for each thread that can be busy.
    arenas: Vec<Buffer>,
    output: N::Output,
    workers: Workers,
}

impl<N: Network> std::fmt::Debug for Session<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session of {} for {} images", N::NAME, self.batch)
    }
}

impl<N: Network> Session<N> {
    /// A session for up to `batch` images with the parameters as they are now; 0 counts as 1.
    ///
    /// # Panics
    /// If there is no memory for it, with the text of the error of [`Session::try_new`].
    pub fn new(network: &N, batch: usize) -> Self {
        made(Self::try_new(network, batch))
    }

    /// As [`Session::new`].
    ///
    /// # Errors
    /// There is no memory for the batch, or it is more than can be addressed.
    pub fn try_new(network: &N, batch: usize) -> Result<Self, Error> {
        Self::make(network.params(), batch, Workers::Surrounding)
    }

    /// As [`Session::new`], but gives the network up, whose weights are packed where they lie: memory
    /// holds them once, and a second time those of the layer at hand.
    ///
    /// # Panics
    /// As [`Session::new`].
    pub fn from_network(network: N, batch: usize) -> Self {
        made(Self::try_from_network(network, batch))
    }

    /// As [`Session::from_network`].
    ///
    /// # Errors
    /// As [`Session::try_new`]; the network is then gone.
    pub fn try_from_network(network: N, batch: usize) -> Result<Self, Error> {
        let index = plan(N::INFERENCE, batch);
        let plan = &N::INFERENCE[index];
        let normalization = network.normalization().cloned();
        let params = network.into_params();
        let packed = match params.is_embedded() {
            true => params.packed(index, |params| pack::copy(plan, params))?,
            false => Arc::new(Floats::Own(pack::in_place(plan, params)?)),
        };
        Self::with_packed(plan, packed, normalization, batch, Workers::Surrounding)
    }

    pub(crate) fn make(params: &Params, batch: usize, workers: Workers) -> Result<Self, Error> {
        let index = plan(N::INFERENCE, batch);
        let plan = &N::INFERENCE[index];
        let normalization = params.normalization().cloned();
        let packed = params.packed(index, |params| pack::copy(plan, params))?;
        Self::with_packed(plan, packed, normalization, batch, workers)
    }

    fn with_packed(
        plan: &'static InferencePlan,
        packed: Arc<Floats>,
        normalization: Option<Normalize>,
        batch: usize,
        workers: Workers,
    ) -> Result<Self, Error> {
        let batch = batch.max(1);
        let output = N::Output::zeros(N::OUTPUTS, 0);
        let mut session = Self {
            plan,
            packed,
            normalization,
            batch,
            tile: 0,
            arenas: Vec::new(),
            output,
            workers,
        };
        session.allocate()?;
        Ok(session)
    }

    /// The tile, arenas and output for the batch and the workers.
    fn allocate(&mut self) -> Result<(), Error> {
        self.tile = tile(self.plan, self.batch);
        let tiles = self.batch.div_ceil(self.tile);
        let padded = self.tile.next_multiple_of(self.plan.interleaved);
        let arenas = self.workers.most().min(tiles);
        // One arena serves all threads, several serve one each.
        let threads = if arenas > 1 { 1 } else { self.workers.most() };
        let floats = self.plan.floats(padded, threads);
        let refused = || Error::memory(N::NAME, "the values between the layers", padded, floats);
        self.arenas =
            (0..arenas).map(|_| try_zeros(floats).ok_or_else(refused)).collect::<Result<_, _>>()?;
        self.output = tensor::outputs(N::NAME, "the outputs", N::OUTPUTS, self.batch)?;
        Ok(())
    }

    /// Works on `n` threads of its own, whoever calls; 0 means as many as the machine has, 1 the
    /// calling thread. The results do not depend on it.
    ///
    /// The threads stay awake while a run lasts, and sleep between runs.
    ///
    /// # Errors
    /// The threads cannot be started, or there is no memory for what each of them needs.
    pub fn threads(mut self, n: usize) -> Result<Self, Error> {
        self.workers = Workers::new(n)?;
        self.allocate()?;
        Ok(self)
    }

    /// The most images of a batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Runs the network in evaluation mode on 1 to [`Session::batch`] images and lends the outputs.
    ///
    /// Allocates nothing, on one thread, or on several when called inside their pool.
    ///
    /// # Errors
    /// The inputs have other shapes than the network's, differ in their number of images, or have
    /// none or more than the session's batch.
    pub fn run(&mut self, x: N::Input<'_>) -> Result<<N::Output as Outputs>::View<'_>, Error> {
        let images =
            self.run_parts(&tensor::parts(&x)[..<N::Input<'_> as tensor::Inputs>::COUNT])?;
        Ok(self.output.lend(images))
    }

    /// Runs the network on the arrays and returns the number of images.
    pub(crate) fn run_parts(&mut self, parts: &[Part<'_>]) -> Result<usize, Error> {
        let images = tensor::check(N::NAME, N::INPUTS, parts)?;
        if images > self.batch {
            return Err(Error::BatchTooLarge {
                network: N::NAME,
                found: images,
                expected: self.batch,
            });
        }
        let tiles = images.div_ceil(self.tile);
        let walk = Walk {
            infer: N::infer,
            shapes: N::OUTPUTS,
            plan: self.plan,
            packed: &self.packed,
            normalization: self.normalization.as_ref().map(|n| (n, N::INPUTS[0])),
            parts,
            images,
            tile: self.tile,
            inner: worth_splitting::<N>(images.min(self.tile)),
        };
        let outputs = Rows { slices: self.output.slices() };
        let arenas = &mut self.arenas[..];
        // Even to enter a pool takes longer than the whole of a small network.
        let alone = !worth_splitting::<N>(images);
        let workers = if alone { &Workers::Caller } else { &self.workers };
        workers.run(|exec, threads| {
            let busy = threads.min(arenas.len()).min(tiles).max(1);
            walk.tiles(exec, threads > 1, &mut arenas[..busy], 0..tiles, outputs);
        });
        Ok(images)
    }

    /// The output that the last run wrote.
    #[cfg(feature = "train")]
    pub(crate) fn output(&mut self) -> &mut N::Output {
        &mut self.output
    }

    /// Gives the output of the last run up, of which `images` must be the whole batch.
    pub(crate) fn into_output(self) -> N::Output {
        self.output
    }
}

/// The packed weights of a network, apart from the network: sessions of any number, on any threads, share them, and
/// none waits for another. A clone is the same weights.
///
/// ```
/// use cnn::ndarray::Array4;
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let packed = Net::new(1).pack(); // the network itself is gone
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         let mut session = packed.session(1);
///         scope.spawn(move || session.run(Array4::zeros((1, 1, 8, 8)).view()).map(|y| y[[0, 3]]));
///     }
/// });
/// ```
pub struct PackedWeights<N: Network> {
    /// For each inference plan.
    plans: Arc<[Arc<Floats>]>,
    normalization: Option<Normalize>,
    network: PhantomData<fn() -> N>,
}

impl<N: Network> Clone for PackedWeights<N> {
    fn clone(&self) -> Self {
        let (plans, normalization) = (self.plans.clone(), self.normalization.clone());
        Self { plans, normalization, network: PhantomData }
    }
}

impl<N: Network> std::fmt::Debug for PackedWeights<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PackedWeights weights of {}, {} bytes", N::NAME, self.bytes())
    }
}

impl<N: Network> PackedWeights<N> {
    /// The network's weights as they are now. Its own sessions and passes share them, until they change.
    ///
    /// # Errors
    /// There is no memory for them.
    pub fn of(network: &N) -> Result<Self, Error> {
        let params = network.params();
        let packed = |(index, plan)| params.packed(index, |params| pack::copy(plan, params));
        let plans: Vec<_> =
            N::INFERENCE.iter().enumerate().map(packed).collect::<Result<_, _>>()?;
        let normalization = params.normalization().cloned();
        Ok(Self { plans: plans.into(), normalization, network: PhantomData })
    }

    /// Bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.plans.iter().map(|plan| size_of_val(&plan[..])).sum()
    }

    /// A session for up to `batch` images; 0 counts as 1.
    ///
    /// # Panics
    /// If there is no memory for the values between its layers.
    pub fn session(&self, batch: usize) -> Session<N> {
        made(self.try_session(batch))
    }

    /// As [`PackedWeights::session`].
    ///
    /// # Errors
    /// There is no memory for the values between its layers.
    pub fn try_session(&self, batch: usize) -> Result<Session<N>, Error> {
        let index = plan(N::INFERENCE, batch);
        let (packed, normalization) = (self.plans[index].clone(), self.normalization.clone());
        let plan = &N::INFERENCE[index];
        Session::with_packed(plan, packed, normalization, batch, Workers::Surrounding)
    }
}

/// The session, where a function has no way to say that there is none.
fn made<N: Network>(session: Result<Session<N>, Error>) -> Session<N> {
    match session {
        Ok(session) => session,
        Err(error) => panic!("{error}"),
    }
}

/// The number of the plan for a batch: the interleaved one where it finds full groups.
const fn plan(plans: &'static [InferencePlan], batch: usize) -> usize {
    let mut i = plans.len() - 1;
    while i > 0 && plans[i].interleaved > batch {
        i -= 1;
    }
    i
}

/// Images that run through the network at a time: as many as keep the arena in a second-level
/// cache, or, where the weights are larger than that, as small as the weights, so that these are
/// read once for several images.
const fn tile(plan: &InferencePlan, batch: usize) -> usize {
    const CACHE: usize = 1 << 18; // floats: 1 MiB
    let room = if plan.packed > CACHE { plan.packed } else { CACHE };
    let arena = if plan.arena > 1 { plan.arena } else { 1 };
    let images = room / arena / plan.interleaved * plan.interleaved;
    let images = if images > plan.interleaved { images } else { plan.interleaved };
    if images < batch { images } else { batch }
}

/// Bytes that a session for `batch` images on `threads` threads needs beside the packed weights and
/// the outputs; the largest number if they are more than it.
pub const fn workspace(plans: &'static [InferencePlan], batch: usize, threads: usize) -> usize {
    let batch = if batch > 1 { batch } else { 1 };
    let plan = &plans[plan(plans, batch)];
    let tile = tile(plan, batch);
    let tiles = batch.div_ceil(tile);
    let threads = if threads > 1 { threads } else { 1 };
    let arenas = if threads < tiles { threads } else { tiles };
    let each = if arenas > 1 { 1 } else { threads };
    plan.floats(tile.next_multiple_of(plan.interleaved), each)
        .saturating_mul(4)
        .saturating_mul(arenas)
}

/// Whether one pass over the images is long enough for its steps to be split: below, waking
/// another thread costs more than it brings.
pub(crate) fn worth_splitting<N: Network>(images: usize) -> bool {
    const MACS: u64 = 4_000_000;
    N::MACS.saturating_mul(images as u64) >= MACS
}

/// What all tiles of a run have in common. Not generic, so that it is compiled once, not for every
/// network.
struct Walk<'a, 'p> {
    /// [`Program::infer`](crate::program::Program::infer)
    infer: fn(usize, &Pass<'_>, &[f32], &mut [f32]),
    /// Those of the outputs.
    shapes: &'static [Shape],
    plan: &'static InferencePlan,
    packed: &'a [f32],
    /// How the first input's images, of that shape, are normalized.
    normalization: Option<(&'a Normalize, Shape)>,
    parts: &'a [Part<'p>],
    images: usize,
    tile: usize,
    /// Whether the steps of one tile may be split as well.
    inner: bool,
}

impl Walk<'_, '_> {
    /// Works off the tiles in contiguous chunks, one for each arena.
    fn tiles(
        &self,
        exec: &dyn Exec,
        several: bool,
        arenas: &mut [Buffer],
        tiles: Range<usize>,
        mut rows: Rows<'_>,
    ) {
        if let [arena] = arenas {
            for tile in tiles {
                let images = self.tile.min(self.images - tile * self.tile);
                let (now, later) = rows.split(self.shapes, images);
                self.one(several, arena, tile * self.tile, images, now);
                rows = later;
            }
            return;
        }
        let half = arenas.len() / 2;
        let middle = tiles.start + tiles.len() * half / arenas.len();
        let (left, right) = arenas.split_at_mut(half);
        let (now, later) = rows.split(self.shapes, (middle - tiles.start) * self.tile);
        let (mut now, mut later) = (Some(now), Some(later));
        exec.join(
            &mut || {
                let rows = now.take().unwrap_or_default();
                self.tiles(exec, several, left, tiles.start..middle, rows);
            },
            &mut || {
                let rows = later.take().unwrap_or_default();
                self.tiles(exec, several, right, middle..tiles.end, rows);
            },
        );
    }

    /// Runs images `first..first + images`.
    fn one(&self, several: bool, arena: &mut [f32], first: usize, images: usize, rows: Rows<'_>) {
        let exec: &dyn Exec = if several && self.inner { &CurrentPool } else { &Serial };
        let interleaved = self.plan.interleaved;
        let padded = images.next_multiple_of(interleaved);
        for (part, slot) in self.parts.iter().zip(self.plan.inputs) {
            part.load(exec, first, images, interleaved, &mut arena[slot.range(padded)]);
        }
        if let (Some((normalization, shape)), Some(slot)) =
            (self.normalization, self.plan.inputs.first())
        {
            normalization.slot(exec, shape, interleaved, &mut arena[slot.range(padded)]);
        }
        let cx = Pass::new(exec, images, Mode::Evaluation, Streams::default());
        (self.infer)(self.plan.index, &cx, self.packed, arena);
        for (rows, slot) in rows.slices.into_iter().zip(self.plan.outputs) {
            tensor::store(exec, &arena[slot.range(padded)], interleaved, images, rows);
        }
    }
}

/// The rows of all outputs from some image on.
#[derive(Default)]
struct Rows<'a> {
    slices: [&'a mut [f32]; MOST],
}

impl<'a> Rows<'a> {
    /// The first images, and the rest.
    fn split(self, shapes: &[Shape], images: usize) -> (Self, Self) {
        let (mut now, mut later) = (Self::default(), Self::default());
        for (i, (slice, shape)) in self.slices.into_iter().zip(shapes).enumerate() {
            (now.slices[i], later.slices[i]) = slice.split_at_mut(images * shape.len());
        }
        (now, later)
    }
}
