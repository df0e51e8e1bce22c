//! Names of numbers.

cnn::cnn! {
    let classes = 10;
    let classes = 11;
    let C = 4;
    let same = 2;
    let half = clases / 2;
    let wide;
    pub struct Net< 1x28x28 -> flatten -> dense(clases) >;
    let late = 3;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
