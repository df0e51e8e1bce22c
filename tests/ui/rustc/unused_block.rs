//! A block that nothing calls is warned of.

#![deny(warnings)]

cnn::cnn! {
    block stage(f) { conv(f, 3x3) -> relu }
    pub struct Net< 3x32x32 -> conv(8, 3x3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
