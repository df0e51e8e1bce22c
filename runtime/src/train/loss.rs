//! How wrong the outputs are.

use crate::error::{Error, Origin};
use crate::exec::Exec;
use crate::reduce;
use crate::train::argument::Arguments;
use crate::train::objective::{PerOutput, Rows, Weighted};
use cnn_ir::Shape;
use ndarray::ArrayView2;

/// A loss that is the mean over the images of a batch.
///
/// ```
/// use cnn::train::{CrossEntropy, Loss};
///
/// let mut gradient = [0.0; 2];
/// let loss = CrossEntropy.sample(0, &[0.0, 0.0], &[1], &mut gradient);
/// assert_eq!((loss, gradient), (2f32.ln(), [0.5, -0.5]));
/// ```
pub trait Loss: Send + Sync {
    /// What a batch of outputs is compared with.
    type Targets<'a>: Copy + Send + Sync;

    /// Whether the targets fit `images` outputs of that shape, and whether the loss was made with
    /// numbers that it can work with.
    ///
    /// # Errors
    /// They do not, or it was not; [`Loss::sample`] is then not called.
    fn check(&self, images: usize, output: Shape, targets: Self::Targets<'_>) -> Result<(), Error>;

    /// The loss of image number `image` with that output (channels × height × width, or elements);
    /// overwrites `d_output` with its gradient with respect to the output.
    fn sample(
        &self,
        image: usize,
        output: &[f32],
        targets: Self::Targets<'_>,
        d_output: &mut [f32],
    ) -> f32;

    /// `weight` times this loss, for one of several outputs: a finite number.
    fn weighted(self, weight: f32) -> Weighted<Self>
    where
        Self: Sized,
    {
        Weighted { loss: self, weight }
    }

    /// The sum of this loss for each output of a network, times its weight, a finite number, all with the same
    /// targets: first the outputs that evaluation has too, then those of training only, in the order
    /// in which the network names them.
    fn per_output<const K: usize>(self, weights: [f32; K]) -> PerOutput<Self, K>
    where
        Self: Sized,
    {
        PerOutput { loss: self, weights }
    }
}

/// Cross-entropy of the softmax of the outputs (logits, not probabilities) with class labels:
/// `log Σⱼ exp(xⱼ) − x_label`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CrossEntropy;

impl CrossEntropy {
    /// With the part `smoothing`, from 0 to 1, of each label spread evenly over all classes, as
    /// PyTorch's `label_smoothing`.
    pub const fn smoothing(self, smoothing: f32) -> SmoothCrossEntropy {
        SmoothCrossEntropy { smoothing }
    }
}

/// [`CrossEntropy`] with label smoothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothCrossEntropy {
    smoothing: f32,
}

impl Loss for CrossEntropy {
    type Targets<'a> = &'a [usize];

    fn check(&self, images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
        check_labels(images, output, labels)
    }

    fn sample(&self, image: usize, logits: &[f32], labels: &[usize], d: &mut [f32]) -> f32 {
        cross_entropy(logits, labels[image], 0.0, d)
    }
}

impl Loss for SmoothCrossEntropy {
    type Targets<'a> = &'a [usize];

    fn check(&self, images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
        Arguments { owner: "CrossEntropy" }.check(
            "smoothing",
            self.smoothing,
            "a number from 0 to 1",
            |part| (0.0..=1.0).contains(&part),
        )?;
        check_labels(images, output, labels)
    }

    fn sample(&self, image: usize, logits: &[f32], labels: &[usize], d: &mut [f32]) -> f32 {
        cross_entropy(logits, labels[image], self.smoothing, d)
    }
}

/// With `p = softmax(x)` and the target `t = (1 − s)·one_hot(label) + s/n`:
/// the loss is `log Σ exp(x) − Σ t·x`, its gradient `p − t`.
fn cross_entropy(logits: &[f32], label: usize, smoothing: f32, d: &mut [f32]) -> f32 {
    // The largest logit is taken off first, so that no exponential overflows.
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // As all sums of losses in twice the precision, which loses nothing over any row.
    let mut sum = 0.0;
    for (d, &x) in d.iter_mut().zip(logits) {
        *d = (x - largest).exp();
        sum += f64::from(*d);
    }
    let sum = sum as f32;
    let spread = smoothing / logits.len() as f32;
    for d in d.iter_mut() {
        *d = *d / sum - spread;
    }
    d[label] -= 1.0 - smoothing;
    let log_sum = sum.ln();
    let chosen = (1.0 - smoothing) * (log_sum - (logits[label] - largest));
    if smoothing == 0.0 {
        return chosen;
    }
    let rest = logits.iter().map(|x| f64::from(log_sum - (x - largest))).sum::<f64>();
    chosen + spread * rest as f32
}

/// One label for each image, each a class of the output.
fn check_labels(images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
    let classes = output.len();
    if output.positions() != 1 {
        let expected = "outputs of one number for each class".to_owned();
        return Err(Error::Targets {
            found: format!("class labels for outputs of {output}"),
            expected,
        });
    }
    if labels.len() != images {
        let (found, expected) =
            (format!("{} labels", labels.len()), format!("{images}, one for each image"));
        return Err(Error::Targets { found, expected });
    }
    match labels.iter().position(|&label| label >= classes) {
        None => Ok(()),
        Some(index) => Err(Error::Label {
            origin: Origin::Memory("targets"),
            index,
            found: labels[index],
            classes,
        }),
    }
}

/// The mean over all elements of the square of the difference to the targets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredError;

impl Loss for MeanSquaredError {
    /// One row for each image: its target in the order channels × height × width.
    type Targets<'a> = ArrayView2<'a, f32>;

    fn check(
        &self,
        images: usize,
        output: Shape,
        targets: ArrayView2<'_, f32>,
    ) -> Result<(), Error> {
        let (n, len) = targets.dim();
        if (n, len) == (images, output.len()) {
            return Ok(());
        }
        let (found, expected) =
            (format!("an array of {n}×{len}"), format!("{images}×{}", output.len()));
        Err(Error::Targets { found, expected })
    }

    fn sample(
        &self,
        image: usize,
        output: &[f32],
        targets: ArrayView2<'_, f32>,
        d: &mut [f32],
    ) -> f32 {
        let len = output.len() as f32;
        let mut sum = 0.0;
        for ((d, &x), &t) in d.iter_mut().zip(output).zip(targets.row(image)) {
            sum += f64::from(x - t) * f64::from(x - t);
            *d = 2.0 * (x - t) / len;
        }
        (sum / f64::from(len)) as f32
    }
}

/// The mean loss of a batch; overwrites `d_output` with its gradient. The sum over the images is one
/// balanced tree that depends on their number alone.
pub(crate) fn mean<L: Loss>(
    loss: &L,
    exec: &dyn Exec,
    rows: &mut Rows<'_>,
    targets: L::Targets<'_>,
) -> f32 {
    let Rows { len, output: outputs, ref mut d_output } = *rows;
    let images = outputs.len() / len;
    let leaf = reduce::leaf_images(images, 1);
    let sum = Sum { loss, exec, outputs, len, targets, scale: 1.0 / images as f32, leaf };
    (sum.over(0, d_output) / images as f64) as f32
}

struct Sum<'a, 't, L: Loss> {
    loss: &'a L,
    exec: &'a dyn Exec,
    outputs: &'a [f32],
    len: usize,
    targets: L::Targets<'t>,
    scale: f32,
    leaf: usize,
}

impl<L: Loss> Sum<'_, '_, L> {
    /// The sum over the images `first..` that `d_outputs` has room for.
    fn over(&self, first: usize, d_outputs: &mut [f32]) -> f64 {
        let images = d_outputs.len() / self.len;
        if images <= self.leaf {
            let mut sum = 0.0;
            for (i, d) in d_outputs.chunks_exact_mut(self.len).enumerate() {
                let image = first + i;
                let output = &self.outputs[image * self.len..(image + 1) * self.len];
                sum += f64::from(self.loss.sample(image, output, self.targets, d));
                d.iter_mut().for_each(|d| *d *= self.scale);
            }
            return sum;
        }
        let half = images.next_power_of_two() / 2;
        let (near, far) = d_outputs.split_at_mut(half * self.len);
        let (mut a, mut b) = (0.0, 0.0);
        self.exec
            .join(&mut || a = self.over(first, near), &mut || b = self.over(first + half, far));
        a + b
    }
}

#[cfg(test)]
#[allow(clippy::excessive_precision)] // the numbers are as printed
mod tests {
    use super::*;
    use crate::exec::Serial;
    use crate::threads::CurrentPool;
    use ndarray::array;

    const OUTPUTS: [f32; 6] = [1.0, 2.0, -1.0, 0.5, -3.0, 4.0];

    fn batch<L: Loss>(
        loss: &L,
        exec: &dyn Exec,
        output: &[f32],
        len: usize,
        targets: L::Targets<'_>,
        d_output: &mut [f32],
    ) -> f32 {
        mean(loss, exec, &mut Rows { len, output, d_output }, targets)
    }

    fn assert_loss<L: Loss>(loss: L, targets: L::Targets<'_>, expected: f32, gradient: [f32; 6]) {
        Loss::check(&loss, 2, Shape::Vector(3), targets).expect("targets that fit");
        let mut d = [f32::NAN; 6];
        let found = batch(&loss, &Serial, &OUTPUTS, 3, targets, &mut d);
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        for (d, e) in d.iter().zip(gradient) {
            assert!((d - e).abs() < 1e-6, "{d} {e}");
        }
        // Central differences.
        for i in 0..6 {
            let at = |step: f32| {
                let mut outputs = OUTPUTS;
                outputs[i] += step;
                batch(&loss, &Serial, &outputs, 3, targets, &mut [0.0; 6])
            };
            let difference = (at(0.01) - at(-0.01)) / 0.02;
            assert!((difference - d[i]).abs() < 1e-3, "{i}: {difference} {}", d[i]);
        }
    }

    // x = torch.tensor([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]], requires_grad=True)
    // l = F.cross_entropy(x, torch.tensor([1, 0])); l.backward(); print(l, x.grad)
    #[test]
    fn cross_entropy_is_pytorchs() {
        let gradient =
            [0.12974824, -0.14730772, 0.017559515, -0.48535684, 0.00044218486, 0.48491469];
        assert_loss(CrossEntropy, &[1, 0], 1.9398236, gradient);
    }

    // as above with label_smoothing=0.1
    #[test]
    fn label_smoothing_is_pytorchs() {
        let gradient =
            [0.11308157, -0.11397439, 0.00089284778, -0.45202351, -0.016224483, 0.46824801];
        assert_loss(CrossEntropy.smoothing(0.1), &[1, 0], 2.0064902, gradient);
    }

    // F.mse_loss(x, torch.tensor([[1.0, 0.0, 0.5], [0.0, -1.0, 2.0]]))
    #[test]
    fn mean_squared_error_is_pytorchs() {
        let targets = array![[1.0, 0.0, 0.5], [0.0, -1.0, 2.0]];
        let gradient = [0.0, 0.66666669, -0.5, 0.16666667, -0.66666669, 0.66666669];
        assert_loss(MeanSquaredError, targets.view(), 2.4166667, gradient);
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
    fn a_weight_scales_the_loss_and_its_gradient() {
        let gradient =
            [0.12974824, -0.14730772, 0.017559515, -0.48535684, 0.00044218486, 0.48491469];
        assert_loss(
            CrossEntropy.weighted(0.5),
            &[1, 0],
            0.5 * 1.9398236,
            gradient.map(|g| 0.5 * g),
        );
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
}
