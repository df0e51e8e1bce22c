//! Whole runs: callbacks, early stopping, the rate finder, several looks at each image.

use cnn::data::{Arrays, Images, Loader};
use cnn::ndarray::{Array1, Array2, Array4, s};
use cnn::train::{
    Adam, Average, Callback, Checkpoints, EarlyStopping, EpochReport, Lookahead, MeanOf,
    MeanSquaredError, Plateau, Position, Progress, RateFinder, Sgd, Trainer, Validation, Views,
};
use cnn::{Error, cnn};
use std::ops::ControlFlow;

cnn! {
    struct Net<1x6x6 -> conv1: conv(4, 3x3) -> bn1: bn -> relu -> dropout(0.2) -> flatten -> head: dense(3)>;
    struct Plain<1x6x6 -> conv(4, 3x3) -> relu -> flatten -> dense(3)>;
    struct Columns<1x6x6 -> global_avgpool -> flatten -> dense(2)>;
    struct Line<1x6x6 -> flatten -> dense(1)>;
}

fn data(n: usize) -> Images {
    let images = Array4::from_shape_fn((n, 1, 6, 6), |(n, _, i, j)| {
        let bright = j / 2 == n % 3;
        if bright { 1.0 } else { ((n * 7 + i * 5 + j * 3) % 11) as f32 / 20.0 }
    });
    Images::new(images, (0..n).map(|n| n % 3).collect(), 3).expect("a sound data set")
}

fn loader() -> Loader<Images> {
    Loader::new(data(60)).batch(12).shuffle(4)
}

fn trainer() -> Trainer<Net, Adam> {
    Trainer::new(Net::new(3), Adam::new(0.01))
        .average(Average::exponential(0.9))
        .lookahead(Lookahead::new(3, 0.5))
        .schedule(Plateau::new(0.5, 1))
        .stop_early(EarlyStopping::new(3))
        .seed(9)
        .threads(1)
}

/// A metric that somebody made up: better until epoch 4, then worse.
struct MadeUp;

impl<R> Callback<R> for MadeUp {
    fn measure(&mut self, _: &mut R, report: &EpochReport) -> Result<Option<f64>, Error> {
        let epoch = report.epoch as f64;
        Ok(Some((epoch - 4.0).abs()))
    }
}

#[test]
fn a_run_ends_early_with_its_best_weights() {
    let mut trainer = trainer();
    let mut best = Vec::new();
    let mut look = |trainer: &mut Trainer<Net, Adam>, report: &EpochReport| {
        if report.epoch == 4 {
            best = trainer.network().to_bytes();
        }
        Ok(ControlFlow::Continue(()))
    };
    let fitted = trainer.fit(&loader(), 50, &mut [&mut MadeUp, &mut look]).expect("a run");
    assert_eq!(fitted.epochs.len(), 8);
    assert_eq!(fitted.epochs[7].metric, Some(3.0));
    let reason = "3 observations in a row were not better than 0";
    assert_eq!(fitted.stopped.as_deref(), Some(reason));
    assert!(trainer.network().to_bytes() == best, "the weights of epoch 4");
    assert_eq!((trainer.steps(), trainer.epochs(), fitted.epochs[0].images), (40, 8, 60));
    assert!(trainer.should_stop());
    // The plain loop does the same.
    let mut plain = self::trainer();
    for epoch in 0..50 {
        for batch in loader().epoch(epoch) {
            plain.learn(&batch.expect("a batch")).expect("a step");
        }
        plain.observe((epoch as f64 - 4.0).abs());
        if plain.should_stop() {
            break;
        }
    }
    plain.restore_best();
    assert!(plain.network().to_bytes() == best);
}

#[test]
fn what_early_stopping_knows_is_in_a_checkpoint() {
    let whole = {
        let mut trainer = trainer();
        trainer.fit(&loader(), 50, &mut [&mut MadeUp]).expect("a run");
        trainer.network().to_bytes()
    };
    let folder = tempfile::tempdir().expect("a folder");
    // Ended in the middle of an epoch, after the best one, and when all was over.
    for steps in [3, 17, 29, 33, 1000] {
        struct Kill(u64);
        impl<R> Callback<R> for Kill {
            fn on_step(&mut self, _: &mut R, _: &Progress) -> Result<ControlFlow<String>, Error> {
                self.0 = self.0.saturating_sub(1);
                let go_on = self.0 > 0;
                Ok(if go_on {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break("killed".into())
                })
            }
        }
        let at = folder.path().join(steps.to_string());
        let mut checkpoints =
            Checkpoints::open(&at).expect("a folder").every(2).smaller_is_better();
        let mut first = trainer();
        let callbacks: &mut [&mut dyn Callback<_>] =
            &mut [&mut MadeUp, &mut checkpoints, &mut Kill(steps)];
        let fitted = first.fit(&loader(), 50, callbacks).expect("a run");
        assert_eq!(fitted.stopped.as_deref() == Some("killed"), steps < 40);
        drop(first);
        let mut second = trainer();
        let at: Position = checkpoints.resume(&mut second).expect("a checkpoint");
        let made = second.steps();
        assert!(
            made <= steps && steps - made <= 2 || steps > 40 && made == 40,
            "{made} of {steps}"
        );
        let fitted = second.fit_from(at, &loader(), 50, &mut [&mut MadeUp]).expect("a run");
        assert!(fitted.stopped.is_some_and(|reason| reason.contains("not better than 0")));
        assert!(second.network().to_bytes() == whole, "ended after {steps} steps");
    }
    // A run without early stopping refuses a checkpoint with it, and the other way round.
    let path = folder.path().join("plain.checkpoint");
    let mut without = Trainer::new(Net::new(3), Adam::new(0.01)).threads(1);
    without.checkpoint(&path, Position::default()).expect("a checkpoint");
    let mut with =
        Trainer::new(Net::new(3), Adam::new(0.01)).stop_early(EarlyStopping::new(1)).threads(1);
    let text = with.resume(&path).unwrap_err().to_string();
    assert!(text.contains("found no such tensor, expected `best."), "{text}");
}

#[test]
fn the_best_checkpoint_is_that_of_the_best_epoch() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut checkpoints =
        Checkpoints::open(folder.path()).expect("a folder").last(2).smaller_is_better();
    let mut run = trainer();
    run.fit(&loader(), 7, &mut [&mut MadeUp, &mut checkpoints]).expect("a run");
    let mut best = trainer();
    let at = best.resume(folder.path().join("best.checkpoint")).expect("a checkpoint");
    assert_eq!(at, Position::new(5, 0));
    assert_eq!(checkpoints.all().expect("a folder").len(), 2);
}

#[test]
fn validation_judges_by_accuracy_and_numbers_are_checked() {
    let (train, test) = data(90).split(60, 1).expect("two parts");
    let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1).momentum(0.9))
        .stop_early(EarlyStopping::new(5).larger_is_better().min_delta(1e-3))
        .threads(1);
    let loader = Loader::new(train).batch(12).shuffle(1);
    let fitted = trainer.fit(&loader, 60, &mut [&mut Validation::new(&test)]).expect("a run");
    let last = fitted.epochs.last().expect("an epoch");
    assert!(last.metric.is_some_and(|accuracy| accuracy > 0.9), "{last:?}");
    assert!(last.accuracy > 0.9 && fitted.stopped.is_some());
    assert!(fitted.epochs.len() < 60);
    for (rule, argument) in [
        (EarlyStopping::new(0), "patience"),
        (EarlyStopping::new(1).min_delta(-1.0), "min_delta"),
        (EarlyStopping::new(1).min_delta(f64::NAN), "min_delta"),
    ] {
        let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1)).stop_early(rule).threads(1);
        let text = trainer.fit(&loader, 1, &mut []).unwrap_err().to_string();
        assert!(text.starts_with(&format!("{argument} of `EarlyStopping`: found ")), "{text}");
    }
}

#[test]
fn finding_a_rate_changes_nothing() {
    let mut trainer = trainer();
    let mut other = self::trainer();
    for batch in loader().epoch(0) {
        let batch = batch.expect("a batch");
        trainer.learn(&batch).expect("a step");
        other.learn(&batch).expect("a step");
    }
    let finder = RateFinder::new(1e-5, 100.0).steps(60).smoothing(0.9);
    let curve = trainer.find_rate(&loader(), &finder).expect("a curve");
    assert_eq!(trainer.find_rate(&loader(), &finder).expect("the same curve"), curve);
    let rate = curve.suggestion().expect("a rate");
    assert!((1e-4..1.0).contains(&rate), "{rate}");
    assert!(curve.losses.len() > 20 && curve.rates[0] == 1e-5);
    for batch in loader().epoch(1) {
        let batch = batch.expect("a batch");
        let losses = [trainer.learn(&batch), other.learn(&batch)].map(|loss| loss.expect("a step"));
        assert_eq!(losses[0].to_bits(), losses[1].to_bits());
    }
    assert!(trainer.network().to_bytes() == other.network().to_bytes());
    let averages = [&trainer, &other].map(|run| run.averaged().expect("an average").to_bytes());
    assert!(averages[0] == averages[1]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rates.svg");
    curve.save_svg(&path).expect("a file");
    let svg = std::fs::read_to_string(&path).expect("a file");
    for word in ["learning rate", "loss", "suggested: ", "smoothed", "</svg>"] {
        assert!(svg.contains(word), "{word}");
    }
    if let Some(copy) = std::env::var_os("CNN_RATES_SVG") {
        std::fs::copy(&path, copy).expect("a file");
    }
    // A loss that is no number ends the search; a rate of zero can't be scaled.
    let (images, numbers) = (data(60).images().to_owned(), Array1::from_shape_fn(60, |n| n as f32));
    let numbers = Loader::new(Arrays::new(images, numbers).expect("a data set")).batch(12);
    let mut wild = Trainer::new(Line::new(1), Sgd::new(0.1)).loss(MeanSquaredError).threads(1);
    let finder = RateFinder::new(1.0, 1e30).steps(40).worst(1e38);
    let curve = wild.find_rate(&numbers, &finder).expect("a curve");
    assert!((2..40).contains(&curve.rates.len()), "{}", curve.rates.len());
    assert!(wild.network().to_bytes() == Line::new(1).to_bytes());
    let mut none = Trainer::new(Plain::new(1), Sgd::new(0.0)).threads(1);
    assert!(none.find_rate(&loader(), &RateFinder::new(1e-3, 1.0)).is_err());
}

#[test]
fn views_are_averaged_by_their_weights() {
    let (net, images) = (Plain::new(2), data(300).images().to_owned());
    let mirrored = images.slice(s![.., .., .., ..;-1]).to_owned();
    let one = Views::new().scores(&net, images.view()).expect("scores");
    assert_eq!(one, net.forward(images.view()));
    let both = Views::new().mirrored().scores(&net, images.view()).expect("scores");
    let expected = (net.forward(images.view()) + net.forward(mirrored.view())) / 2.0;
    let close =
        |a: &Array2<f32>, b: &Array2<f32>| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(close(&both, &expected));
    let brighter = images.mapv(|x| 2.0 * x);
    let expected = (net.forward(images.view()) + 3.0 * net.forward(brighter.view())) / 4.0;
    let views = Views::new().view(3.0, |images| images.mapv(|x| 2.0 * x));
    assert!(close(&views.scores(&net, images.view()).expect("scores"), &expected));
    // A network that sees only the mean of all pixels does not mind a mirror.
    let columns = Columns::new(1);
    let looks =
        Views::new().shift(0.5, [-1, -1]).shift(0.5, [1, 1]).mirrored().mean(MeanOf::Probabilities);
    let scores = looks.scores(&columns, images.view()).expect("scores");
    assert!(scores.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-5));
    let logs =
        looks.mean(MeanOf::LogProbabilities).scores(&columns, images.view()).expect("scores");
    assert!(logs.iter().zip(&scores).all(|(log, p)| *log <= p.ln() + 1e-5));

    let text = |views: &Views| views.scores(&net, images.view()).unwrap_err().to_string();
    let half = Views::new().view(1.0, |images| images.slice(s![..1, .., .., ..]).to_owned());
    assert_eq!(text(&half), "input 0 of `Plain`: found 1 images, expected 256 as in input 0");
    assert!(
        text(&Views::new().view(-1.0, |x| x.to_owned())).contains("found 0, expected a finite")
    );
    let small = Views::new().view(1.0, |images| images.slice(s![.., .., ..3, ..]).to_owned());
    assert!(text(&small).starts_with("input 0 of `Plain`: found an array of 256×1×3×6"));
}
