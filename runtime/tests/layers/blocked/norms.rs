//! Kernels that normalize an image by means and variances of its own.

use super::frame;
use super::layers::{check, for_images};
use crate::channels::divisors;
use crate::harness::{Case, Random};
use crate::norms::{EPS, WINDOWS, lrn_oracle};
use cnn_oracle::{Normalize, Over};
use cnn_runtime::blocked;

#[test]
fn layer_norm() {
    for_images(|mut x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        x.data.iter_mut().for_each(|x| *x = *x * 2.0 + 1.5);
        let halos = frame(&[input], output, &[d_input], d_output);
        let mut random = Random::new(2);
        for params in [vec![], vec![random.vec(channels), random.vec(channels)]] {
            let layer = Normalize { over: Over::Position, eps: EPS.into() };
            let name = format!("ln with {} parameters of {name}", params.len());
            let mut case = Case::new(name, layer, params.clone(), vec![x.clone()]);
            let kernel = blocked::LayerNorm::new([channels, height, width], EPS, halos);
            case.saved = 2 * height * width;
            check!(kernel, halos, &case);
            // Inference saves nothing.
            case.saved = 0;
            case.packed = Some(params);
            check!(kernel, halos, &case);
        }
    });
}

#[test]
fn group_norm() {
    for_images(|mut x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        x.data.iter_mut().for_each(|x| *x = *x * 2.0 + 1.5);
        let halos = frame(&[input], output, &[d_input], d_output);
        let mut random = Random::new(2);
        for groups in divisors(channels) {
            // One element, or hardly more, is all but independent of its input.
            if channels / groups * height * width < 4 {
                continue;
            }
            for params in [vec![], vec![random.vec(channels), random.vec(channels)]] {
                let layer = Normalize { over: Over::Groups(groups), eps: EPS.into() };
                let name = format!("gn of {groups} groups, {} parameters, {name}", params.len());
                let mut case = Case::new(name, layer, params.clone(), vec![x.clone()]);
                let kernel = blocked::GroupNorm::new([channels, height, width], groups, EPS, halos);
                case.saved = 2 * channels.next_multiple_of(16);
                check!(kernel, halos, &case);
                // Inference saves nothing.
                case.saved = 0;
                case.packed = Some(params);
                check!(kernel, halos, &case);
            }
        }
    });
}

#[test]
fn lrn() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let halos = frame(&[input], output, &[d_input], d_output);
        for rule in WINDOWS {
            let name = format!("{rule:?} of {name}");
            let case = Case::new(name, lrn_oracle(rule), vec![], vec![x.clone()]);
            let dims = [channels, height, width];
            check!(blocked::LocalResponseNorm::new(dims, rule, halos), halos, &case);
        }
    });
}
