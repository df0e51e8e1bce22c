//! PyTorch's name of an argument.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5, padding=2) -> relu -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
