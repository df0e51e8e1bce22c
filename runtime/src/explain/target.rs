//! What is explained.

use super::passes::Facts;
use crate::error::Error;
use cnn_ir::Shape;
use ndarray::{ArrayD, ArrayView2};

/// What is explained: the score of a class, or what excites a unit inside the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Target {
    /// The class with the highest score, for each image; of several the first.
    #[default]
    Predicted,
    /// One class for all images. Where the output is a volume, classes are its channels, and a score is the sum over
    /// the positions.
    Class(usize),
    /// A class for each image.
    Classes(Vec<usize>),
    /// A unit at a label.
    Unit(Unit),
}

impl From<usize> for Target {
    fn from(class: usize) -> Self {
        Self::Class(class)
    }
}

impl From<Vec<usize>> for Target {
    fn from(classes: Vec<usize>) -> Self {
        Self::Classes(classes)
    }
}

impl From<Unit> for Target {
    fn from(unit: Unit) -> Self {
        Self::Unit(unit)
    }
}

/// A feature map at a label, or one place of it; an element, where the value is a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub(super) label: String,
    pub(super) channel: usize,
    pub(super) place: Place,
}

/// Which part of a feature map is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The sum over all places.
    All,
    /// The place with the largest value, for each image; of several the first.
    #[default]
    Strongest,
    /// The place in that row and column.
    At([usize; 2]),
}

impl Unit {
    /// Channel number `channel` at the label, where it is strongest.
    pub fn new(label: impl Into<String>, channel: usize) -> Self {
        Self { label: label.into(), channel, place: Place::default() }
    }

    /// Another place of the map.
    pub fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The shape of the label's value.
    ///
    /// # Errors
    /// There is no such label, channel or place.
    pub(super) fn shape(&self, facts: &Facts, method: &'static str) -> Result<Shape, Error> {
        let (_, _, shape) = facts.find(&self.label)?;
        let network = facts.name;
        let refuse = |found, expected| Err(Error::Explanation { network, method, found, expected });
        if self.channel >= shape.channels() {
            return refuse(
                format!("channel {} of the label `{}`", self.channel, self.label),
                format!("one of its {} channels, counted from 0", shape.channels()),
            );
        }
        match self.place {
            Place::At([row, column]) if row >= shape.height() || column >= shape.width() => refuse(
                format!("row {row} and column {column} of the label `{}`", self.label),
                format!("a place of its {}x{} map", shape.height(), shape.width()),
            ),
            _ => Ok(shape),
        }
    }

    /// The gradient that the unit's score has with respect to the label's value, and the scores.
    pub(super) fn start(&self, shape: Shape, value: &ArrayD<f32>) -> (ArrayD<f32>, Vec<f32>) {
        let plane = shape.height() * shape.width();
        let mut start = ArrayD::zeros(value.raw_dim());
        let (Some(values), Some(starts)) = (value.as_slice(), start.as_slice_mut()) else {
            unreachable!("recorded values and new arrays lie in order");
        };
        let range = self.channel * plane..(self.channel + 1) * plane;
        let images = values.chunks_exact(shape.len()).zip(starts.chunks_exact_mut(shape.len()));
        let score = |(values, starts): (&[f32], &mut [f32])| {
            let (values, starts) = (&values[range.clone()], &mut starts[range.clone()]);
            let at = match self.place {
                Place::All => {
                    starts.fill(1.0);
                    return values.iter().sum();
                }
                Place::Strongest => first_largest(values),
                Place::At([row, column]) => row * shape.width() + column,
            };
            starts[at] = 1.0;
            values[at]
        };
        let scores = images.map(score).collect();
        (start, scores)
    }
}

/// The classes that a target names for images with these scores.
///
/// # Errors
/// There is no such class, or not one for each image.
pub(super) fn classes(
    name: &'static str,
    method: &'static str,
    target: &Target,
    scores: ArrayView2<'_, f32>,
) -> Result<Vec<usize>, Error> {
    let (images, count) = scores.dim();
    let classes = match target {
        Target::Predicted => scores.rows().into_iter().map(largest_of).collect(),
        &Target::Class(class) => vec![class; images],
        Target::Classes(classes) => classes.clone(),
        Target::Unit(_) => unreachable!("a unit names no class"),
    };
    match classes.iter().find(|&&class| class >= count) {
        Some(class) => {
            let (found, expected) =
                (format!("class {class}"), format!("a class from 0 to {}", count - 1));
            Err(Error::Explanation { network: name, method, found, expected })
        }
        None => Ok(classes),
    }
}

/// Whether a target has as many classes as there are images.
///
/// # Errors
/// It has not.
pub(super) fn check(
    name: &'static str,
    method: &'static str,
    target: &Target,
    images: usize,
) -> Result<(), Error> {
    match target {
        Target::Classes(classes) if classes.len() != images => {
            let (found, expected) = (
                format!("{} classes for {images} images", classes.len()),
                "a class for each image".to_owned(),
            );
            Err(Error::Explanation { network: name, method, found, expected })
        }
        _ => Ok(()),
    }
}

fn largest_of(row: ndarray::ArrayView1<'_, f32>) -> usize {
    let row: Vec<f32> = row.iter().copied().collect();
    first_largest(&row)
}

/// The place of the largest number; the first of several, and the first of all if there is none.
pub(super) fn first_largest(values: &[f32]) -> usize {
    let mut best = 0;
    for (at, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = at;
        }
    }
    best
}
