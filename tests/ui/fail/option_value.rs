//! An option with a value that it does not take.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3)
        -> flatten -> dense(10)
    > with bias=maybe, init=xavir;
}

fn main() {
    Net::new(0);
}
