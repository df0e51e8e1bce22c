//! The area under the ROC curve.

/// How probable it is that what is positive scores higher than what is not, equal scores counting one half, by the
/// sum of ranks (Mann and Whitney, 1947); NaN where one of the two is missing.
pub(super) fn auroc(mut scored: Vec<(f64, bool)>) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = scored.iter().filter(|(_, positive)| *positive).count();
    let others = scored.len() - positives;
    if positives == 0 || others == 0 {
        return f64::NAN;
    }
    // In halves: ranks of equal scores are their mean, and every sum is exact.
    let (mut before, mut doubled) = (0u128, 0u128);
    for equal in scored.chunk_by(|a, b| a.0 == b.0) {
        let positives = equal.iter().filter(|(_, positive)| *positive).count() as u128;
        let n = equal.len() as u128;
        doubled += positives * (2 * before + n + 1);
        before += n;
    }
    let (p, n) = (positives as u128, others as u128);
    (doubled - p * (p + 1)) as f64 / (2 * p * n) as f64
}
