//! A spliced network gives another shape than the text says.

cnn::cnn! {
    struct Trunk< 3x32x32 -> conv(8, 3x3) -> relu >;
    struct Net< 3x32x32 -> trunk: net(Trunk => 8x32x32) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
