//! Several looks at each image.

use crate::error::Error;
use crate::network::Network;
use crate::session::Session;
use crate::tensor::{self, MOST, Outputs, Part};
use crate::threads::Workers;
use ndarray::{Array4, ArrayView4, Axis, s};
use std::fmt;

type Look = Box<dyn Fn(ArrayView4<'_, f32>) -> Array4<f32> + Send + Sync>;

/// Test-time augmentation: what a network makes of several views of each image, averaged. Often a little better
/// than one look, at the cost of as many passes.
///
/// ```
/// use cnn::data::Images;
/// use cnn::ndarray::Array4;
/// use cnn::train::{MeanOf, Views};
///
/// cnn::cnn! { struct Net<3x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let (net, images) = (Net::new(1), Array4::<f32>::zeros((5, 3, 8, 8)));
/// // Each image, and itself a pixel up and left, and down and right, half as much; all of them mirrored, too.
/// let six = Views::new().shift(0.5, [-1, -1]).shift(0.5, [1, 1]).mirrored();
/// let scores = six.scores(&net, images.view())?;
/// assert_eq!(scores.dim(), (5, 10));
/// // A view of one's own, and the mean of probabilities instead of scores.
/// let brighter = Views::new().view(1.0, |images| images.mapv(|x| 1.1 * x)).mean(MeanOf::Probabilities);
/// assert!((brighter.scores(&net, images.view())?.row(0).sum() - 1.0).abs() < 1e-5);
/// # Ok::<(), cnn::Error>(())
/// ```
pub struct Views {
    views: Vec<(f32, Look)>,
    mirrored: bool,
    mean: MeanOf,
}

/// What is averaged over [`Views`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MeanOf {
    /// The outputs as they are: logits, or whatever they mean.
    #[default]
    Scores,
    /// The softmax of the outputs, a distribution for each image.
    Probabilities,
    /// The logarithm of the softmax: a geometric mean of the distributions, but for a constant.
    LogProbabilities,
}

/// Images that run through the network at a time.
const BATCH: usize = 256;

impl Views {
    /// The images as they are, with weight 1.
    pub fn new() -> Self {
        Self { views: Vec::new(), mirrored: false, mean: MeanOf::Scores }
            .view(1.0, |x| x.to_owned())
    }

    /// Another view, which counts with that weight: a function from a batch, N×C×H×W, to one of the same size.
    pub fn view(
        mut self,
        weight: f32,
        look: impl Fn(ArrayView4<'_, f32>) -> Array4<f32> + Send + Sync + 'static,
    ) -> Self {
        self.views.push((weight, Box::new(look)));
        self
    }

    /// The images shifted by that many pixels down and right, or up and left where they are below 0; what is then
    /// missing is reflected at the border.
    pub fn shift(self, weight: f32, by: [isize; 2]) -> Self {
        self.view(weight, move |images| shifted(images, by))
    }

    /// Each view, those still to come too, also as its mirror image, left for right, with the same weight.
    pub fn mirrored(mut self) -> Self {
        self.mirrored = true;
        self
    }

    /// What the mean is of: the scores if nothing is said.
    pub fn mean(mut self, mean: MeanOf) -> Self {
        self.mean = mean;
        self
    }

    /// The weighted mean over the views of what a network gives in evaluation mode, on the surrounding rayon pool
    /// or else the global one: an output like [`Network::Output`], of all outputs.
    ///
    /// # Errors
    /// The network takes other images or several inputs, a view has another size, the weights have no sum above
    /// 0, probabilities are asked for of outputs with several numbers for each class, or there is no memory for
    /// a batch.
    pub fn scores<N: Network>(
        &self,
        network: &N,
        images: ArrayView4<'_, f32>,
    ) -> Result<N::Output, Error> {
        let &[input] = N::INPUTS else {
            let (what, found) = ("inputs", N::INPUTS.len());
            return Err(Error::Arity { network: N::NAME, what, found, expected: 1 });
        };
        if self.mean != MeanOf::Scores
            && let Some(index) = N::OUTPUTS.iter().position(|output| output.positions() != 1)
        {
            return Err(Error::Scores { network: N::NAME, index, found: N::OUTPUTS[index] });
        }
        let total = self.total()?;
        tensor::check(N::NAME, N::INPUTS, &[Part::of_images(images, input)])?;
        let n = images.dim().0;
        let mut result: N::Output = tensor::outputs(N::NAME, "the outputs", N::OUTPUTS, n)?;
        let mut session = Session::<N>::make(network.params(), BATCH.min(n), Workers::Global)?;
        for (first, some) in (0..n).step_by(BATCH).zip(images.axis_chunks_iter(Axis(0), BATCH)) {
            for (weight, look) in &self.views {
                let mut view = look(some);
                for mirror in 0..=usize::from(self.mirrored) {
                    if mirror == 1 {
                        view = view
                            .slice_move(s![.., .., .., ..;-1])
                            .as_standard_layout()
                            .into_owned();
                    }
                    session.run_parts(&[Part::of_images(view.view(), input)])?;
                    if view.dim().0 != some.dim().0 {
                        let (found, expected) = (view.dim().0, some.dim().0);
                        return Err(Error::BatchMismatch {
                            network: N::NAME,
                            index: 0,
                            found,
                            expected,
                        });
                    }
                    let from = session.output().slices();
                    self.add::<N>(
                        result.slices(),
                        from,
                        first..first + some.dim().0,
                        weight / total,
                    );
                }
            }
        }
        Ok(result)
    }

    /// Adds a share of the outputs of some images.
    fn add<N: Network>(
        &self,
        to: [&mut [f32]; MOST],
        from: [&mut [f32]; MOST],
        images: std::ops::Range<usize>,
        share: f32,
    ) {
        for ((to, from), shape) in to.into_iter().zip(from).zip(N::OUTPUTS) {
            let len = shape.len();
            let to = &mut to[images.start * len..images.end * len];
            for (to, row) in to.chunks_exact_mut(len).zip(from.chunks_exact_mut(len)) {
                self.mean.of(row);
                to.iter_mut().zip(row).for_each(|(to, from)| *to += share * *from);
            }
        }
    }

    /// The sum of all weights.
    fn total(&self) -> Result<f32, Error> {
        let sum: f32 = self.views.iter().map(|(weight, _)| weight).sum();
        let all = if self.mirrored { 2.0 * sum } else { sum };
        if all.is_finite() && all > 0.0 {
            return Ok(all);
        }
        let (owner, argument) = ("Views", "the sum of the weights");
        let expected = "a finite number above 0";
        Err(Error::Argument { owner, argument, found: all.to_string(), expected })
    }
}

impl Default for Views {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weights: Vec<f32> = self.views.iter().map(|(weight, _)| *weight).collect();
        f.debug_struct("Views")
            .field("weights", &weights)
            .field("mirrored", &self.mirrored)
            .field("mean", &self.mean)
            .finish()
    }
}

impl MeanOf {
    /// What is averaged, of an image's scores.
    fn of(self, row: &mut [f32]) {
        if self == Self::Scores {
            return;
        }
        let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = row.iter().map(|&x| f64::from(x - most).exp()).sum();
        for x in row {
            let log = f64::from(*x - most) - sum.ln();
            *x = if self == Self::Probabilities { log.exp() } else { log } as f32;
        }
    }
}

/// Moves pixels down and right; what is missing is reflected, without the border itself.
fn shifted(images: ArrayView4<'_, f32>, by: [isize; 2]) -> Array4<f32> {
    let (n, c, height, width) = images.dim();
    let place = |at: usize, by: isize, n: usize| {
        // There and back again, over and over.
        let period = (2 * n).saturating_sub(2).max(1) as isize;
        let at = (at as isize).wrapping_sub(by).rem_euclid(period) as usize;
        if at < n { at } else { 2 * n - 2 - at }
    };
    Array4::from_shape_fn((n, c, height, width), |(n, c, i, j)| {
        images[[n, c, place(i, by[0], height), place(j, by[1], width)]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn shifts_reflect_at_the_border() {
        let images = Array4::from_shape_fn((1, 1, 1, 4), |(.., j)| j as f32);
        let row = |by| shifted(images.view(), [0, by]).into_raw_vec_and_offset().0;
        assert_eq!(row(1), [1.0, 0.0, 1.0, 2.0]);
        assert_eq!(row(-1), [1.0, 2.0, 3.0, 2.0]);
        assert_eq!(row(-7), [1.0, 2.0, 3.0, 2.0]);
        assert_eq!(shifted(images.view(), [5, 0]), images);
    }

    #[test]
    fn means_are_of_what_they_say() {
        let mut rows = Array2::from_shape_vec((1, 3), vec![1.0, 2.0, 1000.0]).expect("a row");
        MeanOf::Probabilities.of(rows.as_slice_mut().expect("a slice"));
        assert_eq!(rows.row(0).to_vec(), [0.0, 0.0, 1.0]);
        let mut row = [0.0, 0.0];
        MeanOf::LogProbabilities.of(&mut row);
        assert!(row.iter().all(|x| (x + std::f32::consts::LN_2).abs() < 1e-6));
    }
}
