//! Branches that write their channels in place, and chains of layers that run in bands: inference against
//! evaluation by the training plan, which does one after the other.

use cnn::ndarray::{Array, Array4, Dimension};
use cnn::{Session, cnn};

cnn! {
    block inception(a, b, c, d) {
        concat(conv(a, 1x1) -> relu | conv(b, 1x1) -> relu -> conv(b + 16, 3x3, pad=1) -> relu
            | conv(c, 1x1) -> sigmoid -> conv(c, 5x5, pad=2) -> gelu
            | maxpool(3, stride=1, pad=1) -> conv(d, 1x1) -> relu)
    }
    pub struct Inception<
        3x20x18 -> conv(32, 3x3, pad=1) -> relu
        -> inception(16, 32, 16, 40) -> inception(48, 16, 16, 24) -> maxpool(3, stride=2, pad=1)
        -> concat(maxpool(2) | conv(16, 2x2, stride=2, round=floor) | avgpool(2))
        -> concat(global_avgpool | conv(20, 5x4) -> tanh)
        -> flatten -> out: dense(10)
    >;
}

cnn! {
    block dense_layer(k) {
        concat(_ | bn -> relu -> conv(2*k, 1x1, bias=false) -> bn -> relu
            -> conv(k, 3x3, pad=1, bias=false))
    }
    pub struct DenseNet<
        3x14x15 -> conv(16, 3x3, pad=1, bias=false) -> bn -> relu
        -> dense_layer(32) -> dense_layer(16) * 3
        -> bn -> relu -> conv(32, 1x1, bias=false) -> avgpool(2) -> dense_layer(20)
        -> bn -> relu -> global_avgpool -> flatten -> out: dense(10)
    >;
}

cnn! {
    pub struct Tangle<
        16x12x12 -> conv(32, 3x3, pad=1) -> a: relu
        -> concat(a | conv(16, 3x3, pad=1) -> relu | a) -> b: relu
        -> concat(b -> relu | conv(16, 1x1) -> sigmoid | depthwise(3x3, pad=1)) -> relu
        -> concat(_ | b | bn -> relu | add(a | conv(32, 3x3, pad=1)))
        -> c: concat(_ | conv(16, 1x1)) -> mul(_ | global_avgpool -> conv(480, 1x1) -> sigmoid)
        -> concat(conv(32, 1x1) -> tanh | c -> relu | depthwise(3x3, pad=1) -> relu6)
        -> conv(10, 1x1) -> global_avgpool -> flatten -> out: dense(10)
    >;
}

cnn! {
    // An activation that may not overwrite the joint value: `a` is read again.
    pub struct Again<
        3x9x11 -> conv(32, 3x3, pad=1) -> tanh -> a: conv(16, 1x1)
        -> concat(a | conv(32, 1x1)) -> sigmoid -> conv(16, 1x1) -> add(_ | a)
        -> flatten -> out: dense(10)
    >;
}

cnn! {
    pub struct Pools<
        3x50x64 -> conv(32, 3x3, pad=1) -> relu -> conv(88, 3x3, pad=1, bias=false) -> bn -> gelu
        -> concat(
            conv(96, 1x1) -> maxpool(3, stride=2, pad=1)
            | conv(81, 3x3, pad=1) -> tanh -> avgpool(2)
            | conv(83, 1x1) -> relu -> sumpool(2)
        )
        -> conv(16, 1x1) -> maxpool(4) -> flatten -> out: dense(10)
    >;
}

cnn! {
    // Adaptive pools: of the same size, which are no step, that divide, and that don't.
    pub struct Adaptive<
        3x12x14 -> conv(32, 3x3, pad=1) -> a: adaptive_avgpool(12x14) -> relu
        -> concat(_ | a -> adaptive_maxpool(12x14) -> conv(16, 3x3, pad=1) -> tanh)
        -> adaptive_maxpool(6x7) -> conv(20, 3x3, pad=1) -> adaptive_avgpool(4x5) -> sigmoid
        -> concat(adaptive_maxpool(7x3) | adaptive_avgpool(7x3)) -> b: adaptive_avgpool(7x3)
        -> add(global_maxpool | b -> adaptive_avgpool(1)) -> flatten -> out: dense(10)
    >;
}

cnn! {
    // Parts that are read where they lie: of a value that is a part itself, in one step with
    // others, joined with the whole, and with channels of the next part in their last block.
    pub struct Splits<
        3x9x11 -> conv(96, 3x3, pad=1) -> a: tanh
        -> concat(split(3, 0) -> conv(32, 3x3, pad=1) | a -> split(3, 1)
            | a -> split(2, 1) -> sigmoid -> conv(16, 1x1)) -> b: relu
        -> concat(_ | split(5, 4) | b -> split(5, 0) -> sigmoid)
        -> concat(_ | split(7, 3) -> depthwise(3x3, pad=1)) -> c: conv(96, 1x1)
        -> add(split(2, 0) | split(2, 1) -> tanh | c -> split(2, 0) -> relu)
        -> conv(116, 1x1) -> relu
        -> { concat(split(2, 0) | split(2, 1) -> conv(58, 1x1) -> bn -> relu) -> shuffle(2) } * 2
        -> global_avgpool -> flatten -> out: dense(10)
    >;
}

cnn! {
    // What inference leaves out between layers that merge, at the input and at an output.
    pub struct Dropped<
        16x9x11 -> identity -> conv(32, 3x3, pad=1) -> dropout2d(0.1) -> bn -> relu
        -> add(_ | block: { depthwise(7x7, pad=3) -> identity -> ln(eps=1e-6) -> pointwise(64)
            -> gelu -> dropout(0.5) -> pointwise(32) } -> layer_scale: scale(bare=true) -> drop_path(0.5))
        -> add(_ | conv(32, 3x3, pad=1) -> dropout -> drop_path(0.2)) -> relu
        -> concat(dropout2d | identity -> scale(bias=true) -> tanh) -> gn(4) -> relu
        -> concat(instancenorm -> sigmoid | lrn(5, alpha=1)) -> reshape(32x18x22)
        -> conv(20, 3x3) -> ln -> global_avgpool -> flatten -> out: dense(10)
    >;
}

cnn! {
    // Indices in inference: of pools whose output has other readers, is a part, and is not, and that
    // would otherwise be in a chain with their convolution.
    pub struct Unpool<
        3x52x50 -> conv(88, 3x3, pad=1) -> relu -> p1: maxpool(2)
        -> concat(_ | conv(16, 1x1)) -> tanh -> conv(32, 3x3, pad=1) -> p2: maxpool(3, stride=2, pad=1)
        -> concat(conv(32, 1x1) -> unpool(p2) -> relu | _ -> unpool(p2))
        -> conv(88, 3x3, pad=1) -> sigmoid -> unpool(p1) -> conv(8, 3x3, stride=4)
        -> flatten -> out: dense(10)
    >;
    // Few channels: images are interleaved.
    pub struct UnpoolOfFew<
        2x12x12 -> conv(4, 3x3, pad=1) -> p: maxpool(2) -> conv(4, 3x3, pad=1) -> unpool(p)
        -> conv(3, 3x3) -> flatten -> out: dense(10)
    >;
}

cnn! {
    // Chains in bands of rows, for a cache in which little fits: of inverted residuals with and without
    // squeeze-and-excitation, of Winograd's tiles, into parts of a value; and the same network without any.
    block inverted(t, f, s, squeezes) {
        if s == 1 && f == C { add(_ | body(t, f, s, squeezes)) } else { body(t, f, s, squeezes) }
    }
    inline block body(t, f, s, squeezes) {
        conv(t*C, 1x1, bias=false) -> bn -> relu6
        -> depthwise(5x5, stride=s, pad=2, bias=false) -> bn -> silu
        -> if squeezes == 1 { mul(_ | global_avgpool -> conv(8, 1x1) -> relu -> conv(t*C, 1x1) -> sigmoid) }
        -> conv(f, 1x1, bias=false) -> bn
    }
    inline block mobile {
        conv(16, 3x3, stride=2, pad=1) -> gelu -> conv(32, 3x3, pad=1) -> relu -> conv(32, 3x3, pad=1)
        -> maxpool(3, stride=2, pad=1) -> inverted(3, 32, 1, 1) -> inverted(3, 32, 1, 0) -> inverted(3, 40, 2, 1)
        -> concat(conv(48, 1x1) -> relu -> depthwise(3x3, pad=1) | conv(32, 3x3, pad=1) -> avgpool(3, stride=1, pad=1))
        -> global_avgpool -> flatten -> out: dense(10)
    }
    pub struct Bands<3x112x100 -> mobile> with cache=(256 * 1024);
    pub struct NoBands<3x112x100 -> mobile> with cache=0;
}

/// Numbers without a pattern.
fn noise<D: Dimension>(mut array: Array<f32, D>) -> Array<f32, D> {
    let mut state = 7u32;
    array.mapv_inplace(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    });
    array
}

macro_rules! check {
    ($net:ident) => {
        let net = $net::new(5);
        let shape = $net::INPUT;
        for images in [1, 2, 3, 17] {
            let x = noise(Array4::zeros((images, shape.channels(), shape.height(), shape.width())));
            let expected = net.features("out", x.view()).expect("a label");
            let largest = expected.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            assert!(largest > 0.0);
            let mut one: Option<Vec<u32>> = None;
            for threads in [1, 2, 3, 8] {
                // Room for more images than there are must make no difference.
                let mut session = net.session(images + 1).threads(threads).expect("threads");
                let found = session.run(x.view()).expect("a batch").to_owned();
                for (found, expected) in found.iter().zip(&expected) {
                    let error = (found - expected).abs();
                    assert!(error <= 1e-5 * largest, "{images} images: {found} for {expected}");
                }
                let bits: Vec<u32> = found.iter().map(|x| x.to_bits()).collect();
                assert!(*one.get_or_insert(bits.clone()) == bits, "{images} on {threads} threads");
            }
            // Parameters packed where they lie give what a packed copy gives.
            let mut session = Session::from_network($net::new(5), images + 1);
            let found = session.run(x.view()).expect("a batch").to_owned();
            let bits: Vec<u32> = found.iter().map(|x| x.to_bits()).collect();
            assert!(one == Some(bits), "{images} images, packed in place");
        }
    };
}

#[test]
fn inception_blocks() {
    check!(Inception);
}

#[test]
fn dense_blocks() {
    check!(DenseNet);
}

#[test]
fn pools_in_bands() {
    check!(Pools);
}

#[test]
fn chains_in_bands() {
    check!(Bands);
    let x = noise(Array4::zeros((2, 3, 112, 100)));
    let [found, expected] = [Bands::new(5).forward(x.view()), NoBands::new(5).forward(x.view())];
    assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "other bits");
    // Two plans, not one.
    const { assert!(Bands::WORKSPACE != NoBands::WORKSPACE) };
}

#[test]
fn adaptive_pools() {
    check!(Adaptive);
}

#[test]
fn parts_are_read_where_they_lie() {
    check!(Splits);
}

#[test]
fn layers_of_training_alone_are_left_out() {
    check!(Dropped);
}

#[test]
fn unpooling() {
    check!(Unpool);
    check!(UnpoolOfFew);
}

#[test]
fn parts_that_cannot_be_written_in_place_are_copied() {
    check!(Tangle);
    check!(Again);
}
