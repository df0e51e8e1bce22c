//! What is kept of a run, and `metrics.csv`.

use crate::error::Error;
use cnn::train::Metrics;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

/// What an epoch came to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Which one, from 1.
    pub epoch: u64,
    /// Images that were trained on.
    pub images: usize,
    /// Mean loss over them, each at the time it was seen.
    pub loss: f64,
    /// Part of them that were right when they were seen; NaN where the loss knows no classes.
    pub accuracy: f64,
    /// Learning rate of the last step.
    pub rate: f64,
    /// Images a second, without what lies between epochs.
    pub images_per_second: f64,
    /// Seconds since training began, validation and all else included.
    pub seconds: f64,
    /// How good the network was afterwards, if it was asked.
    pub validation: Option<Validated>,
}

/// Of [`Metrics`], what is one number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Validated {
    /// [`Metrics::loss`].
    pub loss: f64,
    /// [`Metrics::top1`].
    pub top1: f64,
    /// [`Metrics::top5`].
    pub top5: f64,
    /// [`Metrics::precision`].
    pub precision: f64,
    /// [`Metrics::recall`].
    pub recall: f64,
    /// [`Metrics::f1`].
    pub f1: f64,
    /// [`Metrics::auroc`].
    pub auroc: f64,
    /// [`Metrics::calibration_error`].
    pub calibration_error: f64,
}

impl From<&Metrics> for Validated {
    fn from(metrics: &Metrics) -> Self {
        Self {
            loss: metrics.loss,
            top1: metrics.top1,
            top5: metrics.top5,
            precision: metrics.precision(),
            recall: metrics.recall(),
            f1: metrics.f1(),
            auroc: metrics.auroc,
            calibration_error: metrics.calibration_error,
        }
    }
}

pub(crate) const FILE: &str = "metrics.csv";

const COLUMNS: [&str; 15] = [
    "epoch",
    "images",
    "loss",
    "accuracy",
    "learning_rate",
    "images_per_second",
    "seconds",
    "val_loss",
    "val_top1",
    "val_top5",
    "val_precision",
    "val_recall",
    "val_f1",
    "val_auroc",
    "val_ece",
];

impl Epoch {
    fn numbers(&self) -> [f64; 15] {
        let v = self.validation;
        let of = |number: fn(Validated) -> f64| v.map_or(f64::NAN, number);
        [
            self.epoch as f64,
            self.images as f64,
            self.loss,
            self.accuracy,
            self.rate,
            self.images_per_second,
            self.seconds,
            of(|v| v.loss),
            of(|v| v.top1),
            of(|v| v.top5),
            of(|v| v.precision),
            of(|v| v.recall),
            of(|v| v.f1),
            of(|v| v.auroc),
            of(|v| v.calibration_error),
        ]
    }

    fn of([epoch, images, numbers @ ..]: [f64; 15]) -> Self {
        let [loss, accuracy, rate, images_per_second, seconds, validation @ ..] = numbers;
        let asked = validation.iter().any(|x| !x.is_nan());
        let [v_loss, top1, top5, precision, recall, f1, auroc, calibration_error] = validation;
        let validation =
            Validated { loss: v_loss, top1, top5, precision, recall, f1, auroc, calibration_error };
        Self {
            epoch: epoch as u64,
            images: images as usize,
            loss,
            accuracy,
            rate,
            images_per_second,
            seconds,
            validation: asked.then_some(validation),
        }
    }
}

/// The file, to which a row is added after each epoch.
#[derive(Debug)]
pub(crate) struct Table {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl Table {
    /// A new file with its header alone.
    pub(crate) fn create(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(folder, "make"))?;
        let path = folder.join(FILE);
        let file = match File::create_new(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(Error::Exists { path });
            }
            file => file.map_err(Error::io(&path, "write"))?,
        };
        let mut table = Self { path, writer: csv::Writer::from_writer(file) };
        table.write(COLUMNS.map(str::to_owned))?;
        Ok(table)
    }

    /// The file of an earlier run with its first `epochs` rows, which are returned too; the others are gone.
    pub(crate) fn resume(folder: &Path, epochs: u64) -> Result<(Self, Vec<Epoch>), Error> {
        let path = folder.join(FILE);
        let mut rows = read(&path)?;
        rows.retain(|row| row.epoch <= epochs);
        // Written whole beside the old one, so that a full disk loses nothing.
        let fresh = folder.join("metrics.csv.tmp");
        let file = File::create(&fresh).map_err(Error::io(&fresh, "write"))?;
        let mut table = Self { path: fresh.clone(), writer: csv::Writer::from_writer(file) };
        table.write(COLUMNS.map(str::to_owned))?;
        rows.iter().try_for_each(|row| table.add(row))?;
        fs::rename(&fresh, &path).map_err(Error::io(&path, "replace"))?;
        let file =
            OpenOptions::new().append(true).open(&path).map_err(Error::io(&path, "write"))?;
        Ok((Self { path, writer: csv::Writer::from_writer(file) }, rows))
    }

    pub(crate) fn add(&mut self, epoch: &Epoch) -> Result<(), Error> {
        // What has no value is an empty cell.
        let cell = |x: f64| if x.is_nan() { String::new() } else { x.to_string() };
        self.write(epoch.numbers().map(cell))
    }

    fn write(&mut self, cells: [String; 15]) -> Result<(), Error> {
        let written = self.writer.write_record(cells).map_err(std::io::Error::from);
        written.and_then(|()| self.writer.flush()).map_err(Error::io(&self.path, "write"))
    }
}

fn read(path: &Path) -> Result<Vec<Epoch>, Error> {
    let file = File::open(path).map_err(Error::io(path, "read"))?;
    let wrong =
        |found: String, expected: String| Error::Csv { path: path.to_owned(), found, expected };
    let mut reader = csv::Reader::from_reader(file);
    let broken = |error: csv::Error| wrong(error.to_string(), "rows of numbers".to_owned());
    let header = reader.headers().map_err(broken)?;
    if header != COLUMNS.as_slice() {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(wrong(format!("the columns {found}"), COLUMNS.join(",")));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let mut numbers = [f64::NAN; 15];
        for ((number, cell), column) in numbers.iter_mut().zip(&record).zip(COLUMNS) {
            if !cell.is_empty() {
                let expected = || wrong(format!("`{cell}` as {column}"), "a number".to_owned());
                *number = cell.parse().map_err(|_| expected())?;
            }
        }
        rows.push(Epoch::of(numbers));
    }
    Ok(rows)
}

/// What is kept of the steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Epochs since training began.
    pub(crate) at: f64,
    pub(crate) loss: f64,
    pub(crate) rate: f64,
}

/// Points of a curve, of which there are never more than a screen shows.
#[derive(Debug)]
pub(crate) struct Curve {
    points: Vec<Point>,
    /// Steps that make a point together.
    stride: usize,
    sum: Point,
    summed: usize,
}

impl Default for Curve {
    fn default() -> Self {
        let sum = Point { at: 0.0, loss: 0.0, rate: 0.0 };
        Self { points: Vec::new(), stride: 1, sum, summed: 0 }
    }
}

/// Points of a curve at most.
const MOST_POINTS: usize = 600;

impl Curve {
    pub(crate) fn add(&mut self, point: Point) {
        self.sum.loss += point.loss;
        self.summed += 1;
        if self.summed < self.stride {
            return;
        }
        // The mean loss, and the last rate.
        self.points.push(Point { loss: self.sum.loss / self.summed as f64, ..point });
        (self.sum.loss, self.summed) = (0.0, 0);
        if self.points.len() >= MOST_POINTS {
            let pair = |pair: &[Point]| {
                let last = pair[pair.len() - 1];
                Point { loss: pair.iter().map(|p| p.loss).sum::<f64>() / pair.len() as f64, ..last }
            };
            self.points = self.points.chunks(2).map(pair).collect();
            self.stride *= 2;
        }
    }

    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_stays_short() {
        let mut curve = Curve::default();
        for i in 0..100_000 {
            let rate = i as f64;
            curve.add(Point { at: rate / 1000.0, loss: f64::from(i % 2), rate });
        }
        assert!((MOST_POINTS / 3..MOST_POINTS).contains(&curve.points.len()));
        assert!(curve.points.iter().all(|p| (p.loss - 0.5).abs() < 1e-9));
        assert!(curve.points.windows(2).all(|pair| pair[0].at < pair[1].at));
    }
}
