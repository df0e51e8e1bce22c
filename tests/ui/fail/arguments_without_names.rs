//! PyTorch's stride and padding by their places.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(16, 3, 1, 1) -> maxpool(2, 2) -> bn(1e-3) -> conv(6, 5x5, 2, 1, 1, 1) -> flatten -> dense(10, 5) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
