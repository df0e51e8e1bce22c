//! A residual branch that forgot its padding, on other channels.

cnn::cnn! {
    pub struct Net< 16x14x14 -> add(_ | conv(32, 3x3) -> bn) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
