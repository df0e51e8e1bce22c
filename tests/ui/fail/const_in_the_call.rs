//! A constant inside the call.

cnn::cnn! {
    const CLASSES: usize = 10;
    pub struct Net< 1x28x28 -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
