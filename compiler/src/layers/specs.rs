//! Arguments that layers of several families take.

use crate::args::{Args, Kind, Spec};
use cnn_ir::{Border, Real, Rounding};

/// What padding can hold.
pub(super) const MODES: &[&str] = &["zero", "reflect", "replicate", "circular"];

pub(super) const PAD: Spec = Spec::optional(
    "pad",
    Kind::Padding,
    "rows and columns around the input: n, (height, width), (top, bottom, left, right), same, keep, valid (0)",
);
pub(super) const PAD_MODE: Spec = Spec::optional(
    "pad_mode",
    Kind::Word(MODES),
    "what the padding holds: zero, reflect, replicate, circular (zero)",
)
.network_wide();
pub(super) const DILATION: Spec =
    Spec::optional("dilation", Kind::Pair(1), "spacing of the kernel's elements (1)");
pub(super) const BIAS: Spec =
    Spec::optional("bias", Kind::Flag, "whether a bias is added (true)").network_wide();
pub(super) const ROUND: Spec = Spec::optional(
    "round",
    Kind::Word(&["floor", "ceil", "exact"]),
    "what happens to a remainder (floor)",
)
.network_wide();

/// The rounding that the call or the network asks for.
pub(super) fn rounding(args: &Args) -> Rounding {
    match args.word("round") {
        Some("ceil") => Rounding::Ceil,
        Some("exact") => Rounding::Exact,
        _ => Rounding::Floor,
    }
}

/// What padding of this mode holds; in mode `zero`, this value.
pub(super) fn border(mode: &str, value: f32) -> Border {
    match mode {
        "reflect" => Border::Reflect,
        "replicate" => Border::Replicate,
        "circular" => Border::Circular,
        _ => Border::Constant(Real::new(value)),
    }
}
