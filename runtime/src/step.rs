//! Steps of a plan: kernels that are called with places instead of slices.
//!
//! Emitted code says in numbers where a step's tensors lie, and here they become slices. For each step
//! of a network, rustc has one call to check and to compile.

mod bands;

use crate::activation::Activation;
use crate::arena::{cut, ranges, stretch};
use crate::kernel::{self, Kernel, Mode, Pass};
use crate::layout::Layout;
use crate::program::{Held, TrainingTensors};
#[cfg(feature = "train")]
use crate::shard::Shard;
use core::ops::Range;

pub use bands::{Bands, Ends, Stage, Staged, bands, stage};

/// A tensor's place in an arena: a slot, or a part of each of its images.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The slot, in floats per image: those before it, and its own.
    slot: (usize, usize),
    /// Floats of each image before the part.
    before: usize,
    /// Floats of each image after it.
    after: usize,
}

/// No floats.
pub const NONE: Place = whole(0, 0);

impl Place {
    fn range(self, n: usize) -> Range<usize> {
        let (offset, len) = self.slot;
        offset * n + self.before..(offset + len) * n - self.after
    }

    /// Its floats in the arena of a padded batch of `n` images.
    pub fn of(self, arena: &[f32], n: usize) -> &[f32] {
        &arena[self.range(n)]
    }

    /// As [`Place::of`].
    pub fn of_mut(self, arena: &mut [f32], n: usize) -> &mut [f32] {
        &mut arena[self.range(n)]
    }
}

/// The slot of `len` floats per image at `offset`.
pub const fn whole(offset: usize, len: usize) -> Place {
    Place { slot: (offset, len), before: 0, after: 0 }
}

/// Of the slot of a tensor in blocks, the part of each image that starts `before` floats after its
/// start and has `floats`: from the part's beginning in the first image to its end in the last.
pub const fn part(offset: usize, len: usize, before: usize, floats: usize) -> Place {
    Place { slot: (offset, len), before, after: len - before - floats }
}

/// Where a step finds parameters, or gradients, or statistics: (offset, length).
pub type Stretch = (usize, usize);

/// All the scratch that there is.
pub const ALL: usize = usize::MAX;

/// A forward step: see [`kernel::Forward`].
#[derive(Clone, Copy, Debug)]
pub struct ForwardStep<const I: usize, const P: usize> {
    /// The inputs. None when it works in place.
    pub inputs: [Place; I],
    /// The output.
    pub output: Place,
    /// Data per image that is kept: for the backward pass, or for an `unpool`.
    pub saved: Place,
    /// The parameters.
    pub params: [Stretch; P],
    /// Where the scratch starts, in floats per image of the arena.
    pub end: usize,
    /// Floats of scratch per image, or [`ALL`].
    pub scratch: usize,
}

/// What a forward step of training keeps for the batch.
#[derive(Clone, Copy, Debug)]
pub struct Kept<const S: usize> {
    /// Running statistics.
    pub state: [Stretch; S],
    /// Data for the backward pass.
    pub stats: Stretch,
}

/// Of a step that keeps nothing.
pub const NOTHING: Kept<0> = Kept { state: [], stats: (0, 0) };

/// A backward step: see `kernel::backward::Backward`.
#[derive(Clone, Copy, Debug)]
pub struct BackwardStep<const I: usize, const P: usize, const D: usize> {
    /// The inputs, if it reads them.
    pub inputs: [Place; I],
    /// The output, if it reads it.
    pub output: Place,
    /// What forward saved per image.
    pub saved: Place,
    /// What forward saved per batch.
    pub stats: Stretch,
    /// The gradients of the output and of the inputs, of which there are none when it works in place.
    pub d: [Place; D],
    /// The parameters, and their gradients.
    pub params: [Stretch; P],
    /// Where the scratch starts, in floats per image of the arena.
    pub end: usize,
    /// Floats of scratch per image, or [`ALL`].
    pub scratch: usize,
}

/// The arena's tensors and the scratch after them, for `n` images and for `room` images.
fn split(
    arena: &mut [f32],
    end: usize,
    scratch: usize,
    [n, room]: [usize; 2],
) -> (&mut [f32], &mut [f32]) {
    let (arena, after) = arena.split_at_mut(end * n);
    match scratch {
        ALL => (arena, after),
        floats => (arena, &mut after[..floats * room]),
    }
}

/// Runs a step of inference.
pub fn infer<L: Layout, K: Kernel<L>, A: Activation, const I: usize, const P: usize>(
    _: L,
    kernel: &K,
    activation: A,
    cx: &Pass<'_>,
    w: &[f32],
    arena: &mut [f32],
    step: ForwardStep<I, P>,
) {
    let n = cx.padded::<L>();
    let (arena, scratch) = split(arena, step.end, step.scratch, [n, n]);
    let ([output, saved], gaps) = cut(arena, [step.output, step.saved].map(|p| p.range(n)));
    let tensors = kernel::Forward {
        params: &step.params.map(|s| stretch(w, s)),
        state: &mut [],
        inputs: &step.inputs.map(|place| gaps.find(place.range(n))),
        output,
        saved,
        stats: &mut [],
        scratch,
    };
    kernel.forward(activation, cx, tensors);
}

/// Runs a forward step of training.
pub fn forward<
    L: Layout,
    K: Kernel<L>,
    A: Activation,
    const I: usize,
    const P: usize,
    const S: usize,
>(
    _: L,
    kernel: &K,
    activation: A,
    cx: &Pass<'_>,
    t: &mut TrainingTensors<'_>,
    step: ForwardStep<I, P>,
    kept: Kept<S>,
) {
    let n = cx.padded::<L>();
    let (arena, scratch) = split(t.arena, step.end, step.scratch, [n, cx.scratch_images::<L>()]);
    let ([output, saved], gaps) = cut(arena, [step.output, step.saved].map(|p| p.range(n)));
    let [stats] = ranges(t.stats, [kept.stats]);
    let cx = &if S > 0 { seen(cx, t.held, &step.params) } else { *cx };
    let tensors = kernel::Forward {
        params: &step.params.map(|s| stretch(t.params, s)),
        state: &mut ranges(t.buffers, kept.state),
        inputs: &step.inputs.map(|place| gaps.find(place.range(n))),
        output,
        saved,
        stats,
        scratch,
    };
    kernel.forward(activation, cx, tensors);
    if let Some(search) = &mut t.search {
        search.look(step.output.of(t.arena, n));
    }
}

/// The pass as a layer with these parameters sees it.
fn seen<'a>(cx: &Pass<'a>, held: Held<'_>, params: &[Stretch]) -> Pass<'a> {
    let is_held = params.first().is_some_and(|(start, _)| held.binary_search(start).is_ok());
    if is_held { Pass { mode: Mode::Evaluation, ..*cx } } else { *cx }
}

/// Runs a backward step.
#[cfg(feature = "train")]
pub fn backward<
    L: Layout,
    K: kernel::backward::Train<L>,
    const I: usize,
    const P: usize,
    const D: usize,
>(
    _: L,
    kernel: &K,
    cx: &Pass<'_>,
    t: &mut crate::program::BackwardTensors<'_>,
    step: BackwardStep<I, P, D>,
) {
    let across = cx.shard.across.filter(|across| K::SUMS_ALONE && across.has_time());
    let later = cx.shard.later || across.is_some();
    let here = Pass { shard: Shard { later, ..cx.shard }, ..*cx };
    with_tensors::<L, I, P, D>(&here, t, step, &mut |cx, tensors| kernel.backward(cx, tensors));
    if let Some(across) = across {
        for (first, len) in step.params {
            across.finish_later(first, &t.grads[first..first + len]);
        }
    }
}

/// Runs the backward step of a layer and of the activation after it.
#[cfg(feature = "train")]
pub fn backward_through<
    L: Layout,
    K: kernel::backward::TrainThrough<L>,
    A: Activation,
    const I: usize,
    const P: usize,
    const D: usize,
>(
    _: L,
    kernel: &K,
    activation: A,
    cx: &Pass<'_>,
    t: &mut crate::program::BackwardTensors<'_>,
    step: BackwardStep<I, P, D>,
) {
    with_tensors::<L, I, P, D>(cx, t, step, &mut |cx, tensors| {
        kernel.backward_through(cx, &derivative(cx, activation), tensors);
    });
}

/// Runs the first half of [`backward_through`], after which [`backward`] is the second: for whoever looks at the
/// gradient in between.
#[cfg(feature = "train")]
pub fn derive<
    L: Layout,
    K: kernel::backward::TrainThrough<L>,
    A: Activation,
    const I: usize,
    const P: usize,
    const D: usize,
>(
    _: L,
    kernel: &K,
    activation: A,
    cx: &Pass<'_>,
    t: &mut crate::program::BackwardTensors<'_>,
    step: BackwardStep<I, P, D>,
) {
    with_tensors::<L, I, P, D>(cx, t, step, &mut |cx, tensors| {
        kernel.derive(cx, &derivative(cx, activation), tensors);
    });
}

/// The derivative of an activation, from what the activation is given.
#[cfg(feature = "train")]
fn derivative<A: Activation>(
    cx: &Pass<'_>,
    activation: A,
) -> impl Fn(&mut [f32], &mut [f32]) + Sync {
    let signal = cx.signal;
    move |z: &mut [f32], d: &mut [f32]| {
        // Where it only clamps, what is inside the range is so before, too.
        if !A::READS_INPUT && activation.range().is_none() {
            activation.apply(z);
        }
        activation.signal(signal, z, d);
    }
}

/// Calls `run` with the tensors of a backward step.
#[cfg(feature = "train")]
fn with_tensors<L: Layout, const I: usize, const P: usize, const D: usize>(
    cx: &Pass<'_>,
    t: &mut crate::program::BackwardTensors<'_>,
    step: BackwardStep<I, P, D>,
    run: &mut dyn FnMut(&Pass<'_>, kernel::backward::Backward<'_>),
) {
    let n = cx.padded::<L>();
    let (arena, scratch) = split(t.arena, step.end, step.scratch, [n, cx.scratch_images::<L>()]);
    let (mut d, gaps) = cut(arena, step.d.map(|p| p.range(n)));
    let Some((d_output, mut d_inputs)) = d.split_first_mut() else { return };
    let mut none: [&mut [f32]; D] = core::array::from_fn(|_| &mut [][..]);
    if step.params.first().is_some_and(|&(start, _)| start < t.last_inputs) {
        d_inputs = &mut none[..d_inputs.len()];
    }
    let cx = &seen(cx, t.held, &step.params);
    let tensors = kernel::backward::Backward {
        params: &step.params.map(|s| stretch(t.params, s)),
        inputs: &step.inputs.map(|place| gaps.find(place.range(n))),
        output: gaps.find(step.output.range(n)),
        saved: gaps.find(step.saved.range(n)),
        stats: stretch(t.stats, step.stats),
        d_output,
        d_inputs,
        d_params: &mut ranges(t.grads, step.params),
        partials: t.partials,
        scratch,
    };
    run(cx, tensors);
}

/// A tensor that is read and one that is written.
pub fn pair(arena: &mut [f32], n: usize, from: Place, to: Place) -> (&[f32], &mut [f32]) {
    let ([written], gaps) = cut(arena, [to.range(n)]);
    (gaps.find(from.range(n)), written)
}
