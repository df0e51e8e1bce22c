//! Names that `use` can't bring in.

mod parts {
    cnn::cnn! { pub block shrink(f) { conv(f, 3x3) -> maxpool(2) } }
}

cnn::cnn! {
    use parts::shrink as conv;
    use parts::shrink;
    use parts::shrink as block_of_mine;
    block block_of_mine(f) { dense(f) }
    use parts::shrink;
    struct Net< 3x32x32 -> shrink(4) -> flatten -> block_of_mine(10) >;
}

cnn::cnn! {
    use parts::*;
    struct Other< 3x32x32 -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
    Other::new(0);
}
