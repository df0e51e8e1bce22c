//! Images that are made for a network: what excites a class or a unit, and what a layer still knows of an image.

use super::checks;
use super::checks::refused;
use super::explainer::Explainer;
use super::target::{self, Target};
use super::{Signal, smooth};
use crate::error::Error;
use crate::init::quantile;
use crate::random::{Purpose, Stream};
use crate::train::{Adam, Optimizer, Update};
use cnn_ir::Shape;
use ndarray::{Array2, Array4, ArrayD, ArrayView4, Axis};

/// How [`Explainer::visualize`] goes up.
///
/// ```text
/// x ← (1 − decay) · (x + rate · (g / rms(g) − weight · ∂R/∂x)),   g = ∂score/∂x
/// ```
///
/// with the total variation `R`, the sum of the squares of the differences between neighbors, and from time to time a
/// blur (Simonyan and others 2013, <https://arxiv.org/abs/1312.6034>; Yosinski and others 2015,
/// <https://arxiv.org/abs/1506.06579>).
#[derive(Clone, Debug, PartialEq)]
pub struct Visualization {
    steps: usize,
    rate: f32,
    decay: f32,
    jitter: usize,
    blur: Option<(f32, usize)>,
    total_variation: f32,
    start: Start,
}

/// How [`Explainer::invert`] goes down: Adam on `½‖Φ(x) − Φ₀‖² / ‖Φ₀‖² + weight · R(x)`, where `Φ` is the value of the
/// label, `Φ₀` that of the image, and `R` the total variation as in [`Visualization`].
#[derive(Clone, Debug, PartialEq)]
pub struct Inversion {
    steps: usize,
    rate: f32,
    total_variation: f32,
    start: Start,
}

#[derive(Clone, Debug, PartialEq)]
enum Start {
    Noise { deviation: f32, seed: u64 },
    Images(Array4<f32>),
}

impl Default for Visualization {
    fn default() -> Self {
        Self {
            steps: 200,
            rate: 0.05,
            decay: 0.01,
            jitter: 0,
            blur: None,
            total_variation: 0.0,
            start: Start::Noise { deviation: 0.1, seed: 0 },
        }
    }
}

impl Visualization {
    /// 200 steps at a rate of 0.05 with a decay of 0.01, from noise with a deviation of 0.1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Steps.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// How far a step goes: the root of the mean square of what it adds to the numbers of an image.
    pub fn rate(mut self, rate: f32) -> Self {
        self.rate = rate;
        self
    }

    /// The part of each number that a step takes away.
    pub fn decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }

    /// At each step, the image is shifted by up to so many rows and columns, what leaves it coming in again on the
    /// other side.
    pub fn jitter(mut self, pixels: usize) -> Self {
        self.jitter = pixels;
        self
    }

    /// After every so many steps, a Gaussian blur with that deviation in pixels.
    pub fn blur(mut self, deviation: f32, every: usize) -> Self {
        self.blur = Some((deviation, every));
        self
    }

    /// The weight of the total variation.
    pub fn total_variation(mut self, weight: f32) -> Self {
        self.total_variation = weight;
        self
    }

    /// Starts at normal noise around 0, and shifts images by numbers of the same seed.
    pub fn noise(mut self, deviation: f32, seed: u64) -> Self {
        self.start = Start::Noise { deviation, seed };
        self
    }

    /// Starts at these images, N×C×H×W.
    pub fn start(mut self, images: Array4<f32>) -> Self {
        self.start = Start::Images(images);
        self
    }
}

impl Default for Inversion {
    fn default() -> Self {
        let start = Start::Noise { deviation: 0.1, seed: 0 };
        Self { steps: 300, rate: 0.05, total_variation: 0.0, start }
    }
}

impl Inversion {
    /// 300 steps at a learning rate of 0.05, without total variation, from noise with a deviation of 0.1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Steps.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Adam's learning rate.
    pub fn rate(mut self, rate: f32) -> Self {
        self.rate = rate;
        self
    }

    /// The weight of the total variation.
    pub fn total_variation(mut self, weight: f32) -> Self {
        self.total_variation = weight;
        self
    }

    /// Starts at normal noise around 0.
    pub fn noise(mut self, deviation: f32, seed: u64) -> Self {
        self.start = Start::Noise { deviation, seed };
        self
    }

    /// Starts at these images, as many as are inverted.
    pub fn start(mut self, images: Array4<f32>) -> Self {
        self.start = Start::Images(images);
        self
    }
}

/// Images that excite what they were made for.
#[derive(Clone, Debug)]
pub struct Visualized {
    /// N×C×H×W.
    pub images: Array4<f32>,
    /// The scores before each step and after the last one, (steps + 1)×N; those between are of the shifted images.
    pub scores: Array2<f32>,
}

/// Images that a layer takes for others.
#[derive(Clone, Debug)]
pub struct Inverted {
    /// N×C×H×W.
    pub images: Array4<f32>,
    /// `½‖Φ(x) − Φ₀‖² / ‖Φ₀‖²` before each step and after the last one: (steps + 1)×N.
    pub losses: Array2<f64>,
}

impl Explainer<'_> {
    /// Images that excite a class or a unit: one for each class of [`Target::Classes`], as many as it is started with,
    /// or else one. `progress` is told how many of how many steps are done.
    ///
    /// # Errors
    /// The target is [`Target::Predicted`], or there is no such class, label, channel or place; there are no steps, the
    /// blur's deviation or number of steps is 0, a rate or weight is negative or not finite, or the decay above 1; the
    /// start has another shape than the network's input, not an image for each class, or a number that is not finite,
    /// which an image may also become at too large a rate.
    pub fn visualize(
        &mut self,
        target: impl Into<Target>,
        how: &Visualization,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Visualized, Error> {
        const METHOD: &str = "a visualization";
        let target = target.into();
        how.check(self.facts.name, METHOD)?;
        let count = match &target {
            Target::Predicted => {
                let expected = "a class or a unit to make an image for".to_owned();
                return Err(refused(
                    self.facts.name,
                    METHOD,
                    "the predicted class".to_owned(),
                    expected,
                ));
            }
            Target::Classes(classes) => classes.len(),
            Target::Class(_) | Target::Unit(_) => 1,
        };
        let mut images = how.start.images(self.facts.inputs[0], count);
        target::check(self.facts.name, METHOD, &target, images.dim().0)?;
        let seed = match how.start {
            Start::Noise { seed, .. } => seed,
            Start::Images(_) => 0,
        };
        let mut shifts = Stream::new(Purpose::Explain, seed, 0, 4, 0);
        let mut scores = Array2::zeros((how.steps + 1, images.dim().0));
        for step in 0..=how.steps {
            let mut shift = || shifts.below(2 * how.jitter + 1) as isize - how.jitter as isize;
            let ends = step == 0 || step == how.steps;
            let shift = if ends { [0; 2] } else { [shift(), shift()] };
            let moved = smooth::rolled(images.view(), shift);
            let pixels = self.traced(METHOD, moved.view(), &target, Signal::Gradient)?;
            scores.row_mut(step).assign(&ndarray::ArrayView1::from(&pixels.scores));
            if step == how.steps {
                break;
            }
            let gradients = smooth::rolled(pixels.values.view(), shift.map(|by| -by));
            how.step(&mut images, gradients.view());
            if let Some((deviation, every)) = how.blur
                && (step + 1) % every == 0
            {
                images = smooth::blurred(images.view(), deviation);
            }
            progress(step + 1, how.steps);
        }
        Ok(Visualized { images, scores })
    }

    /// Images whose value at the label is as near as possible to that of the given ones (Mahendran & Vedaldi 2014,
    /// <https://arxiv.org/abs/1412.0035>). `progress` is told how many of how many steps are done.
    ///
    /// # Errors
    /// The images, or those that it starts at, have another shape than the network's input, there are none, they differ
    /// in number, or one has a number that is not finite, which an image may also become at too large a rate; there is
    /// no such label, or its value is all zeros; there are no steps, or a rate or weight is negative or not finite.
    pub fn invert(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        how: &Inversion,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Inverted, Error> {
        const METHOD: &str = "an inversion";
        self.check(METHOD, images)?;
        self.facts.find(label)?;
        how.check(self.facts.name, METHOD)?;
        let n = images.dim().0;
        let mut wanted: Vec<Vec<f32>> = Vec::with_capacity(n);
        self.values_at(images, label, |_, value| {
            wanted.extend(value.outer_iter().map(|image| image.iter().copied().collect()));
        })?;
        let norms: Vec<f64> = wanted
            .iter()
            .map(|value| value.iter().map(|&x| f64::from(x) * f64::from(x)).sum())
            .collect();
        if let Some(image) = norms.iter().position(|&norm| norm == 0.0) {
            let found = format!("a value of zeros at the label `{label}` in image {image}");
            return Err(refused(
                self.facts.name,
                METHOD,
                found,
                "one that is something".to_owned(),
            ));
        }
        let mut now = how.start.images(self.facts.inputs[0], n);
        if now.dim().0 != n {
            let found = format!("a start of {} images for {n}", now.dim().0);
            return Err(refused(
                self.facts.name,
                METHOD,
                found,
                "a start for each image".to_owned(),
            ));
        }
        let adam = Adam::new(how.rate);
        let (mut mean, mut square) = (vec![0.0; now.len()], vec![0.0; now.len()]);
        let mut losses = Array2::zeros((how.steps + 1, n));
        for step in 0..=how.steps {
            self.check(METHOD, now.view())?;
            let mut row = losses.row_mut(step);
            let apart = |first: usize, value: &ArrayD<f32>| {
                let mut starts = value.clone();
                for (k, mut start) in starts.outer_iter_mut().enumerate() {
                    let (wanted, norm) = (&wanted[first + k], norms[first + k]);
                    let mut sum = 0.0;
                    for (x, &wanted) in start.iter_mut().zip(wanted) {
                        let difference = f64::from(*x) - f64::from(wanted);
                        sum += difference * difference;
                        *x = (difference / norm) as f32;
                    }
                    row[first + k] = 0.5 * sum / norm;
                }
                starts
            };
            let mut gradients = self.gradients_from(now.view(), label, apart)?;
            if step == how.steps {
                break;
            }
            smooth::add_variation(now.view(), how.total_variation, &mut gradients);
            let update = Update::new(how.rate, step as u64 + 1, &[]);
            if let (Some(pixels), Some(gradients)) = (now.as_slice_mut(), gradients.as_slice()) {
                adam.update(&update, pixels, gradients, [&mut mean, &mut square, &mut []]);
            }
            progress(step + 1, how.steps);
        }
        Ok(Inverted { images: now, losses })
    }
}

impl Visualization {
    fn check(&self, name: &'static str, method: &'static str) -> Result<(), Error> {
        checks::some(name, method, "steps", self.steps)?;
        checks::not_negative(name, method, "a rate", self.rate)?;
        checks::not_negative(name, method, "a decay", self.decay)?;
        if self.decay > 1.0 {
            let found = format!("a decay of {}", self.decay);
            return Err(refused(name, method, found, "at most 1".to_owned()));
        }
        checks::not_negative(name, method, "a total variation", self.total_variation)?;
        if let Some((deviation, every)) = self.blur {
            checks::positive(name, method, "a blur", deviation)?;
            checks::some(name, method, "steps between two blurs", every)?;
        }
        self.start.check(name, method)
    }

    /// One step of all images.
    fn step(&self, images: &mut Array4<f32>, gradients: ArrayView4<'_, f32>) {
        let mut ways = gradients.to_owned();
        for mut way in ways.outer_iter_mut() {
            let square: f64 = way.iter().map(|&g| f64::from(g) * f64::from(g)).sum();
            let rms = (square / way.len() as f64).sqrt();
            way.mapv_inplace(|g| if rms > 0.0 { (f64::from(g) / rms) as f32 } else { 0.0 });
        }
        smooth::add_variation(images.view(), -self.total_variation, &mut ways);
        let (rate, kept) = (self.rate, 1.0 - self.decay);
        images.zip_mut_with(&ways, |x, way| *x = kept * (*x + rate * way));
    }
}

impl Inversion {
    fn check(&self, name: &'static str, method: &'static str) -> Result<(), Error> {
        checks::some(name, method, "steps", self.steps)?;
        checks::not_negative(name, method, "a rate", self.rate)?;
        checks::not_negative(name, method, "a total variation", self.total_variation)?;
        self.start.check(name, method)
    }
}

impl Start {
    fn check(&self, name: &'static str, method: &'static str) -> Result<(), Error> {
        match self {
            Self::Noise { deviation, .. } => {
                checks::not_negative(name, method, "a noise", *deviation)
            }
            Self::Images(_) => Ok(()),
        }
    }

    /// That many images of noise of that shape, or the given ones.
    fn images(&self, shape: Shape, count: usize) -> Array4<f32> {
        let (deviation, seed) = match self {
            Self::Images(images) => return images.as_standard_layout().into_owned(),
            &Self::Noise { deviation, seed } => (deviation, seed),
        };
        let mut images = Array4::zeros((count, shape.channels(), shape.height(), shape.width()));
        for (index, mut image) in images.axis_iter_mut(Axis(0)).enumerate() {
            let mut stream = Stream::new(Purpose::Explain, seed, index as u64, 3, 0);
            image.mapv_inplace(|_: f32| {
                (f64::from(deviation) * quantile(stream.probability())) as f32
            });
        }
        images
    }
}
