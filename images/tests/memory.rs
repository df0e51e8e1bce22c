//! Training on a folder of pictures that does not fit into memory.
//!
//! `cargo test --release -p cnn-images --test memory -- --ignored --nocapture` trains on 50,000 JPEGs of 32×32 and
//! of 500×375 pixels, and says what that took; it writes them to a temporary folder first (about 800 MiB, most of
//! them links). With `CNN_PICTURES=FOLDER`, it takes the pictures of `FOLDER/CLASS/*.jpg` instead.

#![cfg(target_os = "linux")]

use cnn::cnn;
use cnn::data::{AlternatingFlip, Loader, RandomCrop, Resize};
use cnn::train::{Sgd, Trainer};
use cnn_images::Folder;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

cnn! {
    struct Small<3x32x32 -> conv(8, 3x3, stride=2) -> relu -> conv(16, 3x3, stride=2) -> relu -> global_avgpool -> flatten -> dense(10)>;
}

/// The most memory that the process has had so far, in MiB.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes / 1024.0
}

/// `count` pictures in ten classes, of which `drawn` are drawn and the others are links to them.
fn folder(at: &Path, count: usize, drawn: usize, [width, height]: [u32; 2]) {
    let path = |i: usize| at.join(format!("class{}", i % 10)).join(format!("{i}.jpg"));
    (0..10)
        .for_each(|class| fs::create_dir_all(at.join(format!("class{class}"))).expect("a folder"));
    for i in 0..count {
        if i >= drawn {
            fs::hard_link(path(i % drawn), path(i)).expect("a link");
            continue;
        }
        let wave = |x: u32, y: u32, c: u32| {
            let phase = (x * (3 + c) + y * (5 - c)) as f32 / 40.0 + i as f32;
            (128.0 + 90.0 * phase.sin() + ((x * 7 + y * 13 + i as u32) % 31) as f32) as u8
        };
        let picture =
            RgbImage::from_fn(width, height, |x, y| Rgb([0, 1, 2].map(|c| wave(x, y, c))));
        let file = fs::File::create(path(i)).expect("a file");
        JpegEncoder::new_with_quality(std::io::BufWriter::new(file), 75)
            .encode_image(&picture)
            .expect("a picture");
    }
}

/// Trains for an epoch, or so many steps of it, and says how fast that was, and how fast loading is by itself.
fn train(pictures: &Path, threads: usize, steps: usize) {
    let data = Folder::open(pictures).expect("a sound folder");
    let count = data.paths().len();
    let loader = Loader::new(data)
        .batch(64)
        .shuffle(1)
        .threads(threads)
        .augment(Resize::new(32, 32))
        .augment(RandomCrop::new(32, 32).reflect(2))
        .augment(AlternatingFlip);
    let mut trainer = Trainer::new(Small::new(1), Sgd::new(0.05).momentum(0.9)).threads(1);
    let (start, mut images) = (Instant::now(), 0);
    for batch in loader.epoch(0).take(steps) {
        let batch = batch.expect("a batch");
        trainer.learn(&batch).expect("a step");
        images += batch.len();
    }
    let rate = images as f64 / start.elapsed().as_secs_f64();
    let start = Instant::now();
    let some = loader.epoch(1).take(steps.min(100));
    let loaded: usize = some.map(|batch| batch.expect("a batch").len()).sum();
    let alone = loaded as f64 / start.elapsed().as_secs_f64();
    println!(
        "{count} pictures, {threads} loader threads: {images} trained on at {rate:.0} a second, loaded alone at \
         {alone:.0} a second; at most {:.0} MiB in memory so far",
        peak()
    );
}

/// A run in a process of its own, since a process keeps its peak; and what it printed.
fn in_its_own_process(pictures: &Path, threads: usize, steps: usize) -> f64 {
    let output = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["one_run", "--exact", "--ignored", "--nocapture"])
        .env("CNN_RUN", pictures)
        .env("CNN_THREADS", threads.to_string())
        .env("CNN_STEPS", steps.to_string())
        .output()
        .expect("a run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find(|line| line.contains("pictures,")).expect("a line");
    println!("{line}");
    let mib = line.split("at most ").nth(1).and_then(|rest| rest.split(' ').next());
    mib.and_then(|mib| mib.parse().ok()).expect("a number")
}

#[test]
#[ignore = "a part of the tests of memory"]
fn one_run() {
    let Some(pictures) = std::env::var_os("CNN_RUN").map(PathBuf::from) else { return };
    let number = |name| std::env::var(name).ok().and_then(|n| n.parse().ok()).expect("a number");
    train(&pictures, number("CNN_THREADS"), number("CNN_STEPS"));
}

#[test]
fn pictures_are_not_kept() {
    let folder_of = tempfile::tempdir().expect("a folder");
    folder(folder_of.path(), 2000, 100, [500, 375]);
    // Decoded, they are 4.2 GiB.
    let mib = in_its_own_process(folder_of.path(), 2, 8);
    assert!(mib < 100.0, "{mib} MiB");
}

#[test]
#[ignore = "takes minutes"]
fn fifty_thousand_pictures_train_within_500_mib() {
    let temporary = tempfile::tempdir().expect("a folder");
    let small = std::env::var_os("CNN_PICTURES").map(PathBuf::from).unwrap_or_else(|| {
        let small = temporary.path().join("small");
        folder(&small, 50_000, 5_000, [32, 32]);
        small
    });
    let large = temporary.path().join("large");
    folder(&large, 50_000, 500, [500, 375]);
    for threads in [1, 2] {
        for pictures in [&small, &large] {
            let mib = in_its_own_process(pictures, threads, usize::MAX);
            assert!(mib < 500.0, "{mib} MiB");
        }
    }
}
