//! Keras's way to pad.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5, padding="same") -> relu -> conv(8, 3y3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
