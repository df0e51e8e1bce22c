//! A mistake inside a block names the call and the shape it was entered with.

cnn::cnn! {
    block stage(f) { conv(f, 3x3) -> relu -> maxpool(2) }
    pub struct Net< 3x8x8 -> stage(8) -> stage(16) -> stage(32) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
