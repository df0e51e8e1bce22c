//! `pub` keeps a label that only `features` names; there is nothing else to be kept.

cnn::cnn! {
    struct Net< 1x8x8 -> conv(2, 3x3) -> pub relu -> flatten -> pub fc: dense(2) >;
}

fn main() {
    Net::new(0);
}
