//! A layer without its arguments.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
