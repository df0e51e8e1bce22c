//! How the images of a batch lie in memory.

/// A layout of a batch: `[images / IMAGES][channels][height][width][IMAGES]`.
///
/// With one image this is the ordinary N×C×H×W; with sixteen, sixteen images are interleaved
/// element by element, so that every kernel finds sixteen independent numbers side by side
/// whatever the number of channels or columns. A batch that is no multiple of `IMAGES` is
/// filled up with copies of its last image, whose results and gradients are dropped.
pub trait Layout: Copy + Default + Send + Sync + 'static {
    /// Images interleaved.
    const IMAGES: usize;
}

/// N×C×H×W: one image after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nchw;

/// Sixteen images interleaved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interleaved;

/// The lanes of every kernel's vector on every instruction set.
pub const LANES: usize = 16;

/// Channels of a block: a vector holds those of one pixel.
pub const BLOCK: usize = LANES;

impl Layout for Nchw {
    const IMAGES: usize = 1;
}

impl Layout for Interleaved {
    const IMAGES: usize = LANES;
}

/// Channels in blocks of sixteen, one image after the other: `[images][channels / 16][rows][columns][16]`,
/// each tensor as its [`Grid`] says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blocked;

impl Layout for Blocked {
    const IMAGES: usize = 1;
}

/// The form of one image in the layout [`Blocked`].
///
/// ```text
/// [channels / depth][halo + height + halo][halo + width + halo][depth]
/// ```
/// `depth` is sixteen, or the number of channels where those are few and only a convolution reads
/// them. What is beyond the last channel may be anything. The halo holds zeros: who writes the tensor
/// writes them, so that a convolution finds its padding there. The blocks may be a part of those of
/// a larger tensor: then other blocks lie between one image and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) halo: usize,
    /// Channels of a block.
    pub(crate) depth: usize,
    /// Floats from one image to the next.
    pub(crate) step: usize,
}

impl Grid {
    /// Blocks of sixteen channels of an image of `[channels, height, width]`.
    pub const fn new([channels, height, width]: [usize; 3], halo: usize) -> Self {
        Self::with_depth([channels, height, width], halo, BLOCK)
    }

    /// Blocks of `depth` channels.
    pub const fn with_depth(
        [channels, height, width]: [usize; 3],
        halo: usize,
        depth: usize,
    ) -> Self {
        assert!(channels > 0 && height > 0 && width > 0 && depth > 0);
        let grid = Self { channels, height, width, halo, depth, step: 0 };
        Self { step: grid.len(), ..grid }
    }

    /// The same as a part of a tensor of `blocks` blocks; 0 where it is the whole.
    pub const fn part_of(self, blocks: usize) -> Self {
        assert!(blocks == 0 || blocks >= self.blocks());
        let step = if blocks == 0 { self.len() } else { blocks * self.plane() };
        Self { step, ..self }
    }

    /// The same image without a halo, in blocks of sixteen.
    pub(crate) const fn bare(&self) -> Self {
        Self::new([self.channels, self.height, self.width], 0)
    }

    /// The same tensors, if none has a halo as tensors of one long row each: whoever treats all pixels
    /// alike then has fewer rows to begin.
    pub(crate) fn joined<const N: usize>(grids: [Self; N]) -> [Self; N] {
        if grids.iter().any(|g| g.halo > 0) {
            return grids;
        }
        grids.map(|g| g.long())
    }

    /// The same tensor, which has no halo, as one of a single row.
    pub(crate) fn long(self) -> Self {
        debug_assert!(self.halo == 0, "rows side by side");
        Self { height: 1, width: self.height * self.width, ..self }
    }

    /// Blocks of channels.
    pub const fn blocks(&self) -> usize {
        self.channels.div_ceil(self.depth)
    }

    /// Rows of a block with the halo.
    pub(crate) const fn rows(&self) -> usize {
        self.height + 2 * self.halo
    }

    /// Floats of a row with the halo.
    pub(crate) const fn pitch(&self) -> usize {
        (self.width + 2 * self.halo) * self.depth
    }

    /// Floats of a block.
    pub(crate) const fn plane(&self) -> usize {
        self.rows() * self.pitch()
    }

    /// Floats of an image, without those between it and the next.
    pub const fn len(&self) -> usize {
        self.blocks() * self.plane()
    }

    /// Where pixel `(i, j)` of a block starts; `(0, 0)` is the first one after the halo.
    pub(crate) const fn pixel(&self, i: usize, j: usize) -> usize {
        (i + self.halo) * self.pitch() + (j + self.halo) * self.depth
    }

    /// The pixels of a row of a tensor of this form, without the halo.
    #[inline(always)]
    pub(crate) fn row<'t>(&self, tensor: &'t [f32], [image, block, row]: [usize; 3]) -> &'t [f32] {
        let start = image * self.step + block * self.plane() + self.pixel(row, 0);
        &tensor[start..][..self.width * self.depth]
    }

    /// The pixels of a row of an image, counted from the top of the halo, without the halo's columns.
    pub(crate) fn row_from_halo<'t>(
        &self,
        image: &'t [f32],
        [block, row]: [usize; 2],
    ) -> &'t [f32] {
        let start = block * self.plane() + row * self.pitch() + self.halo * self.depth;
        &image[start..][..self.width * self.depth]
    }
}

/// What a plan tells a kernel of the layout [`Blocked`] about its tensors, beside their shapes.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Channels of a block of the inputs.
    pub block: usize,
    /// Halos of the inputs.
    pub inputs: &'static [usize],
    /// Halo of the output.
    pub output: usize,
    /// Halos of the gradients of the inputs.
    pub d_inputs: &'static [usize],
    /// Halo of the gradient of the output.
    pub d_output: usize,
    /// Blocks of the tensors that the inputs are parts of; none or 0 where they are whole.
    pub input_blocks: &'static [usize],
    /// The same of the output.
    pub output_blocks: usize,
}

impl Frame {
    /// Whole tensors in blocks of sixteen, without halos.
    pub const WHOLE: Self = Self {
        block: BLOCK,
        inputs: &[],
        output: 0,
        d_inputs: &[],
        d_output: 0,
        input_blocks: &[],
        output_blocks: 0,
    };

    /// The form of input `i`, in blocks of sixteen.
    pub(crate) const fn input(&self, i: usize, dims: [usize; 3]) -> Grid {
        let blocks = if i < self.input_blocks.len() { self.input_blocks[i] } else { 0 };
        Grid::new(dims, self.inputs[i]).part_of(blocks)
    }

    /// The form of the output, in blocks of sixteen.
    pub(crate) const fn output(&self, dims: [usize; 3]) -> Grid {
        Grid::new(dims, self.output).part_of(self.output_blocks)
    }
}

/// How the images of a value lie in memory, for those that watch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Channel after channel, some images interleaved.
    Planes {
        /// How many: [`Layout::IMAGES`].
        interleaved: usize,
    },
    /// In blocks of sixteen channels.
    Blocks {
        /// Rows and columns of zeros around the image.
        halo: usize,
    },
}
