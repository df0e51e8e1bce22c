//! How parameters are packed, as data: what emitted code says of each step.

/// How the packed parameters of one step come to be. Stretches are (offset, length) in floats.
#[derive(Clone, Copy, Debug)]
pub struct Pack {
    /// Its trainable parameters, at their offsets in [`Params::trainable`](crate::Params::trainable).
    pub params: &'static [(usize, usize)],
    /// Its running statistics, at their offsets in [`Params::buffers`](crate::Params::buffers).
    pub state: &'static [(usize, usize)],
    /// The packed form, among those of all steps.
    pub to: (usize, usize),
    /// How its kernel packs.
    pub by: Packing,
}

/// How a kernel packs parameters.
#[derive(Clone, Copy, Debug)]
pub struct Packing {
    /// Whether they stay as they are, one after the other.
    pub plain: bool,
    /// Writes the packed form.
    pub pack: fn(&[&[f32]], &mut [f32]),
}

impl Packing {
    /// That of a kernel that uses parameters as they are.
    pub const PLAIN: Self = Self { plain: true, pack: plain };

    /// That of a kernel with a [`PackParams::pack`](crate::kernel::PackParams::pack).
    pub const fn by(pack: fn(&[&[f32]], &mut [f32])) -> Self {
        Self { plain: false, pack }
    }
}

/// The parameters one after the other.
fn plain(params: &[&[f32]], packed: &mut [f32]) {
    let mut rest = packed;
    for p in params {
        let (head, tail) = rest.split_at_mut(p.len());
        head.copy_from_slice(p);
        rest = tail;
    }
}

impl Pack {
    /// Whether its parameters are packed by moving them.
    pub(crate) fn only_moves(&self) -> bool {
        self.by.plain && self.state.is_empty()
    }

    /// Floats of its trainable parameters.
    pub(crate) fn trainable(&self) -> usize {
        self.params.iter().map(|&(_, len)| len).sum()
    }
}
