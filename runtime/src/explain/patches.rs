//! The places of a data set that excite the units of a layer most.

use super::checks;
use super::explainer::Explainer;
use super::field::seen;
use super::target::{Place, Unit, first_largest};
use crate::error::Error;
use cnn_ir::Shape;
use ndarray::{Array4, ArrayD, ArrayView3, ArrayView4, Axis, s};
use std::ops::Range;

/// Where a feature map is strongest in an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopActivation {
    /// Which image.
    pub image: usize,
    /// Row and column of the map; of several equal places the first.
    pub place: [usize; 2],
    /// The value there.
    pub value: f32,
}

/// A part of an image that excites a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Where the unit is excited.
    pub activation: TopActivation,
    /// The rows of the image that the unit sees there: its receptive field, as far as it lies in the image.
    pub rows: Range<usize>,
    /// The columns.
    pub columns: Range<usize>,
}

impl Patch {
    /// The patch of an image, C×H×W, or of what is as large, such as its deconvolution.
    pub fn of<'a>(&self, image: ArrayView3<'a, f32>) -> ArrayView3<'a, f32> {
        let (_, height, width) = image.dim();
        let inside = |range: &Range<usize>, n: usize| range.start.min(n)..range.end.min(n);
        image.slice_move(s![.., inside(&self.rows, height), inside(&self.columns, width)])
    }
}

/// The patches that excite a unit most.
#[derive(Clone, Debug)]
pub struct Patches {
    /// The strongest first.
    pub patches: Vec<Patch>,
    /// What of the image excites the unit, for each patch: patches×C×H×W, as the images.
    pub deconvolutions: Array4<f32>,
}

impl Explainer<'_> {
    /// The `count` places of images that excite a channel of a label most, at most one of each image, with what in the
    /// patch excites it (Zeiler & Fergus 2013, <https://arxiv.org/abs/1311.2901>, figure 2, has nine).
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is no such label or channel; the count is 0.
    pub fn top_patches(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        channel: usize,
        count: usize,
    ) -> Result<Patches, Error> {
        const METHOD: &str = "top patches";
        let unit = Unit::new(label, channel);
        unit.shape(&self.facts, METHOD)?;
        let mut all = self.strongest(METHOD, images, label, count)?;
        let top = all.swap_remove(channel);
        let (_, channels, height, width) = images.dim();
        let mut deconvolutions = Array4::zeros((top.len(), channels, height, width));
        for (activation, mut to) in top.iter().zip(deconvolutions.outer_iter_mut()) {
            let image = images.slice(s![activation.image..=activation.image, .., .., ..]);
            let unit = unit.clone().place(Place::At(activation.place));
            to.assign(&self.deconvolution(image, unit)?.values.index_axis(Axis(0), 0));
        }
        let (index, _, _) = self.facts.find(label)?;
        let source = self.facts.graph.labels[index].source;
        let patch = |activation: TopActivation| {
            let [rows, columns] = seen(self.facts.graph, source, activation.place);
            Patch { activation, rows, columns }
        };
        Ok(Patches { patches: top.into_iter().map(patch).collect(), deconvolutions })
    }

    /// For each channel of a label, the `count` images that excite it most, the strongest first; of equal ones the
    /// first. All channels take one pass over the images.
    ///
    /// # Errors
    /// As [`Explainer::top_patches`].
    pub fn top_activations(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        count: usize,
    ) -> Result<Vec<Vec<TopActivation>>, Error> {
        self.strongest("top activations", images, label, count)
    }

    fn strongest(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        label: &str,
        count: usize,
    ) -> Result<Vec<Vec<TopActivation>>, Error> {
        self.check(method, images)?;
        checks::some(self.facts.name, method, "places", count)?;
        let (_, _, shape) = self.facts.find(label)?;
        let mut top = vec![Vec::new(); shape.channels()];
        self.values_at(images, label, |first, value| keep(&mut top, first, value, shape, count))?;
        Ok(top)
    }
}

/// Keeps the strongest of what there was and of the images from number `first` on.
fn keep(
    top: &mut [Vec<TopActivation>],
    first: usize,
    value: &ArrayD<f32>,
    shape: Shape,
    count: usize,
) {
    for (n, maps) in value.outer_iter().enumerate() {
        let maps: Vec<f32> = maps.iter().copied().collect();
        for (top, map) in top.iter_mut().zip(maps.chunks_exact(shape.positions())) {
            let at = first_largest(map);
            let place = [at / shape.width(), at % shape.width()];
            let before = top.partition_point(|known| known.value >= map[at]);
            if before < count {
                top.insert(before, TopActivation { image: first + n, place, value: map[at] });
                top.truncate(count);
            }
        }
    }
}
