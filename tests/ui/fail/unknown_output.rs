//! An output that no chain has.

cnn::cnn! {
    pub struct Net<
        body: 3x32x32 -> conv(8, 3x3) -> relu;
        class: body -> flatten -> dense(10);
        boxes: body -> conv(4, 1x1)
        => class, boxen
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
