//! The network as a graph that borrows from it, with all that describes it.

use crate::fold;
use crate::net::{Net, Node};
use cnn_ir::{Graph, Tensor};

impl Net {
    /// The network as a graph that borrows from it, with all that describes it.
    pub fn with_graph<R>(&self, read: impl FnOnce(&Graph<'_>) -> R) -> R {
        let sources = self.sources();
        let texts: Vec<String> = self.nodes.iter().map(Node::text).collect();
        let tensors: Vec<Vec<Tensor<'_>>> = self.nodes.iter().map(tensors).collect();
        let labels: Vec<cnn_ir::Label<'_>> = self
            .labels
            .iter()
            .map(|label| cnn_ir::Label { path: &label.path, source: sources[label.value] })
            .collect();
        let folded = fold::blocks(self);
        let blocks: Vec<cnn_ir::Block<'_>> = folded.iter().map(fold::Block::as_constant).collect();
        self.graph(
            &sources,
            |i| (&texts[i], &tensors[i]),
            |graph| read(&Graph { labels: &labels, blocks: &blocks, ..*graph }),
        )
    }
}

/// The tensors of a layer.
fn tensors(node: &Node) -> Vec<Tensor<'_>> {
    let params = node.layer.params.iter();
    params
        .map(|p| Tensor { name: p.name, dims: &p.dims, role: p.role, init: p.initial() })
        .collect()
}

#[cfg(test)]
mod tests {
    use cnn_ir::Source;

    #[test]
    fn a_graph_has_what_the_network_has() {
        let text =
            "struct Net< 4x8x8 -> a: relu -> { conv(4, 3x3, pad=1) -> bn } * 2 -> p: maxpool(2);
            u: p -> unpool(p); side: a -> flatten -> dense(3) => u, train side >;";
        let nets = crate::compile(text).unwrap_or_else(|errors| panic!("{errors:?}"));
        nets[0].with_graph(|graph| {
            let [pool, unpool] = [5, 6];
            assert_eq!(graph.nodes[pool].text, "maxpool 2x2 /2");
            assert_eq!(graph.nodes[unpool].inputs, [Source::Layer(pool); 2]);
            assert_eq!(graph.nodes[1].tensors[0].dims, [4, 4, 3, 3]);
            assert_eq!((graph.blocks[0].first, graph.blocks[0].times), (1, 2));
            let label = graph.labels.iter().find(|l| l.path == "a").expect("the label");
            assert_eq!(label.source, Source::Layer(0));
            let outputs: Vec<_> =
                graph.outputs.iter().map(|o| (o.layer, o.training_only)).collect();
            assert_eq!(outputs, [(unpool, false), (8, true)]);
            let evaluated: [bool; 9] = graph.evaluated();
            assert_eq!(nets[0].evaluated(), evaluated);
            assert_eq!(evaluated.iter().filter(|e| !**e).count(), 2);
        });
    }
}
