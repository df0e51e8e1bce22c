//! Where batches come from: iterators, arrays; the same for any number of threads.

use cnn::cnn;
use cnn::data::{Arrays, Batch, Flip, IterLoader, Loader, RandomCrop, Sample};
use cnn::ndarray::{Array1, Array3, Array4};
use cnn::train::{BinaryCrossEntropy, CrossEntropy, Loss, MeanSquaredError, Sgd, Trainer};

cnn! {
    struct Segment<1x8x8 -> conv(4, 3x3, pad=1) -> relu -> conv(1, 3x3, pad=1)>;
    struct Regress<1x8x8 -> conv(2, 3x3) -> relu -> flatten -> dense(1)>;
    struct Heads<
        body: 1x8x8 -> conv(4, 3x3) -> relu -> flatten;
        class: body -> dense(2);
        number: body -> dense(1)
        => class, number
    >;
}

/// Decoded from a number, as a file would be.
fn decode(i: usize) -> Result<Sample<usize>, cnn::Error> {
    let image = Array3::from_shape_fn((1, 6, 6), |(_, y, x)| (i * 36 + y * 6 + x) as f32);
    Ok(Sample { image, target: i % 5 })
}

fn batches(threads: usize, buffer: usize, epoch: u64, drop: bool) -> Vec<Batch<Vec<usize>>> {
    let mut loader = IterLoader::new(0..53, decode)
        .batch(8)
        .epoch(epoch)
        .threads(threads)
        .augment(RandomCrop::new(6, 6).reflect(2))
        .augment(Flip::new());
    if buffer > 0 {
        loader = loader.shuffle(buffer, 7);
    }
    if drop {
        loader = loader.drop_last();
    }
    loader.into_iter().map(|batch| batch.expect("a batch")).collect()
}

#[test]
fn an_iterator_gives_the_same_batches_for_any_number_of_threads() {
    for buffer in [0, 1, 10, 1000] {
        let one = batches(0, buffer, 0, false);
        assert_eq!(one.iter().map(Batch::len).collect::<Vec<_>>(), [8, 8, 8, 8, 8, 8, 5]);
        for threads in [1, 2, 5] {
            assert_eq!(batches(threads, buffer, 0, false), one, "{threads} threads");
        }
        let order: Vec<usize> = one.iter().flat_map(|batch| batch.indices.clone()).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..53).collect::<Vec<_>>());
        assert_eq!(
            order == sorted,
            buffer <= 1,
            "shuffled only if there is something to draw from"
        );
        // Nothing comes much earlier than the iterator has it.
        if buffer == 10 {
            assert!(order.iter().enumerate().all(|(at, &item)| item < at + 10));
        }
        for batch in &one {
            assert!(batch.indices.iter().zip(&batch.targets).all(|(i, target)| i % 5 == *target));
        }
    }
    assert_ne!(batches(1, 10, 1, false), batches(1, 10, 0, false));
    assert_eq!(batches(2, 10, 0, true).len(), 6);
}

#[test]
fn errors_and_panics_of_an_iterator_end_it_or_are_left_out() {
    let broken = |i: usize| {
        let what =
            || cnn::Error::Targets { found: format!("item {i}"), expected: "another".into() };
        if i % 10 == 9 { Err(what()) } else { decode(i) }
    };
    for threads in [0, 1, 3] {
        let mut all = IterLoader::new(0..40, broken).batch(4).threads(threads).into_iter();
        assert_eq!(all.by_ref().filter_map(Result::ok).count(), 2);
        assert!(all.next().is_none());
        let mut some =
            IterLoader::new(0..40, broken).batch(4).threads(threads).skip_broken().into_iter();
        let images: usize = some.by_ref().map(|batch| batch.expect("a batch").len()).sum();
        let left_out: Vec<usize> = some.broken().iter().map(|(index, _)| *index).collect();
        assert_eq!((images, left_out), (36, vec![9, 19, 29, 39]));
    }
    let panics = |i: usize| if i == 20 { panic!("as a test wants it") } else { decode(i) };
    let results: Vec<_> = IterLoader::new(0..40, panics).batch(4).threads(2).into_iter().collect();
    assert_eq!(results.len(), 6);
    let text = results[5].as_ref().unwrap_err().to_string();
    assert_eq!(text, "found a panic of the iterator or its function, expected a result");
    let items = (0..40).inspect(|i| assert!(*i != 20, "as a test wants it"));
    let results: Vec<_> = IterLoader::new(items, decode).batch(4).threads(2).into_iter().collect();
    assert!(results.len() == 6 && results[5].is_err());
    // What goes on for ever is asked for only as far as it is needed.
    let first: Vec<_> = IterLoader::new(0.., decode).threads(3).into_iter().take(2).collect();
    assert_eq!(first[1].as_ref().expect("a batch").indices[0], 32);
}

/// Images whose middle is bright or dark.
fn images(n: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, 1, 8, 8), |(n, _, i, j)| {
        let inside = (2..6).contains(&i) && (2..6).contains(&j);
        if inside { (n % 4) as f32 / 3.0 } else { 0.0 }
    })
}

#[test]
fn masks_numbers_and_several_heads_are_learned() {
    let masks = images(16).mapv(|x| if x > 0.5 { 1.0 } else { 0.0 });
    let loader =
        Loader::new(Arrays::new(images(16), masks).expect("a data set")).batch(8).shuffle(1);
    let mut trainer = Trainer::new(Segment::new(1), Sgd::new(0.5).momentum(0.9))
        .loss(BinaryCrossEntropy::new())
        .threads(1);
    let fitted = trainer.fit(&loader, 40, &mut []).expect("a run");
    let loss = |epoch: usize| fitted.epochs[epoch].loss;
    assert!(loss(39) < 0.2 * loss(0), "{} to {}", loss(0), loss(39));

    let numbers = Array1::from_shape_fn(16, |n| (n % 4) as f32);
    let data = Arrays::new(images(16), numbers.clone()).expect("a data set");
    let mut trainer =
        Trainer::new(Regress::new(1), Sgd::new(0.02)).loss(MeanSquaredError).threads(1);
    let fitted = trainer.fit(&Loader::new(data).batch(8), 100, &mut []).expect("a run");
    assert!(fitted.epochs[99].loss < 0.05, "{}", fitted.epochs[99].loss);
    assert!(fitted.epochs[0].accuracy.is_nan());

    let classes: Vec<usize> = (0..16).map(|n| n % 4 / 2).collect();
    let data = Arrays::new(images(16), (classes, numbers)).expect("a data set");
    let losses = (CrossEntropy, MeanSquaredError.weighted(0.5));
    let mut trainer = Trainer::new(Heads::new(1), Sgd::new(0.02)).loss(losses).threads(1);
    let fitted = trainer.fit(&Loader::new(data).batch(8), 100, &mut []).expect("a run");
    assert!(fitted.epochs[99].loss < 0.3 * fitted.epochs[0].loss);
}
