//! Layers that choose, order or scale channels.

pub(super) mod scale;
pub(super) mod shuffle;
pub(super) mod split;
