//! A network from a file, without the feature that reads it; its functions are there anyway.

cnn::cnn! {
    struct Absent from "/nowhere/net.onnx" with input=3x224x224;
    struct Number from 3;
    struct Shapeless from "/nowhere/net.onnx" with input;
    struct Folder from "/";
}

fn main() {
    let net = Absent::embedded();
    let _ = net.session(1);
}
