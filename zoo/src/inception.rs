//! Inception-v3 (Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016),
//! with the parameter names of torchvision.
//!
//! Images: RGB, the shorter side resized to 342 pixels, the middle 299×299 cut out, values from 0 to 1;
//! then [ImageNet's](crate#imagenets-preprocessing) mean and standard deviation, or, for torchvision's
//! pretrained weights, 0.5 for both in every channel: that is what its `transform_input` comes to.

// Labels are torchvision's names.
#![allow(non_snake_case)]

use cnn::cnn;

cnn! {
    block convolution(f, h = 1, w = h) {
        conv: conv(f, (h, w), pad=(h/2, w/2), bias=false) -> bn: bn(eps=1e-3) -> relu
    }

    // Without padding.
    block valid(f, k, s = 1) { conv: conv(f, k, stride=s, bias=false) -> bn: bn(eps=1e-3) -> relu }

    inline block pooled(f) {
        avgpool(3, stride=1, pad=1) -> branch_pool: convolution(f)
    }

    // In all modules, d divides the number of filters of narrow networks.

    // Figure 5 of the paper: two 3x3 convolutions for a 5x5 one.
    block inception_a(pool, d = 1) {
        concat(
            branch1x1: convolution(64/d)
            | branch5x5_1: convolution(48/d) -> branch5x5_2: convolution(64/d, 5)
            | branch3x3dbl_1: convolution(64/d) -> branch3x3dbl_2: convolution(96/d, 3)
              -> branch3x3dbl_3: convolution(96/d, 3)
            | pooled(pool)
        )
    }

    // Figure 10: half the size without a bottleneck.
    block reduction_b(d = 1) {
        concat(
            branch3x3: valid(384/d, 3, 2)
            | branch3x3dbl_1: convolution(64/d) -> branch3x3dbl_2: convolution(96/d, 3)
              -> branch3x3dbl_3: valid(96/d, 3, 2)
            | maxpool(3, stride=2)
        )
    }

    // Figure 6: 7x7 as 1x7 and 7x1, through c channels.
    block inception_c(c, d = 1) {
        concat(
            branch1x1: convolution(192/d)
            | branch7x7_1: convolution(c) -> branch7x7_2: convolution(c, 1, 7)
              -> branch7x7_3: convolution(192/d, 7, 1)
            | branch7x7dbl_1: convolution(c)
              -> branch7x7dbl_2: convolution(c, 7, 1) -> branch7x7dbl_3: convolution(c, 1, 7)
              -> branch7x7dbl_4: convolution(c, 7, 1) -> branch7x7dbl_5: convolution(192/d, 1, 7)
            | pooled(192/d)
        )
    }

    block reduction_d(d = 1) {
        concat(
            branch3x3_1: convolution(192/d) -> branch3x3_2: valid(320/d, 3, 2)
            | branch7x7x3_1: convolution(192/d) -> branch7x7x3_2: convolution(192/d, 1, 7)
              -> branch7x7x3_3: convolution(192/d, 7, 1) -> branch7x7x3_4: valid(192/d, 3, 2)
            | maxpool(3, stride=2)
        )
    }

    // Figure 7: wider, for the coarsest grid.
    block inception_e(d = 1) {
        concat(
            branch1x1: convolution(320/d)
            | branch3x3_1: convolution(384/d)
              -> concat(branch3x3_2a: convolution(384/d, 1, 3)
                        | branch3x3_2b: convolution(384/d, 3, 1))
            | branch3x3dbl_1: convolution(448/d) -> branch3x3dbl_2: convolution(384/d, 3)
              -> concat(branch3x3dbl_3a: convolution(384/d, 1, 3)
                        | branch3x3dbl_3b: convolution(384/d, 3, 1))
            | pooled(192/d)
        )
    }

    inline block stem(d = 1) {
        Conv2d_1a_3x3: valid(32/d, 3, 2) -> Conv2d_2a_3x3: valid(32/d, 3)
        -> Conv2d_2b_3x3: convolution(64/d, 3) -> maxpool(3, stride=2)
        -> Conv2d_3b_1x1: convolution(80/d) -> Conv2d_4a_3x3: valid(192/d, 3)
        -> maxpool(3, stride=2)
    }

    /// Inception-v3, 27,161,264 parameters, 3,326,696 of them in the classifier that only training has.
    pub struct InceptionV3<
        3x299x299 -> stem
        -> Mixed_5b: inception_a(32) -> Mixed_5c: inception_a(64) -> Mixed_5d: inception_a(64)
        -> Mixed_6a: reduction_b
        -> Mixed_6b: inception_c(128) -> Mixed_6c: inception_c(160)
        -> Mixed_6d: inception_c(160) -> Mixed_6e: inception_c(192)
        -> Mixed_7a: reduction_d
        -> Mixed_7b: inception_e -> Mixed_7c: inception_e
        -> global_avgpool -> flatten -> dropout(0.5) -> fc: dense(1000);
        AuxLogits: Mixed_6e -> avgpool(5, stride=3)
            -> conv0: convolution(128) -> conv1: valid(768, 5)
            -> global_avgpool -> flatten -> fc: dense(1000)
        => fc, train AuxLogits
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallInceptionV3<
        3x75x75 -> stem(32)
        -> Mixed_5b: inception_a(1, 32)
        -> Mixed_6a: reduction_b(32)
        -> Mixed_6b: inception_c(3, 32)
        -> Mixed_7a: reduction_d(32)
        -> Mixed_7b: inception_e(32)
        -> global_avgpool -> flatten -> dropout(0.5) -> fc: dense(5)
    >;
}

const _: () = assert!(InceptionV3::PARAMETERS == 27_161_264);
