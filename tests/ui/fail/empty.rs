//! An empty network.

cnn::cnn! {
    pub struct Net< >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
