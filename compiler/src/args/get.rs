//! What a layer's record reads of its arguments.

use super::{Args, Bound};
use crate::init::Scheme;
use crate::lists::Listed;
use crate::report::Area;
use crate::window::Padding;

impl Args {
    fn get(&self, name: &str) -> Option<&Bound> {
        self.values.iter().find(|(n, ..)| *n == name).map(|(_, b, _)| b)
    }

    /// Where an argument stands; the whole call where it was not given.
    pub fn area_of(&self, name: &str) -> Area {
        self.values.iter().find(|(n, ..)| *n == name).map_or(self.area, |(.., a)| *a)
    }

    /// Whether the call gives it.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A whole number; 1 where it was not given.
    pub fn int(&self, name: &str) -> usize {
        match self.get(name) {
            Some(Bound::Int(n)) => *n,
            _ => 1,
        }
    }

    /// Height and width.
    pub fn pair(&self, name: &str, default: [usize; 2]) -> [usize; 2] {
        match self.get(name) {
            Some(Bound::Pair(p)) => *p,
            _ => default,
        }
    }

    /// Channels, height and width.
    pub fn volume(&self, name: &str) -> [usize; 3] {
        match self.get(name) {
            Some(Bound::Volume(v)) => *v,
            _ => [1; 3],
        }
    }

    /// The padding; none where it was not given.
    pub fn padding(&self) -> Padding {
        match self.get("pad") {
            Some(Bound::Padding(p)) => *p,
            _ => Padding::Explicit([0; 4]),
        }
    }

    /// Top, bottom, left and right.
    pub fn margins(&self, name: &str) -> [usize; 4] {
        match self.get(name) {
            Some(Bound::Padding(Padding::Explicit(margins))) => *margins,
            _ => [0; 4],
        }
    }

    /// A number.
    pub fn real(&self, name: &str, default: f64) -> f64 {
        match self.get(name) {
            Some(Bound::Real(x)) => *x,
            _ => default,
        }
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some(Bound::Flag(f)) => *f,
            _ => default,
        }
    }

    /// An initial value.
    pub fn init(&self, name: &str) -> Option<Scheme> {
        match self.get(name) {
            Some(Bound::Init(scheme)) => Some(*scheme),
            _ => None,
        }
    }

    /// A word.
    pub fn word(&self, name: &str) -> Option<&'static str> {
        match self.get(name) {
            Some(Bound::Word(w)) => Some(w),
            _ => None,
        }
    }
    /// Lists of numbers.
    pub fn lists(&self, name: &str) -> Option<&[Listed]> {
        match self.get(name) {
            Some(Bound::Lists(lists)) => Some(lists),
            _ => None,
        }
    }
}
