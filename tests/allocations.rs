//! A generated network's session allocates nothing: on one thread, and on several inside the pool.
//! To make one from a file takes little more memory than it keeps.

use cnn::cnn;
use cnn::ndarray::Array4;
use cnn::train::Backprop;
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
    // 1.2 MB for the largest convolution, 4.2 MB for the dense layer.
    struct Large<
        16x8x8 -> conv(128, 3x3, pad=1) -> bn -> relu -> conv(256, 3x3, pad=1, bias=false) -> bn -> relu
        -> conv(128, 3x3, pad=1) -> sigmoid -> maxpool(2) -> flatten -> dense(512) -> relu -> dense(10)
    >;
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
