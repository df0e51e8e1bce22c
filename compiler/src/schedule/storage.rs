//! Where every tensor of the `state_dict` lies.

use crate::net::Net;
use crate::plan::Stretch;
use cnn_ir::Role;

/// Tensors start at multiples of this many floats, a cache line.
pub(super) const ALIGN: usize = 16;

/// The buffers of parameters: trainable ones contiguous, running statistics contiguous, counters.
#[derive(Clone, Debug)]
pub struct Storage {
    /// For each node, for each of its tensors, where it lies in the buffer of its role.
    pub places: Vec<Vec<Stretch>>,
    /// Floats of the trainable buffer.
    pub trainable: usize,
    /// Floats of the running statistics.
    pub buffers: usize,
    /// Counters.
    pub counters: usize,
}

impl Storage {
    /// Lays the tensors of a network out in order.
    pub fn new(net: &Net) -> Self {
        let mut storage = Self { places: Vec::new(), trainable: 0, buffers: 0, counters: 0 };
        for node in &net.nodes {
            let mut places = Vec::new();
            for param in &node.layer.params {
                let len = param.len();
                let (end, step) = match param.role {
                    Role::Trainable => (&mut storage.trainable, len.next_multiple_of(ALIGN)),
                    Role::Buffer => (&mut storage.buffers, len.next_multiple_of(ALIGN)),
                    Role::Counter => (&mut storage.counters, 1),
                };
                places.push(Stretch { offset: *end, len });
                *end += step;
            }
            storage.places.push(places);
        }
        storage
    }

    /// A node's tensors of one role.
    pub fn of(&self, net: &Net, node: usize, role: Role) -> Vec<Stretch> {
        let params = &net.nodes[node].layer.params;
        params
            .iter()
            .zip(&self.places[node])
            .filter(|(p, _)| p.role == role)
            .map(|(_, s)| *s)
            .collect()
    }
}
