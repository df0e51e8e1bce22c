//! A convolution whose padding holds more than zeros finds it in the image, where a step of its own puts
//! it.

use super::{Graph, Node, Plans, Rewrite, Rule, Stage, Work};
use crate::plan::Form;
use crate::window::volume;
use cnn_ir::{Border, Convolution, Op, Window};

pub(super) const RULE: Rule = Rule {
    name: "border",
    stage: Stage::Layers,
    plans: Plans::All,
    rewrite: Rewrite::Whole(rewrite),
};

/// The convolution that finds its padding in the image, if the operation is one that would not.
fn inner(op: Op<'static>) -> Option<(Op<'static>, [usize; 4], Border)> {
    let with = |c: Convolution<'static>| {
        let window = Window { pad: [0; 4], ..c.window };
        Convolution { window, border: Border::ZERO, ..c }
    };
    let c = op.convolution()?;
    let (pad, border) = (c.window.pad, c.border);
    if border == Border::ZERO || pad == [0; 4] {
        return None;
    }
    let op = match op {
        Op::Conv(c) => Op::Conv(with(c)),
        Op::Depthwise(c) => Op::Depthwise(with(c)),
        Op::Pointwise(c) => Op::Pointwise(with(c)),
        op => op,
    };
    Some((op, pad, border))
}

fn rewrite(graph: &mut Graph<'_>) {
    let mut nodes = Vec::with_capacity(graph.nodes.len());
    for mut node in std::mem::take(&mut graph.nodes) {
        if let Some((op, pad, border)) = node.op().filter(|_| node.live).and_then(|op| inner(*op)) {
            let (input, [top, bottom, left, right]) = (node.inputs[0], pad);
            let [height, width] = graph.shape(input).size();
            let size = [height + top + bottom, width + left + right];
            let shape = volume(graph.shape(input).channels(), size);
            let padded = graph.value(shape, Form::Planes);
            let work = Work::Border { pad, border };
            nodes.push(Node::between(work, node.instance, vec![input], padded));
            node.inputs[0] = padded;
            node.work = Work::Layer(op);
            graph.note(RULE.name, node.layers.first().copied(), Ok(()));
        }
        nodes.push(node);
    }
    graph.nodes = nodes;
    graph.count();
}
