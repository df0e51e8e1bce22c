//! LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
//! recognition", 1998).

use cnn::cnn;

cnn! {
    /// LeNet-5 as textbooks give it today, 61,706 parameters: plain average pools, and dense layers to
    /// the end.
    ///
    /// Images: 28×28 grey values from 0 to 1, ink bright. The ten outputs are scores before softmax.
    pub struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5x5) -> sigmoid -> avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;
}

const _: () = assert!(LeNet::PARAMETERS == 61_706);
