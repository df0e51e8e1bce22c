//! Rust refuses a word in single quotes itself; what to write is said beside that.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5, padding='same') -> relu -> conv(8, 3y3) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
