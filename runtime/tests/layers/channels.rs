//! Kernels that choose, move, scale or drop whole channels.

use crate::harness::{Case, Random, Run, check, real_images};
use crate::kernels::{check_both, for_images};
use cnn_oracle as oracle;
use cnn_oracle::{Channels, Tensor};
use cnn_runtime::activation::NoActivation;
use cnn_runtime::exec::Serial;
use cnn_runtime::kernel::Room;
use cnn_runtime::kernel::{Kernel, Mode};
use cnn_runtime::layout::{Interleaved, Layout, Nchw};
use cnn_runtime::{Dropout2d, Scale, Shuffle, Split};

/// The divisors of a number of channels.
pub(crate) fn divisors(channels: usize) -> impl Iterator<Item = usize> {
    (1..=channels).filter(move |n| channels.is_multiple_of(*n))
}

#[test]
fn splits_and_shuffles() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        let sizes = [channels, height * width];
        for n in divisors(channels) {
            for i in [0, n / 2, n - 1] {
                let count = channels / n;
                let name = format!("split {i} of {n} of {name}");
                let layer = Channels::split(channels, n, i);
                let case = Case::new(name, layer, vec![], vec![x.clone()]);
                check_both!(Split::new(sizes, i * count, count), &case);
            }
            let layer = Channels::shuffle(channels, n);
            let case = Case::new(format!("shuffle {n} of {name}"), layer, vec![], vec![x.clone()]);
            check_both!(Shuffle::new(sizes, n), &case);
        }
    });
}

#[test]
fn a_shuffle_takes_the_groups_in_turn() {
    assert_eq!(Channels::shuffle(6, 2).from, [0, 3, 1, 4, 2, 5]);
    assert_eq!(Channels::split(6, 3, 1).from, [2, 3]);
}

#[test]
fn scale() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        let mut random = Random::new(2);
        for params in [vec![random.vec(channels)], vec![random.vec(channels), random.vec(channels)]]
        {
            let name = format!("scale with {} parameters of {name}", params.len());
            let case = Case::new(name, oracle::Scale, params, vec![x.clone()]);
            check_both!(Scale::new(channels, height * width), &case);
        }
    });
}

/// The probability in the tests of dropping layers, and the layer's number.
pub(crate) const P: f32 = 0.3;
pub(crate) const LAYER: u64 = 5;

/// The elements that a dropping layer of `runs` runs keeps of a batch.
pub(crate) fn kept<L: Layout>(runs: usize, dims: [usize; 4]) -> Vec<bool>
where
    Dropout2d: Kernel<L>,
{
    let ones = Tensor::from_fn(dims, |_| 1.0);
    let case = Case::new("dropping of ones".into(), oracle::Add, vec![], vec![ones]);
    let kernel = &Dropout2d::new(runs, P, LAYER);
    let run = Run { kernel, rooms: [Room::NONE; 2], case: &case, exec: &Serial };
    let results = run.forward::<L>(NoActivation, dims[1..].iter().product());
    real_images::<L>(&results.output, dims).iter().map(|&y| y != 0.0).collect()
}

#[test]
fn dropout2d_and_drop_path() {
    for_images(|x, name| {
        let [images, channels, height, width] = x.dims;
        for runs in [1, channels] {
            let kept = [kept::<Nchw>(runs, x.dims), kept::<Interleaved>(runs, x.dims)];
            assert_eq!(kept[0], kept[1], "{name}: the mask depends on the layout");
            let [kept, _] = kept;
            let run = channels / runs * height * width;
            let whole = |run: &[bool]| run.iter().all(|&k| k == run[0]);
            assert!(kept.chunks(run).all(whole), "{name}: a part of a run is dropped");
            let draws = (images * runs) as f32;
            let count = kept.chunks(run).filter(|run| run[0]).count() as f32;
            let deviation = (draws * P * (1.0 - P)).sqrt();
            let off = (count - draws * (1.0 - P)).abs();
            assert!(off <= 5.0 * deviation + 1.0, "{name}: {count} of {draws} kept");

            let layer = oracle::Dropout { p: P.into(), kept };
            let kernel = Dropout2d::new(runs, P, LAYER);
            let mut case =
                Case::new(format!("{runs} runs of {name}"), layer, vec![], vec![x.clone()]);
            for in_place in [false, true] {
                case.in_place = in_place;
                check_both!(kernel, &case);
            }
            case.mode = Mode::Evaluation;
            case.oracle = Box::new(oracle::Activation::Identity);
            check_both!(kernel, &case);
        }
    });
}

#[test]
fn nothing_is_left_of_what_is_always_dropped() {
    let x = Random::new(1).tensor([3, 4, 2, 2]);
    let case = Case::new("dropped".into(), oracle::Add, vec![], vec![x]);
    let kernel = &Dropout2d::new(4, 1.0, LAYER);
    let run = Run { kernel, rooms: [Room::NONE; 2], case: &case, exec: &Serial };
    assert!(run.forward::<Nchw>(NoActivation, 16).output.iter().all(|&y| y == 0.0));
}
