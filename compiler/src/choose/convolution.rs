//! Convolutions and transposed ones.

use super::blocks_seen::blocks_seen;
use super::{BLOCKS, Candidate, HALO_PLANES, INTERLEAVED, PLANES, Site};
use crate::plan::{BLOCK, Chosen, Convolving, Geometry, Kernel};
use crate::window::WindowRule;
use cnn_ir::{Op, Shape, Table, Window};

pub(super) static TABLE: &[Candidate] = &[
    Candidate::new("planes", HALO_PLANES, |site| {
        let conv = Conv::of(site);
        let chosen = Chosen::reading(conv.kernel(Convolving::Planes, false));
        conv.with_halos(chosen)
    })
    .when(|site| Conv::of(site).suits_planes())
    .costs(|site| Conv::of(site).in_planes())
    .in_inference(),
    Candidate::new("depthwise", BLOCKS, |site| Conv::of(site).in_blocks(Convolving::Grouped))
        .when(|site| Conv::of(site).suits_depthwise())
        .costs(waste),
    Candidate::new("small groups", BLOCKS, |site| Conv::of(site).in_blocks(Convolving::Grouped))
        .when(|site| Conv::of(site).suits_groups())
        .costs(waste),
    Candidate::new("winograd", BLOCKS, |site| Conv::of(site).in_blocks(Convolving::Winograd))
        .when(|site| Conv::of(site).suits_winograd())
        .costs(winograd),
    Candidate::new("direct", BLOCKS, |site| Conv::of(site).in_blocks(Convolving::Direct))
        .costs(waste),
    Candidate::new("depthwise", PLANES, |site| Conv::of(site).in_planes_of(Convolving::Depthwise))
        .when(|site| Conv::of(site).is_depthwise())
        .costs(useful),
    Candidate::new("implicit gemm", PLANES, |site| Conv::of(site).in_planes_of(Convolving::Gemm))
        .costs(useful),
    Candidate::new("direct", INTERLEAVED, |site| Conv::of(site).in_planes_of(Convolving::Direct))
        .costs(useful),
];

/// Multiply–adds of the formula.
fn useful(site: &Site<'_>) -> u64 {
    site.op.macs(site.input(), site.output)
}

/// Those of the formula, and those on filters that only fill the last block up.
fn waste(site: &Site<'_>) -> u64 {
    in_blocks(useful(site), site.output.channels()) as u64
}

/// Multiply–adds on blocks of filters, of this many on the filters that there are.
pub fn in_blocks(useful: u64, filters: usize) -> f64 {
    useful as f64 * filters.next_multiple_of(BLOCK) as f64 / filters as f64
}

/// Sixteen products for four outputs of a 3x3 kernel, in place of 36.
fn winograd(site: &Site<'_>) -> u64 {
    waste(site) / 9 * 4
}

/// A convolution or a transposed one in its place.
struct Conv {
    filters: usize,
    window: Window,
    groups: usize,
    table: Option<Table<'static>>,
    bias: bool,
    accurate: bool,
    transposed: bool,
    training: bool,
    input: Shape,
    output: Shape,
}

impl Conv {
    fn of(site: &Site<'_>) -> Self {
        let (input, output, training) = (site.input(), site.output, site.training);
        match site.op {
            Op::Deconv(d) => Self {
                filters: d.filters,
                window: d.window,
                groups: d.groups,
                table: None,
                bias: d.bias,
                accurate: d.accurate,
                transposed: true,
                training,
                input,
                output,
            },
            Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) => Self {
                filters: c.filters,
                window: c.window,
                groups: c.groups,
                table: c.table,
                bias: c.bias,
                accurate: c.accurate,
                transposed: false,
                training,
                input,
                output,
            },
            _ => unreachable!("the table of convolutions is for convolutions"),
        }
    }

    fn kernel(&self, by: Convolving, packed: bool) -> Kernel {
        let Self { input, output, window, groups, transposed, table, .. } = *self;
        let geometry = Geometry { input, output, window, groups, transposed };
        Kernel::Conv { by, geometry, table, packed }
    }

    /// The kernel in planes or of interleaved images. One with a table has its weights packed in
    /// inference, with zeros where a filter does not see a channel.
    fn in_planes_of(&self, by: Convolving) -> Chosen {
        let packed = self.table.is_some() && !self.training;
        let chosen = Chosen::reading(self.kernel(by, packed));
        let [kh, kw] = self.window.kernel;
        let lens = || {
            let weights = self.filters * self.input.channels() * kh * kw;
            [weights].into_iter().chain(self.bias.then_some(self.filters)).collect()
        };
        Chosen { packed: packed.then(lens), ..chosen }
    }

    fn in_blocks(&self, by: Convolving) -> Chosen {
        let chosen = Chosen::reading(self.kernel(by, !self.training));
        let rows = self.filters.div_ceil(BLOCK);
        self.with_halos(Chosen {
            packed: (!self.training).then(|| vec![self.weights(by), rows * BLOCK]),
            few: !self.transposed && self.groups == 1 && by != Convolving::Winograd,
            ..chosen
        })
    }

    /// Floats of the packed weights.
    fn weights(&self, by: Convolving) -> usize {
        let (channels, taps) =
            (self.input.channels(), self.window.kernel[0] * self.window.kernel[1]);
        let rows = self.filters.div_ceil(BLOCK);
        match by {
            Convolving::Grouped => rows * taps * (channels / self.groups) * BLOCK,
            _ => {
                let seen = blocks_seen(self.filters, channels, self.groups);
                rows * seen * taps * channels.min(BLOCK) * BLOCK
            }
        }
    }

    fn with_halos(&self, chosen: Chosen) -> Chosen {
        let (size, output) = (self.input.size(), self.output.size());
        let [halo, d_halo] = match self.transposed {
            false => self.window.halos(size, output),
            true => {
                let [d_halo, halo] = self.window.halos(output, size);
                [halo, d_halo]
            }
        };
        Chosen { halo, d_halo, ..chosen }
    }

    fn is_depthwise(&self) -> Result<(), &'static str> {
        let channels = self.input.channels();
        if self.transposed {
            return Err("it is transposed");
        }
        let alone = self.groups == channels && self.filters == channels && self.table.is_none();
        alone.then_some(()).ok_or("channels are not filtered one by one")
    }

    /// A block of channels then is whole groups, each of which gives as many channels as it takes.
    fn suits_groups(&self) -> Result<(), &'static str> {
        let channels = self.input.channels();
        if self.groups == 1 {
            Err("all channels are one group")
        } else if self.filters != channels {
            Err("there are not as many filters as channels")
        } else if !matches!(channels / self.groups, 1 | 2 | 4 | 8) {
            Err("a group is not of 1, 2, 4 or 8 channels")
        } else {
            Ok(())
        }
    }

    fn suits_depthwise(&self) -> Result<(), &'static str> {
        self.suits_groups()?;
        (self.groups == self.filters).then_some(()).ok_or("a group has several channels")
    }

    /// Whether Winograd's algorithm computes it with fewer operations: not for the few channels of a
    /// first layer, nor for outputs smaller than a tile.
    fn suits_winograd(&self) -> Result<(), &'static str> {
        const LEAST: usize = 24;
        let Window { kernel, stride, dilation, .. } = self.window;
        let [height, width] = self.output.size();
        if self.table.is_some() {
            Err("a table says what each filter sees")
        } else if kernel != [3, 3] {
            Err("the kernel is not 3x3")
        } else if stride != [1, 1] || dilation != [1, 1] {
            Err("the windows are not next to each other, or have gaps")
        } else if self.groups != 1 {
            Err("there are groups")
        } else if self.accurate {
            Err("the network is `accurate`")
        } else if self.input.channels().min(self.filters) < LEAST {
            Err("fewer than 24 channels or filters")
        } else if height.min(width) < 3 {
            Err("the output is smaller than a tile")
        } else {
            Ok(())
        }
    }

    /// Multiply–adds with those on columns that only fill vectors of sixteen columns up.
    fn in_planes(&self) -> u64 {
        let columns = self.output.size()[1];
        let [kh, kw] = self.window.kernel;
        let outputs = self.filters * self.output.size()[0] * columns.next_multiple_of(BLOCK);
        (outputs * self.input.channels() * kh * kw) as u64
    }

    /// Whether vectors of sixteen columns do much less for nothing than vectors of sixteen filters.
    fn suits_planes(&self) -> Result<(), &'static str> {
        let columns = self.output.size()[1];
        let blocks = self.filters.next_multiple_of(BLOCK) * columns;
        let planes = self.filters * columns.next_multiple_of(BLOCK);
        if self.transposed {
            Err("it is transposed")
        } else if self.groups != 1 || self.table.is_some() {
            Err("not all filters see all channels")
        } else if self.window.stride != [1, 1] {
            Err("the stride is not 1")
        } else if columns < BLOCK {
            Err("a row has fewer than 16 columns")
        } else if 10 * planes > 7 * blocks {
            Err("blocks of filters waste no more")
        } else {
            Ok(())
        }
    }
}
