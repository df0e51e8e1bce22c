//! A calculation with an unknown name.

cnn::cnn! {
    block stage(filters) { conv(2*filter, 1x1) -> relu }
    pub struct Net< 3x32x32 -> stage(8) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
