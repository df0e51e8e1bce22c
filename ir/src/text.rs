//! Operations in words: `conv 7x7`, or with `{:#}` what a window does beyond the usual,
//! `conv 7x7 /2 pad 3`.

use crate::op::{Op, Target};
use crate::window::Window;
use core::fmt::{Display, Formatter, Result};

impl Display for Op<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let keyword = self.keyword();
        let sized = |f: &mut Formatter<'_>, [a, b]: [usize; 2]| write!(f, "{keyword} {a}x{b}");
        match self {
            Self::Conv(c) | Self::Depthwise(c) => {
                sized(f, c.window.kernel)?;
                beyond_the_usual(f, &c.window)
            }
            Self::MaxPool(window)
            | Self::SumPool(window)
            | Self::ProdPool(window)
            | Self::AvgPool { window, .. } => {
                sized(f, window.kernel)?;
                beyond_the_usual(f, window)
            }
            Self::LpPool { window, p } => {
                sized(f, window.kernel)?;
                write!(f, " p={p}")
            }
            Self::Deconv(d) => sized(f, d.window.kernel),
            Self::Pointwise(c) => write!(f, "{keyword} {}", c.filters),
            Self::Dense { outputs, .. } => write!(f, "{keyword} {outputs}"),
            Self::Upsample { target: Target::Factor(factor), .. } => sized(f, *factor),
            Self::Upsample { target: Target::Size([height, width]), .. } => {
                write!(f, "{keyword} to {height}x{width}")
            }
            Self::AdaptiveAvgPool { size } | Self::AdaptiveMaxPool { size } => sized(f, *size),
            Self::Unpool { pool, .. } => write!(f, "{keyword} {pool}"),
            Self::GroupNorm { groups, .. } | Self::Shuffle { groups } => {
                write!(f, "{keyword} {groups}")
            }
            Self::Reshape { shape } => write!(f, "{keyword} {shape}"),
            Self::Lrn(lrn) => write!(f, "{keyword} {}", lrn.size),
            Self::Split { parts, part } => write!(f, "{keyword} {part} of {parts}"),
            Self::Dropout { p } | Self::Dropout2d { p } | Self::DropPath { p } => {
                write!(f, "{keyword} {p}")
            }
            Self::Custom { path, .. } => f.write_str(path),
            _ => f.write_str(keyword),
        }
    }
}

fn beyond_the_usual(f: &mut Formatter<'_>, window: &Window) -> Result {
    if !f.alternate() {
        return Ok(());
    }
    if window.stride != [1, 1] {
        f.write_str(" /")?;
        pair(f, window.stride)?;
    }
    if window.dilation != [1, 1] {
        f.write_str(" dilated ")?;
        pair(f, window.dilation)?;
    }
    match window.pad {
        [0, 0, 0, 0] => Ok(()),
        [top, bottom, left, right] if top == bottom && left == right => {
            f.write_str(" pad ")?;
            pair(f, [top, left])
        }
        [top, bottom, left, right] => write!(f, " pad {top}, {bottom}, {left}, {right}"),
    }
}

fn pair(f: &mut Formatter<'_>, [a, b]: [usize; 2]) -> Result {
    if a == b { write!(f, "{a}") } else { write!(f, "{a}x{b}") }
}
