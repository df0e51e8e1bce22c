//! `reshape` takes a volume's shape.

cnn::cnn! {
    pub struct Net< 16x5x5 -> reshape(400) -> reshape(20x20) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
