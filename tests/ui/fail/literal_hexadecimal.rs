//! Rust reads 0x5 as a hexadecimal number.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 0x5) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
