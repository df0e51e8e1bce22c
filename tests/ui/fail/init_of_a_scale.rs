//! A scale has no inputs and outputs to divide a variance by.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3) -> bn(init=he)
        -> flatten -> dense(10)
    >;
}

fn main() {
    Net::new(0);
}
