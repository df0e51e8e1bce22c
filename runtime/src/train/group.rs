//! Parameters that are trained otherwise than the rest.

use crate::describe::Describe;
use crate::error::{Error, similar};
use crate::pattern::fits;
use crate::train::Optimizer;
use crate::train::argument::Arguments;
use cnn_ir::{Op, Role};
use std::sync::Arc;

/// Some parameters of a network, and what is different for them: the learning rate, the weight decay, the
/// optimizer, or that they stay as they are.
///
/// ```
/// use cnn::train::{Group, Sgd, Trainer};
///
/// cnn::cnn! {
///     struct Net<
///         1x8x8 -> features: { conv(4, 3x3) -> bn -> relu } -> flatten -> head: dense(10)
///     >;
/// }
///
/// let trainer = Trainer::new(Net::new(1), Sgd::new(0.1).weight_decay(5e-4))
///     .group(Group::batch_norms().weight_decay(0.0))
///     .group(Group::matching("*.bias").weight_decay(0.0).rate(2.0))
///     .group(Group::matching("features.*").frozen());
/// # drop(trainer);
/// ```
///
/// Where a parameter is in several groups, the last one that says something of a matter decides it.
#[derive(Clone, Debug)]
pub struct Group {
    members: Members,
    rate: Option<f32>,
    decay: Option<f32>,
    frozen: Option<bool>,
    frozen_statistics: bool,
    optimizer: Option<Arc<dyn Optimizer>>,
}

#[derive(Clone, Debug)]
enum Members {
    All,
    Matching(String),
    BatchNorms,
}

impl Group {
    const fn of(members: Members) -> Self {
        Self {
            members,
            rate: None,
            decay: None,
            frozen: None,
            frozen_statistics: false,
            optimizer: None,
        }
    }

    /// The parameters whose path fits the pattern, in which `*` stands for any characters: `"features.*"`,
    /// `"*.bias"`, `"layer?.*"` with `?` for one character. A pattern that fits none is an error at the first
    /// step.
    pub fn matching(pattern: impl Into<String>) -> Self {
        Self::of(Members::Matching(pattern.into()))
    }

    /// The weights and biases of all batch norms.
    pub const fn batch_norms() -> Self {
        Self::of(Members::BatchNorms)
    }

    /// All parameters.
    pub const fn all() -> Self {
        Self::of(Members::All)
    }

    /// Times the learning rate, a finite number of at least 0.
    pub const fn rate(mut self, factor: f32) -> Self {
        self.rate = Some(factor);
        self
    }

    /// This weight decay in place of the optimizer's, a finite number of at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = Some(decay);
        self
    }

    /// Stay as they are: neither steps nor decay nor momentum. Where all parameters of a batch norm are
    /// frozen, so are its running statistics; in training, it still normalizes by those of the batch, unless
    /// [`Group::frozen_statistics`] says otherwise. The backward pass ends where no parameter before it is trained.
    pub const fn frozen(mut self) -> Self {
        self.frozen = Some(true);
        self
    }

    /// Are trained, though an earlier group says that they are frozen.
    pub const fn trained(mut self) -> Self {
        self.frozen = Some(false);
        self
    }

    /// Batch norms with a parameter among them normalize by their running statistics in training too, which stay
    /// as they are, whether the parameters are frozen or not: for a pretrained network that learns from few images,
    /// or from small batches. As `eval()` of the layer in PyTorch. A [`Trainer`](crate::train::Trainer) sees to it; in
    /// a loop of one's own, all layers of a [`Backprop`](crate::train::Backprop) are in one mode.
    pub const fn frozen_statistics(mut self) -> Self {
        self.frozen_statistics = true;
        self
    }

    /// Another optimizer for them, with its own learning rate and weight decay.
    pub fn optimizer(mut self, optimizer: impl Optimizer + 'static) -> Self {
        self.optimizer = Some(Arc::new(optimizer));
        self
    }

    fn check(&self) -> Result<(), Error> {
        let group = Arguments { owner: "Group" };
        self.rate.map_or(Ok(()), |rate| group.not_negative("rate", rate))?;
        self.decay.map_or(Ok(()), |decay| group.not_negative("weight_decay", decay))?;
        self.optimizer.as_ref().map_or(Ok(()), |optimizer| optimizer.check())
    }
}

/// How one tensor is trained.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Its group's optimizer, if it has one.
    pub(crate) optimizer: Option<Arc<dyn Optimizer>>,
    /// Times the learning rate.
    pub(crate) rate: f32,
    /// In place of the optimizer's weight decay.
    pub(crate) decay: Option<f32>,
    pub(crate) frozen: bool,
    /// Whether a batch norm with this parameter normalizes by its running statistics.
    pub(crate) frozen_statistics: bool,
}

/// How each trainable tensor of a network is trained, in the order of `TENSORS`.
///
/// # Errors
/// A group was made with a number that makes no sense, or nothing fits its pattern.
pub(crate) fn settle<N: Describe>(groups: &[Group]) -> Result<Vec<Settings>, Error> {
    let untouched = Settings {
        optimizer: None,
        rate: 1.0,
        decay: None,
        frozen: false,
        frozen_statistics: false,
    };
    let trainable: Vec<(&'static str, bool)> = tensors::<N>()
        .filter(|(_, role, _)| *role == Role::Trainable)
        .map(|(path, _, op)| (path, matches!(op, Op::BatchNorm { .. })))
        .collect();
    let mut all = vec![untouched; trainable.len()];
    for group in groups {
        group.check()?;
        let mut any = false;
        for (settings, (path, batch_norm)) in all.iter_mut().zip(&trainable) {
            let member = match &group.members {
                Members::All => true,
                Members::BatchNorms => *batch_norm,
                Members::Matching(pattern) => fits(pattern, path),
            };
            if !member {
                continue;
            }
            any = true;
            settings.rate = group.rate.unwrap_or(settings.rate);
            settings.decay = group.decay.or(settings.decay);
            settings.frozen = group.frozen.unwrap_or(settings.frozen);
            settings.frozen_statistics |= group.frozen_statistics;
            if group.optimizer.is_some() {
                // With its own numbers.
                settings.optimizer.clone_from(&group.optimizer);
                (settings.rate, settings.decay) = (group.rate.unwrap_or(1.0), group.decay);
            }
        }
        if !any {
            return Err(match &group.members {
                Members::Matching(pattern) => Error::NoMembers {
                    network: N::NAME,
                    pattern: pattern.clone(),
                    similar: similar(pattern, trainable.iter().map(|(path, _)| *path)),
                },
                Members::All | Members::BatchNorms => Error::NoMembers {
                    network: N::NAME,
                    pattern: "the batch norms".to_owned(),
                    similar: None,
                },
            });
        }
    }
    Ok(all)
}

/// The tensors of a network in the order of `TENSORS`, each with its layer's operation.
pub(crate) fn tensors<N: Describe>() -> impl Iterator<Item = (&'static str, Role, Op<'static>)> {
    let ops = N::GRAPH.nodes.iter().flat_map(|node| node.tensors.iter().map(move |_| node.op));
    N::TENSORS.iter().zip(ops).map(|(spec, op)| (spec.path, spec.role, op))
}
