//! Padding has one, two or four numbers.

cnn::cnn! {
    pub struct Net< 3x28x28 -> conv(6, 5x5, pad=(1, 2, 3)) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
