//! Pictures in rows and columns, with titles.

use super::colors::Colors;
use super::picture::Picture;
use super::refused;
use super::text::Text;
use cnn::Error;
use image::{Rgb, RgbImage, imageops};

/// Pixels around all and between the pictures.
const MARGIN: usize = 16;
const GAP: usize = 16;
/// Pixels between a title and what it stands above.
const BELOW_TITLE: usize = 4;
const BACKGROUND: Rgb<u8> = Rgb([250; 3]);
const TITLE: Text = Text::of(20.0);
const LABEL: Text = Text::of(15.0);
/// The bar of the colors.
const BAR: [usize; 2] = [12, 320];

/// Pictures in rows and columns, from left to right and from top to bottom, with a title above each and one above all.
/// Small pictures are enlarged by a whole number, pixel by pixel.
#[derive(Clone, Debug)]
pub struct Grid {
    columns: usize,
    side: usize,
    title: String,
    cells: Vec<(String, Picture)>,
    legend: Option<(Colors, String, String)>,
    note: String,
}

/// Where things are, in pixels.
struct Layout {
    width: usize,
    height: usize,
    title: Vec<String>,
    /// Left end and width of each column.
    columns: Vec<(usize, usize)>,
    /// Where the titles of each row end, and its pictures start.
    rows: Vec<usize>,
    /// What each picture is enlarged by, and its title's lines.
    cells: Vec<(usize, Vec<String>)>,
    /// Upper end of the legend's bar and its width, and the two texts' lines.
    legend: Option<(usize, usize, [Vec<String>; 2])>,
    /// Upper end of the note, and its lines.
    note: (usize, Vec<String>),
}

impl Grid {
    /// A grid of that many pictures in a row, at least one.
    pub fn new(columns: usize) -> Self {
        Self {
            columns: columns.max(1),
            side: 224,
            title: String::new(),
            cells: Vec::new(),
            legend: None,
            note: String::new(),
        }
    }

    /// A title above all.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Pictures are enlarged as often as their longer side stays within that many pixels; 224 unless given. Larger ones
    /// stay as they are.
    pub fn side(mut self, pixels: usize) -> Self {
        self.side = pixels;
        self
    }

    /// One more picture with a title above it, which may be empty.
    pub fn add(mut self, title: impl Into<String>, picture: Picture) -> Self {
        self.cells.push((title.into(), picture));
        self
    }

    /// A bar of the colors below all, with what stands at its two ends.
    pub fn legend(
        mut self,
        colors: Colors,
        low: impl Into<String>,
        high: impl Into<String>,
    ) -> Self {
        self.legend = Some((colors, low.into(), high.into()));
        self
    }

    /// A text below all.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The grid as one picture.
    ///
    /// # Errors
    /// There are no pictures, or all together are too large for one.
    pub fn draw(&self) -> Result<Picture, Error> {
        if self.cells.is_empty() {
            return Err(refused("Grid", "pictures", "none".to_owned(), "at least 1"));
        }
        let layout = self.layout();
        let mut picture = Picture::blank("Grid", layout.width, layout.height)?;
        let pixels = &mut picture.pixels;
        pixels.pixels_mut().for_each(|pixel| *pixel = BACKGROUND);
        for (k, line) in layout.title.iter().enumerate() {
            TITLE.draw(pixels, MARGIN, MARGIN + k * TITLE.line(), line);
        }
        for (k, ((_, cell), (factor, lines))) in self.cells.iter().zip(&layout.cells).enumerate() {
            let (left, width) = layout.columns[k % self.columns];
            let top = layout.rows[k / self.columns];
            for (back, line) in lines.iter().rev().enumerate() {
                let x = left + width.saturating_sub(LABEL.width(line)) / 2;
                let y = top - BELOW_TITLE - (back + 1) * LABEL.line();
                LABEL.draw(pixels, x, y, line);
            }
            let x = left + (width - cell.width() * factor) / 2;
            paste(pixels, &cell.pixels, *factor, x, top);
        }
        if let (Some((colors, ..)), Some((top, width, texts))) = (&self.legend, &layout.legend) {
            let low = if colors.is_signed() { -1.0 } else { 0.0 };
            for x in 0..*width {
                let share = x as f32 / (width - 1).max(1) as f32;
                let color = Rgb(colors.color(low + share * (1.0 - low)));
                for y in *top..top + BAR[0] {
                    pixels.put_pixel((MARGIN + x) as u32, y as u32, color);
                }
            }
            for (high, lines) in texts.iter().enumerate() {
                for (k, line) in lines.iter().enumerate() {
                    let right = high * width.saturating_sub(LABEL.width(line));
                    let y = top + BAR[0] + BELOW_TITLE + k * LABEL.line();
                    LABEL.draw(pixels, MARGIN + right, y, line);
                }
            }
        }
        let (top, lines) = &layout.note;
        for (k, line) in lines.iter().enumerate() {
            LABEL.draw(pixels, MARGIN, top + k * LABEL.line(), line);
        }
        Ok(picture)
    }

    fn layout(&self) -> Layout {
        let factor = |picture: &Picture| (self.side / picture.width().max(picture.height())).max(1);
        let factors: Vec<usize> = self.cells.iter().map(|(_, picture)| factor(picture)).collect();
        let used = self.columns.min(self.cells.len());
        let mut widths = vec![0; used];
        for (k, ((_, picture), factor)) in self.cells.iter().zip(&factors).enumerate() {
            let width = &mut widths[k % used];
            *width = (*width).max(picture.width() * factor);
        }
        let mut columns = Vec::new();
        let mut left = MARGIN;
        for width in widths {
            columns.push((left, width));
            left += width + GAP;
        }
        let width = left - GAP + MARGIN;
        let inner = width - 2 * MARGIN;

        let title = TITLE.wrapped(&self.title, inner);
        let mut y = MARGIN + title.len() * TITLE.line();
        y += if title.is_empty() { 0 } else { GAP };
        let mut cells = Vec::new();
        let mut rows = Vec::new();
        for (row, factors) in self.cells.chunks(used).zip(factors.chunks(used)) {
            let titles: Vec<Vec<String>> = row
                .iter()
                .zip(&columns)
                .map(|((title, _), (_, width))| LABEL.wrapped(title, *width))
                .collect();
            let lines = titles.iter().map(Vec::len).max().unwrap_or(0);
            y += lines * LABEL.line() + if lines > 0 { BELOW_TITLE } else { 0 };
            rows.push(y);
            let heights = row.iter().zip(factors).map(|((_, cell), factor)| cell.height() * factor);
            y += heights.max().unwrap_or(0) + GAP;
            cells.extend(factors.iter().copied().zip(titles));
        }
        let legend = self.legend.as_ref().map(|(_, low, high)| {
            let width = inner.min(BAR[1]);
            let texts =
                [low, high].map(|text| LABEL.wrapped(text, (width / 2).saturating_sub(GAP / 2)));
            let lines = texts.iter().map(Vec::len).max().unwrap_or(0);
            let top = y;
            y += BAR[0] + BELOW_TITLE + lines * LABEL.line() + GAP;
            (top, width, texts)
        });
        let note = (y, LABEL.wrapped(&self.note, inner));
        y += if note.1.is_empty() { 0 } else { note.1.len() * LABEL.line() + GAP };
        Layout { width, height: y - GAP + MARGIN, title, columns, rows, cells, legend, note }
    }
}

/// Copies a picture, each pixel as a square.
fn paste(to: &mut RgbImage, picture: &RgbImage, factor: usize, x: usize, y: usize) {
    let (width, height) = (picture.width() * factor as u32, picture.height() * factor as u32);
    let nearest = imageops::FilterType::Nearest;
    if factor == 1 {
        imageops::replace(to, picture, x as i64, y as i64);
    } else {
        let large = imageops::resize(picture, width, height, nearest);
        imageops::replace(to, &large, x as i64, y as i64);
    }
}
