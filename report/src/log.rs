//! A training run as one sees it.

use crate::error::Error;
use crate::history::{Curve, Epoch, Point, Table, Validated};
use crate::text;
use cnn::train::{Metrics, StepReport};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Between two lines where there is no terminal.
const LINES_EVERY: Duration = Duration::from_secs(10);

/// Shows how far a run is, and keeps what each epoch came to.
///
/// In a terminal, a bar shows the loss, the accuracy, images a second and the time that is left, of the epoch so
/// far; elsewhere, it is a line every ten seconds. Both go to the standard error stream. After each epoch, a line of
/// a table goes to the standard output, and a row to `metrics.csv`, if the log has a folder.
#[derive(Debug)]
pub struct Log {
    /// Epochs of the whole run, and steps of each.
    epochs: u64,
    steps: u64,
    bar: ProgressBar,
    table: Option<Table>,
    rows: Vec<Epoch>,
    curve: Curve,
    /// When this process began, and how long those before it had taken.
    start: Instant,
    before: Duration,
    /// Steps that this process made.
    made: u64,
    /// Epochs that are done.
    done: u64,
    now: Now,
}

/// The epoch so far.
#[derive(Debug)]
struct Now {
    start: Instant,
    last: Instant,
    line: Instant,
    steps: u64,
    images: usize,
    loss: f64,
    right: f64,
    rate: f64,
}

impl Now {
    fn new() -> Self {
        let start = Instant::now();
        let (loss, right, rate) = (0.0, 0.0, f64::NAN);
        Self { start, last: start, line: start, steps: 0, images: 0, loss, right, rate }
    }

    fn mean(&self, sum: f64) -> f64 {
        sum / self.images as f64
    }

    fn speed(&self) -> f64 {
        self.images as f64 / (self.last - self.start).as_secs_f64().max(1e-9)
    }
}

impl Log {
    /// Of a run of `epochs` epochs of `steps` steps, without a file.
    pub fn new(epochs: u64, steps: u64) -> Self {
        let style = ProgressStyle::with_template("{bar:24.cyan/dim} {percent:>3}%  {msg}");
        let bar = ProgressBar::new(epochs.saturating_mul(steps));
        Self {
            epochs,
            steps,
            bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())),
            table: None,
            rows: Vec::new(),
            curve: Curve::default(),
            start: Instant::now(),
            before: Duration::ZERO,
            made: 0,
            done: 0,
            now: Now::new(),
        }
    }

    /// The same, with a file `metrics.csv` in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The file can't be written, or there is one already.
    pub fn to(folder: impl AsRef<Path>, epochs: u64, steps: u64) -> Result<Self, Error> {
        Ok(Self { table: Some(Table::create(folder.as_ref())?), ..Self::new(epochs, steps) })
    }

    /// Goes on with the log of a run that ended early, after its first `done` epochs, such as
    /// [`Position::epoch`](cnn::train::Position) says; the rows of others, which will be made again, are taken out
    /// of the file.
    ///
    /// # Errors
    /// The file can't be read or written, or is no such file.
    pub fn resume(
        folder: impl AsRef<Path>,
        epochs: u64,
        steps: u64,
        done: u64,
    ) -> Result<Self, Error> {
        let (table, rows) = Table::resume(folder.as_ref(), done)?;
        let mut log = Self { table: Some(table), done, ..Self::new(epochs, steps) };
        for row in &rows {
            log.curve.add(Point { at: row.epoch as f64, loss: row.loss, rate: row.rate });
        }
        let seconds = rows.last().map_or(0.0, |row| row.seconds);
        log.before = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        log.rows = rows;
        log.bar.set_position(done.saturating_mul(steps));
        Ok(log)
    }

    /// After each step: `log.step(trainer.last())`, or with what
    /// [`Trainer::epoch`](cnn::train::Trainer::epoch) tells.
    pub fn step(&mut self, step: impl Into<StepReport>) {
        let step = step.into();
        let now = &mut self.now;
        now.last = Instant::now();
        now.steps += 1;
        now.images += step.images;
        now.loss += f64::from(step.loss) * step.images as f64;
        now.right += step.accuracy * step.images as f64;
        now.rate = f64::from(step.rate);
        self.made += 1;
        let at = self.done as f64 + now.steps as f64 / self.steps.max(1) as f64;
        self.curve.add(Point { at, loss: f64::from(step.loss), rate: now.rate });
        self.bar.inc(1);
        if !self.bar.is_hidden() {
            self.bar.set_message(self.line());
        } else if self.now.last - self.now.line >= LINES_EVERY {
            self.now.line = self.now.last;
            let (step, steps) = (self.now.steps, self.steps);
            // A closed stream is no reason to end the training.
            let _ = writeln!(std::io::stderr(), "step {step}/{steps} of {}", self.line());
        }
    }

    /// The epoch so far, in a line.
    fn line(&self) -> String {
        let now = &self.now;
        let mut line =
            format!("epoch {}/{}  loss {:.4}", self.done + 1, self.epochs, now.mean(now.loss));
        if !now.right.is_nan() {
            line += &format!("  accuracy {}", text::percent(now.mean(now.right)));
        }
        line += &format!("  {} images/s", text::rounded(now.speed()));
        let all = self.epochs.saturating_mul(self.steps);
        let left = all.saturating_sub(self.done.saturating_mul(self.steps) + now.steps);
        let each = (now.last - self.start).as_secs_f64() / self.made.max(1) as f64;
        if let Ok(left) = Duration::try_from_secs_f64(each * left as f64) {
            line += &format!("  {} left", text::time(left));
        }
        line
    }

    /// After each epoch, with how good the network is on other images, or with `None`.
    ///
    /// # Errors
    /// `metrics.csv` can't be written.
    pub fn epoch<'a>(&mut self, metrics: impl Into<Option<&'a Metrics>>) -> Result<(), Error> {
        let now = std::mem::replace(&mut self.now, Now::new());
        self.done += 1;
        let row = Epoch {
            epoch: self.done,
            images: now.images,
            loss: now.mean(now.loss),
            accuracy: now.mean(now.right),
            rate: now.rate,
            images_per_second: now.speed(),
            seconds: (self.before + self.start.elapsed()).as_secs_f64(),
            validation: metrics.into().map(Validated::from),
        };
        let first = self.rows.is_empty();
        self.rows.push(row);
        self.bar.suspend(|| {
            let mut out = std::io::stdout();
            let header = if first { format!("{HEADER}\n") } else { String::new() };
            let _ = writeln!(out, "{header}{}", line(&row));
        });
        self.table.as_mut().map_or(Ok(()), |table| table.add(&row))
    }

    /// Takes the bar away, and says how long training took.
    pub fn end(&self) {
        self.bar.finish_and_clear();
        let time = text::time(self.before + self.start.elapsed());
        let _ = writeln!(std::io::stdout(), "trained in {time}");
    }

    /// What the epochs came to.
    pub fn rows(&self) -> &[Epoch] {
        &self.rows
    }

    pub(crate) fn curve(&self) -> &[Point] {
        self.curve.points()
    }
}

const HEADER: &str =
    "epoch     loss  accuracy  val loss  val top-1       rate    images/s         time";

/// The line of an epoch, below [`HEADER`].
fn line(row: &Epoch) -> String {
    let validated = |number: fn(Validated) -> f64| row.validation.map_or(f64::NAN, number);
    format!(
        "{:>5}  {:>7}  {:>8}  {:>8}  {:>9}  {:>9}  {:>10}  {:>11}",
        row.epoch,
        text::decimal(row.loss, 4),
        text::percent(row.accuracy),
        text::decimal(validated(|v| v.loss), 4),
        text::percent(validated(|v| v.top1)),
        if row.rate.is_nan() { text::decimal(row.rate, 0) } else { format!("{:.3e}", row.rate) },
        text::rounded(row.images_per_second),
        text::time(Duration::try_from_secs_f64(row.seconds).unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use cnn::ndarray::array;

    fn metrics() -> Metrics {
        Metrics::of(array![[2.0, 1.0], [0.0, 1.0]].view(), &[0, 0]).expect("metrics")
    }

    fn step(loss: f32) -> StepReport {
        let mut report = report();
        (report.loss, report.accuracy, report.images, report.rate) = (loss, 0.5, 10, 0.1);
        report
    }

    /// Made by a trainer, since it is not for others to make.
    fn report() -> StepReport {
        cnn::cnn! { struct Net<1x2x2 -> flatten -> dense(2)>; }
        cnn::train::Trainer::new(Net::new(1), cnn::train::Sgd::new(0.1)).last()
    }

    #[test]
    fn lines_stand_below_their_header() {
        let mut log = Log::new(3, 2);
        log.step(step(0.5));
        log.step(step(1.5));
        assert!(
            log.line().starts_with("epoch 1/3  loss 1.0000  accuracy 50.00%  "),
            "{}",
            log.line()
        );
        assert!(
            log.line().contains(" images/s  ") && log.line().ends_with(" left"),
            "{}",
            log.line()
        );
        log.epoch(&metrics()).expect("no file");
        let row = log.rows()[0];
        assert_eq!((row.epoch, row.images, row.loss, row.accuracy), (1, 20, 1.0, 0.5));
        let line = line(&Epoch { images_per_second: 12_345.6, seconds: 75.0, ..row });
        assert_eq!(line.chars().count(), HEADER.chars().count(), "{line}");
        for (column, cell) in [("loss", "1.0000"), ("val top-1", "50.00%"), ("rate", "1.000e-1")] {
            let end = HEADER.find(&format!("  {column} ")).expect(column) + 2 + column.len();
            assert!(line[..end].ends_with(cell), "{column}: {line}");
        }
        log.epoch(None).expect("no file");
        assert!(super::line(&log.rows()[1]).contains('–'));
    }

    #[test]
    fn a_log_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/metrics.csv");
        let dir = path.parent().expect("a folder");
        let mut log = Log::to(dir, 5, 1).expect("a log");
        for loss in [3.0, 2.0, 1.0] {
            log.step(step(loss));
            let metrics = metrics();
            log.epoch((loss > 1.5).then_some(&metrics)).expect("a row");
        }
        let rows = log.rows().to_vec();
        drop(log);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(text.lines().count(), 4, "{text}");
        let last = text.lines().last().expect("a row");
        assert!(last.starts_with("3,10,1,0.5,0.1") && last.ends_with(",,,,,,,,"), "{last}");

        let error = Log::to(dir, 5, 1).expect_err("nothing is overwritten").to_string();
        assert!(error.contains("metrics.csv: found the log of an earlier run"), "{error}");

        let mut log = Log::resume(dir, 5, 1, 2).expect("a log");
        assert_eq!(log.rows().iter().map(|row| row.loss).collect::<Vec<_>>(), [3.0, 2.0]);
        // What has no value is there, too, but equals nothing.
        assert_eq!(format!("{:?}", log.rows()[1]), format!("{:?}", rows[1]));
        log.step(step(0.5));
        log.epoch(&metrics()).expect("a row");
        assert!(log.rows()[2].seconds >= rows[1].seconds);
        drop(log);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(text.lines().count(), 4);
        assert!(text.lines().last().expect("a row").starts_with("3,10,0.5,"), "{text}");

        std::fs::write(&path, "a,b\n1,2\n").expect("written");
        let error = Log::resume(dir, 5, 1, 2).expect_err("another file").to_string();
        assert!(error.contains("found the columns a,b, expected epoch,images"), "{error}");
    }
}
