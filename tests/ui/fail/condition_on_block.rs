//! Networks may be there or not, their blocks may not.

cnn::cnn! {
    #[cfg(test)]
    block head(n) { flatten -> dense(n) }
    #[cfg(not(test))]
    block head(n) { global_avgpool -> flatten -> dense(n) }
    struct Net< 1x8x8 -> head(2) >;
}

fn main() {
    Net::new(0);
}
