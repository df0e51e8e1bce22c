//! ConvNeXt (Liu et al., "A ConvNet for the 2020s", 2022), with the parameter names of torchvision.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing), the shorter side resized to 236
//! pixels.

use cnn::cnn;

cnn! {
    // The probability of being dropped grows with the block's number i, of n.
    block convnext_block(i, n) {
        add(_
            | block: {
                depthwise(7x7, pad=3) -> identity -> ln(eps=1e-6)
                -> pointwise(4*C) -> gelu -> pointwise(C)
            }
            -> layer_scale: scale(bare=true, init=constant(1e-6)) -> drop_path(0.1*i/(n - 1))
        )
    }

    block stage(times, first, n) { { convnext_block(first + j, n) for j in 0..times } }

    block stem(f) { conv(f, 4x4, stride=4) -> ln(eps=1e-6) }

    block down(f) { ln(eps=1e-6) -> conv(f, 2x2, stride=2) }

    inline block head(classes) {
        global_avgpool -> classifier: { ln(eps=1e-6) -> flatten -> dense(classes) }
    }

    /// ConvNeXt-T, 28,589,128 parameters.
    pub struct ConvNeXtTiny<
        3x224x224
        -> features: {
            stem(96)
            -> stage(3, 0, 18) -> down(192)
            -> stage(3, 3, 18) -> down(384)
            -> stage(9, 6, 18) -> down(768)
            -> stage(3, 15, 18)
        }
        -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallConvNeXt<
        3x32x32
        -> features: { stem(8) -> stage(1, 0, 3) -> down(12) -> stage(2, 1, 3) }
        -> head(5)
    >;
}

const _: () = assert!(ConvNeXtTiny::PARAMETERS == 28_589_128);
