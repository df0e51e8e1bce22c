//! An index has no name that stands for the incoming shape.

cnn::cnn! {
    struct Net< 1x8x8 -> { l{C}: conv(C, 1x1) for C in 1..4 } -> flatten -> dense(2) >;
    block scaled(H) { conv(H, 1x1) }
    struct Other< 1x8x8 -> { conv(2, 1x1) for true in 1..4 } -> scaled(3) >;
}

fn main() {
    Net::new(0);
    Other::new(0);
}
