//! Kernels that normalise an image by means and variances of its own.

use crate::channels::divisors;
use crate::harness::{Case, Random, check};
use crate::kernels::{check_both, for_images};
use cnn_runtime::layout::{Lanes, Nchw};
use cnn_runtime::oracle::{Normalise, Over};
use cnn_runtime::{GroupNorm, LayerNorm};

pub(crate) const EPS: f32 = 1e-3;

#[test]
fn layer_norm() {
    for_images(|mut x, name| {
        let [_, channels, height, width] = x.dims;
        x.data.iter_mut().for_each(|x| *x = *x * 2.0 + 1.5);
        let mut random = Random::new(2);
        for params in [vec![], vec![random.vec(channels), random.vec(channels)]] {
            let layer = Normalise { over: Over::Position, eps: EPS.into() };
            let name = format!("ln with {} parameters of {name}", params.len());
            let mut case = Case::new(name, layer, params, vec![x.clone()]);
            case.saved = 2 * height * width;
            check_both!(LayerNorm::new([channels, height * width], EPS), &case);
        }
    });
}

#[test]
fn group_norm() {
    for_images(|mut x, name| {
        let [_, channels, height, width] = x.dims;
        x.data.iter_mut().for_each(|x| *x = *x * 2.0 + 1.5);
        let mut random = Random::new(2);
        for groups in divisors(channels) {
            // One element, or hardly more, is all but independent of its input.
            if channels / groups * height * width < 4 {
                continue;
            }
            for params in [vec![], vec![random.vec(channels), random.vec(channels)]] {
                let layer = Normalise { over: Over::Groups(groups), eps: EPS.into() };
                let name = format!("gn of {groups} groups, {} parameters, {name}", params.len());
                let mut case = Case::new(name, layer, params, vec![x.clone()]);
                case.saved = 2 * groups;
                check_both!(GroupNorm::new([channels, height * width], groups, EPS), &case);
            }
        }
        let len = channels * height * width;
        if len >= 4 {
            let layer = Normalise { over: Over::Groups(1), eps: EPS.into() };
            let params = vec![random.vec(len), random.vec(len)];
            let mut case = Case::new(format!("ln over all of {name}"), layer, params, vec![x]);
            case.saved = 2;
            check_both!(GroupNorm::new([len, 1], 1, EPS), &case);
        }
    });
}
