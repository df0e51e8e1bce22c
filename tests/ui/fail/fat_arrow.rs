//! Layers are joined by thin arrows, in branches and groups too.

cnn::cnn! {
    pub struct Net<
        1x28x28 => conv(6, 5x5) -> add(_ | conv(6, 3x3, pad=1) => bn) -> { relu => tanh } -> flatten -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
