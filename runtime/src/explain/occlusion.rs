//! What the network loses when a part of the image is covered.

use super::checks::refused;
use super::end::softmax;
use super::explainer::Explainer;
use super::maps::shaped;
use super::passes::Runs;
use super::target::{self, Target, first_largest};
use crate::error::Error;
use crate::tensor::Part;
use ndarray::{Array3, Array4, ArrayView3, ArrayView4, Axis, s};

/// Covered copies that run through the network at a time.
const BATCH: usize = 64;

/// The window of [`Explainer::occlusion`].
#[derive(Clone, Debug, PartialEq)]
pub struct Occlusion {
    window: [usize; 2],
    stride: [usize; 2],
    fill: Fill,
    label: Option<String>,
}

/// What a covered part becomes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fill {
    /// That number in all channels.
    Value(f32),
    /// One number for each channel.
    Channels(Vec<f32>),
    /// The mean of each channel of the image.
    Mean,
}

impl Occlusion {
    /// A window of that height and width, which moves by half of them and covers with zeros.
    pub fn new(window: [usize; 2]) -> Self {
        Self {
            window,
            stride: window.map(|side| (side / 2).max(1)),
            fill: Fill::Value(0.0),
            label: None,
        }
    }

    /// Rows and columns from one place of the window to the next.
    pub fn stride(mut self, stride: [usize; 2]) -> Self {
        self.stride = stride;
        self
    }

    /// What the window covers with.
    pub fn fill(mut self, fill: Fill) -> Self {
        self.fill = fill;
        self
    }

    /// Also watches the feature map of this label with the largest sum in the image as it is.
    pub fn watch(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// What the network makes of covered images. The window's places are those of rows and columns `0, stride, 2 stride,
/// …`, until it has reached the end; there, it covers less.
#[derive(Clone, Debug)]
pub struct Occluded {
    /// For each pixel, how much smaller the probability of the class is, in the mean over the places of the window that
    /// cover it: N×H×W, as the images; 0 where no place does.
    pub drop: Array3<f32>,
    /// The probability of the class for each place of the window: N×rows×columns.
    pub probability: Array3<f32>,
    /// The class with the highest probability there.
    pub winner: Array3<usize>,
    /// The sum of the watched feature map there.
    pub activity: Option<Array3<f32>>,
    /// For each image, the watched feature map.
    pub watched: Vec<usize>,
    /// For each image, the class.
    pub classes: Vec<usize>,
    /// For each image, the probability of the class when nothing is covered.
    pub whole: Vec<f32>,
}

impl Explainer<'_> {
    /// Covers every part of each image in turn and looks at the probability of the class: the softmax of the scores,
    /// unless the network gives that itself. `progress` is told how many of how many covered images are done.
    ///
    /// # Errors
    /// The images have another shape than the network's input, there are none, or one has a number that is not finite;
    /// there is no such class, or the target is no class; the window or its stride is 0, or the window larger than the
    /// image; the filler is not finite, or not one number or one for each channel; there is no such label.
    pub fn occlusion(
        &mut self,
        images: ArrayView4<'_, f32>,
        target: impl Into<Target>,
        how: &Occlusion,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Occluded, Error> {
        const METHOD: &str = "occlusion";
        let target = target.into();
        if let Target::Unit(unit) = &target {
            let found = format!("channel {} of the label `{}`", unit.channel, unit.label);
            let expected = "a class to explain; `Occlusion::watch` follows a feature map";
            return Err(refused(self.facts.name, METHOD, found, expected.to_owned()));
        }
        self.check(METHOD, images)?;
        target::check(self.facts.name, METHOD, &target, images.dim().0)?;
        if let Some(label) = &how.label {
            self.facts.find(label)?;
        }
        let (n, channels, height, width) = images.dim();
        let places = how.places(self.facts.name, METHOD, [height, width])?;
        let fill = how.filler(self.facts.name, METHOD, channels)?;
        let grid = [places[0].len(), places[1].len()];
        let total = n * grid[0] * grid[1];

        let scores = self.scores(images)?;
        let classes = target::classes(self.facts.name, METHOD, &target, scores.view())?;
        let mut run = Covered::of(self, how.label.as_deref())?;
        let all = run.probabilities(images)?;
        let watched = match &how.label {
            Some(_) => run.activities.iter().map(|image| first_largest(image)).collect(),
            None => Vec::new(),
        };
        let whole: Vec<f32> = all.iter().zip(&classes).map(|(p, &class)| p[class]).collect();

        let mut occluded = Occluded {
            drop: Array3::zeros((n, height, width)),
            probability: Array3::zeros((n, grid[0], grid[1])),
            winner: Array3::zeros((n, grid[0], grid[1])),
            activity: how.label.is_some().then(|| Array3::zeros((n, grid[0], grid[1]))),
            watched,
            classes,
            whole,
        };
        for (image, pixels) in images.outer_iter().enumerate() {
            let filler = fill(pixels);
            let corners: Vec<[usize; 2]> =
                (0..grid[0]).flat_map(|i| (0..grid[1]).map(move |j| [i, j])).collect();
            let mut sums = Array3::<f64>::zeros((2, height, width));
            for (k, some) in corners.chunks(BATCH).enumerate() {
                let mut covered = Array4::zeros((some.len(), channels, height, width));
                let window = |&[i, j]: &[usize; 2]| {
                    let (top, left) = (places[0][i], places[1][j]);
                    let (bottom, right) =
                        ((top + how.window[0]).min(height), (left + how.window[1]).min(width));
                    (top..bottom, left..right)
                };
                for (place, mut copy) in some.iter().zip(covered.outer_iter_mut()) {
                    copy.assign(&pixels);
                    let (rows, columns) = window(place);
                    for (mut plane, &value) in copy.outer_iter_mut().zip(&filler) {
                        plane.slice_mut(s![rows.clone(), columns.clone()]).fill(value);
                    }
                }
                let probabilities = run.probabilities(covered.view())?;
                for (m, (place, p)) in some.iter().zip(&probabilities).enumerate() {
                    let at = [image, place[0], place[1]];
                    let now = p[occluded.classes[image]];
                    occluded.probability[at] = now;
                    occluded.winner[at] = first_largest(p);
                    if let Some(activity) = &mut occluded.activity {
                        activity[at] = run.activities[m][occluded.watched[image]];
                    }
                    let drop = f64::from(occluded.whole[image]) - f64::from(now);
                    let (rows, columns) = window(place);
                    sums.slice_mut(s![0, rows.clone(), columns.clone()]).mapv_inplace(|x| x + drop);
                    sums.slice_mut(s![1, rows, columns]).mapv_inplace(|x| x + 1.0);
                }
                let before = image * corners.len() + k * BATCH;
                progress(before + some.len(), total);
            }
            let drops = occluded.drop.slice_mut(s![image, .., ..]);
            ndarray::Zip::from(drops)
                .and(sums.slice(s![0, .., ..]))
                .and(sums.slice(s![1, .., ..]))
                .for_each(|drop, &sum, &times| {
                    *drop = if times > 0.0 { (sum / times) as f32 } else { 0.0 };
                });
        }
        Ok(occluded)
    }
}

impl Occlusion {
    /// Rows and columns of the window's places.
    fn places(
        &self,
        name: &'static str,
        method: &'static str,
        image: [usize; 2],
    ) -> Result<[Vec<usize>; 2], Error> {
        let text = |[height, width]: [usize; 2]| format!("{height}x{width}");
        let refuse = |what, found, expected: String| {
            Err(refused(name, method, format!("a {what} of {}", text(found)), expected))
        };
        let most = text(image);
        if self.window.contains(&0) || self.window[0] > image[0] || self.window[1] > image[1] {
            return refuse("window", self.window, format!("one from 1x1 to the image's {most}"));
        }
        if self.stride.contains(&0) {
            return refuse("stride", self.stride, "one from 1x1 on".to_owned());
        }
        Ok([0, 1].map(|axis| {
            let steps = (image[axis] - self.window[axis]).div_ceil(self.stride[axis]);
            let places = (0..=steps).map(|k| k * self.stride[axis]);
            // A stride larger than the window may step over the end.
            places.filter(|&place| place < image[axis]).collect()
        }))
    }

    /// What covers an image.
    fn filler(
        &self,
        name: &'static str,
        method: &'static str,
        channels: usize,
    ) -> Result<impl Fn(ArrayView3<'_, f32>) -> Vec<f32>, Error> {
        let given = match &self.fill {
            Fill::Value(value) => vec![*value; channels],
            Fill::Channels(values) => values.clone(),
            Fill::Mean => Vec::new(),
        };
        let mean = self.fill == Fill::Mean;
        if !mean && given.len() != channels {
            let found = format!("a filler of {} numbers", given.len());
            return Err(refused(
                name,
                method,
                found,
                format!("one for each of {channels} channels"),
            ));
        }
        if let Some(bad) = given.iter().find(|x| !x.is_finite()) {
            let found = format!("the filler {bad}");
            return Err(refused(name, method, found, "a finite number".to_owned()));
        }
        Ok(move |image: ArrayView3<'_, f32>| {
            let of = |plane: ndarray::ArrayView2<'_, f32>| {
                let sum: f64 = plane.iter().map(|&x| f64::from(x)).sum();
                (sum / plane.len() as f64) as f32
            };
            if mean { image.outer_iter().map(of).collect() } else { given.clone() }
        })
    }
}

/// Runs covered images: in a session, or in passes that show the watched label.
struct Covered<'e, 'n> {
    explainer: &'e mut Explainer<'n>,
    session: Option<Box<dyn Runs>>,
    label: Option<&'e str>,
    /// The sums of the label's feature maps for each image of the last batch.
    activities: Vec<Vec<f32>>,
}

impl<'e, 'n> Covered<'e, 'n> {
    fn of(explainer: &'e mut Explainer<'n>, label: Option<&'e str>) -> Result<Self, Error> {
        let session = match label {
            None => Some(explainer.session(BATCH)?),
            Some(_) => None,
        };
        Ok(Self { explainer, session, label, activities: Vec::new() })
    }

    /// The probabilities of all classes for each image.
    fn probabilities(&mut self, images: ArrayView4<'_, f32>) -> Result<Vec<Vec<f32>>, Error> {
        let mut all = Vec::new();
        self.activities.clear();
        for part in images.axis_chunks_iter(Axis(0), BATCH) {
            all.extend(self.batch(part)?);
        }
        Ok(all)
    }

    fn batch(&mut self, images: ArrayView4<'_, f32>) -> Result<Vec<Vec<f32>>, Error> {
        let n = images.dim().0;
        let (facts, index) = (self.explainer.facts, self.explainer.output_index());
        if let Some(session) = &mut self.session {
            let rows = session.run(Part::of_images(images, facts.inputs[0]), index)?;
            let shape = facts.outputs[index];
            let rows = &rows[..n * shape.len()];
            let end = self.explainer.end();
            return Ok(rows
                .chunks_exact(shape.len())
                .map(|row| end.probabilities(row, shape))
                .collect());
        }
        let label = self.label.unwrap_or_default();
        let (value, scores) = self.explainer.value_at(images, label)?;
        let channels = facts.find(label)?.2.channels();
        let plane = value.len() / n / channels;
        let maps = shaped((n, channels, plane), value.into_iter().collect());
        let sums = maps.sum_axis(Axis(2));
        self.activities.extend(sums.outer_iter().map(|image| image.to_vec()));
        Ok(scores.outer_iter().map(|row| softmax(row.to_vec())).collect())
    }
}
