//! Every window of a maximum holds an element of the image; no pool is padded by more than half of what
//! its window reaches over.

cnn::cnn! {
    pub struct Nothing< 1x2x2 -> maxpool(2, stride=1, pad=1, dilation=3) >;
    pub struct Columns< 1x9x1 -> maxpool(3, stride=1, pad=keep, dilation=2) -> maxpool((1, 2), stride=1, pad=(0, 1), dilation=2) >;
    pub struct Far< 8x16x16 -> maxpool(3, stride=1, pad=3, dilation=2) >;
    pub struct Ceil< 832x2x2 -> maxpool(4, stride=2, ceil) >;
}

fn main() {}
