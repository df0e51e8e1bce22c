//! How each type is written and read, said once for both: its parts in order, each with its kind, which is
//! a method of the reader and of the writer. Of an enum, the number of the variant comes first.

use super::read::Reader;
#[cfg(feature = "alloc")]
use super::write::Writer;
use crate::activation::Activation;
use crate::graph::{Block, Label, Output, Source};
use crate::op::{
    Border, Convolution, Deconvolution, Interpolation, LocalResponse, Norm, Op, Over, Target,
};
use crate::shape::Shape;
use crate::tensor::{Init, Role, Tensor};
use crate::window::{Rounding, Window};

macro_rules! enums {
    ($lt:lifetime: $($name:ident: $of:ident $(<$its:lifetime>)? {
        $($tag:literal => $variant:ident
            $(($($part:ident: $kind:ident),+))? $({ $($field:ident: $sort:ident),+ })?),+ $(,)?
    })+) => {
        impl<$lt> Reader<$lt> {
            $(pub(super) const fn $name(&mut self) -> $of $(<$its>)? {
                match self.number() {
                    $($tag => $of::$variant
                        $(($(self.$kind()),+))? $({ $($field: self.$sort()),+ })?,)+
                    _ => panic!("a variant that there is"),
                }
            })+
        }
        #[cfg(feature = "alloc")]
        impl<$lt> Writer<$lt> {
            $(pub(super) fn $name(&mut self, value: $of $(<$its>)?) {
                match value {
                    $($of::$variant $(($($part),+))? $({ $($field),+ })? => {
                        self.number($tag);
                        $($(self.$kind($part);)+)?
                        $($(self.$sort($field);)+)?
                    })+
                }
            })+
        }
    };
}

macro_rules! structs {
    ($lt:lifetime: $($name:ident: $of:ident $(<$its:lifetime>)? {
        $($field:ident: $kind:ident),+ $(,)?
    })+) => {
        impl<$lt> Reader<$lt> {
            $(pub(super) const fn $name(&mut self) -> $of $(<$its>)? {
                $of { $($field: self.$kind()),+ }
            })+
        }
        #[cfg(feature = "alloc")]
        impl<$lt> Writer<$lt> {
            $(pub(super) fn $name(&mut self, value: $of $(<$its>)?) {
                let $of { $($field),+ } = value;
                $(self.$kind($field);)+
            })+
        }
    };
}

enums! { 'a:
    op: Op<'a> {
        0 => Conv(c: convolution),
        1 => Depthwise(c: convolution),
        2 => Pointwise(c: convolution),
        3 => Deconv(d: deconvolution),
        4 => Pad { pad: four, border: border },
        5 => Crop { crop: four },
        6 => Upsample { target: target, interpolation: interpolation },
        7 => MaxPool(w: window),
        8 => AvgPool { window: window, count_pad: flag },
        9 => SumPool(w: window),
        10 => LpPool { window: window, p: real },
        11 => ProdPool(w: window),
        12 => AdaptiveAvgPool { size: pair },
        13 => AdaptiveMaxPool { size: pair },
        14 => GlobalAvgPool,
        15 => GlobalMaxPool,
        16 => AttnPool,
        17 => Unpool { pool: text, window: window },
        18 => Flatten,
        19 => Reshape { shape: shape },
        20 => Dense { outputs: number, bias: flag },
        21 => BatchNorm { norm: norm, momentum: perhaps },
        22 => LayerNorm { norm: norm, over: over },
        23 => GroupNorm { norm: norm, groups: number },
        24 => InstanceNorm(n: norm),
        25 => Lrn(l: local_response),
        26 => Scale { bias: flag, bare: flag },
        27 => Split { parts: number, part: number },
        28 => Shuffle { groups: number },
        29 => Identity,
        30 => Dropout { p: real },
        31 => Dropout2d { p: real },
        32 => DropPath { p: real },
        33 => Activation(a: activation),
        34 => Prelu { per_channel: flag },
        35 => Softmax,
        36 => LogSoftmax,
        37 => Add,
        38 => Concat,
        39 => Mul,
        40 => Custom { path: text, macs: unknown },
    }
    activation: Activation {
        0 => Sigmoid,
        1 => Tanh { scale: real, slope: real },
        2 => Relu,
        3 => Relu6,
        4 => LeakyRelu { slope: real },
        5 => Elu { alpha: real },
        6 => Selu,
        7 => Gelu,
        8 => GeluTanh,
        9 => Silu,
        10 => Mish,
        11 => HardSigmoid,
        12 => HardSwish,
        13 => Softplus { beta: real, threshold: real },
        14 => Rescale { factor: real },
    }
    border: Border {
        0 => Constant(x: real),
        1 => Reflect,
        2 => Replicate,
        3 => Circular,
    }
    target: Target {
        0 => Factor(factor: pair),
        1 => Size(size: pair),
    }
    interpolation: Interpolation {
        0 => Nearest,
        1 => Bilinear,
        2 => Aligned,
    }
    over: Over {
        0 => Channels,
        1 => All,
    }
    rounding: Rounding {
        0 => Floor,
        1 => Ceil,
        2 => Exact,
    }
    shape: Shape {
        0 => Vector(n: number),
        1 => Volume { channels: number, height: number, width: number },
    }
    source: Source {
        0 => Input(i: number),
        1 => Layer(i: number),
    }
    role: Role {
        0 => Trainable,
        1 => Buffer,
        2 => Counter,
    }
    init: Init {
        0 => Uniform(low: float, high: float),
        1 => Normal(mean: float, std: float),
        2 => TruncatedNormal(std: float),
        3 => Constant(x: float),
    }
}

structs! { 'a:
    convolution: Convolution<'a> {
        filters: number,
        window: window,
        groups: number,
        table: table,
        border: border,
        bias: flag,
        accurate: flag,
    }
    deconvolution: Deconvolution {
        filters: number,
        window: window,
        output_pad: pair,
        groups: number,
        bias: flag,
        accurate: flag,
    }
    window: Window {
        kernel: pair,
        stride: pair,
        dilation: pair,
        pad: four,
        rounding: rounding,
    }
    norm: Norm {
        eps: real,
        affine: flag,
    }
    local_response: LocalResponse {
        size: number,
        alpha: real,
        beta: real,
        k: real,
    }
    tensor: Tensor<'a> {
        name: text,
        dims: dims,
        role: role,
        init: init,
    }
    output: Output {
        layer: number,
        training_only: flag,
    }
    label: Label<'a> {
        path: text,
        source: source,
    }
    block: Block<'a> {
        name: text,
        path: text,
        first: number,
        layers: number,
        times: number,
    }
}
