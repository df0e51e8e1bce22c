//! Whether a network is right as often as it says.

use super::Prediction;

/// As in the paper that [`Metrics::calibration_error`](super::Metrics::calibration_error) names.
const BINS: usize = 15;

/// Images for which the probability of the predicted class lies in one range.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalibrationBin {
    /// Where the range begins, itself left out.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Images in it.
    pub images: usize,
    /// Mean probability of the predicted class; NaN without images.
    pub confidence: f64,
    /// Part of the images that are right; NaN without images.
    pub accuracy: f64,
}

pub(super) fn bins(predictions: &[Prediction]) -> Vec<CalibrationBin> {
    let edge = |i: usize| i as f64 / BINS as f64;
    let mut sums = [(0usize, 0.0, 0usize); BINS];
    for prediction in predictions.iter().filter(|p| !p.confidence.is_nan()) {
        let bin = (1..BINS).take_while(|&i| edge(i) < prediction.confidence).count();
        let (images, confidence, right) = &mut sums[bin];
        *images += 1;
        *confidence += prediction.confidence;
        *right += usize::from(prediction.right());
    }
    let bin = |(i, (images, confidence, right)): (usize, (usize, f64, usize))| CalibrationBin {
        from: edge(i),
        to: edge(i + 1),
        images,
        confidence: confidence / images as f64,
        accuracy: right as f64 / images as f64,
    };
    sums.into_iter().enumerate().map(bin).collect()
}

pub(super) fn error(bins: &[CalibrationBin]) -> f64 {
    let images: usize = bins.iter().map(|bin| bin.images).sum();
    let filled = bins.iter().filter(|bin| bin.images > 0);
    let off = filled.map(|bin| bin.images as f64 * (bin.confidence - bin.accuracy).abs());
    // 0/0 is NaN where no image has probabilities.
    off.fold(0.0, |sum, x| sum + x) / images as f64
}
