//! Layers that change the size of an image, in planes and interleaved, against the oracle.

use crate::harness::{Case, Random, check};
use crate::kernels::{Sizes, check_both, for_images};
use cnn_oracle as oracle;
use cnn_oracle::{Layer, Tensor};
use cnn_runtime::Extent;
use cnn_runtime::conv::Geometry;
use cnn_runtime::deconv;
use cnn_runtime::layout::{Interleaved, Nchw};

/// Amounts of padding that any border can fill on images of these rows and columns, and the
/// oracle's borders beside the runtime's.
pub(crate) fn paddings(
    [height, width]: [usize; 2],
) -> impl Iterator<Item = ([usize; 4], cnn_runtime::Border, oracle::Border)> {
    use cnn_runtime::Border as B;
    use oracle::Border as O;
    let all = [
        (B::Constant(0.5), O::Constant(0.5), [2, 0, 3, 1]),
        (B::Replicate, O::Replicate, [1, 4, 0, 20]),
        (B::Reflect, O::Reflect, [height - 1, 0, width / 2, width - 1]),
        (B::Circular, O::Circular, [0, height, width, width / 2]),
    ];
    all.into_iter().map(|(border, expected, more)| (more, border, expected))
}

#[test]
fn padding_and_cropping() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        let dims = [channels, height, width];
        for (more, border, expected) in paddings([height, width]) {
            let layer = oracle::Pad { more: more.map(|n| n as isize), border: expected };
            let name = format!("pad of {name}, {layer:?}");
            let case = Case::new(name, layer, vec![], vec![x.clone()]);
            check_both!(cnn_runtime::Pad::new(dims, more, border), &case);
        }
        let less = [height / 2, (height - 1) / 2, width / 3, width / 3];
        let case =
            Case::new(format!("crop of {name}"), oracle::Crop { less }, vec![], vec![x.clone()]);
        check_both!(cnn_runtime::Crop::new(dims, less), &case);
    });
}

/// A transposed convolution of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deconvolution {
    pub(crate) images: usize,
    pub(crate) input: [usize; 3],
    pub(crate) filters: usize,
    pub(crate) groups: usize,
    pub(crate) bias: bool,
    pub(crate) sizes: Sizes,
    pub(crate) extra: [usize; 2],
}

impl Deconvolution {
    pub(crate) fn oracle(&self) -> oracle::Deconv {
        let Self { filters, groups, extra, sizes, .. } = *self;
        oracle::Deconv { window: sizes.window(), filters, groups, extra }
    }

    pub(crate) fn case(&self) -> Case {
        let Self { images, input: [channels, height, width], filters, groups, sizes, .. } = *self;
        let mut random = Random::new(1);
        let taps = sizes.kernel[0] * sizes.kernel[1];
        let mut params = vec![random.vec(channels * (filters / groups) * taps)];
        params.extend(self.bias.then(|| random.vec(filters)));
        let x = random.tensor([images, channels, height, width]);
        Case::new(format!("{self:?}"), self.oracle(), params, vec![x])
    }

    pub(crate) fn geometry(&self) -> Geometry {
        let Self { input: [channels, height, width], filters, groups, sizes: s, .. } = *self;
        let taps = s.kernel[0] * s.kernel[1];
        let params = vec![vec![0.0; channels * (filters / groups) * taps]];
        let x = Tensor::<f64>::zeros([1, channels, height, width]);
        let [_, _, rows, columns] = self.oracle().forward(&params, &[x]).dims;
        let (input, output) = (self.input, [rows, columns]);
        Geometry::transposed(input, filters, s.kernel, s.stride, s.pad, s.dilation, groups, output)
    }
}

/// Windows with every option, with what is added to the output's size.
pub(crate) fn deconvolutions() -> [(Sizes, [usize; 2]); 8] {
    [
        (Sizes::plain([1, 1], [1, 1]), [0, 0]),
        (Sizes::plain([2, 2], [2, 2]), [0, 0]),
        (Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) }, [0, 0]),
        (Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [2, 2]) }, [1, 1]),
        (Sizes { pad: [1; 4], ..Sizes::plain([4, 4], [2, 2]) }, [0, 0]),
        (Sizes { pad: [0, 1, 2, 0], ..Sizes::plain([3, 5], [1, 3]) }, [0, 2]),
        (Sizes { dilation: [3, 2], pad: [1, 2, 0, 1], ..Sizes::plain([2, 3], [2, 1]) }, [2, 1]),
        // Gaps that only the bias fills.
        (Sizes::plain([2, 1], [3, 2]), [1, 1]),
    ]
}

#[test]
fn transposed_convolutions() {
    for (i, (sizes, extra)) in deconvolutions().into_iter().enumerate() {
        for (j, (channels, filters, groups)) in
            [(3, 5, 1), (1, 1, 1), (4, 6, 2), (17, 17, 17), (6, 3, 3)].into_iter().enumerate()
        {
            let (images, bias) = ([1, 3, 17, 2][(i + j) % 4], (i + j) % 3 > 0);
            let input = [[channels, 4, 6], [channels, 3, 20], [channels, 5, 3]][(i + j) % 3];
            let d = Deconvolution { images, input, filters, groups, bias, sizes, extra };
            check!(Nchw, deconv::Gemm::new(d.geometry()), &d.case());
            check!(Interleaved, deconv::Direct::new(d.geometry()), &d.case());
        }
    }
}

/// How much larger an image becomes, `n` times `a` and `b` more in rows and columns, and how.
const LARGER: [([[usize; 2]; 2], oracle::Interpolation); 11] = {
    use oracle::Interpolation::{Aligned, Bilinear, Nearest};
    [
        ([[1, 0], [1, 0]], Bilinear),
        ([[2, 0], [2, 0]], Nearest),
        ([[3, 0], [1, 0]], Nearest),
        ([[2, 0], [2, 0]], Bilinear),
        ([[3, 0], [2, 0]], Bilinear),
        ([[1, 0], [5, 0]], Bilinear),
        ([[2, 0], [2, 0]], Aligned),
        ([[1, 1], [1, 2]], Nearest),
        ([[1, 3], [2, 1]], Nearest),
        ([[1, 2], [2, 1]], Bilinear),
        ([[1, 3], [2, 0]], Aligned),
    ]
};

/// Calls `f` with every size that an image of this one becomes, and how.
pub(crate) fn enlargements(
    size: [usize; 2],
    mut f: impl FnMut([usize; 2], cnn_runtime::Interpolation, oracle::Upsample),
) {
    for (larger, interpolation) in LARGER {
        let output = [0, 1].map(|d| size[d] * larger[d][0] + larger[d][1]);
        let ours = match interpolation {
            oracle::Interpolation::Nearest => cnn_runtime::Interpolation::Nearest,
            oracle::Interpolation::Bilinear => cnn_runtime::Interpolation::Bilinear,
            oracle::Interpolation::Aligned => cnn_runtime::Interpolation::Aligned,
        };
        f(output, ours, oracle::Upsample { output, interpolation });
    }
}

/// What inputs of sums and products have of their output.
pub(crate) const EXTENTS: [&[Extent]; 11] = {
    use Extent::{All, Channels, One, Pixels};
    [
        &[All, All],
        &[All, All, All],
        &[All, Channels],
        &[Channels, All],
        &[All, Channels, All],
        &[Channels, All, Channels],
        &[All, Pixels],
        &[Pixels, All, All],
        &[Channels, Pixels],
        &[Pixels, Channels, All, One],
        &[One, All, Pixels, Pixels],
    ]
};

/// The shape of such an input.
pub(crate) fn extent([n, c, h, w]: [usize; 4], extent: Extent) -> [usize; 4] {
    match extent {
        Extent::All => [n, c, h, w],
        Extent::Channels => [n, c, 1, 1],
        Extent::Pixels => [n, 1, h, w],
        Extent::One => [n, 1, 1, 1],
    }
}

#[test]
fn upsampling() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        enlargements([height, width], |output, interpolation, layer| {
            let case = Case::new(format!("{layer:?} of {name}"), layer, vec![], vec![x.clone()]);
            let dims = [channels, height, width];
            check_both!(cnn_runtime::Upsample::new(dims, output, interpolation), &case);
        });
    });
}
