//! Pages of pictures and curves.

use super::chart::{Chart, Series};
use super::{picture, section, short, whole};
use crate::gallery::{Curves, Figure, Gallery, Pictures, Section};
use maud::{Markup, html};

/// How the style sheet knows curves.
const CLASSES: [&str; 4] = ["test", "train", "rate", "steps"];

pub(crate) fn html(gallery: &Gallery) -> String {
    whole(
        &gallery.title,
        html! {
            header id="summary" {
                h1 { (gallery.title) }
                p.lead { (gallery.lead) }
                @if gallery.sections.len() > 1 {
                    nav.contents {
                        @for section in &gallery.sections { a href=(format!("#{}", section.id)) { (section.heading) } }
                    }
                }
            }
            @for part in &gallery.sections { (drawn(part)) }
        },
    )
}

fn drawn(part: &Section) -> Markup {
    let narrow = |figure: &Figure| matches!(figure, Figure::Curves(_));
    let body = html! {
        div.figures {
            @for group in part.figures.chunk_by(|a, b| narrow(a) && narrow(b)) {
                @if narrow(&group[0]) {
                    div.charts { @for figure in group { (one(figure)) } }
                } @else {
                    @for figure in group { (one(figure)) }
                }
            }
        }
    };
    section(&part.id, &part.heading, html! { (part.lead) }, body)
}

fn one(figure: &Figure) -> Markup {
    match figure {
        Figure::Pictures(pictures) => row(pictures),
        Figure::Curves(curves) => chart(curves),
        Figure::Drawing { title, svg } => html! {
            figure {
                figcaption { b { (title) } }
                div.drawing { img src=(picture::svg(svg)) alt=(title); }
            }
        },
        Figure::Table { title, head, rows } => html! {
            div {
                h3 { (title) }
                div.scroll {
                    table.classes {
                        thead { tr { @for name in head { th { (name) } } } }
                        tbody {
                            @for row in rows {
                                tr {
                                    @for (k, cell) in row.iter().enumerate() {
                                        @if k == 0 { th { (cell) } } @else { td { (cell) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        },
    }
}

fn row(pictures: &Pictures) -> Markup {
    let style = format!("--side: {}px", pictures.side);
    html! {
        div {
            @if !pictures.title.is_empty() { h3 { (pictures.title) } }
            @if !pictures.note.is_empty() { p.lead { (pictures.note) } }
            div.gallery style=(style) {
                @for (caption, png) in &pictures.pictures {
                    figure {
                        img src=(picture::bytes(png)) alt=(caption);
                        figcaption { (caption) }
                    }
                }
            }
        }
    }
}

fn chart(curves: &Curves) -> Markup {
    let all = || curves.curves.iter().flat_map(|(_, points)| points).map(|point| point.0);
    let (first, last) =
        all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let series = curves.curves.iter().zip(CLASSES).map(|((name, points), class)| Series {
        class,
        name,
        points,
        marked: points.len() <= 20,
    });
    let drawn = Chart {
        label: format!("{} by {}", curves.title, curves.x),
        x: &curves.x,
        range: (first < last).then_some((first, last)),
        series: series.collect(),
        span: curves.percent.then_some((0.0, 1.0)),
        tick: if curves.percent { |x| format!("{}%", short(100.0 * x)) } else { |x| short(x) },
    };
    html! {
        figure {
            figcaption { b { (curves.title) } }
            (drawn.draw())
        }
    }
}
