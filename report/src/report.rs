//! A run as one web page.

use crate::error::Error;
use crate::history::{Epoch, Point};
use crate::log::Log;
use crate::page;
use cnn::data::Dataset;
use cnn::ir::Op;
use cnn::ndarray::{Array3, Array4, Ix4};
use cnn::train::{Metrics, Prediction};
use cnn::{Network, Source};
use std::fs;
use std::path::Path;

/// Worst mistakes that are shown.
const MISTAKES: usize = 24;

/// A run as one web page, which needs nothing beside itself: curves of loss, accuracy and learning rate, what was
/// taken for what, the worst mistakes as pictures, the filters of the first layer, the network as a drawing, the
/// machine and the seed.
///
/// [`Log::report`] makes it.
#[derive(Debug)]
pub struct Report<'a> {
    pub(crate) name: &'static str,
    pub(crate) title: String,
    pub(crate) rows: &'a [Epoch],
    pub(crate) curve: &'a [Point],
    pub(crate) drawing: String,
    pub(crate) summary: String,
    pub(crate) parameters: usize,
    pub(crate) filters: Option<Filters>,
    pub(crate) metrics: Option<&'a Metrics>,
    pub(crate) names: Vec<String>,
    pub(crate) mistakes: Vec<Mistake>,
    /// What kept a picture from being read.
    failed: Option<cnn::Error>,
    pub(crate) seed: Option<u64>,
    pub(crate) details: Vec<(String, String)>,
}

/// The weights of a first convolution, and its path.
#[derive(Debug)]
pub(crate) struct Filters {
    pub(crate) path: &'static str,
    pub(crate) weights: Array4<f32>,
}

#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) prediction: Prediction,
    pub(crate) image: Array3<f32>,
}

impl Log {
    /// A page with what was logged so far, and with the network as it is now.
    pub fn report<N: Network>(&self, network: &N) -> Report<'_> {
        Report {
            name: N::NAME,
            title: N::NAME.to_owned(),
            rows: self.rows(),
            curve: self.curve(),
            drawing: N::graph().svg(),
            summary: N::summary(),
            parameters: N::PARAMETERS,
            filters: filters(network),
            metrics: None,
            names: Vec::new(),
            mistakes: Vec::new(),
            failed: None,
            seed: None,
            details: Vec::new(),
        }
    }
}

impl<'a> Report<'a> {
    /// Its heading, which is else the network's name.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// How good the network is on `data`, of which the images that are mistaken worst become pictures. Values from 0
    /// to 1 are drawn as they are, and others spread from the least to the largest of each image.
    pub fn validated<D: Dataset<Target = usize>>(mut self, metrics: &'a Metrics, data: &D) -> Self {
        self.metrics = Some(metrics);
        self.mistakes.clear();
        self.failed = None;
        for prediction in metrics.worst(MISTAKES) {
            match data.sample(prediction.image) {
                Ok(sample) => self.mistakes.push(Mistake { prediction, image: sample.image }),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self
    }

    /// The names of the classes, in the order of their numbers.
    pub fn classes<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// The seed that the run can be repeated with.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Something else that is worth keeping: the optimizer and its numbers, the data, the command.
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.push((name.into(), value.into()));
        self
    }

    /// Writes the page, whole or not at all, over one that is there.
    ///
    /// # Errors
    /// The file can't be written, or a picture could not be read from the data set.
    pub fn save(self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        if let Some(error) = self.failed {
            return Err(Error::Data(error));
        }
        let mut fresh = path.as_os_str().to_owned();
        fresh.push(".tmp");
        let fresh = Path::new(&fresh);
        fs::write(fresh, page::html(&self)).map_err(Error::io(fresh, "write"))?;
        fs::rename(fresh, path).map_err(Error::io(path, "replace"))
    }

    /// What a class is called.
    pub(crate) fn class(&self, class: usize) -> String {
        self.names.get(class).cloned().unwrap_or_else(|| class.to_string())
    }
}

/// The weights of the first convolution that sees the images themselves.
fn filters<N: Network>(network: &N) -> Option<Filters> {
    let first = N::GRAPH.nodes.iter().find(|node| node.op.convolution().is_some())?;
    let unchanged = |node: &cnn::ir::Node<'_>| matches!(node.op, Op::Identity);
    let mut source = *first.inputs.first()?;
    while let Source::Layer(layer) = source {
        let before = &N::GRAPH.nodes[layer];
        if !unchanged(before) {
            return None;
        }
        source = *before.inputs.first()?;
    }
    let weights = network.get(&format!("{}.weight", first.path)).ok()?;
    let weights = weights.into_dimensionality::<Ix4>().ok()?.to_owned();
    Some(Filters { path: first.path, weights })
}
