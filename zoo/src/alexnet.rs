//! AlexNet (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
//! networks", 2012).
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

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
