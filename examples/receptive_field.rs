//! How far a network sees: the receptive field at each depth, drawn, and how many weights a convolution
//! saves by using the same ones everywhere.
//!
//!     cargo run --release --example receptive_field [-- FILE.svg]

use cnn::{LayerInfo, cnn};
use std::error::Error;
use std::fmt::Write;

cnn! {
    inline block stage(f, n) { { conv(f, 3x3, pad=1) -> relu } * n -> maxpool(2) }

    /// The convolutions of VGG-16 (Simonyan and Zisserman, 2015): small windows, many of them.
    pub struct Features<
        3x224x224
        -> stage(64, 2) -> stage(128, 2) -> stage(256, 3) -> stage(512, 3) * 2
    >;
}

// Thirteen windows of 3x3, and pools between them, see almost all of the image.
const _: () = assert!(Features::LAYERS[Features::LAYERS.len() - 1].receptive_field.0 >= 200);

fn main() -> Result<(), Box<dyn Error>> {
    let side = Features::INPUT.height();
    let seen: Vec<&LayerInfo> =
        Features::LAYERS.iter().filter(|l| l.receptive_field != before(l)).collect();

    println!("What one element sees of the {side} rows of the image, layer by layer:\n");
    for layer in &seen {
        println!(
            "{:>14}  {}",
            layer.text.split(" pad ").next().unwrap_or_default(),
            ruler(layer, side)
        );
    }

    println!("\nWeights of a convolution, and of a dense layer between the same shapes:\n");
    println!("{:>27}  {:>10}  {:>18}  {:>12}", "shapes", "weights", "dense", "shared by");
    let (mut shared, mut dense) = (0, 0);
    for layer in Features::LAYERS.iter().filter(|l| l.parameters > 0) {
        let all = layer.input.len() as u64 * layer.output.len() as u64 + layer.output.len() as u64;
        let ratio = all / layer.parameters as u64;
        let shapes = format!("{} → {}", layer.input, layer.output);
        println!(
            "{shapes:>27}  {:>10}  {:>18}  {ratio:>10} ×",
            grouped(layer.parameters as u64),
            grouped(all)
        );
        (shared, dense) = (shared + layer.parameters as u64, dense + all);
    }
    println!(
        "{:>27}  {:>10}  {:>18}  {:>10} ×",
        "all",
        grouped(shared),
        grouped(dense),
        dense / shared
    );

    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(&path, picture(&seen, side))?;
        println!("\n{path} shows the fields on the image.");
    }
    Ok(())
}

/// The field that a layer's input has.
fn before(layer: &LayerInfo) -> (usize, usize) {
    match layer.inputs[0] {
        cnn::Source::Input(_) => (1, 1),
        cnn::Source::Layer(l) => Features::LAYERS[l].receptive_field,
    }
}

/// The rows that the element in the middle of a layer's output sees: first, and how many. Those in the
/// padding are not there.
fn rows(layer: &LayerInfo, side: usize) -> (usize, usize) {
    let middle = (layer.output.height() / 2) as f32;
    let first = layer.start.0 + (middle * layer.jump.0) as isize;
    let end = first.saturating_add_unsigned(layer.receptive_field.0).min(side as isize);
    let first = first.max(0);
    (first as usize, (end - first) as usize)
}

/// The rows that are seen, as a bar on a line as long as the image.
fn ruler(layer: &LayerInfo, side: usize) -> String {
    const WIDTH: usize = 56;
    let (first, count) = rows(layer, side);
    let at = |row: usize| (row * WIDTH).div_ceil(side).min(WIDTH);
    let (from, to) = (at(first).min(WIDTH - 1), at(first + count).max(at(first) + 1));
    let bar: String = (0..WIDTH).map(|i| if (from..to).contains(&i) { '█' } else { '·' }).collect();
    let (field, jump) = (layer.receptive_field.0, layer.jump.0);
    format!("{bar} {field:>3} rows, every {jump:>2}")
}

/// `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|g| std::str::from_utf8(g).unwrap_or_default())
        .collect();
    groups.join(",")
}

/// The fields as squares on the image, and their growth as steps below it.
fn picture(seen: &[&LayerInfo], side: usize) -> String {
    const SCALE: usize = 2;
    const STEP: usize = 24;
    let (large, below) = (SCALE * side, 200);
    let (left, top) = (40, 30);
    let most = seen.iter().map(|l| l.receptive_field.0).max().unwrap_or(1).max(side);
    let width = left + large.max(STEP * seen.len()) + 20;
    let height = top + large + 70 + below + 40;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"{left}\" y=\"20\" font-size=\"14\">{}: what the middle of each layer sees of {side}x{side} pixels</text>\n\
         <rect x=\"{left}\" y=\"{top}\" width=\"{large}\" height=\"{large}\" fill=\"#f0f4f8\" stroke=\"#829ab1\"/>\n",
        Features::NAME
    );
    let color = |i: usize| format!("hsl({},70%,45%)", 210 + 130 * i / seen.len().max(1));
    for (i, layer) in seen.iter().enumerate().rev() {
        let (first, count) = rows(layer, side);
        let (at, size) = (SCALE * first, SCALE * count);
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{size}\" height=\"{size}\" fill=\"{2}\" fill-opacity=\".07\" stroke=\"{2}\"/>",
            left + at,
            top + at,
            color(i)
        );
    }
    let foot = top + large + 60 + below;
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" font-size=\"14\">rows seen, by depth</text>",
        foot - below - 20
    );
    for (i, layer) in seen.iter().enumerate() {
        let field = layer.receptive_field.0;
        let (x, tall) = (left + STEP * i, below * field / most);
        let word = layer.keyword;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{tall}\" fill=\"{}\"/><text x=\"{x}\" y=\"{}\">{field}</text><text transform=\"translate({} {}) rotate(60)\" font-size=\"9\">{word}</text>",
            foot - tall,
            STEP - 4,
            color(i),
            foot - tall - 3,
            x + 6,
            foot + 8
        );
    }
    svg.push_str("</svg>\n");
    svg
}
