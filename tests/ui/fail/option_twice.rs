//! An option that is given twice.

cnn::cnn! {
    struct Net<
        3x32x32
        -> conv(8, 3x3)
        -> flatten -> dense(10)
    > with bias=false, bias=true;
}

fn main() {
    Net::new(0);
}
