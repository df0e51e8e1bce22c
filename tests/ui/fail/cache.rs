//! The size of a cache is a whole number of bytes.

cnn::cnn! {
    pub struct Half<1x28x28 -> conv(6, 5x5) -> flatten -> dense(10)> with cache=0.5;

    pub struct Less<1x28x28 -> conv(6, 5x5) -> flatten -> dense(10)> with cache=-1;

    pub struct Word<1x28x28 -> conv(6, 5x5) -> flatten -> dense(10)> with cache=large;
}

fn main() {}
