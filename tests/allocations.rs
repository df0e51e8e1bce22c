//! A generated network's session allocates nothing: on one thread, and on several inside the pool.

use cnn::cnn;
use cnn::ndarray::Array4;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
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

// One test, so that no other thread of the harness allocates meanwhile.
#[test]
fn run_allocates_nothing() {
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
