//! The residual networks of 6n + 2 layers for CIFAR-10 (He, Zhang, Ren and Sun, "Deep residual learning
//! for image recognition", 2016, section 4.2).
//!
//! Images: 32×32 pixels, each channel of zero mean and unit variance over the training images. To train,
//! the paper pads them by four pixels on each side, cuts out 32×32 at random and flips half of them.

use cnn::cnn;

cnn! {
    // Where channels double, the shortcut has no parameters (option A): every other row and column,
    // between channels of zeros, half of them on either side.
    pub inline block zero_padded(s) {
        maxpool(1, stride=s)
        -> concat(split(2, 0) -> rescale(0) | _ | split(2, 1) -> rescale(0))
    }

    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s != 1 { zero_padded(s) }
        ) -> relu
    }

    inline block stem(f) { conv1: conv(f, 3x3, pad=1, bias=false) -> bn1: bn -> relu }

    // n blocks a stage.
    inline block body(n, f) {
        stem(f)
        -> layer1: { basic(f) * n }
        -> layer2: { basic(2*f, 2) -> basic(2*f) * (n - 1) }
        -> layer3: { basic(4*f, 2) -> basic(4*f) * (n - 1) }
    }

    inline block head(classes) { global_avgpool -> flatten -> fc: dense(classes) }

    /// ResNet-20, 269,722 parameters.
    pub struct ResNet20< 3x32x32 -> body(3, 16) -> head(10) >;

    /// ResNet-56, 853,018 parameters.
    pub struct ResNet56< 3x32x32 -> body(9, 16) -> head(10) >;

    /// ResNet-110, 1,727,962 parameters.
    pub struct ResNet110< 3x32x32 -> body(18, 16) -> head(10) >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallCifarResNet< 3x16x16 -> body(2, 6) -> head(5) >;
}

const _: () = assert!(ResNet20::PARAMETERS == 269_722);
const _: () = assert!(ResNet56::PARAMETERS == 853_018);
const _: () = assert!(ResNet110::PARAMETERS == 1_727_962);
