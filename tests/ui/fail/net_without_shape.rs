//! A spliced network whose output shape is not stated, and one that is no name.

cnn::cnn! {
    struct Trunk< 3x32x32 -> conv(8, 3x3) -> relu >;
    struct Net< 3x32x32 -> net(Trunk) -> flatten -> dense(10) >;
    struct Other< 3x32x32 -> net([Trunk] => 8x30x30) -> flatten -> dense(10) >;
    struct Third< 3x32x32 -> nett(Trunk => 8x30x30) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
