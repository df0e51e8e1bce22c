//! A pool of which only the indices are read.

cnn::cnn! {
    pub struct Unused<
        image: 8x16x16; p: image -> maxpool(2); image -> conv(8, 2x2, stride=2) -> unpool(p)
    >;
}

fn main() {
    let net = Unused::new(0);
    println!("{} {}", Unused::summary(), net.session(1).batch());
}
