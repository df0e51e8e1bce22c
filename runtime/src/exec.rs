//! Who runs the pieces of a step. Kernels know only this trait, never a thread pool.

/// Runs two pieces of work, perhaps at the same time.
///
/// Everything parallel is a balanced binary tree of `join`s whose shape depends on the batch
/// alone, never on the number of threads; an executor only decides who walks which branch.
pub trait Exec: Sync {
    /// Runs `a` and `b` to their ends, in any order or at the same time.
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send));
}

/// Everything on the calling thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

impl Exec for Serial {
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send)) {
        a();
        b();
    }
}
