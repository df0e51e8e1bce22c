//! A chain whose result goes nowhere.

cnn::cnn! {
    pub struct Net<
        image: 3x32x32;
        side: image -> conv(8, 3x3) -> relu;
        image -> conv(8, 3x3) -> flatten -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
