//! An optimizer at work on the parameters of a network: its groups, and what it keeps from step to step.

use crate::arena::{Buffer, try_zeros};
use crate::describe::Describe;
use crate::error::Error;
use crate::exec::{Exec, Serial};
use crate::params::Params;
use crate::threads::CurrentPool;
use crate::train::argument::{Arguments, is_rate};
use crate::train::group::{self, Group, Settings};
use crate::train::optimizer::MOST_KEPT;
use crate::train::{Gradients, Optimizer, Schedule, Update};
use cnn_ir::Role;

/// Floats of a piece of a tensor that one thread works on at a time.
const PIECE: usize = 1 << 15;

/// An optimizer at work on the parameters of a network: [`Trainer`](crate::train::Trainer) has one, and so does
/// a loop of one's own.
///
/// ```
/// use cnn::ndarray::{Array2, Array4};
/// use cnn::train::{Adam, Backprop, Constant, Group, Stepper};
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let (mut net, x) = (Net::new(0), Array4::zeros((2, 1, 8, 8)));
/// let mut pass = Backprop::<Net>::new();
/// let mut stepper = Stepper::new::<Net>(Adam::new(1e-3), vec![Group::matching("0.*").rate(0.1)])?;
/// for _ in 0..3 {
///     let y = pass.forward(&net, x.view())?.to_owned();
///     let gradients = pass.backward(&net, &(2.0 * y))?; // of the loss Σy²
///     stepper.step(net.params_mut(), gradients, &Constant)?;
///     pass.commit(&mut net);
/// }
/// # Ok::<(), cnn::Error>(())
/// ```
#[derive(Debug)]
pub struct Stepper<O> {
    network: &'static str,
    optimizer: O,
    groups: Vec<Group>,
    tensors: Vec<Tensor>,
    jobs: Vec<Job>,
    /// The rate of each tensor in the step at hand.
    rates: Vec<f32>,
    /// What the optimizers keep, each as long as all parameters.
    kept: Vec<Buffer>,
    /// Steps made.
    steps: u64,
    /// Whether the tensors and jobs are those of the groups.
    settled: bool,
}

/// A trainable tensor.
#[derive(Debug)]
struct Tensor {
    path: &'static str,
    dims: &'static [usize],
    offset: usize,
    len: usize,
    /// Steps it has made.
    steps: u64,
    settings: Settings,
}

/// A tensor or a piece of one.
#[derive(Clone, Copy, Debug)]
struct Job {
    start: usize,
    len: usize,
    tensor: usize,
}

impl<O: Optimizer> Stepper<O> {
    /// Applies `optimizer` to the parameters of an `N`, with groups that are otherwise.
    ///
    /// # Errors
    /// The optimizer or a group was made with a number that it cannot work with, nothing fits a group's
    /// pattern, or there is no memory for what the optimizer keeps.
    pub fn new<N: Describe>(optimizer: O, groups: Vec<Group>) -> Result<Self, Error> {
        let mut stepper = Self::unsettled(N::NAME, optimizer);
        stepper.groups = groups;
        stepper.settle::<N>()?;
        Ok(stepper)
    }

    /// One that has not looked at its groups yet.
    pub(crate) fn unsettled(network: &'static str, optimizer: O) -> Self {
        Self {
            network,
            optimizer,
            groups: Vec::new(),
            tensors: Vec::new(),
            jobs: Vec::new(),
            rates: Vec::new(),
            kept: Vec::new(),
            steps: 0,
            settled: false,
        }
    }

    pub(crate) fn add(&mut self, group: Group) {
        self.groups.push(group);
        self.settled = false;
    }

    pub(crate) fn replace(&mut self, groups: Vec<Group>) {
        self.groups = groups;
        self.settled = false;
    }

    /// Other groups from the next step on, in place of all before. What the optimizer keeps stays, also of
    /// parameters that are frozen in between.
    ///
    /// # Errors
    /// As [`Stepper::new`].
    ///
    /// # Panics
    /// If `N` is another network than the stepper's.
    pub fn set_groups<N: Describe>(&mut self, groups: impl Into<Vec<Group>>) -> Result<(), Error> {
        assert_eq!(self.network, N::NAME, "the stepper's own network");
        self.replace(groups.into());
        self.settle::<N>().map(|_| ())
    }

    /// Looks at the groups, if that was not done, and says whether it did.
    pub(crate) fn settle<N: Describe>(&mut self) -> Result<bool, Error> {
        self.optimizer.check()?;
        if self.settled {
            return Ok(false);
        }
        let settings = group::settle::<N>(&self.groups)?;
        let specs = N::TENSORS.iter().filter(|spec| spec.role == Role::Trainable);
        let mut tensors: Vec<Tensor> = specs
            .zip(settings)
            .map(|(spec, settings)| Tensor {
                path: spec.path,
                dims: spec.dims,
                offset: spec.offset,
                len: spec.len(),
                steps: 0,
                settings,
            })
            .collect();
        tensors.iter_mut().zip(&self.tensors).for_each(|(new, old)| new.steps = old.steps);
        let most = tensors.iter().map(|t| self.rule(t).kept()).max().unwrap_or(0).min(MOST_KEPT);
        let floats = tensors.iter().map(|t| t.offset + t.len).max().unwrap_or(0);
        while self.kept.len() < most {
            let memory = || Error::memory(N::NAME, "what the optimizer keeps", 0, floats);
            self.kept.push(try_zeros(floats).ok_or_else(memory)?);
        }
        let mut jobs = Vec::new();
        for (i, t) in tensors.iter().enumerate().filter(|(_, t)| !t.settings.frozen) {
            let piece = if self.rule(t).whole_tensors() { t.len } else { PIECE };
            jobs.extend((0..t.len).step_by(piece.max(1)).map(|first| Job {
                start: t.offset + first,
                len: piece.min(t.len - first),
                tensor: i,
            }));
        }
        jobs.sort_unstable_by_key(|job| job.start);
        (self.tensors, self.jobs, self.settled) = (tensors, jobs, true);
        Ok(true)
    }

    /// One step, in which `schedule` says by which rates. The parameters are those of the network that the
    /// stepper was made for, and the gradients theirs. Works on the rayon pool that the caller runs in, or
    /// else on the calling thread.
    ///
    /// # Errors
    /// The optimizer or the schedule was made with a number that it cannot work with, or the schedule gives
    /// a rate that is none; nothing is changed then.
    pub fn step(
        &mut self,
        params: &mut Params,
        gradients: &Gradients,
        schedule: &dyn Schedule,
    ) -> Result<(), Error> {
        let exec: &dyn Exec =
            if rayon::current_thread_index().is_some() { &CurrentPool } else { &Serial };
        self.optimizer.check()?;
        schedule.check()?;
        self.set_rates(schedule)?;
        self.apply(exec, params, gradients.trainable());
        Ok(())
    }

    /// Finds the rate of each tensor in the next step.
    ///
    /// # Errors
    /// The schedule gives one that is none.
    pub(crate) fn set_rates(&mut self, schedule: &dyn Schedule) -> Result<(), Error> {
        let mut rates = std::mem::take(&mut self.rates);
        rates.clear();
        let rate = |t: &Tensor| schedule.rate(self.rule(t).rate() * t.settings.rate, self.steps);
        rates.extend(self.tensors.iter().map(rate));
        self.rates = rates;
        match self.rates.iter().find(|&&rate| !is_rate(rate)) {
            Some(&rate) => Err(Error::Rate { step: self.steps, rate }),
            None => Ok(()),
        }
    }

    /// One step at the rates that [`Stepper::set_rates`] found.
    pub(crate) fn apply(&mut self, exec: &dyn Exec, params: &mut Params, gradients: &[f32]) {
        self.tensors.iter_mut().filter(|t| !t.settings.frozen).for_each(|t| t.steps += 1);
        let mut kept = [(); MOST_KEPT].map(|()| &mut [][..]);
        for (slot, floats) in kept.iter_mut().zip(&mut self.kept) {
            *slot = floats;
        }
        let (tensors, rates) = (&self.tensors[..], &self.rates[..]);
        let work = Work { optimizer: &self.optimizer, tensors, rates };
        work.on(exec, &self.jobs, 0, params.trainable_mut(), gradients, kept);
        self.steps += 1;
    }

    /// The optimizer of those that no group gives another.
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }

    /// The optimizer, to change its numbers between steps.
    pub fn optimizer_mut(&mut self) -> &mut O {
        &mut self.optimizer
    }

    /// The optimizer; what it kept is lost.
    pub fn into_optimizer(self) -> O {
        self.optimizer
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The groups, as they were given.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The paths of the parameters that are trained.
    pub fn trained(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.tensors.iter().filter(|t| !t.settings.frozen).map(|t| t.path)
    }

    fn rule<'s>(&'s self, tensor: &'s Tensor) -> &'s dyn Optimizer {
        match &tensor.settings.optimizer {
            Some(optimizer) => optimizer,
            None => &self.optimizer,
        }
    }

    /// What the optimizers keep, as long as all parameters each.
    pub(crate) fn kept(&self) -> Vec<&[f32]> {
        self.kept.iter().map(|floats| &floats[..]).collect()
    }

    /// The same, to change it.
    pub(crate) fn kept_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.kept.iter_mut().map(|floats| &mut floats[..])
    }

    /// Its own steps, then those of each tensor.
    pub(crate) fn all_steps(&self) -> Vec<i64> {
        let own = [self.steps].into_iter().chain(self.tensors.iter().map(|t| t.steps));
        own.map(|n| i64::try_from(n).unwrap_or(i64::MAX)).collect()
    }

    /// Goes on with what [`Stepper::kept`] and [`Stepper::all_steps`] gave.
    pub(crate) fn restore(&mut self, kept: &[Vec<f32>], steps: &[i64]) {
        self.kept.iter_mut().zip(kept).for_each(|(to, from)| to.copy_from_slice(from));
        let mut steps = steps.iter().map(|&n| u64::try_from(n).unwrap_or(0));
        self.steps = steps.next().unwrap_or(0);
        self.tensors.iter_mut().zip(steps).for_each(|(t, n)| t.steps = n);
    }

    /// Whether this trainable tensor, counted in the order of `TENSORS`, is frozen.
    pub(crate) fn is_frozen(&self, tensor: usize) -> bool {
        self.tensors[tensor].settings.frozen
    }

    /// Whether a batch norm with this trainable tensor, counted so, normalizes by its running statistics.
    pub(crate) fn has_frozen_statistics(&self, tensor: usize) -> bool {
        self.tensors[tensor].settings.frozen_statistics
    }

    /// The length of the gradients of what is trained, as one vector: the same for any number of threads.
    pub(crate) fn length(&self, exec: &dyn Exec, gradients: &[f32]) -> f64 {
        squares(exec, &self.jobs, gradients).sqrt()
    }
}

/// The sum of squares, as a tree over the jobs.
fn squares(exec: &dyn Exec, jobs: &[Job], gradients: &[f32]) -> f64 {
    match jobs {
        [] => 0.0,
        &[Job { start, len, .. }] => {
            let squares = gradients[start..][..len].iter().map(|&g| f64::from(g) * f64::from(g));
            squares.sum()
        }
        _ => {
            let (left, right) = jobs.split_at(jobs.len() / 2);
            let (mut a, mut b) = (0.0, 0.0);
            exec.join(&mut || a = squares(exec, left, gradients), &mut || {
                b = squares(exec, right, gradients)
            });
            a + b
        }
    }
}

struct Work<'a> {
    optimizer: &'a dyn Optimizer,
    tensors: &'a [Tensor],
    rates: &'a [f32],
}

impl Work<'_> {
    /// The jobs, of slices that start with float number `base`.
    fn on(
        &self,
        exec: &dyn Exec,
        jobs: &[Job],
        base: usize,
        params: &mut [f32],
        gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    ) {
        match jobs {
            [] => {}
            &[job] => self.one(job, base, params, gradients, kept),
            _ => {
                let (left, right) = jobs.split_at(jobs.len() / 2);
                let middle = right[0].start;
                let at = middle - base;
                let (params, more_params) = params.split_at_mut(at);
                let (gradients, more_gradients) = gradients.split_at(at);
                let mut more_kept = [(); MOST_KEPT].map(|()| &mut [][..]);
                let mut i = 0;
                let kept = kept.map(|floats| {
                    let (near, far) = floats.split_at_mut(at.min(floats.len()));
                    more_kept[i] = far;
                    i += 1;
                    near
                });
                let (mut near, mut far) = (Some((params, kept)), Some((more_params, more_kept)));
                exec.join(
                    &mut || {
                        if let Some((params, kept)) = near.take() {
                            self.on(exec, left, base, params, gradients, kept);
                        }
                    },
                    &mut || {
                        if let Some((params, kept)) = far.take() {
                            self.on(exec, right, middle, params, more_gradients, kept);
                        }
                    },
                );
            }
        }
    }

    fn one(
        &self,
        job: Job,
        base: usize,
        params: &mut [f32],
        gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    ) {
        let tensor = &self.tensors[job.tensor];
        let optimizer: &dyn Optimizer = match &tensor.settings.optimizer {
            Some(optimizer) => optimizer,
            None => self.optimizer,
        };
        let decay = tensor.settings.decay.unwrap_or_else(|| optimizer.decay());
        let step =
            Update::new(self.rates[job.tensor], tensor.steps, tensor.dims).weight_decay(decay);
        let range = job.start - base..job.start - base + job.len;
        let (mut i, wanted) = (0, optimizer.kept());
        let kept = kept.map(|floats| {
            i += 1;
            if i <= wanted { &mut floats[range.clone()] } else { &mut [][..] }
        });
        optimizer.update(&step, &mut params[range.clone()], &gradients[range], kept);
    }
}

/// What becomes of gradients that are too large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Clip {
    /// All of them shorter together, where they are longer as one vector.
    Norm(f32),
    /// Each by itself.
    Value(f32),
}

impl Clip {
    pub(crate) fn check(self) -> Result<(), Error> {
        match self {
            Self::Norm(most) => Arguments { owner: "Trainer::clip_norm" }.positive("most", most),
            Self::Value(most) => Arguments { owner: "Trainer::clip_value" }.positive("most", most),
        }
    }

    /// As PyTorch's `clip_grad_norm_` and `clip_grad_value_`.
    pub(crate) fn apply<O: Optimizer>(
        self,
        exec: &dyn Exec,
        stepper: &Stepper<O>,
        gradients: &mut [f32],
    ) {
        match self {
            Self::Norm(most) => {
                let factor = f64::from(most) / (stepper.length(exec, gradients) + 1e-6);
                if factor < 1.0 {
                    let factor = factor as f32;
                    gradients.iter_mut().for_each(|g| *g *= factor);
                }
            }
            Self::Value(most) => gradients.iter_mut().for_each(|g| *g = g.clamp(-most, most)),
        }
    }
}
