//! The layers: one record each, which parses the arguments into an operation and states the shape rule
//! and its messages. Nothing else in the compiler's front knows a layer by name.

mod activations;
mod channels;
mod checks;
mod convolution;
mod custom;
mod dense;
mod dropout;
mod joins;
mod net;
mod normalization;
mod pooling;
mod record;
mod shapes;
mod specs;

pub use crate::param::{Init, Param};
pub(crate) use custom::splice;
pub use record::{Layer, Operand, Own, Record, Sweep};

/// Every layer of the language, in the order of the documentation. A layer is registered here
/// and in the runtime's `layers/mod.rs`.
pub static LAYERS: &[&Record] = &[
    &convolution::conv::RECORD,
    &convolution::depthwise::RECORD,
    &convolution::deconv::RECORD,
    &shapes::pad::RECORD,
    &shapes::crop::RECORD,
    &shapes::upsample::RECORD,
    &pooling::maxpool::RECORD,
    &pooling::avgpool::RECORD,
    &pooling::sumpool::RECORD,
    &pooling::lppool::RECORD,
    &pooling::prodpool::RECORD,
    &pooling::adaptive_avgpool::RECORD,
    &pooling::adaptive_maxpool::RECORD,
    &pooling::global_avgpool::RECORD,
    &pooling::global_maxpool::RECORD,
    &pooling::attnpool::RECORD,
    &pooling::unpool::RECORD,
    &shapes::flatten::RECORD,
    &shapes::reshape::RECORD,
    &dense::RECORD,
    &convolution::pointwise::RECORD,
    &normalization::bn::RECORD,
    &normalization::ln::RECORD,
    &normalization::gn::RECORD,
    &normalization::instancenorm::RECORD,
    &normalization::lrn::RECORD,
    &channels::scale::RECORD,
    &channels::split::RECORD,
    &channels::shuffle::RECORD,
    &shapes::identity::RECORD,
    &dropout::dropout::RECORD,
    &dropout::dropout2d::RECORD,
    &dropout::drop_path::RECORD,
    &activations::activations::SIGMOID,
    &activations::activations::TANH,
    &activations::activations::RELU,
    &activations::activations::RELU6,
    &activations::activations::LEAKY_RELU,
    &activations::prelu::RECORD,
    &activations::activations::ELU,
    &activations::activations::SELU,
    &activations::activations::GELU,
    &activations::activations::SILU,
    &activations::activations::MISH,
    &activations::activations::HARDSIGMOID,
    &activations::activations::HARDSWISH,
    &activations::activations::SOFTPLUS,
    &activations::activations::RESCALE,
    &activations::softmax::RECORD,
    &activations::log_softmax::RECORD,
    &joins::add::RECORD,
    &joins::concat::RECORD,
    &joins::mul::RECORD,
    &custom::RECORD,
    &net::RECORD,
];

/// The record of a keyword.
pub fn find(keyword: &str) -> Option<&'static Record> {
    LAYERS.iter().copied().find(|r| r.keyword == keyword)
}

/// Whether a word is a layer that always takes branches.
pub fn joins(keyword: &str) -> bool {
    find(keyword).is_some_and(|record| record.joins)
}

/// What this language calls something that another framework calls `word`.
pub fn find_foreign(word: &str) -> Option<&'static Record> {
    let word = word.to_lowercase().replace('_', "");
    let of = |word: &str| {
        let mut records = LAYERS.iter().copied();
        records.find(|r| r.aliases.contains(&word) || r.keyword.replace('_', "") == word)
    };
    // `bn2d`: the dimensions are those of the input.
    of(&word).or_else(|| ["1d", "2d"].iter().find_map(|end| of(word.strip_suffix(end)?)))
}

/// The keyword of what another framework calls `word`.
pub(crate) fn keyword_of(word: &str) -> Option<&'static str> {
    find_foreign(word).map(|record| record.keyword)
}

#[cfg(test)]
mod tests {
    use super::LAYERS;

    #[test]
    fn keywords_and_aliases_are_unique() {
        let mut words: Vec<String> = LAYERS
            .iter()
            .flat_map(|r| r.aliases.iter().map(|a| (*a).to_owned()).chain([r.keyword.to_owned()]))
            .collect();
        let all = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), all);
    }

    /// The keyword of the last layer of a chain from a volume on.
    fn last(chain: &str) -> &'static str {
        let text = format!("struct Net< 4x8x8 -> {chain} >;");
        let nets = crate::compile(&text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        nets[0].nodes.last().expect("a layer").layer.op.keyword()
    }

    #[test]
    fn operations_have_the_keywords_of_their_records() {
        for record in LAYERS {
            let keyword = record.keyword;
            let chain = match keyword {
                "conv" | "deconv" => format!("{keyword}(4, 3x3)"),
                "depthwise" => format!("{keyword}(3x3)"),
                "pad" | "crop" => format!("{keyword}(1)"),
                "upsample" | "maxpool" | "avgpool" | "sumpool" | "prodpool" => {
                    format!("{keyword}(2)")
                }
                "lppool" => format!("{keyword}(2, 2)"),
                "adaptive_avgpool" | "adaptive_maxpool" => format!("{keyword}(3x3)"),
                "unpool" => format!("p1: maxpool(2) -> {keyword}(p1)"),
                "reshape" => format!("{keyword}(16x4x4)"),
                "dense" => format!("flatten -> {keyword}(3)"),
                "pointwise" | "gn" | "lrn" | "shuffle" => format!("{keyword}(2)"),
                "split" => format!("{keyword}(2, 0)"),
                "drop_path" | "rescale" => format!("{keyword}(0.5)"),
                "custom" => format!("{keyword}(Mine => 4x8x8)"),
                // Its layers are those of another network.
                "net" => continue,
                _ if record.joins => format!("{keyword}(_ | relu)"),
                _ => keyword.to_owned(),
            };
            assert_eq!(last(&chain), keyword);
        }
    }
}
