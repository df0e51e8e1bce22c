//! `dirac` and a connection table.
use cnn::cnn;

cnn! {
    struct Net<
        3x8x8 -> conv(2, 3x3, table=[[0, 1], [1, 2]], init=dirac) -> flatten -> dense(2)
    >;
}

fn main() {}
