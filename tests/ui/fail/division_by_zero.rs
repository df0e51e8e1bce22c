//! A calculation divides by zero.

cnn::cnn! {
    block stage(f, r) { conv(f / r, 1x1) -> relu }
    pub struct Net< 3x32x32 -> stage(8, 0) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
