//! Words have no quotes, and some other frameworks' words are near.

cnn::cnn! {
    pub struct Net<
        1x28x28
        -> conv(6, 5x5, padding_mode="zeros", pad=2) -> upsample(2, "bilinear") -> conv(8, kernel="3x3", pad="foo")
        -> flatten -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
