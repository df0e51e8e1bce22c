//! How steady a network's decisions are when the image moves.

use super::checks;
use super::checks::refused;
use super::explainer::Explainer;
use super::target::first_largest;
use crate::data::{Transform, mirrored};
use crate::error::Error;
use ndarray::{Array3, Array4, ArrayView4, s};

/// What comes in where a shifted image ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShiftBorder {
    /// Zeros.
    Zeros,
    /// The mirror image, without repeating the outermost row and column.
    #[default]
    Reflection,
}

/// How steady the decisions are under one shift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consistency {
    /// Rows down and columns to the right.
    pub shift: [isize; 2],
    /// The part of the images, 0 to 1, in which the network finds the class that it finds in the image as it is.
    pub same: f64,
    /// The mean absolute change of the probability of that class.
    pub change: f64,
}

impl Explainer<'_> {
    /// How often the network finds the same class when the images are shifted, each time by that many rows down and
    /// columns to the right (Zhang 2019, <https://arxiv.org/abs/1904.11486>): `(0..=8).map(|d| [d, d])` gives the
    /// shifts along the diagonal.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// a shift is larger than the image.
    pub fn consistency(
        &mut self,
        images: ArrayView4<'_, f32>,
        shifts: impl IntoIterator<Item = [isize; 2]>,
        border: ShiftBorder,
    ) -> Result<Vec<Consistency>, Error> {
        const METHOD: &str = "consistency";
        let whole = self.probabilities_for(METHOD, images)?;
        let classes: Vec<usize> =
            whole.rows().into_iter().map(|row| first_largest(&row.to_vec())).collect();
        let (n, _, height, width) = images.dim();
        let of = |shift: [isize; 2]| {
            let most = [height, width];
            if shift.iter().zip(most).any(|(by, most)| by.unsigned_abs() > most) {
                let found = format!("a shift by {} rows and {} columns", shift[0], shift[1]);
                let expected = format!("at most the image's {height} and {width}");
                return Err(refused(self.facts.name, METHOD, found, expected));
            }
            let now = self.probabilities_for(METHOD, shifted(images, shift, border).view())?;
            let (mut same, mut change) = (0, 0.0);
            for ((now, whole), &class) in now.rows().into_iter().zip(whole.rows()).zip(&classes) {
                same += usize::from(first_largest(&now.to_vec()) == class);
                change += (f64::from(now[class]) - f64::from(whole[class])).abs();
            }
            Ok(Consistency { shift, same: same as f64 / n as f64, change: change / n as f64 })
        };
        shifts.into_iter().map(of).collect()
    }

    /// The probabilities of all classes, angles×N×classes, in images turned clockwise about their center by these
    /// angles in degrees; bilinear, with zeros outside (Zeiler & Fergus 2013, <https://arxiv.org/abs/1311.2901>).
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// an angle is not finite.
    pub fn under_rotation(
        &mut self,
        images: ArrayView4<'_, f32>,
        degrees: &[f32],
    ) -> Result<Array3<f32>, Error> {
        const METHOD: &str = "rotation";
        if let Some(bad) = degrees.iter().find(|x| !x.is_finite()) {
            let found = format!("an angle of {bad} degrees");
            return Err(refused(self.facts.name, METHOD, found, "a finite number".to_owned()));
        }
        let turned = |&degrees: &f32| Transform { degrees, ..Transform::default() };
        self.transformed(METHOD, images, degrees.iter().map(turned))
    }

    /// The same in images scaled about their center by these factors.
    ///
    /// # Errors
    /// As [`Explainer::under_rotation`]; a factor is not finite and above 0.
    pub fn under_scale(
        &mut self,
        images: ArrayView4<'_, f32>,
        factors: &[f32],
    ) -> Result<Array3<f32>, Error> {
        const METHOD: &str = "scale";
        for &factor in factors {
            checks::positive(self.facts.name, METHOD, "a factor", factor)?;
        }
        let scaled = |&zoom: &f32| Transform { zoom, ..Transform::default() };
        self.transformed(METHOD, images, factors.iter().map(scaled))
    }

    fn transformed(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        transforms: impl ExactSizeIterator<Item = Transform>,
    ) -> Result<Array3<f32>, Error> {
        self.check(method, images)?;
        let mut all = Array3::zeros((transforms.len(), images.dim().0, self.class_count()));
        for (mut rows, transform) in all.outer_iter_mut().zip(transforms) {
            let mut moved = Array4::zeros(images.raw_dim());
            for (mut moved, image) in moved.outer_iter_mut().zip(images.outer_iter()) {
                moved.assign(&transform.of(image));
            }
            rows.assign(&self.probabilities_for(method, moved.view())?);
        }
        Ok(all)
    }
}

/// Images shifted down and to the right.
fn shifted(
    images: ArrayView4<'_, f32>,
    [down, right]: [isize; 2],
    border: ShiftBorder,
) -> Array4<f32> {
    let (_, _, height, width) = images.dim();
    let mut shifted = Array4::zeros(images.raw_dim());
    let place = |at: usize, by: isize, n: usize| {
        let at = at as isize - by;
        match border {
            _ if (0..n as isize).contains(&at) => Some(at as usize),
            ShiftBorder::Zeros => None,
            ShiftBorder::Reflection => Some(mirrored(at, n)),
        }
    };
    for i in 0..height {
        let Some(row) = place(i, down, height) else { continue };
        for j in 0..width {
            if let Some(column) = place(j, right, width) {
                shifted.slice_mut(s![.., .., i, j]).assign(&images.slice(s![.., .., row, column]));
            }
        }
    }
    shifted
}
