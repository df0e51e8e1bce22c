//! A misspelt block.

cnn::cnn! {
    block stage(f) { conv(f, 3x3, pad=1) -> relu }
    pub struct Net< 3x32x32 -> stagee(8) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
