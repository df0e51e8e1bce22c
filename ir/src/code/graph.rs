//! The graph that a type has as text.
//!
//! Each list is a constant of a generic type: rustc evaluates such a constant only for those who read it,
//! where it would evaluate what a constant that is not generic borrows wherever that is compiled.

use super::Operation;
use super::read::{
    Own, blocks, labels, nodes, numbers, operations, outputs, rows, sources, tensors,
};
use crate::graph::{Block, Graph, Label, Node, Output, Source};
use crate::shape::Shape;
use crate::tensor::Tensor;
use core::marker::PhantomData;

/// A type that has a graph as text.
pub trait Coded: 'static {
    /// The text.
    const CODE: Code;
}

/// A graph as text.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The network's name.
    pub name: &'static str,
    /// Shapes of the inputs of one image.
    pub inputs: &'static [Shape],
    /// Dimensions of tensors.
    pub dims: &'static str,
    /// Channels that filters see.
    pub channels: &'static str,
    /// The same for each filter of convolutions with a table.
    pub rows: &'static str,
    /// Inputs of layers.
    pub sources: &'static str,
    /// Tensors of layers.
    pub tensors: &'static str,
    /// Operations of layers, each with its text.
    pub operations: &'static str,
    /// Layers.
    pub nodes: &'static str,
    /// Users' own layers.
    pub own: &'static [Own<'static>],
    /// Outputs of the network.
    pub outputs: &'static str,
    /// Values with names.
    pub labels: &'static str,
    /// Blocks that layers were written in.
    pub blocks: &'static str,
}

/// A list of a type's graph, and how long it is.
struct Of<C, const LEN: usize>(PhantomData<C>);

impl<C: Coded, const LEN: usize> Of<C, LEN> {
    const DIMS: [usize; LEN] = numbers(C::CODE.dims);
    const CHANNELS: [usize; LEN] = numbers(C::CODE.channels);
    const SOURCES: [Source; LEN] = sources(C::CODE.sources);
    const OUTPUTS: [Output; LEN] = outputs(C::CODE.outputs);
    const LABELS: [Label<'static>; LEN] = labels(C::CODE.labels);
    const BLOCKS: [Block<'static>; LEN] = blocks(C::CODE.blocks);
}

/// A list that refers to another one, and how long they are.
struct On<C, const LEN: usize, const OTHER: usize>(PhantomData<C>);

impl<C: Coded, const LEN: usize, const OTHER: usize> On<C, LEN, OTHER> {
    const ROWS: [&'static [usize]; LEN] = rows(C::CODE.rows, &Of::<C, OTHER>::CHANNELS);
    const TENSORS: [Tensor<'static>; LEN] = tensors(C::CODE.tensors, &Of::<C, OTHER>::DIMS);
}

/// The operations, and how many there are, rows of tables and channels in them.
struct Operations<C, const LEN: usize, const ROWS: usize, const CHANNELS: usize>(PhantomData<C>);

impl<C: Coded, const LEN: usize, const ROWS: usize, const CHANNELS: usize>
    Operations<C, LEN, ROWS, CHANNELS>
{
    const LIST: [Operation<'static>; LEN] =
        operations(C::CODE.operations, &On::<C, ROWS, CHANNELS>::ROWS);
}

/// The graph of a type; each list is as long as the parameter of the same name says.
pub const fn graph<
    C: Coded,
    const DIMS: usize,
    const CHANNELS: usize,
    const ROWS: usize,
    const SOURCES: usize,
    const TENSORS: usize,
    const OPERATIONS: usize,
    const NODES: usize,
    const OUTPUTS: usize,
    const LABELS: usize,
    const BLOCKS: usize,
>() -> Graph<'static> {
    let Code { name, inputs, .. } = C::CODE;
    let nodes: &'static [Node<'static>] = const {
        &nodes::<NODES>(
            C::CODE.nodes,
            &Of::<C, SOURCES>::SOURCES,
            &On::<C, TENSORS, DIMS>::TENSORS,
            &Operations::<C, OPERATIONS, ROWS, CHANNELS>::LIST,
            C::CODE.own,
        )
    };
    Graph {
        name,
        inputs,
        nodes,
        outputs: &Of::<C, OUTPUTS>::OUTPUTS,
        labels: &Of::<C, LABELS>::LABELS,
        blocks: &Of::<C, BLOCKS>::BLOCKS,
    }
}
