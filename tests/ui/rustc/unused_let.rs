//! A named number that nothing uses.

#![deny(warnings)]

cnn::cnn! {
    let classes = 10;
    let half = 5;
    struct Net< 1x28x28 -> flatten -> dense(half) >;
}

fn main() {
    Net::new(0);
}
