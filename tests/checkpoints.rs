//! Runs that end and go on: the same bits as if they had not.

use cnn::cnn;
use cnn::data::{AlternatingFlip, Images, Loader, RandomCrop};
use cnn::ndarray::Array4;
use cnn::train::{
    Adam, Average, Checkpoints, Group, Lookahead, Plateau, Position, Schedule, Sgd, Trainer,
};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

cnn! {
    struct Net<
        2x8x8 -> conv1: conv(4, 3x3, pad=1) -> bn1: bn -> relu -> dropout(0.3) -> flatten -> head: dense(3)
    >;
    struct Other< 2x8x8 -> conv(4, 3x3, pad=1) -> relu -> flatten -> dense(3) >;
}

fn loader() -> Loader<Images> {
    let images = Array4::from_shape_fn((50, 2, 8, 8), |(n, c, i, j)| {
        ((n * 31 + c * 17 + i * 7 + j * 3) % 23) as f32 / 11.0 - 1.0
    });
    let data = Images::new(images, (0..50).map(|n| n % 3).collect(), 3).expect("a sound data set");
    Loader::new(data)
        .batch(8)
        .shuffle(5)
        .augment(RandomCrop::new(8, 8).zeros(1))
        .augment(AlternatingFlip)
}

fn trainer() -> Trainer<Net, Adam> {
    Trainer::new(Net::new(3), Adam::new(0.01))
        .group(Group::matching("head.*").optimizer(Sgd::new(0.05).momentum(0.9)))
        .schedule(Plateau::new(0.5, 0).warm_up(5, 0.1))
        .average(Average::exponential(0.9))
        .lookahead(Lookahead::new(3, 0.5))
        .seed(9)
        .threads(1)
}

/// Runs from a position to the end of epoch 3, or until that many steps were made.
fn run(trainer: &mut Trainer<Net, Adam>, at: &mut Position, steps: u64) {
    let loader = loader();
    while at.epoch < 3 {
        for batch in loader.resume(at.epoch, at.batch) {
            if trainer.steps() == steps {
                return;
            }
            let batch = batch.expect("a batch");
            trainer.step(batch.images.view(), &batch.targets).expect("a step");
            at.batch += 1;
        }
        trainer.observe(f64::from(u8::try_from(at.epoch).expect("few")) + 1.0);
        *at = Position::new(at.epoch + 1, 0);
    }
}

fn result(trainer: &Trainer<Net, Adam>) -> (Vec<u8>, Vec<u8>, u32) {
    let average = trainer.averaged().expect("an average").to_bytes();
    (trainer.network().to_bytes(), average, trainer.rate().to_bits())
}

#[test]
fn a_run_goes_on_as_if_it_had_never_ended() {
    let mut whole = trainer();
    run(&mut whole, &mut Position::default(), u64::MAX);
    assert_eq!(whole.steps(), 21);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.checkpoint");
    // In the middle of an epoch, at its end, before the first step.
    for stop in [0, 1, 4, 7, 10, 20] {
        let (mut first, mut at) = (trainer(), Position::default());
        run(&mut first, &mut at, stop);
        first.checkpoint(&path, at).expect("a checkpoint");
        drop(first);
        let mut second = trainer();
        let mut found = second.resume(&path).expect("a checkpoint");
        assert_eq!((found, second.steps()), (at, stop));
        run(&mut second, &mut found, u64::MAX);
        assert_eq!(result(&second), result(&whole), "ended after {stop} steps");
    }
}

#[test]
fn what_is_no_checkpoint_of_this_run_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.checkpoint");
    let (mut first, mut at) = (trainer(), Position::default());
    run(&mut first, &mut at, 4);
    first.checkpoint(&path, at).expect("a checkpoint");
    let good = fs::read(&path).expect("a file");
    let mut other = Trainer::new(Other::new(1), Adam::new(0.01));
    let text = other.resume(&path).unwrap_err().to_string();
    assert!(text.ends_with("found the network `Net`, expected the network `Other`"), "{text}");
    let mut plain = Trainer::new(Net::new(3), Sgd::new(0.1));
    let text = plain.resume(&path).unwrap_err().to_string();
    assert!(text.ends_with("tensors, expected 10, as of a run set up as this one is"), "{text}");
    let mut more = Trainer::new(Net::new(3), Sgd::new(0.1).momentum(0.9));
    more.checkpoint(&path, at).expect("a checkpoint");
    let mut second = trainer();
    let before = second.network().to_bytes();
    let text = second.resume(&path).unwrap_err().to_string();
    assert!(text.contains("found no such tensor, expected `"), "{text}");

    second.network().save(&path).expect("weights");
    let text = second.resume(&path).unwrap_err().to_string();
    let expected = "found no checkpoint, expected one that `Trainer::checkpoint` wrote";
    assert!(text.ends_with(expected), "{text}");
    for end in [0, 5, 100, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..end]).expect("a file");
        assert!(second.resume(&path).is_err(), "{end}");
    }
    // Bytes of the header that are others: an error or a checkpoint, but no panic.
    for byte in (0..good.len().min(2000)).step_by(3) {
        let mut bytes = good.clone();
        bytes[byte] ^= 0x11;
        fs::write(&path, bytes).expect("a file");
        let _ = trainer().resume(&path);
    }
    assert!(second.resume(folder.path().join("gone")).is_err());
    assert_eq!(second.network().to_bytes(), before);
    // A folder that cannot be written to loses nothing.
    assert!(first.checkpoint(folder.path().join("no/such/place"), at).is_err());
}

#[test]
fn the_last_ones_are_kept_and_the_best() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut checkpoints = Checkpoints::open(folder.path().join("run")).expect("a folder").last(2);
    let (mut trainer, mut at) = (trainer(), Position::default());
    assert_eq!(checkpoints.resume(&mut trainer).expect("a start"), at);
    for (stop, metric, best) in
        [(2, 0.5, true), (4, 0.4, false), (6, 0.6, true), (8, f64::NAN, false)]
    {
        run(&mut trainer, &mut at, stop);
        checkpoints.save(&mut trainer, at).expect("a checkpoint");
        assert_eq!(checkpoints.best(&mut trainer, at, metric).expect("a folder"), best);
    }
    let names: Vec<_> = checkpoints.all().expect("files").into_iter().collect();
    let names: Vec<_> =
        names.iter().map(|p| p.file_name().expect("a name").to_string_lossy()).collect();
    assert_eq!(names, ["step-000000000006.checkpoint", "step-000000000008.checkpoint"]);
    // The best is known again, and the last is gone on with.
    let mut again = Checkpoints::open(folder.path().join("run")).expect("a folder");
    let mut fresh = self::trainer();
    assert_eq!(again.resume(&mut fresh).expect("a checkpoint"), at);
    assert_eq!(fresh.steps(), 8);
    assert!(!again.best(&mut fresh, at, 0.55).expect("a folder"));
    let mut best = self::trainer();
    best.resume(folder.path().join("run/best.checkpoint")).expect("a checkpoint");
    assert_eq!(best.steps(), 6);
}

/// The folder in which a process finds its disk full.
const FULL: &str = "CNN_TEST_FULL_DISK";

/// Writes checkpoints while no file can have more than a few bytes.
fn write_in(folder: &Path) {
    let mut checkpoints = Checkpoints::open(folder).expect("a folder");
    let mut trainer = trainer();
    let mut at = checkpoints.resume(&mut trainer).expect("a checkpoint");
    let next = trainer.steps() + 1;
    run(&mut trainer, &mut at, next);
    let before = result(&trainer);
    let text = checkpoints.save(&mut trainer, at).unwrap_err().to_string();
    assert!(text.contains("checkpoint: cannot write"), "{text}");
    assert!(checkpoints.best(&mut trainer, at, 0.9).is_err());
    assert!(trainer.network().save(folder.join("weights.safetensors")).is_err());
    assert_eq!(result(&trainer), before);
    run(&mut trainer, &mut at, next + 1);
}

/// A limit to the size of files stands for the end of a disk: writing fails in the middle of a file.
#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    if let Some(folder) = std::env::var_os(FULL) {
        return write_in(Path::new(&folder));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut checkpoints = Checkpoints::open(folder.path()).expect("a folder").last(3);
    let (mut trainer, mut at) = (trainer(), Position::default());
    run(&mut trainer, &mut at, 3);
    checkpoints.save(&mut trainer, at).expect("a checkpoint");
    checkpoints.best(&mut trainer, at, 0.5).expect("a checkpoint");
    trainer.network().save(folder.path().join("weights.safetensors")).expect("weights");
    let files = || {
        let mut all: Vec<_> = fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("a file").path())
            .map(|path| (path.clone(), fs::read(path).expect("a file")))
            .collect();
        all.sort();
        all
    };
    let before = files();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" --exact \"$1\""])
        .arg(std::env::current_exe().expect("this program"))
        .arg("a_full_disk_is_an_error_and_loses_nothing")
        .env(FULL, folder.path())
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(files() == before, "files are as they were, and none was left");
}

/// The folder in which a process trains until it is killed.
const FOLDER: &str = "CNN_TEST_CHECKPOINTS";

/// Trains, with a checkpoint after every step; at the end, there is a file with the weights.
fn train_in(folder: &Path) {
    let mut checkpoints = Checkpoints::open(folder).expect("a folder").last(2);
    let mut trainer = trainer();
    let mut at = checkpoints.resume(&mut trainer).expect("a checkpoint that is whole");
    while at.epoch < 3 {
        let next = trainer.steps() + 1;
        run(&mut trainer, &mut at, next);
        checkpoints.save(&mut trainer, at).expect("a checkpoint");
    }
    trainer.network().save(folder.join("weights.safetensors")).expect("weights");
}

#[test]
fn a_process_that_is_killed_again_and_again_ends_with_the_same_weights() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return train_in(Path::new(&folder));
    }
    let mut whole = trainer();
    run(&mut whole, &mut Position::default(), u64::MAX);
    let program = std::env::current_exe().expect("this program");
    let mut kills = 0u64;
    for round in 0..3u64 {
        let folder = tempfile::tempdir().expect("a folder");
        let mut wait = 3 + round;
        loop {
            let mut child = Command::new(&program)
                .args([
                    "--exact",
                    "a_process_that_is_killed_again_and_again_ends_with_the_same_weights",
                ])
                .env(FOLDER, folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("this program again");
            // At moments without a pattern; later and later, so that there is an end.
            wait = wait * 7 % 23 + wait / 2 + 5 + kills / 8;
            std::thread::sleep(Duration::from_millis(wait));
            child.kill().ok();
            kills += 1;
            if child.wait().expect("its end").success() {
                break;
            }
            assert!(kills < 500, "the run comes to an end");
        }
        let weights = fs::read(folder.path().join("weights.safetensors")).expect("weights");
        assert_eq!(weights, whole.network().to_bytes(), "round {round}");
    }
    assert!(kills > 3, "some were killed before the end");
}
