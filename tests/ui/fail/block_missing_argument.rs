//! A block call lacks an argument.

cnn::cnn! {
    block stage(f, s) { conv(f, 3x3, stride=s) -> relu }
    pub struct Net< 3x32x32 -> stage(8) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
