//! Defaults of a layer that does not exist.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3) -> bn
        -> flatten -> dense(10)
    > with bnn(eps=1e-3);
}

fn main() {
    Net::new(0);
}
