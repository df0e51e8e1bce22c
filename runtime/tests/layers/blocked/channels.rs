//! Kernels that choose, move, scale or drop whole channels.

use super::layers::{check, for_images};
use super::{check_inference, frame};
use crate::channels::{LAYER, P, divisors, kept};
use crate::harness::{Case, Random};
use cnn_oracle as oracle;
use cnn_oracle::{Channels, Concat, Gradients, Layer, Real, Tensor};
use cnn_runtime::blocked;
use cnn_runtime::blocked::Select::{self, Part, Shuffled};
use cnn_runtime::kernel::{Mode, Room};
use cnn_runtime::layout::Nchw;

#[test]
fn splits_and_shuffles() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let dims = [channels, height, width];
        let halos = frame(&[input], output, &[d_input], d_output);
        for n in divisors(channels).take(6) {
            for i in [0, n / 2, n - 1] {
                let count = channels / n;
                let name = format!("split {i} of {n} of {name}");
                let layer = Channels::split(channels, n, i);
                let case = Case::new(name, layer, vec![], vec![x.clone()]);
                check!(blocked::Split::new(dims, i * count, count, halos), halos, &case);
            }
            let layer = Channels::shuffle(channels, n);
            let case = Case::new(format!("shuffle {n} of {name}"), layer, vec![], vec![x.clone()]);
            check!(blocked::Shuffle::new(dims, n, halos), halos, &case);
        }
    });
}

/// Of the channels of all inputs, these.
struct Selected(Channels);

impl<T: Real> Layer<T> for Selected {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let all = Concat.forward(&[], inputs);
        self.0.forward(&[], &[all])
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let all = Concat.forward(&[], inputs);
        let d_all = self.0.backward(&[], &[all], d_output).inputs.remove(0);
        Concat.backward(&[], inputs, &d_all)
    }
}

#[test]
pub(crate) fn selections() {
    let cases: [(&'static [usize], &'static [Select]); 6] = [
        (&[58, 58], &[Shuffled(2), Part(0, 58)]),
        (&[58, 58], &[Shuffled(2), Part(58, 58)]),
        (&[16, 32, 16], &[Shuffled(4), Part(1, 40)]),
        (&[7, 1, 40], &[Shuffled(3), Shuffled(2)]),
        (&[48], &[Part(16, 32), Shuffled(1), Part(16, 16)]),
        // Whole blocks of two inputs meet.
        (&[20, 33], &[Part(4, 48)]),
    ];
    for (i, (channels, steps)) in cases.into_iter().enumerate() {
        let mut from: Vec<usize> = (0..channels.iter().sum()).collect();
        for step in steps {
            let layer = match *step {
                Shuffled(groups) => Channels::shuffle(from.len(), groups),
                Part(first, count) => Channels { from: (first..first + count).collect() },
            };
            from = layer.from.iter().map(|&c| from[c]).collect();
        }
        for (j, size @ [height, width]) in [[1, 1], [3, 5], [9, 18]].into_iter().enumerate() {
            let mut random = Random::new(4);
            let images = [1, 2, 3, 17][(i + j) % 4];
            let tensor = |&c: &usize| random.tensor([images, c, height, width]);
            let inputs = channels.iter().map(tensor).collect();
            let halos: [&[usize]; 2] = [&[0, 0, 0], &[1, 0, 2]];
            let halos = frame(halos[(i + j) % 2], j / 2, &[0, 0, 0], 0);
            let name = format!("{steps:?} of {images} images of {channels:?}×{height}×{width}");
            let layer = Selected(Channels { from: from.clone() });
            let mut case = Case::new(name, layer, vec![], inputs);
            case.packed = Some(vec![]);
            let kernel = blocked::Selection::new(channels, size, steps, halos);
            check_inference(&kernel, Room::NONE, halos, &case);
        }
    }
}

#[test]
fn scale() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let halos = frame(&[input], output, &[d_input], d_output);
        let mut random = Random::new(2);
        for params in [vec![random.vec(channels)], vec![random.vec(channels), random.vec(channels)]]
        {
            let name = format!("scale with {} parameters of {name}", params.len());
            let case = Case::new(name, oracle::Scale, params, vec![x.clone()]);
            check!(blocked::Scale::new([channels, height, width], halos), halos, &case);
        }
    });
}

#[test]
fn dropout2d_and_drop_path() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let dims = [channels, height, width];
        for runs in [1, channels] {
            let layer = oracle::Dropout { p: P.into(), kept: kept::<Nchw>(runs, x.dims) };
            let mut case =
                Case::new(format!("{runs} runs of {name}"), layer, vec![], vec![x.clone()]);
            let different = frame(&[input], output, &[d_input], d_output);
            check!(blocked::Dropout2d::new(dims, runs, P, LAYER, different), different, &case);
            case.in_place = true;
            let same = frame(&[input], input, &[d_output], d_output);
            check!(blocked::Dropout2d::new(dims, runs, P, LAYER, same), same, &case);
            case.mode = Mode::Evaluation;
            case.oracle = Box::new(oracle::Activation::Identity);
            check!(blocked::Dropout2d::new(dims, runs, P, LAYER, same), same, &case);
        }
    });
}
