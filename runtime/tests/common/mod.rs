//! Two networks written by hand, as the macro would write them but with naive loops.

#![allow(dead_code)] // each test file uses a part

use cnn_runtime::ir::{Activation, Graph, Op, Source, make};
use cnn_runtime::kernel::{Mode, Pass};
use cnn_runtime::layout::{Interleaved, Nchw};
use cnn_runtime::program::{
    BackwardTensors, InferencePlan, Program, Slot, TrainingPlan, TrainingTensors,
};
use cnn_runtime::{Describe, Init, Network, Observer, Order, Pack, Packing, Params, Shape};
use ndarray::{Array2, Array4, ArrayView2, ArrayView4};

/// 1x2x3 → flatten → dense(4), with a running mean of the outputs that training updates.
pub(crate) struct Tiny(Params);

const IN: usize = 6;
const OUT: usize = 4;
const X: Slot = Slot::new(0, IN);
const Y: Slot = Slot::new(IN, OUT);
const D_Y: Slot = Slot::new(IN + OUT, OUT);
const D_X: Slot = Slot::new(IN + 2 * OUT, IN);

/// The given slots of the arena of `n` padded images, which lie in its first `len` floats per image, and
/// what lies after.
fn slots<const K: usize>(
    arena: &mut [f32],
    len: usize,
    n: usize,
    slots: [Slot; K],
) -> ([&mut [f32]; K], &mut [f32]) {
    let (arena, scratch) = arena.split_at_mut(len * n);
    (arena.get_disjoint_mut(slots.map(|s| s.range(n))).expect("slots apart"), scratch)
}

impl Describe for Tiny {
    const GRAPH: Graph<'static> = make::graph(
        "Tiny",
        &[Shape::volume(1, 2, 3)],
        &[
            make::node("0", Op::Flatten, "flatten", &[Source::Input(0)], Shape::Vector(IN), &[]),
            make::node(
                "1",
                Op::Dense { outputs: OUT, bias: true },
                "dense 4",
                &[Source::Layer(0)],
                Shape::Vector(OUT),
                &[
                    make::tensor("weight", &[OUT, IN], Init::Uniform(-0.5, 0.5)),
                    make::tensor("bias", &[OUT], Init::Uniform(-0.5, 0.5)),
                ],
            ),
            make::node(
                "2",
                Op::Identity,
                "identity",
                &[Source::Layer(1)],
                Shape::Vector(OUT),
                &[make::buffer("running_mean", &[OUT], 0.0), make::counter("num_batches_tracked")],
            ),
        ],
        &[make::output(2, false)],
        &[make::label("out", Source::Layer(2))],
        &[],
    );
    const OUTPUTS: &'static [Shape] = &[Shape::Vector(OUT)];
    // Enough that sessions find it worth to split.
    const MACS: u64 = 10_000_000;
    const WORKSPACE: usize = 80;
    cnn_runtime::lists!(Tiny);
}

impl Network for Tiny {
    type Input<'a> = ArrayView4<'a, f32>;
    type Output = Array2<f32>;
    type TrainOutput = Array2<f32>;

    fn from_params(params: Params) -> Self {
        Self(params)
    }
    fn params(&self) -> &Params {
        &self.0
    }
    fn params_mut(&mut self) -> &mut Params {
        &mut self.0
    }
    fn into_params(self) -> Params {
        self.0
    }
}

impl Program for Tiny {
    const PACKING: u64 = 0;
    const INFERENCE: &'static [InferencePlan] = &[plan(0, 1), plan(1, 16)];
    const TRAINING: TrainingPlan = TrainingPlan {
        interleaved: 16,
        arena: 2 * (IN + OUT),
        rooms: &[],
        stats: 0,
        inputs: &[X],
        outputs: &[Y],
        d_outputs: &[D_Y],
        d_inputs: &[D_X],
        largest: OUT * IN,
        longest_row: IN,
        layers: &[0],
        cumulative: &[],
        batch_norm: None,
    };

    fn infer(plan: usize, cx: &Pass<'_>, w: &[f32], arena: &mut [f32]) {
        let (interleaved, n) = match plan {
            0 => (1, cx.padded::<Nchw>()),
            _ => (16, cx.padded::<Interleaved>()),
        };
        let ([x, y], _) = slots(arena, IN + OUT, n, [X, Y]);
        dense(interleaved, &w[..24], &w[24..], x, y);
    }

    fn forward_pass(cx: &Pass<'_>, t: TrainingTensors<'_>, observer: &mut dyn Observer) {
        let ([x, y], _) = slots(t.arena, 2 * (IN + OUT), cx.padded::<Interleaved>(), [X, Y]);
        dense(16, &t.params[..24], &t.params[32..36], x, y);
        if cx.mode == Mode::Training {
            for o in 0..OUT {
                let sum: f32 = (0..cx.images).map(|i| y[at(16, OUT, i, o)]).sum();
                t.buffers[o] = 0.9 * t.buffers[o] + 0.1 * sum / cx.images as f32;
            }
        }
        if observer.active() {
            observer.value(0, Order::Planes { interleaved: 16 }, y);
        }
    }

    fn backward_pass(cx: &Pass<'_>, t: BackwardTensors<'_>, observer: &mut dyn Observer) {
        let n = cx.padded::<Interleaved>();
        let ([x, d_y, d_x], _) = slots(t.arena, 2 * (IN + OUT), n, [X, D_Y, D_X]);
        if observer.active() {
            observer.gradient(0, Order::Planes { interleaved: 16 }, d_y);
        }
        for o in 0..OUT {
            t.grads[32 + o] = (0..n).map(|i| d_y[at(16, OUT, i, o)]).sum();
            for e in 0..IN {
                let term = |i| d_y[at(16, OUT, i, o)] * x[at(16, IN, i, e)];
                t.grads[o * IN + e] = (0..n).map(term).sum();
            }
        }
        if t.input_gradients {
            for (i, e) in (0..n).flat_map(|i| (0..IN).map(move |e| (i, e))) {
                let term = |o| d_y[at(16, OUT, i, o)] * t.params[o * IN + e];
                d_x[at(16, IN, i, e)] = (0..OUT).map(term).sum();
            }
        }
    }
}

const fn plan(index: usize, interleaved: usize) -> InferencePlan {
    InferencePlan {
        index,
        interleaved,
        arena: IN + OUT,
        rooms: &[],
        inputs: &[X],
        outputs: &[Y],
        packs: &[Pack {
            params: &[(0, 24), (32, 4)],
            state: &[],
            to: (0, 28),
            by: Packing {
                plain: false,
                pack: |from, to| {
                    to[..24].copy_from_slice(from[0]);
                    to[24..].copy_from_slice(from[1]);
                },
            },
        }],
        packed: 28,
    }
}

/// Where element `e` of image `i` is.
fn at(interleaved: usize, len: usize, i: usize, e: usize) -> usize {
    (i / interleaved * len + e) * interleaved + i % interleaved
}

fn dense(interleaved: usize, weight: &[f32], bias: &[f32], x: &[f32], y: &mut [f32]) {
    for i in 0..x.len() / IN {
        for o in 0..OUT {
            let terms = (0..IN).map(|e| weight[o * IN + e] * x[at(interleaved, IN, i, e)]);
            y[at(interleaved, OUT, i, o)] = terms.fold(bias[o], |sum, term| sum + term);
        }
    }
}

/// Images whose pixels all differ.
pub(crate) fn images(n: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, 1, 2, 3), |(n, _, y, x)| ((n * 6 + y * 3 + x) as f32 * 0.7).sin())
}

/// `(a: 2, b: 1x1x2) → (2a: 2, a + b: 1x1x2)`, without parameters.
pub(crate) struct Pair(Params);

impl Describe for Pair {
    const GRAPH: Graph<'static> = make::graph(
        "Pair",
        &[Shape::Vector(2), Shape::volume(1, 1, 2)],
        &[
            make::node(
                "0",
                Op::Activation(Activation::Rescale { factor: make::real(2.0) }),
                "rescale",
                &[Source::Input(0)],
                Shape::Vector(2),
                &[],
            ),
            make::node(
                "1",
                Op::Add,
                "add",
                &[Source::Input(1), Source::Input(0)],
                Shape::volume(1, 1, 2),
                &[],
            ),
        ],
        &[make::output(0, false), make::output(1, false)],
        &[],
        &[],
    );
    const OUTPUTS: &'static [Shape] = &[Shape::Vector(2), Shape::volume(1, 1, 2)];
    const WORKSPACE: usize = 32;
    cnn_runtime::lists!(Pair);
}

impl Network for Pair {
    type Input<'a> = (ArrayView2<'a, f32>, ArrayView4<'a, f32>);
    type Output = (Array2<f32>, Array4<f32>);
    type TrainOutput = Self::Output;

    fn from_params(params: Params) -> Self {
        Self(params)
    }
    fn params(&self) -> &Params {
        &self.0
    }
    fn params_mut(&mut self) -> &mut Params {
        &mut self.0
    }
    fn into_params(self) -> Params {
        self.0
    }
}

impl Program for Pair {
    const PACKING: u64 = 0;
    const INFERENCE: &'static [InferencePlan] = &[InferencePlan {
        index: 0,
        interleaved: 1,
        arena: 8,
        rooms: &[],
        inputs: &[Slot::new(0, 2), Slot::new(2, 2)],
        outputs: &[Slot::new(4, 2), Slot::new(6, 2)],
        packs: &[],
        packed: 0,
    }];
    const TRAINING: TrainingPlan = TrainingPlan {
        interleaved: 1,
        arena: 16,
        rooms: &[],
        stats: 0,
        inputs: Self::INFERENCE[0].inputs,
        outputs: Self::INFERENCE[0].outputs,
        d_outputs: &[Slot::new(8, 2), Slot::new(10, 2)],
        d_inputs: &[Slot::new(12, 2), Slot::new(14, 2)],
        largest: 0,
        longest_row: 0,
        layers: &[0, 1],
        cumulative: &[],
        batch_norm: None,
    };

    fn infer(_: usize, cx: &Pass<'_>, _: &[f32], arena: &mut [f32]) {
        let [i, o] = [Self::TRAINING.inputs, Self::TRAINING.outputs];
        let ([a, b, p, q], _) = slots(arena, 8, cx.padded::<Nchw>(), [i[0], i[1], o[0], o[1]]);
        for k in 0..a.len() {
            (p[k], q[k]) = (2.0 * a[k], a[k] + b[k]);
        }
    }

    fn forward_pass(cx: &Pass<'_>, t: TrainingTensors<'_>, _: &mut dyn Observer) {
        Self::infer(0, cx, &[], t.arena);
    }

    fn backward_pass(cx: &Pass<'_>, t: BackwardTensors<'_>, _: &mut dyn Observer) {
        let [i, o] = [Self::TRAINING.d_inputs, Self::TRAINING.d_outputs];
        let ([a, b, p, q], _) = slots(t.arena, 16, cx.padded::<Nchw>(), [i[0], i[1], o[0], o[1]]);
        for k in 0..p.len() {
            (a[k], b[k]) = (2.0 * p[k] + q[k], q[k]);
        }
    }
}
