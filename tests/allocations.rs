//! A generated network's session allocates nothing: on one thread, and on several inside the pool.
//! To make one from a file takes little more memory than it keeps. A step of training allocates nothing after the
//! first, which takes what `train_workspace` says, and memory stays as it is over many epochs.

use cnn::cnn;
use cnn::data::{AlternatingFlip, Images, Loader};
use cnn::ndarray::{Array2, Array4};
use cnn::train::{
    Adam, Average, Backprop, Checkpoints, Group, Lookahead, Optimizer, Position, Sgd, Trainer,
};
use cnn_runtime::Program;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
/// Bytes in use now, and at most since it was set.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// Held by the one test that may allocate.
static ALONE: Mutex<()> = Mutex::new(());

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

cnn! {
    struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5x5)       -> sigmoid -> avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;
    struct Residual<
        3x32x32 -> conv(16, 3x3, pad=1) -> bn -> relu
        -> add(_ | conv(16, 3x3, pad=1) -> bn -> relu -> depthwise(3x3, pad=1)) -> relu
        -> maxpool(2) -> concat(_ | conv(8, 1x1)) -> global_avgpool -> flatten -> dense(10) -> softmax
    >;
    // Winograd's kernels have scratch for each thread.
    struct Tiles<
        3x48x48 -> conv(64, 3x3, pad=1) -> relu -> conv(64, 3x3, pad=1) -> flatten -> dense(2)
    >;
    // With all that a step may have to do.
    struct Learner<
        3x12x12 -> conv1: conv(16, 3x3, pad=1) -> bn1: bn -> relu
        -> conv2: conv(16, 3x3, pad=1) -> bn2: bn -> relu
        -> maxpool(2) -> dropout(0.2) -> flatten -> head: dense(10)
    >;
    // 1.2 MB for the largest convolution, 4.2 MB for the dense layer.
    struct Large<
        16x8x8 -> conv(128, 3x3, pad=1) -> bn -> relu -> conv(256, 3x3, pad=1, bias=false) -> bn -> relu
        -> conv(128, 3x3, pad=1) -> sigmoid -> maxpool(2) -> flatten -> dense(512) -> relu -> dense(10)
    >;
}

/// Bytes in use, once the threads of pools that are gone have given back theirs.
fn settled() -> usize {
    let mut before = LIVE.load(Ordering::Relaxed);
    loop {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let now = LIVE.load(Ordering::Relaxed);
        if now == before {
            return now;
        }
        before = now;
    }
}

/// Allocations of 20 runs after a first one: the fewest of five tries, since threads that have
/// nothing to do with the session may allocate now and then.
fn count(mut run: impl FnMut()) -> usize {
    run();
    let mut once = || {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        (0..20).for_each(|_| run());
        ALLOCATIONS.load(Ordering::Relaxed) - before
    };
    (0..5).map(|_| once()).min().unwrap_or(usize::MAX)
}

#[test]
fn run_allocates_nothing() {
    let _alone = ALONE.lock();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    // The workers allocate as they start.
    pool.broadcast(|_| ());
    std::thread::sleep(std::time::Duration::from_millis(100));
    macro_rules! check {
        ($net:ident, $c:literal, $size:literal) => {
            for batch in [1, 5, 64] {
                let x = Array4::from_elem((batch, $c, $size, $size), 0.5);
                let mut session = $net::new(1).into_session(batch);
                let alone = count(|| assert!(session.run(x.view()).is_ok()));
                assert_eq!(alone, 0, "{} images on one thread", batch);
                let inside = pool.install(|| {
                    let mut session = $net::new(1).session(batch).threads(0).expect("threads");
                    // Workers that have just been woken may still set up their queues.
                    (0..10).for_each(|_| assert!(session.run(x.view()).is_ok()));
                    count(|| assert!(session.run(x.view()).is_ok()))
                });
                assert_eq!(inside, 0, "{} images inside the pool", batch);
            }
        };
    }
    check!(LeNet, 1, 28);
    check!(Residual, 3, 32);
}

/// Sessions and passes run in other pools than those that their memory was reserved in.
#[test]
fn other_pools_allocate_nothing() {
    let _alone = ALONE.lock();
    let pools = [1, 4].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.broadcast(|_| ());
        pool
    });
    std::thread::sleep(std::time::Duration::from_millis(100));
    let net = Tiles::new(1);
    for (made, run) in [(0, 1), (1, 0)] {
        let x = Array4::from_elem((3, 3, 48, 48), 0.5);
        let mut session = pools[made].install(|| net.session(3));
        let count_in = |work: &mut (dyn FnMut() + Send)| {
            pools[run].install(|| {
                (0..10).for_each(|_| work());
                count(work)
            })
        };
        assert_eq!(count_in(&mut || assert!(session.run(x.view()).is_ok())), 0, "a session");
        let mut pass = Backprop::<Tiles>::new();
        let y = pools[made].install(|| pass.forward(&net, x.view()).map(|y| y.to_owned()));
        let y = y.expect("a pass forward");
        let mut both = || {
            assert!(pass.forward(&net, x.view()).is_ok());
            assert!(pass.backward(&net, &y).is_ok());
        };
        assert_eq!(count_in(&mut both), 0, "a pass");
    }
}

/// Memory holds the weights once, and a second time those of the layer that is being packed. Dense
/// layers of this size are not packed.
#[test]
fn a_session_from_a_file_holds_the_weights_once() {
    let _alone = ALONE.lock();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.safetensors");
    Large::new(1).save(&path).expect("a folder to write to");
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let session = Large::load(&path).expect("a good file").into_session(1);
    let peak = PEAK.load(Ordering::Relaxed) - before;
    drop(session);
    let packed = 4 * Large::INFERENCE[0].packed;
    let layer = 4 * (256 * 128 * 9 + 2 * 256);
    // The rest: what is read at a time, the header, names, the output.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let most = packed + layer.max(Large::workspace(1, threads)) + 200_000;
    assert!(peak <= most, "{peak} bytes, expected {most} at most");
}

#[test]
fn saving_takes_no_memory_for_the_weights() {
    let _alone = ALONE.lock();
    let folder = tempfile::tempdir().expect("a folder");
    let net = Large::new(1);
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    net.save(folder.path().join("large.safetensors")).expect("a folder to write to");
    let peak = PEAK.load(Ordering::Relaxed) - before;
    assert!(peak <= 200_000, "{peak} bytes");
}

/// What buffers that start on a cache line take beside their floats: there are six of them in a pass.
const ALIGNING: usize = 6 * 60;

const _: () = assert!(LeNet::train_workspace(16, 1) > LeNet::workspace(16, 1));

#[test]
fn a_pass_of_training_takes_what_was_said() {
    let _alone = ALONE.lock();
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.broadcast(|_| ());
        std::thread::sleep(std::time::Duration::from_millis(100));
        macro_rules! check {
            ($net:ident, $c:literal, $size:literal, $classes:literal) => {
                for batch in [1, 5, 16, 40] {
                    let net = $net::new(1);
                    let x = Array4::from_elem((batch, $c, $size, $size), 0.5);
                    let taken = || {
                        let before = LIVE.load(Ordering::Relaxed);
                        let mut pass = Backprop::<$net>::new();
                        // What a trainer has for the gradients with respect to the outputs.
                        let d = Array2::zeros((batch, $classes));
                        assert!(pass.forward(&net, x.view()).is_ok());
                        assert!(pass.backward(&net, &d).is_ok());
                        LIVE.load(Ordering::Relaxed) - before
                    };
                    // Workers may still set up their queues in the first.
                    let taken = pool.install(|| (0..3).map(|_| taken()).last());
                    let expected = $net::train_workspace(batch, threads) + ALIGNING;
                    assert_eq!(taken, Some(expected), "{batch} images on {threads} threads");
                }
            };
        }
        check!(LeNet, 1, 28, 10);
        check!(Residual, 3, 32, 10);
        check!(Tiles, 3, 48, 2);
        check!(Large, 16, 8, 10);
        check!(Learner, 3, 12, 10);
    }
}

#[test]
fn a_first_step_takes_that_and_tables() {
    let _alone = ALONE.lock();
    let (x, labels) = (Array4::from_elem((20, 3, 12, 12), 0.5), vec![1; 20]);
    let mut trainer = Trainer::new(Learner::new(1), Sgd::new(0.1)).threads(1);
    let before = settled();
    trainer.step(x.view(), &labels).expect("a step");
    let taken = LIVE.load(Ordering::Relaxed) - before;
    let said = Learner::train_workspace(20, 1);
    assert!((said..said + 4096).contains(&taken), "{taken} bytes, {said} were said");
}

/// A trainer with all that a step may have to do.
fn busy(optimizer: impl Optimizer + 'static) -> Trainer<Learner, impl Optimizer> {
    Trainer::new(Learner::new(1), optimizer)
        .group(Group::matching("bn1.*").frozen())
        .group(Group::matching("*.bias").weight_decay(0.0).rate(2.0))
        .average(Average::exponential(0.9))
        .lookahead(Lookahead::new(2, 0.5))
}

#[test]
fn steps_of_training_allocate_nothing() {
    let _alone = ALONE.lock();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    pool.broadcast(|_| ());
    std::thread::sleep(std::time::Duration::from_millis(100));
    let (x, labels) = (Array4::from_elem((20, 3, 12, 12), 0.5), vec![1; 20]);
    macro_rules! check {
        ($what:literal, $trainer:expr) => {{
            let mut trainer = $trainer.threads(1);
            let alone = count(|| assert!(trainer.step(x.view(), &labels).is_ok()));
            assert_eq!(alone, 0, "{} on one thread", $what);
            let inside = pool.install(|| {
                let mut trainer = $trainer;
                (0..10).for_each(|_| assert!(trainer.step(x.view(), &labels).is_ok()));
                count(|| assert!(trainer.step(x.view(), &labels).is_ok()))
            });
            assert_eq!(inside, 0, "{} inside the pool", $what);
        }};
    }
    check!("plain", Trainer::new(Learner::new(1), Sgd::new(0.01)));
    check!("momentum", busy(Sgd::new(0.01).momentum(0.9)).clip_norm(1.0));
    check!("Adam", busy(Adam::new(0.001)).clip_value(0.1));
    check!("in parts", busy(Sgd::new(0.01).momentum(0.9)).micro_batch(8).clip_norm(1.0));
    check!("Adam in parts", busy(Adam::new(0.001)).micro_batch(7));
}

#[test]
fn memory_stays_as_it_is_over_a_hundred_epochs() {
    let _alone = ALONE.lock();
    let folder = tempfile::tempdir().expect("a folder");
    let images =
        Array4::from_shape_fn((20, 3, 12, 12), |(n, c, i, j)| ((n + c + i * j) % 7) as f32);
    let data = Images::new(images, (0..20).map(|n| n % 10).collect(), 10).expect("a data set");
    let loader = Loader::new(data).batch(8).shuffle(1).augment(AlternatingFlip).threads(2);
    let mut trainer = busy(Sgd::new(0.01).momentum(0.9)).threads(1);
    let mut checkpoints = Checkpoints::open(folder.path()).expect("a folder").last(2);
    let mut early = 0;
    for epoch in 0..100 {
        for batch in loader.epoch(epoch) {
            let batch = batch.expect("a batch");
            trainer.step(batch.images.view(), &batch.targets).expect("a step");
        }
        checkpoints.save(&mut trainer, Position::new(epoch + 1, 0)).expect("a checkpoint");
        if epoch == 2 {
            early = LIVE.load(Ordering::Relaxed);
        }
    }
    // A thread may make what it waits with when it first has to wait, but 11 bytes an epoch would be too many.
    let late = LIVE.load(Ordering::Relaxed);
    assert!(late <= early + 1000, "{early} bytes after 3 epochs, {late} after 100");
}

#[test]
fn sessions_take_the_weights_once_and_an_arena_each() {
    let _alone = ALONE.lock();
    let net = Large::new(1);
    let weights = net.pack().bytes();
    let before = settled();
    // The network keeps them, and so does whoever has asked for them.
    let packed = net.pack();
    let mut sessions: Vec<_> = (0..5).map(|_| packed.session(1)).collect();
    sessions.push(net.session(1));
    let taken = LIVE.load(Ordering::Relaxed) - before;
    assert!(taken < weights / 2 + 6 * 2 * Large::WORKSPACE, "{taken} beside {weights}");
    let x = Array4::from_elem((1, 16, 8, 8), 0.5);
    let y = net.forward(x.view());
    for session in &mut sessions {
        assert_eq!(session.run(x.view()).expect("a run"), y);
    }

    // What is shared stays what it was; the network packs anew.
    let mut net = net;
    let last = Large::TENSORS.last().expect("a bias").path;
    let bias = net.get(last).expect("a parameter").mapv(|b| b + 1.0);
    net.set(last, bias).expect("of its shape");
    assert_eq!(sessions[0].run(x.view()).expect("a run"), y);
    assert!((net.forward(x.view()) - &y).iter().all(|d| (d - 1.0).abs() < 1e-5));
    drop((packed, sessions));
    assert!(LIVE.load(Ordering::Relaxed) < before + weights / 2 + 2 * Large::WORKSPACE);
}

#[test]
fn what_changes_packed_weights_is_seen() {
    let _alone = ALONE.lock();
    let x = Array4::from_elem((2, 3, 12, 12), 0.5);
    let mut net = Learner::new(1);
    let forward = |net: &Learner| net.forward(x.view());
    let mut before = forward(&net);
    let mut changed = |net: &Learner, what: &str| {
        let now = forward(net);
        assert_ne!(now, before, "{what}");
        before = now;
    };
    net.params_mut().trainable_mut()[0] += 1.0;
    changed(&net, "all parameters");
    net.params_mut().buffers_mut()[0] += 1.0;
    changed(&net, "running statistics");
    *net.params_mut().get_mut("bn2.running_mean").expect("one").first_mut().expect("one") += 1.0;
    changed(&net, "one tensor");
    let fresh = Learner::new(2);
    net.load_partial(cnn::Pretrained::from_bytes(&fresh.to_bytes()).expect("a file")).expect("all");
    changed(&net, "loaded");
    let mut trainer = Trainer::new(net, Sgd::new(0.1));
    trainer.step(x.view(), &[0, 1]).expect("a step");
    changed(trainer.network(), "trained");
}
