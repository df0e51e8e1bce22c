//! The gradients of [`LocalResponseNorm`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::normalization::lrn::{LocalResponseNorm, Lrn, divisor, power};
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::simd::tree::{Runs, Tree};
use crate::vector::{load_part, store_part};
use core::ops::Range;

impl<L: Layout> Train<L> for LocalResponseNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let run = self.positions * L::IMAGES;
        let len = self.channels * run;
        let tensors = [(&mut **d_input, len), (t.scratch, len)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [dx, terms]| {
            let here = group * len..(group + 1) * len;
            gradient([&x[here.clone()], &dy[here]], self.rule, run, terms, dx);
        });
    }
}

simd_fn! {
    fn gradient<S>(s, tensors: [&[f32]; 2], rule: Lrn, run: usize, terms: &mut [f32], dx: &mut [f32]) {
        let [x, dy] = tensors;
        for p in (0..run).step_by(LANES) {
            let here = p..run.min(p + LANES);
            for (c, dx) in dx.chunks_exact_mut(run).enumerate() {
                let d = divisor(s, &rule, x, run, c, &here);
                let [x, dy] = [x, dy].map(|t| load_part(s, &t[c * run..][here.clone()]));
                let scaled = s.mul(dy, power(s, d, -rule.beta));
                store_part(s, scaled, &mut dx[here.clone()]);
                store_part(s, s.div(s.mul(x, scaled), d), &mut terms[c * run..][here.clone()]);
            }
            for (c, dx) in dx.chunks_exact_mut(run).enumerate() {
                let (windows, mut tree) =
                    (rule.windows_of(c, x.len() / run), Tree::<S, 1, 1>::new());
                for [_, channels] in Runs::new([1, windows.len()], 1) {
                    let mut sum = s.splat(0.0);
                    for j in channels {
                        let term = &terms[(windows.start + j) * run..][here.clone()];
                        sum = s.add(sum, load_part(s, term));
                    }
                    tree.add(s, [[sum]]);
                }
                let sum = tree.total(s)[0][0];
                let x = s.mul(load_part(s, &x[c * run..][here.clone()]), s.splat(rule.slope()));
                let dx = &mut dx[here.clone()];
                store_part(s, s.mul_add(x, sum, load_part(s, dx)), dx);
            }
        }
    }
}

impl Lrn {
    /// The channels whose windows hold channel `c`.
    fn windows_of(&self, c: usize, channels: usize) -> Range<usize> {
        let [before, after] = self.reach();
        c.saturating_sub(after)..channels.min(c + before + 1)
    }
}
