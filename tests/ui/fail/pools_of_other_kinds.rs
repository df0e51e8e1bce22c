//! Sums, products and norms under windows, and attention: one rule after the other.

cnn::cnn! {
    pub struct Windows<
        3x8x8 -> prodpool(3, pad=2) -> lppool(2) -> lppool(0.5, 2x2)
        -> lppool(norm_type=2, kernel=2) -> flatten -> dense(10)
    >;
    pub struct Sum< 3x8x8 -> sumpool(9) -> flatten -> dense(10) >;
    pub struct Attention< 3x8x8 -> attnpool(4) -> attnpool -> dense(10) >;
    pub struct Vector< 120 -> attnpool -> dense(10) >;
}

fn main() {
    let net = Attention::new(0);
    println!("{} {}", Attention::summary(), net.session(1).batch());
}
