//! A kernel larger than its padded input.

cnn::cnn! {
    pub struct Net<
        1x28x28
        -> conv(6, 5x5) -> avgpool(2)
        -> conv(16, 5x5) -> avgpool(2)
        -> conv(16, 5x5)
        -> flatten -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
