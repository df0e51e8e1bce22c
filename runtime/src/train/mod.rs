//! Training: losses, optimizers, schedules of the learning rate, and the loop around them.
//!
//! [`Trainer`] is the usual way; [`Backprop`] is one pass forward and backward for losses of one's
//! own, and [`Stepper`] an optimizer for such loops. Results are the same to the bit for any number of
//! threads.

mod argument;
mod average;
mod backprop;
mod checkpoint;
mod early;
mod evaluate;
mod features;
mod feed;
mod finder;
mod gradients;
mod group;
mod logits;
mod loss;
mod metrics;
mod objective;
mod optimizer;
mod parallel;
mod rows;
mod schedule;
mod stepper;
mod trainer;
mod views;
mod whitening;

pub use average::{Average, Lookahead};
pub use backprop::Backprop;
pub use checkpoint::{Checkpoints, Position, Resumable};
pub use early::EarlyStopping;
pub use evaluate::{accuracy, validate};
pub use features::features;
pub use feed::TargetsOf;
pub use finder::{RateCurve, RateFinder};
pub use gradients::Gradients;
pub use group::Group;
pub use loss::{
    BinaryCrossEntropy, ClassLoss, CrossEntropy, Focal, Huber, Loss, MeanAbsoluteError,
    MeanSquaredError, PerOutput, SoftCrossEntropy, Takes, Weighted,
};
pub use metrics::{CalibrationBin, ClassMetrics, Metrics, Prediction};
pub use objective::Objective;
pub use optimizer::{Adagrad, Adam, AdamW, Lars, MOST_KEPT, Muon, Optimizer, RmsProp, Sgd, Update};
pub use parallel::{Communicator, DataParallel, Lane, Threads};
pub use rows::{Rows, Window};
pub use schedule::{
    Constant, Cosine, CosineRestarts, Drops, Every, Exponential, OneCycle, Plateau, Polynomial,
    Schedule, Then, Triangle, WarmUp,
};
pub use stepper::Stepper;
pub use trainer::{Callback, EpochReport, Fitted, Progress, StepReport, Trainer, Validation};
pub use views::{MeanOf, Views};
pub use whitening::whitening;
