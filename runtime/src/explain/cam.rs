//! Class activation maps: where the network sees a class.

use super::checks::refused;
use super::end::softmax;
use super::explainer::Explainer;
use super::maps::{Maps, shaped, upsampled};
use super::passes::Facts;
use super::target::{self, Target};
use crate::error::Error;
use cnn_ir::{Op, Shape, Source, Window};
use ndarray::{Array2, Array3, Array4, ArrayD, ArrayView3, ArrayView4, Axis, s};

impl Explainer<'_> {
    /// The class activation map, `Σ wₖ Aₖ` of the feature maps that the head takes the mean of, with the weights of
    /// the class, before any rectifier and without the bias (Zhou and others 2016). The label names those feature maps.
    ///
    /// # Errors
    /// As [`Explainer::grad_cam`]; the network's head is not global average pooling and one dense layer, or the label
    /// is not what is pooled.
    pub fn cam(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Maps, Error> {
        const METHOD: &str = "CAM";
        self.check(METHOD, images)?;
        map_shape(&self.facts, METHOD, label)?;
        let (dense, pooled) = head(&self.facts, METHOD, self.output_index())?;
        let (index, _, _) = self.facts.find(label)?;
        let graph = self.facts.graph;
        let pooled = graph.computed(pooled);
        if graph.computed(graph.labels[index].source) != pooled {
            let known = graph.labels.iter().find(|known| graph.computed(known.source) == pooled);
            let expected = match known {
                Some(known) => format!("`{}`, which the head pools", known.path),
                None => "a label at the value that the head pools, which has none".to_owned(),
            };
            return Err(refused(self.facts.name, METHOD, format!("the label `{label}`"), expected));
        }
        let target = target.into();
        let path = format!("{}.weight", graph.nodes[dense].path);
        let weight = self.params.get(&path)?.to_owned();
        let weight = weight.into_dimensionality::<ndarray::Ix2>();
        let weight = weight.unwrap_or_else(|_| unreachable!("a dense weight is outputs x inputs"));
        self.maps(METHOD, images, label, &target, |value, _, class| {
            weighted(value, |k| f64::from(weight[[class, k]]))
        })
    }

    /// Grad-CAM at a label, `max(0, Σ αₖ Aₖ)`, where `αₖ` is the mean gradient of the score with respect to feature
    /// map `Aₖ`.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is no such label or class, the target is no class, or the label's value is a vector.
    pub fn grad_cam(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Maps, Error> {
        let mut maps = self.grad_cam_signed(images, label, target)?;
        maps.values.mapv_inplace(|x| x.max(0.0));
        Ok(maps)
    }

    /// [`Explainer::grad_cam`] before its rectifier.
    ///
    /// # Errors
    /// As [`Explainer::grad_cam`].
    pub fn grad_cam_signed(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Maps, Error> {
        self.maps("Grad-CAM", images, label, &target.into(), |value, gradient, _| {
            weighted(value, |k| mean(gradient.slice(s![k, .., ..]).iter().map(|&g| f64::from(g))))
        })
    }

    /// Grad-CAM++: as [`Explainer::grad_cam`], but `αₖ` is a weighted sum of the gradients above 0, with the weights
    /// `g² / (2 g² + g³ Σ Aₖ)` (Chattopadhyay and others 2018, <https://arxiv.org/abs/1710.11063>).
    ///
    /// # Errors
    /// As [`Explainer::grad_cam`].
    pub fn grad_cam_plus_plus(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Maps, Error> {
        self.maps("Grad-CAM++", images, label, &target.into(), |value, gradient, _| {
            let mut map = weighted(value, |k| {
                let total: f64 = value.slice(s![k, .., ..]).iter().map(|&a| f64::from(a)).sum();
                let alpha = |&g: &f32| {
                    let g = f64::from(g);
                    let below = 2.0 * g * g + g * g * g * total;
                    if g > 0.0 && below != 0.0 { g * g / below * g } else { 0.0 }
                };
                gradient.slice(s![k, .., ..]).iter().map(alpha).sum()
            });
            map.mapv_inplace(|x| x.max(0.0));
            map
        })
    }

    /// LayerCAM, `max(0, Σ max(0, gₖ) Aₖ)`: each place has its own weight, so that early layers give sharp maps (Jiang
    /// and others 2021, <https://doi.org/10.1109/TIP.2021.3089943>).
    ///
    /// # Errors
    /// As [`Explainer::grad_cam`].
    pub fn layer_cam(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Maps, Error> {
        self.maps("LayerCAM", images, label, &target.into(), |value, gradient, _| {
            let positive = gradient.mapv(|g| g.max(0.0)) * value;
            positive.sum_axis(Axis(0)).mapv(|x| x.max(0.0))
        })
    }

    /// Score-CAM, `max(0, Σ αₖ Aₖ)`: `α` is the softmax over the feature maps of the score that the image has when
    /// only what the map shows is left of it, the map scaled to 0 to 1 (Wang and others 2020,
    /// <https://arxiv.org/abs/1910.01279>). No gradients, but a pass forward for each feature map.
    ///
    /// # Errors
    /// As [`Explainer::grad_cam`].
    pub fn score_cam(
        &mut self,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: impl Into<Target>,
    ) -> Result<Maps, Error> {
        const METHOD: &str = "Score-CAM";
        let target = class_only(self.facts.name, METHOD, target.into())?;
        self.check(METHOD, images)?;
        target::check(self.facts.name, METHOD, &target, images.dim().0)?;
        let [channels, height, width] = map_shape(&self.facts, METHOD, label)?;
        let (_, planes, rows, columns) = images.dim();
        let mut values = Array3::zeros((images.dim().0, height, width));
        let (mut classes, mut scores) = (Vec::new(), Vec::new());
        for (index, image) in images.outer_iter().enumerate() {
            let (value, score) = self.value_at(image.insert_axis(Axis(0)), label)?;
            let some = match &target {
                Target::Classes(classes) => Target::Class(classes[index]),
                other => other.clone(),
            };
            let class = target::classes(self.facts.name, METHOD, &some, score.view())?[0];
            let maps = shaped((channels, height, width), value.into_iter().collect());
            let masks = upsampled(unit_range(maps.clone()).view(), [rows, columns]);
            let mut masked = Array4::zeros((channels, planes, rows, columns));
            for (mut masked, mask) in masked.outer_iter_mut().zip(masks.outer_iter()) {
                masked.assign(&(&image * &mask));
            }
            let of_masked = self.scores(masked.view())?;
            let alpha = softmax(of_masked.column(class).to_vec());
            let map = weighted(maps.view(), |k| f64::from(alpha[k]));
            values.slice_mut(s![index, .., ..]).assign(&map.mapv(|x| x.max(0.0)));
            classes.push(class);
            scores.push(score[[0, class]]);
        }
        Ok(Maps { values, classes, scores })
    }

    /// Maps that a rule makes of the value of a label and its gradient.
    fn maps(
        &mut self,
        method: &'static str,
        images: ArrayView4<'_, f32>,
        label: &str,
        target: &Target,
        rule: impl Fn(ArrayView3<'_, f32>, ArrayView3<'_, f32>, usize) -> Array2<f32>,
    ) -> Result<Maps, Error> {
        let [_, height, width] = map_shape(&self.facts, method, label)?;
        let target = class_only(self.facts.name, method, target.clone())?;
        let mut maps = Vec::new();
        let (classes, scores) =
            self.at_label(method, images, label, &target, |value, gradient, classes| {
                let pairs = volumes(value).into_iter().zip(volumes(gradient)).zip(classes);
                for ((value, gradient), &class) in pairs {
                    maps.extend(rule(value, gradient, class));
                }
            })?;
        Ok(Maps { values: shaped((classes.len(), height, width), maps), classes, scores })
    }
}

/// `Σ alpha(k) · value[k]`.
fn weighted(value: ArrayView3<'_, f32>, alpha: impl Fn(usize) -> f64) -> Array2<f32> {
    let (channels, height, width) = value.dim();
    let mut sum = Array2::<f64>::zeros((height, width));
    for k in 0..channels {
        let alpha = alpha(k);
        sum.zip_mut_with(&value.slice(s![k, .., ..]), |sum, &a| *sum += alpha * f64::from(a));
    }
    sum.mapv(|x| x as f32)
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = numbers.len() as f64;
    numbers.sum::<f64>() / n
}

/// Each map from 0, its least number, to 1, its largest; one that is the same everywhere is 0.
fn unit_range(mut maps: Array3<f32>) -> Array3<f32> {
    for mut map in maps.outer_iter_mut() {
        let (low, high) = map
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        let scale = if high > low { 1.0 / (high - low) } else { 0.0 };
        map.mapv_inplace(|x| (x - low) * scale);
    }
    maps
}

/// The images of a recorded value that is a volume.
fn volumes(value: &ArrayD<f32>) -> Vec<ArrayView3<'_, f32>> {
    let volume = |image: ndarray::ArrayViewD<'_, f32>| image.ndim() == 3;
    debug_assert!(value.outer_iter().all(volume));
    value.outer_iter().filter_map(|image| image.into_dimensionality().ok()).collect()
}

/// Channels, height and width of a label's value.
///
/// # Errors
/// There is no such label, or its value is a vector.
fn map_shape(facts: &Facts, method: &'static str, label: &str) -> Result<[usize; 3], Error> {
    match facts.find(label)? {
        (_, _, Shape::Volume { channels, height, width }) => Ok([channels, height, width]),
        (_, _, Shape::Vector(n)) => {
            let found = format!("the label `{label}`, a vector of {n} elements");
            Err(refused(facts.name, method, found, "a label whose value has maps".to_owned()))
        }
    }
}

/// The target, unless it is a unit.
fn class_only(name: &'static str, method: &'static str, target: Target) -> Result<Target, Error> {
    match target {
        Target::Unit(unit) => {
            let found = format!("channel {} of the label `{}`", unit.channel, unit.label);
            Err(refused(name, method, found, "a class to explain".to_owned()))
        }
        class => Ok(class),
    }
}

/// The dense layer of a head of global average pooling and that layer, and what is pooled.
fn head(facts: &Facts, method: &'static str, output: usize) -> Result<(usize, Source), Error> {
    let graph = facts.graph;
    let refuse = |layer: usize| {
        let node = &graph.nodes[layer];
        let found = format!("a head with the layer `{}` ({})", node.path, node.text);
        let expected = "global average pooling and one dense layer, as CAM needs them; Grad-CAM \
                        takes any network";
        refused(facts.name, method, found, expected.to_owned())
    };
    let mut at = graph.outputs[output].layer;
    let mut dense = None;
    loop {
        let node = &graph.nodes[at];
        let input = node.inputs.first().copied().ok_or_else(|| refuse(at))?;
        let from = graph.shape(input);
        let whole = |window: &Window| {
            window.kernel == [from.height(), from.width()] && window.pad == [0; 4]
        };
        match (&node.op, dense) {
            (Op::Softmax | Op::LogSoftmax, None) => {}
            (Op::Dense { .. }, None) => dense = Some(at),
            (Op::GlobalAvgPool | Op::AdaptiveAvgPool { size: [1, 1] }, Some(dense)) => {
                return Ok((dense, input));
            }
            (Op::AvgPool { window, .. }, Some(dense)) if whole(window) => {
                return Ok((dense, input));
            }
            (op, _) if op.is_view(from) || op.trains_only() => {}
            _ => return Err(refuse(at)),
        }
        match input {
            Source::Layer(before) => at = before,
            Source::Input(_) => return Err(refuse(at)),
        }
    }
}
