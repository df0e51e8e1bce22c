//! What the layers of a network see, and what connects them.

use super::explainer::Explainer;
use crate::error::Error;
use crate::random::{Purpose, Stream};
use cnn_ir::{Border, Field, Graph, Op, Shape, Source};
use ndarray::{Array2, ArrayD, ArrayView4};
use std::ops::Range;

/// The gradient that a pass back starts with at the central place of a label's map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldStart {
    /// 1 in all channels.
    Ones,
    /// 1 or −1 in each channel of each image, from this seed.
    Signs(u64),
}

/// How much each pixel means for the central place of a label's map.
#[derive(Clone, Debug)]
pub struct EffectiveField {
    /// The mean over the images of the absolute gradient, summed over the channels: H×W, as the images. Outside of the
    /// theoretical field it is 0, but for what Winograd's algorithm rounds, which mixes the pixels of a tile.
    pub values: Array2<f64>,
    /// The row and column of the map.
    pub place: [usize; 2],
    /// The rows of the image that the place can see: its theoretical receptive field.
    pub rows: Range<usize>,
    /// The columns.
    pub columns: Range<usize>,
}

/// A layer's parameters and multiply–adds for one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Trainable parameters.
    pub parameters: u128,
    /// Multiply–adds.
    pub macs: u128,
}

/// What a convolution or a dense layer costs, beside layers of the same shapes that share no weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections<'a> {
    /// The layer's path.
    pub path: &'a str,
    /// The operation in short.
    pub text: &'a str,
    /// Shape of its input.
    pub input: Shape,
    /// Shape of its output.
    pub output: Shape,
    /// The layer as it is.
    pub layer: Cost,
    /// A locally connected layer: the same connections, each with a weight of its own, and a bias for each output
    /// where the layer has biases. Windows count as if they lay inside the image, as in the layer itself.
    pub local: Cost,
    /// A dense layer: each output sees each input.
    pub dense: Cost,
}

/// What each convolution, transposed convolution and dense layer of a network costs, in order.
///
/// Numbers of the compiler's are below 2⁶⁴ and products of two below 2¹²⁸, so that none saturates.
pub fn connections<'a>(graph: &Graph<'a>) -> Vec<Connections<'a>> {
    let mut all = Vec::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        let bias = match node.op {
            Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) => c.bias,
            Op::Deconv(d) => d.bias,
            Op::Dense { bias, .. } => bias,
            _ => continue,
        };
        let (input, output) = (graph.input(index), node.output);
        let macs = u128::from(graph.macs(index));
        let (inputs, outputs) = (input.len() as u128, output.len() as u128);
        let biases = if bias { outputs } else { 0 };
        let cost = |macs| Cost { parameters: macs + biases, macs };
        all.push(Connections {
            path: node.path,
            text: node.text,
            input,
            output,
            layer: Cost { parameters: node.parameters() as u128, macs },
            local: cost(macs),
            dense: cost(inputs * outputs),
        });
    }
    all
}

impl Explainer<'_> {
    /// The effective receptive field of the central place of a label's map (Luo and others 2016,
    /// <https://arxiv.org/abs/1701.04128>), which may be much smaller than the theoretical one. Of a vector, the
    /// place is the whole vector.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is no such label.
    pub fn effective_field(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        start: FieldStart,
    ) -> Result<EffectiveField, Error> {
        self.check("an effective receptive field", images)?;
        let (index, _, shape) = self.facts.find(label)?;
        let place = shape.size().map(|side| side / 2);
        let at = place[0] * shape.width() + place[1];
        let gradients = self.gradients_from(images, label, |first, value| {
            let mut starts = ArrayD::zeros(value.raw_dim());
            for (n, mut image) in starts.outer_iter_mut().enumerate() {
                let draw = |seed| Stream::new(Purpose::Explain, seed, (first + n) as u64, 2, 0);
                let mut stream = match start {
                    FieldStart::Ones => None,
                    FieldStart::Signs(seed) => Some(draw(seed)),
                };
                for x in image.iter_mut().skip(at).step_by(shape.positions()) {
                    let negative = stream.as_mut().is_some_and(|s| s.next_u32() >> 31 == 1);
                    *x = if negative { -1.0 } else { 1.0 };
                }
            }
            starts
        })?;
        let (n, _, height, width) = images.dim();
        let mut values = Array2::<f64>::zeros((height, width));
        for image in gradients.outer_iter() {
            for channel in image.outer_iter() {
                values.zip_mut_with(&channel, |sum, x| *sum += f64::from(x.abs()) / n as f64);
            }
        }
        let [rows, columns] = seen(self.facts.graph, self.facts.graph.labels[index].source, place);
        Ok(EffectiveField { values, place, rows, columns })
    }
}

/// The rows and columns of the first input that a place of a value sees. Both are empty where it sees padding alone.
///
/// A field's size and jump describe all places by one rule, which says too little where windows have different sizes
/// or some layer sees everything; so the place is followed back layer by layer.
pub(super) fn seen(graph: &Graph<'_>, source: Source, place: [usize; 2]) -> [Range<usize>; 2] {
    let mut layers: Vec<[Range<usize>; 2]> = vec![[0..0, 0..0]; graph.nodes.len()];
    let mut pixels = [0..0, 0..0];
    let mut join = |layers: &mut Vec<[Range<usize>; 2]>, source, ranges: [Range<usize>; 2]| {
        let known = match source {
            Source::Input(0) => &mut pixels,
            Source::Input(_) => return,
            Source::Layer(layer) => &mut layers[layer],
        };
        if ranges.iter().any(|range| range.is_empty()) {
            return;
        }
        for (known, range) in known.iter_mut().zip(ranges) {
            *known = match known.start >= known.end {
                true => range,
                false => known.start.min(range.start)..known.end.max(range.end),
            };
        }
    };
    join(&mut layers, source, place.map(|at| at..at + 1));
    for (index, node) in graph.nodes.iter().enumerate().rev() {
        let ranges = layers[index].clone();
        if ranges[0].is_empty() {
            continue;
        }
        for &input in node.inputs {
            let size = graph.shape(input);
            let back = [0, 1].map(|d| before(&node.op, d, &ranges[d], size, node.output));
            join(&mut layers, input, back);
        }
    }
    pixels
}

/// The positions of an input along an axis that some positions of a layer's output see.
fn before(op: &Op<'_>, d: usize, out: &Range<usize>, input: Shape, output: Shape) -> Range<usize> {
    let (n, o) = (input.size()[d], output.size()[d]);
    let (first, last) = (out.start as i128, out.end as i128 - 1);
    let clipped = |start: i128, end: i128| {
        let clip = |x: i128| x.clamp(0, n as i128) as usize;
        clip(start)..clip(end)
    };
    let border = match op {
        Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) => c.border,
        Op::Pad { border, .. } => *border,
        _ => Border::ZERO,
    };
    match (op, op.field(input, output)) {
        (Op::Crop { crop }, _) => {
            let cut = crop[2 * d] as i128;
            clipped(first + cut, last + cut + 1)
        }
        (Op::AdaptiveAvgPool { .. } | Op::AdaptiveMaxPool { .. }, _) => {
            out.start * n / o..(out.end * n).div_ceil(o)
        }
        // Inputs of joins that are smaller are repeated.
        _ if op.joins() && n != o => 0..n,
        (_, Field::Window(w)) => {
            let (stride, pad) = (w.stride[d] as i128, w.pad[2 * d] as i128);
            let start = first * stride - pad;
            let end = last * stride - pad + w.reach(d) as i128;
            let inside = start >= 0 && end <= n as i128;
            // Such padding holds pixels of the image.
            match border {
                Border::Constant(_) => clipped(start, end),
                _ if inside => clipped(start, end),
                Border::Replicate => clipped(start.min(n as i128 - 1), end.max(1)),
                Border::Reflect | Border::Circular => 0..n,
            }
        }
        (_, Field::Finer { factor, per, reach, before }) => {
            let (factor, per) = (factor[d] as i128, per[d] as i128);
            let start = (first * per).div_euclid(factor) - before[d] as i128;
            let end = (last * per + factor - 1).div_euclid(factor) - before[d] as i128;
            clipped(start, end + reach[d] as i128)
        }
        (_, Field::Everything) => 0..n,
        (_, Field::View) if input.size() == output.size() => out.clone(),
        (_, Field::View) => 0..n,
    }
}
