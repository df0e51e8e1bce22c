//! MobileNets: convolutions taken apart into depthwise and 1×1 ones, with the parameter names of
//! torchvision, which has the second and the third.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    block convolution(f, s) { conv(f, 3x3, stride=s, pad=1, bias=false) -> bn -> relu }

    // Figure 3 of the paper.
    block separable(f, s = 1) {
        depthwise(3x3, stride=s, pad=1, bias=false) -> bn -> relu
        -> conv(f, 1x1, bias=false) -> bn -> relu
    }

    inline block head(classes) { global_avgpool -> flatten -> classifier: dense(classes) }

    /// MobileNetV1 (Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision
    /// applications", 2017), 4,231,976 parameters.
    // The stride of the last but one is 2; that of the last is 2 in table 1 as well, whose sizes say 1.
    pub struct MobileNetV1<
        3x224x224
        -> features: {
            convolution(32, 2)
            -> separable(64)
            -> separable(128, 2) -> separable(128)
            -> separable(256, 2) -> separable(256)
            -> separable(512, 2) -> separable(512) * 5
            -> separable(1024, 2) -> separable(1024)
        }
        -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallMobileNetV1<
        3x32x32
        -> features: {
            convolution(8, 2) -> separable(12) -> separable(20, 2) -> separable(20)
        }
        -> head(5)
    >;
}

const _: () = assert!(MobileNetV1::PARAMETERS == 4_231_976);

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

cnn! {
    inline block activation(swish) { if swish == 1 { hardswish } else { relu } }

    block convolution(f, k, s, swish) {
        conv(f, k, stride=s, pad=k/2, bias=false) -> bn(eps=1e-3, momentum=0.01) -> activation(swish)
    }

    block depthwise_convolution(k, s, swish) {
        depthwise(k, stride=s, pad=k/2, bias=false) -> bn(eps=1e-3, momentum=0.01)
        -> activation(swish)
    }

    block projection(f) { conv(f, 1x1, bias=false) -> bn(eps=1e-3, momentum=0.01) }

    block squeeze_excitation(r) {
        mul(_ | global_avgpool -> fc1: conv(r, 1x1) -> relu -> fc2: conv(C, 1x1) -> hardsigmoid)
    }

    inline block layers(k, e, f, r, swish, s) {
        if e != C { convolution(e, 1, 1, swish) } -> depthwise_convolution(k, s, swish)
        -> if r >= 1 { squeeze_excitation(r) } -> projection(f)
    }

    // A row of the paper's table 1: kernel, expansion, channels, width of the squeeze (0: there is
    // none), whether it swishes, stride.
    block bneck(k, e, f, r, swish, s = 1) {
        if s == 1 && f == C { add(_ | block: layers(k, e, f, r, swish, s)) }
        else { block: layers(k, e, f, r, swish, s) }
    }

    inline block head(width, classes) {
        global_avgpool -> flatten
        -> classifier: { dense(width) -> hardswish -> dropout(0.2) -> dense(classes) }
    }

    /// MobileNetV3-Large (Howard et al., "Searching for MobileNetV3", 2019), 5,483,032 parameters.
    pub struct MobileNetV3<
        3x224x224
        -> features: {
            convolution(16, 3, 2, 1)
            -> bneck(3, 16, 16, 0, 0)
            -> bneck(3, 64, 24, 0, 0, 2)
            -> bneck(3, 72, 24, 0, 0)
            -> bneck(5, 72, 40, 24, 0, 2)
            -> bneck(5, 120, 40, 32, 0) * 2
            -> bneck(3, 240, 80, 0, 1, 2)
            -> bneck(3, 200, 80, 0, 1)
            -> bneck(3, 184, 80, 0, 1) * 2
            -> bneck(3, 480, 112, 120, 1)
            -> bneck(3, 672, 112, 168, 1)
            -> bneck(5, 672, 160, 168, 1, 2)
            -> bneck(5, 960, 160, 240, 1) * 2
            -> convolution(960, 1, 1, 1)
        }
        -> head(1280, 1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallMobileNetV3<
        3x32x32
        -> features: {
            convolution(8, 3, 2, 1)
            -> bneck(3, 8, 8, 0, 0) -> bneck(5, 24, 16, 8, 0, 2) -> bneck(3, 32, 16, 8, 1)
            -> convolution(96, 1, 1, 1)
        }
        -> head(16, 5)
    >;
}

const _: () = assert!(MobileNetV3::PARAMETERS == 5_483_032);
