//! Nothing is left.

cnn::cnn! {
    pub struct Net< 3x4x5 -> crop((1, 3, 0, 0)) -> flatten >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
