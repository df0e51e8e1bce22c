//! AlexNet (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
//! networks", 2012).
//!
//! Images, unless a network says otherwise: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    // Sections 3.3 and 3.4. The paper's α of 10⁻⁴ weighs a sum of five squares, this one their mean.
    inline block normalize { lrn(5, alpha=5e-4, k=2) }
    inline block halve { maxpool(3, stride=2) }

    /// AlexNet as in 2012, 60,965,224 parameters: two processors with half of the channels each, which
    /// see each other's in the third convolution and in the dense layers alone.
    ///
    /// Images: 224×224 pixels out of 256×256, values from 0 to 255, of which the mean image of the
    /// training set is subtracted. The thousand outputs are scores before softmax.
    // The paper's 55 rows of conv1 take a padding that it doesn't mention. As in Caffe, normalization
    // crosses the border between the processors' channels.
    pub struct AlexNet2012<
        3x224x224
        -> conv1: conv(96, 11x11, stride=4, pad=2) -> relu -> normalize -> halve
        -> conv2: conv(256, 5x5, pad=2, groups=2, bias_init=ones) -> relu -> normalize -> halve
        -> conv3: conv(384, 3x3, pad=1) -> relu
        -> conv4: conv(384, 3x3, pad=1, groups=2, bias_init=ones) -> relu
        -> conv5: conv(256, 3x3, pad=1, groups=2, bias_init=ones) -> relu -> halve -> flatten
        -> fc6: dense(4096, bias_init=ones) -> relu -> dropout(0.5)
        -> fc7: dense(4096, bias_init=ones) -> relu -> dropout(0.5)
        -> fc8: dense(1000)
    > with init=normal(0.01);

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallAlexNet2012<
        3x63x63
        -> conv1: conv(8, 11x11, stride=4, pad=2) -> relu -> normalize -> halve
        -> conv2: conv(12, 5x5, pad=2, groups=2) -> relu -> normalize -> halve
        -> conv3: conv(10, 3x3, pad=1) -> relu
        -> conv4: conv(8, 3x3, pad=1, groups=2) -> relu -> halve -> flatten
        -> fc6: dense(16) -> relu -> dropout(0.5)
        -> fc8: dense(5)
    >;
}

const _: () = assert!(AlexNet2012::PARAMETERS == 60_965_224);

cnn! {
    inline block head(width, classes) {
        { dropout(0.5) -> dense(width) -> relu } * 2 -> dense(classes)
    }

    /// AlexNet on one processor (Krizhevsky, "One weird trick for parallelizing convolutional neural
    /// networks", 2014), with the parameter names of torchvision, 61,100,840 parameters.
    // The average pool to 6x6 that torchvision has before the head leaves 6x6 as it is.
    pub struct AlexNet<
        3x224x224
        -> features: {
            conv(64, 11x11, stride=4, pad=2) -> relu -> maxpool(3, stride=2)
            -> conv(192, 5x5, pad=2) -> relu -> maxpool(3, stride=2)
            -> conv(384, 3x3, pad=1) -> relu
            -> conv(256, 3x3, pad=1) -> relu
            -> conv(256, 3x3, pad=1) -> relu -> maxpool(3, stride=2)
        }
        -> flatten -> classifier: head(4096, 1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallAlexNet<
        3x63x63
        -> features: {
            conv(8, 11x11, stride=4, pad=2) -> relu -> maxpool(3, stride=2)
            -> conv(12, 5x5, pad=2) -> relu -> maxpool(3, stride=2)
            -> conv(10, 3x3, pad=1) -> relu
        }
        -> flatten -> classifier: head(16, 5)
    >;
}

const _: () = assert!(AlexNet::PARAMETERS == 61_100_840);
