//! Passes over the network, forward and back.

use super::Signal;
use super::checks::refused;
use super::end::{End, softmax};
use super::maps::{Pixels, shaped};
use super::passes::{self, Facts, Passes, Runs, Starts, Way};
use super::target::{self, Target};
use crate::error::Error;
use crate::network::Network;
use crate::params::Params;
use crate::recorder::Recorder;
use crate::tensor::{self, Part};
use crate::threads::Workers;
use ndarray::{Array2, Array4, ArrayD, ArrayView4, ArrayViewMut4, Axis, s};

/// Images of a pass; more are worked off one batch after the other.
const BATCH: usize = 32;

/// Explains what a network makes of images.
///
/// ```
/// use cnn::explain::Explainer;
/// use cnn::ndarray::Array4;
///
/// cnn::cnn! {
///     struct Net<
///         1x12x12 -> conv(8, 3x3) -> relu -> pub last: conv(8, 3x3) -> relu -> global_avgpool -> flatten -> dense(10)
///     >;
/// }
///
/// let (net, images) = (Net::new(1), Array4::from_shape_fn((2, 1, 12, 12), |(n, _, i, j)| (n + i * j) as f32 / 99.0));
/// let mut explainer = Explainer::new(&net)?;
/// let pixels = explainer.saliency(images.view(), 3)?; // of class 3
/// assert_eq!(pixels.largest().dim(), (2, 12, 12));
/// let maps = explainer.grad_cam(images.view(), "last", cnn::explain::Target::Predicted)?;
/// assert_eq!(maps.values.dim(), (2, 8, 8));
/// # Ok::<(), cnn::Error>(())
/// ```
pub struct Explainer<'n> {
    pub(super) facts: Facts,
    pub(super) params: &'n Params,
    passes: Box<dyn Passes>,
    signal: Signal,
    workers: Workers,
    output: usize,
    end: End,
}

impl std::fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Explainer of output {} of {}", self.output, self.facts.name)
    }
}

impl<'n> Explainer<'n> {
    /// Explains that network's first output, on the surrounding rayon pool or else the global one.
    ///
    /// # Errors
    /// The network takes several inputs, or it has a softmax in the middle and another one at the end.
    pub fn new<N: Network>(network: &'n N) -> Result<Self, Error> {
        Self::of(Facts::of::<N>(), network.params(), passes::of::<N>())
    }

    fn of(facts: Facts, params: &'n Params, passes: Box<dyn Passes>) -> Result<Self, Error> {
        if facts.inputs.len() != 1 {
            let (what, found) = ("inputs", facts.inputs.len());
            return Err(Error::Arity { network: facts.name, what, found, expected: 1 });
        }
        Ok(Self {
            facts,
            params,
            passes,
            signal: Signal::Gradient,
            workers: Workers::Global,
            output: 0,
            end: End::of(&facts, 0)?,
        })
    }

    /// Works on `n` threads of its own; 0 means as many as the machine has, 1 the calling thread. The results do not
    /// depend on it.
    ///
    /// # Errors
    /// The threads cannot be started.
    pub fn threads(mut self, n: usize) -> Result<Self, Error> {
        self.workers = Workers::new(n)?;
        Ok(self)
    }

    /// Explains output number `index` instead of the first.
    ///
    /// # Errors
    /// There is no such output, or as [`Explainer::new`].
    pub fn output(mut self, index: usize) -> Result<Self, Error> {
        if index >= self.facts.outputs.len() {
            let found = format!("output {index}");
            let expected =
                format!("one of its {} outputs, counted from 0", self.facts.outputs.len());
            return Err(refused(self.facts.name, "an explanation", found, expected));
        }
        self.output = index;
        self.end = End::of(&self.facts, index)?;
        Ok(self)
    }

    /// The network's scores, N×classes: its outputs, logits where it ends in a softmax; where the output is a volume,
    /// the sum of each channel.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite.
    pub fn scores(&mut self, images: ArrayView4<'_, f32>) -> Result<Array2<f32>, Error> {
        self.check("scores", images)?;
        self.scores_of(self.params, images)
    }

    /// The softmax of the scores, N×classes.
    ///
    /// # Errors
    /// As [`Explainer::scores`].
    pub fn probabilities(&mut self, images: ArrayView4<'_, f32>) -> Result<Array2<f32>, Error> {
        self.probabilities_for("probabilities", images)
    }

    /// As [`Explainer::probabilities`], for a method of that name.
    pub(super) fn probabilities_for(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
    ) -> Result<Array2<f32>, Error> {
        self.check(method, images)?;
        let scores = self.scores_of(self.params, images)?;
        let rows = scores.rows().into_iter().flat_map(|row| softmax(row.to_vec()));
        Ok(shaped(scores.dim(), rows.collect()))
    }

    /// What arrives at the pixels of a signal that starts at the target: the gradient of its score, or what another
    /// rule makes of it.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is no such class, label, channel or place.
    pub fn signal(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
        signal: Signal,
    ) -> Result<Pixels, Error> {
        self.traced("a signal", images, &target.into(), signal)
    }

    /// As [`Explainer::signal`], for a method of that name.
    pub(super) fn traced(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        target: &Target,
        signal: Signal,
    ) -> Result<Pixels, Error> {
        self.check(method, images)?;
        target::check(self.facts.name, method, target, images.dim().0)?;
        self.signal = signal;
        let unit = match target {
            Target::Unit(unit) => Some((unit, unit.shape(&self.facts, method)?)),
            _ => None,
        };
        let mut values = Array4::zeros(images.raw_dim());
        let (mut classes, mut scores) = (Vec::new(), Vec::new());
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            let first = k * BATCH;
            match unit {
                Some((unit, shape)) => {
                    classes.extend(vec![unit.channel; part.dim().0]);
                    let start = |value: &ArrayD<f32>| unit.start(shape, value);
                    scores.extend(self.back_from_label(part, &unit.label, start)?);
                }
                None => {
                    let some = of_images(target, first, part.dim().0);
                    let (c, s) = self.back_from_class(method, part, &some, &[])?;
                    classes.extend(c);
                    scores.extend(s);
                }
            }
            self.arrived(values.slice_mut(s![first..first + part.dim().0, .., .., ..]))?;
        }
        Ok(Pixels { values, classes, scores })
    }

    /// The value of a label and its gradient, batch by batch.
    pub(super) fn at_label(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: &Target,
        mut each: impl FnMut(&ArrayD<f32>, &ArrayD<f32>, &[usize]),
    ) -> Result<(Vec<usize>, Vec<f32>), Error> {
        self.check(method, images)?;
        target::check(self.facts.name, method, target, images.dim().0)?;
        self.signal = Signal::Gradient;
        let (mut classes, mut scores) = (Vec::new(), Vec::new());
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            let some = of_images(target, k * BATCH, part.dim().0);
            let (c, s) = self.back_from_class(method, part, &some, &[label])?;
            let recorder = self.passes.gradients().recorder();
            each(recorder.value(label)?, recorder.gradient(label)?, &c);
            classes.extend(c);
            scores.extend(s);
        }
        Ok((classes, scores))
    }

    /// The value of a label for these images, and the scores.
    pub(super) fn value_at(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
    ) -> Result<(ArrayD<f32>, Array2<f32>), Error> {
        let scores = self.forward(self.params, &[label], images)?;
        let scores = shaped((images.dim().0, self.class_count()), scores);
        Ok((self.passes.gradients().recorder().value(label)?.clone(), scores))
    }

    /// The scores that the network has with these parameters for images that were checked.
    pub(super) fn scores_of(
        &mut self,
        params: &Params,
        images: ArrayView4<'_, f32>,
    ) -> Result<Array2<f32>, Error> {
        let mut scores = Vec::new();
        for part in images.axis_chunks_iter(Axis(0), BATCH) {
            scores.extend(self.forward(params, &[], part)?);
        }
        Ok(shaped((images.dim().0, self.class_count()), scores))
    }

    /// The scores of images that were checked, and the gradient with respect to their pixels of a function of each
    /// image's scores. `start` is given the number of an image and its scores, which it replaces by the function's
    /// gradient with respect to them.
    pub(super) fn gradients_of(
        &mut self,
        images: ArrayView4<'_, f32>,
        mut start: impl FnMut(usize, &mut [f32]),
    ) -> Result<(Array2<f32>, Array4<f32>), Error> {
        self.signal = Signal::Gradient;
        let count = self.class_count();
        let mut gradients = Array4::zeros(images.raw_dim());
        let mut scores = Vec::new();
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            let first = k * BATCH;
            let (some, ()) = self.back_from_scores(part, &[], |scores| {
                let mut starts = scores.clone();
                for (n, row) in starts.chunks_exact_mut(count).enumerate() {
                    start(first + n, row);
                }
                Ok((starts, ()))
            })?;
            scores.extend(some);
            self.arrived(gradients.slice_mut(s![first..first + part.dim().0, .., .., ..]))?;
        }
        Ok((shaped((images.dim().0, count), scores), gradients))
    }

    /// The gradient with respect to the pixels of images that were checked of a function of a label's value. `start` is
    /// given the number of the first image and the value for some images from there on, N×C×H×W or N×elements, and
    /// gives the function's gradient with respect to it.
    pub(super) fn gradients_from(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        mut start: impl FnMut(usize, &ArrayD<f32>) -> ArrayD<f32>,
    ) -> Result<Array4<f32>, Error> {
        self.signal = Signal::Gradient;
        let mut gradients = Array4::zeros(images.raw_dim());
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            let first = k * BATCH;
            self.back_from_label(part, label, |value| (start(first, value), ()))?;
            self.arrived(gradients.slice_mut(s![first..first + part.dim().0, .., .., ..]))?;
        }
        Ok(gradients)
    }

    /// The value of a label for images that were checked, in batches, with the number of the first image of each.
    pub(super) fn values_at(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        mut each: impl FnMut(usize, &ArrayD<f32>),
    ) -> Result<(), Error> {
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            self.forward(self.params, &[label], part)?;
            each(k * BATCH, self.passes.gradients().recorder().value(label)?);
        }
        Ok(())
    }

    /// A pass back from the scores of classes.
    fn back_from_class(
        &mut self,
        method: &'static str,
        part: ArrayView4<'_, f32>,
        target: &Target,
        labels: &[&str],
    ) -> Result<(Vec<usize>, Vec<f32>), Error> {
        let (images, count) = (part.dim().0, self.class_count());
        let name = self.facts.name;
        let (scores, classes) = self.back_from_scores(part, labels, |scores| {
            let rows = shaped((images, count), scores.clone());
            let classes = target::classes(name, method, target, rows.view())?;
            let mut starts = vec![0.0; scores.len()];
            for (row, &class) in starts.chunks_exact_mut(count).zip(&classes) {
                row[class] = 1.0;
            }
            Ok((starts, classes))
        })?;
        let rows = classes.iter().zip(scores.chunks_exact(count));
        let scores = rows.map(|(&class, row)| row[class]).collect();
        Ok((classes, scores))
    }

    /// A pass back from the scores, N×classes row by row, whose gradient `start` gives with something else.
    fn back_from_scores<T>(
        &mut self,
        images: ArrayView4<'_, f32>,
        labels: &[&str],
        start: impl FnOnce(&Vec<f32>) -> Result<(Vec<f32>, T), Error>,
    ) -> Result<(Vec<f32>, T), Error> {
        let scores = self.forward(self.params, labels, images)?;
        let (starts, more) = start(&scores)?;
        self.backward(images.dim().0, &starts, Vec::new())?;
        Ok((scores, more))
    }

    /// A pass back from a label, whose gradient `start` gives with something else.
    fn back_from_label<T>(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        start: impl FnOnce(&ArrayD<f32>) -> (ArrayD<f32>, T),
    ) -> Result<T, Error> {
        self.forward(self.params, &[label], images)?;
        let (start, more) = start(self.passes.gradients().recorder().value(label)?);
        let (index, _, _) = self.facts.find(label)?;
        self.backward(images.dim().0, &[], vec![(index, start)])?;
        Ok(more)
    }

    /// Copies what the last pass back computed for the pixels.
    fn arrived(&self, mut to: ArrayViewMut4<'_, f32>) -> Result<(), Error> {
        let gradient = self.passes.gradients().input()?;
        to.iter_mut().zip(&gradient).for_each(|(to, &x)| *to = x);
        Ok(())
    }

    /// The scores of some images, row by row, in a pass that records these labels.
    fn forward(
        &mut self,
        params: &Params,
        labels: &[&str],
        images: ArrayView4<'_, f32>,
    ) -> Result<Vec<f32>, Error> {
        let way = Way {
            recorder: Recorder::of(self.facts.name, self.facts.labels, labels)?,
            signal: self.signal,
            logits: self.end != End::Logits,
            workers: self.workers.clone(),
            output: self.output,
        };
        let part = Part::of_images(images, self.facts.inputs[0]);
        let passes = &mut *self.passes;
        let rows = self.workers.run(|exec, _| passes.forward(exec, params, part, way))?;
        let shape = self.facts.outputs[self.output];
        let rows = &rows[..images.dim().0 * shape.len()];
        Ok(rows.chunks_exact(shape.positions()).map(|plane| plane.iter().sum()).collect())
    }

    /// A pass back from gradients with respect to the scores, which may be none, and the values of labels.
    fn backward(
        &mut self,
        images: usize,
        scores: &[f32],
        labels: Vec<(usize, ArrayD<f32>)>,
    ) -> Result<(), Error> {
        let starts = Starts { images, output: self.output, scores, labels };
        let (passes, params) = (&mut *self.passes, self.params);
        self.workers.run(|exec, _| passes.backward(exec, params, starts))
    }

    /// How many scores an image has.
    pub(super) fn class_count(&self) -> usize {
        self.facts.outputs[self.output].channels()
    }

    /// Refuses images that no method can work with.
    pub(super) fn check(
        &self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
    ) -> Result<(), Error> {
        let part = Part::of_images(images, self.facts.inputs[0]);
        tensor::check(self.facts.name, self.facts.inputs, &[part])?;
        match part.not_finite() {
            Some(image) => {
                let found = format!("a number that is not finite in image {image}");
                Err(refused(self.facts.name, method, found, "pixels".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// A session on the explainer's threads.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(super) fn session(&self, batch: usize) -> Result<Box<dyn Runs>, Error> {
        self.passes.session(self.params, batch, self.workers.clone())
    }

    pub(super) fn output_index(&self) -> usize {
        self.output
    }

    pub(super) fn end(&self) -> End {
        self.end
    }
}

/// The target for some of the images.
fn of_images(target: &Target, first: usize, images: usize) -> Target {
    match target {
        Target::Classes(classes) => Target::Classes(classes[first..first + images].to_vec()),
        other => other.clone(),
    }
}
