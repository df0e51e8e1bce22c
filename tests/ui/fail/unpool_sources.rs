//! `unpool` takes the label of an earlier `maxpool`, and what that gives.

cnn::cnn! {
    pub struct Sources<
        8x16x16 -> c1: conv(8, 3x3, pad=1) -> p1: maxpool(2)
        -> unpool(c1) -> unpool(p2) -> p2: maxpool(2) -> unpool(p9) -> unpool(2) -> unpool
    >;
    pub struct Shape< 8x16x16 -> p1: maxpool(2) -> conv(4, 1x1) -> unpool(p1) >;
    pub struct Input< image: 8x16x16; image -> maxpool(2) -> unpool(image) >;
}

fn main() {
    let net = Shape::new(0);
    println!("{} {}", Shape::summary(), net.session(1).batch());
}
