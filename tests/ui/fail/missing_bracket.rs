//! The network stands in angle brackets.

cnn::cnn! {
    struct Net { 1x28x28 -> conv(6, 5x5) -> flatten -> dense(10) }
}

fn main() {}
