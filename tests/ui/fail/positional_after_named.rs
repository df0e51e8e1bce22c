//! Arguments without a name come first.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(kernel=5x5, 6) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
