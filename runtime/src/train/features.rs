//! What a network makes of a data set, computed once.

use crate::data::{Dataset, Images, Loader};
use crate::error::Error;
use crate::network::Network;
use crate::run;
use crate::tensor::Part;
use ndarray::{Array4, Axis};

/// The value of a label for every image of a data set, in evaluation mode, in the order of the data set: what a small
/// network can be trained on in the place of the whole one, as long as all before the label stays as it is. Vectors of
/// N elements become N×1×1, which a network takes whose input is a vector.
///
/// The loader's changes are made as in its epoch 0, and what they draw at random is drawn once. All features lie in
/// memory, 4 bytes an element.
///
/// ```
/// use cnn::Pretrained;
/// use cnn::data::{Images, Loader};
/// use cnn::ndarray::Array4;
/// use cnn::train::{Adam, Group, Sgd, Trainer, features};
///
/// cnn::cnn! {
///     struct Net<
///         1x8x8 -> backbone: { conv(8, 3x3) -> bn -> relu -> maxpool(2) } -> pub pooled: flatten -> head: dense(3)
///     >;
///     struct Head<72 -> head: dense(3)>;
/// }
///
/// let (mut net, data) = (Net::new(1), Images::new(Array4::zeros((40, 1, 8, 8)), vec![2; 40], 3)?);
/// // net.load_partial(Pretrained::open("other.safetensors")?.except("head.*"))?;
///
/// let cached = features(&net, "pooled", &Loader::new(data.clone()).batch(16))?;
/// let mut head = Trainer::new(Head::new(1), Adam::new(1e-3));
/// for _ in 0..5 {
///     head.epoch(&cached, 16, |_| {})?;
/// }
/// let head = head.into_network().to_bytes();
/// net.load_partial(Pretrained::from_bytes(&head)?.only("head.*"))?.complete()?;
///
/// let mut whole = Trainer::new(net, Sgd::new(0.01))
///     .group(Group::matching("backbone.*").rate(0.1).frozen_statistics());
/// whole.epoch(&data, 16, |_| {})?;
/// # Ok::<(), cnn::Error>(())
/// ```
///
/// # Errors
/// An image can't be read or has another shape than the network's input, there is no such label or no image, the
/// network takes several inputs, or there is no memory for a batch.
pub fn features<N, D>(network: &N, label: &str, loader: &Loader<D>) -> Result<Images, Error>
where
    N: Network,
    D: Dataset<Target = usize>,
{
    let &[shape] = N::INPUTS else {
        let (what, found) = ("inputs", N::INPUTS.len());
        return Err(Error::Arity { network: N::NAME, what, found, expected: 1 });
    };
    let (mut rows, mut labels, mut indices) = (Vec::new(), Vec::new(), Vec::new());
    let mut dims = (0, 0, 0);
    for batch in loader.epoch(0) {
        let batch = batch?;
        let value =
            run::features_of(network, label, &[Part::of_images(batch.images.view(), shape)])?;
        dims = match *value.shape() {
            [_, channels, height, width] => (channels, height, width),
            _ => (value.len() / batch.len(), 1, 1),
        };
        rows.extend(value);
        labels.extend(batch.targets);
        indices.extend(batch.indices);
    }
    let all = Array4::from_shape_vec((indices.len(), dims.0, dims.1, dims.2), rows);
    let all = match all {
        Ok(all) => all,
        Err(error) => unreachable!("every image has as many features: {error}"),
    };
    let classes = labels.iter().max().map_or(0, |&most| most + 1);
    let mut order: Vec<usize> = (0..indices.len()).collect();
    order.sort_by_key(|&at| indices[at]);
    if order.is_sorted() {
        return Images::new(all, labels, classes);
    }
    let labels = order.iter().map(|&at| labels[at]).collect();
    Images::new(all.select(Axis(0), &order), labels, classes)
}
