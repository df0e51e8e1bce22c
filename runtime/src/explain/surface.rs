//! The loss around a network's parameters.

use super::attack::cross_entropy;
use super::checks;
use super::explainer::Explainer;
use super::target::first_largest;
use crate::error::Error;
use crate::init::quantile;
use crate::params::Params;
use crate::random::{Purpose, Stream};
use cnn_ir::Role;
use ndarray::{Array2, ArrayView2, ArrayView4};

/// The grid of [`Explainer::loss_surface`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossSurface {
    points: usize,
    span: f32,
    seed: u64,
}

impl Default for LossSurface {
    fn default() -> Self {
        Self { points: 21, span: 1.0, seed: 0 }
    }
}

impl LossSurface {
    /// 21×21 points from −1 to 1 in each direction.
    pub fn new() -> Self {
        Self::default()
    }

    /// Points in each direction; where their number is odd, the middle one is the network itself.
    pub fn points(mut self, points: usize) -> Self {
        self.points = points;
        self
    }

    /// How far it goes to either side.
    pub fn span(mut self, span: f32) -> Self {
        self.span = span;
        self
    }

    /// The seed of the directions.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The places along a direction.
    fn places(&self) -> Vec<f32> {
        let place = |i: usize| {
            let part = i as f64 / (self.points - 1).max(1) as f64;
            let part = if self.points == 1 { 0.0 } else { 2.0 * part - 1.0 };
            (f64::from(self.span) * part) as f32
        };
        (0..self.points).map(place).collect()
    }
}

/// The loss on a plane through a network's parameters.
#[derive(Clone, Debug)]
pub struct Surface {
    /// The places along each direction: a parameter is `θ + places[i]·first + places[j]·second`.
    pub places: Vec<f32>,
    /// The mean cross-entropy at each pair of places.
    pub losses: Array2<f64>,
    /// The accuracy there, 0 to 1.
    pub accuracies: Array2<f64>,
}

impl Explainer<'_> {
    /// The loss along two random directions that are normalized by filter: the numbers of a filter, or of the weights
    /// of one output of a dense layer, are normal ones with the norm of the filter's own. Biases and the parameters of
    /// norms stay as they are, and batch norms are in evaluation mode (Li and others 2018,
    /// <https://arxiv.org/abs/1712.09913>). `progress` is told how many of how many points are done.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is not a label for each, or no such class; there are no points, the span is negative or not finite; there
    /// is no memory for a copy of the parameters.
    pub fn loss_surface(
        &mut self,
        images: ArrayView4<'_, f32>,
        labels: &[usize],
        how: LossSurface,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Surface, Error> {
        const METHOD: &str = "a loss surface";
        self.check(METHOD, images)?;
        checks::labels(self.facts.name, METHOD, labels, images.dim().0, self.class_count())?;
        checks::some(self.facts.name, METHOD, "points", how.points)?;
        checks::not_negative(self.facts.name, METHOD, "a span", how.span)?;
        let params = self.params;
        let directions = [0, 1].map(|which| direction(params, how.seed, which));
        let places = how.places();
        let grid = (how.points, how.points);
        let (mut losses, mut accuracies) = (Array2::zeros(grid), Array2::zeros(grid));
        let mut moved = params.try_clone()?;
        for i in 0..how.points {
            for j in 0..how.points {
                let [first, second] = [i, j].map(|k| f64::from(places[k]));
                let to = moved.trainable_mut().iter_mut();
                let all = to.zip(params.trainable()).zip(directions[0].iter().zip(&directions[1]));
                for ((to, &x), (&a, &b)) in all {
                    *to = (f64::from(x) + first * f64::from(a) + second * f64::from(b)) as f32;
                }
                let scores = self.scores_of(&moved, images)?;
                losses[[i, j]] = mean_loss(scores.view(), labels);
                accuracies[[i, j]] = accuracy(scores.view(), labels);
                progress(i * how.points + j + 1, how.points * how.points);
            }
        }
        Ok(Surface { places, losses, accuracies })
    }
}

/// A direction normalized by filter, as the trainable parameters lie.
fn direction(params: &Params, seed: u64, which: u64) -> Vec<f32> {
    let mut direction = vec![0.0; params.trainable().len()];
    let weights = params.specs().iter().enumerate();
    let weights = weights.filter(|(_, spec)| spec.role == Role::Trainable && spec.dims.len() > 1);
    for (index, spec) in weights {
        let mut stream = Stream::new(Purpose::Explain, seed, index as u64, 5, which);
        let filter = (spec.len() / spec.dims[0].max(1)).max(1);
        let own = params.slice(spec).chunks(filter);
        let new = direction[spec.offset..][..spec.len()].chunks_mut(filter);
        for (own, new) in own.zip(new) {
            let drawn: Vec<f64> = own.iter().map(|_| quantile(stream.probability())).collect();
            let norm = |x: f64, y: &f64| x + y * y;
            let length = drawn.iter().fold(0.0, norm).sqrt();
            let wanted = own.iter().map(|&x| f64::from(x)).fold(0.0, |x, y| norm(x, &y)).sqrt();
            for (new, drawn) in new.iter_mut().zip(drawn) {
                *new = (drawn * wanted / length) as f32;
            }
        }
    }
    direction
}

/// The mean cross-entropy of scores.
fn mean_loss(scores: ArrayView2<'_, f32>, labels: &[usize]) -> f64 {
    let rows = scores.rows().into_iter().zip(labels);
    rows.map(|(row, &label)| cross_entropy(row, label)).sum::<f64>() / labels.len() as f64
}

/// The part of the rows that are largest at their label.
pub(super) fn accuracy(scores: ArrayView2<'_, f32>, labels: &[usize]) -> f64 {
    let rows = scores.rows().into_iter().zip(labels);
    // A row that starts with no number has none that is largest.
    let right = rows
        .filter(|(row, label)| first_largest(&row.to_vec()) == **label && !row[**label].is_nan());
    let right = right.count();
    right as f64 / labels.len() as f64
}
