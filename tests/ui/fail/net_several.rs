//! Only networks with one input and one output can stand in the place of a layer.

cnn::cnn! {
    struct Two< 3x32x32 -> a: conv(8, 3x3); b: a -> relu => a, b >;
    struct Joint< one: 3x32x32; other: 3x32x32; add(one | other) >;
    struct Net< 3x32x32 -> net(Two => 8x30x30) -> conv(3, 1x1) -> net(Joint => 3x30x30) >;
}

fn main() {
    Net::new(0);
}
