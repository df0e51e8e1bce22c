//! `drop_path` needs a probability, and `dropout2d` one of at most 1.

cnn::cnn! {
    pub struct Net< 3x8x8 -> add(_ | conv(3, 1x1) -> drop_path) -> dropout2d(1.5) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
