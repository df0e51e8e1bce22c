//! A kernel is height x width.

cnn::cnn! {
    pub struct Net< 3x28x28 -> conv(6, 3x5x5) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
