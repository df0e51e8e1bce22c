//! Lines of text in pictures.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};
use std::sync::LazyLock;

static FONT: LazyLock<FontRef<'static>> =
    LazyLock::new(|| match FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT) {
        Ok(font) => font,
        Err(error) => unreachable!("a font in the program: {error}"),
    });

/// What text is drawn in.
const INK: u8 = 24;

/// A number in three digits, for titles and legends.
pub fn three_digits(x: f32) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let size = x.abs();
    if !(1e-3..1e4).contains(&size) {
        return format!("{x:.2e}");
    }
    let after = [100.0, 10.0, 1.0, 0.1, 0.01].iter().take_while(|&&least| size < least).count();
    format!("{x:.after$}")
}

/// Text of a size in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    size: f32,
}

impl Text {
    pub(super) const fn of(size: f32) -> Self {
        Self { size }
    }

    /// Pixels from one line to the next.
    pub(super) fn line(self) -> usize {
        (self.size * 1.25).ceil() as usize
    }

    /// Pixels that a line is wide.
    pub(super) fn width(self, line: &str) -> usize {
        self.advance(line).ceil() as usize
    }

    fn advance(self, line: &str) -> f32 {
        let font = FONT.as_scaled(PxScale::from(self.size));
        line.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    /// The text in lines of at most that many pixels, broken between words, or within one that is longer.
    pub(super) fn wrapped(self, text: &str, width: usize) -> Vec<String> {
        let most = width as f32;
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let space = if line.is_empty() { "" } else { " " };
                if self.advance(&line) + self.advance(space) + self.advance(word) <= most {
                    line = line + space + word;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                let mut at = 0.0;
                for c in word.chars() {
                    let wide = self.advance(c.encode_utf8(&mut [0; 4]));
                    if at + wide > most && !line.is_empty() {
                        lines.push(std::mem::take(&mut line));
                        at = 0.0;
                    }
                    line.push(c);
                    at += wide;
                }
            }
            lines.push(line);
        }
        lines
    }

    /// Draws a line whose upper left corner is there; what lies outside the picture is left out.
    pub(super) fn draw(self, pixels: &mut RgbImage, x: usize, y: usize, line: &str) {
        let font = FONT.as_scaled(PxScale::from(self.size));
        let (mut at, base) = (x as f32, y as f32 + font.ascent());
        for c in line.chars() {
            let id = font.glyph_id(c);
            let glyph: Glyph = id.with_scale_and_position(self.size, point(at, base));
            at += font.h_advance(id);
            let Some(outline) = FONT.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, share| {
                let (x, y) = (corner.x + dx as f32, corner.y + dy as f32);
                if x < 0.0 || y < 0.0 {
                    return;
                }
                if let Some(pixel) = pixels.get_pixel_mut_checked(x as u32, y as u32) {
                    let share = share.clamp(0.0, 1.0);
                    let ink = |below: u8| {
                        (f32::from(below) * (1.0 - share) + f32::from(INK) * share).round() as u8
                    };
                    *pixel = Rgb(pixel.0.map(ink));
                }
            });
        }
    }
}
