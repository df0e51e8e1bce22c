//! The gradients of [`LocalResponseNorm`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::normalization::blocks::lrn::{LocalResponseNorm, Rows, respond, window};
use crate::layers::normalization::lrn::Lrn;
use crate::layout::{BLOCK, Blocked};
use crate::simd::simd_fn;

impl Train<Blocked> for LocalResponseNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let bare = self.x.bare();
        let len = bare.len() * cx.images;
        let (scaled, rest) = t.scratch.split_at_mut(len);
        let terms = &mut rest[..len];
        // `dy · d^-beta` is what forward would make of `dy` with the windows of `x`.
        write_rows(cx.exec, scaled, bare, &|place, to| {
            respond(&Rows::new(x, self.x, place), self.dy.row(dy, place), self.rule, to);
        });
        let scaled = &*scaled;
        write_rows(cx.exec, terms, bare, &|place, to| {
            let rows = Rows::new(x, self.x, place);
            term(&rows, self.x.row(x, place), bare.row(scaled, place), self.rule, to);
        });
        let terms = &*terms;
        write_rows(cx.exec, d_input, self.dx, &|place, dx| {
            let rows = Rows::new(terms, bare, place);
            gradient(&rows, self.x.row(x, place), bare.row(scaled, place), self.rule, dx);
        });
    }
}

simd_fn! {
    /// `t = x · scaled / d` with the `d` of the rows.
    fn term<S>(s, rows: &Rows<'_>, x: &[f32], scaled: &[f32], rule: Lrn, t: &mut [f32]) {
        for (p, t) in t.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let line = rows.line(s, p, |x| s.mul(x, x));
            let d = rule.divisor(s, window(s, &line, rule.size, rule.reach()[0]));
            let [x, scaled] = [x, scaled].map(|t| s.load(&t[p * BLOCK..]));
            s.store(s.div(s.mul(x, scaled), d), t);
        }
    }

    /// `dx = scaled + slope · x · Σ t`
    fn gradient<S>(s, terms: &Rows<'_>, x: &[f32], scaled: &[f32], rule: Lrn, dx: &mut [f32]) {
        let slope = s.splat(rule.slope());
        for (p, dx) in dx.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let line = terms.line(s, p, |t| t);
            let sum = window(s, &line, rule.size, rule.reach()[1]);
            let [x, scaled] = [x, scaled].map(|t| s.load(&t[p * BLOCK..]));
            s.store(s.mul_add(s.mul(x, slope), sum, scaled), dx);
        }
    }
}
