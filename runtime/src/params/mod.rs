//! The parameters of a network.

mod array;
mod sizes;

use crate::arena::{Buffer, Floats, stretch, try_zeros, zeros};
use crate::describe::{Describe, TensorSpec};
use crate::embedded::Embedded;
use crate::error::{Error, Origin, similar};
use crate::init;
use crate::normalize::Normalize;
use crate::program::{InferencePlan, Program};
use crate::random::{Purpose, Stream};
pub use array::AsArray;
use cnn_ir::{Init, Role};
use ndarray::{ArrayViewD, ArrayViewMutD, IxDyn};
use sizes::{Sizes, end};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// All tensors of a network's `state_dict`, contiguous by role.
///
/// Every tensor starts at a multiple of 16 floats; the gaps are zero. Before the trainable ones there
/// may be some room, so that a session can pack them where they lie.
///
/// Those of `embedded()` are a part of the program: they are read there, and copied to memory of their own only
/// once somebody changes them, or asks for all of them in one slice.
#[derive(Clone, Debug)]
pub struct Params {
    network: &'static str,
    specs: &'static [TensorSpec],
    sizes: Sizes,
    /// The trainable parameters with the room before them, once they are in memory of their own.
    floats: OnceLock<Buffer>,
    /// The running statistics, likewise.
    buffers: OnceLock<Buffer>,
    /// Where the floats come from that are not in memory of their own.
    embedded: Option<&'static Embedded>,
    counters: Vec<i64>,
    normalization: Option<Normalize>,
    /// What the floats are when packed for each inference plan, as far as somebody has packed them. Copies that have
    /// not changed share it.
    packed: Packed,
}

/// For each inference plan, once it is there.
type Packed = Arc<[OnceLock<Arc<Floats>>]>;

fn unpacked(plans: usize) -> Packed {
    (0..plans).map(|_| OnceLock::new()).collect()
}

impl Params {
    /// The parameters of a fresh `N`, each tensor from a random stream of its own that depends on
    /// the seed and on its place in the `state_dict` alone.
    ///
    /// # Panics
    /// If there is no memory for them.
    pub fn init<N: Program>(seed: u64) -> Self {
        match Self::try_init::<N>(seed) {
            Ok(params) => params,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`Params::init`].
    ///
    /// # Errors
    /// There is no memory for them.
    pub fn try_init<N: Program>(seed: u64) -> Result<Self, Error> {
        let mut params = Self::blank::<N>()?;
        for (index, spec) in N::TENSORS.iter().enumerate() {
            match (spec.role, spec.init) {
                (Role::Counter, Init::Constant(value)) => {
                    params.counters[spec.offset] = value as i64
                }
                (Role::Counter, _) => {}
                (_, init) => {
                    let mut stream = Stream::new(Purpose::Initialize, seed, 0, 0, index as u64);
                    init::fill(init, &mut stream, spec.dims, params.slice_mut(spec));
                }
            }
        }
        Ok(params)
    }

    /// A copy.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn try_clone(&self) -> Result<Self, Error> {
        let copy = |own: &OnceLock<Buffer>| {
            let Some(floats) = own.get() else { return Ok(OnceLock::new()) };
            let memory =
                || Error::memory(self.network, "a copy of the parameters", 0, floats.len());
            floats.try_clone().map(OnceLock::from).ok_or_else(memory)
        };
        Ok(Self {
            network: self.network,
            specs: self.specs,
            sizes: self.sizes.clone(),
            floats: copy(&self.floats)?,
            buffers: copy(&self.buffers)?,
            embedded: self.embedded,
            counters: self.counters.clone(),
            normalization: self.normalization.clone(),
            packed: self.packed.clone(),
        })
    }

    /// All zeros.
    ///
    /// # Errors
    /// There is no memory for them.
    pub(crate) fn blank<N: Program>() -> Result<Self, Error> {
        Self::of(N::NAME, N::TENSORS, N::INFERENCE)
    }

    /// All zeros, for a network of that name with these tensors and plans.
    ///
    /// # Errors
    /// There is no memory for them.
    pub(crate) fn of(
        network: &'static str,
        specs: &'static [TensorSpec],
        plans: &[InferencePlan],
    ) -> Result<Self, Error> {
        let zeros =
            |len| try_zeros(len).ok_or_else(|| Error::memory(network, "the parameters", 0, len));
        let sizes = Sizes::of(specs, plans);
        Ok(Self {
            network,
            specs,
            floats: zeros(sizes.floats)?.into(),
            buffers: zeros(sizes.buffers)?.into(),
            sizes,
            embedded: None,
            counters: vec![0; end(specs, Role::Counter)],
            normalization: None,
            packed: unpacked(plans.len()),
        })
    }

    /// Those that are a part of the program.
    #[doc(hidden)]
    pub fn embedded<N: Program>(embedded: &'static Embedded) -> Self {
        Self {
            network: N::NAME,
            specs: N::TENSORS,
            sizes: Sizes::of(N::TENSORS, N::INFERENCE),
            floats: OnceLock::new(),
            buffers: OnceLock::new(),
            embedded: Some(embedded),
            counters: embedded.counters.to_vec(),
            normalization: embedded.normalization.map(|(mean, dev)| Normalize::new(mean, dev)),
            packed: (0..N::INFERENCE.len())
                .map(|plan| match embedded.packed(plan) {
                    Some(packed) => Arc::new(Floats::Program(packed)).into(),
                    None => OnceLock::new(),
                })
                .collect(),
        }
    }

    /// The tensor of that parameter path, in PyTorch's layout.
    ///
    /// # Errors
    /// No tensor has that path, or it is a counter.
    pub fn get(&self, path: &str) -> Result<ArrayViewD<'_, f32>, Error> {
        let spec = self.float_spec(path)?;
        Ok(view(spec, self.slice(spec)))
    }

    /// The tensor of that parameter path, to change it in place.
    ///
    /// # Errors
    /// No tensor has that path, or it is a counter.
    pub fn get_mut(&mut self, path: &str) -> Result<ArrayViewMutD<'_, f32>, Error> {
        let spec = self.float_spec(path)?;
        match ArrayViewMutD::from_shape(IxDyn(spec.dims), self.slice_mut(spec)) {
            Ok(view) => Ok(view),
            Err(_) => unreachable!("a tensor's slice has its elements"),
        }
    }

    /// Replaces the tensor of that parameter path; `values` has its dimensions, in PyTorch's layout.
    ///
    /// # Errors
    /// No tensor has that path, it is a counter, or the dimensions differ.
    pub fn set(&mut self, path: &str, values: impl AsArray) -> Result<(), Error> {
        let mut tensor = self.get_mut(path)?;
        let values = values.array_view();
        if tensor.shape() != values.shape() {
            let (found, expected) = (values.shape().to_vec(), tensor.shape().to_vec());
            return Err(Error::ParameterShape {
                network: self.network,
                path: path.to_owned(),
                found,
                expected,
            });
        }
        tensor.assign(&values);
        Ok(())
    }

    /// The counter (`num_batches_tracked`) of that path.
    ///
    /// # Errors
    /// No tensor has that path, or it is no counter.
    pub fn counter(&self, path: &str) -> Result<i64, Error> {
        Ok(self.counters[self.counter_spec(path)?.offset])
    }

    /// Sets the counter (`num_batches_tracked`) of that path.
    ///
    /// # Errors
    /// No tensor has that path, it is no counter, or the count is negative.
    pub fn set_counter(&mut self, path: &str, count: i64) -> Result<(), Error> {
        let offset = self.counter_spec(path)?.offset;
        if count < 0 {
            return Err(Error::Count {
                network: self.network,
                path: path.to_owned(),
                found: count,
            });
        }
        self.counters[offset] = count;
        Ok(())
    }

    /// All trainable parameters, at the offsets of [`Describe::TENSORS`].
    ///
    /// # Panics
    /// If they are a part of the program, and there is no memory for a copy.
    pub fn trainable(&self) -> &[f32] {
        &self.own(Role::Trainable)[self.sizes.trainable.clone()]
    }

    /// All trainable parameters, to change them.
    ///
    /// # Panics
    /// As [`Params::trainable`].
    pub fn trainable_mut(&mut self) -> &mut [f32] {
        let range = self.sizes.trainable.clone();
        &mut self.own_mut(Role::Trainable)[range]
    }

    /// All running statistics, at the offsets of [`Describe::TENSORS`].
    ///
    /// # Panics
    /// As [`Params::trainable`].
    pub fn buffers(&self) -> &[f32] {
        self.own(Role::Buffer)
    }

    /// All running statistics, to change them.
    ///
    /// # Panics
    /// As [`Params::trainable`].
    pub fn buffers_mut(&mut self) -> &mut [f32] {
        self.own_mut(Role::Buffer)
    }

    /// The floats of a role, copied to memory of their own if they are not yet there.
    fn own(&self, role: Role) -> &Buffer {
        let (own, len, start) = match role {
            Role::Trainable => (&self.floats, self.sizes.floats, self.sizes.trainable.start),
            _ => (&self.buffers, self.sizes.buffers, 0),
        };
        own.get_or_init(|| {
            let mut floats = zeros(len);
            if let Some(embedded) = self.embedded {
                embedded.copy(role, &mut floats[start..]);
            }
            floats
        })
    }

    /// The same, to change them.
    fn own_mut(&mut self, role: Role) -> &mut [f32] {
        self.forget_packed();
        self.own(role);
        let own = match role {
            Role::Trainable => &mut self.floats,
            _ => &mut self.buffers,
        };
        own.get_mut().map_or(&mut [], |floats| &mut floats[..])
    }

    /// The part of the program where the floats of a role are, if they are not in memory of their own.
    fn elsewhere(&self, role: Role) -> Option<&'static Embedded> {
        let own = if role == Role::Trainable { &self.floats } else { &self.buffers };
        self.embedded.filter(|_| own.get().is_none())
    }

    /// Whether the trainable parameters are not in memory of their own.
    pub(crate) fn is_embedded(&self) -> bool {
        self.elsewhere(Role::Trainable).is_some()
    }

    /// A tensor of floats by its offset and length among those of its role. It is copied only if it is a part of
    /// the program where it has another type, or does not start at a multiple of four bytes.
    pub(crate) fn stretch(&self, role: Role, place: (usize, usize)) -> Cow<'_, [f32]> {
        let embedded = self.elsewhere(role).and_then(|embedded| embedded.tensor(role, place));
        embedded.unwrap_or_else(|| match role {
            Role::Trainable => stretch(self.trainable(), place).into(),
            _ => stretch(self.buffers(), place).into(),
        })
    }

    /// Gives up all floats, with the place where the trainable parameters start, and the running
    /// statistics.
    pub(crate) fn into_floats(self) -> (Buffer, usize, Buffer) {
        for role in [Role::Trainable, Role::Buffer] {
            self.own(role);
        }
        let own = |floats: OnceLock<Buffer>| floats.into_inner().unwrap_or_else(|| zeros(0));
        (own(self.floats), self.sizes.trainable.start, own(self.buffers))
    }

    /// The floats packed for inference plan number `plan`, which `pack` does the first time since they changed. Nobody
    /// waits for somebody else who is packing: both do, and the first one's are kept.
    ///
    /// # Errors
    /// Those of `pack`.
    pub(crate) fn packed(
        &self,
        plan: usize,
        pack: impl FnOnce(&Self) -> Result<Buffer, Error>,
    ) -> Result<Arc<Floats>, Error> {
        let kept = &self.packed[plan];
        if let Some(packed) = kept.get() {
            return Ok(packed.clone());
        }
        let packed = Arc::new(Floats::Own(pack(self)?));
        // Refused where another thread was first.
        let _ = kept.set(packed.clone());
        Ok(kept.get().cloned().unwrap_or(packed))
    }

    /// The floats are about to change.
    fn forget_packed(&mut self) {
        match Arc::get_mut(&mut self.packed) {
            Some(packed) => packed.iter_mut().for_each(|kept| drop(kept.take())),
            // A copy that has not changed goes on with it.
            None => self.packed = unpacked(self.packed.len()),
        }
    }

    /// All counters.
    pub fn counters(&self) -> &[i64] {
        &self.counters
    }

    /// Takes over all numbers of parameters of the same network.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.trainable_mut().copy_from_slice(other.trainable());
        self.buffers_mut().copy_from_slice(other.buffers());
        self.counters_mut().copy_from_slice(other.counters());
    }

    /// All counters, to change them; none is ever negative.
    pub(crate) fn counters_mut(&mut self) -> &mut [i64] {
        &mut self.counters
    }

    /// How the network normalizes the images of its first input, if it does.
    pub fn normalization(&self) -> Option<&Normalize> {
        self.normalization.as_ref()
    }

    /// See [`Network::set_normalization`](crate::Network::set_normalization).
    ///
    /// # Errors
    /// There is neither one mean nor one for each channel of the input, or so of the deviations; a number is not
    /// finite, or a deviation is negative.
    pub fn set_normalization<N: Describe>(
        &mut self,
        normalization: Option<Normalize>,
    ) -> Result<(), Error> {
        let problem = normalization.as_ref().and_then(|n| n.problem(N::INPUTS[0].channels()));
        if let Some((found, expected)) = problem {
            let origin = Origin::Memory("normalization");
            return Err(Error::Normalization { origin, found, expected });
        }
        self.normalization = normalization;
        Ok(())
    }

    pub(crate) fn keep_normalization(&mut self, normalization: Option<Normalize>) {
        self.normalization = normalization;
    }

    /// The tensors in the order of the `state_dict`.
    pub fn specs(&self) -> &'static [TensorSpec] {
        self.specs
    }

    /// The network's name.
    pub fn network(&self) -> &'static str {
        self.network
    }

    /// The elements of a float tensor.
    pub(crate) fn slice(&self, spec: &TensorSpec) -> &[f32] {
        let place = (spec.offset, spec.len());
        let embedded = self.elsewhere(spec.role).and_then(|e| e.floats(spec.role, place));
        embedded.unwrap_or_else(|| match spec.role {
            Role::Trainable => stretch(self.trainable(), place),
            Role::Buffer => stretch(self.buffers(), place),
            Role::Counter => unreachable!("counters are no floats"),
        })
    }

    /// The elements of a float tensor, to change them.
    pub(crate) fn slice_mut(&mut self, spec: &TensorSpec) -> &mut [f32] {
        match spec.role {
            Role::Trainable => &mut self.trainable_mut()[spec.offset..spec.offset + spec.len()],
            Role::Buffer => &mut self.buffers_mut()[spec.offset..spec.offset + spec.len()],
            Role::Counter => unreachable!("counters are no floats"),
        }
    }

    fn float_spec(&self, path: &str) -> Result<&'static TensorSpec, Error> {
        let spec = find(self.network, self.specs, path)?;
        match spec.role {
            Role::Trainable | Role::Buffer => Ok(spec),
            Role::Counter => Err(self.other_kind(path, "an integer counter", "a tensor of floats")),
        }
    }

    fn counter_spec(&self, path: &str) -> Result<&'static TensorSpec, Error> {
        let spec = find(self.network, self.specs, path)?;
        match spec.role {
            Role::Counter => Ok(spec),
            Role::Trainable | Role::Buffer => {
                Err(self.other_kind(path, "a tensor of floats", "an integer counter"))
            }
        }
    }

    fn other_kind(&self, path: &str, found: &'static str, expected: &'static str) -> Error {
        Error::ParameterKind { network: self.network, path: path.to_owned(), found, expected }
    }
}

/// The tensor of that path.
pub(crate) fn find(
    network: &'static str,
    specs: &'static [TensorSpec],
    path: &str,
) -> Result<&'static TensorSpec, Error> {
    specs.iter().find(|s| s.path == path).ok_or_else(|| Error::UnknownParameter {
        network,
        path: path.to_owned(),
        similar: similar(path, specs.iter().map(|s| s.path)),
    })
}

/// A tensor's elements in its dimensions.
pub(crate) fn view<'a>(spec: &TensorSpec, elements: &'a [f32]) -> ArrayViewD<'a, f32> {
    match ArrayViewD::from_shape(IxDyn(spec.dims), elements) {
        Ok(view) => view,
        Err(_) => unreachable!("a tensor's slice has its elements"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_without_memory_are_a_typed_error() {
        const SPECS: &[TensorSpec] = &[TensorSpec::new(
            "weight",
            &[1 << 28, 1 << 28],
            Role::Trainable,
            0,
            Init::Constant(0.0),
        )];
        assert_eq!(
            Params::of("Huge", SPECS, &[]).unwrap_err().to_string(),
            "`Huge`: found no memory for the parameters, expected 288230376151711744 bytes"
        );
    }
}
