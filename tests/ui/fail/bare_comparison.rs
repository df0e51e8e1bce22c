//! A bare < in a condition.

cnn::cnn! {
    block stage(f) { if f < 16 { conv(f, 3x3) } else { conv(16, 3x3) } }
    pub struct Net< 3x32x32 -> stage(8) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
