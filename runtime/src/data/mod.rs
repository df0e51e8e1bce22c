//! Labeled images: reading, splitting, shuffling, changing, loading on other threads.

mod ahead;
mod arrays;
mod augment;
mod batch;
pub mod cifar;
mod dataset;
pub mod digits;
pub mod idx;
mod images;
mod iterated;
mod loader;
mod mix;
mod pixels;
mod read;
mod resize;

pub use crate::normalize::Normalize;
pub use arrays::{Arrays, Targets};
pub use augment::{
    Affine, AlternatingFlip, Augment, Chance, ColorJitter, Cutout, Erase, Flip, RandomCrop, Resize,
    ResizedCrop,
};
pub(crate) use augment::{Transform, mirrored};
pub(crate) use batch::together;
pub use cifar::{cifar10, cifar100};
pub use dataset::{Batch, Dataset, Sample, Target};
pub use digits::digits;
pub use idx::mnist;
pub use images::{Batches, Images};
pub use iterated::{IterLoader, Iterated};
pub use loader::{Epoch, Loader};
pub use mix::{cutmix, mixup};
pub use pixels::Pixels;
pub use resize::resize;
