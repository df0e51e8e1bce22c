//! Data sets, loaders and what they do to images.

use cnn::data::{
    Affine, AlternatingFlip, Augment, Batch, Chance, ColorJitter, Cutout, Dataset, Erase, Flip,
    Images, Loader, Normalize, RandomCrop, ResizedCrop, Sample, cutmix, mixup,
};
use cnn::ndarray::{Array3, Array4, s};
use cnn::train::{CrossEntropy, Loss, MeanSquaredError, Sgd, SoftCrossEntropy, Trainer};
use cnn::{Error, cnn};

/// Images that are told apart by their first pixel; some can't be read, and some are larger.
#[derive(Debug)]
struct Numbered {
    len: usize,
    broken: &'static [usize],
    large: &'static [usize],
    panics: bool,
}

impl Numbered {
    fn new(len: usize) -> Self {
        Self { len, broken: &[], large: &[], panics: false }
    }
}

impl Dataset for Numbered {
    type Target = usize;

    fn len(&self) -> usize {
        self.len
    }

    fn sample(&self, index: usize) -> Result<Sample<usize>, Error> {
        assert!(!self.panics || index != 3, "a data set that panics");
        if self.broken.contains(&index) {
            let path = format!("image{index}.png").into();
            let source = std::io::Error::other("damaged");
            return Err(Error::Io { path, action: "decode", source });
        }
        let size = if self.large.contains(&index) { 5 } else { 4 };
        let image = Array3::from_shape_fn((2, size, size), |(c, i, j)| {
            index as f32 + (c * 100 + i * 10 + j) as f32 / 1000.0
        });
        Ok(Sample { image, target: index % 3 })
    }
}

fn batches(loader: &Loader<Numbered>, epoch: u64) -> Vec<Batch<Vec<usize>>> {
    loader.epoch(epoch).map(|batch| batch.expect("a batch")).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_batches() {
    let loader = |threads| {
        let loader = Loader::new(Numbered::new(50)).batch(8).shuffle(7).threads(threads);
        loader.augment(RandomCrop::new(4, 4).zeros(1)).augment(Flip::new()).augment(Erase::new(0.5))
    };
    let expected = batches(&loader(0), 3);
    assert_eq!(expected.iter().map(Batch::len).collect::<Vec<_>>(), [8, 8, 8, 8, 8, 8, 2]);
    for threads in [1, 2, 5] {
        assert_eq!(batches(&loader(threads), 3), expected, "{threads} threads");
    }
    let mut seen: Vec<usize> = expected.iter().flat_map(|b| b.indices.clone()).collect();
    assert_ne!(seen[..8], [0, 1, 2, 3, 4, 5, 6, 7]);
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..50));
    assert_ne!(batches(&loader(1), 4)[0].indices, expected[0].indices, "another epoch");
    // From the middle on, what comes is the same.
    let rest: Vec<_> = loader(2).resume(3, 4).map(|b| b.expect("a batch")).collect();
    assert_eq!(rest, expected[4..]);
    assert_eq!(loader(2).resume(3, 99).count(), 0);
    // An epoch that nobody goes on with ends its threads.
    let loader = loader(3);
    let mut epoch = loader.epoch(0);
    assert!(epoch.next().is_some());
    drop(epoch);
}

#[test]
fn steps_are_counted_and_a_last_batch_may_be_left_out() {
    let loader = Loader::new(Numbered::new(10)).batch(4);
    assert_eq!((loader.steps(), batches(&loader, 0)[2].len()), (3, 2));
    let loader = loader.drop_last();
    assert_eq!((loader.steps(), batches(&loader, 0).len()), (2, 2));
    assert_eq!(Loader::new(Numbered::new(10)).batch(0).steps(), 10);
    assert_eq!(batches(&Loader::new(Numbered::new(0)), 0), []);
    // Fewer images than a batch has.
    let loader = Loader::new(Numbered::new(3)).batch(64);
    assert_eq!((loader.steps(), batches(&loader, 0)[0].len()), (1, 3));
    let loader = loader.drop_last();
    assert_eq!((loader.steps(), batches(&loader, 0).len()), (0, 0));
    let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.01));
    let few = Images::new(Array4::ones((3, 2, 4, 4)), vec![0; 3], 3).expect("a data set");
    let report = trainer.epoch(&few, 64, |_| ()).expect("an epoch");
    assert_eq!((report.steps, report.images, report.left_out), (1, 3, 0));
}

#[test]
fn broken_images_end_an_epoch_or_are_left_out_and_named() {
    let data = || Numbered { broken: &[2, 4, 5, 6, 7], ..Numbered::new(9) };
    for threads in [0, 2] {
        let loader = Loader::new(data()).batch(4).threads(threads);
        let mut epoch = loader.epoch(0);
        let error = epoch.next().expect("a batch").unwrap_err().to_string();
        assert_eq!(error, "image2.png: cannot decode: damaged");
        assert!(epoch.next().is_none());

        let loader = loader.skip_broken();
        let mut epoch = loader.epoch(0);
        let sizes: Vec<_> = epoch.by_ref().map(|b| b.expect("a batch").indices).collect();
        assert_eq!(sizes, [vec![0, 1, 3], vec![8]]);
        let broken: Vec<usize> = epoch.broken().iter().map(|(index, _)| *index).collect();
        assert_eq!(broken, [2, 4, 5, 6, 7]);
    }
}

#[test]
fn images_of_several_sizes_are_named() {
    let loader = Loader::new(Numbered { large: &[6], ..Numbered::new(8) }).batch(4);
    let error = loader.epoch(0).nth(1).expect("a batch").unwrap_err().to_string();
    assert_eq!(
        error,
        "image 6 of the data set: found 2×5×5, expected 2×4×4 as of the others in its batch"
    );
    assert!(batches(&loader.augment(RandomCrop::new(4, 4)), 0).len() == 2);
}

#[test]
fn a_data_set_that_panics_is_an_error() {
    let loader = Loader::new(Numbered { panics: true, ..Numbered::new(8) }).batch(2).threads(1);
    let all: Vec<_> = loader.epoch(0).collect();
    assert!(all[0].is_ok());
    let error = all.last().expect("an error").as_ref().unwrap_err().to_string();
    assert_eq!(error, "found a panic of the data set, asked for an image, expected a result");
}

cnn! {
    struct Net< 2x4x4 -> conv(4, 3x3) -> relu -> flatten -> dense(3) >;
    struct Two< body: 2x4x4 -> flatten; class: body -> dense(3); place: body -> dense(2) => class, place >;
}

/// Two targets of different kinds.
#[derive(Debug)]
struct Both;

impl Dataset for Both {
    type Target = (usize, Vec<f32>);

    fn len(&self) -> usize {
        7
    }

    fn sample(&self, index: usize) -> Result<Sample<Self::Target>, Error> {
        let image = Array3::from_elem((2, 4, 4), index as f32);
        Ok(Sample { image, target: (index % 3, vec![0.5, index as f32]) })
    }
}

#[test]
fn a_loop_trains_on_what_a_loader_gives() {
    let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.01));
    for batch in Loader::new(Numbered::new(20)).batch(6).shuffle(1).epoch(0) {
        let batch = batch.expect("a batch");
        trainer.step(batch.images.view(), &batch.targets).expect("a step");
    }
    assert_eq!(trainer.steps(), 4);
    // Several outputs.
    let mut trainer = Trainer::new(Two::new(1), Sgd::new(0.01))
        .loss((CrossEntropy, MeanSquaredError.weighted(0.1)));
    for batch in Loader::new(Both).batch(4).epoch(0) {
        let batch = batch.expect("a batch");
        assert_eq!(batch.targets.1.dim(), (batch.len(), 2));
        trainer.learn(&batch).expect("a step");
    }
    // Mixed classes.
    let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.01)).loss(SoftCrossEntropy);
    for (step, batch) in Loader::new(Numbered::new(20)).batch(6).epoch(0).enumerate() {
        let batch = mixup(batch.expect("a batch"), 3, 0.2, [1, step as u64]);
        trainer.learn(&batch).expect("a step");
    }
}

/// The images of one epoch with one change.
fn changed(data: Images, change: impl Augment + 'static, epoch: u64) -> Array4<f32> {
    let all = data.len();
    let loader = Loader::new(data).batch(all).seed(3).augment(change);
    loader.epoch(epoch).next().expect("a batch").expect("a batch").images
}

fn data(n: usize) -> Images {
    let images = Array4::from_shape_fn((n, 3, 6, 8), |(n, c, i, j)| {
        0.01 * (1 + n) as f32 + 0.2 * c as f32 + 0.01 * i as f32 + 0.02 * j as f32
    });
    Images::new(images, vec![0; n], 1).expect("a sound data set")
}

#[test]
fn crops_are_windows_of_the_image_and_its_border() {
    let data = data(150);
    let images = data.images().to_owned();
    let crops = changed(data.clone(), RandomCrop::new(4, 5), 0);
    let mut corners = Vec::new();
    for (crop, image) in crops.outer_iter().zip(images.outer_iter()) {
        let windows = (0..3).flat_map(|i| (0..4).map(move |j| (i, j)));
        let mut found = windows.filter(|&(i, j)| crop == image.slice(s![.., i..i + 4, j..j + 5]));
        corners.push(found.next().expect("a window of the image"));
    }
    corners.sort_unstable();
    corners.dedup();
    assert_eq!(corners.len(), 12, "every corner");

    let crops = changed(data.clone(), RandomCrop::new(6, 8).reflect(2), 0);
    for (crop, image) in crops.outer_iter().zip(images.outer_iter()) {
        let mirrored = |at: isize, n: isize| {
            let at = if at < 0 { -at } else { at };
            (if at >= n { 2 * n - 2 - at } else { at }) as usize
        };
        let mut shifts = (-2..=2isize).flat_map(|i| (-2..=2isize).map(move |j| (i, j)));
        let found = shifts.any(|(y, x)| {
            let places = (0..6isize).flat_map(|i| (0..8isize).map(move |j| (i, j)));
            places.into_iter().all(|(i, j)| {
                crop[[1, i as usize, j as usize]]
                    == image[[1, mirrored(i + y, 6), mirrored(j + x, 8)]]
            })
        });
        assert!(found, "a shift with a mirrored border");
    }
    let shifted = changed(data, RandomCrop::new(6, 8).zeros(2), 0);
    assert!(shifted.iter().any(|&x| x == 0.0));
}

#[test]
fn alternating_flips_show_both_sides_in_any_two_epochs() {
    let data = data(64);
    let images = data.images().to_owned();
    let flipped = images.slice(s![.., .., .., ..;-1]).to_owned();
    let [first, second, third] =
        [0, 1, 2].map(|epoch| changed(data.clone(), AlternatingFlip::new(), epoch));
    let (mut straight, mut turned) = (0, 0);
    for n in 0..64 {
        let is = |x: &Array4<f32>, y: &Array4<f32>| {
            x.slice(s![n, .., .., ..]) == y.slice(s![n, .., .., ..])
        };
        assert!(is(&first, &third));
        match (is(&first, &images), is(&second, &images)) {
            (true, false) => straight += 1,
            (false, true) => turned += 1,
            other => panic!("{other:?}"),
        }
        assert!(is(&first, &flipped) || is(&second, &flipped));
    }
    assert!(straight > 16 && turned > 16, "{straight} {turned}");
    let random = changed(data, Flip::new(), 0);
    assert!(random != images && random != flipped);
}

#[test]
fn small_changes_are_small_and_none_is_none() {
    let data = data(20);
    let images = data.images().to_owned();
    let close = |x: &Array4<f32>, most: f32| {
        x.iter().zip(&images).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) <= most
    };
    assert!(close(&changed(data.clone(), Affine::new(), 0), 1e-6));
    assert!(close(&changed(data.clone(), ColorJitter::new(0.0, 0.0, 0.0), 0), 1e-6));
    assert!(close(&changed(data.clone(), Erase::new(0.0), 0), 0.0));
    let turned =
        changed(data.clone(), Affine::new().rotate(10.0).shift(0.1).zoom(0.1).shear(0.2), 0);
    // In the middle, where no border comes in, a smooth picture changes little.
    let middle = |x: &Array4<f32>| x.slice(s![.., .., 2..4, 3..5]).to_owned();
    let far = (middle(&turned) - middle(&images)).mapv(f32::abs);
    assert!(far.iter().all(|&d| d < 0.05) && far.iter().any(|&d| d > 1e-3));
    let wiped = changed(data.clone(), Cutout::new(4), 0);
    for (wiped, image) in wiped.outer_iter().zip(images.outer_iter()) {
        let zeros = wiped.iter().filter(|&&x| x == 0.0).count();
        assert!((3 * 4..=3 * 16).contains(&zeros), "{zeros}");
        assert!(wiped.iter().zip(&image).all(|(a, b)| *a == 0.0 || a == b));
    }
    let scaled = changed(data.clone(), ResizedCrop::new(3, 4).area(0.5, 1.0), 0);
    assert_eq!(scaled.dim(), (20, 3, 3, 4));
    let bright = changed(data, ColorJitter::new(0.5, 0.5, 0.5), 0);
    assert!(bright.iter().all(|x| (0.0..=1.0).contains(x)) && !close(&bright, 0.01));
}

#[test]
fn a_turn_by_a_right_angle_is_a_turn() {
    /// The same for all.
    #[derive(Debug)]
    struct Quarter;
    impl Augment for Quarter {
        fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
            // Until the angle drawn is near a right one.
            let square = image.slice(s![.., .., 1..7]).to_owned();
            for _ in 0..5000 {
                let turned = Affine::new().rotate(90.5).apply(square.clone(), chance);
                let (a, b) = (turned[[0, 0, 0]], square[[0, 0, 5]]);
                let (c, d) = (turned[[0, 5, 0]], square[[0, 0, 0]]);
                if (a - b).abs() < 0.004 && (c - d).abs() < 0.004 {
                    return turned;
                }
            }
            panic!("no turn to the left among thousands");
        }
    }
    let turned = changed(data(1), Quarter, 0);
    assert_eq!(turned.dim(), (1, 3, 6, 6));
}

#[test]
fn normalizing_is_kept_apart_from_the_data() {
    let data = data(3);
    let norm = Normalize::new([0.1, 0.2, 0.3], [0.5, 0.0, 2.0]);
    let changed = changed(data.clone(), norm.clone(), 0);
    let mut images = data.images().to_owned();
    norm.images(&mut images);
    assert_eq!(changed, images);
    let (x, y) = (data.images()[[1, 2, 3, 4]], images[[1, 2, 3, 4]]);
    assert!((y - (x - 0.3) / 2.0).abs() < 1e-6);
    assert!((images[[1, 1, 3, 4]] - (data.images()[[1, 1, 3, 4]] - 0.2)).abs() < 1e-6);
}

#[test]
fn mixed_images_have_mixed_classes() {
    let loader = Loader::new(Numbered::new(12)).batch(12);
    let batch = || batches(&loader, 0).remove(0);
    let plain = batch();
    for step in 0..20 {
        let mixed = mixup(batch(), 3, 1.0, [1, step]);
        assert!(mixed.targets.outer_iter().all(|row| (row.sum() - 1.0).abs() < 1e-6));
        assert_eq!(mixed, mixup(batch(), 3, 1.0, [1, step]), "by seed and step alone");
        let cut = cutmix(batch(), 3, 1.0, [1, step]);
        for (n, (image, row)) in cut.images.outer_iter().zip(cut.targets.outer_iter()).enumerate() {
            let own =
                image.iter().zip(plain.images.slice(s![n, .., .., ..])).filter(|(a, b)| a == b);
            let share = own.count() as f32 / image.len() as f32;
            // Where the other image has the class too, or is the same.
            let target = row[plain.targets[n]];
            assert!((row.sum() - 1.0).abs() < 1e-6 && target >= share - 1e-6 || share == 1.0);
        }
    }
}
