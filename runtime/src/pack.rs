//! Weights as kernels take them: packed, beside parameters that stay or in the place of those that are given
//! up, and for training as they are. Numbers below the normal range become zeros.

use crate::arena::{Buffer, stretch, try_zeros};
use crate::describe::Describe;
use crate::error::Error;
use crate::exec::Exec;
use crate::packing::Pack;
use crate::params::Params;
use crate::program::InferencePlan;
use crate::vector::{any_denormal, flush};
use cnn_ir::Role;
use std::borrow::Cow;

/// The packed weights of parameters that stay.
///
/// # Errors
/// There is no memory for them.
pub(crate) fn copy(plan: &InferencePlan, params: &Params) -> Result<Buffer, Error> {
    let mut packed = try_zeros(plan.packed)
        .ok_or_else(|| Error::memory(params.network(), "the packed weights", 0, plan.packed))?;
    for pack in plan.packs {
        let trainable = pack.params.iter().map(|&s| params.stretch(Role::Trainable, s));
        let state = pack.state.iter().map(|&s| params.stretch(Role::Buffer, s));
        let from: Vec<Cow<'_, [f32]>> = trainable.chain(state).collect();
        let from: Vec<&[f32]> = from.iter().map(AsRef::as_ref).collect();
        let (start, len) = pack.to;
        (pack.by.pack)(&from, &mut packed[start..][..len]);
        flush(&mut packed[start..][..len]);
    }
    Ok(packed)
}

/// Whether some of the parameters are below the normal range, where as operands they would make a pass many
/// times slower. If so, `copy` becomes all of them with zeros in the place of those.
pub(crate) fn flushed<N: Describe>(
    exec: &dyn Exec,
    params: &[f32],
    copy: &mut Buffer,
) -> Result<bool, Error> {
    let denormal = any_denormal(exec, params);
    if denormal {
        if copy.len() != params.len() {
            let memory = || Error::memory(N::NAME, "the parameters", 0, params.len());
            *copy = try_zeros(params.len()).ok_or_else(memory)?;
        }
        copy.copy_from_slice(params);
        flush(copy);
    }
    Ok(denormal)
}

/// Packs parameters where they lie: step after step, each over parameters that are packed already.
/// Those of the step at hand are copied aside, unless they only move.
///
/// # Errors
/// There is no memory for the largest of those copies.
pub(crate) fn in_place(plan: &InferencePlan, params: Params) -> Result<Buffer, Error> {
    let most = plan.packs.iter().filter(|p| !p.only_moves()).map(Pack::trainable).max();
    let most = most.unwrap_or(0);
    let mut aside: Vec<f32> = Vec::new();
    aside
        .try_reserve_exact(most)
        .map_err(|_| Error::memory(params.network(), "the weights of a layer", 0, most))?;
    let (mut floats, front, buffers) = params.into_floats();
    for pack in plan.packs {
        let (mut start, len) = pack.to;
        if pack.only_moves() {
            for &(offset, len) in pack.params {
                let from = front + offset;
                floats.copy_within(from..from + len, start);
                flush(&mut floats[start..][..len]);
                start += len;
            }
            continue;
        }
        aside.clear();
        for &(offset, len) in pack.params {
            aside.extend_from_slice(&floats[front + offset..][..len]);
        }
        let mut rest = &aside[..];
        let trainable = pack.params.iter().map(|&(_, len)| {
            let (tensor, others) = rest.split_at(len);
            rest = others;
            tensor
        });
        let state = pack.state.iter().map(|&s| stretch(&buffers, s));
        let from: Vec<&[f32]> = trainable.chain(state).collect();
        (pack.by.pack)(&from, &mut floats[start..][..len]);
        flush(&mut floats[start..][..len]);
    }
    floats.truncate(plan.packed);
    Ok(floats)
}
