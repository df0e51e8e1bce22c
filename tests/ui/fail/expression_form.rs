//! The card's form, without an input shape, as an expression.

fn main() {
    let net = cnn::cnn!(< conv(6, 5x5) -> avgpool(2) >);
    println!("{net:?}");
}
