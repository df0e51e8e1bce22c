//! The gradients of [`Connected`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::convolution::table::{Connected, Connections};
use crate::layout::Layout;

/// Mends the input's gradient (last) by the weights and the output's gradient.
type Mend<'a> = &'a dyn Fn(&[f32], &[f32], &mut [f32]);

impl Connections {
    /// Computes every NaN of the input's gradient anew, given all weights.
    fn mend_d_input<L: Layout>(&self, cx: &Pass<'_>, dense: &[f32], dy: &[f32], dx: &mut [f32]) {
        let (g, plane) = (&self.g, self.g.height * self.g.width);
        self.mend::<L>(cx, [g.output_len(), g.input_len()], dy, dx, &|at, read| {
            let (c, row, column) = (at / plane, at % plane / g.width, at % g.width);
            // The output whose window has this pixel under this tap.
            let output = |d: usize, at: usize, tap: usize| {
                let start = (at + g.pad[2 * d]).checked_sub(tap * g.dilation[d])?;
                let output = start / g.stride[d];
                (start.is_multiple_of(g.stride[d]) && output < g.output[d]).then_some(output)
            };
            let mut sum = 0.0;
            let seeing = self.table.iter().enumerate();
            for (f, _) in seeing.filter(|(_, seen)| seen.binary_search(&c).is_ok()) {
                for tap in 0..self.taps() {
                    let [a, b] = [tap / g.kernel[1], tap % g.kernel[1]];
                    if let (Some(i), Some(j)) = (output(0, row, a), output(1, column, b)) {
                        let w = dense[(f * g.channels + c) * self.taps() + tap];
                        sum += w * read((f * g.output[0] + i) * g.output[1] + j);
                    }
                }
            }
            sum
        });
    }

    /// Runs the backward pass of a convolution of all channels, with room for its weights, their
    /// gradient and the partial sums of that; then `mend`, with the weights, the output's gradient and
    /// the input's.
    pub(crate) fn backward<L: Layout, K: Train<L>>(
        &self,
        conv: &K,
        cx: &Pass<'_>,
        t: Backward<'_>,
        room: &mut [f32],
        scratch: &mut [f32],
        mend: Mend<'_>,
    ) {
        let (dense, room) = room.split_at_mut(self.dense());
        let (d_dense, partials) = room.split_at_mut(self.dense());
        self.expand(t.params[0], dense);
        let count = t.d_params.len();
        let (d_weight, d_bias) = match t.d_params {
            [] => (None, None),
            [d_weight] => (Some(d_weight), None),
            [d_weight, d_bias, ..] => (Some(d_weight), Some(d_bias)),
        };
        let (mut no_bias, mut no_input): ([f32; 0], [f32; 0]) = ([], []);
        let d_bias = d_bias.map_or(&mut no_bias[..], |d| &mut **d);
        let d_input = t.d_inputs.first_mut().map_or(&mut no_input[..], |d| &mut **d);
        let step = Backward {
            params: &[dense],
            inputs: t.inputs,
            output: t.output,
            saved: t.saved,
            stats: t.stats,
            d_output: &mut *t.d_output,
            d_inputs: &mut [&mut *d_input],
            d_params: &mut [&mut *d_dense, d_bias][..count],
            partials,
            scratch,
        };
        conv.backward(cx, step);
        mend(dense, t.d_output, d_input);
        if let Some(d_weight) = d_weight {
            self.gather(d_dense, d_weight);
        }
    }
}

impl<L: Layout, K: Train<L>> Train<L> for Connected<K> {
    fn backward(&self, cx: &Pass<'_>, mut t: Backward<'_>) {
        let inner = self.inner[1] * cx.padded::<L>();
        let (scratch, room) = core::mem::take(&mut t.scratch).split_at_mut(inner);
        self.connections.backward(&self.conv, cx, t, room, scratch, &|dense, dy, dx| {
            self.connections.mend_d_input::<L>(cx, dense, dy, dx);
        });
    }
}
