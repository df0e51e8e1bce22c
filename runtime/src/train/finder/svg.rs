//! The curve as a picture.

use super::RateCurve;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
/// Where the axes are: left, right, top, bottom.
const LEFT: f64 = 70.0;
const RIGHT: f64 = WIDTH - 24.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = HEIGHT - 64.0;

const STYLE: &str = "\
text{font:13px 'DejaVu Sans',Verdana,Helvetica,sans-serif;fill:#3e4c59}\
.title{font-size:17px;font-weight:bold;fill:#1f2933}.note{fill:#616e7c}\
.middle{text-anchor:middle}.end{text-anchor:end}\
.grid{stroke:#e4e7eb}.axis{stroke:#7b8794}\
.seen{fill:#9fb3c8}.mean{fill:none;stroke:#2680c2;stroke-width:2.5;stroke-linejoin:round}\
.here{stroke:#c2410c;stroke-width:1.5;stroke-dasharray:5 4}.dot{fill:#c2410c}\
.found{fill:#c2410c;font-weight:bold;paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}\
.pale{fill:#616e7c;font-weight:normal}";

/// The whole file.
pub(super) fn draw(curve: &RateCurve) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\">\n<title>Loss by learning rate</title>\n<style>{STYLE}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"30\">Loss by learning rate</text>\n"
    );
    let Some(axes) = Axes::of(curve) else {
        let y = HEIGHT / 2.0;
        put(
            &mut svg,
            format_args!("<text x=\"{LEFT}\" y=\"{y}\">no steps were made</text>\n</svg>"),
        );
        return svg;
    };
    axes.draw(&mut svg);
    legend(&mut svg);
    for (x, y) in axes.places(&curve.rates, &curve.losses) {
        // What is beyond the picture, the line shows well enough.
        if (TOP..=BOTTOM).contains(&y) {
            put(
                &mut svg,
                format_args!("<circle class=\"seen\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\"/>"),
            );
        }
    }
    let line: Vec<String> = axes
        .places(&curve.rates, &curve.smoothed)
        .map(|(x, y)| format!("{x:.1},{:.1}", y.clamp(TOP, BOTTOM)))
        .collect();
    put(&mut svg, format_args!("<polyline class=\"mean\" points=\"{}\"/>", line.join(" ")));
    suggestion(&mut svg, &axes, curve);
    svg.push_str("</svg>\n");
    svg
}

fn put(svg: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = svg.write_fmt(line);
    svg.push('\n');
}

/// What the marks mean.
fn legend(svg: &mut String) {
    let y = 56.0;
    put(svg, format_args!("<circle class=\"seen\" cx=\"{:.1}\" cy=\"{y}\" r=\"3\"/>", LEFT + 4.0));
    put(svg, format_args!("<text x=\"{:.1}\" y=\"{:.1}\">a batch</text>", LEFT + 14.0, y + 4.5));
    let x = LEFT + 90.0;
    put(svg, format_args!("<path class=\"mean\" d=\"M{x} {y}h24\"/>"));
    put(svg, format_args!("<text x=\"{:.1}\" y=\"{:.1}\">smoothed</text>", x + 32.0, y + 4.5));
}

/// The rate to take, and what to make of it.
fn suggestion(svg: &mut String, axes: &Axes, curve: &RateCurve) {
    let note = |svg: &mut String, text: &str| {
        put(svg, format_args!("<text class=\"note end\" x=\"{RIGHT}\" y=\"30\">{text}</text>"));
    };
    let Some(rate) = curve.suggestion() else {
        return note(svg, "no suggestion: the loss falls nowhere");
    };
    note(svg, "suggested: where the smoothed loss falls most steeply");
    let at = curve.rates.iter().position(|&r| r == rate).unwrap_or(0);
    let (x, y) = (axes.x(rate), axes.y(curve.smoothed[at]).clamp(TOP, BOTTOM));
    put(svg, format_args!("<path class=\"here\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>"));
    put(svg, format_args!("<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>"));
    let least = curve.smoothed.iter().copied().fold(f32::INFINITY, f32::min);
    let rises = curve.smoothed.last().is_some_and(|last| *last > least + 0.2 * least.abs());
    let small = ("found pale", LEFT + 10.0, "too small: little is learned");
    let large = ("found pale end", RIGHT - 10.0, "too large: the loss rises");
    for (class, x, text) in [Some(small), rises.then_some(large)].into_iter().flatten() {
        let y = BOTTOM - 10.0;
        put(svg, format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"));
    }
    // On the side with more room.
    let (class, x) =
        if x > (LEFT + RIGHT) / 2.0 { ("found end", x - 8.0) } else { ("found", x + 8.0) };
    let (y, text) = (TOP - 8.0, number(rate.into()));
    put(
        svg,
        format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y}\">suggested: {text}</text>"),
    );
}

/// What is where.
struct Axes {
    /// Logarithms of the least and the largest rate.
    rates: [f64; 2],
    losses: [f64; 2],
    /// Between the marks of the losses.
    step: f64,
}

impl Axes {
    /// None without points.
    fn of(curve: &RateCurve) -> Option<Self> {
        let log = |rate: &f32| f64::from(*rate).log10();
        let rates = [log(curve.rates.first()?), log(curve.rates.last()?)];
        let rates = if rates[1] > rates[0] { rates } else { [rates[0] - 0.5, rates[0] + 0.5] };
        let finite = |losses: &[f32]| -> Vec<f64> {
            losses.iter().map(|&x| x.into()).filter(|x: &f64| x.is_finite()).collect()
        };
        let (losses, smoothed) = (finite(&curve.losses), finite(&curve.smoothed));
        let low = losses.iter().chain(&smoothed).copied().reduce(f64::min)?;
        // The last losses may be so large that nothing else could be seen beside them.
        let first = smoothed.first().copied()?;
        let span = (first - low).max(0.1 * first.abs().max(1e-3));
        let high = losses.iter().copied().fold(first, f64::max).min(first + span).max(low + span);
        let step = round_step((high - low).max(1e-9) / 5.0);
        let losses = [(low / step).floor() * step, (high / step + 0.25).ceil() * step];
        Some(Self { rates, losses, step })
    }

    fn x(&self, rate: f32) -> f64 {
        let [low, high] = self.rates;
        LEFT + (RIGHT - LEFT) * (f64::from(rate).log10() - low) / (high - low)
    }

    fn y(&self, loss: f32) -> f64 {
        let [low, high] = self.losses;
        BOTTOM - (BOTTOM - TOP) * (f64::from(loss) - low) / (high - low)
    }

    fn places<'a>(
        &'a self,
        rates: &'a [f32],
        losses: &'a [f32],
    ) -> impl Iterator<Item = (f64, f64)> + 'a {
        rates.iter().zip(losses).map(|(&rate, &loss)| (self.x(rate), self.y(loss)))
    }

    /// Lines and numbers.
    fn draw(&self, svg: &mut String) {
        let [low, high] = self.losses;
        for k in 0..=((high - low) / self.step).round() as usize {
            let loss = low + k as f64 * self.step;
            let y = self.y(loss as f32);
            put(svg, format_args!("<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>"));
            // As many digits as tell one line from the next.
            let digits = (-self.step.log10().floor()).clamp(0.0, 9.0) as usize;
            let (x, y, text) = (LEFT - 8.0, y + 4.5, format!("{loss:.digits$}"));
            put(svg, format_args!("<text class=\"end\" x=\"{x}\" y=\"{y:.1}\">{text}</text>"));
        }
        // A power of ten may be a little off.
        let decades = (self.rates[0] - 1e-6).ceil() as i32..=(self.rates[1] + 1e-6).floor() as i32;
        let every = ((decades.end() - decades.start()) / 10 + 1).max(1);
        for decade in decades.filter(|decade| decade.rem_euclid(every) == 0) {
            let rate = 10f64.powi(decade);
            let x = self.x(rate as f32);
            put(svg, format_args!("<path class=\"grid\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>"));
            let (y, text) = (BOTTOM + 20.0, number(rate));
            put(svg, format_args!("<text class=\"middle\" x=\"{x:.1}\" y=\"{y}\">{text}</text>"));
        }
        put(
            svg,
            format_args!(
                "<path class=\"axis\" fill=\"none\" d=\"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}\"/>"
            ),
        );
        let (middle, y) = ((LEFT + RIGHT) / 2.0, HEIGHT - 16.0);
        put(
            svg,
            format_args!(
                "<text class=\"middle\" x=\"{middle}\" y=\"{y}\">learning rate: ten times as large from line to line</text>"
            ),
        );
        let (x, y) = (20.0, (TOP + BOTTOM) / 2.0);
        put(
            svg,
            format_args!(
                "<text class=\"middle\" transform=\"translate({x} {y}) rotate(-90)\">loss: smaller is better</text>"
            ),
        );
    }
}

/// A round number near this one: 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * power >= step);
    times.unwrap_or(10.0) * power
}

/// A number as it is read most easily.
fn number(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    // Two digits are as many as a curve tells.
    let power = x.abs().log10().floor() as i32;
    if !(-3..5).contains(&power) {
        let text = format!("{x:.1e}");
        return text.replace(".0e", "e");
    }
    let digits = (1 - power).max(0) as usize;
    let text = format!("{x:.digits$}");
    if digits == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}
