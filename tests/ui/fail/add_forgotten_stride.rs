//! A residual branch that forgot its stride.

cnn::cnn! {
    pub struct Net<
        64x56x56
        -> add(
            | conv(128, 3x3, stride=2, pad=1) -> bn -> relu -> conv(128, 3x3, pad=1) -> bn
            | conv(128, 1x1) -> bn
        )
        -> relu -> global_avgpool -> flatten -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
