//! A shape stands at the start only.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5) -> 6x24x24 -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
