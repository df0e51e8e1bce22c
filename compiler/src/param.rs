//! The tensors of layers, and how they start.

use cnn_ir::Role;

/// A tensor of the `state_dict`.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name below the layer's path: `weight`; none where the path itself names it.
    pub name: &'static str,
    /// Its dimensions in PyTorch's order.
    pub dims: Vec<usize>,
    /// What it is for.
    pub role: Role,
    /// Its initial value.
    pub init: Init,
}

impl Param {
    /// A trainable tensor.
    pub fn trainable(name: &'static str, dims: Vec<usize>, init: Init) -> Self {
        Self { name, dims, role: Role::Trainable, init }
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// Its initial value in numbers.
    pub fn initial(&self) -> cnn_ir::Init {
        match self.init {
            Init::FanIn(n) | Init::Connected { inputs: n, .. } => {
                let bound = 1.0 / (n as f64).sqrt();
                cnn_ir::Init::Uniform(-bound as f32, bound as f32)
            }
            Init::Uniform { low, high } => cnn_ir::Init::Uniform(low as f32, high as f32),
            Init::Normal { mean, std } => cnn_ir::Init::Normal(mean as f32, std as f32),
            Init::TruncatedNormal { std } => cnn_ir::Init::TruncatedNormal(std as f32),
            Init::Dirac { inputs } => cnn_ir::Init::Dirac((1.0 / (inputs as f64).sqrt()) as f32),
            Init::Constant(value) => cnn_ir::Init::Constant(value),
        }
    }
}

/// An initial value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// PyTorch's default of convolutions and dense layers: uniform in ±1/√fan_in, which is
    /// Kaiming's with a = √5 for the weights.
    FanIn(usize),
    /// The same of weights whose dimensions do not tell how many inputs and outputs each has.
    Connected {
        /// The most inputs of an output, each with all elements of the kernel.
        inputs: usize,
        /// The outputs of an input, on average, each with all elements of the kernel.
        outputs: usize,
    },
    /// Uniform.
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Normal.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// Normal of mean 0, without what lies more than two standard deviations away.
    TruncatedNormal {
        /// The standard deviation before that.
        std: f64,
    },
    /// The first filters pass a channel on as it is; the others start as PyTorch's.
    Dirac {
        /// The inputs of a filter, each with all elements of the kernel.
        inputs: usize,
    },
    /// The same number everywhere.
    Constant(f32),
}
