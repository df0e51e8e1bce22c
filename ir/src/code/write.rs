//! Writing a graph.

use super::Operation;
use crate::graph::{Graph, Node};
use crate::op::{Op, Table};
use crate::real::Real;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::marker::PhantomData;
use core::mem;

/// The lists of a graph as text; [`Code`](super::Code) has them under the same names.
#[derive(Default)]
#[non_exhaustive]
pub struct Written {
    /// Dimensions of tensors.
    pub dims: List,
    /// Channels that filters see.
    pub channels: List,
    /// The same for each filter of convolutions with a table.
    pub rows: List,
    /// Inputs of layers.
    pub sources: List,
    /// Tensors of layers.
    pub tensors: List,
    /// Operations of layers, each with its text.
    pub operations: List,
    /// Layers.
    pub nodes: List,
    /// Outputs of the network.
    pub outputs: List,
    /// Values with names.
    pub labels: List,
    /// Blocks that layers were written in.
    pub blocks: List,
}

/// A list as text: parts that others refer to, each of them once.
#[derive(Default)]
pub struct List {
    /// The elements one after the other.
    pub text: String,
    /// How many there are.
    pub len: usize,
    /// Where each part starts.
    places: BTreeMap<String, usize>,
}

impl List {
    /// Where a part of this text and length starts.
    fn place(&mut self, part: String, len: usize) -> usize {
        if let Some(&place) = self.places.get(&part) {
            return place;
        }
        let place = self.len;
        self.text.push_str(&part);
        self.len += len;
        self.places.insert(part, place);
        place
    }
}

/// The graph as text but for its name and its inputs. Of users' own layers, which stand there in order,
/// neither the tensors nor the multiply–adds are written: only rustc knows them.
pub fn write(graph: &Graph<'_>) -> Written {
    let mut writer =
        Writer { text: String::new(), code: Written::default(), own: 0, lifetime: PhantomData };
    writer.place(|c| &mut c.nodes, graph.nodes, Writer::node);
    writer.place(|c| &mut c.outputs, graph.outputs, Writer::output);
    writer.place(|c| &mut c.labels, graph.labels, Writer::label);
    writer.place(|c| &mut c.blocks, graph.blocks, Writer::block);
    writer.code
}

pub(super) struct Writer<'a> {
    /// The part of a list that is being written.
    text: String,
    code: Written,
    /// How many of the users' own layers have been written.
    own: usize,
    lifetime: PhantomData<&'a ()>,
}

impl<'a> Writer<'a> {
    pub(super) fn number(&mut self, n: usize) {
        self.text.push_str(&n.to_string());
        self.text.push(' ');
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.text.push_str(text);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.number(flag.into());
    }

    pub(super) fn float(&mut self, x: f32) {
        self.number(x.to_bits() as usize);
    }

    pub(super) fn real(&mut self, x: Real) {
        self.float(x.get());
    }

    pub(super) fn perhaps(&mut self, x: Option<Real>) {
        self.flag(x.is_some());
        if let Some(x) = x {
            self.real(x);
        }
    }

    pub(super) fn unknown(&mut self, _: u64) {}

    pub(super) fn pair(&mut self, numbers: [usize; 2]) {
        for n in numbers {
            self.number(n);
        }
    }

    pub(super) fn four(&mut self, numbers: [usize; 4]) {
        for n in numbers {
            self.number(n);
        }
    }

    /// Where a part of a list starts; it is added if the list has no such part.
    fn place<T: Copy>(
        &mut self,
        list: fn(&mut Written) -> &mut List,
        part: &[T],
        write: fn(&mut Self, T),
    ) -> usize {
        let around = mem::take(&mut self.text);
        for &element in part {
            write(self, element);
        }
        let text = mem::replace(&mut self.text, around);
        list(&mut self.code).place(text, part.len())
    }

    /// Where a part of a list starts, and how long it is.
    fn part<T: Copy>(
        &mut self,
        list: fn(&mut Written) -> &mut List,
        part: &[T],
        write: fn(&mut Self, T),
    ) {
        let place = self.place(list, part, write);
        self.number(place);
        self.number(part.len());
    }

    pub(super) fn dims(&mut self, dims: &[usize]) {
        self.part(|c| &mut c.dims, dims, Self::number);
    }

    pub(super) fn table(&mut self, table: Option<Table<'a>>) {
        self.flag(table.is_some());
        if let Some(table) = table {
            self.part(
                |c| &mut c.rows,
                table,
                |w, row| {
                    w.part(|c| &mut c.channels, row, Self::number);
                },
            );
        }
    }

    fn operation(&mut self, (op, text): Operation<'a>) {
        self.op(op);
        self.text(text);
    }

    fn node(&mut self, node: Node<'a>) {
        let Node { path, op, text, inputs, output, tensors } = node;
        self.text(path);
        let operation = self.place(|c| &mut c.operations, &[(op, text)], Self::operation);
        self.number(operation);
        self.part(|c| &mut c.sources, inputs, Self::source);
        self.shape(output);
        if let Op::Custom { .. } = op {
            self.number(self.own);
            self.own += 1;
        } else {
            self.part(|c| &mut c.tensors, tensors, Self::tensor);
        }
    }
}
