//! A kernel that was chosen, with what a plan must know of it.

use super::Kernel;

/// A kernel, and what a plan must know of it.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The kernel.
    pub kernel: Kernel,
    /// Lengths of its packed tensors, where those are not its parameters'.
    pub packed: Option<Vec<usize>>,
    /// Whether backward reads the inputs.
    pub reads_input: bool,
    /// Whether backward reads the output.
    pub reads_output: bool,
    /// Floats per image that forward saves.
    pub saved: usize,
    /// Floats per batch that forward saves.
    pub stats: usize,
    /// Whether it can work in place; the halos are then the same.
    pub in_place: bool,
    /// Rows and columns of zeros that it reads around its inputs.
    pub halo: usize,
    /// Rows and columns of zeros that backward reads around the output's gradient.
    pub d_halo: usize,
    /// Whether the pixels of an input of few channels may lie side by side, and those of others in
    /// planes.
    pub few: bool,
}

impl Chosen {
    /// A kernel that needs nothing.
    pub fn plain(kernel: Kernel) -> Self {
        Self {
            kernel,
            packed: None,
            reads_input: false,
            reads_output: false,
            saved: 0,
            stats: 0,
            in_place: false,
            halo: 0,
            d_halo: 0,
            few: false,
        }
    }

    /// A kernel whose backward pass reads the inputs.
    pub fn reading(kernel: Kernel) -> Self {
        Self { reads_input: true, ..Self::plain(kernel) }
    }
}

/// A candidate that does not take a layer.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Its algorithm.
    pub algorithm: &'static str,
    /// How its tensors would lie.
    pub form: &'static str,
    /// Why.
    pub why: &'static str,
}
