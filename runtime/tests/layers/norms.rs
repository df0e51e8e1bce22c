//! Kernels that normalize an image by means and variances of its own.

use crate::channels::divisors;
use crate::harness::{Case, Random, check};
use crate::kernels::{check_both, for_images};
use cnn_oracle as oracle;
use cnn_oracle::{Normalize, Over};
use cnn_runtime::layout::{Interleaved, Nchw};
use cnn_runtime::{GroupNorm, LayerNorm, LocalResponseNorm, Lrn};

pub(crate) const EPS: f32 = 1e-3;

#[test]
fn layer_norm() {
    for_images(|mut x, name| {
        let [_, channels, height, width] = x.dims;
        x.data.iter_mut().for_each(|x| *x = *x * 2.0 + 1.5);
        let mut random = Random::new(2);
        for params in [vec![], vec![random.vec(channels), random.vec(channels)]] {
            let layer = Normalize { over: Over::Position, eps: EPS.into() };
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
                let layer = Normalize { over: Over::Groups(groups), eps: EPS.into() };
                let name = format!("gn of {groups} groups, {} parameters, {name}", params.len());
                let mut case = Case::new(name, layer, params, vec![x.clone()]);
                case.saved = 3 * groups;
                check_both!(GroupNorm::new([channels, height * width], groups, EPS), &case);
            }
        }
        let len = channels * height * width;
        if len >= 4 {
            let layer = Normalize { over: Over::Groups(1), eps: EPS.into() };
            let params = vec![random.vec(len), random.vec(len)];
            let mut case = Case::new(format!("ln over all of {name}"), layer, params, vec![x]);
            case.saved = 3;
            check_both!(GroupNorm::new([len, 1], 1, EPS), &case);
        }
    });
}

/// Windows of local response normalization: AlexNet's, even ones, ones wider than the channels.
pub(crate) const WINDOWS: [Lrn; 6] = [
    Lrn { size: 5, alpha: 1e-4, beta: 0.75, k: 2.0 },
    Lrn { size: 1, alpha: 2.0, beta: 0.5, k: 1.0 },
    Lrn { size: 2, alpha: 3.0, beta: 1.0, k: 0.5 },
    Lrn { size: 4, alpha: 1.0, beta: 0.75, k: 1.0 },
    Lrn { size: 9, alpha: 5.0, beta: 1.5, k: 1.5 },
    Lrn { size: 33, alpha: 9.0, beta: 0.75, k: 1.0 },
];

pub(crate) fn lrn_oracle(rule: Lrn) -> oracle::Lrn {
    let [alpha, beta, k] = [rule.alpha, rule.beta, rule.k].map(f64::from);
    oracle::Lrn { size: rule.size, alpha, beta, k }
}

#[test]
fn lrn() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        for rule in WINDOWS {
            let name = format!("{rule:?} of {name}");
            let case = Case::new(name, lrn_oracle(rule), vec![], vec![x.clone()]);
            check_both!(LocalResponseNorm::new([channels, height * width], rule), &case);
        }
    });
}
