//! Groups that divide the channels but not the filters.

cnn::cnn! {
    pub struct Net< 4x4x4 -> deconv(6, 3x3, groups=4) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
