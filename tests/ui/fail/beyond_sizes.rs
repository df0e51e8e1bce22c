//! Sizes that no machine holds, each on the token that asks for it.

cnn::cnn! {
    pub struct Pad< 1x8x8 -> conv(4, 3x3, pad=2147483646) >;
    pub struct Weights< 2147483647x1x1 -> conv(2147483647, 1x1, pad=30000) >;
    pub struct Keep< 3x16x16 -> conv(24, 3, pad=1) -> conv(24, 3, stride=65536, pad=keep) >;
    pub struct Reach< 1x8x8 -> conv(4, 65537x65537, dilation=65536, pad=same) >;
    pub struct Pool< 1x8x8 -> maxpool(2147483647, stride=1, pad=1073741823) >;
    pub struct Deconv< 1x8x8 -> deconv(4, 3, stride=65536, pad=keep) >;
    pub struct Table< 3x8x8 -> conv(1, 2147483647x2147483647, pad=same, table=[[0, 1]]) >;
    pub struct Mode< 1x8x8 -> depthwise(3, pad=2147483647, pad_mode=replicate) >;
}

fn main() {}
