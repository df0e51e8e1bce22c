//! A layer after the arrow of the outputs.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5) -> flatten => relu >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
