//! What is left of a network without one of its layers.

use super::checks;
use super::explainer::Explainer;
use super::surface::accuracy;
use crate::error::Error;
use crate::params::Params;
use cnn_ir::{Graph, Node, Op, Source};
use ndarray::ArrayView4;

/// A part of a network that was taken out.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed {
    /// The path of the residual block, or of the convolution.
    pub path: String,
    /// The accuracy that is left, 0 to 1.
    pub accuracy: f64,
}

/// What is left of a network without each of some parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Removals {
    /// The accuracy of the whole network, 0 to 1.
    pub whole: f64,
    /// In the order of the layers.
    pub removed: Vec<Removed>,
}

impl Explainer<'_> {
    /// The accuracy that is left when one residual block gives its shortcut alone (Veit and others 2016,
    /// <https://arxiv.org/abs/1605.06431>): for each `add` of two values, of which the one with fewer convolutions or
    /// dense layers on its way is the shortcut, identity or projection. The last affine layer of the other one gets a
    /// weight and a bias of 0. `progress` is told how many of how many blocks are done.
    ///
    /// Left out is an `add` whose two ways have as many such layers, or whose residual one does not end in a batch norm
    /// with a weight, a `scale`, a convolution or a dense layer, behind which only layers may come that make 0 of 0.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is not a label for each, or no such class; there is no memory for a copy of the parameters.
    pub fn without_blocks(
        &mut self,
        images: ArrayView4<'_, f32>,
        labels: &[usize],
        progress: impl FnMut(usize, usize),
    ) -> Result<Removals, Error> {
        let ends = self.evaluated().filter_map(|layer| residual_end(self.facts.graph, layer));
        let parts = ends.map(|end| (block_path(self.facts.graph.nodes[end].path), end));
        self.without("without blocks", images, labels, parts.collect(), silence, progress)
    }

    /// The accuracy that is left when one convolution gives its input: for each whose output has the shape of the
    /// input. Its weight becomes the identity and its bias 0, and a batch norm that reads it passes it on.
    ///
    /// # Errors
    /// As [`Explainer::without_blocks`].
    pub fn without_layers(
        &mut self,
        images: ArrayView4<'_, f32>,
        labels: &[usize],
        progress: impl FnMut(usize, usize),
    ) -> Result<Removals, Error> {
        let fits = self.evaluated().filter(|&layer| middle(self.facts.graph, layer).is_some());
        let parts = fits.map(|layer| (self.facts.graph.nodes[layer].path.to_owned(), layer));
        self.without("without layers", images, labels, parts.collect(), pass_on, progress)
    }

    /// The layers that do not exist in training alone.
    fn evaluated(&self) -> impl Iterator<Item = usize> + use<> {
        let layers = self.facts.layers.iter().enumerate();
        layers.filter(|(_, layer)| !layer.training_only).map(|(index, _)| index)
    }

    fn without(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        labels: &[usize],
        parts: Vec<(String, usize)>,
        remove: fn(&Graph<'_>, usize, &mut Params) -> Result<(), Error>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Removals, Error> {
        self.check(method, images)?;
        checks::labels(self.facts.name, method, labels, images.dim().0, self.class_count())?;
        let whole = accuracy(self.scores_of(self.params, images)?.view(), labels);
        let mut changed = self.params.try_clone()?;
        let (mut removed, count) = (Vec::new(), parts.len());
        for (done, (path, layer)) in parts.into_iter().enumerate() {
            changed.copy_from(self.params);
            remove(self.facts.graph, layer, &mut changed)?;
            let accuracy = accuracy(self.scores_of(&changed, images)?.view(), labels);
            removed.push(Removed { path, accuracy });
            progress(done + 1, count);
        }
        Ok(Removals { whole, removed })
    }
}

/// The path of the block that a layer stands in: `layer1.0` of `layer1.0.bn2`.
fn block_path(path: &str) -> String {
    path.rsplit_once('.').map_or(path, |(block, _)| block).to_owned()
}

/// The last affine layer of the residual branch that layer number `layer` adds, if it does.
fn residual_end(graph: &Graph<'_>, layer: usize) -> Option<usize> {
    let node = &graph.nodes[layer];
    let (Op::Add, &[left, right]) = (&node.op, node.inputs) else { return None };
    let ways = [left, right].map(|source| behind(graph, source));
    let own = |way: &[bool], other: &[bool]| {
        let layers = graph.nodes.iter().zip(way.iter().zip(other));
        let own = layers.filter(|(_, (here, there))| **here && !**there);
        own.filter(|(node, _)| weighs(&node.op)).count()
    };
    let [left_count, right_count] = [own(&ways[0], &ways[1]), own(&ways[1], &ways[0])];
    let (residual, shortcut) = match left_count.cmp(&right_count) {
        std::cmp::Ordering::Less => (right, &ways[0]),
        std::cmp::Ordering::Greater => (left, &ways[1]),
        std::cmp::Ordering::Equal => return None,
    };
    let Source::Layer(mut at) = residual else { return None };
    loop {
        let Source::Layer(here) = graph.computed(Source::Layer(at)) else { return None };
        at = here;
        let Node { op, inputs, .. } = &graph.nodes[at];
        // What the shortcut is made of must stay.
        if shortcut[at] {
            return None;
        }
        let affine = match op {
            Op::BatchNorm { norm, .. } => norm.affine,
            Op::Scale { .. } => true,
            op => weighs(op),
        };
        match (op, *inputs) {
            _ if affine => return Some(at),
            // These make 0 of 0; a product does so whatever its other factors are.
            (Op::Activation(cnn_ir::Activation::Relu), &[Source::Layer(input)])
            | (Op::Mul, &[Source::Layer(input), ..]) => at = input,
            _ => return None,
        }
    }
}

fn weighs(op: &Op<'_>) -> bool {
    op.convolution().is_some() || matches!(op, Op::Deconv(_) | Op::Dense { .. })
}

/// The layers that a value depends on.
fn behind(graph: &Graph<'_>, source: Source) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    let Source::Layer(last) = source else { return needed };
    needed[last] = true;
    for index in (0..=last).rev() {
        if needed[index] {
            for &input in graph.nodes[index].inputs {
                if let Source::Layer(layer) = input {
                    needed[layer] = true;
                }
            }
        }
    }
    needed
}

/// All trainable parameters of a layer become 0.
fn silence(graph: &Graph<'_>, layer: usize, params: &mut Params) -> Result<(), Error> {
    for tensor in graph.nodes[layer].tensors {
        if tensor.role == cnn_ir::Role::Trainable {
            params.get_mut(&path(&graph.nodes[layer], tensor.name))?.fill(0.0);
        }
    }
    Ok(())
}

/// A convolution gives its input.
fn pass_on(graph: &Graph<'_>, layer: usize, params: &mut Params) -> Result<(), Error> {
    let (Some([i, j]), Some(conv)) = (middle(graph, layer), graph.nodes[layer].op.convolution())
    else {
        return Ok(());
    };
    silence(graph, layer, params)?;
    let mut weight = params.get_mut(&path(&graph.nodes[layer], "weight"))?;
    let seen = conv.filters / conv.groups;
    let width = conv.window.kernel[1];
    for (filter, mut weights) in weight.outer_iter_mut().enumerate() {
        let size = weights.len() / seen;
        let at = filter % seen * size + i * width + j;
        if let Some(weight) = weights.iter_mut().nth(at) {
            *weight = 1.0;
        }
    }
    let mut readers = graph.nodes.iter().filter(|n| n.inputs.contains(&Source::Layer(layer)));
    if let (Some(reader), None) = (readers.next(), readers.next())
        && let Op::BatchNorm { norm, .. } = reader.op
    {
        if norm.affine {
            let mean = params.get(&path(reader, "running_mean"))?.to_owned();
            let variance = params.get(&path(reader, "running_var"))?.to_owned();
            let deviation = variance.mapv(|v| (v + norm.eps.get()).sqrt());
            params.set(&path(reader, "weight"), deviation)?;
            params.set(&path(reader, "bias"), mean)?;
        } else {
            params.get_mut(&path(reader, "running_mean"))?.fill(0.0);
            params.get_mut(&path(reader, "running_var"))?.fill(1.0 - norm.eps.get());
        }
    }
    Ok(())
}

/// The element of its kernel by which a convolution can give its input, if there is one.
fn middle(graph: &Graph<'_>, layer: usize) -> Option<[usize; 2]> {
    let node = &graph.nodes[layer];
    let conv = node.op.convolution()?;
    let window = conv.window;
    let fits = graph.input(layer) == node.output && window.stride == [1, 1] && conv.table.is_none();
    let at = [0, 1].map(|d| {
        let (pad, dilation) = (window.pad[2 * d], window.dilation[d]);
        (pad % dilation == 0 && pad / dilation < window.kernel[d]).then_some(pad / dilation)
    });
    match at {
        [Some(i), Some(j)] if fits => Some([i, j]),
        _ => None,
    }
}

/// The path of a layer's tensor.
fn path(node: &Node<'_>, name: &str) -> String {
    match (node.path, name) {
        (path, "") => path.to_owned(),
        ("", name) => name.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}
