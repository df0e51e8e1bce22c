//! PyTorch's dimensions in a name.

cnn::cnn! {
    pub struct Net< 3x32x32 -> conv(8, 3x3) -> bn2d -> relu -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
