//! The rule for the output size of convolutions and pools.

/// The shape rule: `floor((n + begin + end - d (k - 1) - 1) / s) + 1`, or rounded up.
pub(crate) const fn check_window(
    n: usize,
    k: usize,
    s: usize,
    pad: [usize; 2],
    d: usize,
    output: usize,
) {
    assert!(n > 0 && k > 0 && s > 0 && d > 0 && output > 0);
    let (padded, reach) = (n + pad[0] + pad[1], d * (k - 1) + 1);
    // Rounded up, one window may be there that is larger than the padded input.
    assert!(padded + s > reach, "the window is larger than its padded input");
    let up = (padded + s - 1 - reach) / s + 1;
    let whole = padded >= reach && output == (padded - reach) / s + 1;
    assert!(output == up || whole, "the output has another size");
}
