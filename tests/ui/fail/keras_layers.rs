//! All of Keras's words in a chain are reported at once, arguments too.

cnn::cnn! {
    pub struct Net<
        1x28x28 -> Conv2D(6, kernel_size=(5,5), activation="relu") -> MaxPooling2D(pool_size=(2,2)) -> Flatten -> Dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
