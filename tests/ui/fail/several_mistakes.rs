//! All mistakes of one call at once, and none that only follow from them.

cnn::cnn! {
    pub struct Net<
        1x28x28
        -> conv(6, 5x5, padding=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5y5) -> sigmoid -> avgpol(2)
        -> dense(120) -> sigmoid -> dense(84, 3) -> sigmoid -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
