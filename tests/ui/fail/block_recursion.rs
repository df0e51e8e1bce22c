//! A block that calls itself.

cnn::cnn! {
    block a(f) { conv(f, 3x3, pad=1) -> b(f) }
    block b(f) { relu -> a(f) }
    pub struct Net< 3x32x32 -> a(8) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
