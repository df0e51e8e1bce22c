//! The gradients of [`AttnPool`].

use crate::exec::{self};
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::blocks::attnpool::{AttnPool, weighted};
use crate::layout::{BLOCK, Blocked};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::simd::simd_fn;
use crate::vector::{self, load_part};

impl Train<Blocked> for AttnPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, a, w, positions) = (t.inputs[0], t.saved, t.params[0], self.positions());
        let (query, dy) = (self.x.blocks() * BLOCK, &*t.d_output);
        let (dl, rest) = t.scratch.split_at_mut(cx.images * positions);
        let d = &mut rest[..cx.images * query];
        for (i, d) in d.chunks_exact_mut(BLOCK).enumerate() {
            let (image, block) = (i / self.x.blocks(), i % self.x.blocks());
            d.copy_from_slice(self.dy.row(dy, [image, block, 0]));
        }
        let d = &*d;
        self.scores(cx.exec, x, &|image| &d[image * query..][..query], dl);
        exec::split(cx.exec, cx.images, [(&mut *dl, positions)], &|image, [dl]| {
            let a = &a[image * positions..][..positions];
            let mean = vector::dot(a, dl);
            dl.iter_mut().zip(a).for_each(|(dl, a)| *dl = a * (*dl - mean));
        });
        let dl = &*dl;
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
                let at = image * positions + row * self.x.width;
                let d = &d[image * query + block * BLOCK..];
                gradient_row(&a[at..], &dl[at..], d, &w[block * BLOCK..], dx);
            });
        }
        let Some(d_w) = t.d_params.first_mut() else { return };
        let leaves = leaves_of(cx, 1);
        let sum = Sum { cx, leaves, row: 1, partials: t.partials, scratch: &mut [] };
        sum.over(d_w, &|leaf, channels, out, _| {
            out.fill(0.0);
            for image in leaf_groups(cx, 1, leaf) {
                let dl = &dl[image * positions..][..positions];
                for block in channels.start / BLOCK..channels.end.div_ceil(BLOCK) {
                    let plane = &self.image(x, image)[block * self.x.plane()..];
                    let sums = weighted(plane, &self.x, dl);
                    let first = block * BLOCK;
                    for c in channels.start.max(first)..channels.end.min(first + BLOCK) {
                        out[c - channels.start] += sums[c - first];
                    }
                }
            }
        });
    }
}

simd_fn! {
    /// `dx[p] = a[p] · d + dl[p] · w` for a row of a block.
    fn gradient_row<S>(s, a: &[f32], dl: &[f32], d: &[f32], w: &[f32], dx: &mut [f32]) {
        let (d, w) = (s.load(d), load_part(s, w));
        for ((dx, &a), &dl) in dx.chunks_exact_mut(BLOCK).zip(a).zip(dl) {
            s.store(s.mul_add(s.splat(a), d, s.mul(s.splat(dl), w)), dx);
        }
    }
}
