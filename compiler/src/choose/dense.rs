//! Dense layers.

use super::{Candidate, INTERLEAVED, PLANES, Site};
use crate::plan::{BLOCK, Chosen, Kernel, Multiplying};

/// Weights up to which they are packed in inference: a near cache holds them. Beyond, they come from the
/// memory, where only the order in which they lie there counts.
const PACKED: usize = 1 << 18;

pub(super) static DENSE: &[Candidate] = &[
    Candidate::new("packed", PLANES, |site| {
        let packed = vec![packed_weights(site), site.output.len().next_multiple_of(BLOCK)];
        Chosen { packed: Some(packed), ..dense(site, Multiplying::Packed) }
    })
    .when(|site| match packed_weights(site) <= PACKED {
        true => Ok(()),
        false => Err("no near cache holds the weights"),
    })
    .costs(macs)
    .in_inference(),
    Candidate::new("gemm", PLANES, |site| dense(site, Multiplying::Gemm)).costs(macs),
    Candidate::new("direct", INTERLEAVED, |site| dense(site, Multiplying::Direct)).costs(macs),
];

fn packed_weights(site: &Site<'_>) -> usize {
    site.output.len().next_multiple_of(BLOCK).saturating_mul(site.input().len())
}

fn macs(site: &Site<'_>) -> u64 {
    site.op.macs(site.input(), site.output)
}

fn dense(site: &Site<'_>, by: Multiplying) -> Chosen {
    let (inputs, outputs) = (site.input().len(), site.output.len());
    Chosen::reading(Kernel::Dense { by, inputs, outputs })
}
