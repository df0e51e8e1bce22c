//! What people look at while a network of `cnn` trains, and afterwards: a progress bar, a line for each epoch,
//! `metrics.csv`, and a report as one web page.
//!
//! A crate of its own, so that only those who want it compile it; without the feature `html`, it writes no
//! reports, and needs neither what encodes pictures nor what asks for the processor's name.
//!
//! ```
//! use cnn::data::{Images, Loader};
//! use cnn::ndarray::Array4;
//! use cnn::train::{Adam, Trainer};
//! use cnn_report::Log;
//!
//! cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
//!
//! # let temporary = tempfile::tempdir()?;
//! # let folder = temporary.path();
//! let test = Images::new(Array4::zeros((20, 1, 8, 8)), vec![3; 20], 10)?;
//! let train = Images::new(Array4::zeros((80, 1, 8, 8)), vec![3; 80], 10)?;
//! let loader = Loader::new(train).batch(16).shuffle(1);
//! let mut trainer = Trainer::new(Net::new(1), Adam::new(0.01)).seed(1);
//! let epochs = 2;
//! let mut log = Log::to(folder, epochs, loader.steps())?; // or `Log::new(epochs, loader.steps())`
//! for epoch in 0..epochs {
//!     for batch in loader.epoch(epoch) {
//!         trainer.learn(&batch?)?;
//!         log.step(trainer.last());
//!     }
//!     log.epoch(&trainer.validate(&test)?)?;
//! }
//! let (net, metrics) = (trainer.network(), trainer.validate(&test)?);
//! # #[cfg(feature = "html")]
//! log.report(net).seed(1).validated(&metrics, &test).save(folder.join("report.html"))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
// What only the pages read of a run is then dead code.
#![cfg_attr(not(feature = "html"), allow(dead_code))]

mod error;
#[cfg(feature = "html")]
mod gallery;
mod history;
mod log;
#[cfg(feature = "html")]
mod machine;
#[cfg(feature = "html")]
mod page;
#[cfg(feature = "html")]
mod report;
mod text;

pub use error::Error;
#[cfg(feature = "html")]
pub use gallery::{Curves, Gallery, Pictures, Section};
pub use history::{Epoch, Validated};
pub use log::Log;
#[cfg(feature = "html")]
pub use report::Report;
