//! Keras's input.

cnn::cnn! {
    pub struct Net< Input(shape=(32, 32, 3)) -> conv(8, 3x3, pad=x) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
