//! Chains of steps that run depth first, in bands of rows: inference in blocks of channels.
//!
//! A value that only the next step reads, and that is too large for the second cache, need not exist as a
//! whole. Where the kernels on both sides compute rows out of rows, their steps become one, which computes a
//! few rows of the last after the rows of the others that they need. Squeeze-and-excitation, which looks at a
//! whole value before the next layer can start, ends a chain; so does a value that two steps read, an addend
//! at the end of a residual block among them.

use crate::plan::{
    Action, BLOCK, Bands, Convolving, Form, ForwardStep, Kernel, Layout, Plan, Pooling, Step, Value,
};
use cnn_ir::{Shape, Window};

/// Makes one step of each chain that pays with a second cache of some bytes, of which the strips of a chain may
/// fill half.
pub(super) fn bands(mut plan: Plan, cache: usize) -> Plan {
    if plan.layout != Layout::Blocked {
        return plan;
    }
    let touches = touches(&plan);
    let mut steps = std::mem::take(&mut plan.forward).into_iter().peekable();
    while let Some(step) = steps.next() {
        let Step { instance, action: Action::Forward(first), .. } = step else {
            plan.forward.push(step);
            continue;
        };
        let mut chain = vec![*first];
        let mut instances = vec![instance];
        while let Some(Step { action: Action::Forward(next), .. }) = steps.peek() {
            let goes_on =
                links(&plan, &touches, &chain, next).and_then(|()| pays(&chain, next, cache));
            if let Err(why) = goes_on {
                if let Some(last) = chain.last_mut() {
                    last.ends_chain = Some(why);
                }
                break;
            }
            let Some(Step { instance, action: Action::Forward(next), .. }) = steps.next() else {
                break;
            };
            chain.push(*next);
            instances.push(instance);
        }
        let instance = instance.filter(|_| instances.iter().all(|&i| i == instance));
        let action = match <[ForwardStep; 1]>::try_from(chain) {
            Ok([alone]) => Action::Forward(Box::new(alone)),
            Err(chain) => Action::Bands(Bands { chain, strips: strips(cache) }),
        };
        plan.forward.push(Step::new(instance, false, action));
    }
    plan
}

/// Floats of the strips of a chain.
fn strips(cache: usize) -> usize {
    cache / 2 / size_of::<f32>()
}

/// How many times steps and the world outside touch each buffer, with its parts.
fn touches(plan: &Plan) -> Vec<usize> {
    let mut touches = vec![0; plan.buffers.len()];
    let steps = plan.forward.iter().flat_map(|step| step.action.buffers());
    for buffer in steps.chain(plan.inputs.iter().chain(&plan.outputs).copied()) {
        touches[plan.whole(buffer)] += 1;
    }
    touches
}

/// Whether the next step can go on with a chain, or why not.
fn links(
    plan: &Plan,
    touches: &[usize],
    chain: &[ForwardStep],
    next: &ForwardStep,
) -> Result<(), &'static str> {
    let last = &chain[chain.len() - 1];
    let between = last.output;
    by_rows(last).ok_or("its kernel computes no rows out of rows")?;
    if plan.buffers[between].within.is_some() {
        return Err("its result is a part of another value");
    }
    if touches[between] != 2 {
        return Err("more than one step reads its result");
    }
    if next.inputs.first() != Some(&between) {
        return Err("the next step reads something else");
    }
    by_rows(next).map(|_| ()).ok_or("the next kernel computes no rows out of rows")
}

/// The window by which a kernel computes rows out of rows, if it does.
fn by_rows(step: &ForwardStep) -> Option<Window> {
    let spec = &step.kernel;
    let blocks = matches!(step.value.form, Form::Blocks { block: BLOCK, .. });
    if spec.layout != Layout::Blocked || !blocks || step.saved.is_some() {
        return None;
    }
    match &spec.kernel {
        Kernel::Conv { by, geometry: g, table: None, packed: true } if !g.transposed => {
            let serves = match by {
                Convolving::Direct => g.groups == 1,
                // Few tiles may be computed otherwise, which would give other bits.
                Convolving::Winograd => {
                    let [rows, columns] = g.output.size().map(|n| n.div_ceil(TILE));
                    rows * columns > FEW
                }
                Convolving::Grouped => true,
                Convolving::Gemm | Convolving::Depthwise | Convolving::Planes => false,
            };
            serves.then_some(g.window)
        }
        Kernel::Pool { of: Pooling::Max | Pooling::Mean { .. } | Pooling::Sum, geometry } => {
            let halo = spec.frame.as_ref().is_some_and(|frame| frame.inputs != [0]);
            let plain = step.epilogue.activation.is_none() && !halo;
            geometry.window.filter(|window| plain && window.kernel != geometry.input.size())
        }
        // What squeeze-and-excitation multiplies a value by, and the like.
        Kernel::Broadcast { inputs, output, .. } => {
            let point = Shape::volume(output.channels(), 1, 1);
            let serves = step.epilogue.activation.is_none()
                && matches!(inputs[..], [first, second] if first == *output && [first, point].contains(&second));
            serves.then_some(Window::POINT)
        }
        _ => None,
    }
}

/// Whether a value is better not written down, or why not: where it takes more than half of the second cache, and
/// a few rows of the chain with what they need take no more than that.
fn pays(chain: &[ForwardStep], next: &ForwardStep, cache: usize) -> Result<(), &'static str> {
    let last = &chain[chain.len() - 1];
    if bytes(&last.value, last.value.shape.height()) < cache / 2 {
        return Err("its result takes less than half of the cache");
    }
    // Each band reads all weights, which had better stay in the cache as well. Winograd's algorithm
    // transforms them for each batch of tiles anyway.
    let stages = || chain.iter().chain([next]);
    let direct = stages().filter(|step| !by_tiles(step)).flat_map(|step| &step.params);
    let weights: usize = direct.map(|s| size_of::<f32>() * s.len).sum();
    let (mut rows, mut strips) = (if by_tiles(next) { TILE } else { 2 }, 0);
    for (step, reader) in chain.iter().rev().zip(stages().rev()) {
        let Some(window) = by_rows(reader) else { continue };
        rows = (rows - 1) * window.stride[0] + (window.kernel[0] - 1) * window.dilation[0] + 1;
        if by_tiles(step) {
            rows = rows.next_multiple_of(TILE);
        }
        strips += bytes(&step.value, rows);
    }
    if weights > cache / 2 {
        return Err("the weights, which each band would read, take more than half of the cache");
    }
    if strips > cache / 2 {
        return Err("the rows of a band would take more than half of the cache");
    }
    Ok(())
}

/// Rows of a tile of Winograd's.
const TILE: usize = 4;

/// Tiles up to which the runtime may choose another algorithm.
const FEW: usize = 16;

/// Whether a kernel computes tiles by Winograd's algorithm.
fn by_tiles(step: &ForwardStep) -> bool {
    matches!(step.kernel.kernel, Kernel::Conv { by: Convolving::Winograd, .. })
}

/// Bytes of some rows of a value.
fn bytes(value: &Value, rows: usize) -> usize {
    size_of::<f32>() * value.len() / value.shape.height() * rows
}
