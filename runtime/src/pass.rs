//! What one pass over the network has in common for all steps.

use crate::exec::Exec;
use crate::layout::{LANES, Layout};
use crate::random::{Stream, Streams};
use crate::shard::Shard;

/// Whether batch statistics and dropout are live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Batch statistics are used (and running ones updated), dropout drops.
    Training,
    /// Running statistics are used, dropout is the identity.
    Evaluation,
}

/// How a backward pass goes through rectifiers, the activations that are 0 below 0 and a clamp above: `relu` and
/// `relu6`. With all but [`Signal::Gradient`] what arrives at the input is no gradient, but a picture of what excites
/// a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signal {
    /// The gradient: a rectifier passes the signal on where its input is above 0.
    #[default]
    Gradient,
    /// The deconvolutional network (Zeiler & Fergus 2013, <https://arxiv.org/abs/1311.2901>): a rectifier passes on
    /// what of the signal is above 0, wherever it is.
    Deconvolution,
    /// Guided backpropagation (Springenberg and others 2014, <https://arxiv.org/abs/1412.6806>): both, what of the
    /// signal is above 0, where the input is.
    Guided,
}

/// What one pass over the network has in common for all steps.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// Who runs the pieces.
    pub exec: &'a dyn Exec,
    /// Images at hand, without the copies that fill up the last group.
    pub images: usize,
    /// Which part of a batch they are.
    pub shard: Shard<'a>,
    /// Training or evaluation.
    pub mode: Mode,
    /// Random numbers of this pass, keyed by (seed, step); a layer adds (sample, layer).
    pub streams: Streams,
    /// How a backward pass goes through rectifiers.
    pub signal: Signal,
    /// Whether a softmax passes on what it gets, forward and backward.
    pub logits: bool,
}

impl<'a> Pass<'a> {
    /// A pass over a whole batch of that number of images.
    pub fn new(exec: &'a dyn Exec, images: usize, mode: Mode, streams: Streams) -> Self {
        Self {
            exec,
            images,
            shard: Shard::whole(images),
            mode,
            streams,
            signal: Signal::Gradient,
            logits: false,
        }
    }

    /// Images of the whole batch, by which kernels are chosen.
    pub fn batch(&self) -> usize {
        self.shard.batch
    }

    /// The random numbers of image number `image` of those at hand in layer number `layer`.
    pub(crate) fn sample(&self, image: usize, layer: u64) -> Stream {
        self.streams.sample(self.shard.first + image, layer)
    }

    /// Images that there is scratch for: where those at hand are few of many, as many as kernels for many
    /// images count on.
    pub fn scratch_images<L: Layout>(&self) -> usize {
        scratch_images(self.padded::<L>(), self.shard.batch)
    }

    /// Groups of `L::IMAGES` images.
    pub fn groups<L: Layout>(&self) -> usize {
        self.images.div_ceil(L::IMAGES)
    }

    /// Images including the copies that fill up the last group.
    pub fn padded<L: Layout>(&self) -> usize {
        self.groups::<L>() * L::IMAGES
    }
}

/// Images that there is scratch for in a pass over `padded` images of a batch of `batch`.
pub fn scratch_images(padded: usize, batch: usize) -> usize {
    padded.max(batch.min(LANES))
}
