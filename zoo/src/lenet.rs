//! LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
//! recognition", 1998).

use cnn::cnn;
use cnn::custom::{CustomLayer, Init, Parameter, ShapeType, Vector};
use cnn::typenum::{U10, Unsigned};

/// Ten Euclidean radial basis functions, `y_i = Σ_j (x_j − w_ij)²` (the paper's equation 7): how far the
/// features are from what each class expects.
pub struct RadialBasis;

impl<N: Unsigned> CustomLayer<Vector<N>> for RadialBasis
where
    Vector<N>: ShapeType,
{
    type Output = Vector<U10>;

    const PARAMS: &'static [Parameter] =
        &[Parameter { name: "weight", dims: &[10, N::USIZE], init: Init::Uniform(-1.0, 1.0) }];

    const MACS: u64 = 10 * N::U64;

    fn forward(params: &[&[f32]], x: &[f32], y: &mut [f32]) {
        for (y, w) in y.iter_mut().zip(params[0].chunks(N::USIZE)) {
            *y = x.iter().zip(w).map(|(x, w)| (x - w) * (x - w)).sum();
        }
    }

    fn backward(params: &[&[f32]], x: &[f32], _: &[f32], d_y: &[f32], d_x: &mut [f32]) {
        d_x.fill(0.0);
        for (d_y, w) in d_y.iter().zip(params[0].chunks(N::USIZE)) {
            d_x.iter_mut().zip(x).zip(w).for_each(|((d, x), w)| *d += 2.0 * d_y * (x - w));
        }
    }

    fn backward_params(params: &[&[f32]], x: &[f32], _: &[f32], d_y: &[f32], d: &mut [&mut [f32]]) {
        let rows = d[0].chunks_mut(N::USIZE).zip(params[0].chunks(N::USIZE));
        for (d_y, (d, w)) in d_y.iter().zip(rows) {
            d.iter_mut().zip(x).zip(w).for_each(|((d, x), w)| *d += 2.0 * d_y * (w - x));
        }
    }
}

cnn! {
    // f(a) = A tanh(S a), of all layers up to f6.
    inline block squash { tanh(scale=1.7159, slope=2.0/3.0) }

    // The four inputs of a unit are added, times a trained coefficient, plus a trained bias.
    block subsampling { sumpool(2) -> scale(bias=true) -> squash }

    /// LeNet-5 as in 1998, 60,840 parameters: the 60,000 of the paper, and the classes' 840.
    ///
    /// Images: 32×32 gray values, −0.1 where the paper is white and 1.175 where the ink is. The ten
    /// outputs are distances: the class is the smallest.
    ///
    /// The paper draws what the classes expect, `output.weight`, by hand, as pictures of 7×12 pixels of
    /// −1 and 1, and keeps it so, "at least initially". Here it starts at random and is trained; `set`
    /// it to draw.
    pub struct LeNet1998<
        1x32x32
        -> c1: conv(6, 5x5) -> squash -> s2: subsampling
        -> c3: conv(16, 5x5, table=[
            [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5],
            [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5],
            [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]
        ]) -> squash -> s4: subsampling
        -> c5: conv(120, 5x5) -> squash -> flatten
        -> f6: dense(84) -> squash
        -> output: custom(RadialBasis => 10)
    >;

    #[doc(hidden)] // narrow, for the tests
    pub struct SmallLeNet1998<
        1x32x32
        -> c1: conv(3, 5x5) -> squash -> s2: subsampling
        -> c3: conv(4, 5x5, table=[[0, 1], [1, 2], [0, 2], [0, 1, 2]]) -> squash -> s4: subsampling
        -> c5: conv(10, 5x5) -> squash -> flatten
        -> f6: dense(8) -> squash
        -> output: custom(RadialBasis => 10)
    >;

    /// LeNet-5 as textbooks give it today, 61,706 parameters: plain average pools, and dense layers to
    /// the end.
    ///
    /// Images: 28×28 gray values from 0 to 1, ink bright. The ten outputs are scores before softmax. The
    /// labels are the paper's.
    pub struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> pub c1: sigmoid -> pub s2: avgpool(2)
        -> conv(16, 5x5) -> pub c3: sigmoid -> pub s4: avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;
}

const _: () = assert!(LeNet1998::PARAMETERS == 60_840);
const _: () = assert!(LeNet::PARAMETERS == 61_706);
