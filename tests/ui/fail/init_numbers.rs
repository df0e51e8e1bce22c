//! Distributions with too many numbers, or too few.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3, init=uniform) -> conv(8, 3x3, init=normal(0, 1, 2)) -> conv(8, 3x3, bias_init=ones(2))
        -> flatten -> dense(10)
    >;
}

fn main() {
    Net::new(0);
}
