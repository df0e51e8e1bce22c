//! Recording the values of labels, and their gradients, as they are computed.

use crate::describe::Describe;
use crate::error::{Error, similar};
use crate::exec::Serial;
use crate::layout::{Grid, LANES, Order};
use crate::observer::Observer;
use crate::tensor;
use cnn_ir::Shape;
use ndarray::ArrayD;

/// Keeps the values and gradients of chosen labels as plain arrays.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    network: &'static str,
    images: usize,
    records: Vec<Record>,
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
        let record = |&wanted: &&str| {
            let found = N::LABELS.iter().enumerate().find(|(_, (name, _))| *name == wanted);
            let Some((label, &(name, shape))) = found else {
                let known = N::LABELS.iter().map(|(name, _)| *name).collect();
                return Err(unknown(N::NAME, wanted, known));
            };
            Ok(Record { label, name, shape, value: None, gradient: None, room: None })
        };
        let records = labels.iter().map(record).collect::<Result<_, _>>()?;
        Ok(Self { network: N::NAME, images: 0, records })
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

    /// Whether it keeps anything.
    #[cfg(feature = "train")]
    pub(crate) fn is_active(&self) -> bool {
        !self.records.is_empty()
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
        Self { network: self.network, images: self.images, records: records.collect() }
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

/// There is no such label among the known ones.
fn unknown(network: &'static str, label: &str, known: Vec<&'static str>) -> Error {
    let similar = similar(label, known.iter().copied());
    Error::UnknownLabel { network, label: label.to_owned(), known, similar }
}

/// Writes the real images of a value as planes.
fn plain(images: usize, shape: Shape, order: Order, data: &[f32], array: &mut ArrayD<f32>) {
    let Some(rows) = array.as_slice_mut() else { return };
    let [channels, height, width] = [shape.channels(), shape.height(), shape.width()];
    match order {
        Order::Planes { interleaved } => tensor::store(&Serial, data, interleaved, images, rows),
        Order::Blocks { halo } => {
            let grid = Grid::new([channels, height, width], halo);
            for (image, plane) in rows.chunks_exact_mut(shape.len()).enumerate() {
                for (c, plane) in plane.chunks_exact_mut(height * width).enumerate() {
                    let block = &data[image * grid.len() + c / LANES * grid.plane()..];
                    for (i, row) in plane.chunks_exact_mut(width).enumerate() {
                        for (j, x) in row.iter_mut().enumerate() {
                            *x = block[grid.pixel(i, j) + c % LANES];
                        }
                    }
                }
            }
        }
    }
}

impl Observer for Recorder {
    fn active(&self) -> bool {
        !self.records.is_empty()
    }

    fn value(&mut self, label: usize, order: Order, data: &[f32]) {
        for record in self.records.iter_mut().filter(|r| r.label == label) {
            record.value = record.fill(self.images, order, data);
        }
    }

    fn gradient(&mut self, label: usize, order: Order, data: &[f32]) {
        for record in self.records.iter_mut().filter(|r| r.label == label) {
            record.gradient = record.fill(self.images, order, data);
        }
    }
}
