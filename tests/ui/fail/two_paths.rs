//! A label and a position that are one path: the parameters of two units would have the same names.

cnn::cnn! {
    block stage(f) {
        0: conv(f, 1x1) -> add(_ | conv(f, 3x3, pad=1) -> 1: bn)
    }
    pub struct Later< 1x8x8 -> 1: conv(4, 3x3) -> conv(5, 3x3) >;
    pub struct Earlier< 1x8x8 -> conv(4, 3x3) -> 0: stage(5) >;
    pub struct Branch< 1x8x8 -> concat(2: conv(4, 3x3) -> bn | conv(5, 3x3)) -> flatten >;
    pub struct Block< 4x8x8 -> a: stage(4) >;
    pub struct Spliced< 1x8x8 -> 1: scale(bare=true) -> net(Plain => 4x6x6) >;
    pub struct Repeated< 1x8x8 -> { l{i}: { 1: relu -> relu } for i in 0..2 } >;
    pub struct For< 1x8x8 -> { bn -> relu } * 6 -> { 1{i}: bn for i in 0..2 } >;
    pub struct Plain< 1x8x8 -> conv(4, 3x3) >;
}

fn main() {}
