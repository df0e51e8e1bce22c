//! The gradients of [`Prelu`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::sum_real;
use crate::layers::activations::prelu::Prelu;
use crate::layout::Layout;
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::simd::simd_fn;
use crate::simd::tree::{RUN, Tree};
use crate::vector::{self, load_part, zip};

impl<L: Layout> Train<L> for Prelu {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, slopes) = (t.inputs[0], &*t.d_output, t.params[0]);
        let run = self.positions * L::IMAGES;
        if let Some(d_slopes) = t.d_params.first_mut() {
            let per_slope = self.channels / slopes.len();
            let leaves = leaves_of(cx, L::IMAGES);
            let sum = Sum { cx, leaves, row: 1, partials: t.partials, scratch: &mut [] };
            sum.over(d_slopes, &|leaf, slopes, out, _| {
                for (slope, out) in slopes.zip(out) {
                    let first = |group| (group * self.channels + slope * per_slope) * run;
                    let runs = leaf_groups(cx, L::IMAGES, leaf).map(|group| {
                        let range = first(group)..first(group) + per_slope * run;
                        // The copies in the last group have no gradient: all lanes may count.
                        sum_real(
                            slope_products(&x[range.clone()], &dy[range]),
                            L::IMAGES,
                            L::IMAGES,
                        )
                    });
                    *out = vector::total(runs);
                }
            });
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        exec::split(
            cx.exec,
            cx.groups::<L>() * self.channels,
            [(&mut **d_input, run)],
            &|i, [dx]| {
                let range = i * run..(i + 1) * run;
                dx.copy_from_slice(&dy[range.clone()]);
                rectify_gradient(slopes[i % self.channels % slopes.len()], &x[range], dx);
            },
        );
    }
}

simd_fn! {
    fn rectify_gradient<S>(s, slope: f32, x: &[f32], dx: &mut [f32]) {
        let slope = s.splat(slope);
        zip!(s, x, dx, |x, d| s.select(s.lt(s.splat(0.0), x), d, s.mul(slope, d)));
    }

    /// Sixteen partial sums of `dy · x` where `x ≤ 0`.
    fn slope_products<S>(s, x: &[f32], dy: &[f32]) -> [f32; 16] {
        let mut tree = Tree::<S, 1, 1>::new();
        for (x, dy) in x.chunks(16 * RUN).zip(dy.chunks(16 * RUN)) {
            let mut sums = [s.splat(0.0); 4];
            for (i, (x, dy)) in x.chunks(16).zip(dy.chunks(16)).enumerate() {
                let (x, dy) = (load_part(s, x), load_part(s, dy));
                // Above 0, no `dy` counts, not even an infinite one.
                let dy = s.select(s.lt(s.splat(0.0), x), s.splat(0.0), dy);
                sums[i % 4] = s.mul_add(s.min(s.splat(0.0), x), dy, sums[i % 4]);
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }
}
