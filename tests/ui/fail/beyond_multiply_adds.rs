//! The multiply–adds of a network.

cnn::cnn! {
    pub struct Macs< 1x46340x46340 -> add(conv(3, 23170x23170) | conv(3, 23170x23170)) >;
}

fn main() {}
