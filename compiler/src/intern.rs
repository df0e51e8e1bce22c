//! What operations borrow: texts and tables of numbers.
//!
//! An [`Op`](cnn_ir::Op) borrows what has a length, so that it can stand in a constant. In the compiler it
//! borrows from here, for as long as the process lives, which is no longer than a macro's call or a tool's
//! run takes. Each distinct text or table is kept once.

use cnn_ir::Table;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Those of a kind that there are.
type Seen<T> = Mutex<BTreeSet<&'static T>>;

static TEXTS: Seen<str> = Mutex::new(BTreeSet::new());
static ROWS: Seen<[usize]> = Mutex::new(BTreeSet::new());
static TABLES: Seen<[&'static [usize]]> = Mutex::new(BTreeSet::new());

/// A text for as long as the process lives.
pub(crate) fn text(text: &str) -> &'static str {
    once(&TEXTS, text)
}

/// A table for as long as the process lives.
pub(crate) fn table(rows: &[Vec<usize>]) -> Table<'static> {
    let rows: Vec<&'static [usize]> = rows.iter().map(|row| once(&ROWS, row)).collect();
    once(&TABLES, &rows)
}

fn once<T: Ord + ?Sized>(seen: &Seen<T>, value: &T) -> &'static T
where
    for<'a> Box<T>: From<&'a T>,
{
    // Nothing is left half done where a thread panics.
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = seen.get(value) {
        return known;
    }
    let kept: &'static T = Box::leak(Box::from(value));
    seen.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::{table, text};

    #[test]
    fn each_is_kept_once() {
        assert!(std::ptr::eq(text("crate::Mine"), text(&["crate::", "Mine"].concat())));
        assert!(std::ptr::eq(table(&[vec![0, 1], vec![1]]), table(&[vec![0, 1], vec![1]])));
        assert_eq!(table(&[vec![0, 1], vec![1]]), [&[0, 1][..], &[1]]);
    }
}
