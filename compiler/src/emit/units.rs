//! Copies of a block that do the same → one function, whose arguments are what differs between them.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::Hash;
use std::rc::Rc;

/// The text of a copy of a block has places: one of these characters, which of the numbers or kernels
/// stands there, a kernel's type, and [`END`].
const NUMBER: char = '\u{1}';
/// A reference to a kernel.
pub(super) const KERNEL: char = '\u{2}';
/// A kernel of which a method is called.
pub(super) const KERNEL_OF: char = '\u{3}';
const END: char = '\u{4}';

/// What stands in a copy of a block where its text has a place for it.
#[derive(Default)]
pub(super) struct Copied {
    numbers: Vec<usize>,
    /// Names and types.
    kernels: Vec<(String, Rc<str>)>,
}

impl Copied {
    /// A place for a number.
    pub(super) fn number(&mut self, n: usize) -> String {
        self.numbers.push(n);
        format!("{NUMBER}{}{END}", self.numbers.len() - 1)
    }

    /// The names of the kernels.
    pub(super) fn kernels(&self) -> impl Iterator<Item = &str> {
        self.kernels.iter().map(|(name, _)| name.as_str())
    }

    /// A place of this kind for a kernel, given its name and type.
    pub(super) fn kernel(&mut self, kind: char, name: String, ty: Rc<str>) -> String {
        let place = format!("{kind}{} {ty}{END}", self.kernels.len());
        self.kernels.push((name, ty));
        place
    }
}

/// The function of copies of a block that have one text.
pub(super) struct Unit {
    pub(super) body: String,
    /// Places whose numbers are arguments.
    numbers: Vec<usize>,
    /// Places whose kernels are arguments.
    kernels: Vec<usize>,
}

/// The arguments that some places need: which of them each place takes, and a place for each. Places that
/// have the same in every copy need none, places of which each copy has the same in both share one.
fn arguments<T: Clone + Eq + Hash>(places: Vec<Vec<T>>) -> (Vec<Option<usize>>, Vec<usize>) {
    let (mut known, mut first) = (HashMap::new(), Vec::new());
    let mut argument = |(place, column): (usize, Vec<T>)| {
        let same = column.iter().all(|x| *x == column[0]);
        (!same).then(|| {
            *known.entry(column).or_insert_with(|| {
                first.push(place);
                first.len() - 1
            })
        })
    };
    (places.into_iter().enumerate().map(&mut argument).collect(), first)
}

impl Unit {
    pub(super) fn new(copies: &[&Copied], text: &str) -> Self {
        let [one, ..] = copies else { unreachable!("a text is of some copy") };
        let column = |i: usize| copies.iter().map(|copy| copy.numbers[i]).collect();
        let (number, numbers) = arguments((0..one.numbers.len()).map(column).collect());
        let column = |i: usize| copies.iter().map(|copy| copy.kernels[i].0.as_str()).collect();
        let (kernel, kernels) = arguments((0..one.kernels.len()).map(column).collect());
        let mut body = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once([NUMBER, KERNEL, KERNEL_OF]) {
            let kind = rest[before.len()..].chars().next();
            let (place, after) = after.split_once(END).expect("a place ends");
            let i = place.split(' ').next().and_then(|i| i.parse::<usize>().ok());
            let i = i.expect("a place has a number");
            body.push_str(before);
            let _ = match kind {
                Some(NUMBER) => match number[i] {
                    Some(k) => write!(body, "at[{k}]"),
                    None => write!(body, "{}", one.numbers[i]),
                },
                kind => match kernel[i] {
                    Some(k) => write!(body, "kernels.{k}"),
                    None if kind == Some(KERNEL) => write!(body, "&{}", one.kernels[i].0),
                    None => write!(body, "{}", one.kernels[i].0),
                },
            };
            rest = after;
        }
        body.push_str(rest);
        Self { body, numbers, kernels }
    }

    /// The parameters and arguments for a copy, beside those that all have.
    pub(super) fn arguments(&self, copy: &Copied) -> [String; 2] {
        let [mut parameters, mut arguments] = [String::new(), String::new()];
        if !self.numbers.is_empty() {
            let numbers: Vec<_> = self.numbers.iter().map(|&i| copy.numbers[i]).collect();
            let _ = write!(parameters, ", at: &[usize; {}]", numbers.len());
            let _ = write!(arguments, ", &{numbers:?}");
        }
        if !self.kernels.is_empty() {
            // A comma after the last makes a tuple of one, too.
            let kernels = || self.kernels.iter().map(|&i| &copy.kernels[i]);
            let types: String = kernels().map(|(_, ty)| format!("&rt::{ty},")).collect();
            let names: String = kernels().map(|(name, _)| format!("&{name},")).collect();
            let _ = write!(parameters, ", kernels: ({types})");
            let _ = write!(arguments, ", ({names})");
        }
        [parameters, arguments]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(numbers: [usize; 3], kernel: &str, ty: &str) -> (String, Copied) {
        let mut copied = Copied::default();
        let places = numbers.map(|n| copied.number(n)).join(", ");
        let [kernel, of] =
            [KERNEL, KERNEL_OF].map(|kind| copied.kernel(kind, kernel.to_owned(), ty.into()));
        (format!("run({kernel}, {places}, {of}.scratch());"), copied)
    }

    #[test]
    fn what_differs_is_an_argument() {
        let (text, a) = copy([1, 1, 7], "K0", "Relu");
        let (same, b) = copy([2, 2, 7], "K1", "Relu");
        assert_eq!(text, same);
        let unit = Unit::new(&[&a, &b], &text);
        assert_eq!(unit.body, "run(kernels.0, at[0], at[0], 7, kernels.0.scratch());");
        let types = ", at: &[usize; 1], kernels: (&rt::Relu,)".to_owned();
        assert_eq!(unit.arguments(&b), [types, ", &[2], (&K1,)".to_owned()]);
        let alone = Unit::new(&[&a], &text);
        assert_eq!(alone.body, "run(&K0, 1, 1, 7, K0.scratch());");
        assert_eq!(alone.arguments(&a), [String::new(), String::new()]);
    }

    #[test]
    fn kernels_of_two_types_are_told_apart() {
        assert_ne!(copy([1, 1, 7], "K0", "Relu").0, copy([1, 1, 7], "K1", "Pool").0);
    }
}
