//! Recording the values of labels, and their gradients, as they are computed.

use crate::describe::Describe;
use crate::error::{Error, similar};
use crate::exec::Serial;
use crate::layout::{Grid, LANES, Order};
use crate::observer::Observer;
use crate::tensor::{self, Part};
use cnn_ir::Shape;
use ndarray::ArrayD;

/// Keeps the values and gradients of chosen labels as plain arrays.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    network: &'static str,
    images: usize,
    records: Vec<Record>,
    /// Labels by their indices, and gradients that a pass back has there whatever comes from behind.
    starts: Vec<(usize, ArrayD<f32>)>,
}

#[derive(Clone, Debug)]
struct Record {
    /// Index into the network's labels.
    label: usize,
    name: &'static str,
    shape: Shape,
    value: Option<ArrayD<f32>>,
    gradient: Option<ArrayD<f32>>,
    /// Room for what comes next.
    room: Option<ArrayD<f32>>,
}

impl Record {
    /// The room, with this in it.
    fn fill(&mut self, images: usize, order: Order, data: &[f32]) -> Option<ArrayD<f32>> {
        let mut array = self.room.take()?;
        plain(images, self.shape, order, data, &mut array);
        Some(array)
    }
}

impl Recorder {
    /// A recorder of these labels of `N`.
    ///
    /// # Errors
    /// `N` has no such label.
    pub fn new<N: Describe>(labels: &[&str]) -> Result<Self, Error> {
        Self::of(N::NAME, N::LABELS, labels)
    }

    /// The same for the network of that name with these labels.
    ///
    /// # Errors
    /// It has no such label.
    pub(crate) fn of(
        network: &'static str,
        known: &'static [(&'static str, Shape)],
        labels: &[&str],
    ) -> Result<Self, Error> {
        let record = |&wanted: &&str| {
            let (label, name, shape) = find_in(network, known, wanted)?;
            Ok(Record { label, name, shape, value: None, gradient: None, room: None })
        };
        let records = labels.iter().map(record).collect::<Result<_, _>>()?;
        Ok(Self { network, images: 0, records, starts: Vec::new() })
    }

    /// The value of a label in the last pass: N×C×H×W or N×elements.
    ///
    /// # Errors
    /// The label is not recorded, or no pass has been.
    pub fn value(&self, label: &str) -> Result<&ArrayD<f32>, Error> {
        const HOW: &str = "a pass with this recorder records values";
        let what = "value of the label";
        self.record(label)?.value.as_ref().ok_or(Error::NotComputed { what, how: HOW })
    }

    /// The gradient with respect to the value of a label in the last backward pass.
    ///
    /// # Errors
    /// The label is not recorded, or no backward pass has been.
    pub fn gradient(&self, label: &str) -> Result<&ArrayD<f32>, Error> {
        const HOW: &str = "a backward pass with this recorder records gradients";
        let what = "gradient of the label";
        self.record(label)?.gradient.as_ref().ok_or(Error::NotComputed { what, how: HOW })
    }

    /// Forgets what was recorded, and makes room for the values of a pass of `images` images.
    ///
    /// # Errors
    /// There is no memory for them.
    pub(crate) fn start(&mut self, images: usize) -> Result<(), Error> {
        self.images = images;
        for record in &mut self.records {
            (record.value, record.gradient, record.room) = (None, None, None);
        }
        self.make_room("the values of a label")
    }

    /// Makes room for the gradients of the pass back.
    ///
    /// # Errors
    /// There is no memory for them.
    #[cfg(feature = "train")]
    pub(crate) fn turn(&mut self) -> Result<(), Error> {
        self.make_room("the gradients of a label")
    }

    fn make_room(&mut self, what: &'static str) -> Result<(), Error> {
        for record in &mut self.records {
            record.room = Some(tensor::array(self.network, what, record.shape, self.images)?);
        }
        Ok(())
    }

    /// The next passes back have these gradients at labels, given by their indices.
    #[cfg(feature = "train")]
    pub(crate) fn start_at(&mut self, starts: Vec<(usize, ArrayD<f32>)>) {
        self.starts = starts;
    }

    /// Moves what was recorded out, to a recorder that keeps it.
    #[cfg(feature = "train")]
    pub(crate) fn take(&mut self) -> Self {
        let records = self.records.iter_mut().map(|record| Record {
            value: record.value.take(),
            gradient: record.gradient.take(),
            room: None,
            ..*record
        });
        let (network, images) = (self.network, self.images);
        Self { network, images, records: records.collect(), starts: Vec::new() }
    }

    /// Takes the value of the first label out.
    pub(crate) fn into_value(self) -> Option<ArrayD<f32>> {
        self.records.into_iter().next()?.value
    }

    fn record(&self, label: &str) -> Result<&Record, Error> {
        self.records.iter().find(|r| r.name == label).ok_or_else(|| {
            unknown(self.network, label, self.records.iter().map(|r| r.name).collect())
        })
    }
}

/// The index, name and shape of a label.
///
/// # Errors
/// `N` has no such label.
#[cfg(feature = "train")]
pub(crate) fn find<N: Describe>(wanted: &str) -> Result<(usize, &'static str, Shape), Error> {
    find_in(N::NAME, N::LABELS, wanted)
}

/// The same for the network of that name with these labels.
///
/// # Errors
/// It has no such label.
pub(crate) fn find_in(
    network: &'static str,
    labels: &'static [(&'static str, Shape)],
    wanted: &str,
) -> Result<(usize, &'static str, Shape), Error> {
    match labels.iter().enumerate().find(|(_, (name, _))| *name == wanted) {
        Some((label, &(name, shape))) => Ok((label, name, shape)),
        None => Err(unknown(network, wanted, labels.iter().map(|(name, _)| *name).collect())),
    }
}

/// There is no such label among the known ones.
fn unknown(network: &'static str, label: &str, known: Vec<&'static str>) -> Error {
    let similar = similar(label, known.iter().copied());
    Error::UnknownLabel { network, label: label.to_owned(), known, similar }
}

/// Writes the real images of a value as planes.
fn plain(images: usize, shape: Shape, order: Order, data: &[f32], array: &mut ArrayD<f32>) {
    let Some(rows) = array.as_slice_mut() else { return };
    match order {
        Order::Planes { interleaved } => tensor::store(&Serial, data, interleaved, images, rows),
        Order::Blocks { halo } => {
            in_blocks(images, shape, halo, |plain, blocked| rows[plain] = data[blocked]);
        }
    }
}

/// Writes planes, N×C×H×W or N×elements, where a gradient lies.
fn lay(planes: &ArrayD<f32>, order: Order, data: &mut [f32]) {
    let (Some(rows), &[images, channels, ref field @ ..]) = (planes.as_slice(), planes.shape())
    else {
        return;
    };
    let (height, width) = match *field {
        [height, width] => (height, width),
        _ => (1, 1),
    };
    let shape = Shape::volume(channels, height, width);
    match order {
        Order::Planes { interleaved } => {
            let Ok(view) = planes.view().into_shape_with_order((images, shape.len())) else {
                return;
            };
            Part::vectors(view).load_gradients(&Serial, interleaved, data);
        }
        Order::Blocks { halo } => {
            data.fill(0.0);
            in_blocks(images, shape, halo, |plain, blocked| data[blocked] = rows[plain]);
        }
    }
}

/// Calls with the places of each number in planes and in blocks of channels.
fn in_blocks(images: usize, shape: Shape, halo: usize, mut each: impl FnMut(usize, usize)) {
    let [channels, height, width] = [shape.channels(), shape.height(), shape.width()];
    let grid = Grid::new([channels, height, width], halo);
    let mut plain = 0;
    for image in 0..images {
        for c in 0..channels {
            let block = image * grid.len() + c / LANES * grid.plane() + c % LANES;
            for i in 0..height {
                for j in 0..width {
                    each(plain, block + grid.pixel(i, j));
                    plain += 1;
                }
            }
        }
    }
}

impl Observer for Recorder {
    fn active(&self) -> bool {
        !self.records.is_empty() || !self.starts.is_empty()
    }

    fn value(&mut self, label: usize, order: Order, data: &[f32]) {
        for record in self.records.iter_mut().filter(|r| r.label == label) {
            record.value = record.fill(self.images, order, data);
        }
    }

    fn gradient(&mut self, label: usize, order: Order, data: &mut [f32]) {
        for (_, start) in self.starts.iter().filter(|(at, _)| *at == label) {
            lay(start, order, data);
        }
        for record in self.records.iter_mut().filter(|r| r.label == label) {
            record.gradient = record.fill(self.images, order, data);
        }
    }
}
