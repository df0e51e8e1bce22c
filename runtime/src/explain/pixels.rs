//! Attribution to pixels by gradients.

use super::Signal;
use super::checks::refused;
use super::explainer::Explainer;
use super::maps::{Pixels, upsampled};
use super::target::Target;
use crate::error::Error;
use crate::init::quantile;
use crate::random::{Purpose, Stream};
use ndarray::{Array3, Array4, ArrayView3, ArrayView4, Axis, Zip, s};

/// How [`Explainer::smooth_grad`] draws its noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothGrad {
    samples: usize,
    noise: f32,
    seed: u64,
}

impl Default for SmoothGrad {
    fn default() -> Self {
        Self { samples: 50, noise: 0.15, seed: 0 }
    }
}

impl SmoothGrad {
    /// 50 samples with a deviation of 0.15.
    pub fn new() -> Self {
        Self::default()
    }

    /// Noisy copies of each image.
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// The noise's deviation, as a part of the distance between the image's least and largest number.
    pub fn noise(mut self, noise: f32) -> Self {
        self.noise = noise;
        self
    }

    /// The seed of the noise.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

/// The way of [`Explainer::integrated_gradients`].
#[derive(Clone, Debug, PartialEq)]
pub struct IntegratedGradients {
    steps: usize,
    baseline: Baseline,
}

#[derive(Clone, Debug, PartialEq)]
enum Baseline {
    Value(f32),
    Image(Array3<f32>),
}

impl Default for IntegratedGradients {
    fn default() -> Self {
        Self { steps: 50, baseline: Baseline::Value(0.0) }
    }
}

impl IntegratedGradients {
    /// 50 steps from an image of zeros.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gradients on the way, at the points of a Gauss–Legendre quadrature.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// The way starts at an image of this number.
    pub fn baseline(mut self, value: f32) -> Self {
        self.baseline = Baseline::Value(value);
        self
    }

    /// The way starts at this image, C×H×W.
    pub fn baseline_image(mut self, image: Array3<f32>) -> Self {
        self.baseline = Baseline::Image(image);
        self
    }
}

impl Explainer<'_> {
    /// The gradient of the score with respect to each pixel; [`Pixels::largest`] is the picture of the paper.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is no such class, label, channel or place.
    pub fn saliency(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
    ) -> Result<Pixels, Error> {
        self.traced("saliency", images, &target.into(), Signal::Gradient)
    }

    /// The gradient times the pixel: what the score loses, to first order, when the pixel becomes 0.
    ///
    /// # Errors
    /// As [`Explainer::saliency`].
    pub fn input_x_gradient(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
    ) -> Result<Pixels, Error> {
        let mut pixels =
            self.traced("input x gradient", images, &target.into(), Signal::Gradient)?;
        pixels.values *= &images;
        Ok(pixels)
    }

    /// What arrives when rectifiers pass on what of the signal is above 0, through transposed filters and the places
    /// of the pools' maxima: the part of the image that excites the target.
    ///
    /// # Errors
    /// As [`Explainer::saliency`].
    pub fn deconvolution(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
    ) -> Result<Pixels, Error> {
        self.traced("deconvolution", images, &target.into(), Signal::Deconvolution)
    }

    /// As [`Explainer::deconvolution`], but through rectifiers only where their input is above 0, too.
    ///
    /// # Errors
    /// As [`Explainer::saliency`].
    pub fn guided(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
    ) -> Result<Pixels, Error> {
        self.traced("guided backpropagation", images, &target.into(), Signal::Guided)
    }

    /// [`Explainer::guided`] times [`Explainer::grad_cam`] at the label, the latter at the image's resolution.
    ///
    /// # Errors
    /// As [`Explainer::grad_cam`].
    pub fn guided_grad_cam(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Pixels, Error> {
        let maps = self.grad_cam(images, label, target)?;
        let mut pixels = self.guided(images, maps.classes)?;
        let (_, _, height, width) = images.dim();
        let maps = upsampled(maps.values.view(), [height, width]);
        for mut channel in pixels.values.axis_iter_mut(Axis(1)) {
            channel *= &maps;
        }
        Ok(pixels)
    }

    /// The mean gradient over noisy copies of each image, whose class is the one of the image itself.
    ///
    /// # Errors
    /// As [`Explainer::saliency`]; there are no samples, or the noise is negative or not finite.
    pub fn smooth_grad(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
        how: SmoothGrad,
    ) -> Result<Pixels, Error> {
        const METHOD: &str = "SmoothGrad";
        let SmoothGrad { samples, noise, seed } = how;
        if samples == 0 {
            return Err(refused(
                self.facts.name,
                METHOD,
                "0 samples".to_owned(),
                "at least 1".to_owned(),
            ));
        }
        if !(noise.is_finite() && noise >= 0.0) {
            let expected = "a finite number of at least 0".to_owned();
            return Err(refused(self.facts.name, METHOD, format!("a noise of {noise}"), expected));
        }
        let target = target.into();
        let copies = |index: usize, image: ArrayView3<'_, f32>| {
            let range = image.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], &x| {
                [low.min(x), high.max(x)]
            });
            let deviation = noise * (range[1] - range[0]);
            let mut copies = repeated(image, samples);
            for (k, mut copy) in copies.outer_iter_mut().enumerate() {
                let mut stream = Stream::new(Purpose::Explain, seed, index as u64, 0, k as u64);
                copy.mapv_inplace(|x| x + deviation * quantile(stream.probability()) as f32);
            }
            copies
        };
        self.mean_of_gradients(
            METHOD,
            images,
            &target,
            &vec![1.0 / samples as f64; samples],
            copies,
        )
    }

    /// The mean gradient on the straight way from a baseline to the image, times their difference: the attributions of
    /// an image sum to the difference of the two scores.
    ///
    /// # Errors
    /// As [`Explainer::saliency`]; there are no steps, or the baseline has another shape than an image or a number
    /// that is not finite.
    pub fn integrated_gradients(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
        how: &IntegratedGradients,
    ) -> Result<Pixels, Error> {
        const METHOD: &str = "integrated gradients";
        let IntegratedGradients { steps, baseline } = how;
        self.check(METHOD, images)?;
        if *steps == 0 {
            return Err(refused(
                self.facts.name,
                METHOD,
                "0 steps".to_owned(),
                "at least 1".to_owned(),
            ));
        }
        let (_, channels, height, width) = images.dim();
        let baseline = match baseline {
            Baseline::Value(value) => Array3::from_elem((channels, height, width), *value),
            Baseline::Image(image) => image.clone(),
        };
        if baseline.dim() != (channels, height, width) {
            let (found, expected) = (baseline.dim(), (channels, height, width));
            let text = |(c, h, w)| format!("a baseline of {c}x{h}x{w}");
            return Err(refused(self.facts.name, METHOD, text(found), text(expected)));
        }
        if baseline.iter().any(|x| !x.is_finite()) {
            let found = "a number that is not finite in the baseline".to_owned();
            return Err(refused(self.facts.name, METHOD, found, "pixels".to_owned()));
        }
        let (points, weights) = gauss_legendre(*steps);
        let copies = |_: usize, image: ArrayView3<'_, f32>| {
            let mut copies = repeated(image, points.len());
            for (mut copy, &point) in copies.outer_iter_mut().zip(&points) {
                Zip::from(&mut copy).and(&baseline).for_each(|x, &from| {
                    *x = (f64::from(from) + point * (f64::from(*x) - f64::from(from))) as f32;
                });
            }
            copies
        };
        let mut pixels =
            self.mean_of_gradients(METHOD, images, &target.into(), &weights, copies)?;
        pixels.values *= &(&images - &baseline);
        Ok(pixels)
    }

    /// For each image, the weighted sum of the gradients of its copies, in double precision.
    fn mean_of_gradients(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        target: &Target,
        weights: &[f64],
        copies: impl Fn(usize, ArrayView3<'_, f32>) -> Array4<f32>,
    ) -> Result<Pixels, Error> {
        let plain = self.traced(method, images, target, Signal::Gradient)?;
        let mut values = Array4::zeros(images.raw_dim());
        for (index, image) in images.outer_iter().enumerate() {
            let target = match target {
                Target::Unit(unit) => Target::Unit(unit.clone()),
                _ => Target::Class(plain.classes[index]),
            };
            let some =
                self.traced(method, copies(index, image).view(), &target, Signal::Gradient)?;
            let mut sum = Array3::<f64>::zeros(image.raw_dim());
            for (gradient, &weight) in some.values.outer_iter().zip(weights) {
                Zip::from(&mut sum)
                    .and(&gradient)
                    .for_each(|sum, &x| *sum += weight * f64::from(x));
            }
            values.slice_mut(s![index, .., .., ..]).assign(&sum.mapv(|x| x as f32));
        }
        Ok(Pixels { values, ..plain })
    }
}

/// That many copies of an image.
fn repeated(image: ArrayView3<'_, f32>, times: usize) -> Array4<f32> {
    let (channels, height, width) = image.dim();
    match image.broadcast((times, channels, height, width)) {
        Some(copies) => copies.to_owned(),
        None => unreachable!("an image can be repeated"),
    }
}

/// Points in (0, 1) and weights of a quadrature that is exact for polynomials up to degree 2n − 1: the roots of the
/// Legendre polynomial, by Newton's method from the usual cosines (Press and others, *Numerical Recipes*, §4.6).
fn gauss_legendre(n: usize) -> (Vec<f64>, Vec<f64>) {
    let node = |i: usize| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut derivative = 1.0;
        for _ in 0..100 {
            let (mut before, mut now) = (0.0, 1.0);
            for k in 0..n {
                let k = k as f64;
                (before, now) = (now, ((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0));
            }
            derivative = n as f64 * (x * now - before) / (x * x - 1.0);
            let step = now / derivative;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        ((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * derivative * derivative))
    };
    (0..n).map(node).unzip()
}

#[cfg(test)]
mod tests {
    use super::gauss_legendre;

    #[test]
    fn quadratures_are_exact_for_polynomials() {
        for n in [1, 2, 3, 5, 20, 50] {
            let (points, weights) = gauss_legendre(n);
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-13, "{n}");
            for degree in [1, 2 * n - 1] {
                let sum: f64 =
                    points.iter().zip(&weights).map(|(x, w)| w * x.powi(degree as i32)).sum();
                assert!((sum - 1.0 / (degree as f64 + 1.0)).abs() < 1e-12, "{n}, {degree}: {sum}");
            }
        }
    }
}
