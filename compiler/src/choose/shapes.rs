//! Images made larger or smaller without weights.

use super::{ALL, Candidate, Site};
use crate::plan::{Chosen, Kernel};
use cnn_ir::{Interpolation, Op};

pub(super) static PAD: &[Candidate] = &[Candidate::new("copy", ALL, pad)];

pub(super) static CROP: &[Candidate] = &[Candidate::new("copy", ALL, crop)];

pub(super) static UPSAMPLE: &[Candidate] = &[
    Candidate::new("nearest", ALL, upsample).when(nearest),
    Candidate::new("bilinear", ALL, upsample),
];

fn pad(site: &Site<'_>) -> Chosen {
    let Op::Pad { pad, border } = *site.op else { unreachable!("the table of pads is for them") };
    Chosen::plain(Kernel::Pad { shape: site.input(), pad, border })
}

fn crop(site: &Site<'_>) -> Chosen {
    let Op::Crop { crop } = *site.op else { unreachable!("the table of crops is for them") };
    Chosen::plain(Kernel::Crop { shape: site.input(), crop })
}

fn interpolation(site: &Site<'_>) -> Interpolation {
    match *site.op {
        Op::Upsample { interpolation, .. } => interpolation,
        _ => unreachable!("the table of upsampling is for it"),
    }
}

fn nearest(site: &Site<'_>) -> Result<(), &'static str> {
    let nearest = interpolation(site) == Interpolation::Nearest;
    nearest.then_some(()).ok_or("pixels are interpolated")
}

fn upsample(site: &Site<'_>) -> Chosen {
    let (shape, size, interpolation) = (site.input(), site.output.size(), interpolation(site));
    Chosen::plain(Kernel::Upsample { shape, size, interpolation })
}
