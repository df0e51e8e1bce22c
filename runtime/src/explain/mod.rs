//! Looking inside a network: which pixels a decision rests on, and which pictures excite a unit.
//!
//! An [`Explainer`] runs one network, trained here or loaded, in evaluation mode; each method is a function from a
//! batch of images and a [`Target`] to arrays. None of them needs the network written a second time.
//!
//! | method | what it shows | paper |
//! |---|---|---|
//! | [`saliency`](Explainer::saliency), [`input_x_gradient`](Explainer::input_x_gradient) | how the score changes with each pixel | Simonyan and others 2013, <https://arxiv.org/abs/1312.6034> |
//! | [`smooth_grad`](Explainer::smooth_grad) | the mean of that over noisy copies | Smilkov and others 2017, <https://arxiv.org/abs/1706.03825> |
//! | [`integrated_gradients`](Explainer::integrated_gradients) | how much each pixel adds to the score on the way from a baseline | Sundararajan and others 2017, <https://arxiv.org/abs/1703.01365> |
//! | [`deconvolution`](Explainer::deconvolution) | what in the image excites a unit | Zeiler & Fergus 2013, <https://arxiv.org/abs/1311.2901> |
//! | [`guided`](Explainer::guided), [`guided_grad_cam`](Explainer::guided_grad_cam) | the same, without what speaks against it | Springenberg and others 2014, <https://arxiv.org/abs/1412.6806> |
//! | [`occlusion`](Explainer::occlusion) | what the network loses when a part of the image is covered | Zeiler & Fergus 2013 |
//! | [`cam`](Explainer::cam) | where a network with global average pooling sees a class | Zhou and others 2016, <https://arxiv.org/abs/1512.04150> |
//! | [`grad_cam`](Explainer::grad_cam), [`grad_cam_plus_plus`](Explainer::grad_cam_plus_plus), [`layer_cam`](Explainer::layer_cam), [`score_cam`](Explainer::score_cam) | where any network sees a class | Selvaraju and others 2017, <https://arxiv.org/abs/1610.02391>, and others |
//! | [`attack`](Explainer::attack), [`accuracy_under_attack`](Explainer::accuracy_under_attack) | how little of a change makes the network wrong | Goodfellow and others 2014, <https://arxiv.org/abs/1412.6572>; Madry and others 2017, <https://arxiv.org/abs/1706.06083> |
//! | [`deep_fool`](Explainer::deep_fool) | how far the nearest decision boundary is | Moosavi-Dezfooli and others 2015, <https://arxiv.org/abs/1511.04599> |
//! | [`consistency`](Explainer::consistency), [`under_rotation`](Explainer::under_rotation), [`under_scale`](Explainer::under_scale) | how steady decisions are when the image moves | Zhang 2019, <https://arxiv.org/abs/1904.11486>; Zeiler & Fergus 2013 |
//! | [`top_patches`](Explainer::top_patches), [`top_activations`](Explainer::top_activations) | the places of a data set that excite a unit most | Zeiler & Fergus 2013 |
//! | [`visualize`](Explainer::visualize) | an image that excites a class or a unit | Simonyan and others 2013; Yosinski and others 2015, <https://arxiv.org/abs/1506.06579> |
//! | [`invert`](Explainer::invert) | what a layer still knows of an image | Mahendran & Vedaldi 2014, <https://arxiv.org/abs/1412.0035> |
//! | [`effective_field`](Explainer::effective_field) | which pixels mean something for a place of a map | Luo and others 2016, <https://arxiv.org/abs/1701.04128> |
//! | [`loss_surface`](Explainer::loss_surface) | the loss around the parameters | Li and others 2018, <https://arxiv.org/abs/1712.09913> |
//! | [`without_blocks`](Explainer::without_blocks), [`without_layers`](Explainer::without_layers) | what is left without a block or a layer | Veit and others 2016, <https://arxiv.org/abs/1605.06431> |
//!
//! [`connections`] needs no images: it says what weight sharing and local connections save.
//!
//! What these pictures show is bounded: a map says where a score is sensitive, not why, and guided backpropagation and
//! the deconvolutional network draw the edges of the image whatever the weights are (Adebayo and others 2018,
//! <https://arxiv.org/abs/1810.03292>).
//!
//! Scores are logits: a softmax at the end of the network is left out, but where a method speaks of probabilities.
//! Where the network normalizes its images, attributions are to the images as they are given.

mod attack;
mod cam;
mod checks;
mod deep_fool;
mod end;
mod explainer;
mod field;
mod lesion;
mod maps;
mod occlusion;
mod passes;
mod patches;
mod pixels;
mod robust;
mod smooth;
mod surface;
mod target;
mod visualize;

pub use crate::pass::Signal;
pub use attack::{Attack, Attacked};
pub use deep_fool::{DeepFool, Fooled};
pub use explainer::Explainer;
pub use field::{Connections, Cost, EffectiveField, FieldStart, connections};
pub use lesion::{Removals, Removed};
pub use maps::{Maps, Pixels, upsampled};
pub use occlusion::{Fill, Occluded, Occlusion};
pub use patches::{Patch, Patches, TopActivation};
pub use pixels::{IntegratedGradients, SmoothGrad};
pub use robust::{Consistency, ShiftBorder};
pub use surface::{LossSurface, Surface};
pub use target::{Place, Target, Unit};
pub use visualize::{Inversion, Inverted, Visualization, Visualized};
