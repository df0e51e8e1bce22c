//! Made by `tests/reference/optim.py`.
#![allow(clippy::excessive_precision)] // the numbers are as printed

use super::*;
use ndarray::{Array2, array};

pub(super) const OUTPUTS: [f32; 6] = [1.0, 2.0, -1.0, 0.5, -3.0, 4.0];
pub(super) const WEIGHTS: [f32; 3] = [0.5, 2.0, 1.25];
fn parts() -> Array2<f32> {
    array![[1.0, 0.25, 0.5], [0.0, 0.75, 0.125]]
}
fn bits() -> Array2<f32> {
    array![[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
}
fn numbers() -> Array2<f32> {
    array![[1.0, 0.0, 0.5], [0.0, -1.0, 2.0]]
}

/// A loss's check by its name, its value and its gradient.
pub(super) trait Check {
    fn check<L: Loss>(
        &mut self,
        name: &str,
        loss: L,
        targets: L::Targets<'_>,
        expected: f32,
        gradient: [f32; 6],
    );
}

pub(super) fn losses(check: &mut impl Check) {
    check.check(
        "CrossEntropy",
        CrossEntropy,
        &[1, 0],
        1.93982363,
        [0.12974824, -0.147307724, 0.0175595153, -0.485356838, 0.000442184857, 0.48491469],
    );
    check.check(
        "CrossEntropy.smoothing(0.1)",
        CrossEntropy.smoothing(0.1),
        &[1, 0],
        2.00649023,
        [0.113081574, -0.113974392, 0.000892847776, -0.452023506, -0.016224483, 0.46824801],
    );
    check.check(
        "CrossEntropy.class_weights(WEIGHTS)",
        CrossEntropy.class_weights(WEIGHTS),
        &[1, 0],
        0.985336781,
        [0.207597181, -0.235692367, 0.0280952249, -0.194142744, 0.000176873946, 0.193965882],
    );
    check.check(
        "CrossEntropy.class_weights(WEIGHTS).smoothing(0.2)",
        CrossEntropy.class_weights(WEIGHTS).smoothing(0.2),
        &[1, 0],
        1.35956764,
        [0.178694069, -0.171348751, -0.0073452522, -0.165718898, -0.0531033985, 0.2188223],
    );
    check.check(
        "CrossEntropy.weighted(0.5)",
        CrossEntropy.weighted(0.5),
        &[1, 0],
        0.969911814,
        [0.0648741201, -0.0736538619, 0.00877975766, -0.242678419, 0.000221092429, 0.242457345],
    );
    check.check(
        "Focal::new(0.0)",
        Focal::new(0.0),
        &[1, 0],
        1.93982363,
        [0.12974824, -0.147307724, 0.0175595153, -0.485356838, 0.000442184857, 0.48491469],
    );
    check.check(
        "Focal::new(2.0)",
        Focal::new(2.0),
        &[1, 0],
        1.67857921,
        [0.03008339, -0.0341547281, 0.00407134416, -0.554776132, 0.000505429343, 0.554270744],
    );
    check.check(
        "Focal::new(0.5)",
        Focal::new(0.5),
        &[1, 0],
        1.83399498,
        [0.0998499542, -0.113363154, 0.0135132223, -0.503665328, 0.000458864844, 0.503206551],
    );
    check.check(
        "SoftCrossEntropy",
        SoftCrossEntropy,
        parts().view(),
        4.19378853,
        [-0.272940576, 0.492211491, -0.219270855, 0.0128127607, -0.374613076, 0.361800343],
    );
    check.check(
        "BinaryCrossEntropy::new()",
        BinaryCrossEntropy::new(),
        parts().view(),
        1.590711,
        [-0.0448235683, 0.105132841, -0.0385097601, 0.103743225, -0.117095686, 0.142835632],
    );
    check.check(
        "BinaryCrossEntropy::new().positive_weight(3.0)",
        BinaryCrossEntropy::new().positive_weight(3.0),
        parts().view(),
        2.68748879,
        [-0.134470701, 0.0951992646, -0.160352856, 0.103743225, -0.355239242, 0.142086208],
    );
    check.check(
        "BinaryCrossEntropy::new().focal(2.0, 0.25)",
        BinaryCrossEntropy::new().focal(2.0, 0.25),
        bits().view(),
        0.372474462,
        [-0.00219088001, 0.134589225, 0.0065726419, 0.0657689795, -0.0469479188, -7.22941422e-07],
    );
    check.check(
        "BinaryCrossEntropy::new().focal(0.5, 0.75)",
        BinaryCrossEntropy::new().focal(0.5, 0.75),
        bits().view(),
        0.514501214,
        [-0.024856789, 0.0394003242, 0.0082855979, 0.0265069902, -0.125033423, -0.000450920343],
    );
    check.check(
        "MeanSquaredError",
        MeanSquaredError,
        numbers().view(),
        2.41666675,
        [0.0, 0.666666687, -0.5, 0.166666672, -0.666666687, 0.666666687],
    );
    check.check(
        "MeanAbsoluteError",
        MeanAbsoluteError,
        numbers().view(),
        1.33333337,
        [0.0, 0.166666672, -0.166666672, 0.166666672, -0.166666672, 0.166666672],
    );
    check.check(
        "Huber::new(1.0)",
        Huber::new(1.0),
        numbers().view(),
        0.9375,
        [0.0, 0.166666672, -0.166666672, 0.0833333358, -0.166666672, 0.166666672],
    );
    check.check(
        "Huber::new(0.75)",
        Huber::new(0.75),
        numbers().view(),
        0.770833313,
        [0.0, 0.125, -0.125, 0.0833333358, -0.125, 0.125],
    );
}
