//! The arguments of one call, and what a layer's record reads of them.

use super::convert::Bound;
use crate::init::Scheme;
use crate::lists::Listed;
use crate::report::Area;
use crate::source::Source;
use crate::window::Padding;
use proc_macro2::Ident;

/// The arguments of one call.
#[derive(Debug)]
pub struct Args {
    pub(super) values: Vec<(&'static str, Bound, Area)>,
    /// The whole call.
    pub area: Area,
    /// The layer's name in the call.
    pub name: Area,
    /// The label among them.
    pub label: Option<Ident>,
    /// What the label names, once that has been looked up.
    pub source: Option<Source>,
    /// Whether the network rules out algorithms that round more than the plain one.
    pub accurate: bool,
}

impl Args {
    /// All that a layer can know of the arguments, but for where they stand; none where that matters.
    pub(crate) fn key(&self) -> Option<String> {
        let mut key = format!("{}", self.accurate);
        for (name, bound, _) in &self.values {
            if matches!(bound, Bound::Label | Bound::Lists(_)) {
                return None;
            }
            key.push_str(&format!("{name}{bound:?}"));
        }
        Some(key)
    }

    /// The same, in a network that asks for accuracy or doesn't.
    pub fn accurate(self, accurate: bool) -> Self {
        Self { accurate, ..self }
    }
}

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
