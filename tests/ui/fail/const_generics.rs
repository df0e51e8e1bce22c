//! A network has no generics.

cnn::cnn! {
    pub struct Net<const CLASSES: usize, 1x28x28 -> flatten -> dense(CLASSES)>;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
