//! Curves and bars as SVG, in the colors of the page.

use maud::{Markup, html};

/// A curve with its name, by which the style sheet knows its color and its dashes.
pub(super) struct Series<'a> {
    pub(super) class: &'static str,
    pub(super) name: &'a str,
    pub(super) points: &'a [(f64, f64)],
    /// Whether its points are marked.
    pub(super) marked: bool,
}

/// Curves over one axis.
pub(super) struct Chart<'a> {
    /// What the picture says, for those who do not see it.
    pub(super) label: String,
    pub(super) x: &'a str,
    /// What the horizontal axis begins and ends with; none: 0 and the last point, at least 1.
    pub(super) range: Option<(f64, f64)>,
    pub(super) series: Vec<Series<'a>>,
    /// What the vertical axis begins and ends with at least.
    pub(super) span: Option<(f64, f64)>,
    pub(super) tick: fn(f64) -> String,
}

const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 42.0;

/// A range of numbers and where it is drawn.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn at(&self, x: f64) -> f64 {
        self.from + (x - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round numbers in the range, about `n` of them.
    fn ticks(&self, n: f64) -> Vec<f64> {
        let rough = (self.high - self.low) / n;
        let unit = 10f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
        let step = unit * steps.into_iter().find(|s| s * unit >= rough * 0.999).unwrap_or(10.0);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

impl Chart<'_> {
    fn axes(&self) -> (Axis, Axis) {
        let points = || self.series.iter().flat_map(|s| s.points).filter(|p| p.1.is_finite());
        let most_x = points().map(|p| p.0).fold(1.0, f64::max);
        let (low, high) = self.span.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
        let low = points().map(|p| p.1).fold(low, f64::min);
        let mut high = points().map(|p| p.1).fold(high, f64::max);
        let low = if low.is_finite() { low } else { 0.0 };
        if high.is_nan() || high <= low {
            high = low + low.abs().max(1e-3);
        }
        let (first, last) = self.range.unwrap_or((0.0, most_x));
        let x = Axis { low: first, high: last, from: LEFT, to: WIDTH - RIGHT };
        (x, Axis { low, high, from: HEIGHT - BOTTOM, to: TOP })
    }

    /// The drawing, below it what the curves are.
    pub(super) fn draw(&self) -> Markup {
        let (x, y) = self.axes();
        let (left, right, foot) = (LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM);
        html! {
            svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(self.label) {
                @for tick in y.ticks(4.0) {
                    @let at = format!("{:.1}", y.at(tick));
                    line.grid x1=(left) x2=(right) y1=(at) y2=(at) {}
                    text.tick.y x=(left - 8.0) y=(at) dy="0.32em" { ((self.tick)(tick)) }
                }
                line.axis x1=(left) x2=(right) y1=(foot) y2=(foot) {}
                @for tick in x.ticks(6.0).into_iter().filter(|t| t.fract().abs() < 1e-9 || x.high - x.low <= 2.0) {
                    @let at = format!("{:.1}", x.at(tick));
                    line.axis x1=(at) x2=(at) y1=(foot) y2=(foot + 4.0) {}
                    text.tick.x x=(at) y=(foot + 18.0) { (round(tick)) }
                }
                text.tick.x x=((left + right) / 2.0) y=(HEIGHT - 6.0) { (self.x) }
                @for series in &self.series {
                    polyline.curve.(series.class) points=(line(series.points, &x, &y)) {}
                    @if series.marked {
                        @for p in series.points.iter().filter(|p| p.1.is_finite()) {
                            circle.mark.(series.class) r="3"
                                cx=(format!("{:.1}", x.at(p.0))) cy=(format!("{:.1}", y.at(p.1))) {}
                        }
                    }
                }
            }
            @if self.series.len() > 1 {
                p.legend {
                    @for series in &self.series {
                        span {
                            svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true" {
                                line.curve.(series.class) x1="1" x2="27" y1="5" y2="5" {}
                                @if series.marked { circle.mark.(series.class) cx="14" cy="5" r="3" {} }
                            }
                            (series.name)
                        }
                    }
                }
            }
        }
    }
}

/// Without the digits that a sum of fractions ends in.
fn round(tick: f64) -> f64 {
    (tick * 1e6).round() / 1e6
}

fn line(points: &[(f64, f64)], x: &Axis, y: &Axis) -> String {
    let finite = points.iter().filter(|p| p.1.is_finite());
    let at = finite.map(|p| format!("{:.1},{:.1}", x.at(p.0), y.at(p.1)));
    at.collect::<Vec<_>>().join(" ")
}

/// How often the network is right by how sure it is: bars, and the line on which they would be if it knew.
pub(super) fn calibration(bins: &[cnn::train::CalibrationBin]) -> Markup {
    let x = Axis { low: 0.0, high: 1.0, from: LEFT, to: WIDTH - RIGHT };
    let y = Axis { low: 0.0, high: 1.0, from: HEIGHT - BOTTOM, to: TOP };
    let text = |part: f64| format!("{:.0}%", 100.0 * part);
    let most = bins.iter().map(|bin| bin.images).max().unwrap_or(1).max(1);
    // The root, so that few images are seen too.
    let opacity = |images: usize| format!("{:.2}", (images as f64 / most as f64).sqrt().max(0.15));
    let (left, right, foot) = (LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM);
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img"
            aria-label="How often it is right by how sure it is" {
            @for tick in y.ticks(4.0) {
                @let at = format!("{:.1}", y.at(tick));
                line.grid x1=(left) x2=(right) y1=(at) y2=(at) {}
                text.tick.y x=(left - 8.0) y=(at) dy="0.32em" { (text(tick)) }
            }
            @for bin in bins.iter().filter(|bin| bin.images > 0) {
                @let (from, to) = (x.at(bin.from), x.at(bin.to));
                rect.bar x=(format!("{:.1}", from + 1.0)) width=(format!("{:.1}", to - from - 2.0))
                    y=(format!("{:.1}", y.at(bin.accuracy))) fill-opacity=(opacity(bin.images))
                    height=(format!("{:.1}", (foot - y.at(bin.accuracy)).max(1.0))) {}
            }
            line.ideal x1=(left) y1=(foot) x2=(right) y2=(TOP) {}
            line.axis x1=(left) x2=(right) y1=(foot) y2=(foot) {}
            @for tick in x.ticks(5.0) {
                text.tick.x x=(format!("{:.1}", x.at(tick))) y=(foot + 18.0) { (text(tick)) }
            }
            text.tick.x x=((left + right) / 2.0) y=(HEIGHT - 6.0) { "how sure the network says it is" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let ticks = |low, high, n| Axis { low, high, from: 0.0, to: 1.0 }.ticks(n);
        assert_eq!(ticks(0.0, 11.0, 6.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(0.0, 1.0, 4.0), [0.0, 0.25, 0.5, 0.75, 1.0]);
        let small = ticks(0.0123, 0.0456, 4.0);
        assert_eq!(
            small.iter().map(|x| format!("{x:.2}")).collect::<Vec<_>>(),
            ["0.02", "0.03", "0.04"]
        );
    }
}
