//! EfficientNet (Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural
//! networks", 2019), with the parameter names of torchvision, and EfficientNet-Lite0, with those of the PyPI
//! package `efficientnet_lite_pytorch`.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing), resized with bicubic
//! interpolation.

use cnn::cnn;

cnn! {
    block convolution(f, k, s = 1) {
        conv(f, k, stride=s, pad=k/2, bias=false) -> bn -> silu
    }

    block depthwise_convolution(k, s) {
        depthwise(k, stride=s, pad=k/2, bias=false) -> bn -> silu
    }

    block projection(f) { conv(f, 1x1, bias=false) -> bn }

    block squeeze_excitation(r) {
        mul(_ | global_avgpool -> fc1: conv(r, 1x1) -> silu -> fc2: conv(C, 1x1) -> sigmoid)
    }

    inline block layers(t, k, s, f) {
        if t >= 2 { convolution(t*C, 1) } -> depthwise_convolution(k, s)
        -> squeeze_excitation(C/4) -> projection(f)
    }

    // The inverted residual of MobileNetV2 with squeeze-and-excitation. The probability of being
    // dropped grows with the block's number i, of n.
    block mbconv(t, k, s, f, i, n) {
        if s == 1 && f == C { add(_ | block: layers(t, k, s, f) -> drop_path(0.2*i/n)) }
        else { block: layers(t, k, s, f) }
    }

    // A row of the paper's table 1: expansion, kernel, stride, channels, repetitions; then the number
    // of the first block, of so many.
    block stage(t, k, s, f, times, first, n) {
        mbconv(t, k, s, f, first, n)
        -> if times >= 2 { { mbconv(t, k, 1, f, first + j, n) for j in 1..times } }
    }

    inline block head(classes) {
        global_avgpool -> flatten -> classifier: { dropout(0.2) -> dense(classes) }
    }

    /// EfficientNet-B0, 5,288,548 parameters.
    pub struct EfficientNetB0<
        3x224x224
        -> features: {
            convolution(32, 3, 2)
            -> stage(1, 3, 1, 16, 1, 0, 16)
            -> stage(6, 3, 2, 24, 2, 1, 16)
            -> stage(6, 5, 2, 40, 2, 3, 16)
            -> stage(6, 3, 2, 80, 3, 5, 16)
            -> stage(6, 5, 1, 112, 3, 8, 16)
            -> stage(6, 5, 2, 192, 4, 11, 16)
            -> stage(6, 3, 1, 320, 1, 15, 16)
            -> convolution(1280, 1)
        }
        -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallEfficientNet<
        3x32x32
        -> features: {
            convolution(8, 3, 2)
            -> stage(1, 3, 1, 8, 1, 0, 3) -> stage(3, 5, 2, 16, 2, 1, 3)
            -> convolution(20, 1)
        }
        -> head(5)
    >;
}

const _: () = assert!(EfficientNetB0::PARAMETERS == 5_288_548);

cnn! {
    // The inverted residual of MobileNetV2, without squeeze-and-excitation.
    inline block lite_layers(t, k, s, f) {
        if t >= 2 {
            _expand_conv: conv(t*C, 1x1, bias=false) -> _bn0: bn(eps=1e-3, momentum=0.01) -> relu6
        }
        -> _depthwise_conv: depthwise(k, stride=s, pad=same, bias=false)
        -> _bn1: bn(eps=1e-3, momentum=0.01) -> relu6
        -> _project_conv: conv(f, 1x1, bias=false) -> _bn2: bn(eps=1e-3, momentum=0.01)
    }

    // The probability of being dropped grows with the block's number i, of n.
    block lite_mbconv(t, k, s, f, i, n) {
        if s == 1 && f == C { add(_ | lite_layers(t, k, s, f) -> drop_path(0.2*i/n)) }
        else { lite_layers(t, k, s, f) }
    }

    // Expansion, kernel, stride, channels, repetitions; then the number of the first block, of so many.
    inline block lite_stage(t, k, s, f, times, first, n) {
        lite_mbconv(t, k, s, f, first, n)
        -> if times >= 2 { { lite_mbconv(t, k, 1, f, first + j, n) for j in 1..times } }
    }

    inline block lite_stem(f) {
        _conv_stem: conv(f, 3x3, stride=2, pad=same, bias=false)
        -> _bn0: bn(eps=1e-3, momentum=0.01) -> relu6
    }

    inline block lite_top(f) {
        _conv_head: conv(f, 1x1, bias=false) -> _bn1: bn(eps=1e-3, momentum=0.01) -> relu6
        -> global_avgpool -> flatten
    }

    inline block lite0() {
        lite_stem(32)
        -> _blocks: {
            lite_stage(1, 3, 1, 16, 1, 0, 16)
            -> lite_stage(6, 3, 2, 24, 2, 1, 16)
            -> lite_stage(6, 5, 2, 40, 2, 3, 16)
            -> lite_stage(6, 3, 2, 80, 3, 5, 16)
            -> lite_stage(6, 5, 1, 112, 3, 8, 16)
            -> lite_stage(6, 5, 2, 192, 4, 11, 16)
            -> lite_stage(6, 3, 1, 320, 1, 15, 16)
        }
        -> lite_top(1280)
    }

    /// EfficientNet-Lite0 (<https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite>),
    /// 4,652,008 parameters: EfficientNet-B0 without squeeze-and-excitation, with relu6 in the place of swish, for
    /// devices. Images have values from 0 to 1, minus 127/255, over 128/255; the file of weights that
    /// `zoo/reference/efficientnet_lite0.py` writes says so itself.
    pub struct EfficientNetLite0<3x224x224 -> lite0 -> dropout(0.2) -> _fc: dense(1000)>;

    /// The same without its classifier, 3,371,008 parameters: 1,280 features of an image. Another network has it as
    /// `net(cnn_zoo::efficientnet::EfficientNetLite0Features => 1280)`.
    pub struct EfficientNetLite0Features<3x224x224 -> lite0>;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallEfficientNetLite<
        3x32x32
        -> lite_stem(8)
        -> _blocks: { lite_stage(1, 3, 1, 8, 1, 0, 3) -> lite_stage(3, 5, 2, 16, 2, 1, 3) }
        -> lite_top(20) -> dropout(0.2) -> _fc: dense(5)
    >;
}

const _: () = assert!(EfficientNetLite0::PARAMETERS == 4_652_008);
const _: () = assert!(EfficientNetLite0Features::PARAMETERS == 3_371_008);
