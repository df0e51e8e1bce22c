//! A spliced network takes another shape than what flows into it.

cnn::cnn! {
    struct Trunk< 3x32x32 -> conv(8, 3x3) -> relu >;
    struct Net< 1x32x32 -> trunk: net(Trunk => 8x30x30) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
