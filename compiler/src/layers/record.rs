//! What every layer has: its record, and what the record makes of a call.

use crate::args::{Args, Spec};
use crate::param::Param;
use crate::report::{Area, Report};
use cnn_ir::{Op, Shape, Window};
use proc_macro2::TokenStream;

/// All that the compiler knows about one kind of layer.
pub struct Record {
    /// The word in the language.
    pub keyword: &'static str,
    /// What it computes, in one line.
    pub summary: &'static str,
    /// Other frameworks' names for it, in lower case without underscores.
    pub aliases: &'static [&'static str],
    /// Its arguments.
    pub args: &'static [Spec],
    /// Whether its arguments are branches.
    pub joins: bool,
    /// Checks the arguments against the inputs and works the layer out. None when that failed,
    /// which is then reported.
    pub build: fn(&'static Record, &Args, &[Operand], &mut Report) -> Option<Layer>,
    /// The output shape where it does not depend on the input, so that checking can go on
    /// after a mistake.
    pub output_anyway: fn(&Args) -> Option<Shape>,
}

impl Record {
    /// What most layers have: one input, on whose shape the output's depends, and no arguments.
    pub(super) const PLAIN: Self = Self {
        keyword: "",
        summary: "",
        aliases: &[],
        args: &[],
        joins: false,
        build: |_, _, _, _| None,
        output_anyway: |_| None,
    };

    /// Whether a type and a shape stand in its parentheses: `custom(MyLayer => 16x10x10)`.
    pub fn is_spliced(&self) -> bool {
        ["custom", "net"].contains(&self.keyword)
    }
}

/// An input of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// Its shape.
    pub shape: Shape,
    /// Where it is written: the layer itself, or a branch.
    pub area: Area,
    /// The last layer of a branch whose windows are of more than one pixel, or of every few.
    pub last: Option<Sweep>,
}

/// A layer whose window goes over its input.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// Its keyword.
    pub keyword: &'static str,
    /// Its window.
    pub window: Window,
    /// Height and width of its input.
    pub size: [usize; 2],
}

/// A layer whose shapes are known.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it does.
    pub op: Op<'static>,
    /// Shape of the output.
    pub output: Shape,
    /// Its tensors in the `state_dict`, in order.
    pub params: Vec<Param>,
    /// What its user wrote, where it is a user's own.
    pub own: Option<Own>,
}

impl Layer {
    /// A layer without tensors.
    pub(super) fn plain(op: Op<'static>, output: Shape) -> Self {
        Self { op, output, params: Vec::new(), own: None }
    }

    /// Whether it has tensors, or may: those of a user's own layer only rustc knows.
    pub fn may_have_tensors(&self) -> bool {
        self.own.is_some() || !self.params.is_empty()
    }
}

/// A user's own layer.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its type.
    pub ty: TokenStream,
    /// The shape of its input, as a type.
    pub input: TokenStream,
}
