//! EfficientNet (Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural
//! networks", 2019), with the parameter names of torchvision.
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
