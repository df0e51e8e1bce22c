//! MobileNets: convolutions taken apart into depthwise and 1×1 ones, with the parameter names of
//! torchvision.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    block convolution(f, k, s = 1) {
        conv(f, k, stride=s, pad=k/2, bias=false) -> bn -> relu6
    }

    block depthwise_convolution(s) {
        depthwise(3x3, stride=s, pad=1, bias=false) -> bn -> relu6
    }

    inline block residual(t, c, s) {
        if t >= 2 { convolution(t*C, 1) } -> depthwise_convolution(s)
        -> conv(c, 1x1, bias=false) -> bn
    }

    block inverted_residual(t, c, s) {
        if s == 1 && c == C { add(_ | conv: residual(t, c, s)) } else { conv: residual(t, c, s) }
    }

    // A row of the paper's table 2: expansion, channels, repetitions, stride of the first.
    inline block row(t, c, n, s) {
        inverted_residual(t, c, s) -> if n >= 2 { inverted_residual(t, c, 1) * (n - 1) }
    }

    /// MobileNetV2 (Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018),
    /// 3,504,872 parameters.
    pub struct MobileNetV2<
        3x224x224
        -> features: {
            convolution(32, 3, 2)
            -> row(1, 16, 1, 1)
            -> row(6, 24, 2, 2)
            -> row(6, 32, 3, 2)
            -> row(6, 64, 4, 2)
            -> row(6, 96, 3, 1)
            -> row(6, 160, 3, 2)
            -> row(6, 320, 1, 1)
            -> convolution(1280, 1)
        }
        -> global_avgpool -> flatten -> classifier: { dropout(0.2) -> dense(1000) }
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallMobileNetV2<
        3x32x32
        -> features: {
            convolution(8, 3, 2) -> row(1, 4, 1, 1) -> row(3, 6, 2, 2) -> convolution(20, 1)
        }
        -> global_avgpool -> flatten -> classifier: { dropout(0.2) -> dense(5) }
    >;
}

const _: () = assert!(MobileNetV2::PARAMETERS == 3_504_872);
