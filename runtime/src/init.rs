//! How a tensor starts: distributions, drawn from streams that give the same numbers everywhere.
//!
//! An element takes one random number. A normal one is its quantile, computed with additions,
//! multiplications, divisions and square roots alone: these are exact to the last bit on every
//! platform, which a system's logarithm or cosine is not.

use crate::random::Stream;
use cnn_ir::Init;

/// Overwrites the elements with numbers of the stream.
pub(crate) fn fill(init: Init, stream: &mut Stream, dims: &[usize], elements: &mut [f32]) {
    match init {
        Init::Constant(value) => elements.fill(value),
        Init::Dirac(bound) => {
            let (channels, kernel) = match dims {
                [_, channels, kernel @ ..] => (*channels, kernel),
                _ => (0, &[][..]),
            };
            let size = kernel.iter().product::<usize>();
            // The middle, in PyTorch's sense: size / 2 in each direction.
            let middle = kernel.iter().fold(0, |at, &n| at * n + n / 2);
            let passing = (channels * channels * size).min(elements.len());
            let (own, others) = elements.split_at_mut(passing);
            own.fill(0.0);
            for (i, filter) in own.chunks_mut((channels * size).max(1)).enumerate() {
                filter[i * size + middle] = 1.0;
            }
            fill(Init::Uniform(-bound, bound), stream, &[], others);
        }
        Init::Uniform(low, high) => {
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            elements.fill_with(|| middle + half * (2.0 * stream.uniform() - 1.0));
        }
        Init::Normal(mean, std) => {
            let (mean, std) = (f64::from(mean), f64::from(std));
            elements.fill_with(|| (mean + std * quantile(stream.probability())) as f32);
        }
        Init::TruncatedNormal(std) => {
            // The part of a normal distribution below −2 standard deviations.
            const BELOW: f64 = 0.022_750_131_948_179_21;
            let std = f64::from(std);
            let mut inside = || BELOW + (1.0 - 2.0 * BELOW) * stream.probability();
            elements.fill_with(|| (std * quantile(inside())) as f32);
        }
    }
}

/// The number below which a standard normal one lies with probability `p`, 0 < p < 1, to about
/// sixteen digits: algorithm AS 241 (Wichura, "The percentage points of the normal distribution",
/// Applied Statistics 37, 1988).
#[allow(clippy::excessive_precision)] // the coefficients are as printed
pub(crate) fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        let top = [
            2.50908_09287_30122_6727e+3,
            3.34305_75583_58812_8105e+4,
            6.72657_70927_00870_0853e+4,
            4.59219_53931_54987_1457e+4,
            1.37316_93765_50946_1125e+4,
            1.97159_09503_06551_4427e+3,
            1.33141_66789_17843_7745e+2,
            3.38713_28727_96366_6080e+0,
        ];
        let bottom = [
            5.22649_52788_52854_5610e+3,
            2.87290_85735_72194_2674e+4,
            3.93078_95800_09271_0610e+4,
            2.12137_94301_58659_5867e+4,
            5.39419_60214_24751_1077e+3,
            6.87187_00749_20579_0830e+2,
            4.23133_30701_60091_1252e+1,
            1.0,
        ];
        return q * polynomial(top, r) / polynomial(bottom, r);
    }
    let r = (-ln(if q < 0.0 { p } else { 1.0 - p })).sqrt();
    let (top, bottom, r) = if r <= 5.0 {
        let top = [
            7.74545_01427_83414_07640e-4,
            2.27238_44989_26918_45833e-2,
            2.41780_72517_74506_11770e-1,
            1.27045_82524_52368_38258e+0,
            3.64784_83247_63204_60504e+0,
            5.76949_72214_60691_40550e+0,
            4.63033_78461_56545_29590e+0,
            1.42343_71107_49683_57734e+0,
        ];
        let bottom = [
            1.05075_00716_44416_84324e-9,
            5.47593_80849_95344_94600e-4,
            1.51986_66563_61645_71966e-2,
            1.48103_97642_74800_74590e-1,
            6.89767_33498_51000_04550e-1,
            1.67638_48301_83803_84940e+0,
            2.05319_16266_37758_82187e+0,
            1.0,
        ];
        (top, bottom, r - 1.6)
    } else {
        let top = [
            2.01033_43992_92288_13265e-7,
            2.71155_55687_43487_57815e-5,
            1.24266_09473_88078_43860e-3,
            2.65321_89526_57612_30930e-2,
            2.96560_57182_85048_91230e-1,
            1.78482_65399_17291_33580e+0,
            5.46378_49111_64114_36990e+0,
            6.65790_46435_01103_77720e+0,
        ];
        let bottom = [
            2.04426_31033_89939_78564e-15,
            1.42151_17583_16445_88870e-7,
            1.84631_83175_10054_68180e-5,
            7.86869_13114_56132_59100e-4,
            1.48753_61290_85061_48525e-2,
            1.36929_88092_27358_05310e-1,
            5.99832_20655_58879_37690e-1,
            1.0,
        ];
        (top, bottom, r - 5.0)
    };
    let x = polynomial(top, r) / polynomial(bottom, r);
    if q < 0.0 { -x } else { x }
}

/// Coefficients from the highest power down.
fn polynomial(coefficients: [f64; 8], x: f64) -> f64 {
    coefficients.into_iter().fold(0.0, |sum, c| sum * x + c)
}

/// The natural logarithm of a positive normal number: ln(2ᵉ·m) = e·ln 2 + 2·artanh((m − 1)/(m + 1))
/// with m around 1, by artanh's series.
fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i32 - 1023;
    let mut m = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    if m > std::f64::consts::SQRT_2 {
        m *= 0.5;
        exponent += 1;
    }
    let z = (m - 1.0) / (m + 1.0);
    // z² is below 0.03: the first term that is left out is below 1e-18.
    let series = (0..11).rev().fold(0.0, |sum, k| sum * (z * z) + 1.0 / f64::from(2 * k + 1));
    f64::from(exponent) * std::f64::consts::LN_2 + 2.0 * z * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    const N: usize = 100_000;

    fn draw(init: Init) -> Vec<f32> {
        let mut elements = vec![f32::NAN; N];
        fill(init, &mut Stream::new(Purpose::Initialize, 11, 0, 0, 0), &[N], &mut elements);
        elements
    }

    /// Mean and standard deviation of the draws.
    fn moments(x: &[f32]) -> (f64, f64) {
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / x.len() as f64;
        let square = |&x: &f32| (f64::from(x) - mean).powi(2);
        (mean, (x.iter().map(square).sum::<f64>() / x.len() as f64).sqrt())
    }

    /// The largest distance of the draws' distribution from `cdf` (Kolmogorov and Smirnov). It
    /// exceeds 1.95/√n for one seed in a thousand.
    fn distance(mut x: Vec<f32>, cdf: impl Fn(f64) -> f64) -> f64 {
        x.sort_by(f32::total_cmp);
        let n = x.len() as f64;
        let far = |(i, &x): (usize, &f32)| {
            let p = cdf(f64::from(x));
            (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs())
        };
        x.iter().enumerate().map(far).fold(0.0, f64::max)
    }

    /// Φ by its definition: Simpson's rule from 0.
    fn phi(x: f64) -> f64 {
        let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let (n, h) = (200, x / 200.0);
        let weight = |i: usize| if i == 0 || i == n { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
        0.5 + h / 3.0 * (0..=n).map(|i| weight(i) * density(i as f64 * h)).sum::<f64>()
    }

    #[test]
    fn draws_follow_their_distributions() {
        let most = 1.95 / (N as f64).sqrt();
        let uniform = draw(Init::Uniform(-1.0, 3.0));
        assert!(uniform.iter().all(|x| (-1.0..3.0).contains(x)));
        assert!(distance(uniform, |x| (x + 1.0) / 4.0) < most);

        let normal = draw(Init::Normal(2.0, 0.5));
        let (mean, std) = moments(&normal);
        assert!((mean - 2.0).abs() < 0.006 && (std - 0.5).abs() < 0.005, "{mean} {std}");
        assert!(distance(normal, |x| phi((x - 2.0) / 0.5)) < most);

        let truncated = draw(Init::TruncatedNormal(0.5));
        assert!(truncated.iter().all(|x| x.abs() <= 1.0));
        let (mean, std) = moments(&truncated);
        assert!(mean.abs() < 0.006 && (std - 0.8796 * 0.5).abs() < 0.005, "{mean} {std}");
        let (low, high) = (phi(-2.0), phi(2.0));
        assert!(distance(truncated, |x| (phi(x / 0.5) - low) / (high - low)) < most);

        assert_eq!(draw(Init::Constant(0.25)), vec![0.25; N]);
    }

    #[test]
    fn dirac_filters_pass_channels_on() {
        let stream = || Stream::new(Purpose::Initialize, 1, 0, 0, 0);
        let mut weight = [f32::NAN; 5 * 2 * 2 * 3];
        fill(Init::Dirac(0.25), &mut stream(), &[5, 2, 2, 3], &mut weight);
        let ones: Vec<usize> = (0..24).filter(|&i| weight[i] == 1.0).collect();
        // In filter 0 of channel 0, in filter 1 of channel 1, at row 1 of 2 and column 1 of 3.
        assert_eq!(ones, [4, 12 + 6 + 4]);
        assert_eq!(weight[..24].iter().filter(|&&x| x == 0.0).count(), 22);
        assert!(weight[24..].iter().all(|x| x.abs() <= 0.25 && *x != 0.0));
        let mut dense = [f32::NAN; 6];
        fill(Init::Dirac(0.25), &mut stream(), &[2, 3], &mut dense);
        assert_eq!(dense, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    }

    // statistics.NormalDist().inv_cdf(p) of Python
    #[test]
    fn quantiles_are_the_normal_distributions() {
        let table = [
            (0.5, 0.0),
            (0.9, 1.2815515655446008),
            (0.975, 1.9599639845400536),
            (0.0001, -3.7190164854557084),
            (1e-12, -7.034483825301131),
            (0.022_750_131_948_179_21, -2.0),
        ];
        for (p, x) in table {
            assert!(
                (quantile(p) - x).abs() < 1e-13 * f64::max(1.0, x.abs()),
                "{p}: {}",
                quantile(p)
            );
        }
        for x in [1e-300, 0.1, 0.7, 1.0, 1.5, 2.0, 3e10] {
            assert!((ln(x) - x.ln()).abs() <= 4e-16 * x.ln().abs(), "{x}: {} {}", ln(x), x.ln());
        }
    }

    #[test]
    fn the_numbers_are_the_same_everywhere() {
        let first = |init| draw(init)[..4].iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(first(Init::Normal(0.0, 1.0)), NORMAL);
        assert_eq!(first(Init::TruncatedNormal(1.0)), TRUNCATED);
    }

    const NORMAL: [u32; 4] = [1066120354, 1072822568, 3200980813, 3214481311];
    const TRUNCATED: [u32; 4] = [1065515140, 1070700729, 3200344789, 3213766562];
}
