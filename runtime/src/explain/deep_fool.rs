//! How far the nearest decision boundary is.

use super::attack::{difference, squares};
use super::checks;
use super::checks::refused;
use super::explainer::Explainer;
use super::target::first_largest;
use crate::error::Error;
use ndarray::{Array2, Array4, ArrayView4, Axis};

/// An attack by the nearest decision boundary of the linearized network (Moosavi-Dezfooli and others 2015,
/// <https://arxiv.org/abs/1511.04599>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeepFool {
    overshoot: f32,
    steps: usize,
    classes: usize,
}

impl Default for DeepFool {
    fn default() -> Self {
        Self { overshoot: 0.02, steps: 50, classes: 10 }
    }
}

impl DeepFool {
    /// An overshoot of 0.02, at most 50 steps, and the ten classes with the highest scores.
    pub fn new() -> Self {
        Self::default()
    }

    /// How much further than to the boundary, as a part of the way.
    pub fn overshoot(mut self, overshoot: f32) -> Self {
        self.overshoot = overshoot;
        self
    }

    /// The most steps.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Looks at the boundaries between so many classes with the highest scores in the image as it is.
    pub fn classes(mut self, classes: usize) -> Self {
        self.classes = classes;
        self
    }
}

/// What DeepFool found.
#[derive(Clone, Debug)]
pub struct Fooled {
    /// The changed images, N×C×H×W.
    pub images: Array4<f32>,
    /// What was added to them.
    pub perturbations: Array4<f32>,
    /// For each image, the Euclidean norm of that.
    pub norms: Vec<f64>,
    /// For each image, the class that the network finds in it as it is.
    pub classes_before: Vec<usize>,
    /// For each image, the class that it finds in the changed one.
    pub classes: Vec<usize>,
    /// For each image, whether these differ.
    pub succeeded: Vec<bool>,
}

impl Explainer<'_> {
    /// Brings each image over the nearest boundary of the class that the network finds in it, `k`: each step is the
    /// shortest way to a class `l` if scores `fₗ` were linear, `|fₗ − fₖ| / ‖∇fₗ − ∇fₖ‖² · (∇fₗ − ∇fₖ)`, and the sum of
    /// all steps is taken `1 + overshoot` times.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// the overshoot is negative or not finite; there are no steps, or fewer than 2 classes.
    pub fn deep_fool(
        &mut self,
        images: ArrayView4<'_, f32>,
        how: DeepFool,
    ) -> Result<Fooled, Error> {
        const METHOD: &str = "DeepFool";
        self.check(METHOD, images)?;
        checks::not_negative(self.facts.name, METHOD, "an overshoot", how.overshoot)?;
        checks::some(self.facts.name, METHOD, "steps", how.steps)?;
        let classes = how.classes.min(self.class_count());
        if classes < 2 {
            let found = format!("{classes} of the network's {} classes", self.class_count());
            return Err(refused(self.facts.name, METHOD, found, "at least 2".to_owned()));
        }
        let scores = self.scores(images)?;
        let ranked: Vec<Vec<usize>> =
            scores.rows().into_iter().map(|row| ranks(&row.to_vec(), classes)).collect();
        let classes_before: Vec<usize> = ranked.iter().map(|ranks| ranks[0]).collect();
        let mut ways = images.mapv(|_| 0.0f64);
        let mut fooled = Fooled {
            images: images.to_owned(),
            perturbations: Array4::zeros(images.raw_dim()),
            norms: vec![0.0; images.dim().0],
            classes: classes_before.clone(),
            succeeded: vec![false; images.dim().0],
            classes_before,
        };
        for _ in 0..how.steps {
            let left: Vec<usize> =
                (0..images.dim().0).filter(|&image| !fooled.succeeded[image]).collect();
            if left.is_empty() {
                break;
            }
            let now = fooled.images.select(Axis(0), &left);
            let mut gradients = Vec::with_capacity(classes);
            let mut scores = Array2::zeros((0, 0));
            for rank in 0..classes {
                let (all, gradient) = self.gradients_of(now.view(), |image, row| {
                    row.fill(0.0);
                    row[ranked[left[image]][rank]] = 1.0;
                })?;
                scores = all;
                gradients.push(gradient);
            }
            for (at, &image) in left.iter().enumerate() {
                let of = |rank: usize| gradients[rank].index_axis(Axis(0), at);
                let score = |rank: usize| f64::from(scores[[at, ranked[image][rank]]]);
                let nearest = (1..classes)
                    .filter_map(|rank| {
                        let square = squares(of(rank).iter().zip(of(0)).map(difference));
                        let gap = (score(rank) - score(0)).abs();
                        (square > 0.0).then(|| (rank, gap / square, gap / square.sqrt()))
                    })
                    .min_by(|a, b| a.2.total_cmp(&b.2));
                let Some((rank, factor, _)) = nearest else { continue };
                let mut way = ways.index_axis_mut(Axis(0), image);
                let gradient = of(rank);
                for (way, pair) in way.iter_mut().zip(gradient.iter().zip(of(0))) {
                    *way += factor * difference(pair);
                }
                let scale = 1.0 + f64::from(how.overshoot);
                let whole = images.index_axis(Axis(0), image);
                let mut changed = fooled.images.index_axis_mut(Axis(0), image);
                for ((changed, &x), &way) in changed.iter_mut().zip(&whole).zip(&way) {
                    *changed = (f64::from(x) + scale * way) as f32;
                }
            }
            let scores =
                self.scores_of(self.params, fooled.images.select(Axis(0), &left).view())?;
            for (row, &image) in scores.rows().into_iter().zip(&left) {
                fooled.classes[image] = first_largest(&row.to_vec());
                // An image may have become too large for the network's numbers.
                fooled.succeeded[image] = row.iter().all(|x| x.is_finite())
                    && fooled.classes[image] != fooled.classes_before[image];
            }
        }
        fooled.perturbations.assign(&(&fooled.images - &images));
        let pairs = fooled.images.outer_iter().zip(images.outer_iter());
        fooled.norms =
            pairs.map(|(a, b)| squares(a.iter().zip(b).map(difference)).sqrt()).collect();
        Ok(fooled)
    }
}

/// The places of the largest numbers, the first of equal ones first.
fn ranks(row: &[f32], count: usize) -> Vec<usize> {
    let mut ranks: Vec<usize> = (0..row.len()).collect();
    ranks.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
    // What the network finds is a comparison, for which zeros are equal.
    let first = first_largest(row);
    ranks.retain(|&class| class != first);
    ranks.insert(0, first);
    ranks.truncate(count);
    ranks
}
