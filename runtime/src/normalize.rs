//! What brings pixels to mean 0 and deviation 1.

use crate::exec::{self, Exec};
use crate::vector::flush;
use cnn_ir::Shape;
use ndarray::Axis;

/// Every channel without its mean, over its deviation.
///
/// A data set can be normalized so, as a change of a `Loader`, and a network can do it itself, see
/// [`Network::set_normalization`](crate::Network::set_normalization).
#[derive(Clone, Debug, PartialEq)]
pub struct Normalize {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

impl Normalize {
    /// One mean and one deviation for each channel, or one of each for all; a deviation of 0 counts as 1.
    pub fn new(mean: impl Into<Vec<f32>>, deviation: impl Into<Vec<f32>>) -> Self {
        Self { mean: mean.into(), deviation: deviation.into() }
    }

    /// The means.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// The deviations.
    pub fn deviation(&self) -> &[f32] {
        &self.deviation
    }

    /// The same of a plain array of images.
    pub fn images(&self, images: &mut ndarray::Array4<f32>) {
        for (c, mut channel) in images.axis_iter_mut(Axis(1)).enumerate() {
            let (mean, deviation) = self.of(c);
            channel.mapv_inplace(|x| (x - mean) / deviation);
        }
    }

    /// The mean and the deviation of a channel.
    pub(crate) fn of(&self, channel: usize) -> (f32, f32) {
        let of = |all: &[f32], none| all.get(channel).or(all.last()).copied().unwrap_or(none);
        let deviation = of(&self.deviation, 1.0);
        (of(&self.mean, 0.0), if deviation == 0.0 { 1.0 } else { deviation })
    }

    /// What is wrong with it for images of so many channels, if anything: what was found, and what was expected.
    pub(crate) fn problem(&self, channels: usize) -> Option<(String, String)> {
        for (word, numbers) in [("means", &self.mean), ("deviations", &self.deviation)] {
            if ![1, channels].contains(&numbers.len()) {
                let of = if channels == 1 { String::new() } else { format!(" or {channels}") };
                let expected = format!("1{of}, as the input has channels");
                return Some((format!("{} {word}", numbers.len()), expected));
            }
            let least = if word == "means" { f32::NEG_INFINITY } else { 0.0 };
            if let Some(x) = numbers.iter().find(|x| !x.is_finite() || **x < least) {
                let at_least = if word == "means" { "" } else { " from 0 on" };
                return Some((
                    format!("{x} among its {word}"),
                    format!("finite numbers{at_least}"),
                ));
            }
        }
        None
    }

    /// Of images of that shape in a slot in which some are interleaved.
    pub(crate) fn slot(&self, exec: &dyn Exec, shape: Shape, interleaved: usize, slot: &mut [f32]) {
        let run = shape.positions() * interleaved;
        let len = shape.channels() * run;
        exec::split(exec, slot.len() / len, [(slot, len)], &|_, [group]| {
            for (c, channel) in group.chunks_exact_mut(run).enumerate() {
                let (mean, deviation) = self.of(c);
                channel.iter_mut().for_each(|x| *x = (*x - mean) / deviation);
            }
            flush(group);
        });
    }

    /// Gradients with respect to normalized images of that shape as those with respect to the images.
    #[cfg(feature = "train")]
    pub(crate) fn gradients(&self, shape: Shape, rows: &mut [f32]) {
        for image in rows.chunks_exact_mut(shape.len()) {
            for (c, channel) in image.chunks_exact_mut(shape.positions()).enumerate() {
                let (_, deviation) = self.of(c);
                channel.iter_mut().for_each(|d| *d /= deviation);
            }
        }
    }
}
