//! Kernels that choose, move, scale or drop whole channels.

use super::frame;
use super::layers::{check, for_images};
use crate::channels::{LAYER, P, divisors, kept};
use crate::harness::{Case, Random};
use cnn_runtime::kernel::Mode;
use cnn_runtime::layers::blocked;
use cnn_runtime::layout::Nchw;
use cnn_runtime::oracle::{self, Channels};

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
