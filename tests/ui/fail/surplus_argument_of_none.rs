//! A layer that takes no arguments.

cnn::cnn! {
    pub struct Net< 1x28x28 -> relu(6) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
