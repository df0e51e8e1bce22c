//! Folders of PNG and JPEG files as data sets for `cnn`, and pictures of what a network will see.
//!
//! A crate of its own, so that only those who read pictures compile what decodes them.
//!
//! ```no_run
//! use cnn::data::{RandomCrop, Flip, Loader, Normalize};
//! use cnn_images::{Folder, preview};
//!
//! // photos/train/cat/1.jpg, photos/train/dog/7.png, …
//! let train = Folder::open("photos/train")?;
//! println!("{} images of {:?}", train.paths().len(), train.classes());
//! let loader = Loader::new(train)
//!     .batch(64)
//!     .shuffle(1)
//!     .threads(2)
//!     .augment(RandomCrop::new(96, 96).reflect(8))
//!     .augment(Flip::new());
//! let first = loader.epoch(0).next().expect("images")?;
//! preview(first.images.view(), 8, "batch.png")?; // look at it before training
//! # Ok::<(), cnn::Error>(())
//! ```

pub mod draw;
mod folder;
mod picture;

pub use folder::Folder;
pub use picture::{decode, preview, read, save, scaled};
