//! A number to fill padding with that is filled with copies.

cnn::cnn! {
    pub struct Net< 3x4x5 -> pad(1, mode=reflect, value=0.5) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
