//! The option `weights` is the path of a file, which has to be there; the network's functions are there anyway.

cnn::cnn! {
    struct Number< 1x8x8 -> conv(2, 3x3) > with weights=3;
    struct Word< 1x8x8 -> conv(2, 3x3) > with weights;
    struct Twice< 1x8x8 -> conv(2, 3x3) > with weights="/nowhere/a.safetensors", weights="/nowhere/b.safetensors";
    struct Absent< 1x8x8 -> conv(2, 3x3) > with exact, weights="/nowhere/lenet.safetensors";
    struct Folder< 1x8x8 -> conv(2, 3x3) > with weights="/";
    struct Unlisted< 1x8x8 -> conv(2, 3x3) > with weights="/nowhere/lenet.json";
    struct Slip< 1x8x8 -> conv(2, 3x3) > with weigths="/nowhere/lenet.safetensors";
    struct Both< 1x8x8 -> conv(2, 9x9) > with weights="/nowhere/lenet.safetensors";
}

fn main() {
    let _ = cnn::cnn!(< 1x8x8 -> conv(2, 3x3) > with weights="lenet.json");
    let net: Absent = Absent::embedded();
    let _ = net.session(1);
    let _: Result<Unlisted, cnn::Error> = Unlisted::load_checked("lenet.safetensors");
}
