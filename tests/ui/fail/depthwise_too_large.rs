//! A depthwise kernel larger than its input.

cnn::cnn! {
    pub struct Net< 8x4x4 -> depthwise(7x7) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
