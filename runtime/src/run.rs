//! Running a whole batch at once, and what else stands after a network's methods.

use crate::error::Error;
use crate::kernel::{Mode, Pass};
use crate::network::Network;
use crate::program::TrainingTensors;
use crate::random::Streams;
use crate::recorder::Recorder;
use crate::session::{Session, worth_splitting};
use crate::tensor::{self, Inputs, Part};
use crate::threads::Workers;
use crate::{arena, pack};
use ndarray::ArrayD;

/// The outputs for a batch of any number of images, in evaluation mode.
///
/// Allocates at every call, and packs the weights at the first one since they changed; a [`Session`] does both once.
///
/// # Panics
/// If the inputs have other shapes than the network's, differ in their number of images, or have
/// no images; if there is no memory for the batch.
pub fn forward<N: Network>(network: &N, x: N::Input<'_>) -> N::Output {
    match try_forward(network, x) {
        Ok(output) => output,
        Err(error) => panic!("{error}"),
    }
}

/// As [`forward`].
///
/// # Errors
/// The inputs have other shapes than the network's, differ in their number of images, or have no
/// images; there is no memory for them, or it is more than can be addressed.
pub fn try_forward<N: Network>(network: &N, x: N::Input<'_>) -> Result<N::Output, Error> {
    let parts = tensor::parts(&x);
    let parts = &parts[..<N::Input<'_> as Inputs>::COUNT];
    let images = tensor::check(N::NAME, N::INPUTS, parts)?;
    let workers = if worth_splitting::<N>(images) { Workers::Global } else { Workers::Surrounding };
    let mut session = Session::<N>::make(network.params(), images, workers)?;
    session.run_parts(parts)?;
    Ok(session.into_output())
}

/// The value of a label for a batch, in evaluation mode: N×C×H×W or N×elements.
///
/// # Errors
/// The network has no such label, or as [`try_forward`].
pub fn features<N: Network>(
    network: &N,
    label: &str,
    x: N::Input<'_>,
) -> Result<ArrayD<f32>, Error> {
    let parts = tensor::parts(&x);
    features_of(network, label, &parts[..<N::Input<'_> as Inputs>::COUNT])
}

/// As [`features`].
pub(crate) fn features_of<N: Network>(
    network: &N,
    label: &str,
    parts: &[Part<'_>],
) -> Result<ArrayD<f32>, Error> {
    let mut recorder = Recorder::new::<N>(&[label])?;
    let images = tensor::check(N::NAME, N::INPUTS, parts)?;
    recorder.start(images)?;

    let plan = &N::TRAINING;
    let padded = images.next_multiple_of(plan.interleaved);
    let workers = if worth_splitting::<N>(images) { Workers::Global } else { Workers::Surrounding };
    workers.run(|exec, threads| {
        let zeros = |what, images, floats| {
            arena::try_zeros(floats).ok_or_else(|| Error::memory(N::NAME, what, images, floats))
        };
        let mut arena = zeros("the values of all layers", images, plan.floats(padded, threads))?;
        let mut stats = zeros("the statistics of a pass", 0, plan.stats)?;
        let mut buffers = zeros("the running statistics", 0, network.params().buffers().len())?;
        buffers.copy_from_slice(network.params().buffers());
        for (part, slot) in parts.iter().zip(plan.inputs) {
            part.load(exec, 0, images, plan.interleaved, &mut arena[slot.range(padded)]);
        }
        if let Some(normalization) = network.params().normalization() {
            let slot = &mut arena[plan.inputs[0].range(padded)];
            normalization.slot(exec, N::INPUTS[0], plan.interleaved, slot);
        }
        let cx = Pass::new(exec, images, Mode::Evaluation, Streams::default());
        let (mut params, mut flushed) = (network.params().trainable(), arena::zeros(0));
        if pack::flushed::<N>(exec, params, &mut flushed)? {
            params = &flushed;
        }
        let (buffers, arena, stats) = (&mut buffers[..], &mut arena[..], &mut stats[..]);
        let tensors = TrainingTensors { params, buffers, arena, stats, held: &[], search: None };
        // The training plan keeps every label's value; inference merges layers.
        N::forward_pass(&cx, tensors, &mut recorder);
        Ok(())
    })?;
    let how = "the plan records every label";
    recorder.into_value().ok_or(Error::NotComputed { what: "value of the label", how })
}

/// The table of the network's layers, with a line on the memory that inference needs.
pub fn summary<N: Network>() -> String {
    let kib = N::WORKSPACE.div_ceil(1024);
    format!(
        "{}\nworkspace: {kib} KiB for one image on one thread, beside the packed weights",
        N::GRAPH.table().trim_end()
    )
}

/// The network's name and size, for `Debug`.
pub fn debug<N: Network>(f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    write!(f, "{} with {} parameters", N::NAME, N::PARAMETERS)
}
