//! Layers without a kernel in blocks of channels.

use super::{Candidate, FLAT, Site};
use crate::plan::{Chosen, Kernel};

pub(super) static PRELU: &[Candidate] = &[Candidate::new("elementwise", FLAT, prelu)];

pub(super) static SOFTMAX: &[Candidate] =
    &[Candidate::new("direct", FLAT, |site| from_output(Kernel::Softmax(site.output)))];

pub(super) static LOG_SOFTMAX: &[Candidate] =
    &[Candidate::new("direct", FLAT, |site| from_output(Kernel::LogSoftmax(site.output)))];

pub(super) static CUSTOM: &[Candidate] = &[Candidate::new("user's", FLAT, own)];

fn prelu(site: &Site<'_>) -> Chosen {
    Chosen::reading(Kernel::Prelu(site.output))
}

/// A kernel whose backward pass reads the output.
fn from_output(kernel: Kernel) -> Chosen {
    Chosen { reads_output: true, ..Chosen::plain(kernel) }
}

fn own(site: &Site<'_>) -> Chosen {
    let kernel = Kernel::Own(site.own.unwrap_or_default());
    Chosen { reads_input: true, ..from_output(kernel) }
}
