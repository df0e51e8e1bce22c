//! Which ways the tests have gone where kernels are chosen.
//!
//! Sizes, the batch and the number of threads choose between algorithms, register tiles and ways
//! through the data. Every such choice is written with `choice!`, in which each way is an arm, a row of
//! a table, or yes and no. A test reads the names of all choices from the source, runs its cases inside
//! [`recorded`], and fails for a choice that none of them met and for a way that none of them took on a
//! backend where the choice was met. Without debug assertions a mark is no code at all.

#[cfg(debug_assertions)]
use core::cell::RefCell;
use core::fmt::Debug;
use std::collections::BTreeMap;

/// For every choice that was met, by its name and the backend's: its ways, and whether they were taken.
pub type Record = BTreeMap<(&'static str, &'static str), BTreeMap<String, bool>>;

#[cfg(debug_assertions)]
thread_local! {
    static RECORD: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// Runs `work` and gives the choices that this thread met in it; none without debug assertions.
#[doc(hidden)]
pub fn recorded(work: impl FnOnce()) -> Option<Record> {
    #[cfg(debug_assertions)]
    RECORD.set(Some(Record::new()));
    work();
    #[cfg(debug_assertions)]
    return RECORD.take();
    #[cfg(not(debug_assertions))]
    None
}

/// Notes a choice with these ways, of which `way` was taken.
#[inline(always)]
#[cfg_attr(not(debug_assertions), allow(unused_variables))]
pub(crate) fn take<T: Debug + PartialEq>(name: &'static str, ways: &[T], way: &T) {
    #[cfg(debug_assertions)]
    note(name, ways, way);
}

#[cfg(debug_assertions)]
#[inline(never)]
fn note<T: Debug + PartialEq>(name: &'static str, ways: &[T], way: &T) {
    RECORD.with_borrow_mut(|record| {
        let Some(record) = record else { return };
        let met = record.entry((name, crate::simd::backend().name())).or_default();
        for one in ways {
            *met.entry(format!("{one:?}")).or_default() |= one == way;
        }
    });
}

/// Writes a choice between kernels, tiles or ways through the data, under a name of its own.
///
/// ```text
/// if choice!("few tiles", tiles <= MOST) { … }            // yes and no
/// choice!("tile", shape, of SHAPES)                        // gives the shape, one of the table
/// choice!("numbers at once", left, { 4.. => …, _ => … })   // a match
/// ```
macro_rules! choice {
    ($name:literal, $condition:expr) => {{
        let condition: bool = $condition;
        $crate::choice::take($name, &[true, false], &condition);
        condition
    }};
    ($name:literal, $picked:expr, of $all:expr) => {{
        let picked = $picked;
        $crate::choice::take($name, $all, &picked);
        picked
    }};
    ($name:literal, $value:expr, { $($pattern:pat $(if $guard:expr)? => $then:expr),+ $(,)? }) => {{
        let ways = [$(concat!(stringify!($pattern) $(, " if ", stringify!($guard))?)),+];
        match $value {
            $($pattern $(if $guard)? => {
                let way = concat!(stringify!($pattern) $(, " if ", stringify!($guard))?);
                $crate::choice::take($name, &ways, &way);
                $then
            })+
        }
    }};
}
pub(crate) use choice;
