//! Numbers as colors.

use super::refused;
use cnn::Error;

/// How the numbers of a map become colors. Both scales can be read by color-blind eyes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colors {
    signed: bool,
    most: Option<f32>,
}

impl Colors {
    /// From 0 to the largest number: viridis, from purple to yellow. Numbers below 0 count as 0.
    pub const fn unsigned() -> Self {
        Self { signed: false, most: None }
    }

    /// From −m to m, the largest absolute value: blue below 0, white at 0, red above.
    pub const fn signed() -> Self {
        Self { signed: true, most: None }
    }

    /// [`Colors::signed`] where a number is below 0, otherwise [`Colors::unsigned`].
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> Self {
        if numbers.into_iter().any(|&x| x < 0.0) { Self::signed() } else { Self::unsigned() }
    }

    /// Up to that number instead of each map's largest, so that maps can be compared; larger ones count as it.
    pub const fn up_to(mut self, most: f32) -> Self {
        self.most = Some(most);
        self
    }

    /// Whether numbers below 0 have colors of their own.
    pub const fn is_signed(self) -> bool {
        self.signed
    }

    /// Red, green and blue of a share of the largest number: from 0 to 1, or from −1 where numbers have signs.
    pub fn color(self, share: f32) -> [u8; 3] {
        let share = f64::from(share);
        let color = if self.signed {
            colorous::RED_BLUE.eval_continuous((0.5 - share / 2.0).clamp(0.0, 1.0))
        } else {
            colorous::VIRIDIS.eval_continuous(share.clamp(0.0, 1.0))
        };
        color.into_array()
    }

    /// What gives a number of a map its color.
    ///
    /// # Errors
    /// A number is not finite, or the largest one that was asked for is not above 0.
    pub(super) fn scale<'a>(
        self,
        owner: &'static str,
        numbers: impl IntoIterator<Item = &'a f32>,
    ) -> Result<impl Fn(f32) -> [u8; 3], Error> {
        let mut largest = 0.0f32;
        for (at, &x) in numbers.into_iter().enumerate() {
            if !x.is_finite() {
                let found = format!("{x} as number {at}, counted from 0");
                return Err(refused(owner, "map", found, "finite numbers"));
            }
            largest = largest.max(if self.signed { x.abs() } else { x });
        }
        let most = self.most.unwrap_or(largest);
        if self.most.is_some() && !(most.is_finite() && most > 0.0) {
            let expected = "a finite number above 0";
            return Err(refused(owner, "colors", format!("up to {most}"), expected));
        }
        // A map of zeros has no largest number to divide by.
        Ok(move |x| self.color(if most > 0.0 { x / most } else { 0.0 }))
    }
}
