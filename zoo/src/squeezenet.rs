//! SqueezeNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
//! <0.5MB model size", 2016), with the parameter names of torchvision.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    // s channels, expanded to e of 1x1 and e of 3x3 filters.
    block fire(s, e) {
        squeeze: conv(s, 1x1) -> relu
        -> concat(expand1x1: conv(e, 1x1) -> relu | expand3x3: conv(e, 3x3, pad=1) -> relu)
    }

    inline block halve { maxpool(3, stride=2, ceil) }

    inline block head(classes) {
        classifier: { dropout(0.5) -> conv(classes, 1x1) -> relu -> global_avgpool } -> flatten
    }

    /// SqueezeNet 1.0, the paper's, 1,248,424 parameters.
    pub struct SqueezeNet1x0<
        3x224x224
        -> features: {
            conv(96, 7x7, stride=2) -> relu -> halve
            -> fire(16, 64) -> fire(16, 64) -> fire(32, 128) -> halve
            -> fire(32, 128) -> fire(48, 192) -> fire(48, 192) -> fire(64, 256) -> halve
            -> fire(64, 256)
        }
        -> head(1000)
    >;

    /// SqueezeNet 1.1 of its authors' repository: as accurate with 2.4 times fewer operations,
    /// 1,235,496 parameters.
    pub struct SqueezeNet<
        3x224x224
        -> features: {
            conv(64, 3x3, stride=2) -> relu -> halve
            -> fire(16, 64) -> fire(16, 64) -> halve
            -> fire(32, 128) -> fire(32, 128) -> halve
            -> fire(48, 192) -> fire(48, 192) -> fire(64, 256) -> fire(64, 256)
        }
        -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallSqueezeNet<
        3x32x32
        -> features: {
            conv(8, 3x3, stride=2) -> relu -> halve -> fire(4, 8) -> fire(6, 10) -> halve
        }
        -> head(5)
    >;
}

const _: () = assert!(SqueezeNet1x0::PARAMETERS == 1_248_424);
const _: () = assert!(SqueezeNet::PARAMETERS == 1_235_496);
