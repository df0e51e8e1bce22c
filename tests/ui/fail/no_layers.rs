//! A network of nothing but its input.

cnn::cnn! {
    pub struct Net< 1x28x28 >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
