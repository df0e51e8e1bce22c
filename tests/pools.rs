//! Passes made in one rayon pool and gone on with in another: the same bits, and no panic, though their
//! memory was reserved for other threads.

use cnn::ndarray::{Array2, Array4};
use cnn::train::{Backprop, CrossEntropy, Sgd, Trainer};
use cnn::{Network, cnn};
use rayon::{ThreadPool, ThreadPoolBuilder};

cnn! {
    /// Two layers with Winograd's kernels, whose scratch is counted in threads.
    struct Tiles<
        3x48x48 -> conv(64, 3x3, pad=1) -> relu -> conv(64, 3x3, pad=1) -> flatten -> dense(2)
    >;
    /// A pool that joins a convolution, a transposed one, and kernels without scratch for threads.
    struct Mixed<
        3x96x96 -> conv(32, 3x3, pad=1) -> relu -> maxpool(2)
        -> add(conv(32, 3x3, pad=1) -> bn | depthwise(3x3, pad=1) | conv(32, 1x1)) -> relu
        -> deconv(16, 3x3, pad=1) -> conv(48, 3x3, stride=2, groups=4) -> global_avgpool -> flatten -> dense(2)
    >;
}

fn images<N: Network>(n: usize) -> Array4<f32> {
    let size = N::INPUTS[0].len() / 3;
    let side = size.isqrt();
    Array4::from_shape_fn((n, 3, side, side), |(n, c, i, j)| {
        ((n * 31 + c * 17 + i * 7 + j * 3) % 23) as f32 / 11.0 - 1.0
    })
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

fn bits<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> Vec<u32> {
    numbers.into_iter().map(|x| x.to_bits()).collect()
}

trait Net:
    for<'a> Network<
        Input<'a> = cnn::ndarray::ArrayView4<'a, f32>,
        Output = Array2<f32>,
        TrainOutput = Array2<f32>,
    >
{
}
impl Net for Tiles {}
impl Net for Mixed {}

/// Outputs and gradients of passes over so many images, whose forward and backward parts run in the
/// given pools.
fn passes<N: Net>(net: &N, passes: &[(usize, &ThreadPool, &ThreadPool)]) -> Vec<Vec<u32>> {
    let mut pass = Backprop::<N>::new().input_gradients(true);
    let mut results = Vec::new();
    for (n, forward, backward) in passes {
        let x = images::<N>(*n);
        let y = forward.install(|| pass.forward(net, x.view()).map(|y| y.to_owned()));
        let y = y.expect("a pass forward");
        let gradients = backward.install(|| pass.backward(net, &y)).expect("a pass backward");
        results.push(bits(&y));
        results.push(bits(gradients.trainable()));
        results.push(bits(gradients.input().expect("input gradients")));
    }
    results
}

fn check<N: Net>(net: &N) {
    let [one, three, eight] = [1, 3, 8].map(pool);
    for n in [1, 2, 5] {
        let expected = passes(net, &[(n, &one, &one)]);
        for (forward, backward) in
            [(&one, &eight), (&eight, &one), (&eight, &eight), (&three, &eight), (&one, &three)]
        {
            let (a, b) = (forward.current_num_threads(), backward.current_num_threads());
            let found = passes(net, &[(n, forward, backward)]);
            assert!(found == expected, "{} images: forward on {a}, backward on {b}", n);
        }
    }
    // The same memory for smaller and larger batches, in smaller and larger pools.
    let batches = [2, 5, 1, 4, 17, 16];
    let alone = batches.map(|n| (n, &one, &one));
    let expected = passes(net, &alone);
    let pools = [(&three, &eight), (&one, &three), (&eight, &eight), (&eight, &one)];
    let mixed: Vec<_> =
        batches.iter().zip(pools.iter().cycle()).map(|(&n, &(f, b))| (n, f, b)).collect();
    assert!(passes(net, &mixed) == expected, "several batches");
}

#[test]
fn a_pass_forward_in_one_pool_goes_backward_in_another() {
    check(&Tiles::new(1));
    check(&Mixed::new(1));
}

#[test]
fn a_session_runs_in_other_pools_than_it_was_made_in() {
    fn check<N: Net>(net: &N) {
        let [one, three, eight] = [1, 3, 8].map(pool);
        for batch in [1, 3, 20] {
            let x = images::<N>(batch);
            let expected = bits(
                &one.install(|| cnn::Session::new(net, batch).run(x.view()).map(|y| y.to_owned()))
                    .expect("a batch"),
            );
            for made in [&one, &three, &eight] {
                let mut session = made.install(|| cnn::Session::new(net, batch));
                for run in [&eight, &one, &three] {
                    let y = run.install(|| session.run(x.view()).map(|y| y.to_owned()));
                    assert_eq!(bits(&y.expect("a batch")), expected);
                }
            }
            let mut outside = cnn::Session::new(net, batch);
            for run in [&eight, &one] {
                let y = run.install(|| outside.run(x.view()).map(|y| y.to_owned()));
                assert_eq!(bits(&y.expect("a batch")), expected);
            }
            for run in [&eight, &one] {
                assert_eq!(bits(&run.install(|| net.forward(x.view()))), expected);
            }
        }
    }
    check(&Tiles::new(1));
    check(&Mixed::new(1));
}

#[test]
fn a_trainer_steps_in_changing_pools() {
    let [one, eight] = [1, 8].map(pool);
    let train = |pools: [&ThreadPool; 3]| {
        let mut trainer = Trainer::new(Mixed::new(3), Sgd::new(0.01)).loss(CrossEntropy);
        for (n, pool) in [2, 3, 2].into_iter().zip(pools) {
            let (x, labels) = (images::<Mixed>(n), vec![1; n]);
            pool.install(|| trainer.step(x.view(), &labels)).expect("a step");
        }
        bits(trainer.network().params().trainable())
    };
    let expected = train([&one; 3]);
    for pools in [[&one, &eight, &eight], [&eight, &one, &eight]] {
        assert!(train(pools) == expected);
    }
}
