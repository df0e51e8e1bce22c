//! The page: what stands where, and in which words.

mod chart;
mod classes;
mod gallery;
mod picture;

use crate::history::{Epoch, Validated};
use crate::report::{Filters, Mistake, Report};
use crate::{machine, text};
use chart::{Chart, Series};
use cnn::ndarray::Axis;
use cnn::train::Metrics;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::time::Duration;

pub(crate) use gallery::html as gallery;

const STYLE: &str = include_str!("style.css");
/// Filters that are drawn.
const MOST_FILTERS: usize = 96;

pub(crate) fn html(report: &Report<'_>) -> String {
    whole(
        &report.title,
        html! {
            (head(report))
            (curves(report))
            @if let Some(metrics) = report.metrics {
                (classes::confusion(report, metrics))
                (mistakes(report, metrics))
                (classes::table(report, metrics))
                (calibration(metrics))
            }
            @if let Some(filters) = &report.filters { (first_layer(filters)) }
            (network(report))
            (run(report))
        },
    )
}

/// A page with what it shows.
fn whole(title: &str, body: Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (body) }
                footer { "Made by cnn-report " (env!("CARGO_PKG_VERSION")) ". This page needs no other file." }
            }
        }
    };
    page.into_string()
}

/// A part of the page with its heading and a sentence on how to read it.
fn section(id: &str, heading: &str, lead: Markup, body: Markup) -> Markup {
    html! {
        section id=(id) {
            h2 { (heading) }
            p.lead { (lead) }
            (body)
        }
    }
}

fn head(report: &Report<'_>) -> Markup {
    let last = report.rows.last();
    let epochs = report.rows.len();
    html! {
        header id="summary" {
            h1 { (report.title) }
            p.lead {
                @if report.title != report.name { "The network " (report.name) } @else { "A network" }
                " of " (text::count(report.parameters)) " parameters, trained for "
                (epochs) @if epochs == 1 { " epoch" } @else { " epochs" }
                @if let Some(last) = last { " in " (time(last)) } "."
            }
            div.tiles {
                @if let Some(metrics) = report.metrics {
                    @let right = metrics.predictions.iter().filter(|p| p.right()).count();
                    (tile(&text::percent(metrics.top1), "right (top-1)",
                        &format!("{} of {} test images", text::count(right), text::count(metrics.images))))
                    @if metrics.classes.len() > 5 {
                        (tile(&text::percent(metrics.top5), "right within five guesses (top-5)", ""))
                    }
                    (tile(&text::decimal(metrics.loss, 4), "test loss", "smaller is better"))
                    (tile(&text::percent(metrics.calibration_error), "calibration error (ECE)",
                        "between how sure and how right it is"))
                } @else if let Some(last) = last {
                    (tile(&text::percent(last.accuracy), "right in training", "in the last epoch"))
                    (tile(&text::decimal(last.loss, 4), "training loss", "smaller is better"))
                }
                @if let Some(last) = last {
                    (tile(&text::rounded(last.images_per_second), "images a second", "while training"))
                }
            }
            @if let Some(metrics) = report.metrics.filter(|metrics| metrics.unscored > 0) {
                p.warning {
                    (text::count(metrics.unscored)) " of " (text::count(metrics.images))
                    " test images have scores that are no finite numbers: the network computes NaN or infinity for them."
                }
            }
        }
    }
}

fn tile(value: &str, name: &str, note: &str) -> Markup {
    html! {
        div.tile {
            strong { (value) }
            span { (name) }
            @if !note.is_empty() { small { (note) } }
        }
    }
}

fn time(row: &Epoch) -> String {
    text::time(Duration::try_from_secs_f64(row.seconds).unwrap_or_default())
}

fn curves(report: &Report<'_>) -> Markup {
    let trained = |number: fn(&Epoch) -> f64| -> Vec<(f64, f64)> {
        report.rows.iter().map(|row| (row.epoch as f64, number(row))).collect()
    };
    let validated = |number: fn(Validated) -> f64| -> Vec<(f64, f64)> {
        let rows = report.rows.iter();
        rows.filter_map(|row| Some((row.epoch as f64, number(row.validation?)))).collect()
    };
    let (loss, test_loss) = (trained(|row| row.loss), validated(|v| v.loss));
    let (accuracy, test_accuracy) = (trained(|row| row.accuracy), validated(|v| v.top1));
    let rates: Vec<(f64, f64)> = report.curve.iter().map(|p| (p.at, p.rate)).collect();
    let steps: Vec<(f64, f64)> = report.curve.iter().map(|p| (p.at, p.loss)).collect();
    let two = |train, test| {
        let train = Series { class: "train", name: "training images", points: train, marked: true };
        let test = Series { class: "test", name: "test images", points: test, marked: true };
        [train, test].into_iter().filter(|series| series.points.iter().any(|p| p.1.is_finite()))
    };
    let each = Series { class: "steps", name: "each step", points: &steps, marked: false };
    let losses = Chart {
        label: "Loss by epoch".to_owned(),
        x: "epoch",
        range: None,
        series: std::iter::once(each).chain(two(&loss, &test_loss)).collect(),
        span: Some((0.0, 0.0)),
        tick: |x| short(x),
    };
    let accuracies = Chart {
        label: "Accuracy by epoch".to_owned(),
        x: "epoch",
        range: None,
        series: two(&accuracy, &test_accuracy).collect(),
        span: Some((f64::INFINITY, 1.0)),
        tick: |x| format!("{}%", short(100.0 * x)),
    };
    let rate = Chart {
        label: "Learning rate by epoch".to_owned(),
        x: "epoch",
        range: None,
        series: vec![Series {
            class: "rate",
            name: "learning rate",
            points: &rates,
            marked: false,
        }],
        span: Some((0.0, 0.0)),
        tick: |x| short(x),
    };
    let classes = !accuracies.series.is_empty();
    let body = html! {
        div.charts {
            figure id="loss" { figcaption { b { "Loss" } " – smaller is better" } (losses.draw()) }
            @if classes {
                figure id="accuracy" { figcaption { b { "Accuracy" } " – larger is better" } (accuracies.draw()) }
            }
            figure id="rate" { figcaption { b { "Learning rate" } " – how far each step goes" } (rate.draw()) }
        }
    };
    let lead = html! {
        "An epoch is one pass over all training images. Where the test images get worse while the training images "
        "still get better, the network learns them by heart."
    };
    section("curves", "How it learned", lead, body)
}

/// A number with no more digits than it needs.
fn short(x: f64) -> String {
    if x != 0.0 && !(1e-3..1e6).contains(&x.abs()) {
        return format!("{x:.1e}");
    }
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn mistakes(report: &Report<'_>, metrics: &Metrics) -> Markup {
    let wrong = metrics.predictions.iter().filter(|p| !p.right()).count();
    if wrong == 0 {
        let lead = html! { "There is none among " (text::count(metrics.images)) " test images." };
        return section("mistakes", "Worst mistakes", lead, html! {});
    }
    let shown = report.mistakes.len();
    let lead = html! {
        @if shown < wrong {
            "The " (shown) " of " (text::count(wrong)) " mistakes in which the right class got the least. "
        } @else if wrong == 1 { "The only mistake. " }
        @else { "All " (wrong) " mistakes, those in which the right class got the least first. " }
        "Some may be mistakes of whoever labeled the images."
    };
    let body = html! {
        div.pictures {
            @for Mistake { prediction, image } in &report.mistakes {
                @let label = report.class(prediction.label);
                @let said = prediction.class.map_or("nothing".to_owned(), |class| report.class(class));
                figure.mistake {
                    img src=(picture::image(image.view())) alt=(format!("Test image {}", prediction.image));
                    figcaption {
                        "is " b { (label) } br;
                        "taken for " b.wrong { (said) } br;
                        @if !prediction.confidence.is_nan() {
                            small { (sure(prediction.confidence)) " sure" br; }
                        }
                        small { "image " (prediction.image) }
                    }
                }
            }
        }
    };
    section("mistakes", "Worst mistakes", lead, body)
}

/// A probability in whole percents, of which only certainty is 100.
fn sure(part: f64) -> String {
    if part >= 0.995 { "over 99%".to_owned() } else { format!("{:.0}%", 100.0 * part) }
}

fn calibration(metrics: &Metrics) -> Markup {
    let lead = html! {
        "How often the network is right, by how sure it says it is. Bars that end below the line: it is too sure of "
        "itself. The paler a bar, the fewer the images. On average, the network is "
        (text::percent(metrics.calibration_error)) " off."
    };
    let body = html! {
        div.charts {
            figure {
                figcaption { b { "Right" } " – part of the images" }
                (chart::calibration(&metrics.calibration))
            }
        }
    };
    section("calibration", "Whether it knows how sure to be", lead, body)
}

fn first_layer(filters: &Filters) -> Markup {
    let (n, channels, height, width) = filters.weights.dim();
    let shown = n.min(MOST_FILTERS);
    let most = filters.weights.iter().filter(|x| x.is_finite()).fold(0f32, |a, x| a.max(x.abs()));
    let lead = html! {
        "What the first layer (" code { (filters.path) } ") looks for: "
        @if shown < n { (shown) " of " }
        (n) " filters of " (height) "×" (width) " weights"
        @if channels == 3 { " for each of red, green and blue" }
        @else if channels > 1 { ", of which each one's first of " (channels) " channels is drawn" }
        ". Middle gray is 0, lighter is positive, darker negative."
    };
    let body = html! {
        div.filters {
            @for (i, filter) in filters.weights.axis_iter(Axis(0)).take(shown).enumerate() {
                img src=(picture::filter(filter, most)) alt=(format!("Filter {i}"));
            }
        }
    };
    section("filters", "Filters of the first layer", lead, body)
}

fn network(report: &Report<'_>) -> Markup {
    let lead = html! {
        "Images go in at the top. The numbers at the arrows are channels × height × width."
    };
    let body = html! {
        div.scroll.drawing tabindex="0" role="region" aria-label="The network as a drawing" {
            img src=(picture::svg(&report.drawing)) alt=(format!("The layers of {}", report.name));
        }
        details {
            summary { "The same as a table" }
            div.scroll tabindex="0" role="region" aria-label="The network as a table" {
                pre { (report.summary) }
            }
        }
    };
    section("network", "The network", lead, body)
}

fn run(report: &Report<'_>) -> Markup {
    let mut facts: Vec<(String, String)> = Vec::new();
    if let Some(seed) = report.seed {
        facts.push(("Seed".to_owned(), seed.to_string()));
    }
    facts.extend(report.details.iter().cloned());
    if let Some(last) = report.rows.last() {
        facts.push(("Images in an epoch".to_owned(), text::count(last.images)));
        facts.push(("Time".to_owned(), time(last)));
        facts.push(("Speed".to_owned(), machine::speed(last.images_per_second)));
    }
    facts.extend(machine::facts().into_iter().map(|(name, value)| (name.to_owned(), value)));
    facts.push(("Written".to_owned(), machine::now()));
    let body = html! {
        dl {
            @for (name, value) in &facts { div { dt { (name) } dd { (value) } } }
        }
    };
    section("run", "The run", html! { "What it takes to do it again." }, body)
}
