//! Who runs the pieces of a step. Kernels know only this trait, never a thread pool.

/// Runs two pieces of work, perhaps at the same time.
///
/// Everything parallel is a balanced binary tree of `join`s whose shape depends on the batch
/// alone, never on the number of threads; an executor only decides who walks which branch.
pub trait Exec: Sync {
    /// Runs `a` and `b` to their ends, in any order or at the same time.
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send));

    /// Pieces of work that can be done at a time. A kernel may cut independent work into more or
    /// fewer pieces by it, never a sum. It says nothing of the scratch there is, which may have been
    /// reserved in a smaller pool: pieces with scratch of their own are `pieces_with`.
    fn threads(&self) -> usize {
        1
    }
}

/// Pieces of work that can be done at a time where each needs `each` floats of scratch and there are
/// `scratch` for all of them: at least one, which fits in what a plan reserves.
pub(crate) fn pieces_with(exec: &dyn Exec, scratch: usize, each: usize) -> usize {
    exec.threads().min(scratch.checked_div(each).unwrap_or(usize::MAX)).max(1)
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

/// What [`split`] calls: the number of the piece, and its part of every tensor.
pub type Piece<'f, const K: usize> = &'f (dyn Fn(usize, [&mut [f32]; K]) + Sync);

/// Calls `f(i, …)` for every `i < count` with the `i`-th piece of each tensor, given as the
/// tensor and the length of its pieces. A length of 0 gives every piece an empty slice; the last
/// piece is shorter where the tensor ends before.
///
/// Pieces are independent, so who runs them changes no result; a branch that touches less than
/// [`GRAIN`] floats is not forked.
pub fn split<const K: usize>(
    exec: &dyn Exec,
    count: usize,
    tensors: [(&mut [f32], usize); K],
    f: Piece<'_, K>,
) {
    if count > 0 {
        branch(exec, GRAIN, 0, count, tensors, f);
    }
}

/// As [`split`], for pieces that are worth a fork however few floats they write.
pub(crate) fn split_always<const K: usize>(
    exec: &dyn Exec,
    count: usize,
    tensors: [(&mut [f32], usize); K],
    f: Piece<'_, K>,
) {
    if count > 0 {
        branch(exec, 0, 0, count, tensors, f);
    }
}

/// Floats below which a fork costs more than it gains.
pub const GRAIN: usize = 8 * 1024;

/// Multiply–adds below which a fork costs more than it gains.
pub(crate) const PRODUCTS: usize = 400_000;

fn branch<const K: usize>(
    exec: &dyn Exec,
    grain: usize,
    first: usize,
    count: usize,
    tensors: [(&mut [f32], usize); K],
    f: Piece<'_, K>,
) {
    if count == 1 {
        return f(first, tensors.map(|(t, len)| if len < t.len() { &mut t[..len] } else { t }));
    }
    let half = count / 2;
    let floats: usize = tensors.iter().map(|(_, len)| len * count).sum();
    let [left, right] = cut(tensors, half);
    let (mut left, mut right) = (Some(left), Some(right));
    let mut run_left = || {
        if let Some(left) = left.take() {
            branch(exec, grain, first, half, left, f);
        }
    };
    let mut run_right = || {
        if let Some(right) = right.take() {
            branch(exec, grain, first + half, count - half, right, f);
        }
    };
    if floats < grain {
        run_left();
        run_right();
    } else {
        exec.join(&mut run_left, &mut run_right);
    }
}

/// Cuts every tensor after `at` pieces.
fn cut<const K: usize>(
    tensors: [(&mut [f32], usize); K],
    at: usize,
) -> [[(&mut [f32], usize); K]; 2] {
    let mut right = [const { None }; K];
    let mut i = 0;
    let left = tensors.map(|(t, len)| {
        let (a, b) = t.split_at_mut(t.len().min(at * len));
        right[i] = Some((b, len));
        i += 1;
        (a, len)
    });
    [left, right.map(|half| half.unwrap_or((&mut [], 0)))]
}
