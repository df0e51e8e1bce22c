//! A kernel has at least one element.

cnn::cnn! {
    pub struct Net< 1x8x8 -> conv(4, 0) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
