//! Checks that many layers make of their shapes.

use super::{Operand, Param};
use crate::args::Args;
use crate::report::{Area, Report};
use crate::shape::{MOST_ELEMENTS, Shape};

/// Refuses shapes beyond what any machine holds, before anything multiplies them.
pub(crate) fn sane(
    area: Area,
    text: &str,
    shape: Shape,
    params: &[Param],
    report: &mut Report,
) -> bool {
    let elements = |dims: &[usize]| dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    let too_many = |n: Option<usize>| n.is_none_or(|n| n > MOST_ELEMENTS);
    if too_many(shape.checked_len()) {
        report.error(
            area,
            format!("{text} gives {shape}, more than {MOST_ELEMENTS} elements an image"),
        );
        return false;
    }
    for p in params {
        if too_many(elements(&p.dims)) {
            let dims: Vec<String> = p.dims.iter().map(ToString::to_string).collect();
            report.error(
                area,
                format!(
                    "{text} needs a {} of {}, more than {MOST_ELEMENTS} elements",
                    p.name,
                    dims.join("x")
                ),
            );
            return false;
        }
    }
    true
}

/// The volume that a layer takes, or an error that says what it got.
pub(crate) fn expect_volume(
    keyword: &str,
    args: &Args,
    input: Operand,
    report: &mut Report,
) -> Option<(usize, [usize; 2])> {
    match input.shape {
        Shape::Volume { channels, height, width } => Some((channels, [height, width])),
        Shape::Vector(n) => {
            report.error(
                args.area,
                format!("{keyword} takes a volume, channels x height x width, but its input is a vector of {n}"),
            );
            None
        }
    }
}
