//! Attacks: images that look the same and are classified otherwise.

use super::checks;
use super::checks::refused;
use super::explainer::Explainer;
use super::target::{self, Target, first_largest};
use crate::error::Error;
use crate::init::quantile;
use crate::random::{Purpose, Stream};
use ndarray::{Array2, Array4, ArrayView1, ArrayView3, ArrayView4, ArrayViewMut3, Axis};

/// An attack by the sign, or the direction, of the gradient of the cross-entropy.
///
/// ```text
/// x ← projection of x + step · sign(∂L/∂x)        in L∞, onto |x' − x| ≤ ε for each number
/// x ← projection of x + step · ∂L/∂x / ‖∂L/∂x‖    in L2, onto ‖x' − x‖ ≤ ε for each image
/// ```
///
/// One step of ε is the fast gradient sign method (Goodfellow and others 2014, <https://arxiv.org/abs/1412.6572>),
/// several are projected gradient descent (Madry and others 2017, <https://arxiv.org/abs/1706.06083>).
#[derive(Clone, Debug, PartialEq)]
pub struct Attack {
    ball: Ball,
    epsilon: f32,
    steps: usize,
    step: Option<f32>,
    start: Option<u64>,
    range: Option<(f32, f32)>,
    toward: Option<Target>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ball {
    Max,
    Euclidean,
}

impl Attack {
    /// The fast gradient sign method: one step of `epsilon`.
    pub fn fgsm(epsilon: f32) -> Self {
        let (ball, steps) = (Ball::Max, 1);
        Self { ball, epsilon, steps, step: None, start: None, range: None, toward: None }
    }

    /// 40 steps of `2.5 · epsilon / 40` in L∞, from the image itself.
    pub fn pgd(epsilon: f32) -> Self {
        Self { steps: 40, ..Self::fgsm(epsilon) }
    }

    /// The same in L2.
    pub fn pgd_l2(epsilon: f32) -> Self {
        Self { ball: Ball::Euclidean, ..Self::pgd(epsilon) }
    }

    /// Steps; unless [`Attack::step_size`] says otherwise, each is `2.5 · epsilon / steps` long, or `epsilon` where
    /// there is one.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// The length of a step.
    pub fn step_size(mut self, step: f32) -> Self {
        self.step = Some(step);
        self
    }

    /// Starts at a random place of the ball.
    pub fn random_start(mut self, seed: u64) -> Self {
        self.start = Some(seed);
        self
    }

    /// Pixels stay in this range, in which the images have to lie.
    pub fn range(mut self, least: f32, most: f32) -> Self {
        self.range = Some((least, most));
        self
    }

    /// Wants the network to find this class, or one for each image, instead of any but the label.
    pub fn toward(mut self, target: impl Into<Target>) -> Self {
        self.toward = Some(target.into());
        self
    }

    fn length(&self) -> f64 {
        let epsilon = f64::from(self.epsilon);
        match (self.step, self.steps) {
            (Some(step), _) => f64::from(step),
            (None, 1) => epsilon,
            (None, steps) => 2.5 * epsilon / steps as f64,
        }
    }
}

/// What an attack made of images.
#[derive(Clone, Debug)]
pub struct Attacked {
    /// The changed images, N×C×H×W.
    pub images: Array4<f32>,
    /// For each image, the class that the network finds in it.
    pub classes: Vec<usize>,
    /// For each image, the cross-entropy of the label, or of the wanted class.
    pub losses: Vec<f64>,
    /// The same before the attack.
    pub losses_before: Vec<f64>,
    /// For each image, whether the class found is not the label, or is the wanted class.
    pub succeeded: Vec<bool>,
}

impl Explainer<'_> {
    /// Attacks images with these labels. Of all images on its way, the first one among them, an attack gives the one
    /// whose loss is best for it; what it gives lies in the ball around the image, and in the range, exactly.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite
    /// or out of the range; there is not a label for each, or no such class; epsilon or the step is negative or not
    /// finite; there are no steps; the range is empty; the wanted target is no class.
    pub fn attack(
        &mut self,
        images: ArrayView4<'_, f32>,
        labels: &[usize],
        how: &Attack,
    ) -> Result<Attacked, Error> {
        const METHOD: &str = "an attack";
        self.check(METHOD, images)?;
        checks::labels(self.facts.name, METHOD, labels, images.dim().0, self.class_count())?;
        how.check(self.facts.name, METHOD, images)?;
        let before = self.scores(images)?;
        let wanted = match &how.toward {
            None => None,
            Some(Target::Unit(unit)) => {
                let found = format!("channel {} of the label `{}`", unit.channel, unit.label);
                return Err(refused(
                    self.facts.name,
                    METHOD,
                    found,
                    "a class to attack toward".to_owned(),
                ));
            }
            Some(target) => {
                target::check(self.facts.name, METHOD, target, images.dim().0)?;
                Some(target::classes(self.facts.name, METHOD, target, before.view())?)
            }
        };
        // What grows in the attack is `sign` times the cross-entropy of these classes.
        let (classes, sign) = match &wanted {
            Some(wanted) => (&wanted[..], -1.0),
            None => (labels, 1.0),
        };
        let losses = |scores: &Array2<f32>| -> Vec<f64> {
            scores.rows().into_iter().zip(classes).map(|(row, &c)| cross_entropy(row, c)).collect()
        };
        let losses_before = losses(&before);
        let found = |row: ArrayView1<'_, f32>| first_largest(&row.to_vec());
        let mut best = Attacked {
            images: images.to_owned(),
            classes: before.rows().into_iter().map(found).collect(),
            losses: losses_before.clone(),
            losses_before,
            succeeded: Vec::new(),
        };
        let mut now = how.started(images);
        for step in 0..=how.steps {
            let (scores, gradients) = if step < how.steps {
                let (scores, gradients) = self.gradients_of(now.view(), |image, row| {
                    direction(row, classes[image], sign);
                })?;
                (scores, Some(gradients))
            } else {
                (self.scores_of(self.params, now.view())?, None)
            };
            for (image, loss) in losses(&scores).into_iter().enumerate() {
                if sign * loss > sign * best.losses[image] {
                    best.losses[image] = loss;
                    best.classes[image] = found(scores.row(image));
                    let changed = now.index_axis(Axis(0), image);
                    best.images.index_axis_mut(Axis(0), image).assign(&changed);
                }
            }
            let Some(gradients) = gradients else { break };
            let all = now.outer_iter_mut().zip(images.outer_iter()).zip(gradients.outer_iter());
            for ((now, image), gradient) in all {
                how.step(now, image, gradient);
            }
        }
        let reached = best.classes.iter().zip(classes);
        best.succeeded = reached.map(|(found, class)| (found == class) == (sign < 0.0)).collect();
        Ok(best)
    }

    /// For each epsilon, the part of the images, 0 to 1, whose label the network finds after the attack with it instead
    /// of its own.
    ///
    /// # Errors
    /// As [`Explainer::attack`].
    pub fn accuracy_under_attack(
        &mut self,
        images: ArrayView4<'_, f32>,
        labels: &[usize],
        epsilons: &[f32],
        how: &Attack,
    ) -> Result<Vec<(f32, f64)>, Error> {
        let part = |&epsilon: &f32| {
            let attacked = self.attack(images, labels, &Attack { epsilon, ..how.clone() })?;
            let right = attacked.classes.iter().zip(labels).filter(|(c, label)| c == label).count();
            Ok((epsilon, right as f64 / labels.len() as f64))
        };
        epsilons.iter().map(part).collect()
    }
}

impl Attack {
    fn check(
        &self,
        name: &'static str,
        method: &'static str,
        images: ArrayView4<'_, f32>,
    ) -> Result<(), Error> {
        checks::not_negative(name, method, "an epsilon", self.epsilon)?;
        checks::not_negative(name, method, "a step", self.step.unwrap_or(0.0))?;
        checks::some(name, method, "steps", self.steps)?;
        let Some((least, most)) = self.range else { return Ok(()) };
        if least.partial_cmp(&most) != Some(std::cmp::Ordering::Less) {
            let expected = "a range from a smaller to a larger number".to_owned();
            return Err(refused(name, method, format!("pixels from {least} to {most}"), expected));
        }
        let outside = images.indexed_iter().find(|(_, x)| !(least..=most).contains(*x));
        match outside {
            Some(((image, ..), x)) => {
                let found = format!("a pixel of {x} in image {image}");
                Err(refused(name, method, found, format!("pixels from {least} to {most}")))
            }
            None => Ok(()),
        }
    }

    /// The images where the attack starts.
    fn started(&self, images: ArrayView4<'_, f32>) -> Array4<f32> {
        let mut started = images.to_owned();
        let Some(seed) = self.start else { return started };
        let pairs = started.outer_iter_mut().zip(images.outer_iter());
        for (index, (mut now, image)) in pairs.enumerate() {
            let mut stream = Stream::new(Purpose::Explain, seed, index as u64, 1, 0);
            let epsilon = f64::from(self.epsilon);
            let way: Vec<f64> = match self.ball {
                Ball::Max => {
                    let mut number = || epsilon * (2.0 * stream.probability() - 1.0);
                    image.iter().map(|_| number()).collect()
                }
                Ball::Euclidean => {
                    // A random direction, as far as makes all places of the ball equally likely.
                    let way: Vec<f64> =
                        image.iter().map(|_| quantile(stream.probability())).collect();
                    let length = epsilon * stream.probability().powf(1.0 / way.len() as f64);
                    let scale = length / squares(way.iter().copied()).sqrt();
                    way.iter().map(|x| x * scale).collect()
                }
            };
            self.put(now.view_mut(), image, way);
        }
        started
    }

    /// One step of an image.
    fn step(
        &self,
        now: ArrayViewMut3<'_, f32>,
        image: ArrayView3<'_, f32>,
        gradient: ArrayView3<'_, f32>,
    ) {
        let length = self.length();
        let norm = squares(gradient.iter().map(|&g| f64::from(g))).sqrt();
        let step = |&g: &f32| match self.ball {
            Ball::Max if g > 0.0 => length,
            Ball::Max if g < 0.0 => -length,
            Ball::Euclidean if norm > 0.0 && norm.is_finite() => length / norm * f64::from(g),
            _ => 0.0,
        };
        let way = now.iter().zip(&image).map(difference).zip(gradient.iter().map(step));
        let way = way.map(|(way, step)| way + step).collect();
        self.put(now, image, way);
    }

    /// Puts the image that lies this way from another one, or what is nearest to it in the ball and the range.
    fn put(&self, mut now: ArrayViewMut3<'_, f32>, image: ArrayView3<'_, f32>, mut way: Vec<f64>) {
        let epsilon = f64::from(self.epsilon);
        match self.ball {
            Ball::Max => way.iter_mut().for_each(|x| *x = x.clamp(-epsilon, epsilon)),
            Ball::Euclidean => {
                let norm = squares(way.iter().copied()).sqrt();
                if norm > epsilon {
                    // The sum of the squares is rounded itself.
                    let scale = epsilon / norm * (1.0 - 1e-12);
                    way.iter_mut().for_each(|x| *x *= scale);
                }
            }
        }
        for ((now, &x), way) in now.iter_mut().zip(&image).zip(way) {
            *now = moved(x, way);
            if let Some((least, most)) = self.range {
                *now = now.clamp(least, most);
            }
        }
    }
}

/// The number that lies that way from `x`, rounded toward `x`: no further.
fn moved(x: f32, way: f64) -> f32 {
    let to = (f64::from(x) + way) as f32;
    let distance = |to: f32| (f64::from(to) - f64::from(x)).abs();
    match to {
        _ if distance(to) <= way.abs() => to,
        _ if to > x => to.next_down(),
        _ => to.next_up(),
    }
}

/// `−log softmax(scores)[class]`
pub(super) fn cross_entropy(scores: ArrayView1<'_, f32>, class: usize) -> f64 {
    let most = f64::from(scores.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = scores.iter().map(|&x| (f64::from(x) - most).exp()).sum();
    sum.ln() - (f64::from(scores[class]) - most)
}

/// Replaces scores by `sign` times the gradient of their cross-entropy, softmax − one-hot, scaled to a largest number
/// of 1: an attack follows its direction alone, and the gradient of a confident network is too small for `f32`.
fn direction(scores: &mut [f32], class: usize, sign: f64) {
    let most = f64::from(scores.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let mut gradient: Vec<f64> = scores.iter().map(|&x| (f64::from(x) - most).exp()).collect();
    gradient[class] = 0.0;
    // The others' probabilities sum to what the class lacks.
    gradient[class] = -gradient.iter().sum::<f64>();
    let largest = gradient.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    for (score, x) in scores.iter_mut().zip(gradient) {
        *score = if largest > 0.0 { (sign * x / largest) as f32 } else { 0.0 };
    }
}

/// The first number without the second.
pub(super) fn difference((a, b): (&f32, &f32)) -> f64 {
    f64::from(*a) - f64::from(*b)
}

/// The sum of the squares.
pub(super) fn squares(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(|x| x * x).sum()
}
