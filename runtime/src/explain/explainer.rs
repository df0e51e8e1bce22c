//! Passes over the network, forward and back.

use super::Signal;
use super::maps::Pixels;
use super::target::{self, Target};
use crate::error::Error;
use crate::kernel::Mode;
use crate::network::Network;
use crate::recorder::Recorder;
use crate::session::Session;
use crate::tensor::{self, Outputs, Part};
use crate::train::Backprop;
use cnn_ir::{Op, Shape, Source};
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
pub struct Explainer<'n, N: Network> {
    pub(super) network: &'n N,
    pass: Backprop<N>,
    threads: usize,
    output: usize,
    end: End,
}

/// What the network's output is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    Logits,
    Probabilities,
    LogProbabilities,
}

impl End {
    /// The probabilities of the classes: where the output is a volume, of its channels in the mean.
    pub(super) fn probabilities(self, output: &[f32], shape: Shape) -> Vec<f32> {
        let plane = shape.height() * shape.width();
        let planes = output.chunks_exact(plane);
        let mean = |f: fn(f32) -> f32, plane: &[f32]| {
            plane.iter().map(|&x| f(x)).sum::<f32>() / plane.len() as f32
        };
        match self {
            Self::Logits => softmax(planes.map(|plane| plane.iter().sum()).collect()),
            Self::Probabilities => planes.map(|plane| mean(|x| x, plane)).collect(),
            Self::LogProbabilities => planes.map(|plane| mean(f32::exp, plane)).collect(),
        }
    }
}

impl<N: Network> std::fmt::Debug for Explainer<'_, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Explainer of output {} of {}", self.output, N::NAME)
    }
}

impl<'n, N: Network> Explainer<'n, N> {
    /// Explains that network's first output, on the surrounding rayon pool or else the global one.
    ///
    /// # Errors
    /// The network takes several inputs, or it has a softmax in the middle and another one at the end.
    pub fn new(network: &'n N) -> Result<Self, Error> {
        if N::INPUTS.len() != 1 {
            let (what, found) = ("inputs", N::INPUTS.len());
            return Err(Error::Arity { network: N::NAME, what, found, expected: 1 });
        }
        let pass = Backprop::new().mode(Mode::Evaluation).input_gradients(true);
        let mut explainer = Self { network, pass, threads: 0, output: 0, end: End::Logits };
        explainer.find_end()?;
        Ok(explainer)
    }

    /// Works on `n` threads of its own; 0 means as many as the machine has, 1 the calling thread. The results do not
    /// depend on it.
    ///
    /// # Errors
    /// The threads cannot be started.
    pub fn threads(mut self, n: usize) -> Result<Self, Error> {
        self.pass = self.pass.threads(n)?;
        self.threads = n;
        Ok(self)
    }

    /// Explains output number `index` instead of the first.
    ///
    /// # Errors
    /// There is no such output, or as [`Explainer::new`].
    pub fn output(mut self, index: usize) -> Result<Self, Error> {
        if index >= N::OUTPUTS.len() {
            let found = format!("output {index}");
            let expected = format!("one of its {} outputs, counted from 0", N::OUTPUTS.len());
            return Err(refused::<N>("an explanation", found, expected));
        }
        self.output = index;
        self.find_end()?;
        Ok(self)
    }

    /// The network's scores, N×classes: its outputs, logits where it ends in a softmax; where the output is a volume,
    /// the sum of each channel.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite.
    pub fn scores(&mut self, images: ArrayView4<'_, f32>) -> Result<Array2<f32>, Error> {
        self.check("scores", images)?;
        self.scores_of(self.network, images)
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
        target::check::<N>(method, target, images.dim().0)?;
        self.pass.set_signal(signal);
        let unit = match target {
            Target::Unit(unit) => Some((unit, unit.shape::<N>(method)?)),
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
        target::check::<N>(method, target, images.dim().0)?;
        self.pass.set_signal(Signal::Gradient);
        let (mut classes, mut scores) = (Vec::new(), Vec::new());
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            let some = of_images(target, k * BATCH, part.dim().0);
            let (c, s) = self.back_from_class(method, part, &some, &[label])?;
            let recorder = self.pass.gradients().recorder();
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
        self.pass.set_recorder(Recorder::new::<N>(&[label])?);
        let scores = self.forward(self.network, images)?;
        let scores = shaped((images.dim().0, self.class_count()), scores);
        Ok((self.pass.gradients().recorder().value(label)?.clone(), scores))
    }

    /// The scores that another network of the same kind has for images that were checked.
    pub(super) fn scores_of(
        &mut self,
        network: &N,
        images: ArrayView4<'_, f32>,
    ) -> Result<Array2<f32>, Error> {
        self.pass.set_recorder(Recorder::default());
        let mut scores = Vec::new();
        for part in images.axis_chunks_iter(Axis(0), BATCH) {
            scores.extend(self.forward(network, part)?);
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
        self.pass.set_signal(Signal::Gradient);
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
        self.pass.set_signal(Signal::Gradient);
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
        self.pass.set_recorder(Recorder::new::<N>(&[label])?);
        for (k, part) in images.axis_chunks_iter(Axis(0), BATCH).enumerate() {
            self.forward(self.network, part)?;
            each(k * BATCH, self.pass.gradients().recorder().value(label)?);
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
        let (scores, classes) = self.back_from_scores(part, labels, |scores| {
            let rows = shaped((images, count), scores.clone());
            let classes = target::classes::<N>(method, target, rows.view())?;
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
        self.pass.set_recorder(Recorder::new::<N>(labels)?);
        let scores = self.forward(self.network, images)?;
        let (starts, more) = start(&scores)?;
        let what = "the gradients";
        let mut d_outputs =
            tensor::outputs::<N::TrainOutput>(N::NAME, what, N::TRAIN_OUTPUTS, images.dim().0)?;
        let shape = N::OUTPUTS[self.output];
        let planes = d_outputs.slices()[self.output].chunks_exact_mut(shape.positions());
        for (plane, &start) in planes.zip(&starts) {
            plane.fill(start);
        }
        self.pass.backward(self.network, &d_outputs)?;
        Ok((scores, more))
    }

    /// A pass back from a label, whose gradient `start` gives with something else.
    fn back_from_label<T>(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        start: impl FnOnce(&ArrayD<f32>) -> (ArrayD<f32>, T),
    ) -> Result<T, Error> {
        self.pass.set_recorder(Recorder::new::<N>(&[label])?);
        self.forward(self.network, images)?;
        let (start, more) = start(self.pass.gradients().recorder().value(label)?);
        self.pass.backward_from(self.network, &[(label, start)])?;
        Ok(more)
    }

    /// Copies what the last pass back computed for the pixels.
    fn arrived(&self, mut to: ArrayViewMut4<'_, f32>) -> Result<(), Error> {
        let gradient = self.pass.gradients().input()?;
        to.iter_mut().zip(&gradient).for_each(|(to, &x)| *to = x);
        Ok(())
    }

    /// The scores of some images, row by row.
    fn forward(&mut self, network: &N, images: ArrayView4<'_, f32>) -> Result<Vec<f32>, Error> {
        self.pass.set_logits(self.end != End::Logits);
        let parts = [Part::of_images(images, N::INPUTS[0])];
        let workers = self.pass.workers();
        let n = workers.run(|exec, _| self.pass.forward_parts(exec, network, &parts))?;
        let shape = N::OUTPUTS[self.output];
        let rows = &self.pass.outputs()[self.output][..n * shape.len()];
        Ok(rows.chunks_exact(shape.positions()).map(|plane| plane.iter().sum()).collect())
    }

    /// How many scores an image has.
    pub(super) fn class_count(&self) -> usize {
        N::OUTPUTS[self.output].channels()
    }

    /// Refuses images that no method can work with.
    pub(super) fn check(
        &self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
    ) -> Result<(), Error> {
        let part = Part::of_images(images, N::INPUTS[0]);
        tensor::check(N::NAME, N::INPUTS, &[part])?;
        match part.not_finite() {
            Some(image) => {
                let found = format!("a number that is not finite in image {image}");
                Err(refused::<N>(method, found, "pixels".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// A session on the explainer's threads.
    ///
    /// # Errors
    /// There is no memory for it, or the threads cannot be started.
    pub(super) fn session(&self, batch: usize) -> Result<Session<N>, Error> {
        let session = Session::try_new(self.network, batch)?;
        if self.pass.workers().are_own() { session.threads(self.threads) } else { Ok(session) }
    }

    pub(super) fn output_index(&self) -> usize {
        self.output
    }

    pub(super) fn end(&self) -> End {
        self.end
    }

    fn find_end(&mut self) -> Result<(), Error> {
        let softmax = |op: &Op<'_>| matches!(op, Op::Softmax | Op::LogSoftmax);
        let last = before(N::GRAPH.outputs[self.output].layer, N::GRAPH.nodes);
        let end = last.filter(|&last| softmax(&N::GRAPH.nodes[last].op));
        let ends: Vec<usize> = N::GRAPH
            .outputs
            .iter()
            .filter_map(|output| before(output.layer, N::GRAPH.nodes))
            .collect();
        let mut all = N::GRAPH.nodes.iter().enumerate().filter(|(_, node)| softmax(&node.op));
        if end.is_some()
            && let Some((_, node)) = all.find(|(layer, _)| !ends.contains(layer))
        {
            let found = format!("a softmax at `{}` and another one at the end", node.path);
            let expected = "none before the end, or a network that ends in logits".to_owned();
            return Err(refused::<N>("an explanation", found, expected));
        }
        self.end = match end.map(|end| N::GRAPH.nodes[end].op) {
            Some(Op::Softmax) => End::Probabilities,
            Some(_) => End::LogProbabilities,
            None => End::Logits,
        };
        Ok(())
    }
}

/// The layer that computes what layer number `layer` gives, which may only pass it on.
pub(super) fn before(layer: usize, nodes: &[cnn_ir::Node<'_>]) -> Option<usize> {
    let node = nodes.get(layer)?;
    match (&node.op, node.inputs) {
        (
            Op::Identity
            | Op::Flatten
            | Op::Reshape { .. }
            | Op::Dropout { .. }
            | Op::Dropout2d { .. }
            | Op::DropPath { .. },
            &[Source::Layer(input), ..],
        ) => before(input, nodes),
        _ => Some(layer),
    }
}

/// The target for some of the images.
fn of_images(target: &Target, first: usize, images: usize) -> Target {
    match target {
        Target::Classes(classes) => Target::Classes(classes[first..first + images].to_vec()),
        other => other.clone(),
    }
}

/// `e^xₖ / Σ e^x`
pub(super) fn softmax(scores: Vec<f32>) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scores.iter().map(|&x| f64::from(x - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|&p| (p / sum) as f32).collect()
}

/// An array of numbers that are as many as it holds.
pub(super) fn shaped<D: ndarray::Dimension>(
    dims: impl ndarray::ShapeArg<Dim = D> + Into<ndarray::StrideShape<D>>,
    numbers: Vec<f32>,
) -> ndarray::Array<f32, D> {
    match ndarray::Array::from_shape_vec(dims, numbers) {
        Ok(array) => array,
        Err(error) => unreachable!("as many numbers as the array holds: {error}"),
    }
}

/// A method can't be applied to what was found.
pub(super) fn refused<N: Network>(method: &'static str, found: String, expected: String) -> Error {
    Error::Explanation { network: N::NAME, method, found, expected }
}
