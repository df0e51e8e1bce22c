//! What was taken for what, and each class by itself.

use super::{picture, section};
use crate::report::Report;
use crate::text;
use cnn::train::Metrics;
use maud::{Markup, html};

/// Classes whose numbers fit into a table.
const MOST_CELLS: usize = 20;
/// Confusions that are told in words.
const PAIRS: usize = 6;
/// What is right and what is wrong in a picture of many classes.
const COLORS: [[u8; 3]; 2] = [[0x2f, 0x78, 0xc4], [0xd9, 0x48, 0x2b]];

/// A class that was taken for another one, how often, and how many images it has.
struct Pair {
    class: usize,
    other: usize,
    times: usize,
    of: usize,
}

fn pairs(metrics: &Metrics) -> Vec<Pair> {
    let cells = metrics.confusion.indexed_iter().filter(|((i, j), times)| i != j && **times > 0);
    let mut pairs: Vec<Pair> = cells
        .map(|((class, other), &times)| Pair {
            class,
            other,
            times,
            of: metrics.classes[class].images,
        })
        .collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.times));
    pairs.truncate(PAIRS);
    pairs
}

pub(super) fn confusion(report: &Report<'_>, metrics: &Metrics) -> Markup {
    let n = metrics.classes.len();
    let share = |row: usize, column: usize| {
        metrics.confusion[[row, column]] as f64 / metrics.classes[row].images.max(1) as f64
    };
    let lead = html! {
        "A row is what the images are, a column what they were taken for. What is right lies on the diagonal, in "
        "blue; mistakes are red, the stronger the more of the row's images."
    };
    let pairs = pairs(metrics);
    let body = html! {
        div.confusion {
            @if n <= MOST_CELLS {
                div.scroll tabindex="0" role="region" aria-label="Confusion matrix" {
                    (grid(report, metrics, &share))
                }
            } @else {
                figure.matrix {
                    img src=(picture::cells(n, COLORS, share))
                        alt=(format!("Confusion matrix of {n} classes"));
                    figcaption {
                        "Rows from the top and columns from the left: " (report.class(0)) " to "
                        (report.class(n - 1)) "."
                    }
                }
            }
            @if !pairs.is_empty() {
                div.pairs {
                    h3 { "Most often confused" }
                    ol {
                        @for pair in &pairs {
                            li {
                                b { (report.class(pair.class)) } " taken for " b.wrong { (report.class(pair.other)) }
                                br;
                                small {
                                    (text::count(pair.times)) " of " (text::count(pair.of)) " images"
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    section("confusion", "What was taken for what", lead, body)
}

fn grid(report: &Report<'_>, metrics: &Metrics, share: &dyn Fn(usize, usize) -> f64) -> Markup {
    let n = metrics.classes.len();
    let long = (0..n).any(|class| report.class(class).chars().count() > 5);
    html! {
        table.grid.long[long] {
            thead {
                tr { th.corner scope="col" { small { "is ↓  taken for →" } }
                    @for column in 0..n { th scope="col" { span { (report.class(column)) } } } }
            }
            tbody {
                @for row in 0..n {
                    tr {
                        th scope="row" { (report.class(row)) }
                        @for column in 0..n {
                            @let (times, part) = (metrics.confusion[[row, column]], share(row, column));
                            // The root, so that few are seen too.
                            @let style = format!("--part:{:.0}%", 100.0 * part.sqrt().min(1.0));
                            @let strong = part.sqrt() > 0.55;
                            td.right[row == column].wrong[row != column && times > 0].strong[strong] style=(style) {
                                @if times > 0 { (text::count(times)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn table(report: &Report<'_>, metrics: &Metrics) -> Markup {
    let lead = html! {
        b { "Precision" } ": of what was taken for the class, the part that is. "
        b { "Recall" } ": of what is the class, the part that was found. "
        b { "F1" } ": both in one number. "
        b { "AUROC" } ": how well its probability tells the class from the rest; 50% is chance. "
        "All four are best at 100%."
    };
    let body = html! {
        div.scroll.tall tabindex="0" role="region" aria-label="Precision, recall, F1 and AUROC by class" {
            table.classes {
                thead {
                    tr {
                        th scope="col" { "class" } th scope="col" { "images" } th scope="col" { "precision" }
                        th scope="col" { "recall" } th scope="col" { "F1" } th scope="col" { "AUROC" }
                    }
                }
                tbody {
                    @for (i, class) in metrics.classes.iter().enumerate() {
                        tr {
                            th scope="row" { (report.class(i)) }
                            td { (text::count(class.images)) }
                            @for part in [class.precision, class.recall, class.f1, class.auroc] { (meter(part)) }
                        }
                    }
                }
                tfoot {
                    tr {
                        th scope="row" { "mean" }
                        td { (text::count(metrics.images)) }
                        @for part in [metrics.precision(), metrics.recall(), metrics.f1(), metrics.auroc] {
                            (meter(part))
                        }
                    }
                }
            }
        }
    };
    section("classes", "Class by class", lead, body)
}

/// A part of a whole as a number and a bar.
fn meter(part: f64) -> Markup {
    let style = format!("--part:{:.1}%", if part.is_nan() { 0.0 } else { 100.0 * part });
    html! { td { span.meter style=(style) { (text::percent(part)) } } }
}
