//! Inception-ResNets (Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact
//! of residual connections on learning", 2017): inception modules as residual functions, scaled down
//! before they are added. Parameters have the names of Cadene's `pretrainedmodels`, whose weights of v2
//! are those that the authors released; v1 is named alike.
//!
//! Images: RGB, the shorter side resized to 342 pixels, the middle 299×299 cut out, values from 0 to 1,
//! mean and standard deviation 0.5 in every channel.

use cnn::cnn;

cnn! {
    block convolution(f, h = 1, w = h) {
        conv: conv(f, (h, w), pad=(h/2, w/2), bias=false) -> bn: bn(eps=1e-3) -> relu
    }

    // Without padding.
    block valid(f, k, s = 1) { conv: conv(f, k, stride=s, bias=false) -> bn: bn(eps=1e-3) -> relu }

    // In all modules, d divides the number of filters of narrow networks; a residual counts so many
    // hundredths.

    // For 35x35 positions, through f and g channels in the last branch.
    block block35(f, g, hundredths, d = 1) {
        add(_
            | concat(
                branch0: convolution(32/d)
                | branch1: { convolution(32/d) -> convolution(32/d, 3) }
                | branch2: { convolution(32/d) -> convolution(f/d, 3) -> convolution(g/d, 3) }
            ) -> conv2d: conv(C, 1x1) -> rescale(hundredths/100.0)
        ) -> relu
    }

    // For 17x17: 7x7 as 1x7 and 7x1.
    block block17(one, f, g, h, hundredths, d = 1) {
        add(_
            | concat(
                branch0: convolution(one/d)
                | branch1: {
                    convolution(f/d) -> convolution(g/d, 1, 7) -> convolution(h/d, 7, 1)
                }
            ) -> conv2d: conv(C, 1x1) -> rescale(hundredths/100.0)
        ) -> relu
    }

    // For 8x8.
    inline block residual8(g, h, hundredths, d) {
        add(_
            | concat(
                branch0: convolution(192/d)
                | branch1: {
                    convolution(192/d) -> convolution(g/d, 1, 3) -> convolution(h/d, 3, 1)
                }
            ) -> conv2d: conv(C, 1x1) -> rescale(hundredths/100.0)
        )
    }

    block block8(g, h, hundredths, d = 1) { residual8(g, h, hundredths, d) -> relu }

    // The last one of v2.
    block block8_linear(g, h, d = 1) { residual8(g, h, 100, d) }

    // From 35x35 to 17x17; the paper's k, l and m, and its n, 384.
    block reduction_a(k, l, m, d = 1) {
        concat(
            branch0: valid(384/d, 3, 2)
            | branch1: { convolution(k/d) -> convolution(l/d, 3) -> valid(m/d, 3, 2) }
            | maxpool(3, stride=2)
        )
    }

    // From 17x17 to 8x8.
    block reduction_b(f, g, h, d = 1) {
        concat(
            branch0: { convolution(256/d) -> valid(384/d, 3, 2) }
            | branch1: { convolution(256/d) -> valid(f/d, 3, 2) }
            | branch2: { convolution(256/d) -> convolution(g/d, 3) -> valid(h/d, 3, 2) }
            | maxpool(3, stride=2)
        )
    }

    // Inception-v3's, up to its second pool.
    inline block stem(d = 1) {
        conv2d_1a: valid(32/d, 3, 2) -> conv2d_2a: valid(32/d, 3)
        -> conv2d_2b: convolution(64/d, 3) -> maxpool(3, stride=2)
        -> conv2d_3b: convolution(80/d) -> conv2d_4a: valid(192/d, 3)
    }

    block inception(d = 1) {
        concat(
            branch0: convolution(96/d)
            | branch1: { convolution(48/d) -> convolution(64/d, 5) }
            | branch2: { convolution(64/d) -> convolution(96/d, 3) -> convolution(96/d, 3) }
            | branch3: { avgpool(3, stride=1, pad=1, count_pad=false) -> convolution(64/d) }
        )
    }

    /// Inception-ResNet-v1, 22,756,328 parameters.
    pub struct InceptionResNetV1<
        3x299x299 -> stem -> conv2d_4b: valid(256, 3, 2)
        -> repeat_1: { block35(32, 32, 17) * 5 } -> mixed_6a: reduction_a(192, 192, 256)
        -> repeat_2: { block17(128, 128, 128, 128, 10) * 10 } -> mixed_7a: reduction_b(256, 256, 256)
        -> repeat_3: { block8(192, 192, 20) * 5 }
        -> global_avgpool -> flatten -> dropout(0.2) -> last_linear: dense(1000)
    >;

    /// Inception-ResNet-v2, 55,843,464 parameters. Modules are repeated 10, 20 and 10 times, as in the
    /// weights that the authors released, whose stem it has too; the paper's figure says 5, 10 and 5.
    pub struct InceptionResNetV2<
        3x299x299 -> stem -> maxpool(3, stride=2) -> mixed_5b: inception
        -> repeat: { block35(48, 64, 17) * 10 } -> mixed_6a: reduction_a(256, 256, 384)
        -> repeat_1: { block17(192, 128, 160, 192, 10) * 20 } -> mixed_7a: reduction_b(288, 288, 320)
        -> repeat_2: { block8(224, 256, 20) * 9 } -> block8: block8_linear(224, 256)
        -> conv2d_7b: convolution(1536)
        -> global_avgpool -> flatten -> last_linear: dense(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallInceptionResNet<
        3x75x75 -> stem(32) -> maxpool(3, stride=2) -> mixed_5b: inception(32)
        -> repeat: { block35(48, 64, 17, 32) * 2 } -> mixed_6a: reduction_a(256, 256, 384, 32)
        -> repeat_1: { block17(192, 128, 160, 192, 10, 32) } -> mixed_7a: reduction_b(288, 288, 320, 32)
        -> repeat_2: { block8(224, 256, 20, 32) } -> block8: block8_linear(224, 256, 32)
        -> conv2d_7b: convolution(48)
        -> global_avgpool -> flatten -> last_linear: dense(5)
    >;
}

const _: () = assert!(InceptionResNetV1::PARAMETERS == 22_756_328);
const _: () = assert!(InceptionResNetV2::PARAMETERS == 55_843_464);
