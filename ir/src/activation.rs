//! The elementwise functions.

use crate::real::Real;

/// An elementwise function without parameters that are learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `1/(1 + e^−x)`.
    Sigmoid,
    /// `scale·tanh(slope·x)`.
    Tanh {
        /// The limit at infinity.
        scale: Real,
        /// The steepness.
        slope: Real,
    },
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// `x`, or `slope·x` below 0.
    LeakyRelu {
        /// The slope below 0.
        slope: Real,
    },
    /// `x`, or `alpha·(e^x − 1)` below 0.
    Elu {
        /// The scale below 0.
        alpha: Real,
    },
    /// The self-normalizing ELU (Klambauer et al., 2017).
    Selu,
    /// `x·Φ(x)`.
    Gelu,
    /// `x·Φ(x)`, approximated by tanh.
    GeluTanh,
    /// `x·sigmoid(x)`.
    Silu,
    /// `x·tanh(softplus(x))`.
    Mish,
    /// `relu6(x + 3)/6`.
    HardSigmoid,
    /// `x·relu6(x + 3)/6`.
    HardSwish,
    /// `ln(1 + e^(beta·x))/beta`, and `x` where `beta·x` is above the threshold.
    Softplus {
        /// The steepness.
        beta: Real,
        /// `beta·x` above which it is `x`.
        threshold: Real,
    },
    /// `factor·x`.
    Rescale {
        /// What all elements are multiplied by.
        factor: Real,
    },
}

impl Activation {
    /// Its keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Tanh { .. } => "tanh",
            Self::Relu => "relu",
            Self::Relu6 => "relu6",
            Self::LeakyRelu { .. } => "leaky_relu",
            Self::Elu { .. } => "elu",
            Self::Selu => "selu",
            Self::Gelu | Self::GeluTanh => "gelu",
            Self::Silu => "silu",
            Self::Mish => "mish",
            Self::HardSigmoid => "hardsigmoid",
            Self::HardSwish => "hardswish",
            Self::Softplus { .. } => "softplus",
            Self::Rescale { .. } => "rescale",
        }
    }

    /// Whether its derivative is computed from its input, and not from its output.
    pub const fn reads_input(self) -> bool {
        match self {
            Self::Sigmoid
            | Self::Tanh { .. }
            | Self::Relu
            | Self::Relu6
            | Self::LeakyRelu { .. }
            | Self::Elu { .. }
            | Self::Selu
            | Self::Rescale { .. } => false,
            Self::Gelu
            | Self::GeluTanh
            | Self::Silu
            | Self::Mish
            | Self::HardSigmoid
            | Self::HardSwish
            | Self::Softplus { .. } => true,
        }
    }
}
