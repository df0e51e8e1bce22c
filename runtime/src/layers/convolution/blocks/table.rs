//! Convolution by a connection table in blocks of sixteen channels: with zeros for the connections that
//! are not there, as [`crate::layers::convolution::table::Connected`] says.

use super::conv::Conv;
use super::packed::Packed;
use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::layers::convolution::conv::Geometry;
use crate::layers::convolution::table::{Connections, Table};
use crate::layout::{Blocked, Frame};

/// The convolution in training.
#[derive(Clone, Copy, Debug)]
pub struct Connected {
    pub(super) conv: Conv<false>,
    pub(super) connections: Connections,
}

impl Connected {
    /// The convolution, of one group, and the table.
    pub const fn new(g: Geometry, table: Table, frame: Frame) -> Self {
        Self {
            conv: Conv::new(g, frame).with_table(table),
            connections: Connections::new(&g, table),
        }
    }

    /// Scratch of the forward pass: that of the convolution, and the weights with the zeros.
    pub const fn room(&self) -> Room {
        let room = self.conv.room();
        Room { batch: room.batch + self.connections.dense(), ..room }
    }

    /// Scratch of the backward pass: besides, the gradient of those weights and its partial sums.
    pub const fn room_backward(&self) -> Room {
        let (room, dense) = (self.conv.room_backward(), self.connections.dense());
        Room { batch: room.batch + 2 * dense, leaf: room.leaf + dense, ..room }
    }
}

impl Kernel<Blocked> for Connected {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, mut t: Forward<'_>) {
        let dense = self.connections.dense();
        let (dense, scratch) = core::mem::take(&mut t.scratch).split_at_mut(dense);
        self.connections.forward(&self.conv, activation, cx, t, dense, scratch);
    }
}

/// The convolution in inference, packed as any other.
#[derive(Clone, Copy, Debug)]
pub struct PackedTable {
    packed: Packed<false>,
    connections: Connections,
}

impl PackedTable {
    /// The convolution, of one group, and the table; whether it has a bias, and the ε of a batch norm
    /// after it.
    pub const fn new(
        g: Geometry,
        table: Table,
        bias: bool,
        norm: Option<f32>,
        frame: Frame,
    ) -> Self {
        let mut packed = Packed::new(g, bias, norm, frame);
        packed.conv = packed.conv.with_table(table);
        Self { packed, connections: Connections::new(&g, table) }
    }
}

impl Kernel<Blocked> for PackedTable {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        self.packed.forward(activation, cx, t);
    }
}

impl PackParams<Blocked> for PackedTable {
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let mut dense = vec![0.0; self.connections.dense()];
        self.connections.expand(params[0], &mut dense);
        let all: Vec<&[f32]> = [&*dense].into_iter().chain(params[1..].iter().copied()).collect();
        self.packed.pack(&all, packed);
    }
}
