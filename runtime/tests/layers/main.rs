//! Every layer: the oracle against finite differences, and every kernel against the oracle, in
//! every layout and on every instruction set that the machine has.

mod activations;
mod blocked;
mod channels;
mod choices;
mod gradients;
mod harness;
mod kernels;
mod nonfinite;
mod norms;
mod pools;
mod random_convolutions;
mod sizes;
mod threads;
