//! A block that no call gives, and one that is not for others.

mod parts {
    cnn::cnn! {
        block helper(f) { conv(f, 3x3) -> relu }
        pub(crate) block whole(f) { helper(f) -> maxpool(2) }
    }
}

cnn::cnn! {
    use parts::{helper, whole};
    struct Net< 3x32x32 -> helper(4) -> whole(4) -> flatten -> dense(10) >;
}

fn main() {}
