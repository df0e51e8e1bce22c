//! A label that names nothing is warned of.

#![deny(warnings)]

cnn::cnn! {
    // The second of the networks that have this label uses it.
    inline block stem { conv(8, 3x3) -> pool: maxpool(2) }
    pub struct Seldom< 3x32x32 -> stem -> flatten -> dense(10) >;
    pub struct Used< 3x32x32 -> stem -> unpool(pool) -> flatten -> dense(10) >;

    pub struct Net< 3x32x32 -> conv(8, 3x3) -> here: relu -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
    println!("{:?} {:?}", Seldom::new(0), Used::new(0));
}
