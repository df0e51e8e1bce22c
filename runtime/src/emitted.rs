//! What emitted code names: one list, and all that the hidden path of the facade needs.
//!
//! A kernel in blocks of channels is in [`blocked`]; kernels for planes and for interleaved images stand
//! here, or, where a layer has several, in a module of the layer's name.

pub use crate::activation::{
    Activation, Elu, Gelu, GeluTanh, HardSigmoid, HardSwish, LeakyRelu, Mish, NoActivation, Relu,
    Relu6, Rescale, ScaledTanh, Selu, Sigmoid, Silu, Softplus, Tanh,
};
pub use crate::describe::{BlockInfo, Describe, LayerInfo, Source, TensorSpec};
pub use crate::error::Error;
pub use crate::graph::Graph;
#[cfg(feature = "train")]
pub use crate::kernel::backward::{Backward, Train};
pub use crate::kernel::{Forward, Kernel, Mode, PackParams, Pass, Room};
pub use crate::layers::activations::{
    identity::Identity, log_softmax::LogSoftmax, prelu::Prelu, softmax::Softmax,
};
pub use crate::layers::channels::{scale::Scale, shuffle::Shuffle, split::Split};
pub use crate::layers::custom::{
    Custom, CustomLayer, ShapeType, Vector, Volume, custom, custom_check,
};
pub use crate::layers::dropout::{Dropout, dropout2d::Dropout2d};
pub use crate::layers::joins::add::{Add, accumulate};
pub use crate::layers::joins::broadcast::{Broadcast, Combine, Extent};
pub use crate::layers::joins::concat::Concat;
pub use crate::layers::normalization::bn::{BatchNorm, FoldedBatchNorm};
pub use crate::layers::normalization::gn::GroupNorm;
pub use crate::layers::normalization::ln::LayerNorm;
pub use crate::layers::normalization::lrn::{LocalResponseNorm, Lrn};
pub use crate::layers::pooling::{
    attnpool::AttnPool, avgpool::AvgPool, geometry::PoolGeometry, global_avgpool::GlobalAvgPool,
    lppool::LpPool, maxpool::MaxPool, prodpool::ProdPool, sumpool::SumPool, unpool::Unpool,
};
pub use crate::layers::shapes::crop::Crop;
pub use crate::layers::shapes::pad::{Border, Pad};
pub use crate::layers::shapes::upsample::{Interpolation, Upsample};
pub use crate::layout::{Blocked, Frame, Interleaved, Layout, Nchw, Order};
pub use crate::network::Network;
pub use crate::normalize::Normalize;
pub use crate::observer::Observer;
pub use crate::packing::{Pack, Packing};
pub use crate::params::{AsArray, Params};
pub use crate::program::{
    BackwardTensors, Cumulative, InferencePlan, Program, Slot, TrainingPlan, TrainingTensors,
    no_such_plan, train_workspace,
};
pub use crate::recorder::Recorder;
pub use crate::session::{PackedWeights, Session, workspace};
pub use crate::tensor::{Inputs, Outputs};
pub use crate::{activation, layers, named_outputs, primitives, step, train_only};
pub use cnn_ir as ir;
pub use cnn_ir::{Init, Role, Shape};
pub use ndarray;
pub use typenum;

/// Kernels in blocks of channels.
pub mod blocked {
    pub use crate::kernels::rows::{apply, derivative};
    pub use crate::layers::activations::blocks::Identity;
    pub use crate::layers::channels::blocks::{
        scale::Scale,
        selection::{Select, Selection},
        shuffle::Shuffle,
        split::Split,
    };
    pub use crate::layers::convolution::blocks::{
        conv::{Conv, DirectConv as Direct, WinogradConv as Tiles},
        deconv::{Deconv, DeconvTiles, PackedDeconv, PackedDeconvTiles},
        grouped::{Grouped, PackedGrouped},
        grouped_deconv::{GroupedDeconv, PackedGroupedDeconv},
        packed::{Packed, PackedDirect, PackedTiles},
        planes::{PlaneConv, PlaneMeans},
        table::{Connected, PackedTable},
    };
    pub use crate::layers::dropout::blocks::Dropout2d;
    pub use crate::layers::joins::blocks::{add::Add, broadcast::Broadcast, concat::Concat};
    pub use crate::layers::normalization::blocks::{
        bn::{BatchNorm, FoldedBatchNorm},
        gn::GroupNorm,
        ln::LayerNorm,
        lrn::LocalResponseNorm,
    };
    pub use crate::layers::pooling::blocks::{
        attnpool::AttnPool, avgpool::AvgPool, global_avgpool::GlobalAvgPool, lppool::LpPool,
        maxpool::MaxPool, prodpool::ProdPool, sumpool::SumPool, unpool::Unpool,
    };
    pub use crate::layers::shapes::blocks::{
        pad::{Crop, Pad},
        reorder::{Flatten, Reorder},
        upsample::Upsample,
    };
}

/// Convolutions of planes and of interleaved images.
pub mod conv {
    pub use crate::layers::convolution::conv::Geometry;
    pub use crate::layers::convolution::depthwise::Depthwise;
    pub use crate::layers::convolution::direct::DirectConv as Direct;
    pub use crate::layers::convolution::gemm::GemmConv as Gemm;
    pub use crate::layers::convolution::table::{Connected, PackedTable, Table};
}

/// Transposed convolutions of planes and of interleaved images.
pub mod deconv {
    pub use crate::layers::convolution::deconv::{DirectDeconv as Direct, GemmDeconv as Gemm};
}

/// Dense layers of planes and of interleaved images.
pub mod dense {
    pub use crate::layers::dense::{
        DirectDense as Direct, GemmDense as Gemm, PackedDense as Packed,
    };
}
