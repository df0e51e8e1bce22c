//! The macro can't see constants of the program.

const CLASSES: usize = 10;
const PAD: usize = 2;

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5, pad=PAD) -> flatten -> dense(CLASSES) >;
    pub struct Other< 1x28x28 -> flatten -> dense(crate::CLASSES) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
