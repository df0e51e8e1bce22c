//! Blocks and networks that the tests of `cnn` use from another crate.

/// Blocks.
pub mod blocks {
    cnn::cnn! {
        // Not for others, and there is another block of the name where this one is used.
        inline block unit(f, s) { conv(f, 3x3, stride=s, pad=1, bias=false) -> bn }

        pub block residual(f, s = 1) {
            add(
                first: { unit(f, s) -> relu } -> second: { unit(f, 1) }
                | if s == 1 && f == C { _ } else { short: { conv(f, 1x1, stride=s, bias=false) -> bn } }
            ) -> relu
        }
    }
}

/// Networks.
pub mod trunks {
    cnn::cnn! {
        use crate::blocks::residual;

        /// A body with a head that exists in training only.
        pub struct Trunk<
            3x16x16 -> stem: conv(8, 3x3, pad=1) -> bn -> relu -> body: residual(8);
            aux: body -> global_avgpool -> flatten -> dense(4);
            out: body -> residual(12, s=2)
            => out, train aux
        > with bias=false, init=he;
    }
}
