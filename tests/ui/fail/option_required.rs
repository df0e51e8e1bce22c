//! An argument that is always given has no default.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3) -> bn
        -> flatten -> dense(10)
    > with conv(filters=3), bn(epss=1e-3);
}

fn main() {
    Net::new(0);
}
