//! Training: losses, optimizers, schedules of the learning rate, and the loop around them.
//!
//! [`Trainer`] is the usual way; [`Backprop`] is one pass forward and backward for losses of one's
//! own. Results are the same to the bit for any number of
//! threads.

mod argument;
mod backprop;
mod evaluate;
mod gradients;
mod loss;
mod objective;
mod optimizer;
mod schedule;
mod trainer;

pub use backprop::Backprop;
pub use evaluate::accuracy;
pub use gradients::Gradients;
pub use loss::{CrossEntropy, Loss, MeanSquaredError, SmoothCrossEntropy};
pub use objective::{Objective, PerOutput, Rows, Weighted};
pub use optimizer::{Adam, AdamW, Optimizer, Sgd};
pub use schedule::{Constant, Cosine, OneCycle, Schedule};
pub use trainer::{EpochReport, Progress, Trainer};
