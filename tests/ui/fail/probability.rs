//! A probability is from 0 to 1.

cnn::cnn! {
    pub struct Net< 1x28x28 -> flatten -> dense(64) -> dropout(50) -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
