//! PolyNet (Zhang, Li, Loy and Lin, "PolyNet: a pursuit of structural diversity in very deep networks",
//! 2017), whose modules are polynomials of inception blocks: the residual functions of
//! Inception-ResNet, with a batch norm at their end. With I for the identity:
//!
//! | module | computes |
//! |---|---|
//! | 2-way | I + F + G |
//! | mpoly-2 | I + F + GF |
//! | mpoly-3 | I + F + GF + HGF |
//! | poly-3 | I + F + F² + F³ |
//!
//! A poly-3 is an mpoly-3 whose F, G and H have the same convolutions (but batch norms and last
//! convolutions of their own, in the authors' weights). Here each has a tensor of its own: in a file for
//! [`PolyNet`], those of `f`, `g` and `h` of a poly-3 are copies, and training lets them part.
//!
//! Images: RGB, the shorter side resized to 378 pixels, the middle 331×331 cut out, then as
//! [ImageNet's](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    block convolution(f, h = 1, w = h) {
        conv: conv(f, (h, w), pad=(h/2, w/2), bias=false) -> bn: bn -> relu
    }

    // Without padding.
    block valid(f, k, s = 1) { conv: conv(f, k, stride=s, bias=false) -> bn: bn -> relu }

    block linear(f) { conv: conv(f, 1x1, bias=false) -> bn: bn }

    // In all modules, d divides the number of filters of narrow networks.

    // The residual functions of the three stages.
    block inception_a(d = 1) {
        concat(
            path0: { convolution(32/d) -> convolution(48/d, 3) -> convolution(64/d, 3) }
            | path1: { convolution(32/d) -> convolution(32/d, 3) }
            | path2: convolution(32/d)
        ) -> conv2d: linear(C)
    }

    block inception_b(d = 1) {
        concat(
            path0: { convolution(128/d) -> convolution(160/d, 1, 7) -> convolution(192/d, 7, 1) }
            | path1: convolution(192/d)
        ) -> conv2d: linear(C)
    }

    block inception_c(d = 1) {
        concat(
            path0: { convolution(192/d) -> convolution(224/d, 1, 3) -> convolution(256/d, 3, 1) }
            | path1: convolution(192/d)
        ) -> conv2d: linear(C)
    }

    // Stochastic paths: training drops paths, ever more of them from module 0 to module 39, and
    // evaluation weights each by how often it was there.
    inline block stochastic(i) { drop_path(0.3*i/39) -> rescale(1 - 0.3*i/39) }

    block two_way_a(i, d = 1) {
        add(_ | f: inception_a(d) -> stochastic(i) | g: inception_a(d) -> stochastic(i)) -> relu
    }

    block two_way_b(i, d = 1) {
        add(_ | f: inception_b(d) -> stochastic(i) | g: inception_b(d) -> stochastic(i)) -> relu
    }

    block two_way_c(i, d = 1) {
        add(_ | f: inception_c(d) -> stochastic(i) | g: inception_c(d) -> stochastic(i)) -> relu
    }

    // I + (I + (I + H)G)F.
    block mpoly3_b(i, d = 1) {
        add(_ | f: inception_b(d) -> add(
            stochastic(i) | relu -> g: inception_b(d) -> add(
                stochastic(i) | relu -> h: inception_b(d) -> stochastic(i)))
        ) -> relu
    }

    block mpoly3_c(i, d = 1) {
        add(_ | f: inception_c(d) -> add(
            stochastic(i) | relu -> g: inception_c(d) -> add(
                stochastic(i) | relu -> h: inception_c(d) -> stochastic(i)))
        ) -> relu
    }

    block reduction_a(d = 1) {
        concat(
            path0: { convolution(256/d) -> convolution(256/d, 3) -> valid(384/d, 3, 2) }
            | path1: valid(384/d, 3, 2)
            | maxpool(3, stride=2)
        )
    }

    block reduction_b(d = 1) {
        concat(
            path0: { convolution(256/d) -> convolution(256/d, 3) -> valid(256/d, 3, 2) }
            | path1: { convolution(256/d) -> valid(256/d, 3, 2) }
            | path2: { convolution(256/d) -> valid(384/d, 3, 2) }
            | maxpool(3, stride=2)
        )
    }

    // Inception-v4's.
    block stem(d = 1) {
        conv1: { valid(32/d, 3, 2) -> valid(32/d, 3) -> convolution(64/d, 3) }
        -> concat(maxpool(3, stride=2) | conv1_branch: valid(96/d, 3, 2))
        -> concat(
            conv2_short: { convolution(64/d) -> valid(96/d, 3) }
            | conv2_long: {
                convolution(64/d) -> convolution(64/d, 7, 1) -> convolution(64/d, 1, 7)
                -> valid(96/d, 3)
            }
        )
        -> concat(maxpool(3, stride=2) | conv2_branch: valid(192/d, 3, 2))
    }

    /// Very Deep PolyNet, 120,782,280 parameters: ten 2-way modules, ten pairs of a poly-3 and a 2-way
    /// module, and five such pairs. With convolutions that poly-3 modules share there are 95,366,600.
    pub struct PolyNet<
        3x331x331 -> stem: stem
        -> stage_a: { two_way_a(i) for i in 0..=9 } -> reduction_a: reduction_a
        -> stage_b: { mpoly3_b(2*i) -> two_way_b(2*i + 1) for i in 5..=14 }
        -> reduction_b: reduction_b
        -> stage_c: { mpoly3_c(2*i) -> two_way_c(2*i + 1) for i in 15..=19 }
        -> global_avgpool -> flatten -> dropout(0.2) -> last_linear: dense(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallPolyNet<
        3x75x75 -> stem: stem(32)
        -> stage_a: { two_way_a(4, 32) } -> reduction_a: reduction_a(32)
        -> stage_b: { mpoly3_b(18, 32) -> two_way_b(19, 32) } -> reduction_b: reduction_b(32)
        -> stage_c: { mpoly3_c(38, 32) -> two_way_c(39, 32) }
        -> global_avgpool -> flatten -> dropout(0.2) -> last_linear: dense(5)
    >;
}

const _: () = assert!(PolyNet::PARAMETERS == 120_782_280);
