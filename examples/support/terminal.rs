//! Pictures and bars in a terminal, without colors.

use cnn::ndarray::ArrayView2;

/// From empty to full.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
/// Parts of a cell, by eighths.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A picture of values from 0 (empty) to 1 (full), one line for every two rows: a character is
/// about twice as high as it is wide.
pub(crate) fn picture(pixels: ArrayView2<'_, f32>) -> Vec<String> {
    let (rows, columns) = pixels.dim();
    (0..rows)
        .step_by(2)
        .map(|row| {
            let below = (row + 1).min(rows - 1);
            (0..columns).map(|x| shade((pixels[[row, x]] + pixels[[below, x]]) / 2.0)).collect()
        })
        .collect()
}

fn shade(value: f32) -> char {
    let last = SHADES.len() - 1;
    // A cast from float saturates, and makes 0 of NaN.
    SHADES[((value * last as f32).round() as usize).min(last)]
}

/// A share from 0 to 1 as a bar of at most `width` characters, blank to its right.
pub(crate) fn bar(share: f32, width: usize) -> String {
    let eighths = ((share * (8 * width) as f32).round() as usize).min(8 * width);
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar + &" ".repeat(width - eighths.div_ceil(8))
}

/// Blocks of lines next to each other, each as wide as its widest line.
pub(crate) fn side_by_side(blocks: &[Vec<String>]) -> String {
    let height = blocks.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        blocks.iter().map(|b| b.iter().map(|l| l.chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in 0..height {
        let cells = blocks.iter().zip(&widths).map(|(block, &width)| {
            let cell = block.get(line).map_or("", String::as_str);
            format!("{cell:width$}")
        });
        text += cells.collect::<Vec<_>>().join("   ").trim_end();
        text.push('\n');
    }
    text
}
