//! Bounds the wrong way round, and a negative deviation.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3, init=uniform(0.2, 0.1)) -> conv(8, 3x3, init=normal(-0.1)) -> conv(8, 3x3, init=trunc_normal(-1))
        -> flatten -> dense(10)
    >;
}

fn main() {
    Net::new(0);
}
