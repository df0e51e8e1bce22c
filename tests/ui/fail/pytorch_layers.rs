//! PyTorch tells layers the channels of their input.

cnn::cnn! {
    pub struct Net<
        3x32x32 -> Conv2d(3, 16, 3) -> BatchNorm2d(16) -> ReLU -> Flatten -> Linear(14400, 10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
