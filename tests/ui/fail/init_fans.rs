//! Words that a distribution does not take.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3, init=xavier(fan_out)) -> conv(8, 3x3, init=he(0.1))
        -> flatten -> dense(10)
    >;
}

fn main() {
    Net::new(0);
}
