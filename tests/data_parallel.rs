//! Training on several processes, which threads stand for here: the same bits for any number of them.

use cnn::custom::{CustomLayer, Init, Parameter, ShapeType, Volume};
use cnn::data::{AlternatingFlip, Images, Loader};
use cnn::ndarray::{Array2, Array4, ArrayView4};
use cnn::train::{
    Adam, Average, Checkpoints, Communicator, CrossEntropy, DataParallel, EpochReport, Group,
    Lookahead, Plateau, Position, Sgd, Threads, Trainer,
};
use cnn::typenum::Unsigned;
use cnn::{Error, Network, cnn};
use std::path::Path;
use std::thread;

/// Every element times one learned number.
struct Gain;

impl<C: Unsigned, H: Unsigned, W: Unsigned> CustomLayer<Volume<C, H, W>> for Gain
where
    Volume<C, H, W>: ShapeType,
{
    type Output = Volume<C, H, W>;

    const PARAMS: &'static [Parameter] =
        &[Parameter { name: "weight", dims: &[1], init: Init::Constant(0.9) }];

    fn forward(params: &[&[f32]], x: &[f32], y: &mut [f32]) {
        y.iter_mut().zip(x).for_each(|(y, x)| *y = params[0][0] * x);
    }

    fn backward(params: &[&[f32]], _: &[f32], _: &[f32], d_y: &[f32], d_x: &mut [f32]) {
        d_x.iter_mut().zip(d_y).for_each(|(d_x, d_y)| *d_x = params[0][0] * d_y);
    }

    fn backward_params(
        _: &[&[f32]],
        x: &[f32],
        _: &[f32],
        d_y: &[f32],
        d_params: &mut [&mut [f32]],
    ) {
        d_params[0][0] += x.iter().zip(d_y).map(|(x, d_y)| x * d_y).sum::<f32>();
    }
}

cnn! {
    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
        ) -> relu
    }
    block squeeze_excite(r) {
        mul(_ | global_avgpool -> conv(C / r, 1x1) -> relu -> conv(C, 1x1) -> sigmoid)
    }
    /// In blocks of channels, with Winograd's algorithm, and tiny images at its end.
    struct Residual<
        16x24x24
        -> conv1: conv(32, 3x3, pad=1, bias=false) -> bn1: bn -> relu
        -> layer1: { basic(32) } -> maxpool(2) -> layer2: { basic(48, s=2) -> squeeze_excite(4) } -> dropout2d(0.2)
        -> conv(64, 3x3, stride=3, pad=1) -> conv(64, 3x3, pad=1) -> bn -> flatten -> dropout(0.3) -> fc: dense(3)
    >;
    /// Sixteen images interleaved.
    struct Small<
        2x9x9 -> conv(3, 3x3, stride=2) -> gelu -> bn(momentum=none) -> dropout(0.2) -> prelu -> avgpool(2)
        -> flatten -> dense(3)
    >;
    /// One of each kind that has parameters.
    struct Various<
        16x20x20
        -> depthwise(3x3, pad=1) -> gn(4) -> relu -> conv(32, 3x3, pad=1, groups=8) -> ln -> gelu
        -> scale(bias=true) -> deconv(16, 2x2, stride=2) -> prelu(per_channel=true) -> drop_path(0.1) -> maxpool(4)
        -> curve: custom(Gain => 16x10x10) -> conv(8, 5x5, stride=2, pad=2, groups=2) -> instancenorm(affine=true)
        -> pointwise(20) -> attnpool -> dense(3)
    >;
    struct Connections<
        3x16x16 -> conv(4, 3x3, table=[[0, 1], [1, 2], [0, 2], [0, 1, 2]]) -> relu -> bn(affine=false)
        -> flatten -> dense(3)
    >;
}

/// Fixed numbers in ±1.
fn noise(dims: (usize, usize, usize, usize)) -> Array4<f32> {
    let mut i = 0u64;
    Array4::from_shape_simple_fn(dims, || {
        i += 1;
        (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    })
}

fn labels(n: usize, classes: usize) -> Vec<usize> {
    (0..n).map(|i| i * 7 % classes).collect()
}

/// What each of `ranks` processes comes to.
fn each<T: Send>(ranks: usize, work: impl Fn(Threads) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let started: Vec<_> =
            Threads::group(ranks).into_iter().map(|one| scope.spawn(move || work(one))).collect();
        started.into_iter().map(|one| one.join().expect("no panic")).collect()
    })
}

/// What is said of how the processes work together.
type How = fn(DataParallel) -> DataParallel;

/// Weights and losses after a step on each of these batches, on one process without others if there are none.
fn trained<N>(
    one: Option<(Threads, How)>,
    threads: usize,
    micro: usize,
    batches: &[usize],
) -> (Vec<u8>, Vec<u32>)
where
    N: Network<Output = Array2<f32>, TrainOutput = Array2<f32>>,
    for<'a> N: Network<Input<'a> = ArrayView4<'a, f32>>,
{
    // Only the first one's seed counts.
    let seed = one.as_ref().map_or(5, |(one, _)| 5 + one.rank() as u64);
    let loss = CrossEntropy.smoothing(0.1).class_weights([1.0, 0.7, 1.3]);
    let mut trainer = Trainer::new(N::new(seed), Sgd::new(0.05).momentum(0.9))
        .loss(loss)
        .seed(9)
        .clip_norm(1.0)
        .micro_batch(micro)
        .threads(threads);
    if let Some((one, with)) = one {
        trainer = trainer.data_parallel(with(DataParallel::new(one)));
    }
    let (cnn::Shape::Volume { channels, height, width }, mut losses) = (N::INPUTS[0], vec![])
    else {
        panic!("images")
    };
    for &n in batches {
        let x = noise((n, channels, height, width));
        let loss = trainer.step(x.view(), &labels(n, 3)).expect("a step");
        losses.push(loss.to_bits());
    }
    (trainer.network().to_bytes(), losses)
}

/// Images of the training plan's groups.
fn interleaved<N: Network>() -> usize {
    N::TRAINING.interleaved
}

fn exact(with: DataParallel) -> DataParallel {
    with
}

/// The same weights and losses for 1 to 5 processes, on one thread and on two.
fn same_for_any_number<N>(micro: usize, batches: &[usize]) -> (Vec<u8>, Vec<u32>)
where
    N: Network<Output = Array2<f32>, TrainOutput = Array2<f32>>,
    for<'a> N: Network<Input<'a> = ArrayView4<'a, f32>>,
{
    let mut first = None;
    for (ranks, threads) in [(1, 1), (2, 1), (3, 2), (4, 1), (5, 1)] {
        for (rank, one) in
            each(ranks, |one| trained::<N>(Some((one, exact)), threads, micro, batches))
                .into_iter()
                .enumerate()
        {
            let first = first.get_or_insert_with(|| one.clone());
            assert!(one == *first, "{}: process {rank} of {ranks}", N::NAME);
        }
    }
    first.expect("one process at least")
}

// Batches that neither the processes nor sixteen divide, some with fewer leaves than there are processes, and one of
// which two and four have a subtree each.
const BATCHES: [usize; 6] = [37, 70, 64, 6, 33, 3];

#[test]
fn any_number_of_processes_gives_the_same_bits_in_blocks_of_channels() {
    assert_eq!(interleaved::<Residual>(), 1);
    same_for_any_number::<Residual>(usize::MAX, &BATCHES);
}

#[test]
fn any_number_of_processes_gives_the_same_bits_of_every_layer() {
    assert_eq!(interleaved::<Various>(), 1);
    same_for_any_number::<Various>(usize::MAX, &[21, 5, 32, 40]);
}

#[test]
fn any_number_of_processes_gives_the_same_bits_of_interleaved_images() {
    assert_eq!(interleaved::<Small>(), 16);
    same_for_any_number::<Small>(usize::MAX, &[100, 16, 37, 250, 3]);
    same_for_any_number::<Connections>(usize::MAX, &[100, 16, 37]);
}

#[test]
fn parts_of_a_batch_are_shared_too() {
    same_for_any_number::<Small>(48, &[100, 37]);
    same_for_any_number::<Residual>(8, &[19]);
}

/// Where no sum has larger leaves of its own, as in convolutions to few pixels, even of a trainer by itself.
#[test]
fn a_trainer_by_itself_comes_to_the_same_weights() {
    for batches in [&[100, 37, 250][..], &[3]] {
        let alone = trained::<Small>(None, 1, usize::MAX, batches);
        let together = same_for_any_number::<Small>(usize::MAX, batches);
        assert!(alone.0 == together.0, "{batches:?}");
        for (a, b) in alone.1.into_iter().zip(together.1) {
            let [a, b] = [a, b].map(f32::from_bits);
            assert!((a - b).abs() <= 1e-6 * a.abs(), "{a} {b}");
        }
    }
}

#[test]
fn an_all_reduce_differs_in_the_last_digits_alone() {
    let (alone, _) = trained::<Small>(None, 1, usize::MAX, &[100, 37]);
    let alone = Small::from_bytes(&alone).expect("weights");
    for ranks in [1, 2, 3, 7] {
        let all = each(ranks, |one| {
            trained::<Small>(Some((one, DataParallel::all_reduce)), 1, usize::MAX, &[100, 37]).0
        });
        assert!(all.iter().all(|one| *one == all[0]), "{ranks} processes");
        let one = Small::from_bytes(&all[0]).expect("weights");
        for spec in Small::TENSORS.iter().filter(|spec| spec.role == cnn::Role::Trainable) {
            let pair =
                [&alone, &one].map(|net| net.get(spec.path).expect("a parameter").to_owned());
            for (a, b) in pair[0].iter().zip(&pair[1]) {
                assert!((a - b).abs() < 1e-5, "{}: {a} {b}, {ranks} processes", spec.path);
            }
        }
    }
}

#[test]
fn epochs_groups_and_averages_go_together() {
    let x = noise((90, 2, 9, 9));
    let run = |one: Option<Threads>| -> (EpochReport, Vec<u8>) {
        let data = Images::new(x.clone(), labels(90, 3), 3).expect("sound data");
        let mut trainer = Trainer::new(Small::new(1), Adam::new(0.01))
            .group(Group::batch_norms().frozen())
            .average(Average::exponential(0.9))
            .lookahead(Lookahead::new(2, 0.5))
            .seed(3)
            .threads(1);
        if let Some(one) = one {
            trainer = trainer.data_parallel(DataParallel::new(one));
        }
        let report = trainer.epoch(&data, 40, |_| ()).expect("an epoch");
        (report, trainer.averaged().expect("an average").to_bytes())
    };
    let (alone, weights) = run(None);
    for ranks in [1, 2, 3] {
        for (report, averaged) in each(ranks, |one| run(Some(one))) {
            assert!(averaged == weights, "{ranks} processes");
            assert_eq!((report.steps, report.images), (alone.steps, alone.images));
            assert_eq!(report.accuracy, alone.accuracy);
            assert!((report.loss - alone.loss).abs() < 1e-6);
        }
    }
}

#[test]
fn who_is_left_alone_says_so() {
    let x = noise((64, 2, 9, 9));
    let errors = each(3, |one| {
        let rank = one.rank();
        let mut trainer = Trainer::new(Small::new(1), Sgd::new(0.1))
            .threads(1)
            .data_parallel(DataParallel::new(one));
        for step in 0..5 {
            if (rank, step) == (1, 2) {
                return None;
            }
            if let Err(error) = trainer.step(x.view(), &labels(64, 3)) {
                let again = trainer.step(x.view(), &labels(64, 3)).expect_err("it is gone");
                assert!(matches!(again, Error::Communication { .. }), "{again}");
                return Some(error);
            }
        }
        panic!("process {rank} went on alone");
    });
    assert!(errors[1].is_none());
    for error in [&errors[0], &errors[2]] {
        assert!(matches!(error, Some(Error::Communication { .. })), "{error:?}");
    }
}

#[test]
fn trainers_that_are_set_up_otherwise_are_refused() {
    let x = noise((64, 2, 9, 9));
    let errors = each(2, |one| {
        let rank = one.rank();
        let with = DataParallel::new(one).leaves(if rank == 0 { 4 } else { 8 });
        let mut trainer = Trainer::new(Small::new(1), Sgd::new(0.1)).threads(1).data_parallel(with);
        trainer.step(x.view(), &labels(64, 3)).expect_err("they differ").to_string()
    });
    assert!(errors[1].contains("found a trainer of `Small`"), "{}", errors[1]);
    assert!(
        errors[1].contains("in 8 pieces") && errors[1].contains("in 4 pieces"),
        "{}",
        errors[1]
    );
}

#[test]
fn more_pieces_than_there_is_room_for_are_refused() {
    let x = noise((1024, 2, 9, 9));
    let errors = each(2, |one| {
        let with = DataParallel::new(one).leaves(64);
        let mut trainer = Trainer::new(Small::new(1), Sgd::new(0.1)).threads(1).data_parallel(with);
        trainer.step(x.view(), &labels(1024, 3)).expect_err("too many").to_string()
    });
    assert!(errors[0].contains("64 pieces on 2 processes"), "{}", errors[0]);
}

/// Epochs of a loader that reads each process's part alone, from a checkpoint on if there is one, and a checkpoint in
/// the middle of the second epoch.
fn run(one: Option<Threads>, folder: &Path, end: u64) -> Vec<u8> {
    let data = Images::new(noise((90, 2, 9, 9)), labels(90, 3), 3).expect("sound data");
    let mut trainer = Trainer::new(Small::new(1), Adam::new(0.01))
        .group(Group::matching("*.bias").optimizer(Sgd::new(0.05).momentum(0.9)))
        .schedule(Plateau::new(0.5, 0))
        .average(Average::exponential(0.9))
        .lookahead(Lookahead::new(3, 0.5))
        .seed(3)
        .threads(1);
    if let Some(one) = one {
        trainer = trainer.data_parallel(DataParallel::new(one));
    }
    let loader =
        Loader::new(data).batch(40).shuffle(5).augment(AlternatingFlip).part(trainer.part());
    let mut checkpoints = Checkpoints::open(folder).expect("a folder");
    let mut at = checkpoints.resume(&mut trainer).expect("what there is");
    while at.epoch < 4 {
        for batch in loader.resume(at.epoch, at.batch) {
            if trainer.steps() == end {
                checkpoints.save(&mut trainer, at).expect("a checkpoint");
                return Vec::new();
            }
            let batch = batch.expect("a batch");
            assert_eq!(batch.images.dim().0, trainer.share(batch.len()).len());
            trainer.learn(&batch).expect("a step");
            at.batch += 1;
        }
        trainer.observe(1.0);
        at = Position::new(at.epoch + 1, 0);
    }
    [trainer.network().to_bytes(), trainer.averaged().expect("an average").to_bytes()].concat()
}

#[test]
fn a_run_goes_on_with_another_number_of_processes() {
    let alone = tempfile::tempdir().expect("a folder");
    let whole = run(None, alone.path(), u64::MAX);
    for (before, after) in [(2, 1), (1, 3), (3, 2), (2, 4)] {
        // Each has a folder of its own, as on machines that share none; the first one's counts.
        let folders: Vec<_> = (0..4).map(|_| tempfile::tempdir().expect("a folder")).collect();
        each(before, |one| {
            let folder = folders[one.rank()].path();
            run(Some(one), folder, 5)
        });
        for weights in each(after, |one| {
            let folder = folders[one.rank()].path();
            run(Some(one), folder, u64::MAX)
        }) {
            assert!(weights == whole, "{before} processes, then {after}");
        }
    }
}

#[test]
fn what_the_first_process_can_not_read_is_an_error_of_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.checkpoint");
    std::fs::write(&path, b"no checkpoint").expect("a file");
    for error in each(3, |one| {
        let mut trainer = Trainer::new(Small::new(1), Sgd::new(0.1))
            .threads(1)
            .data_parallel(DataParallel::new(one));
        trainer.resume(&path).expect_err("no checkpoint").to_string()
    }) {
        assert!(error.contains("run.checkpoint"), "{error}");
    }
}
