//! Layers that change the shape alone, or what is around the image.

pub(super) mod crop;
pub(super) mod flatten;
pub(super) mod identity;
pub(super) mod pad;
pub(super) mod reshape;
pub(super) mod upsample;
