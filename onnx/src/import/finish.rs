//! What nodes calculate in parts, as the layer that they are together; what is needed, in order.

use super::build::{Draft, Kind};
use super::network::{Layer, Network};
use crate::recipe::{Step, count};
use cnn_ir::{Activation, Convolution, Norm, Op, Over, Real, Shape, Source};
use std::collections::HashMap;

/// Puts layers into the network; problems by the node that they are of.
pub(crate) fn finish(mut drafts: Vec<Draft>, network: &mut Network) -> Vec<(usize, String)> {
    // What becomes one layer has no more readers than before, and the others no fewer.
    let readers = readers(&drafts, network);
    for i in 0..drafts.len() {
        if let Some(made) = together(&drafts, &readers, i) {
            drafts[i] = made;
        }
    }
    nest(&mut drafts);
    let needed = needed(&drafts, network);
    let wanted = as_images(&drafts, &needed, network);
    let mut problems = Vec::new();
    let mut places = vec![Source::Input(0); drafts.len()];
    for (i, draft) in drafts.into_iter().enumerate().filter(|(i, _)| needed[*i]) {
        let placed = |source: &Source| match *source {
            Source::Layer(l) => places[l],
            input => input,
        };
        let inputs = draft.inputs.iter().map(placed).collect();
        let node = draft.node;
        match put(network, draft, inputs, wanted[i]) {
            Ok(place) => places[i] = place,
            Err(reason) => problems.push((node, reason.to_owned())),
        }
    }
    for (_, source) in &mut network.outputs {
        if let Source::Layer(l) = *source {
            *source = places[l];
        }
    }
    problems
}

/// Puts a draft's layers into the network; `image` if its value is read as an image. What is a layer only together with
/// others is none.
fn put(
    network: &mut Network,
    draft: Draft,
    inputs: Vec<Source>,
    image: bool,
) -> Result<Source, &'static str> {
    let Draft { kind, output, tensors, path, .. } = draft;
    let rescale = |factor| Op::Activation(Activation::Rescale { factor: Real::new(factor) });
    Ok(match kind {
        Kind::Shift(c) => {
            let filled = |value| vec![Step::Filled { value, count: output.channels() }];
            let tensors = vec![("weight", filled(1.0)), ("bias", filled(c))];
            let op = Op::Scale { bias: true, bare: false };
            network.add(Layer { op, inputs, output, tensors, path })
        }
        // `x − y` is `x + (−1)·y`.
        Kind::Difference => {
            let shape = network.shape(inputs[1]);
            let negative = network.add(Layer::plain(rescale(-1.0), vec![inputs[1]], shape));
            let inputs = vec![inputs[0], negative];
            network.add(Layer { op: Op::Add, inputs, output, tensors, path })
        }
        Kind::ImageSum => {
            let positions = network.shape(inputs[0]).positions() as f32;
            let op = Op::GlobalAvgPool;
            let mean = network.add(Layer { op, inputs, output, tensors, path });
            network.add(Layer::plain(rescale(positions), vec![mean], output))
        }
        // A vector is flat as it is.
        Kind::Op(Op::Flatten) if network.shape(inputs[0]) == output => inputs[0],
        Kind::Op(op @ Op::AttnPool) => {
            let vector = Shape::Vector(output.channels());
            let pooled = network.add(Layer { op, inputs, output: vector, tensors, path });
            let op = Op::Reshape { shape: output };
            if image { network.add(Layer::plain(op, vec![pooled], output)) } else { pooled }
        }
        Kind::Op(op) => network.add(Layer { op, inputs, output, tensors, path }),
        Kind::Erf => return Err("the error function is a layer only as a part of gelu"),
        Kind::ImageSoftmax => {
            return Err("softmax over positions is a layer only as a part of attention pooling");
        }
        Kind::Root | Kind::Quotient | Kind::ChannelMean => {
            return Err(
                "roots, quotients and means over channels are layers only as parts of a normalization",
            );
        }
    })
}

/// Which values are read as images, not only to be flattened.
fn as_images(drafts: &[Draft], needed: &[bool], network: &Network) -> Vec<bool> {
    let mut wanted = vec![false; drafts.len()];
    let layers =
        drafts.iter().zip(needed).filter(|(d, needed)| **needed && d.op() != Some(&Op::Flatten));
    let sources = layers.flat_map(|(d, _)| &d.inputs).chain(network.outputs.iter().map(|(_, s)| s));
    for source in sources {
        if let Source::Layer(l) = source {
            wanted[*l] = true;
        }
    }
    wanted
}

/// Why a network is more than the language can hold, or than the bytes of its files can be meant to say.
pub(crate) fn too_large(network: &Network, bytes: usize) -> Option<String> {
    const MOST_LAYERS: usize = 5000;
    /// Numbers that layers may have in common, or that no file stores.
    const MOST_REPEATED: usize = 1 << 28;
    let layers = network.layers.len();
    if layers > MOST_LAYERS {
        return Some(format!(
            "the file makes {layers} layers; {MOST_LAYERS} are the most there may be"
        ));
    }
    let steps = network.layers.iter().flat_map(|layer| &layer.tensors);
    let numbers = steps.fold(0usize, |sum, (_, steps)| sum.saturating_add(count(steps)));
    (numbers > bytes.saturating_add(MOST_REPEATED)).then(|| {
        format!("the file's {bytes} bytes make {numbers} numbers of layers, most of them repeated")
    })
}

/// A concatenation that begins with another one is of that one's value and the rest, as dense blocks have it.
fn nest(drafts: &mut [Draft]) {
    // A tree of what concatenations begin with: a number for each beginning and what comes next.
    let mut beginnings: HashMap<(usize, Source), usize> = HashMap::new();
    let mut whole: HashMap<usize, usize> = HashMap::new();
    for i in 0..drafts.len() {
        if drafts[i].kind != Kind::Op(Op::Concat) {
            continue;
        }
        let (mut at, mut longest) = (0, None);
        for (n, &source) in drafts[i].inputs.iter().enumerate() {
            let fresh = beginnings.len() + 1;
            at = *beginnings.entry((at, source)).or_insert(fresh);
            let rest = n + 1 < drafts[i].inputs.len();
            longest = whole.get(&at).filter(|_| rest).map(|&other| (n + 1, other)).or(longest);
        }
        whole.entry(at).or_insert(i);
        if let Some((end, other)) = longest {
            drafts[i].inputs.splice(..end, [Source::Layer(other)]);
        }
    }
}

/// How many layers and outputs read each layer that is needed.
fn readers(drafts: &[Draft], network: &Network) -> Vec<usize> {
    let needed = needed(drafts, network);
    let mut readers = vec![0; drafts.len()];
    let inputs =
        drafts.iter().zip(&needed).filter(|(_, needed)| **needed).flat_map(|(d, _)| &d.inputs);
    for source in inputs.chain(network.outputs.iter().map(|(_, source)| source)) {
        if let Source::Layer(l) = source {
            readers[*l] += 1;
        }
    }
    readers
}

fn needed(drafts: &[Draft], network: &Network) -> Vec<bool> {
    let mut needed = vec![false; drafts.len()];
    for (_, source) in &network.outputs {
        if let Source::Layer(l) = source {
            needed[*l] = true;
        }
    }
    for i in (0..drafts.len()).rev() {
        if needed[i] {
            for source in &drafts[i].inputs {
                if let Source::Layer(l) = source {
                    needed[*l] = true;
                }
            }
        }
    }
    needed
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-4 * b.abs().max(1e-3)
}

/// Drafts as patterns see them.
#[derive(Clone, Copy)]
struct Seen<'a> {
    drafts: &'a [Draft],
}

impl<'a> Seen<'a> {
    fn of(self, source: Source) -> Option<&'a Draft> {
        match source {
            Source::Layer(l) => Some(&self.drafts[l]),
            Source::Input(_) => None,
        }
    }

    /// What is shifted by this number.
    fn shifted(self, source: Source, by: f32) -> Option<Source> {
        let draft = self.of(source)?;
        matches!(draft.kind, Kind::Shift(c) if close(c, by)).then(|| draft.inputs[0])
    }

    /// What is multiplied by this number.
    fn rescaled(self, source: Source, by: f32) -> Option<Source> {
        let draft = self.of(source)?;
        match draft.kind {
            Kind::Op(Op::Activation(Activation::Rescale { factor })) if close(factor.get(), by) => {
                Some(draft.inputs[0])
            }
            _ => None,
        }
    }

    fn activated(self, source: Source, by: Activation) -> Option<Source> {
        let draft = self.of(source)?;
        (draft.kind == Kind::Op(Op::Activation(by))).then(|| draft.inputs[0])
    }

    fn is(self, source: Source, kind: Kind) -> Option<&'a Draft> {
        self.of(source).filter(|draft| draft.kind == kind)
    }

    /// `relu6(x + 3)`.
    fn hard(self, source: Source) -> Option<Source> {
        self.shifted(self.activated(source, Activation::Relu6)?, 3.0)
    }
}

/// The layer of which a draft is the last part.
fn together(drafts: &[Draft], readers: &[usize], i: usize) -> Option<Draft> {
    let seen = Seen { drafts };
    let draft = &drafts[i];
    let made = |activation: Activation, input: Source| {
        let kind = Kind::Op(Op::Activation(activation));
        Some(Draft { kind, inputs: vec![input], tensors: Vec::new(), ..draft.clone() })
    };
    let sixth = 1.0 / 6.0;
    match draft.kind {
        // x·sigmoid(x), x·hardsigmoid(x), x·relu6(x + 3)/6, x·tanh(softplus(x)), x·(1 + erf(x/√2)).
        Kind::Op(Op::Mul) if draft.inputs.len() == 2 => {
            let product = |x: Source, y: Source| {
                if seen.activated(y, Activation::Sigmoid) == Some(x) {
                    return made(Activation::Silu, x);
                }
                if seen.activated(y, Activation::HardSigmoid) == Some(x)
                    || seen.rescaled(y, sixth).and_then(|y| seen.hard(y)) == Some(x)
                {
                    return made(Activation::HardSwish, x);
                }
                let unscaled = Activation::Tanh { scale: Real::new(1.0), slope: Real::new(1.0) };
                let softplus = seen.activated(y, unscaled).and_then(|y| seen.of(y));
                if let Some(inner) = softplus
                    && matches!(inner.kind, Kind::Op(Op::Activation(Activation::Softplus { .. })))
                    && inner.inputs[0] == x
                {
                    return made(Activation::Mish, x);
                }
                // (x/2)·(1 + erf(x/√2)).
                let halved = seen.rescaled(x, 0.5)?;
                (gelu_part(seen, y)? == halved).then(|| made(Activation::Gelu, halved))?
            };
            product(draft.inputs[0], draft.inputs[1])
                .or_else(|| product(draft.inputs[1], draft.inputs[0]))
        }
        Kind::Op(Op::Activation(Activation::Rescale { factor })) if close(factor.get(), sixth) => {
            let input = draft.inputs[0];
            if let Some(x) = seen.hard(input) {
                return made(Activation::HardSigmoid, x);
            }
            let product = seen.is(input, Kind::Op(Op::Mul)).filter(|p| p.inputs.len() == 2)?;
            let [x, y] = [product.inputs[0], product.inputs[1]];
            let x =
                if seen.hard(y) == Some(x) { x } else { (seen.hard(x) == Some(y)).then_some(y)? };
            made(Activation::HardSwish, x)
        }
        // x·(1 + erf(x/√2))/2.
        Kind::Op(Op::Activation(Activation::Rescale { factor })) if close(factor.get(), 0.5) => {
            let product =
                seen.is(draft.inputs[0], Kind::Op(Op::Mul)).filter(|p| p.inputs.len() == 2)?;
            let [x, y] = [product.inputs[0], product.inputs[1]];
            let x = if gelu_part(seen, y) == Some(x) {
                x
            } else {
                (gelu_part(seen, x) == Some(y)).then_some(y)?
            };
            made(Activation::Gelu, x)
        }
        // (x − mean)/√(mean of (x − mean)² + ε).
        Kind::Quotient => {
            let difference = seen.is(draft.inputs[0], Kind::Difference)?;
            let mean = seen.is(difference.inputs[1], Kind::ChannelMean)?;
            let x = difference.inputs[0];
            let root = seen.is(draft.inputs[1], Kind::Root)?;
            let shifted = seen.of(root.inputs[0])?;
            let Kind::Shift(eps) = shifted.kind else { return None };
            let variance = seen.is(shifted.inputs[0], Kind::ChannelMean)?;
            let square = seen.is(variance.inputs[0], Kind::Op(Op::Mul))?;
            let same = |source: Source| {
                source == draft.inputs[0]
                    || seen
                        .is(source, Kind::Difference)
                        .is_some_and(|d| d.inputs == difference.inputs)
            };
            if mean.inputs[0] != x || !square.inputs.iter().all(|&s| same(s)) {
                return None;
            }
            let norm = Norm { eps: Real::new(eps), affine: false };
            let kind = Kind::Op(Op::LayerNorm { norm, over: Over::Channels });
            Some(Draft { kind, inputs: vec![x], ..draft.clone() })
        }
        // The sum over positions of x·softmax(w·x).
        Kind::ImageSum => {
            let product =
                seen.is(draft.inputs[0], Kind::Op(Op::Mul)).filter(|p| p.inputs.len() == 2)?;
            let pooled = |x: Source, y: Source| {
                let softmax = seen.is(y, Kind::ImageSoftmax)?;
                let scores = seen.of(softmax.inputs[0])?;
                let Kind::Op(Op::Pointwise(Convolution { filters: 1, bias: false, .. })) =
                    scores.kind
                else {
                    return None;
                };
                let (kind, tensors) = (Kind::Op(Op::AttnPool), scores.tensors.clone());
                let path = scores.path.clone();
                (scores.inputs[0] == x).then(|| Draft {
                    kind,
                    inputs: vec![x],
                    tensors,
                    path,
                    ..draft.clone()
                })
            };
            let [x, y] = [product.inputs[0], product.inputs[1]];
            pooled(x, y).or_else(|| pooled(y, x))
        }
        // Rows, then columns.
        Kind::Op(Op::Crop { crop }) => {
            let Source::Layer(before) = draft.inputs[0] else { return None };
            let Some(Op::Crop { crop: first }) = drafts[before].op() else { return None };
            if readers[before] != 1 {
                return None;
            }
            let crop = [0, 1, 2, 3].map(|side| crop[side] + first[side]);
            let (kind, inputs) = (Kind::Op(Op::Crop { crop }), drafts[before].inputs.clone());
            Some(Draft { kind, inputs, ..draft.clone() })
        }
        // Weights and biases by channel of a normalization without any, which nobody else reads.
        Kind::Op(Op::Scale { bias: true, bare: false }) => {
            let Source::Layer(before) = draft.inputs[0] else { return None };
            let norm = &drafts[before];
            let channels = draft.output.channels();
            if readers[before] != 1
                || draft.tensors.iter().any(|(_, steps)| count(steps) != channels)
            {
                return None;
            }
            let op = affine(norm.op()?)?;
            Some(Draft { kind: Kind::Op(op), inputs: norm.inputs.clone(), ..draft.clone() })
        }
        _ => None,
    }
}

/// The `x` of `1 + erf(x/√2)`.
fn gelu_part(seen: Seen<'_>, source: Source) -> Option<Source> {
    let erf = seen.is(seen.shifted(source, 1.0)?, Kind::Erf)?;
    seen.rescaled(erf.inputs[0], std::f32::consts::FRAC_1_SQRT_2)
}

fn affine(op: &Op<'static>) -> Option<Op<'static>> {
    let with = |norm: &Norm| (!norm.affine).then_some(Norm { affine: true, ..*norm });
    match op {
        Op::GroupNorm { norm, groups } => {
            Some(Op::GroupNorm { norm: with(norm)?, groups: *groups })
        }
        Op::InstanceNorm(norm) => Some(Op::InstanceNorm(with(norm)?)),
        Op::LayerNorm { norm, over: Over::Channels } => {
            Some(Op::LayerNorm { norm: with(norm)?, over: Over::Channels })
        }
        _ => None,
    }
}
