//! Reading lists in constants. Each has its own constant, so that rustc counts the steps of each by itself.

use super::Operation;
use crate::graph::{Block, Label, Node, Output, Source};
use crate::op::{Op, Table};
use crate::real::Real;
use crate::shape::Shape;
use crate::tensor::{Init, Role, Tensor};

/// What only rustc knows of a user's own layer.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Multiply–adds for one image.
    pub macs: u64,
    /// Its tensors.
    pub tensors: &'a [Tensor<'a>],
}

/// The lists that a list refers to; empty where it refers to none of the kind.
#[derive(Clone, Copy)]
struct Lists<'a> {
    numbers: &'a [usize],
    rows: &'a [&'a [usize]],
    sources: &'a [Source],
    tensors: &'a [Tensor<'a>],
    operations: &'a [Operation<'a>],
    own: &'a [Own<'a>],
}

impl Lists<'_> {
    const NONE: Self =
        Self { numbers: &[], rows: &[], sources: &[], tensors: &[], operations: &[], own: &[] };
}

/// A text, and how far it has been read.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    lists: Lists<'a>,
}

/// For each kind of list, the lists that it refers to, what reads an element, and an element to start from.
macro_rules! lists {
    ($lt:lifetime: $(
        $(#[$doc:meta])*
        $name:ident($($from:ident: $of:ty),*) -> $element:ty, $read:ident, $blank:expr;
    )+) => {$(
        $(#[$doc])*
        pub(super) const fn $name<$lt, const N: usize>(
            text: &$lt str,
            $($from: &$lt [$of]),*
        ) -> [$element; N] {
            let mut reader = Reader { text, at: 0, lists: Lists { $($from,)* ..Lists::NONE } };
            let (mut list, mut i): ([$element; N], usize) = ([$blank; N], 0);
            while i < N {
                list[i] = reader.$read();
                i += 1;
            }
            list
        }
    )+};
}

lists! { 'a:
    /// Dimensions of tensors, or channels that filters see.
    numbers() -> usize, number, 0;
    /// The channels that each filter sees, of convolutions with a table.
    rows(numbers: usize) -> &'a [usize], dims, &[];
    /// Inputs of layers.
    sources() -> Source, source, Source::Input(0);
    /// Tensors of layers.
    tensors(numbers: usize) -> Tensor<'a>, tensor,
        Tensor { name: "", dims: &[], role: Role::Counter, init: Init::Constant(0.0) };
    /// Operations of layers, each with its text.
    operations(rows: &'a [usize]) -> Operation<'a>, operation, (Op::Identity, "");
    /// Layers; those of users' own in the order in which they stand there.
    nodes(
        sources: Source,
        tensors: Tensor<'a>,
        operations: Operation<'a>,
        own: Own<'a>
    ) -> Node<'a>, node, Node {
        path: "", op: Op::Identity, text: "", inputs: &[], output: Shape::Vector(0), tensors: &[],
    };
    /// Outputs of a network.
    outputs() -> Output, output, Output { layer: 0, training_only: false };
    /// Values with names.
    labels() -> Label<'a>, label, Label { path: "", source: Source::Input(0) };
    /// Blocks that layers were written in.
    blocks() -> Block<'a>, block, Block::new("", "", 0, 0, 0);
}

impl<'a> Reader<'a> {
    pub(super) const fn number(&mut self) -> usize {
        let (bytes, mut n, mut at) = (self.text.as_bytes(), 0, self.at);
        while bytes[at] != b' ' {
            n = 10 * n + (bytes[at] - b'0') as usize;
            at += 1;
        }
        self.at = at + 1;
        n
    }

    pub(super) const fn text(&mut self) -> &'a str {
        let len = self.number();
        let text = self.text.split_at(self.at).1.split_at(len).0;
        self.at += len;
        text
    }

    pub(super) const fn flag(&mut self) -> bool {
        self.number() != 0
    }

    pub(super) const fn float(&mut self) -> f32 {
        f32::from_bits(self.number() as u32)
    }

    pub(super) const fn real(&mut self) -> Real {
        Real::new(self.float())
    }

    pub(super) const fn perhaps(&mut self) -> Option<Real> {
        if self.flag() { Some(self.real()) } else { None }
    }

    /// A number that is not written because only rustc knows it.
    pub(super) const fn unknown(&mut self) -> u64 {
        0
    }

    pub(super) const fn pair(&mut self) -> [usize; 2] {
        [self.number(), self.number()]
    }

    pub(super) const fn four(&mut self) -> [usize; 4] {
        [self.number(), self.number(), self.number(), self.number()]
    }

    /// A part of a list.
    const fn part<T>(&mut self, list: &'a [T]) -> &'a [T] {
        let (first, len) = (self.number(), self.number());
        list.split_at(first).1.split_at(len).0
    }

    pub(super) const fn dims(&mut self) -> &'a [usize] {
        self.part(self.lists.numbers)
    }

    pub(super) const fn table(&mut self) -> Option<Table<'a>> {
        if self.flag() { Some(self.part(self.lists.rows)) } else { None }
    }

    const fn operation(&mut self) -> Operation<'a> {
        (self.op(), self.text())
    }

    const fn node(&mut self) -> Node<'a> {
        let path = self.text();
        let (mut op, text) = self.lists.operations[self.number()];
        let (inputs, output) = (self.part(self.lists.sources), self.shape());
        let tensors = match op {
            Op::Custom { path, .. } => {
                let Own { macs, tensors } = self.lists.own[self.number()];
                op = Op::Custom { path, macs };
                tensors
            }
            _ => self.part(self.lists.tensors),
        };
        Node { path, op, text, inputs, output, tensors }
    }
}
