//! Explanations of any network of the [`registry`](crate::registry).

use cnn::data::Normalize;
use cnn::explain::{Explainer, IntegratedGradients, Occlusion, SmoothGrad, Target};
use cnn::ndarray::{Array2, Array3, ArrayView4};
use cnn::{Error, Network};

/// A method of [`cnn::explain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "`Method::line` says what each shows")]
pub enum Method {
    Saliency,
    InputXGradient,
    SmoothGrad,
    IntegratedGradients,
    Deconvolution,
    Guided,
    GuidedGradCam,
    Occlusion,
    Cam,
    GradCam,
    GradCamPlusPlus,
    LayerCam,
    ScoreCam,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Saliency,
        Self::InputXGradient,
        Self::SmoothGrad,
        Self::IntegratedGradients,
        Self::Deconvolution,
        Self::Guided,
        Self::GuidedGradCam,
        Self::Occlusion,
        Self::Cam,
        Self::GradCam,
        Self::GradCamPlusPlus,
        Self::LayerCam,
        Self::ScoreCam,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Saliency => "saliency",
            Self::InputXGradient => "input-x-gradient",
            Self::SmoothGrad => "smoothgrad",
            Self::IntegratedGradients => "integrated-gradients",
            Self::Deconvolution => "deconvnet",
            Self::Guided => "guided",
            Self::GuidedGradCam => "guided-gradcam",
            Self::Occlusion => "occlusion",
            Self::Cam => "cam",
            Self::GradCam => "gradcam",
            Self::GradCamPlusPlus => "gradcam++",
            Self::LayerCam => "layercam",
            Self::ScoreCam => "scorecam",
        }
    }

    /// What it shows, and no more than that.
    pub const fn line(self) -> &'static str {
        match self {
            Self::Saliency => {
                "how sensitive the score is to each pixel: the gradient, the largest absolute value over the channels"
            }
            Self::InputXGradient => {
                "gradient times pixel, summed over the channels: to first order, what the score loses when the pixel \
                 becomes 0"
            }
            Self::SmoothGrad => {
                "the mean gradient over 50 noisy copies of the image, summed over the channels"
            }
            Self::IntegratedGradients => {
                "what each pixel adds to the score on the straight way from a baseline, summed over the channels"
            }
            Self::Deconvolution => {
                "the score sent back through rectifiers and transposed filters: patterns that excite the class, and \
                 edges of the image"
            }
            Self::Guided => {
                "as deconvnet, through active units alone; it draws the image's edges whatever the weights are"
            }
            Self::GuidedGradCam => {
                "guided times gradcam: edges of the image where gradcam finds the score sensitive"
            }
            Self::Occlusion => {
                "how much smaller the class's probability is when a window covers the pixel, in the mean over the \
                 windows that do"
            }
            Self::Cam => {
                "what each place of the last feature maps adds to the score, if the head is global average pooling \
                 and one dense layer"
            }
            Self::GradCam => {
                "the label's feature maps, each times its mean gradient, cut off below 0: where they raise the score, \
                 to first order"
            }
            Self::GradCamPlusPlus => {
                "as gradcam, with weights that count several places of one object alike"
            }
            Self::LayerCam => "as gradcam, with a weight for each place: sharper at early labels",
            Self::ScoreCam => {
                "the label's feature maps, each times the score that the image has behind it as a mask; no gradients"
            }
        }
    }

    /// Whether it is about the feature maps at a label.
    pub const fn takes_label(self) -> bool {
        matches!(
            self,
            Self::GuidedGradCam
                | Self::Cam
                | Self::GradCam
                | Self::GradCamPlusPlus
                | Self::LayerCam
                | Self::ScoreCam
        )
    }

    /// The method of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// What is to be explained, and how.
#[derive(Clone, Debug)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// The label, for a method that takes one.
    pub label: Option<String>,
    /// The class, or for each image the one with the highest score.
    pub class: Option<usize>,
    /// The window of [`Method::Occlusion`].
    pub occlusion: Occlusion,
    /// The way of [`Method::IntegratedGradients`].
    pub path: IntegratedGradients,
    /// Threads; 0 is as many as the machine has.
    pub threads: usize,
}

/// An explanation of each image.
#[derive(Clone, Debug)]
pub struct Explained {
    /// N×H×W, of the label's resolution for class activation maps, otherwise of the image's.
    pub maps: Array3<f32>,
    /// For each image, the class.
    pub classes: Vec<usize>,
    /// For each image, the class's score: its logit.
    pub scores: Vec<f32>,
    /// For each image, the class's probability: the softmax of the scores.
    pub probabilities: Vec<f32>,
}

/// A network that can be explained.
pub trait Explains {
    /// How it normalizes its images itself, if it does.
    fn normalization(&self) -> Option<&Normalize>;

    /// Explains the network's first output.
    ///
    /// # Errors
    /// As [`Explainer::new`].
    fn explainer(&self) -> Result<Explainer<'_>, Error>;
}

impl<N: Network> Explains for N {
    fn normalization(&self) -> Option<&Normalize> {
        N::normalization(self)
    }

    fn explainer(&self) -> Result<Explainer<'_>, Error> {
        Explainer::new(self)
    }
}

impl dyn Explains + '_ {
    /// Explains the network's first output for images N×C×H×W. `progress` is told how many of how many covered images
    /// are done, where the method covers some.
    ///
    /// # Errors
    /// The network takes several inputs; the images have another shape than its input, there are none, or one has a
    /// number that is not finite; there is no such class or label; or the method can't be applied to the network, or
    /// with these numbers.
    pub fn explain(
        &self,
        x: ArrayView4<'_, f32>,
        question: &Question,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Explained, Error> {
        let mut explainer = self.explainer()?.threads(question.threads)?;
        let all = [explainer.scores(x)?, explainer.probabilities(x)?];
        let target = question.class.map_or(Target::Predicted, Target::Class);
        let label = question.label.as_deref().unwrap_or_default();
        let pixels = match question.method {
            Method::Saliency => {
                let pixels = explainer.saliency(x, target)?;
                return Ok(explained(pixels.largest(), pixels.classes, &all));
            }
            Method::InputXGradient => explainer.input_x_gradient(x, target)?,
            Method::SmoothGrad => explainer.smooth_grad(x, target, SmoothGrad::new())?,
            Method::IntegratedGradients => {
                explainer.integrated_gradients(x, target, &question.path)?
            }
            Method::Deconvolution => explainer.deconvolution(x, target)?,
            Method::Guided => explainer.guided(x, target)?,
            Method::GuidedGradCam => explainer.guided_grad_cam(x, label, target)?,
            Method::Occlusion => {
                let covered = explainer.occlusion(x, target, &question.occlusion, progress)?;
                return Ok(explained(covered.drop, covered.classes, &all));
            }
            cam => {
                let maps = match cam {
                    Method::Cam => explainer.cam(x, label, target)?,
                    Method::GradCamPlusPlus => explainer.grad_cam_plus_plus(x, label, target)?,
                    Method::LayerCam => explainer.layer_cam(x, label, target)?,
                    Method::ScoreCam => explainer.score_cam(x, label, target)?,
                    _ => explainer.grad_cam(x, label, target)?,
                };
                return Ok(explained(maps.values, maps.classes, &all));
            }
        };
        Ok(explained(pixels.sum(), pixels.classes, &all))
    }
}

/// Maps of those classes, with what the scores and probabilities (N×classes) say of them.
fn explained(maps: Array3<f32>, classes: Vec<usize>, all: &[Array2<f32>; 2]) -> Explained {
    let [scores, probabilities] = all
        .each_ref()
        .map(|all| all.rows().into_iter().zip(&classes).map(|(row, &class)| row[class]).collect());
    Explained { maps, classes, scores, probabilities }
}
