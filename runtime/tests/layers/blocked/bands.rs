//! Chains of layers in bands of rows against the same layers one after the other: the same bits.

use super::{Threads, frame};
use crate::harness::Random;
use crate::kernels::{Sizes, pool_geometry};
use cnn_runtime::activation::{Activation, NoActivation, Relu6, Tanh};
use cnn_runtime::blocked::{
    AvgPool, Broadcast, MaxPool, PackedDirect, PackedGrouped, PackedTiles, SumPool,
};
use cnn_runtime::conv::Geometry;
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::band::{Banded, Rows};
use cnn_runtime::kernel::{Kernel, Mode, Pass, Room};
use cnn_runtime::layout::{Blocked, Frame, Grid};
use cnn_runtime::random::Streams;
use cnn_runtime::simd::on_every_backend;
use cnn_runtime::step::{
    ALL, Bands, Ends, ForwardStep, NONE, Place, Stage, Staged, Stretch, bands, infer, stage, whole,
};
use cnn_runtime::{Combine, Extent};

/// What a layer of a chain is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Direct {
        filters: usize,
    },
    Winograd {
        filters: usize,
    },
    Depthwise,
    Max,
    Mean,
    Sum,
    /// Times a number for each channel.
    Times,
}

/// A layer of a chain: what it is, its window, whether something is added to its result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) kind: Kind,
    pub(crate) sizes: Sizes,
    pub(crate) adds: bool,
}

impl Link {
    pub(crate) const fn new(kind: Kind, kernel: usize, stride: usize, pad: usize) -> Self {
        let sizes = Sizes { pad: [pad; 4], ..Sizes::plain([kernel; 2], [stride; 2]) };
        Self { kind, sizes, adds: false }
    }

    /// The shape of its second input, given its output's.
    fn beside(&self, [channels, height, width]: [usize; 3]) -> [usize; 3] {
        if self.kind == Kind::Times { [channels, 1, 1] } else { [channels, height, width] }
    }

    const fn adding(self) -> Self {
        Self { adds: true, ..self }
    }

    /// The halo that it reads.
    fn halo(&self) -> usize {
        let pads = self.sizes.pad.into_iter().max().unwrap_or(0);
        if matches!(self.kind, Kind::Max | Kind::Mean | Kind::Sum) { 0 } else { pads }
    }
}

/// A kernel and its activation.
struct Layer<K, A> {
    kernel: K,
    activation: A,
    rows: Rows,
    room: Room,
}

/// A layer of any kind.
trait Any {
    fn infer(&self, cx: &Pass<'_>, w: &[f32], arena: &mut [f32], step: ForwardStep<1, 2>);
    fn infer_adding(&self, cx: &Pass<'_>, w: &[f32], arena: &mut [f32], step: ForwardStep<2, 2>);
    fn staged(&self, params: [Stretch; 2], add: Place) -> Box<dyn Staged + '_>;
    fn rows(&self) -> Rows;
    fn room(&self) -> Room;
}

impl<K: Kernel<Blocked> + Banded, A: Activation + 'static> Any for Layer<K, A> {
    fn infer(&self, cx: &Pass<'_>, w: &[f32], arena: &mut [f32], step: ForwardStep<1, 2>) {
        infer(Blocked, &self.kernel, self.activation, cx, w, arena, step);
    }
    fn infer_adding(&self, cx: &Pass<'_>, w: &[f32], arena: &mut [f32], step: ForwardStep<2, 2>) {
        infer(Blocked, &self.kernel, self.activation, cx, w, arena, step);
    }
    fn staged(&self, params: [Stretch; 2], add: Place) -> Box<dyn Staged + '_> {
        let stage: Stage<'_, K, A, 2> = stage(&self.kernel, self.activation, params, add);
        Box::new(stage)
    }
    fn rows(&self) -> Rows {
        self.rows
    }
    fn room(&self) -> Room {
        self.room
    }
}

/// A layer with the lengths of its packed tensors.
fn layer(
    link: &Link,
    input: [usize; 3],
    [halo, blocks]: [usize; 2],
    number: usize,
) -> (Box<dyn Any>, [usize; 2]) {
    let s = link.sizes;
    let halos = if link.adds { vec![link.halo(), 1] } else { vec![link.halo()] };
    let frame = Frame { output_blocks: blocks, ..frame(&halos, halo, &[], 0) };
    let geometry = |filters, groups| {
        let output = s.output(input);
        Geometry::new(input, filters, s.kernel, s.stride, s.pad, s.dilation, groups, output)
    };
    macro_rules! layer {
        ($kernel:expr, $room:expr) => {{
            let kernel = $kernel;
            let (rows, room) = (kernel.rows(), $room(&kernel));
            let layer: Box<dyn Any> = match number % 3 {
                0 => Box::new(Layer { kernel, activation: Relu6, rows, room }),
                1 => Box::new(Layer { kernel, activation: Tanh, rows, room }),
                _ => Box::new(Layer { kernel, activation: NoActivation, rows, room }),
            };
            layer
        }};
    }
    macro_rules! pool {
        ($kernel:expr) => {{
            let kernel = $kernel;
            let rows = kernel.rows();
            let layer: Box<dyn Any> =
                Box::new(Layer { kernel, activation: NoActivation, rows, room: Room::NONE });
            (layer, [0, 0])
        }};
    }
    let blocks_of = |n: usize| n.div_ceil(16) * 16;
    let taps = s.kernel[0] * s.kernel[1];
    let dense =
        |filters| [blocks_of(filters) * packed_channels(input[0]) * taps, blocks_of(filters)];
    match link.kind {
        Kind::Direct { filters } => {
            let kernel = PackedDirect::new(geometry(filters, 1), true, None, frame);
            (layer!(kernel, |_: &PackedDirect| Room::NONE), dense(filters))
        }
        Kind::Winograd { filters } => {
            let kernel = PackedTiles::new(geometry(filters, 1), true, None, frame);
            (layer!(kernel, PackedTiles::room), dense(filters))
        }
        Kind::Depthwise => {
            let kernel = PackedGrouped::new(geometry(input[0], input[0]), true, None, frame);
            let packed = kernel.packed();
            (layer!(kernel, |_: &PackedGrouped| Room::NONE), packed)
        }
        Kind::Max => pool!(MaxPool::new(pool_geometry(s, input), frame)),
        Kind::Mean => pool!(AvgPool::new(pool_geometry(s, input), true, frame)),
        Kind::Sum => pool!(SumPool::new(pool_geometry(s, input), frame)),
        Kind::Times => {
            let extents = &[Extent::All, Extent::Channels];
            pool!(Broadcast::new(input, extents, Combine::Product, frame))
        }
    }
}

/// Channels of an input as packed weights have them.
fn packed_channels(channels: usize) -> usize {
    if channels < 16 { channels } else { channels.next_multiple_of(16) }
}

/// Compares a chain in bands, with these floats of strips, with its layers one by one; `blocks` is of which
/// value the last output is a part, or 0.
pub(crate) fn check(
    images: usize,
    input: [usize; 3],
    links: &[Link],
    floats: usize,
    [halo, blocks]: [usize; 2],
) {
    match links.len() {
        2 => check_chain::<2>(images, input, links, floats, [halo, blocks]),
        3 => check_chain::<3>(images, input, links, floats, [halo, blocks]),
        4 => check_chain::<4>(images, input, links, floats, [halo, blocks]),
        n => panic!("a chain of {n}"),
    }
}

fn check_chain<const N: usize>(
    images: usize,
    input: [usize; 3],
    links: &[Link],
    floats: usize,
    [halo, blocks]: [usize; 2],
) {
    // Shapes, layers, and where everything lies: the input, values, addends.
    let mut shapes = vec![input];
    let mut layers = Vec::new();
    let (mut params, mut w_len) = (Vec::new(), 0);
    for (k, link) in links.iter().enumerate() {
        let shape = shapes[k];
        let [rows, columns] = link.sizes.output(shape);
        let filters = match link.kind {
            Kind::Direct { filters } | Kind::Winograd { filters } => filters,
            _ => shape[0],
        };
        let last = k + 1 == N;
        let out = if last { [halo, blocks] } else { [links[k + 1].halo(), 0] };
        let (layer, packed) = layer(link, shape, out, k);
        params.push([(w_len, packed[0]), (w_len + packed[0], packed[1])]);
        w_len += packed[0] + packed[1];
        layers.push(layer);
        shapes.push([filters, rows, columns]);
    }
    let halos: Vec<usize> = links.iter().map(Link::halo).chain([halo]).collect();
    let mut end = 0;
    let mut slot = |len: usize| {
        end += len;
        (end - len, len)
    };
    let mut values: Vec<(usize, usize)> =
        shapes.iter().zip(&halos).map(|(&s, &h)| slot(Grid::new(s, h).len())).collect();
    let adds: Vec<(usize, usize)> =
        (0..N).map(|k| slot(Grid::new(links[k].beside(shapes[k + 1]), 1).len())).collect();
    // The last value may be a part: its first blocks, so that nothing follows the last image's.
    let own = values[N].1;
    if blocks > 0 {
        let plane = own / shapes[N][0].div_ceil(16);
        values[N] = slot(plane * blocks);
    }
    let place = |(offset, len)| whole(offset, len);
    let last = cnn_runtime::step::part(values[N].0, values[N].1, 0, own);
    let output = if blocks > 0 { last } else { place(values[N]) };

    let chain: [Rows; N] = std::array::from_fn(|k| layers[k].rows());
    let chain = Bands::new(chain, floats);
    let mut random = Random::new(3);
    let w = random.vec(w_len);
    let mut start = vec![f32::NAN; end * images];
    let (first, len) = values[0];
    fill(&mut random, &mut start[first * images..][..len * images], input, halos[0]);
    for k in 0..N {
        let (first, len) = adds[k];
        let beside = links[k].beside(shapes[k + 1]);
        fill(&mut random, &mut start[first * images..][..len * images], beside, 1);
    }
    let streams = Streams { seed: 3, step: 4 };
    on_every_backend(|backend| {
        let mut expected = start.clone();
        let room = layers.iter().map(|l| l.room().len(images, 1)).max().unwrap_or(0);
        expected.resize(end * images + room, f32::NAN);
        let cx = Pass::new(&Serial, images, Mode::Evaluation, streams);
        for (k, layer) in layers.iter().enumerate() {
            let to = if k + 1 == N { output } else { place(values[k + 1]) };
            let (from, params, arena) = (place(values[k]), params[k], &mut expected);
            let step =
                ForwardStep { inputs: [from], output: to, saved: NONE, params, end, scratch: ALL };
            if links[k].adds {
                let inputs = [from, place(adds[k])];
                let step =
                    ForwardStep { inputs, output: to, saved: NONE, params, end, scratch: ALL };
                layer.infer_adding(&cx, &w, arena, step);
            } else {
                layer.infer(&cx, &w, arena, step);
            }
        }
        for exec in [&Serial as &dyn Exec, &Threads(2), &Threads(5)] {
            let mut arena = start.clone();
            let scratch = chain.room().len(images, exec.threads());
            arena.resize(end * images + scratch, f32::NAN);
            let staged: Vec<Box<dyn Staged + '_>> = (0..N)
                .map(|k| {
                    layers[k].staged(params[k], if links[k].adds { place(adds[k]) } else { NONE })
                })
                .collect();
            let stages: [&dyn Staged; N] = std::array::from_fn(|k| &*staged[k]);
            let cx = Pass::new(exec, images, Mode::Evaluation, streams);
            let ends = Ends { input: place(values[0]), output, end };
            bands(&chain, &cx, &w, &mut arena, stages, ends);
            let (offset, len) = values[N];
            let bits = |arena: &[f32]| -> Vec<u32> {
                arena[offset * images..(offset + len) * images]
                    .iter()
                    .map(|x| x.to_bits())
                    .collect()
            };
            assert!(
                bits(&arena) == bits(&expected),
                "other bits on {} threads with {}: {images} images of {input:?}, {links:?}, {floats} floats, {} rows",
                exec.threads(),
                backend.name(),
                chain.band()
            );
        }
    });
}

/// Random numbers inside, zeros in the halo, NaN in the lanes beyond the last channel.
fn fill(
    random: &mut Random,
    floats: &mut [f32],
    [channels, height, width]: [usize; 3],
    halo: usize,
) {
    let (rows, columns) = (height + 2 * halo, width + 2 * halo);
    for (p, pixel) in floats.chunks_exact_mut(16).enumerate() {
        let (j, i) = (p % columns, p / columns % rows);
        let block = p / (rows * columns) % channels.div_ceil(16);
        let inside = (halo..height + halo).contains(&i) && (halo..width + halo).contains(&j);
        for (lane, x) in pixel.iter_mut().enumerate() {
            *x = match (inside, block * 16 + lane < channels) {
                (true, true) => random.uniform(),
                (true, false) => f32::NAN,
                (false, _) => 0.0,
            };
        }
    }
}

#[test]
fn chains_of_mobile_networks() {
    use Kind::{Depthwise, Direct, Times};
    let expand = Link::new(Direct { filters: 48 }, 1, 1, 0);
    let project = Link::new(Direct { filters: 20 }, 1, 1, 0);
    for (height, width) in [(13, 18), (28, 28), (9, 31)] {
        for floats in [0, 4_000, 12_000, usize::MAX] {
            for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
                let depthwise = Link::new(Depthwise, kernel, stride, kernel / 2);
                let links = [expand, depthwise, project];
                check(1, [17, height, width], &links, floats, [1, 0]);
                check(2, [20, height, width], &links[1..], floats, [0, 3]);
            }
            let depthwise = Link::new(Depthwise, 3, 1, 1);
            let times = Link::new(Times, 1, 1, 0).adding();
            check(2, [20, height, width], &[times, project], floats, [1, 0]);
            check(1, [17, height, width], &[depthwise, times, depthwise], floats, [0, 0]);
            let links = [expand, depthwise, Link::new(Direct { filters: 17 }, 1, 1, 0).adding()];
            check(3, [17, height, width], &links, floats, [1, 0]);
        }
    }
}

#[test]
fn chains_of_convolutions_and_pools() {
    use Kind::{Direct, Max, Mean, Sum, Winograd};
    let three = Sizes::plain([3, 3], [2, 2]);
    let windows = [
        Sizes::plain([2, 2], [2, 2]),
        Sizes { ceil: true, ..Sizes::plain([2, 2], [2, 2]) },
        Sizes { pad: [1; 4], ..three },
        Sizes { ceil: true, ..three },
        Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) },
        Sizes::plain([2, 2], [5, 3]),
        Sizes { pad: [1, 0, 0, 1], ..Sizes::plain([2, 3], [2, 1]) },
    ];
    for (i, sizes) in windows.into_iter().enumerate() {
        let kind = [Max, Mean, Sum][i % 3];
        let pool = Link { kind, sizes, adds: false };
        let spread = Link { kind: Max, sizes: Sizes { dilation: [3, 2], ..sizes }, adds: false };
        for floats in [0, 6_000, usize::MAX] {
            let direct = Link::new(Direct { filters: 35 }, 3, 1, 1);
            let far = Link::new(Direct { filters: 20 }, 7, 2, 3);
            let tiles = Link::new(Winograd { filters: 33 }, 3, 1, 1);
            check(1, [3, 23, 21], &[direct, pool], floats, [1, 0]);
            check(2, [3, 37, 41], &[far, spread], floats, [0, 4]);
            check(1, [20, 22, 19], &[tiles, pool], floats, [0, 5]);
            check(1, [5, 25, 17], &[direct, tiles, pool], floats, [1, 0]);
            check(2, [18, 30, 13], &[tiles, tiles.adding(), direct, pool], floats, [0, 0]);
            check(1, [18, 87, 61], &[pool, direct.adding(), tiles], floats, [2, 0]);
        }
    }
}

/// Windows that leave rows out, that are taller than a band, and images of one band.
#[test]
fn chains_of_odd_windows() {
    use Kind::{Depthwise, Direct};
    let direct = |kernel, stride, pad| Link::new(Direct { filters: 18 }, kernel, stride, pad);
    for floats in [0, 3_000, usize::MAX] {
        for (height, width) in [(19, 6), (31, 9)] {
            let input = [16, height, width];
            check(1, input, &[direct(3, 1, 1), direct(1, 3, 0)], floats, [0, 0]);
            check(1, input, &[direct(1, 1, 0), direct(1, 2, 0), direct(3, 1, 1)], floats, [1, 0]);
            check(1, input, &[direct(3, 1, 1), Link::new(Depthwise, 5, 3, 2)], floats, [0, 0]);
            let mut tall = direct(3, 1, 0);
            tall.sizes = Sizes { dilation: [5, 1], pad: [5, 5, 1, 1], ..tall.sizes };
            check(2, input, &[direct(2, 1, 1), tall], floats, [0, 0]);
            let mut uneven = direct(3, 2, 0);
            uneven.sizes.pad = [0, 2, 1, 0];
            check(1, input, &[direct(1, 1, 0), uneven, direct(1, 1, 0)], floats, [0, 0]);
        }
    }
}
