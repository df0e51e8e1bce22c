//! Fitting the arguments of a call to those that a layer takes: what was meant by them, what they are worth,
//! and what a record reads of them.

mod bind;
mod convert;
mod defaults;
mod get;
mod quotes;
mod slips;

pub use crate::spec::{Kind, Spec};
pub(crate) use bind::{Surroundings, Written, bind};
pub use defaults::Defaults;
pub use get::Args;
pub(crate) use slips::{Meant, named};
