//! DenseNet (Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional networks",
//! 2017), with the parameter names of torchvision.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    // Adds k channels to those that come in, through a bottleneck of 4k.
    block dense_layer(k) {
        concat(_
            | norm1: bn -> relu -> conv1: conv(4*k, 1x1, bias=false)
              -> norm2: bn -> relu -> conv2: conv(k, 3x3, pad=1, bias=false))
    }

    inline block dense_block(n, k) { { denselayer{i}: dense_layer(k) for i in 1..=n } }

    block transition { norm: bn -> relu -> conv: conv(C/2, 1x1, bias=false) -> avgpool(2) }

    inline block stem(f) {
        conv0: conv(f, 7x7, stride=2, pad=3, bias=false) -> norm0: bn -> relu
        -> maxpool(3, stride=2, pad=1)
    }

    // Four dense blocks, each with its number of layers, each of which adds k channels.
    inline block body(f, k, n1, n2, n3, n4) {
        features: {
            stem(f)
            -> denseblock1: dense_block(n1, k) -> transition1: transition
            -> denseblock2: dense_block(n2, k) -> transition2: transition
            -> denseblock3: dense_block(n3, k) -> transition3: transition
            -> denseblock4: dense_block(n4, k) -> norm5: bn -> relu
        }
    }

    inline block head(classes) { global_avgpool -> flatten -> classifier: dense(classes) }

    /// DenseNet-121, 7,978,856 parameters.
    pub struct DenseNet121< 3x224x224 -> body(64, 32, 6, 12, 24, 16) -> head(1000) >;

    /// DenseNet-161, 28,681,000 parameters.
    pub struct DenseNet161< 3x224x224 -> body(96, 48, 6, 12, 36, 24) -> head(1000) >;

    /// DenseNet-169, 14,149,480 parameters.
    pub struct DenseNet169< 3x224x224 -> body(64, 32, 6, 12, 32, 32) -> head(1000) >;

    /// DenseNet-201, 20,013,928 parameters.
    pub struct DenseNet201< 3x224x224 -> body(64, 32, 6, 12, 48, 32) -> head(1000) >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallDenseNet< 3x32x32 -> body(8, 4, 2, 1, 2, 1) -> head(5) >;
}

const _: () = assert!(DenseNet121::PARAMETERS == 7_978_856);
const _: () = assert!(DenseNet161::PARAMETERS == 28_681_000);
const _: () = assert!(DenseNet169::PARAMETERS == 14_149_480);
const _: () = assert!(DenseNet201::PARAMETERS == 20_013_928);
