//! A block call has an argument too many.

cnn::cnn! {
    block stage(f) { conv(f, 3x3) -> relu }
    pub struct Net< 3x32x32 -> stage(8, 2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
