use super::*;
use crate::exec::{Exec, Serial};
use crate::threads::CurrentPool;
use crate::train::rows::{Rows, Window};

fn batch<L: Loss>(
    loss: &L,
    exec: &dyn Exec,
    output: &[f32],
    len: usize,
    targets: L::Targets<'_>,
    d_output: &mut [f32],
) -> f32 {
    let images = output.len() / len;
    mean(loss, exec, Window::whole(images), &mut Rows { len, output, d_output }, targets)
}

/// Compares with PyTorch, and gradients with central differences too.
struct Compare(usize);

impl reference::Check for Compare {
    fn check<L: Loss>(
        &mut self,
        name: &str,
        loss: L,
        targets: L::Targets<'_>,
        expected: f32,
        gradient: [f32; 6],
    ) {
        Loss::check(&loss, 2, Shape::Vector(3), targets).expect(name);
        let mut d = [f32::NAN; 6];
        let found = batch(&loss, &Serial, &reference::OUTPUTS, 3, targets, &mut d);
        assert!((found - expected).abs() < 1e-6, "{name}: {found} {expected}");
        for (d, e) in d.iter().zip(gradient) {
            assert!((d - e).abs() < 1e-6, "{name}: {d} {e}");
        }
        for i in 0..6 {
            let at = |step: f32| {
                let mut outputs = reference::OUTPUTS;
                outputs[i] += step;
                batch(&loss, &Serial, &outputs, 3, targets, &mut [0.0; 6])
            };
            let (before, after, here) = (at(-0.01), at(0.01), at(0.0));
            // Not where the slope jumps.
            if ((after - here) - (here - before)).abs() < 1e-3 {
                let difference = (after - before) / 0.02;
                assert!((difference - d[i]).abs() < 2e-3, "{name} {i}: {difference} {}", d[i]);
            }
        }
        // In two parts, each of which knows the whole batch.
        let (mut parts, mut sum) = ([0.0; 6], 0.0);
        for first in 0..2 {
            let (output, d_output) =
                (&reference::OUTPUTS[3 * first..][..3], &mut parts[3 * first..][..3]);
            let window = Window { first, images: 2 };
            sum += mean(&loss, &Serial, window, &mut Rows { len: 3, output, d_output }, targets);
        }
        assert_eq!(parts, d, "{name}");
        assert!((sum - found).abs() <= 2e-7 * found.abs(), "{name}: {sum} {found}");
        self.0 += 1;
    }
}

#[test]
fn every_loss_is_pytorchs() {
    let mut compare = Compare(0);
    reference::losses(&mut compare);
    assert!(compare.0 >= 17);
}

#[test]
fn numbers_that_make_no_sense_are_named() {
    let two = Shape::Vector(2);
    let text = |result: Result<(), Error>| result.unwrap_err().to_string();
    let rows = ndarray::array![[0.5, 1.5]];
    for (found, expected) in [
        (CrossEntropy.smoothing(1.5).check(1, two, &[0]), "smoothing of `CrossEntropy`: found 1.5"),
        (
            CrossEntropy.class_weights([1.0]).check(1, two, &[0]),
            "class_weights of `CrossEntropy`: found 1, expected one for each class",
        ),
        (
            CrossEntropy.class_weights([0.0, 1.0]).check(1, two, &[0]),
            "class_weights of `CrossEntropy`: found 0, expected a sum above 0",
        ),
        (Focal::new(-1.0).check(1, two, &[0]), "focus of `Focal`: found -1"),
        (Huber::new(0.0).check(1, two, rows.view()), "delta of `Huber`: found 0"),
        (
            BinaryCrossEntropy::new().check(1, two, rows.view()),
            "targets: found the probability 1.5, expected numbers from 0 to 1",
        ),
        (
            SoftCrossEntropy.check(1, two, ndarray::array![[0.5, -0.5]].view()),
            "targets: found the probability -0.5",
        ),
    ] {
        let found = text(found);
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn losses_far_from_their_targets_stay_finite() {
    let mut d = [0.0; 2];
    for x in [1e4, -1e4, 1e30, -1e30] {
        let targets = ndarray::array![[1.0, 0.0]];
        for loss in [BinaryCrossEntropy::new(), BinaryCrossEntropy::new().focal(2.0, 0.25)] {
            let found = batch(&loss, &Serial, &[x, x], 2, targets.view(), &mut d);
            assert!(found.is_finite() && d.iter().all(|d| d.is_finite()), "{x}: {found} {d:?}");
        }
        let found = batch(&Focal::new(2.0), &Serial, &[x, -x], 2, &[0], &mut d);
        assert!(found.is_finite() && d.iter().all(|d| d.is_finite()), "{x}: {found} {d:?}");
    }
}

#[test]
fn long_rows_lose_no_digits() {
    let len = 786_432;
    let output: Vec<f32> = (0..2 * len).map(|i| 100.3 + (i % 17) as f32 / 9.0).collect();
    let targets = ndarray::Array2::zeros((2, len));
    let squares = output.iter().map(|&x| f64::from(x) * f64::from(x));
    let expected = squares.sum::<f64>() / output.len() as f64;
    let mut d = vec![0.0; output.len()];
    let found = batch(&MeanSquaredError, &Serial, &output, len, targets.view(), &mut d);
    assert!((f64::from(found) / expected - 1.0).abs() < 1e-6, "{found} {expected}");

    let logits = vec![0.1; len];
    let loss = CrossEntropy.smoothing(0.1);
    let found = batch(&loss, &Serial, &logits, len, &[5], &mut d[..len]);
    assert!((f64::from(found) / (len as f64).ln() - 1.0).abs() < 1e-6, "{found}");
}

#[test]
fn huge_logits_do_not_overflow() {
    let mut d = [0.0; 2];
    let loss = batch(&CrossEntropy, &Serial, &[1e30, -1e30], 2, &[0], &mut d);
    assert_eq!((loss, d), (0.0, [0.0, 0.0]));
    let loss = batch(&CrossEntropy, &Serial, &[f32::NAN, 0.0], 2, &[0], &mut d);
    assert!(loss.is_nan());
}

#[test]
fn threads_do_not_change_the_sum() {
    let images = 1001;
    let outputs: Vec<f32> = (0..images * 3).map(|i| (i as f32).sin()).collect();
    let labels: Vec<usize> = (0..images).map(|i| i % 3).collect();
    let run = |exec: &dyn Exec| {
        let mut d = vec![0.0; outputs.len()];
        (batch(&CrossEntropy, exec, &outputs, 3, &labels, &mut d).to_bits(), d)
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("three threads");
    assert_eq!(run(&Serial), pool.install(|| run(&CurrentPool)));
}

#[test]
fn targets_that_do_not_fit_are_named() {
    let ten = Shape::Vector(10);
    let text = |result: Result<(), Error>| result.unwrap_err().to_string();
    assert_eq!(
        text(Loss::check(&CrossEntropy, 3, ten, &[1, 10, 2])),
        "targets: label 1: found class 10, expected one of 0 to 9"
    );
    assert_eq!(
        text(Loss::check(&CrossEntropy, 3, ten, &[1, 2])),
        "targets: found 2 labels, expected 3, one for each image"
    );
    assert_eq!(
        text(Loss::check(&CrossEntropy, 1, Shape::volume(2, 3, 3), &[1])),
        "targets: found class labels for outputs of 2x3x3, expected outputs of one number for each class"
    );
    let targets = ndarray::Array2::zeros((3, 9));
    assert_eq!(
        text(Loss::check(&MeanSquaredError, 3, ten, targets.view())),
        "targets: found an array of 3×9, expected 3×10"
    );
}
