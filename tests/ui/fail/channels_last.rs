//! The classic 28x28x1.

cnn::cnn! {
    pub struct Net< 28x28x1 -> conv(6, 5x5, pad=2) -> relu -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
