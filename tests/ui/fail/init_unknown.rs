//! An initial value that does not exist.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3, init=hee) -> conv(8, 3x3, init=kaiming)
        -> flatten -> dense(10)
    >;
}

fn main() {
    Net::new(0);
}
