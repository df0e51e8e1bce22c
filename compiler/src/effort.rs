//! What the compiler has to do for a text, in small steps, so that tests can bound it.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// Counts steps whose number depends on the text: units unfolded, characters and buffers compared.
pub(crate) fn spend(steps: usize) {
    STEPS.set(STEPS.get() + steps as u64);
}

/// The steps that a call takes on this thread, and what it gives.
pub fn of<T>(call: impl FnOnce() -> T) -> (u64, T) {
    let before = STEPS.get();
    let result = call();
    (STEPS.get() - before, result)
}
