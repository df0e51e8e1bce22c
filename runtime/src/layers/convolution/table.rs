//! Convolution whose filters see only the channels that a table lists for them.
//!
//! ```text
//! forward:   conv(x, w with zeros for the connections that are not there)
//! backward:  the gradients of that, of the weights those of the connections
//! ```
//! What is not finite in a channel that a filter does not see makes NaN of those zeros; such sums are
//! computed anew, of the connections alone.
//!
//! Parameters: `weight` (connections × kernel height × kernel width), the connections filter after
//! filter, each with its channels in ascending order, and `bias`. The zeros are put in at each pass in
//! training, and once in inference.

use super::conv::Geometry;
use super::direct::DirectConv;
use super::gemm::GemmConv;
use super::gemm::Params;
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::layout::{LANES, Layout};

/// Makes a sum of its place in an image and of the elements of the same image of another tensor.
type Sum<'a> = &'a (dyn Fn(usize, &dyn Fn(usize) -> f32) -> f32 + Sync);

/// For each filter the channels that it sees, in ascending order.
pub type Table = &'static [&'static [usize]];

/// A table, and what it says of a convolution's weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connections {
    pub(super) table: Table,
    pub(super) g: Geometry,
}

impl Connections {
    /// Those of a convolution of one group.
    pub(crate) const fn new(g: &Geometry, table: Table) -> Self {
        assert!(g.groups == 1 && table.len() == g.filters);
        let mut f = 0;
        while f < table.len() {
            assert!(!table[f].is_empty());
            let mut k = 0;
            while k < table[f].len() {
                assert!(table[f][k] < g.channels && (k == 0 || table[f][k - 1] < table[f][k]));
                k += 1;
            }
            f += 1;
        }
        Self { table, g: *g }
    }

    /// Elements of a kernel.
    pub(super) const fn taps(&self) -> usize {
        self.g.kernel[0] * self.g.kernel[1]
    }

    /// Floats of the weights with the zeros.
    pub(crate) const fn dense(&self) -> usize {
        self.table.len() * self.g.channels * self.taps()
    }

    /// Where the weights of each connection start among those with the zeros.
    fn places(&self) -> impl Iterator<Item = usize> {
        let (channels, taps) = (self.g.channels, self.taps());
        let filters = self.table.iter().enumerate();
        filters.flat_map(move |(f, row)| row.iter().map(move |c| (f * channels + c) * taps))
    }

    /// Puts the zeros in.
    pub(crate) fn expand(&self, weight: &[f32], dense: &mut [f32]) {
        dense.fill(0.0);
        for (w, place) in weight.chunks_exact(self.taps()).zip(self.places()) {
            dense[place..][..self.taps()].copy_from_slice(w);
        }
    }

    /// Leaves out what is no connection.
    pub(crate) fn gather(&self, dense: &[f32], weight: &mut [f32]) {
        for (w, place) in weight.chunks_exact_mut(self.taps()).zip(self.places()) {
            w.copy_from_slice(&dense[place..][..self.taps()]);
        }
    }

    /// Computes every NaN of a layer's output anew, given all weights and perhaps a bias.
    fn mend_output<L: Layout, A: Activation>(
        &self,
        cx: &Pass<'_>,
        activation: A,
        (dense, bias): Params<'_>,
        x: &[f32],
        y: &mut [f32],
    ) {
        let (g, positions) = (&self.g, self.g.positions());
        self.mend::<L>(cx, [g.input_len(), g.output_len()], x, y, &|at, read| {
            let (f, i, j) = (at / positions, at % positions / g.output[1], at % g.output[1]);
            let mut sum = bias.map_or(0.0, |bias| bias[f]);
            for &c in self.table[f] {
                for tap in 0..self.taps() {
                    let [a, b] = [tap / g.kernel[1], tap % g.kernel[1]];
                    // Beyond the first row or column it wraps, and is beyond the last.
                    let row = (i * g.stride[0] + a * g.dilation[0]).wrapping_sub(g.pad[0]);
                    let column = (j * g.stride[1] + b * g.dilation[1]).wrapping_sub(g.pad[2]);
                    if row < g.height && column < g.width {
                        let w = dense[(f * g.channels + c) * self.taps() + tap];
                        sum += w * read((c * g.height + row) * g.width + column);
                    }
                }
            }
            let mut value = [sum];
            activation.apply(&mut value);
            value[0]
        });
    }

    /// Replaces every NaN of `to` by what `sum` makes of its place in an image and of the elements of
    /// the same image of `from`. The lengths are those of an image.
    pub(super) fn mend<L: Layout>(
        &self,
        cx: &Pass<'_>,
        [from_len, to_len]: [usize; 2],
        from: &[f32],
        to: &mut [f32],
        sum: Sum<'_>,
    ) {
        let [from_len, to_len] = [from_len, to_len].map(|len| len * L::IMAGES);
        exec::split(cx.exec, cx.groups::<L>(), [(to, to_len)], &|group, [to]| {
            let from = &from[group * from_len..][..from_len];
            for (i, value) in to.iter_mut().enumerate().filter(|(_, value)| value.is_nan()) {
                *value = sum(i / L::IMAGES, &|at| from[at * L::IMAGES + i % L::IMAGES]);
            }
        });
    }

    /// Runs the forward pass of a convolution of all channels, with room for its weights.
    pub(crate) fn forward<L: Layout, K: Kernel<L>, A: Activation>(
        &self,
        conv: &K,
        activation: A,
        cx: &Pass<'_>,
        t: Forward<'_>,
        dense: &mut [f32],
        scratch: &mut [f32],
    ) {
        self.expand(t.params[0], dense);
        let bias = t.params.get(1).copied().unwrap_or_default();
        let step = Forward {
            params: &[dense, bias][..t.params.len()],
            state: &mut [],
            inputs: t.inputs,
            output: t.output,
            saved: t.saved,
            stats: t.stats,
            scratch,
        };
        conv.forward(activation, cx, step);
    }
}

/// A convolution by a table, in training; `K` is the kernel that sees all channels.
#[derive(Debug)]
pub struct Connected<K> {
    pub(super) conv: K,
    pub(super) connections: Connections,
    /// Floats of scratch per image that `conv` needs, forward and backward.
    pub(super) inner: [usize; 2],
    /// Images that share a scratch for each.
    pub(super) images: usize,
}

/// The same in inference, where the zeros are among the packed weights.
#[derive(Debug)]
pub struct PackedTable<K> {
    conv: K,
    connections: Connections,
    scratch: usize,
}

impl Connected<GemmConv> {
    /// The convolution of N×C×H×W images.
    pub const fn new(g: Geometry, table: Table) -> Self {
        let (conv, connections) = (GemmConv::new(g), Connections::new(&g, table));
        let inner = [conv.room().image, conv.room_backward().image];
        Self { conv, connections, inner, images: 1 }
    }
}

impl Connected<DirectConv> {
    /// The convolution of interleaved images.
    pub const fn new(g: Geometry, table: Table) -> Self {
        let (conv, connections) = (DirectConv::new(g), Connections::new(&g, table));
        let inner = [conv.room().image, conv.room_backward().image];
        Self { conv, connections, inner, images: LANES }
    }
}

impl PackedTable<GemmConv> {
    /// The convolution of N×C×H×W images.
    pub const fn new(g: Geometry, table: Table) -> Self {
        let conv = GemmConv::new(g);
        let scratch = conv.room().image;
        Self { conv, connections: Connections::new(&g, table), scratch }
    }
}

impl PackedTable<DirectConv> {
    /// The convolution of interleaved images.
    pub const fn new(g: Geometry, table: Table) -> Self {
        let conv = DirectConv::new(g);
        let scratch = conv.room().image;
        Self { conv, connections: Connections::new(&g, table), scratch }
    }
}

impl<K> Connected<K> {
    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::images(self.inner[0] + self.connections.dense().div_ceil(self.images))
    }

    /// Scratch of the backward pass: of the partial sums, a leaf has at least as many images as share a scratch.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.inner[1] + 3 * self.connections.dense().div_ceil(self.images))
    }
}

impl<K> PackedTable<K> {
    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::images(self.scratch)
    }
}

impl<L: Layout, K: Kernel<L>> Kernel<L> for Connected<K> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, mut t: Forward<'_>) {
        let inner = self.inner[0] * cx.padded::<L>();
        let (scratch, room) = core::mem::take(&mut t.scratch).split_at_mut(inner);
        let dense = &mut room[..self.connections.dense()];
        let Forward { params, inputs, output, saved, stats, .. } = t;
        let (state, bias) = (&mut [][..], params.get(1).copied());
        let step =
            Forward { params, state, inputs, output: &mut *output, saved, stats, scratch: &mut [] };
        self.connections.forward(&self.conv, activation, cx, step, dense, scratch);
        self.connections.mend_output::<L, A>(cx, activation, (dense, bias), inputs[0], output);
    }
}

impl<L: Layout, K: Kernel<L>> Kernel<L> for PackedTable<K> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let Forward { params, inputs, output, saved, stats, scratch, .. } = t;
        let (state, all) = (&mut [][..], (params[0], params.get(1).copied()));
        let step = Forward { params, state, inputs, output: &mut *output, saved, stats, scratch };
        self.conv.forward(activation, cx, step);
        self.connections.mend_output::<L, A>(cx, activation, all, inputs[0], output);
    }
}

impl<L: Layout, K: Kernel<L>> PackParams<L> for PackedTable<K> {
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let (dense, bias) = packed.split_at_mut(self.connections.dense());
        self.connections.expand(params[0], dense);
        if let Some(b) = params.get(1) {
            bias[..b.len()].copy_from_slice(b);
        }
    }
}
