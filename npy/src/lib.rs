//! NumPy's `.npy` and `.npz` files as data sets for `cnn`.
//!
//! A crate of its own, so that only those who read such files compile what unpacks archives.
//!
//! ```no_run
//! use cnn::data::{Arrays, Images, Loader};
//! use cnn_npy::{Npy, NpyImages, Npz};
//!
//! // What fits into memory: `numpy.savez("data.npz", x_train=…, y_train=…)`.
//! let mut file = Npz::open("data.npz")?;
//! let images = file.array("x_train")?.images()?; // N×C×H×W or N×H×W; bytes become 0 to 1
//! let train = Images::new(images, file.array("y_train")?.classes()?, 10)?;
//!
//! // Targets of any kind.
//! let masks = Npy::open("masks.npy")?.floats()?;
//! let train = Arrays::new(Npy::open("images.npy")?.images()?, masks)?;
//!
//! // What does not: each image is read when it is asked for, and so is its mask.
//! let images = Npy::open("images.npy")?.channels_last(); // N×H×W×C
//! let loader = Loader::new(NpyImages::new(images, Npy::open("masks.npy")?)?).batch(32).shuffle(1);
//! # Ok::<(), cnn::Error>(())
//! ```
//!
//! Elements may be `bool`, integers of 8 to 64 bits, `float32` or `float64`, of either byte order. A file that
//! is damaged, or does not hold what it should, gives an error that names it, what was found and what was
//! expected; none makes a panic, and no memory is taken on the strength of what a header says alone.

mod archive;
mod array;
mod header;
mod images;

pub use archive::Npz;
pub use array::Npy;
pub use images::NpyImages;
