//! The steps of backward passes alone.

use super::super::kernels;
use super::super::units::KERNEL;
use super::Writer;
use crate::plan::{BackwardStep, Epilogue, Form, Value};
use crate::text::list;
use cnn_ir::Activation;

impl Writer<'_> {
    /// `to *= f'(from)`.
    pub(super) fn derivative(
        &mut self,
        activation: Activation,
        value: Value,
        kept_halo: usize,
    ) -> String {
        let layout = self.plan.layout.name();
        let activation = kernels::activation(Some(activation));
        match value.form {
            Form::Planes => {
                format!("rt::activation::backward::<rt::{layout}>(cx, {activation}, from, to);")
            }
            Form::Blocks { d_halo, .. } => format!(
                "rt::blocked::derivative(cx, {activation}, {:?}, from, {kept_halo}, to, {d_halo});",
                value.dims()
            ),
        }
    }

    pub(super) fn backward(&mut self, b: &BackwardStep) -> String {
        let none = Epilogue::default();
        let (kernel, layout) = (self.kernel(&b.kernel, none, KERNEL), b.kernel.layout.name());
        let scratch = self.scratch(&b.kernel, none, true);
        let inputs = self.places(&b.inputs);
        let (output, saved) = (self.place_or_none(b.output), self.place_or_none(b.saved));
        let (stats, mut d) = (self.stats(b.stats), vec![self.place(b.d_output)]);
        d.extend(b.d_inputs.iter().map(|&(d, only)| {
            let d = self.place(d);
            if only { format!("if t.input_gradients {{ {d} }} else {{ NONE }}") } else { d }
        }));
        let (d, params, end) = (list(d), self.params(&b.kernel, &b.params), self.number(self.end));
        let step = format!(
            "BackwardStep {{ inputs: [{inputs}], output: {output}, saved: {saved}, stats: {stats}, \
             d: [{d}], params: [{params}], end: {end}, scratch: {scratch} }}"
        );
        let call = |function: &str, activation: &str| {
            format!("{function}(rt::{layout}, {kernel}, {activation} cx, t, step);")
        };
        let run = match &b.through {
            None => call("backward", ""),
            Some(through) => {
                let activation = format!("{},", kernels::activation(Some(through.activation)));
                let fused = call("backward_through", &activation);
                let taps = through.inner_labels.iter();
                let taps: String =
                    taps.map(|&label| self.tap(label, b.d_output, through.value)).collect();
                // Whoever watches wants the gradient before the activation.
                let (first, second) = (call("derive", &activation), call("backward", ""));
                match taps.is_empty() {
                    true => fused,
                    false => {
                        format!("if tap.active() {{ {first} {taps} {second} }} else {{ {fused} }}")
                    }
                }
            }
        };
        // The step reads `t` before the call takes it.
        format!("{{ let step = {step}; {run} }}")
    }
}
