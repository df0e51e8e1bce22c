//! Adaptive pools take the size of their output, and volumes.

cnn::cnn! {
    pub struct Net<
        3x16x16 -> adaptive_avgpool -> adaptive_maxpool(7x7x3) -> adaptive_avgpool(output_size=7)
        -> adaptive_maxpool(0) -> global_maxpool(2) -> flatten -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
